"""A scene as GIF or PNG. Drawn in grey once; a step only changes the tint of its cells.

A palette of four tints of 8 greys keeps text smooth and frames small.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from convcli.views.scene import Frame, Scene
from convcli.views.svg import wrapped

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["frames", "write_gif", "write_png"]

LEVELS = 8
# The paper's colour and the outline's, for cells at rest, of the input, the weights, the output.
TINTS = (
    ((255, 255, 255), (0, 0, 0)),
    ((205, 228, 243), (0, 70, 125)),
    ((250, 222, 200), (150, 60, 0)),
    ((190, 236, 220), (0, 95, 70)),
)
STILL, INPUT, WEIGHT, OUTPUT = range(4)


def _palette() -> list[int]:
    found: list[int] = []
    for paper, ink in TINTS:
        for level in range(LEVELS):
            part = level / (LEVELS - 1)
            found += [round(i + (p - i) * part) for p, i in zip(paper, ink, strict=True)]
    return found


def frames(scene: Scene, zoom: int = 1) -> Iterator["Image.Image"]:
    """One palette picture a step; outputs appear as they are made."""
    from PIL import Image, ImageDraw, ImageFont

    font: Any = ImageFont.load_default(11 * zoom)
    large: Any = ImageFont.load_default(14 * zoom)
    w, h = scene.cell_width * zoom, scene.cell_height * zoom
    made = {f.output for f in scene.frames} if len(scene.frames) > 1 else set()
    grey = Image.new("L", (scene.width * zoom, scene.height * zoom), 255)
    pen = ImageDraw.Draw(grey)
    pen.text((16 * zoom, 8 * zoom), scene.title, 0, large)
    for panel in scene.panels:
        pen.text((panel.x * zoom, panel.y * zoom), panel.label, 40, font)
    for i, cell in enumerate(scene.cells):
        x, y = cell.x * zoom, cell.y * zoom
        pen.rectangle((x, y, x + w, y + h), 232 if cell.padding else 255, 150, zoom)
        if i not in made:
            pen.text((x + w / 2, y + h / 2), cell.text, 0, font, anchor="mm")
    level = [round(v * (LEVELS - 1) / 255) for v in range(256)]
    base = grey.point(level)
    for frame in scene.frames:
        pen = ImageDraw.Draw(base)
        if frame.output in made:
            cell = scene.cells[frame.output]
            _number(base, cell.text, font, (cell.x * zoom, cell.y * zoom, w, h))
        yield _lit(scene, base.copy(), frame, zoom, font, large)


def _number(base: "Image.Image", text: str, font: Any, box: tuple[int, int, int, int]) -> None:
    from PIL import Image, ImageDraw

    x, y, w, h = box
    tile = Image.new("L", (w - 3, h - 3), 255)
    ImageDraw.Draw(tile).text(((w - 3) / 2, (h - 3) / 2), text, 0, font, anchor="mm")
    base.paste(tile.point([round(v * (LEVELS - 1) / 255) for v in range(256)]), (x + 2, y + 2))


def _lit(scene: Scene, picture: "Image.Image", frame: Frame, zoom: int, font: Any, large: Any) -> "Image.Image":
    from PIL import Image, ImageDraw

    w, h = scene.cell_width * zoom, scene.cell_height * zoom
    pen = ImageDraw.Draw(picture)
    parts = [(i, INPUT) for i, _ in frame.pairs if i is not None]
    parts += [(i, WEIGHT) for _, i in frame.pairs if i is not None]
    parts.append((frame.output, OUTPUT))
    for i, tint in dict(parts).items():
        x, y = scene.cells[i].x * zoom, scene.cells[i].y * zoom
        inside = (x, y, x + w + 1, y + h + 1)
        first = tint * LEVELS
        picture.paste(picture.crop(inside).point([min(v, LEVELS - 1) + first for v in range(256)]), (x, y))
        thick = (3 if tint == OUTPUT else 2) * zoom
        pen.rectangle((x, y, x + w, y + h), None, first, thick)
        if tint == WEIGHT:  # gaps in the outline: not by colour alone
            for gap in range(x + 6 * zoom, x + w - 4 * zoom, 8 * zoom):
                for edge in (y, y + h - thick + 1):
                    pen.rectangle((gap, edge, gap + 2 * zoom, edge + thick - 1), first + LEVELS - 1)
    for i in frame.winners:
        x, y = scene.cells[i].x * zoom, scene.cells[i].y * zoom
        pen.rectangle((x + 4 * zoom, y + 4 * zoom, x + w - 4 * zoom, y + h - 4 * zoom), None, 0, zoom)
    name, text = frame.text
    top = scene.height - 66
    strip = Image.new("L", (scene.width * zoom, 66 * zoom), 255)
    pen = ImageDraw.Draw(strip)
    pen.text((16 * zoom, 0), name, 0, large)
    for i, line in enumerate(wrapped(text, scene.width)):
        pen.text((16 * zoom, (22 + 16 * i) * zoom), line, 0, font)
    picture.paste(strip.point([round(v * (LEVELS - 1) / 255) for v in range(256)]), (0, top * zoom))
    coloured = Image.frombytes("P", picture.size, picture.tobytes())
    coloured.putpalette(_palette())
    return coloured


def write_gif(scene: Scene, stream: Any, tick: Callable[[], None], seconds: float = 0.5) -> None:
    """An endless GIF, a frame a step."""

    def ticking() -> Iterator["Image.Image"]:
        for picture in frames(scene):
            tick()
            yield picture

    first, *rest = ticking()
    # Frames that look alike would be merged into one: every step differs by its sum's name.
    first.save(stream, "GIF", save_all=True, append_images=rest, duration=round(seconds * 1000), loop=0, optimize=False)


def write_png(scene: Scene, stream: Any) -> None:
    """The last step, twice as large."""
    *_, last = frames(scene, zoom=2)
    last.save(stream, "PNG", optimize=True)
