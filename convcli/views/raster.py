"""A scene as GIF or PNG. Drawn in grey once; a step only changes the tint of its cells.

A palette of four tints of 8 greys keeps text smooth and frames small.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from convcli.views.scene import Cell, Frame, Scene

if TYPE_CHECKING:
    from PIL import Image


LEVELS = 8
GREYS = [round(v * (LEVELS - 1) / 255) for v in range(256)]  # from 256 greys to the palette's
# The paper's colour and the outline's, for cells at rest, of the input, the weights, the output.
TINTS = (
    ((255, 255, 255), (0, 0, 0)),
    ((205, 228, 243), (0, 70, 125)),
    ((250, 222, 200), (150, 60, 0)),
    ((190, 236, 220), (0, 95, 70)),
)
STILL, INPUT, WEIGHT, OUTPUT = range(4)
UNCHANGED = LEVELS * len(TINTS)  # the palette's next: see-through in a GIF
# Pillow's own font has little beyond ASCII, and its · looks like a decimal point.
IN_FONT = str.maketrans({"·": " * ", "≈": "~", "−": "-", "\xa0": " "})


def _palette() -> list[int]:
    parts = [level / (LEVELS - 1) for level in range(LEVELS)]
    mixed = [(part, *both) for tint in TINTS for part in parts for both in zip(*tint, strict=True)]
    return [round(ink + (paper - ink) * part) for part, paper, ink in mixed]


def frames(scene: Scene, zoom: int = 1, only_last: bool = False) -> Iterator["Image.Image"]:
    """One palette picture a step; outputs appear as they are made."""
    from PIL import Image, ImageDraw, ImageFont

    font: Any = ImageFont.load_default(11 * zoom)
    made = {f.output for f in scene.frames} if len(scene.frames) > 1 else set()
    grey = Image.new("L", (scene.width * zoom, scene.height * zoom), 255)
    pen = ImageDraw.Draw(grey)
    pen.text((16 * zoom, 8 * zoom), scene.title, 0, ImageFont.load_default(14 * zoom))
    for panel in scene.panels:
        pen.text((panel.x * zoom, panel.y * zoom), panel.label, 40, font)
    for i, cell in enumerate(scene.cells):
        x, y, w, h = _box(cell, zoom)
        pen.rectangle((x, y, x + w, y + h), 232 if cell.padding else 255, 150, zoom)
        if i not in made:
            pen.text((x + w / 2, y + h / 2), cell.text, 0, font, anchor="mm")
    base = grey.point(GREYS)
    base = Image.frombytes("P", base.size, base.tobytes())
    base.putpalette(_palette())
    tinted = [base.point([min(v, LEVELS - 1) + tint * LEVELS for v in range(256)]) for tint in range(len(TINTS))]
    for frame in scene.frames:
        if frame.output in made:
            cell = scene.cells[frame.output]
            x, y, w, h = _box(cell, zoom)
            tile = Image.new("L", (w - 3, h - 3), 255)
            ImageDraw.Draw(tile).text(((w - 3) / 2, (h - 3) / 2), cell.text, 0, font, anchor="mm")
            base.paste(tile.point(GREYS), (x + 2, y + 2))
            tinted[OUTPUT].paste(tile.point([v + OUTPUT * LEVELS for v in GREYS]), (x + 2, y + 2))
        if not only_last or frame is scene.frames[-1]:
            yield _lit(scene, base.copy(), tinted, frame, zoom)


def _box(cell: Cell, zoom: int) -> list[int]:
    return [pixels * zoom for pixels in cell.box]


def _lit(scene: Scene, picture: "Image.Image", tinted: "list[Image.Image]", frame: Frame, zoom: int) -> "Image.Image":
    """A step's cells in their tints, outlined, and its sum below."""
    from PIL import Image, ImageDraw, ImageFont

    pen = ImageDraw.Draw(picture)
    parts = dict.fromkeys(scene.copied(frame), STILL)
    parts |= {i: INPUT for i, _ in frame.pairs} | {i: WEIGHT for _, i in frame.pairs if i is not None}
    for i, tint in (parts | {frame.output: OUTPUT}).items():
        x, y, w, h = _box(scene.cells[i], zoom)
        first = tint * LEVELS
        picture.paste(tinted[tint].crop((x, y, x + w + 1, y + h + 1)), (x, y))
        thick = (1, 2, 2, 3)[tint] * zoom
        pen.rectangle((x, y, x + w, y + h), None, first, thick)
        if tint in (STILL, WEIGHT):  # gaps in the outline: not by colour alone
            for gap in range(x + 6 * zoom, x + w - 4 * zoom, 8 * zoom):
                for edge in (y, y + h - thick + 1):
                    pen.rectangle((gap, edge, gap + 2 * zoom, edge + thick - 1), first + LEVELS - 1)
    for i in frame.winners:
        x, y, w, h = _box(scene.cells[i], zoom)
        pen.rectangle((x + 4 * zoom, y + 4 * zoom, x + w - 4 * zoom, y + h - 4 * zoom), None, 0, zoom)
    top = scene.foot - 14
    strip = Image.new("L", (scene.width * zoom, (scene.height - top) * zoom), 255)
    pen = ImageDraw.Draw(strip)
    pen.text((16 * zoom, 0), frame.text[0].translate(IN_FONT), 0, ImageFont.load_default(14 * zoom))
    small = ImageFont.load_default(12 * zoom)
    for i, line in enumerate(frame.lines(scene.width)):
        pen.text((16 * zoom, (22 + 18 * i) * zoom), line.translate(IN_FONT), 0, small)
    picture.paste(strip.point(GREYS), (0, top * zoom))
    return picture


def write_gif(
    scene: Scene, stream: Any, tracked: Callable[[Iterator["Image.Image"]], Iterable["Image.Image"]] = iter
) -> None:
    """An endless GIF, half a second a step, written as it is drawn: only what changed, the rest see-through.

    ``tracked`` passes the pictures on, and may tell how many it has seen.
    """
    from PIL import GifImagePlugin

    before: Image.Image | None = None
    for picture in tracked(frames(scene)):
        if before is None:
            header, _ = GifImagePlugin.getheader(picture.copy(), info={"loop": 0, "optimize": False})
            stream.writelines(header)
        changed, corner = _changes(before, picture) if before else (picture, (0, 0))
        data = GifImagePlugin.getdata(changed, corner, transparency=UNCHANGED, duration=500, disposal=1)
        stream.writelines(data)
        before = picture
    stream.write(b";")


def _changes(before: "Image.Image", now: "Image.Image") -> tuple["Image.Image", tuple[int, int]]:
    """The smallest piece that makes one picture of the other; a single pixel where they are the same."""
    from PIL import ImageChops

    difference = ImageChops.difference(before, now)
    box = difference.getbbox() or (0, 0, 1, 1)
    piece = now.crop(box)
    piece.paste(UNCHANGED, mask=difference.crop(box).point([255] + [0] * 255, "1"))
    return piece, box[:2]


def write_png(scene: Scene, stream: Any) -> None:
    """The last step, twice as large."""
    [last] = frames(scene, zoom=2, only_last=True)
    last.save(stream, "PNG", optimize=True)
