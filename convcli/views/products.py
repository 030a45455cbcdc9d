"""Steps in words: every product behind an output, and what an input cell or a weight takes part in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from math import isfinite

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from convcli.engine.steps import Step, Uses
from convcli.layers.reductions import Reduction, Term
from convcli.report import Report
from convcli.views.widgets import INDENT, Screen, boxed, by_sign, fixed, indented
from convcli.wording import adds_up, brief, counted, equals, factor, map_name, number, shown

SHOWN_USES = 24
MOST_TERMS = 100
MOST_PLACES = 20
MOST_MAPS = 12  # of one step; channels beyond are summed up in one line

# Input, kernel and products: which of them stand beside each other, the best first.
GROUPS = (((0, 1, 2),), ((0, 1), (2,)), ((0,), (1,), (2,)))

Map = tuple[Sequence[Term], float]  # the terms of one channel, and their sum
Matrix = Sequence[Text]  # its lines


def value_of(term: Term, source: bool = True) -> str:
    """An input value: in angle brackets where it is padding, a zero or a copy, whose ``source`` may be told."""
    if term.input_index == term.place:
        return factor(term.input)
    copied = f"in{list(term.input_index[2:])}: " if source and term.input_index else ""
    return f"<{copied}{number(term.input)}>"


def line(step: Step, most: int = MOST_TERMS) -> Text:
    """``out[0, 0, 3] ≈ 4·0.12 + 5·(-0.31) + bias 0.25 ≈ -0.13``, to be wrapped, never cut."""
    parts = said(step.reduction, step.terms, most)
    if step.bias is not None:
        parts.append(f"bias {number(step.bias)}")
    text = Text(f"out{list(step.output_index)} ", style="bold")
    sign = "=" if step.exact else "≈"
    if parts != [number(step.value)]:
        text.append(f"{sign} {step.reduction.said(parts, step.terms)} ", style="not bold")
    text.append(f"{sign} {number(step.value)}").append_text(verdict(step))
    return text.append(_reads(step.terms) + left_out(step), style="muted")


def said(reduction: Reduction, terms: Sequence[Term], most: int = MOST_TERMS) -> list[str]:
    """Each term; the rest of very many is counted."""
    parts = [reduction.term_said(term, value_of(term)) + " (the winner)" * term.winner for term in terms[:most]]
    if len(terms) > most:
        parts.append(f"... {len(terms) - most:,} more terms (--full shows them)")
    return parts


def verdict(step: Step) -> Text:
    """What is to be said where torch's value isn't the sum."""
    if not step.agrees:
        return Text(f"  DISAGREES with torch's {number(step.torch)}: please report this", style="wrong")
    if isfinite(step.value) and not isfinite(step.torch):
        return Text(f", which float32 can't hold: {number(step.torch)}", style="not bold")
    return Text()


def left_out(step: Step) -> str:
    """That some of a pooling's window is padding which doesn't count."""
    return f"  ({counted(step.ignored, 'cell')} of padding left out)" if step.ignored else ""


def _reads(terms: Sequence[Term]) -> str:
    """On one axis: which cells are read, by which taps and in which channel, where that isn't plain."""
    if not terms or len(terms[0].place) > 3:
        return ""
    first = terms[0].place[1]
    channel = [term for term in terms if term.place[1] == first]
    places = [term.place[2] for term in channel]
    taps = [term.weight_index[2] for term in channel if term.weight_index]
    alone = len(channel) == len(terms) and first > 0
    if _consecutive(taps, 0) and _consecutive(places, places[0]) and not alone:
        return ""
    by = "" if _consecutive(taps, 0) else f" with tap{'s' * (len(taps) > 1)} {_listed(taps)}"
    return f"  (reads {f'channel {first} at ' * alone}{_listed(places)}{by})"


def _consecutive(numbers: Sequence[int | str], first: int) -> bool:
    return list(numbers) == [*range(first, first + len(numbers))]


def _listed(numbers: Sequence[int | str]) -> str:
    """Each number; of a long run the first and the last, of very many the first ones.

    >>> _listed([0, 1, 2]), _listed([0, 1, 2, 3]), _listed([0, 2, 4, 6])
    ('0, 1, 2', '0 to 3', '0, 2, 4, 6')
    """
    if len(numbers) > 3 and isinstance(numbers[0], int) and _consecutive(numbers, numbers[0]):
        return f"{numbers[0]} to {numbers[-1]}"
    texts = [str(number) for number in numbers]
    return ", ".join(texts if len(texts) <= MOST_PLACES else [*texts[:3], "...", texts[-1]])


def _legend(steps: Iterable[Step]) -> Iterator[Text]:
    """What the brackets mean, where there are any."""
    first = next((term for step in steps for term in step.terms if term.input_index != term.place), None)
    if first is None:
        return
    words = "<0> stands in the padding"
    if first.input_index and len(first.place) == 3:
        words = f"{value_of(first)} stands in the padding, a copy of cell {first.input_index[2]}"
    elif first.input_index:
        place, cell = next((p, c) for p, c in zip(first.place, first.input_index, strict=True) if p != c)
        words = f"<...> stands in the padding; {_listed([f'{place}←{cell}'])}: a copy of row or column {cell}"
    yield Text(words, style="muted")


def picked_steps(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """The steps that were picked."""
    return drawn(report.steps, screen.width, report.plan.layer.place_names, screen.full)


def picked_uses(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """What the picked cell and the picked weight are part of."""
    for uses in report.uses():
        yield from told(uses, screen.full)


def drawn(
    steps: Sequence[Step], width: int, place_names: Sequence[str], full: bool = False
) -> Iterator[RenderableType]:
    """Each step: a line where it reads one channel of one axis, else a panel, its channels, and what they add up to."""
    yield ""
    for step in steps:
        most = len(step.terms) if full else MOST_TERMS
        flat = not step.terms or len(step.terms[0].place) == 3
        if flat and (len(step.maps) < 2 or not step.reduction.multiplies):
            yield line(step, most)
            continue
        yield _heading(step, width, place_names)
        if not step.reduction.multiplies:
            yield from _window(step, width, most)
        elif flat:
            rows = [[Text(" + ".join(said(step.reduction, terms, most)))] for terms, _ in _shown_maps(step, full)[0]]
            yield indented(_sums(step, ("products",), rows, full))
        else:
            yield from _products(step, width, full)
    yield from _legend(steps)


def _heading(step: Step, width: int, place_names: Sequence[str]) -> Panel:
    """Which output this is, its value, and which cells it reads."""
    title = Text(f"out{list(step.output_index)} {equals(step.value, step.value)} {number(step.value)}", style="bold")
    names = ("batch", *place_names)
    place = " · ".join(f"{name} {i}" for name, i in zip(names, step.output_index, strict=True))
    read = Text(f"{place}\nreads {_where(step)}").append(left_out(step), "muted")
    return boxed(title.append_text(verdict(step)), [read], width)


def _where(step: Step) -> str:
    """The cells behind an output along each axis, the same in each channel, and by which taps if that isn't plain."""
    terms, _ = step.maps[0]
    if len(terms[0].place) == 3:
        return f"cells {_along(terms, -1)}"
    rows = [list(row) for _, row in groupby(terms, key=lambda term: term.place[-2])]
    firsts = [row[0] for row in rows]
    plural = "s" * (len(firsts) > 1), "s" * (len(rows[0]) > 1)
    words = f"row{plural[0]} {_along(firsts, -2)} · column{plural[1]} {_along(rows[0], -1)}"
    taps = [[t.weight_index[axis] for t in line if t.weight_index] for line, axis in ((firsts, -2), (rows[0], -1))]
    if all(_consecutive(each, 0) for each in taps):
        return words
    return words + f" · taps: row{plural[0]} {_listed(taps[0])} · column{plural[1]} {_listed(taps[1])}"


def _along(terms: Sequence[Term], axis: int) -> str:
    """Where these stand along an axis; behind an arrow, what a copy in the padding is of."""
    both = [(term.place[axis], (term.input_index or term.place)[axis]) for term in terms]
    return _listed([place if cell == place else f"{place}←{cell}" for place, cell in both])


def _name(terms: Sequence[Term]) -> str:
    """A map's channel, and where it has one its depth; behind an arrow, what a copy in the padding is of."""
    name = map_name(terms[0].place[1:2])
    return name if len(terms[0].place) < 5 else f"{name}, depth {_along(terms[:1], -3)}"


def _shown_maps(step: Step, full: bool) -> tuple[Sequence[Map], Sequence[Map]]:
    """The channels of a step that are shown one by one, and those beyond."""
    most = len(step.maps) if full else MOST_MAPS
    return step.maps[:most], step.maps[most:]


def _sums(step: Step, headings: Sequence[str], rows: Sequence[Sequence[Text]], full: bool) -> Table:
    """A row for each channel with its sum at the end, then the bias and the total: a column that adds up."""
    maps, left = _shown_maps(step, full)
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="muted")
    for heading in ("", *headings):
        table.add_column(heading, overflow="fold", no_wrap=len(headings) != 1)
    table.add_column("Σ", justify="right", vertical="bottom", no_wrap=True)
    blanks = [""] * len(headings)
    for (terms, total), row in zip(maps, rows, strict=True):
        table.add_row(Text(_name(terms), style="muted"), *row, number(total))
    rest = sum(total for _, total in left)
    if left:
        table.add_row(Text(f"... {len(left):,} more", style="muted"), *blanks, number(rest))
    if step.bias is not None:
        table.add_row(Text("bias", style="muted"), *blanks, number(step.bias))
    made = sum(shown(total) for _, total in maps) + shown(rest) + shown(step.bias or 0.0)
    value = Text(f"{equals(made, step.value)} {number(step.value)}", style="bold")
    table.add_row("", *blanks, Text("─" * len(value), style="muted"))
    table.add_row("", *blanks, value)
    return table


def _products(step: Step, width: int, full: bool) -> Iterator[RenderableType]:
    """Input × kernel = products, in four decimals or three digits, beside each other as far as the screen is wide."""
    maps, _ = _shown_maps(step, full)
    label = max(len(_name(terms)) for terms, _ in maps)
    for writing in (_four_decimals, brief):
        matrices = [_matrices(terms, writing) for terms, _ in maps]
        wide = [max(len(each[i][1][0]) for each in matrices) for i in range(3)]
        if INDENT + label + sum(wide) + len("   ×   =  ≈ ") + len(number(step.value)) <= width:
            rows = [list(_signed(each))[1:] for each in matrices]
            yield indented(_sums(step, ("input", "", "kernel", "", "products"), rows, full))
            return
    groups = next((each for each in GROUPS if all(sum(wide[i] + 4 for i in group) <= width for group in each)), ())
    if not groups:
        yield line(step, len(step.terms) if full else MOST_TERMS)
        return
    for (terms, _), each in zip(maps, matrices, strict=True):
        yield Text(f"  {_name(terms)}", style="muted")
        for group in groups:
            table = Table.grid(padding=(0, 1, 0, 0))
            table.add_row(*_signed([each[i] for i in group]))
            yield indented(table)
    yield indented(_sums(step, (), [()] * len(maps), full))


def _four_decimals(values: Sequence[float]) -> Callable[[float], str]:
    return number


def _matrices(
    terms: Sequence[Term], writing: Callable[[Sequence[float]], Callable[[float], str]]
) -> Sequence[tuple[str, Matrix]]:
    """A map's cells, its weights and their products, each as the window stands, with the sign before it."""
    rows = [list(row) for _, row in groupby(terms, key=lambda term: term.place[-2])]
    cell, weight, product = (
        writing([getattr(term, name) for term in terms]) for name in ("input", "weight", "product")
    )
    exact = all(_multiply(cell(term.input), weight(term.weight), product(term.product)) for term in terms)
    return (
        ("", _matrix(rows, lambda t: _cell(t, cell))),
        ("×", _matrix(rows, lambda t: (weight(t.weight), "accent"))),
        ("=" if exact else "≈", _matrix(rows, lambda t: (product(t.product), by_sign(t.product)))),
    )


def _multiply(cell: str, weight: str, product: str) -> bool:
    """Whether two numbers make a third, as they are written.

    >>> _multiply("3", ".5", "1.5"), _multiply("3", ".195", ".586"), _multiply("3", "≈0", "0")
    (True, False, False)
    """
    return "≈" not in cell + weight + product and adds_up(float(cell) * float(weight), float(product))


def _cell(term: Term, form: Callable[[float], str]) -> tuple[str, str]:
    """An input value: in angle brackets where it stands in the padding."""
    if term.input_index == term.place:
        return form(term.input), by_sign(term.input)
    return f"<{form(term.input)}>", "muted"


def _matrix(rows: Sequence[Sequence[Term]], cell: Callable[[Term], tuple[str, str]]) -> Matrix:
    cells = [[cell(term) for term in row] for row in rows]
    wide = max(len(text) for row in cells for text, _ in row)
    return [fixed().append_tokens((f"{text:>{wide}} ", style) for text, style in row)[:-1] for row in cells]


def _signed(matrices: Sequence[tuple[str, Matrix]]) -> Iterator[Text]:
    for sign, lines in matrices:
        yield from (Text(sign), Text("\n").join(lines))


def _window(step: Step, width: int, most: int) -> Iterator[RenderableType]:
    """A pooling's cells as the window stands, the winner between stars, and what they become."""
    if len(step.terms) == 1:
        return
    for terms, _ in step.maps:
        rows = [list(row) for _, row in groupby(terms, key=lambda term: term.place[-2])]
        window = _matrix(rows, lambda t: (f"*{_cell(t, number)[0]}*", "accent") if t.winner else _unmarked(t))
        if len(window[0]) <= width - INDENT:
            yield from ([Text(f"  {_name(terms)}", style="muted")] if len(step.maps) > 1 else [])
            yield from (fixed(" " * INDENT).append_text(line) for line in window)
    parts = step.reduction.said(said(step.reduction, step.terms, most), step.terms)
    yield indented(Text(f"{'=' if step.exact else '≈'} {parts}"))


def _unmarked(term: Term) -> tuple[str, str]:
    text, style = _cell(term, number)
    return f" {text} ", style


def told(uses: Uses, full: bool = False) -> Iterator[RenderableType]:
    """What an input cell or a weight is part of: each product, or window of a pooling, and its output."""
    listed = list(islice(uses.products, None if full else SHOWN_USES))
    pooling = bool(listed) and listed[0].weight is None
    role = (
        "is read by " + counted(uses.count, "window") if pooling else "takes part in " + counted(uses.count, "product")
    )
    if not uses.count and not uses.zeros:
        role = "reaches no output"
    if uses.zeros:
        role += f", and {uses.zeros:,} with padding's zeros"
    if uses.count and uses.factors:
        role += f": {uses.factors}"
    yield ""
    yield Text(f"{uses.of}{list(uses.index)} = {number(uses.value)} {role}", style="bold")
    for use in listed:
        text = Text("  ")
        if use.weight is not None and use.product is not None:
            other = f"weight{list(use.weight_index or ())}" if uses.of == "input" else f"input{list(use.input_index)}"
            text.append(f"{other}: ", style="muted")
            sign = equals(shown(use.input) * shown(use.weight), use.product)
            text.append(f"{factor(use.input)}·{factor(use.weight)} {sign} {number(use.product)} ")
        yield text.append(f"→ out{list(use.output_index)}")
    if uses.count > len(listed):
        yield Text(f"  ... and {uses.count - len(listed):,} more (--full shows them)", style="muted")
