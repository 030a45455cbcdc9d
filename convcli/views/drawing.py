"""What a picture is made of, in plain units on 1280 × 720: every format draws the same marks.

Colours are names of ``tints``, or empty for none; a format looks them up for its theme.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np

WIDTH, HEIGHT = 1280, 720
GLYPH = 0.602  # how wide a character of the font is, by its size
RISE = 0.36  # how far below the middle of a line its letters stand, by their size
DOTTED, FREE = (2.0, 3.0), ()
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; ``round`` is the radius of its corners."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""
    thick: float = 1.0
    dash: tuple[float, ...] = ()
    round: float = 0.0

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def inset(self, by: float) -> "Box":
        """The same, smaller on every side."""
        width, height = max(0.0, self.width - 2 * by), max(0.0, self.height - 2 * by)
        return replace(self, x=self.x + by, y=self.y + by, width=width, height=height)


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; ``x`` is where its ``anchor`` is (start, middle or end), ``y`` the middle of its height."""

    x: float
    y: float
    size: float
    text: str
    colour: str = "ink"
    anchor: str = "middle"
    bold: bool = False

    @property
    def box(self) -> Box:
        """The room that it takes."""
        width = GLYPH * self.size * len(self.text)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return Box(left, self.y - self.size / 2, width, self.size)

    @property
    def baseline(self) -> float:
        return self.y + RISE * self.size


@dataclass(frozen=True, slots=True)
class Path:
    """A line from point to point, or what it encloses."""

    points: tuple[Point, ...]
    stroke: str = ""
    fill: str = ""
    thick: float = 1.5


@dataclass(frozen=True, slots=True)
class Shades:
    """A map as shades without numbers: ``levels`` are places in ``tints.GROUNDS``, ``[rows, columns]``."""

    x: float
    y: float
    width: float
    height: float
    levels: "np.ndarray"


Mark = Box | Words | Path | Shades
AnyMark = TypeVar("AnyMark", bound=Mark)


def moved(mark: AnyMark, by: Point) -> AnyMark:
    """The same mark, so much further right and down."""
    if isinstance(mark, Path):
        return replace(mark, points=tuple((x + by[0], y + by[1]) for x, y in mark.points))
    return replace(mark, x=mark.x + by[0], y=mark.y + by[1])
