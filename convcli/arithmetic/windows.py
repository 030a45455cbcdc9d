"""What a layer reads along one axis, whatever its windows look like; sizes and positions are counted in cells."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import gcd

from convcli.arithmetic.places import Every, Unread

Tap = tuple[int, int, int | None]


class Windows(ABC):
    """``output`` windows over ``size`` input cells, and which cells each of them reads."""

    name: str
    size: int

    @property
    @abstractmethod
    def output(self) -> int:
        """The output size: one cell for each window."""

    @abstractmethod
    def taps(self, output: int) -> list[Tap]:
        """What one output cell is made of: ``(tap, position, input cell)``; the cell is None in zero padding."""

    @abstractmethod
    def reached(self, cell: int) -> list[tuple[int, int]]:
        """Which ``(output, tap)`` pairs an input cell takes part in; its reach, seen backwards."""

    @property
    @abstractmethod
    def pattern(self) -> tuple[int, int]:
        """``(windows, cells)``: so many windows further on, the same is read so many cells further on."""

    @abstractmethod
    def span(self, output: int) -> tuple[int, int]:
        """The first and the last cell that a window reads, as if the line had no ends.

        Where it reads none: the first of the next window that does, and the last of the one before.
        """

    @property
    def line(self) -> range:
        """The positions that may be read, padding included; positions of the input itself begin at 0."""
        return range(self.size)

    def source(self, position: int) -> int | None:
        """The input cell whose value stands at a position of the line; None: a zero."""
        return position

    def readings(self, cell: int) -> int:
        """How many taps read an input cell, padding's copies of it included."""
        return len(self.reached(cell))

    def coverage(self) -> list[int]:
        """The same of every cell.

        >>> Adaptive(5, 3).coverage()
        [1, 2, 1, 2, 1]
        """
        return [self.readings(cell) for cell in range(self.size)]

    def unread(self) -> Unread:
        """The input cells that take part in no output."""
        return Unread(self.size, Every())


@dataclass(frozen=True, slots=True)
class Adaptive(Windows):
    """An axis split into ``outputs`` parts as equal as whole cells allow: they differ in size, and may overlap.

    Window i reads from cell ⌊i·size/outputs⌋ up to, without, ⌈(i + 1)·size/outputs⌉ (PyTorch's AdaptivePooling).

    >>> [list(Adaptive(5, 3).cells(i)) for i in range(3)]
    [[0, 1], [1, 2, 3], [3, 4]]
    """

    size: int
    outputs: int
    name: str = "length"

    @property
    def output(self) -> int:
        return self.outputs

    def cells(self, output: int) -> range:
        """The input cells of one window."""
        return range(output * self.size // self.outputs, -(-(output + 1) * self.size // self.outputs))

    @property
    def pattern(self) -> tuple[int, int]:
        if self.outputs == 1:
            return 1, 0
        common = gcd(self.outputs, self.size)
        return self.outputs // common, self.size // common

    def span(self, output: int) -> tuple[int, int]:
        cells = self.cells(output)
        return cells[0], cells[-1]

    def taps(self, output: int) -> list[Tap]:
        return [(tap, cell, cell) for tap, cell in enumerate(self.cells(output))]

    def reached(self, cell: int) -> list[tuple[int, int]]:
        return [(output, cell - self.cells(output).start) for output in self._reading(cell)]

    def readings(self, cell: int) -> int:
        return len(self._reading(cell))

    def _reading(self, cell: int) -> range:
        """The windows that read a cell."""
        return range(cell * self.outputs // self.size, -(-(cell + 1) * self.outputs // self.size))

    @property
    def spans(self) -> tuple[int, int]:
        """The fewest and the most cells that a window reads; the pattern repeats after ``outputs`` of them.

        >>> Adaptive(10, 4).spans, Adaptive(8, 4).spans
        ((3, 3), (2, 2))
        """
        lengths = {len(self.cells(output)) for output in range(min(self.outputs, 10_000))}
        return min(lengths), max(lengths)

    @property
    def overlapping(self) -> bool:
        """Whether some cell is read twice: wherever the windows don't divide the axis evenly."""
        return self.size % self.outputs != 0


@dataclass(frozen=True, slots=True)
class Whole(Windows):
    """An axis of which each output reads every cell, as in a linear layer.

    >>> Whole(3, 2).reached(1)
    [(0, 1), (1, 1)]
    """

    size: int
    outputs: int
    name: str = "features"

    @property
    def output(self) -> int:
        return self.outputs

    @property
    def pattern(self) -> tuple[int, int]:
        return 1, 0

    def span(self, output: int) -> tuple[int, int]:
        return 0, self.size - 1

    def taps(self, output: int) -> list[Tap]:
        return [(cell, cell, cell) for cell in range(self.size)]

    def reached(self, cell: int) -> list[tuple[int, int]]:
        return [(output, cell) for output in range(self.outputs)]


@dataclass(frozen=True, slots=True)
class Resampled(Windows):
    """An axis drawn out or shrunk to ``outputs`` cells, each made of those around the place that it comes from.

    So many outputs take the place of so many cells: ``ratio``. Output i comes from place i · cells / outputs, or with
    ``centred`` cells from (i + ½) · cells / outputs − ½. ``reach`` is how many cells on either side of it take part: 0
    the one it falls into, 1 linear, 2 cubic (PyTorch's Upsample).

    >>> [Resampled(3, 6, (2, 1)).span(i) for i in range(4)]
    [(0, 0), (0, 0), (1, 1), (1, 1)]
    >>> Resampled(3, 6, (2, 1), reach=1, centred=True).span(2)
    (0, 1)
    """

    size: int
    outputs: int
    ratio: tuple[int, int]
    reach: int = 0
    centred: bool = False
    name: str = "length"

    @property
    def output(self) -> int:
        return self.outputs

    @property
    def pattern(self) -> tuple[int, int]:
        return self.ratio

    def span(self, output: int) -> tuple[int, int]:
        outputs, cells = self.ratio
        place, whole = 2 * output * cells, 2 * outputs  # their quotient is the place
        if self.centred:
            place += cells - (outputs if self.reach else 0)
        cell, rest = divmod(place, whole)
        between = (
            rest or self.reach > 1
        )  # a cubic's outer weights are zero there, but its spans would go back and forth
        return (cell + 1 - self.reach, cell + self.reach) if between and self.reach else (cell, cell)

    def taps(self, output: int) -> list[Tap]:
        first, last = self.span(output)
        cells = dict.fromkeys(min(max(cell, 0), self.size - 1) for cell in range(first, last + 1))
        return [(tap, cell, cell) for tap, cell in enumerate(cells)]

    def reached(self, cell: int) -> list[tuple[int, int]]:
        return [(o, tap) for o in range(self.outputs) for tap, at, _ in self.taps(o) if at == cell]
