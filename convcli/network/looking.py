"""Which input cells one cell of a layer sees, cell by cell, and which of its cells an input cell reaches."""

from collections.abc import Sequence
from dataclasses import dataclass

from convcli.arithmetic.receptive import Field
from convcli.arithmetic.windows import Windows
from convcli.matching import nearest
from convcli.network.chain import Chain, Row
from convcli.refusals import Refusal, Spelling, Words

MOST_CELLS = 2_000_000  # cells of all layers that are followed back one by one


class NoSuchLayer(Refusal):
    name: str
    near: Sequence[str]
    names: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        fix = f"did you mean {' or '.join(self.near)}? " if self.near else ""
        why = f"there is no layer {self.name!r} with places of the input"
        if not self.names:
            return why, f"they are known of no layer here: leave {spell('receptive')} out, and the table says why"
        return why, f"{fix}there are {', '.join(self.names)}"


@dataclass(frozen=True, slots=True)
class Level:
    """The cells of one layer that have a part in what is seen.

    ``places`` are the middles of what each sees, counted in input cells; ``reads``, the cells of the level below.
    """

    name: str
    cells: tuple[int, ...]
    places: tuple[float, ...]
    reads: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What one cell of a layer sees along an input axis.

    It goes from the ``first`` to the ``last`` cell, as if the input had no ends. ``levels`` go from the input to the
    layer, each with the cells that have a part in it; behind paths that join there are none.
    """

    axis: int
    cell: int
    first: int
    last: int
    size: int
    levels: tuple[Level, ...] = ()

    @property
    def count(self) -> int:
        """Cells from the first to the last, padding included."""
        return self.last - self.first + 1

    @property
    def inside(self) -> int:
        """Those of them that are cells of the input."""
        return max(0, min(self.last, self.size - 1) - max(self.first, 0) + 1)


def row_named(chain: Chain, name: str) -> Row:
    """A layer by its name, or the last that has places where it is a word for it.

    Raises:
        NoSuchLayer: there is none, or it has no places of the input.
    """
    placed = [row for row in chain.worked if row.sight and row.sight.fields and row.slides]
    if name == "last" and placed:
        return placed[-1]
    found = next((row for row in reversed(placed) if row.name == name), None)
    if found is None:
        names = [row.name for row in placed]
        raise NoSuchLayer(name=name, near=nearest(name, names, 2), names=names[:12])
    return found


def axis_of(row: Row, axis: int) -> int:
    """The axis of a layer's output that goes along an input axis."""
    assert row.sight is not None
    return next(i for i, carried in enumerate(row.sight.carried) if axis in carried)


def size_of(row: Row, axis: int) -> int:
    """How many cells a layer has along an input axis."""
    return (row.output_shape or ())[axis_of(row, axis)]


def look(chain: Chain, row: Row, axis: int, cell: int) -> Look:
    """What a cell of a layer sees along an input axis."""
    assert row.sight is not None
    field: Field = row.sight.fields[axis]
    levels = tuple(_levels(chain, row, axis, cell)) if chain.model.parts else ()
    return Look(axis, cell, field.first(cell), field.last(cell), chain.sizes[axis], levels)


def _levels(chain: Chain, row: Row, axis: int, cell: int) -> list[Level]:
    """From the input to the layer: whose cells have a part in it."""
    rows = [each for each in chain.rows[: chain.rows.index(row) + 1] if each.sight and each.layer and each.input_shape]
    cells, followed = [cell], 0
    levels = []
    for each in reversed(rows):
        windows = _windows(each, axis)
        if windows is None:
            continue
        assert each.sight is not None
        field = each.sight.fields[axis]
        reads = [tuple(source for _, _, source in windows.taps(output) if source is not None) for output in cells]
        places = tuple((field.first(output) + field.last(output)) / 2 for output in cells)
        levels.append(Level(each.name, tuple(cells), places, tuple(reads)))
        cells = sorted({source for sources in reads for source in sources})
        followed += len(cells)
        if followed > MOST_CELLS:
            return []
    levels.append(Level("input", tuple(cells), tuple(map(float, cells))))
    return levels[::-1]


def _windows(row: Row, axis: int) -> Windows | None:
    """What a layer reads along an input axis; None where each cell reads its own."""
    assert row.layer is not None
    path = row.layer.paths(row.input_shape or ())[axis_of(row, axis)]
    return next((windows for _, windows in path if windows is not None), None)


def reached(chain: Chain, row: Row, axis: int, cell: int) -> range:
    """The cells of a layer that an input cell can reach."""
    assert row.sight is not None
    return row.sight.fields[axis].reached_from(cell, size_of(row, axis))


def below(chain: Chain, row: Row, axis: int, middle: float) -> int:
    """The cell of a layer that stands nearest to a place of the input."""
    assert row.sight is not None
    field = row.sight.fields[axis]
    return min(range(size_of(row, axis)), key=lambda cell: abs(field.first(cell) + field.last(cell) - 2 * middle))
