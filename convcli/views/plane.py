"""One map of a layer's output and what stands behind it, as planes of rows and columns: what a picture shows.

A line is a plane of one row; of three axes, each depth is a plane of its own.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, prod
from typing import TYPE_CHECKING, ClassVar

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Windows
from convcli.engine.steps import cell_at
from convcli.layers.reductions import Place, Term
from convcli.picks import FEWEST_DRAWN
from convcli.report import Report
from convcli.views.boards import crop
from convcli.views.sums import sentences

if TYPE_CHECKING:
    import numpy as np

MOST_MOMENTS = 60
MOST_MARKS = 3000  # marks of all moments, about 250 kB: a product's, and ten besides
MOST_ACROSS, MOST_ON_LINE = 1000, 60  # cells of an axis that are drawn; of a single one they have to be wide
SHOWN_TERMS = 72  # about as many products as find room
Spot = tuple[int, int]  # a row and a column
Ranges = tuple[range, range]  # of rows and of columns
PADDING, OVER = "padding", "over"  # why a cell has no value of its own: OVER is beyond the padded line


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell of a plane: its value, None without one; ``source`` is the cell that a cell of the padding copies."""

    value: float | None
    kind: str = ""
    source: Spot | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """What one tap of the window makes: ``factors`` in words, and the value; its weight, for the tile to carry."""

    value: float | None
    factors: str = ""
    weight: float | None = None
    winner: bool = False
    kind: str = ""


@dataclass(frozen=True)
class Moment:
    """One place of the window, or one stamp.

    ``stops`` are the rows and columns where its taps stand, on the input or, of a stamp, on the output; ``products``
    are those of each input plane, row by row, and ``sums`` theirs; ``says`` has the sentence, the longest first.
    """

    spot: Spot
    stops: tuple[Sequence[int], Sequence[int]]
    products: Mapping[Place, Sequence[Sequence[Product]]]
    sums: Mapping[Place, float]
    says: Sequence[str]


class Plane(ABC):
    """The map of a report's output that its picked steps are of, or else its first."""

    stamps: ClassVar[bool]  # whether input cells are gone through, and not outputs

    def __init__(self, report: Report) -> None:
        self.report, self.plan, self.layer = report, report.plan, report.plan.layer
        self.picked = report.picks.drawn
        self.flat, self.flat_out = min(2, self.layer.ndim), min(2, len(self.plan.output_shape) - 2)
        self.lead = (self.picked[0] if self.picked else (0,) * len(self.plan.output_shape))[: -self.flat_out]
        self.axes: tuple[Windows | None, ...] = (None, *self.plan.axes)[-2:]
        self.output_size: Spot = (1, *self.plan.output_shape[2:])[-2:]  # type: ignore[assignment]
        terms = min(SHOWN_TERMS, self.layer.largest_window(self.plan.axes))
        self.most = max(FEWEST_DRAWN, min(MOST_MOMENTS, MOST_MARKS // (terms + 10)))

    @cached_property
    @abstractmethod
    def moments(self) -> list[Moment]:
        """What moves, in order; of very many windows, those of :func:`reel`."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many windows, or stamps, there are to choose from."""

    @property
    @abstractmethod
    def drawn(self) -> tuple[Ranges, Ranges]:
        """The rows and columns of the input planes, and of the output, that are drawn."""

    @abstractmethod
    def versions(self) -> dict[Spot, list[tuple[int, float]]]:
        """What stands in each cell of the output: from which moment on, and the value."""

    @abstractmethod
    def finished(self, moment: Moment) -> tuple[int, int, int] | None:
        """Which output cells a moment leaves behind it: all rows above the first, and up to the second these columns.

        None: all of them.
        """

    @property
    def ends(self) -> bool:
        """Whether the last moment is the last there is."""
        if self.picked:
            return True
        walked = self.drawn[0] if self.stamps else tuple(map(range, self.output_size))
        return self.moments[-1].spot == tuple(line[-1] for line in walked)

    @cached_property
    def leads(self) -> list[Place]:
        """The input planes that are read, by batch item, channel and depth."""
        return list(dict.fromkeys(lead for moment in self.moments for lead in moment.products))

    def seen(self, lead: Place, spot: Spot) -> Seen:
        """A cell of an input plane."""
        if any(axis and at >= axis.line.stop for axis, at in zip(self.axes, spot, strict=True)):
            return Seen(None, OVER)
        cell = cell_at(self.plan, self.report.values, (*lead, *spot[-self.flat :]))
        if cell.input_index == cell.place:
            return Seen(cell.value)
        if cell.input_index is None:
            return Seen(0.0 if self.layer.reduction.counts_padding else None, PADDING)
        return Seen(cell.value, PADDING, (0, *cell.input_index[2:])[-2:])  # type: ignore[arg-type]

    def values(self, lead: Place) -> "np.ndarray":
        """What is drawn of an input plane as numbers, ``[rows, columns]``; where there is none, 0."""
        import numpy as np

        depths = [axis.source(at) for axis, at in zip(self.plan.axes, lead[2:], strict=False)]
        rows, columns = (
            [at if axis is None else axis.source(at) if at < axis.line.stop else None for at in line]
            for axis, line in zip(self.axes, self.drawn[0], strict=True)
        )
        values = np.zeros((len(rows), len(columns)), np.float32)
        if None not in depths:
            plane = self.report.values.input[(*lead[:2], *depths)].reshape(-1, self.plan.shape[-1])
            kept, real = zip(*(_real(line) for line in (rows, columns)), strict=True)
            values[np.ix_(*kept)] = plane[np.ix_(*real)]
        return values

    @property
    def output(self) -> "np.ndarray":
        """The finished map, ``[rows, columns]``."""
        return self.map(self.lead)

    def map(self, lead: Place) -> "np.ndarray":
        """Any map of the output, likewise."""
        values: np.ndarray = self.report.output[lead].reshape(self.output_size)
        return values

    @property
    def drawn_output(self) -> "np.ndarray":
        """What is drawn of it; NaN where a stamp reaches beyond it."""
        import numpy as np

        rows, columns = self.drawn[1]
        values = np.full((len(rows), len(columns)), np.nan, np.float32)
        inside = [
            range(max(0, line.start), min(line.stop, size))
            for line, size in zip(self.drawn[1], self.output_size, strict=True)
        ]
        into = tuple(
            slice(each.start - line.start, each.stop - line.start)
            for each, line in zip(inside, self.drawn[1], strict=True)
        )
        values[into] = self.output[tuple(slice(each.start, each.stop) for each in inside)]
        return values

    @property
    def others(self) -> list[Place]:
        """Every map of this batch item's output, by channel and depth."""
        sizes = self.plan.output_shape[1 : -self.flat_out]
        return [(self.lead[0], *index) for index in product(*map(range, sizes))]

    @cached_property
    def unread(self) -> tuple[set[int], ...]:
        """Rows and columns of the input that no window reads, as far as they are drawn."""
        unread = [axis.unread() if axis else () for axis in self.axes]
        return tuple({at for at in line if at in cells} for cells, line in zip(unread, self.drawn[0], strict=True))

    def cropped(self, lines: Sequence[range], around: Sequence[Sequence[int]]) -> Ranges:
        """Of these rows and columns as many as can be drawn, those around a window among them."""
        most = MOST_ON_LINE if self.flat == self.flat_out == 1 and len(lines[1]) > 2 * MOST_ON_LINE else MOST_ACROSS
        rows, columns = (crop(line, min(at), max(at), most) for line, at in zip(lines, around, strict=True))
        return rows, columns


def _real(sources: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """Where a line has cells, and which these are."""
    pairs = [(i, at) for i, at in enumerate(sources) if at is not None]
    return [i for i, _ in pairs], [at for _, at in pairs]


class Windowing(Plane):
    """Window after window, each making one output."""

    stamps = False

    @cached_property
    def moments(self) -> list[Moment]:
        return [self._moment(spot) for spot in self._spots]

    @property
    def count(self) -> int:
        return len(self.picked) or prod(self.output_size)

    @cached_property
    def drawn(self) -> tuple[Ranges, Ranges]:
        stops, spot = self._stops(self._spots[-1]), self._spots[-1]
        ends = [self._stops((row, column)) for row, column in ((0, 0), tuple(size - 1 for size in self.output_size))]
        whole = [range(line.start, max(line.stop, ends[1][i][-1] + 1)) for i, line in enumerate(map(_line, self.axes))]
        return self.cropped(whole, stops), self.cropped([*map(range, self.output_size)], [[at] for at in spot])

    def versions(self) -> dict[Spot, list[tuple[int, float]]]:
        rows, columns = self.drawn[1]
        order = [moment.spot for moment in self.moments]
        when = {spot: i for i, spot in enumerate(order)} if self.picked else {}
        versions = {}
        for spot in product(rows, columns):
            first = when.get(spot, 0) if self.picked else bisect_left(order, spot)
            if first < len(order):
                versions[spot] = [(first if len(order) > 1 else 0, float(self.output[spot]))]
        return versions

    def finished(self, moment: Moment) -> tuple[int, int, int] | None:
        return None if self.picked else (moment.spot[0], moment.spot[0] + 1, moment.spot[1] + 1)

    @cached_property
    def _spots(self) -> list[Spot]:
        """Where the output cells stand that the moments make."""
        if self.picked:
            places = [place for place in self.picked if place[: -self.flat_out] == self.lead]
            spots: list[Spot] = [(0, *place[2:])[-2:] for place in places]  # type: ignore[misc]
            return spots[:: -ceil(len(spots) / self.most)][::-1]
        rows, columns = (range(self._fitting(i)) for i in range(2))
        return reel(rows, columns, self.most)

    def _fitting(self, i: int) -> int:
        """How many windows along the rows or the columns are within what is drawn."""
        size, axis = self.output_size[i], self.axes[i]
        if axis is None or self.flat != self.flat_out:
            return min(size, MOST_ACROSS)
        most = MOST_ON_LINE if self.flat == 1 and max(size, len(axis.line)) > 2 * MOST_ON_LINE else MOST_ACROSS
        end = axis.line.start + max(most, axis.span(0)[1] - axis.line.start + 1)
        return max(1, min(most, bisect_left(range(size), end, key=lambda window: axis.span(window)[1])))

    def _place(self, spot: Spot) -> Place:
        return (*self.lead, *spot[-self.flat_out :])

    def _stops(self, spot: Spot) -> tuple[Sequence[int], Sequence[int]]:
        """Where a window's taps stand, those beyond the padded line (``ceil_mode``) among them."""
        read = [place for place, _, _ in self.layer.reads(self.plan.axes, self._place(spot))]
        along = [sorted({(0, *place[2:])[axis] for place in read}) for axis in (-2, -1)]
        for i, axis in enumerate(self.axes):
            if isinstance(axis, Axis) and not axis.transposed and self.flat_out == self.flat:
                along[i] = list(axis.positions(spot[i]))
        return along[0] or [0], along[1] or [0]

    def _moment(self, spot: Spot) -> Moment:
        step, stops = self.report.step(self._place(spot)), self._stops(spot)
        terms = {term.place: term for term in step.terms}
        covered = (place[: -self.flat] for place, _, _ in self.layer.reads(self.plan.axes, step.output_index))
        products = {
            lead: [[self._product(lead, at, terms) for at in product([row], stops[1])] for row in stops[0]]
            for lead in dict.fromkeys(covered)
        }
        sums = dict.fromkeys(products, 0.0)
        for place, term in terms.items():
            sums[place[: -self.flat]] += term.product
        return Moment(spot, stops, products, sums, [text.plain for text in sentences(step)])

    def _product(self, lead: Place, spot: Spot, terms: Mapping[Place, Term]) -> Product:
        term = terms.get((*lead, *spot[-self.flat :]))
        if term is None:
            return Product(None, kind=self.seen(lead, spot).kind or OVER)
        factors, value = self.layer.reduction.pictured(term)
        return Product(value, factors, None if term.weight_index is None else term.weight, term.winner)


def _line(axis: Windows | None) -> range:
    return axis.line if axis else range(1)


def reel(rows: Sequence[int], columns: Sequence[int], most: int) -> list[Spot]:
    """The places of a window that a moving picture shows: all, or so many, the first row's and then one in a row.

    >>> reel(range(2), range(2), 9), reel(range(4), range(3), 5)
    ([(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 0), (0, 1), (0, 2), (1, 2), (3, 2)])
    """
    if len(rows) * len(columns) <= most:
        return [(row, column) for row in rows for column in columns]
    first = [(rows[0], column) for column in columns[: most if len(rows) == 1 else most * 2 // 3]]
    later = list(rows[1:])
    kept = later[:: -ceil(len(later) / (most - len(first)))][::-1] if later else []
    return [*first, *((row, columns[-1]) for row in kept)]
