"""A scene's last moment as PDF, every line and letter a vector, on fpdf2."""

from collections.abc import Iterable
from typing import Any, BinaryIO

from convcli.colours import LIGHT, THEMES
from convcli.views.drawing import HEIGHT, WIDTH, Box, Mark, Path, Shades, Words
from convcli.views.raster import FONTS
from convcli.views.scene import Scene
from convcli.views.tints import GROUNDS, tints

FONT = "DejaVu Sans Mono"


def write_pdf(scene: Scene, stream: BinaryIO, theme: str = "light", tracked: object = None) -> int:
    """One page of 1280 × 720 points; returns how many moments it shows."""
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=(WIDTH, HEIGHT))
    pdf.set_title(scene.title)
    for bold in ("", "B"):
        pdf.add_font(FONT, bold, FONTS / f"DejaVuSansMono{'-Bold' if bold else ''}.ttf")
    pdf.add_page()
    pen = _Pen(pdf, theme)
    pen.draw([Box(0, 0, WIDTH, HEIGHT, "paper")])
    for layer in scene.layers(len(scene.moments) - 1):
        pen.draw(layer)
    stream.write(bytes(pdf.output()))
    return 1


class _Pen:
    """Draws marks on a page."""

    def __init__(self, pdf: Any, theme: str) -> None:
        self.pdf, self.names = pdf, tints(THEMES.get(theme, LIGHT))

    def draw(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            if isinstance(mark, Words):
                self.pdf.set_font(FONT, "B" * mark.bold, mark.size)
                self.pdf.set_text_color(self.names[mark.colour])
                self.pdf.text(mark.box.x, mark.baseline, mark.text)
            elif isinstance(mark, Shades):
                self._shades(mark)
            else:
                self._outlined(mark)

    def _outlined(self, mark: Box | Path) -> None:
        if mark.fill:
            self.pdf.set_fill_color(self.names[mark.fill])
        if mark.stroke:
            self.pdf.set_draw_color(self.names[mark.stroke])
        self.pdf.set_line_width(mark.thick)
        style = "F" * bool(mark.fill) + "D" * bool(mark.stroke)
        if isinstance(mark, Path):
            self.pdf.polygon(mark.points, style=style) if mark.fill else self.pdf.polyline(mark.points, style=style)
            return
        self.pdf.set_dash_pattern(*mark.dash)
        rounded = {"round_corners": True, "corner_radius": mark.round} if mark.round else {}
        self.pdf.rect(mark.x, mark.y, mark.width, mark.height, style=style, **rounded)
        self.pdf.set_dash_pattern()

    def _shades(self, mark: Shades) -> None:
        from PIL import Image

        high, wide = mark.levels.shape
        small = Image.frombytes("P", (wide, high), mark.levels.tobytes())
        small.putpalette([int(self.names[name][i : i + 2], 16) for name in GROUNDS for i in (1, 3, 5)])
        self.pdf.image(small.convert("RGB"), mark.x, mark.y, mark.width, mark.height)
