"""What one cell of a layer sees of the input, drawn: on the screen, and as SVG."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.network.chain import Chain, Row
from convcli.network.looking import Look, below, look, reached, size_of
from convcli.network.study import Study
from convcli.refusals import AXIS_NAMES
from convcli.views.as_json import as_text
from convcli.views.network_svg import LOOKS, framed, words
from convcli.views.network_texts import network_object
from convcli.views.widgets import Screen, fixed, labelled
from convcli.wording import plain

TALLEST, WIDEST = 16, 40  # characters of a map
SIDE = 420  # pixels of a picture's longer side


def places(chain: Chain, row: Row) -> dict[str, tuple[int, ...]]:
    """The cell in the middle, and the one at the corner."""
    sizes = [size_of(row, axis) for axis in range(len(chain.sizes))]
    return {"centre": tuple(size // 2 for size in sizes), "border": (0,) * len(sizes)}


def drawn(study: Study, screen: Screen) -> Iterator[RenderableType]:
    """Both cells, what they see in words and as a drawing, and the way back."""
    chain, row = study.chain, study.row
    counts = " × ".join(str(count) for count, _ in row.seen)
    sizes = [size_of(row, axis) for axis in range(len(chain.sizes))]
    yield Text(f"one cell of {plain(row.name)} sees {counts} of {' × '.join(map(str, chain.sizes))}", style="bold")
    yield Text(f"{plain(row.code)}, {' × '.join(map(str, sizes))} cells; jump {_jumps(row)}", style="muted")
    for name, cell in places(chain, row).items():
        looks = [look(chain, row, axis, position) for axis, position in enumerate(cell)]
        yield ""
        yield Text(f"{name}  cell {', '.join(map(str, cell))}", style="bold")
        yield labelled(_said(looks, chain))
        yield Group(*(_tree(looks[0], screen.width - 2) if len(looks) == 1 else _map(looks, screen.width - 2)))
    yield ""
    yield labelled(_backwards(chain, row, study.effective))


def drawn_text(study: Study) -> str:
    """The text of ``--json``: the network's, and what both cells see along each axis."""
    chain, row = study.chain, study.row
    cells = {}
    for name, cell in places(chain, row).items():
        looks = [look(chain, row, axis, position) for axis, position in enumerate(cell)]
        seen = [{"first": each.first, "last": each.last, "count": each.count, "inside": each.inside} for each in looks]
        cells[name] = {"cell": list(cell), "sees": seen}
    middle = [size // 2 for size in chain.sizes]
    reach = [reached(chain, row, axis, cell) for axis, cell in enumerate(middle)]
    found = {
        "layer": row.name,
        **cells,
        "projective": {"cell": middle, "reaches": [[each.start, each.stop - 1] if each else None for each in reach]},
        "effective": study.effective or None,
    }
    return as_text(network_object(chain) | {"receptive": found})


def _jumps(row: Row) -> str:
    assert row.sight is not None
    return " × ".join(dict.fromkeys(str(field.jump) for field in row.sight.fields))


def _said(looks: Sequence[Look], chain: Chain) -> Iterator[tuple[str, str]]:
    names = AXIS_NAMES.get(len(looks), ("axis",) * len(looks))
    for name, each in zip(names, looks, strict=True):
        padding = each.count - each.inside
        outside = f"; {padding} of {each.count} are padding, {padding / each.count:.0%}" if padding else ""
        yield name, f"{each.first} to {each.last}{outside}"


def _backwards(chain: Chain, row: Row, effective: str) -> Iterator[tuple[str, str]]:
    middle = tuple(size // 2 for size in chain.sizes)
    reach = [reached(chain, row, axis, cell) for axis, cell in enumerate(middle)]
    spans = " × ".join(str(len(each)) for each in reach)
    where = ", ".join(f"{each.start} to {each.stop - 1}" if each else "none" for each in reach)
    yield "back", f"the input's cell {', '.join(map(str, middle))} reaches {spans} cells of {plain(row.name)}: {where}"
    yield "field", "from the first to the last cell that can matter; what matters most is smaller, and in the middle"
    if effective:
        yield "effective", effective


def _tree(seen: Look, width: int) -> Iterator[RenderableType]:
    """One line for each layer, the input last: which cells have a part in it."""
    levels = seen.levels
    if not levels:
        return
    label = min(14, max(len(level.name) for level in levels))
    columns = max(8, width - label - 2)
    low, high = min(seen.first, 0), max(seen.last, seen.size - 1)
    if high - low + 1 > columns:  # as much of the input as the field and a little around it
        margin = max(1, seen.count // 8)
        low, high = max(low, seen.first - margin), min(high, seen.last + margin)
    each = -(-(high - low + 1) // columns)
    for level in reversed(levels):
        line = fixed(f"  {level.name[:label]:<{label}}  ", "muted")
        marked = {int((place - low) // each) for place in level.places}
        for column in range(-(-(high - low + 1) // each)):
            within = low + column * each < seen.size and low + (column + 1) * each > 0
            sign = "●" if column in marked else "·" if within else " "
            line.append(sign, style="accent" if column in marked else "muted")
        yield line
    if each > 1:
        yield Text(f"  each sign stands for {each} cells of the input", style="muted")


def _map(looks: Sequence[Look], width: int) -> Iterator[RenderableType]:
    """The last two axes, shrunk to fit: what is seen, and what isn't."""
    high, wide = looks[-2], looks[-1]
    scale = max(high.size / TALLEST, wide.size / min(WIDEST, width) * 1.0, 1)
    for row in range(max(1, round(high.size / scale))):
        line = fixed("  ")
        inside = high.first <= (row + 0.5) * scale <= high.last + 1
        for column in range(max(1, round(wide.size / scale))):
            seen = inside and wide.first <= (column + 0.5) * scale <= wide.last + 1
            line.append("██" if seen else "··", style="accent" if seen else "muted")
        yield line


def field_svg(chain: Chain, row: Row) -> str:
    """What the middle cell sees at each layer up to this one: on one axis a tree of cells, else nested squares."""
    looks = [look(chain, row, axis, cell) for axis, cell in enumerate(places(chain, row)["centre"])]
    if len(looks) == 1 and looks[0].levels:
        return framed(*_tree_svg(looks[0]), f"What one cell of {row.name} sees")
    return framed(*_squares_svg(chain, row), f"What one cell of {row.name} sees")


def _tree_svg(seen: Look) -> tuple[str, float, float]:
    """A row of cells for each layer, the input below, and lines to what each cell reads."""
    step = min(24.0, 1100 / seen.count)
    radius, gap, left = max(1.2, step * 0.32), 46, 110
    count = len(seen.levels)
    cells, lines = [], []
    lower: dict[int, float] = {}
    for i, level in enumerate(seen.levels):
        y = 30 + (count - 1 - i) * gap
        across = {
            cell: left + (place - seen.first + 0.5) * step
            for cell, place in zip(level.cells, level.places, strict=True)
        }
        cells.append(words(level.name[:14], 8, y + 4, "aside"))
        cells += [f'<circle {LOOKS["cell"]} cx="{x:.1f}" cy="{y}" r="{radius:.1f}"/>' for x in across.values()]
        for x, reads in zip(across.values(), level.reads, strict=False):
            lines += [f'<path {LOOKS["way"]} d="M{x:.1f} {y}L{lower[cell]:.1f} {y + gap}"/>' for cell in reads]
        lower = across
    return "".join([*lines, *cells]), left + (seen.count + 1) * step + 20, 40 + count * gap


def _squares_svg(chain: Chain, row: Row) -> tuple[str, float, float]:
    """The input, and what the middle cell sees of it at each layer where that grows."""
    height, width = (chain.sizes[-2], chain.sizes[-1]) if len(chain.sizes) > 1 else (1, chain.sizes[-1])
    index = chain.rows.index(row)
    squares: list[tuple[str, Look, Look]] = []
    target = [look(chain, row, axis, cell) for axis, cell in enumerate(places(chain, row)["centre"])]
    for each in chain.rows[: index + 1]:
        if each.sight is None or not each.slides:
            continue
        middles = enumerate((seen.first + seen.last) / 2 for seen in target)
        looks = [look(chain, each, axis, below(chain, each, axis, middle)) for axis, middle in middles]
        if not squares or looks[-1].count > squares[-1][2].count or looks[-2 % len(looks)].count > squares[-1][1].count:
            squares.append((each.name, looks[-2 % len(looks)], looks[-1]))
    top = min([0, *(down.first for _, down, _ in squares)])
    left = min([0, *(across.first for _, _, across in squares)])
    bottom = max([height, *(down.last + 1 for _, down, _ in squares)])
    right = max([width, *(across.last + 1 for _, _, across in squares)])
    scale = SIDE / max(bottom - top, right - left)
    x, y = 20 - left * scale, 20 - top * scale
    parts = [
        f'<rect {LOOKS["box"]} x="{x:.1f}" y="{y:.1f}" width="{width * scale:.1f}" height="{height * scale:.1f}"/>'
    ]
    beside = 40 + (right - left) * scale
    for i, (name, down, across) in enumerate(squares):
        box = (x + across.first * scale, y + down.first * scale, across.count * scale, down.count * scale)
        parts.append('<rect {} x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'.format(LOOKS["field"], *box))
        parts.append(words(f"{name}  {down.count} × {across.count}", beside, 32 + 17 * i, "aside"))
    foot = 40 + (bottom - top) * scale
    parts.append(words(f"input {height} × {width}", 20, foot))
    return "".join(parts), 280 + beside, max(20 + foot, 40 + 17 * len(squares))
