"""The marks that pictures are made of: cells and their numbers, guide lines, the window's tile, brackets, rings."""

from collections.abc import Iterator, Sequence
from itertools import product

from convcli.views.drawing import DOTTED, Box, Mark, Path, Point, Words
from convcli.views.layout import Grid
from convcli.views.plane import OVER, PADDING, Ranges, Seen, Spot
from convcli.views.tints import ground
from convcli.wording import short

LEAST = 24.0  # the smallest type
LINES_FROM = 8.0  # cells so large are set off by lines
Span = tuple[tuple[int, int], tuple[int, int]]  # the first and the one after the last, of rows and of columns


def cell(grid: Grid, at: Spot) -> Box:
    """The room of a map's cell."""
    return Box(grid.x + at[1] * grid.width, grid.y + at[0] * grid.height, grid.width, grid.height)


def block(grid: Grid, span: Span) -> Box:
    """The room of several."""
    (top, below), (left, right) = span
    first = cell(grid, (top, left))
    return Box(first.x, first.y, (right - left) * grid.width, (below - top) * grid.height)


def around(blocks: Sequence[Box]) -> Box:
    """The room of blocks one below the other."""
    first, last = blocks[0], blocks[-1]
    return Box(first.x, first.y, max(each.width for each in blocks), last.bottom - first.y)


def corner(grid: Grid, span: Span) -> Point:
    """Where a block begins."""
    first = block(grid, span)
    return first.x, first.y


def on(drawn: Ranges, stops: Sequence[Sequence[int]]) -> Span:
    """From the first to behind the last of these rows and columns, counted from the first that is drawn."""
    rows, columns = ((min(at) - line.start, max(at) + 1 - line.start) for line, at in zip(drawn, stops, strict=True))
    return rows, columns


def taps_on(stops: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Where taps stand, counted from the first of them."""
    rows, columns = ([at - first for at in each] for each, first in zip(stops, map(min, stops), strict=True))
    return rows, columns


def seen_cell(seen: Seen, box: Box, most: float) -> Iterator[Mark]:
    """A cell without its number: hued, dotted in the padding, hatched beyond it."""
    if not seen.kind:
        yield Box(box.x, box.y, box.width, box.height, ground(seen.value or 0.0, most), "grid")
        return
    yield Box(box.x, box.y, box.width, box.height, "panel", "grid", dash=DOTTED)
    if seen.kind == OVER:
        for part in (1 / 3, 2 / 3, 1):
            yield Path(((box.x, box.y + part * box.height), (box.x + part * box.width, box.y)), "grid", thick=1.0)


def number(box: Box, value: float, size: float, most: float, kind: str = "") -> Words:
    """A cell's number."""
    colour = "muted" if kind == PADDING else f"on {ground(value, most)}"
    return Words(box.x + box.width / 2, box.y + box.height / 2, size, short(value), colour)


def heading(x: float, top: float, text: str, bold: bool = False) -> list[Mark]:
    """What stands over a block that begins at ``top``."""
    return label(Words(x, top - 0.72 * LEAST, LEAST, text, "ink", "start", bold))


def label(words: Words) -> list[Mark]:
    """Words that guide lines pass behind."""
    room = words.box
    return [Box(room.x, room.y, room.width, room.height, "paper"), words]


def guide(one: Box, other: Box, leaving: Box | None = None, reaching: Box | None = None) -> list[Mark]:
    """Two lines from one block to the next, beside it or below it.

    Of a map with numbers, which they would cross, they leave the edge or reach it.
    """
    leaving, reaching = leaving or one, reaching or other
    if other.x > one.right - 1:
        pairs = [((leaving.right, one.y), (reaching.x, other.y))]
        pairs += [((leaving.right, one.bottom), (reaching.x, other.bottom))]
    else:
        pairs = [((one.x, leaving.bottom), (other.x, reaching.y))]
        pairs += [((one.right, leaving.bottom), (other.right, reaching.y))]
    return [Path(pair, "accent") for pair in pairs]


def tile(grid: Grid, span: Span, taps: tuple[list[int], list[int]]) -> list[Mark]:
    """An outline with a halo, its corner at 0; its taps where there are gaps between them."""
    (top, below), (left, right) = span
    high, wide = (below - top) * grid.height, (right - left) * grid.width
    thick = max(1.5, min(4.0, grid.height / 8))
    halo, edge = (
        Box(0, 0, wide, high, stroke="paper", thick=thick + 4),
        Box(0, 0, wide, high, stroke="accent", thick=thick),
    )
    if grid.height < LINES_FROM or (len(taps[0]) == below - top and len(taps[1]) == right - left):
        return [halo, edge]
    cells = (Box(c * grid.width, r * grid.height, grid.width, grid.height).inset(3) for r, c in product(*taps))
    return [halo, edge, *(Box(c.x, c.y, c.width, c.height, stroke="accent", thick=2) for c in cells)]


def ring(box: Box) -> Iterator[Mark]:
    """Around the winner of a maximum, with a halo."""
    thick, inner = max(1.0, min(3.0, box.height / 8)), box.inset(5)
    for ink, wide in (("paper", thick + 3), ("ink", thick)):
        yield Box(inner.x, inner.y, inner.width, inner.height, stroke=ink, thick=wide, round=inner.height / 3)


def dotted(box: Box) -> Box:
    """Around a cell that padding copies."""
    inner = box.inset(4)
    return Box(inner.x, inner.y, inner.width, inner.height, stroke="ink", thick=2, dash=DOTTED, round=3)


def brackets(grid: Grid, drawn: Ranges, unread: Sequence[set[int]]) -> Iterator[Mark]:
    """At the rows and columns that no window reads."""
    (rows, columns), reach = drawn, 5
    bottom, right = grid.y + len(rows) * grid.height + 3, grid.x + len(columns) * grid.width + 3
    for at in sorted(unread[1]):
        left = grid.x + (at - columns.start) * grid.width
        one, other = left + 2, left + grid.width - 2
        yield Path(((one, bottom), (one, bottom + reach), (other, bottom + reach), (other, bottom)), "warning", thick=2)
    for at in sorted(unread[0]):
        top = grid.y + (at - rows.start) * grid.height
        one, other = top + 2, top + grid.height - 2
        yield Path(((right, one), (right + reach, one), (right + reach, other), (right, other)), "warning", thick=2)
