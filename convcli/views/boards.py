"""Maps of cells with numbers in them as lines of text, put beside and above one another; each cell is found again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

from rich.text import Text

from convcli.layers.reductions import Place
from convcli.views.widgets import fixed

if TYPE_CHECKING:
    import numpy as np

WIDEST = 5  # characters of a number in a cell
GAP = 3  # columns between two sheets
Spot = tuple[str, Place]  # what stands somewhere: an "input", "product" or "output" cell, and which
Piece = tuple[str, str]  # some text, and the name of its style


def celled(value: float) -> str:
    """A number in at most five characters, three significant digits where it has more.

    >>> [celled(v) for v in (3.0, -0.4753, 0.25, 0.0043, -12.345, 61728.5, 1234567.0, -1.5e-12)]
    ['3', '-.475', '.25', '.0043', '-12.3', '61728', '1.2e6', '-0']
    """
    value = float(value) + 0.0  # −0 is 0 to a reader
    if not isfinite(value):
        return str(value)
    forms = (".6g", *[".0f"] * (abs(value) >= 100), ".3g", ".2g", ".1g", ".0e")
    texts = (_shortened(format(value, form)) for form in forms)
    return next((text for text in texts if len(text) <= WIDEST), "-0" if value < 0 else "0")


def _shortened(text: str) -> str:
    digits, _, exponent = text.partition("e")
    digits = digits.replace("0.", ".", 1) if digits.lstrip("-").startswith("0.") else digits
    return digits + (f"e{int(exponent)}" if exponent else "")


def whole(values: "np.ndarray") -> bool:
    """Whether all of an array are whole numbers."""
    import numpy as np

    return bool(np.isfinite(values).all() and (values == np.rint(values)).all())


def widest(values: "np.ndarray") -> int:
    """How many characters the numbers of an array take in their cells: few where all are small whole numbers."""
    return max(len(celled(values.min())), len(celled(values.max()))) if whole(values) else WIDEST


@dataclass(frozen=True, slots=True)
class Square:
    """A cell as it is drawn, right to left within its column."""

    pieces: tuple[Piece, ...]
    part: str
    place: Place

    def __len__(self) -> int:
        return sum(len(text) for text, _ in self.pieces)

    def lit(self) -> "Square":
        """The same in braces and reversed: chosen, or what the chosen cell takes part in."""
        text = "".join(piece for piece, _ in self.pieces)
        inner = text.rstrip().strip("[]()*")
        braced = f"{{{inner}}}"
        return Square(
            ((braced, "reverse"), (" " * (len(text.lstrip("[(*")) - len(inner) - 1), "")), self.part, self.place
        )


@dataclass(frozen=True)
class Sheet:
    """Lines of text, none of which is wrapped, and the columns of a line at which cells stand."""

    lines: list[Text] = field(default_factory=list)
    spots: list[tuple[int, range, Spot]] = field(default_factory=list)

    @property
    def width(self) -> int:
        return max((len(line) for line in self.lines), default=0)

    def at(self, column: int, line: int) -> Spot | None:
        """The cell that stands there."""
        return next((spot for row, columns, spot in self.spots if row == line and column in columns), None)

    def over(self, other: "Sheet") -> "Sheet":
        """One above the other."""
        down = len(self.lines)
        return Sheet(self.lines + other.lines, self.spots + [(down + row, at, spot) for row, at, spot in other.spots])

    def beside(self, other: "Sheet", width: int = 0) -> "Sheet":
        """One to the left of the other, which starts behind ``width`` columns or what is wider, and a gap."""
        wide = max(width, self.width) + GAP
        lines = []
        for i in range(max(len(self.lines), len(other.lines))):
            line = self.lines[i].copy() if i < len(self.lines) else fixed()
            if i < len(other.lines):
                line.pad_right(wide - len(line))
                line.append_text(other.lines[i])
            lines.append(line)
        moved = [(row, range(at.start + wide, at.stop + wide), spot) for row, at, spot in other.spots]
        return Sheet(lines, self.spots + moved)

    def cropped(self, width: int, height: int) -> "Sheet":
        """What of it fits a screen."""
        lines = [line.copy() for line in self.lines[:height]]
        for line in lines:
            line.truncate(width, overflow="crop")
        return Sheet(lines, self.spots)


def titled(title: str, width: int, sheet: Sheet) -> Sheet:
    """A sheet below its title, which takes no more columns than these or the sheet's."""
    line = fixed(title, "muted")
    line.truncate(max(width, sheet.width), overflow="crop")
    return Sheet([line]).over(sheet)


def board(rows: Sequence[Sequence[Square]], columns: Sequence[int], labels: Sequence[str] = ()) -> Sheet:
    """Rows of squares below one another in columns so wide, or wider where a square is; labels in front of the rows."""
    wide = [max(column, *map(len, squares)) for column, squares in zip(columns, zip(*rows, strict=True), strict=True)]
    before = max((len(label) + 1 for label in labels), default=0)
    whole = Sheet()
    for i, row in enumerate(rows):
        line, at, spots = fixed(), before, []
        line.append(labels[i].ljust(before) if labels else "", "muted")
        for square, width in zip(row, wide, strict=True):
            line.append(" " * (width - len(square)))
            for text, style in square.pieces:
                line.append(text, style)
            spots += [(0, range(at, at + width), (square.part, square.place))] * bool(square.part)
            at += width
        whole = whole.over(Sheet([line], spots))
    return whole


def crop(full: range, first: int, last: int, most: int) -> range:
    """At most ``most`` positions, those from ``first`` to ``last`` among them, turned over page by page.

    The window glides over a page, and the next begins where it no longer fits this one.

    >>> [crop(range(10), first, first + 1, 4) for first in (0, 2, 3, 8)]
    [range(0, 4), range(0, 4), range(3, 7), range(6, 10)]
    """
    if len(full) <= most:
        return full
    page = max(1, most - (last - first))
    start = full.start + (first - full.start) // page * page
    start = max(full.start, min(start, full.stop - most))
    return range(start, start + most)
