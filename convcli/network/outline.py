"""A chain as an outline: layers under what holds them, parts folded with their sums, repeated blocks once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from convcli.network.chain import Chain, Row
from convcli.network.parts import Placed


@dataclass(slots=True)
class Line:
    """A layer or a part of the model, with all the rows that it stands for; ``row`` is its own where it is a layer.

    ``times`` alike follow each other; the rows are those of all of them.
    """

    label: str
    code: str
    depth: int = 0
    row: Row | None = None
    rows: list[Row] = field(default_factory=list)
    inner: "list[Line]" = field(default_factory=list)
    times: int = 1

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int | None:
        """None: not one is known."""
        known = [row.macs for row in self.rows if row.macs is not None]
        return sum(known) if known else None

    @property
    def last(self) -> Row:
        """The row whose output is the part's."""
        return self.rows[-1]

    @property
    def alike(self) -> tuple[object, ...]:
        """What is the same in repeated blocks: the layers, and the shapes that come and go."""
        return (self.code, *((row.code, row.output_shape) for row in self.rows))


def outline(chain: Chain, depth: int | None = None, fold: bool = True) -> list[Line]:
    """The lines of a model, to a depth of holders within holders; ``fold`` says repeated blocks once."""
    return list(_flat(_folded(_tree(chain)) if fold else _tree(chain), depth))


def _tree(chain: Chain) -> list[Line]:
    roots: list[Line] = []
    around: list[tuple[Placed, Line]] = []
    for row in chain.rows:
        holders = row.holders[1:]
        same = 0
        while same < min(len(around), len(holders)) and around[same][0] is holders[same]:
            same += 1
        del around[same:]
        for holder in holders[same:]:
            line = Line(holder.label, holder.part.class_name, len(around))
            (around[-1][1].inner if around else roots).append(line)
            around.append((holder, line))
        leaf = Line(row.name.rpartition(".")[2], row.code, len(around), row, [row])
        (around[-1][1].inner if around else roots).append(leaf)
        for _, line in around:
            line.rows.append(row)
    return roots


def _folded(lines: Sequence[Line]) -> list[Line]:
    """Blocks that follow each other and are alike become the first of them, for all."""
    kept: list[Line] = []
    for line in lines:
        line.inner = _folded(line.inner)
        before = kept[-1] if kept else None
        if before is not None and (line.inner or before.times > 1 or _repeated(line)) and _alike(before, line):
            before.times += 1
            before.label = f"{before.label.partition('–')[0]}–{line.label}"
            before.rows = [*before.rows, *line.rows]
        else:
            kept.append(line)
    return kept


def _repeated(line: Line) -> bool:
    return line.row is not None and line.row.times > 1


def _alike(before: Line, line: Line) -> bool:
    count = len(before.rows) // before.times
    return (before.code, *((row.code, row.output_shape) for row in before.rows[-count:])) == line.alike


def _flat(lines: Sequence[Line], depth: int | None) -> Iterator[Line]:
    for line in lines:
        yield line
        if depth is None or line.depth + 1 < depth:
            yield from _flat(line.inner, depth)
