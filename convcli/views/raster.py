"""A scene as GIF or PNG, 1280 wide, in the font that comes with the program."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, BinaryIO

from convcli.colours import LIGHT, THEMES
from convcli.views.drawing import HEIGHT, WIDTH, Box, Mark, Path, Shades, Words
from convcli.views.scene import LAST_SECONDS, SECONDS, Scene
from convcli.views.tints import GROUNDS, mixed, tints

if TYPE_CHECKING:
    from PIL import Image

Pictures = Iterable["Image.Image"]
Tracked = Callable[[Pictures], Pictures]
FONTS = File(__file__).parent / "fonts"
MOST_BYTES = 490_000  # of a GIF
COLOURS = 255  # of a GIF, besides the see-through one
STEPS = 3  # from a ground to the ink on it, for smooth letters
FINE = 3  # how much larger a slanting line is drawn, to be smooth when it is shrunk


class _Pen:
    """Draws marks on a picture."""

    def __init__(self, picture: "Image.Image", theme: str) -> None:
        from PIL import ImageDraw

        self.picture, self.names = picture, tints(THEMES.get(theme, LIGHT))
        self.pen = ImageDraw.Draw(picture)

    def draw(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            if isinstance(mark, Words):
                font = _font(mark.bold, mark.size)
                at, anchor = (mark.x, mark.baseline), {"start": "ls", "middle": "ms", "end": "rs"}[mark.anchor]
                self.pen.text(at, mark.text, self.names[mark.colour], font, anchor=anchor)
            elif isinstance(mark, Box):
                self._box(mark)
            elif isinstance(mark, Path):
                if mark.fill:
                    self.pen.polygon(mark.points, self.names[mark.fill], self.names.get(mark.stroke))
                else:
                    self._line(mark)
            else:
                self._shades(mark)

    def _box(self, box: Box) -> None:
        thick = max(1, round(box.thick)) if box.stroke else 0
        around = (thick - 1) / 2  # a line lies on both sides of the edge
        x, y, right, bottom = (round(v) for v in (box.x, box.y, box.right, box.bottom))
        out, into = round(around + 0.01), int(around)
        corners = (x - out, y - out, right + into, bottom + into)
        if corners[2] < corners[0] or corners[3] < corners[1]:
            return
        ink, fill = self.names.get(box.stroke), self.names.get(box.fill)
        if box.round:
            self.pen.rounded_rectangle(corners, box.round, fill, None if box.dash else ink, thick)
        elif not box.dash:
            self.pen.rectangle(corners, fill, ink, thick)
        else:
            self.pen.rectangle(corners, fill)
        if box.dash:
            self._dashes(corners, box, thick)

    def _line(self, path: Path) -> None:
        """Drawn larger and shrunk, so that its edges are smooth."""
        from PIL import Image, ImageDraw

        along, down = zip(*path.points, strict=True)
        x, y = int(min(along)) - 2, int(min(down)) - 2
        size = int(max(along)) + 4 - x, int(max(down)) + 4 - y
        mask = Image.new("L", (FINE * size[0], FINE * size[1]))
        points = [(FINE * (at - x), FINE * (to - y)) for at, to in path.points]
        ImageDraw.Draw(mask).line(points, 255, max(1, round(FINE * path.thick)))
        self.picture.paste(self.names[path.stroke], (x, y), mask.reduce(FINE))

    def _dashes(self, corners: tuple[int, int, int, int], box: Box, thick: int) -> None:
        x, y, right, bottom = corners
        on, off = map(round, box.dash)
        ink = self.names[box.stroke]
        for at in range(x, right + 1, on + off):
            for edge in (y, bottom - thick + 1):
                self.pen.rectangle((at, edge, min(at + on - 1, right), edge + thick - 1), ink)
        for at in range(y, bottom + 1, on + off):
            for edge in (x, right - thick + 1):
                self.pen.rectangle((edge, at, edge + thick - 1, min(at + on - 1, bottom)), ink)

    def _shades(self, mark: Shades) -> None:
        from PIL import Image

        high, wide = mark.levels.shape
        small = Image.frombytes("P", (wide, high), mark.levels.tobytes())
        small.putpalette([int(self.names[name][i : i + 2], 16) for name in GROUNDS for i in (1, 3, 5)])
        size = max(1, round(mark.width)), max(1, round(mark.height))
        way = Image.Resampling.NEAREST if size[0] >= wide else Image.Resampling.BOX
        self.picture.paste(small.convert("RGB").resize(size, way), (round(mark.x), round(mark.y)))


@cache
def _font(bold: bool, size: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONTS / f"DejaVuSansMono{'-Bold' * bold}.ttf"), size)


def _colours(theme: str) -> list[str]:
    """All that a picture is made of, and what is between ground and ink where letters and lines have their edges."""
    names = tints(THEMES.get(theme, LIGHT))
    pairs = [(name, f"on {name}") for name in GROUNDS] + [("panel", "muted"), ("panel", "grid"), ("accent", "paper")]
    pairs += [("paper", name) for name in ("ink", "muted", "accent", "warning")]
    wide = {
        name: colour if len(colour) == 7 else f"#{''.join(2 * digit for digit in colour[1:])}"
        for name, colour in names.items()
    }
    mixtures = (mixed(wide[low], wide[ink], step / STEPS) for low, ink in pairs for step in range(STEPS + 1))
    return list(dict.fromkeys([wide["grid"], *mixtures]))[:COLOURS]


def still(scene: Scene, theme: str, i: int = -1) -> "Image.Image":
    """One moment, the last unless told."""
    from PIL import Image

    picture = Image.new("RGB", (WIDTH, HEIGHT), tints(THEMES.get(theme, LIGHT))["paper"])
    for layer in scene.layers(range(len(scene.moments))[i]):
        _Pen(picture, theme).draw(layer)
    return picture


def frames(scene: Scene, theme: str, moments: Sequence[int]) -> Iterator["Image.Image"]:
    """Some moments, in their order; what stays is drawn once."""
    from PIL import Image

    ground = Image.new("RGB", (WIDTH, HEIGHT), tints(THEMES.get(theme, LIGHT))["paper"])
    _Pen(ground, theme).draw(scene.ground)
    before = -1
    for i in moments:
        moment = scene.drawn[i]
        _Pen(ground, theme).draw(cell for first, _, cell, _ in scene.outputs if before < first <= i)
        values = [value for first, end, _, value in scene.outputs if first <= i < end]
        picture = ground.copy()
        _Pen(picture, theme).draw([*moment.under, *scene.numbers, *values, *moment.over, *scene.placed_tiles(i)])
        before = i
        yield picture


def write_png(scene: Scene, stream: BinaryIO, theme: str = "light", tracked: Tracked = iter) -> int:
    """The last moment."""
    still(scene, theme).save(stream, "PNG", optimize=True)
    return 1


def write_gif(scene: Scene, stream: BinaryIO, theme: str = "light", tracked: Tracked = iter) -> int:
    """An endless GIF, of fewer moments where all of them would make a large file; returns how many.

    ``tracked`` passes the pictures on, and may tell how many it has seen.
    """
    moments = scene.kept(len(scene.moments))
    written, count = _gif(scene, theme, moments, tracked)
    while len(written) > MOST_BYTES and len(moments) > 1:
        moments = scene.kept(count * MOST_BYTES // (len(written) + MOST_BYTES // 20))
        written, count = _gif(scene, theme, moments, tracked)
    stream.write(written)
    return len(moments)


def _gif(scene: Scene, theme: str, moments: Sequence[int], tracked: Tracked) -> tuple[bytes, int]:
    """Of each picture only what changed, the rest see-through; and of how many pictures, as no large file is ended."""
    from PIL import GifImagePlugin, Image

    colours = Image.new("P", (1, 1))
    colours.putpalette([int(colour[i : i + 2], 16) for colour in _colours(theme) for i in (1, 3, 5)])
    parts: list[bytes] = []
    before: Image.Image | None = None
    for i, drawn in enumerate(tracked(frames(scene, theme, moments)), 1):
        picture = drawn.quantize(palette=colours, dither=Image.Dither.NONE)
        if before is None:
            parts += GifImagePlugin.getheader(picture.copy(), info={"loop": 0, "optimize": False})[0]
        changed, corner = _changes(before, picture) if before else (picture, (0, 0))
        lasting = round(1000 * (LAST_SECONDS if i == len(moments) else SECONDS))
        parts += GifImagePlugin.getdata(changed, corner, transparency=COLOURS, duration=lasting, disposal=1)
        before = picture
        if sum(map(len, parts)) > MOST_BYTES:
            break
    return b"".join([*parts, b";"]), i


def _changes(before: "Image.Image", now: "Image.Image") -> tuple["Image.Image", tuple[int, int]]:
    """The smallest piece that makes one picture of the other; a single pixel where they are the same."""
    from PIL import ImageChops

    difference = ImageChops.difference(before, now)
    box = difference.getbbox() or (0, 0, 1, 1)
    piece = now.crop(box)
    piece.paste(COLOURS, mask=difference.crop(box).point([255] + [0] * 255, "1"))
    return piece, box[:2]
