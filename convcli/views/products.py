"""Steps in words: every product behind an output, and what an input cell or a weight takes part in."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from math import isfinite

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.engine.steps import Step, Uses
from convcli.layers.reductions import Reduction, Term
from convcli.report import Report
from convcli.views.widgets import Screen
from convcli.wording import factor, map_name, number

SHOWN_USES = 24
MOST_TERMS = 500
MOST_PLACES = 20
MOST_MAPS = 12  # of one step; channels beyond are summed up in one line


def value_of(term: Term, source: bool = True) -> str:
    """An input value: in angle brackets where it is padding, a zero or a copy, whose ``source`` may be told."""
    if term.input_index == term.place:
        return factor(term.input)
    copied = f"in{list(term.input_index[2:])}: " if source and term.input_index else ""
    return f"<{copied}{number(term.input)}>"


def line(step: Step, most: int = MOST_TERMS) -> Text:
    """``out[0, 0, 3] = 4·0.12 + 5·(-0.31) + bias 0.25 = -0.13``, to be wrapped, never cut."""
    return _total(step, said(step.reduction, step.terms, most))


def said(reduction: Reduction, terms: Sequence[Term], most: int = MOST_TERMS) -> list[str]:
    """Each term; the rest of very many is counted."""
    parts = [reduction.term_said(term, value_of(term)) + " (the winner)" * term.winner for term in terms[:most]]
    if len(terms) > most:
        parts.append(f"... {len(terms) - most:,} more terms (--full shows them)")
    return parts


def _total(step: Step, parts: Sequence[str]) -> Text:
    """The parts of an output, its bias, its value, and whether that is torch's."""
    if step.bias is not None:
        parts = [*parts, f"bias {number(step.bias)}"]
    text = Text(f"out{list(step.output_index)} = ", style="bold")
    if parts != [number(step.value)]:
        text.append(f"{step.reduction.said(parts, step.terms)} = ", style="default not bold")
    text.append(number(step.value)).append_text(verdict(step))
    return text.append(_reads(step.terms) + left_out(step), style="muted")


def verdict(step: Step) -> Text:
    """What is to be said where torch's value isn't the sum."""
    if not step.agrees:
        return Text(f"  DISAGREES with torch's {number(step.torch)}: please report this", style="wrong")
    if isfinite(step.value) and not isfinite(step.torch):
        return Text(f", which float32 can't hold: {number(step.torch)}", style="default not bold")
    return Text()


def left_out(step: Step) -> str:
    """That some of a pooling's window is padding which doesn't count."""
    return f"  ({step.ignored} cell{'s' * (step.ignored > 1)} of padding left out)" if step.ignored else ""


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


def _consecutive(numbers: Sequence[int], first: int) -> bool:
    return list(numbers) == [*range(first, first + len(numbers))]


def _listed(numbers: Sequence[int | str]) -> str:
    texts = [str(n) for n in numbers]
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
    return drawn(report.steps, screen.width, screen.full)


def picked_uses(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """What the picked cell and the picked weight are part of."""
    for uses in report.uses():
        yield from told(uses, screen.full)


def drawn(steps: Sequence[Step], width: int, full: bool = False) -> Iterator[RenderableType]:
    """Each step: a line on one axis; patch, kernel and products side by side on two or three."""
    yield ""
    for i, step in enumerate(steps):
        most = len(step.terms) if full else MOST_TERMS
        maps, weighted = step.maps, step.reduction.multiplies
        shown = maps if full else maps[:MOST_MAPS]
        blocks: list[RenderableType | None] = []
        if step.terms and len(step.terms[0].place) > 3:
            blocks = [_block(terms, total, width, weighted) for terms, total in shown]
        elif len(maps) > 1:
            blocks = [_row(step.reduction, terms, total, most) for terms, total in shown]
        fitting = [] if None in blocks else [block for block in blocks if block]
        if i and fitting:
            yield ""
        yield from fitting
        if not fitting or not weighted:
            yield line(step, most)
            continue
        sums = [factor(total) for _, total in shown]
        if left := maps[len(shown) :]:
            sums.append(factor(sum(total for _, total in left)))
            yield Text(f"... and {len(left):,} more like it, sum {sums[-1]} (--full shows them)", style="muted")
        yield _total(step, sums)
    yield from _legend(steps)


def _row(reduction: Reduction, terms: Sequence[Term], total: float, most: int) -> Text:
    """One channel's products on one axis."""
    text = Text(f"{map_name(terms[0].place[1:2])}: ", style="muted")
    return text.append(f"{' + '.join(said(reduction, terms, most))} = {number(total)}", style="default")


def _block(terms: Sequence[Term], total: float, width: int, weighted: bool) -> RenderableType | None:
    """Input patch × kernel = products, or a pooling's patch, its winner between stars; None: wider than the screen."""
    rows = [list(row) for _, row in groupby(terms, key=lambda t: t.place[-2])]
    firsts = [row[0] for row in rows]
    depth = f", depth {_along(firsts[:1], -3)}" if len(firsts[0].place) > 4 else ""
    title = Text(f"{map_name(terms[0].place[1:2])}{depth}: ", style="muted")
    title.append(f"rows {_along(firsts, -2)} · columns {_along(rows[0], -1)}")
    taps = [[t.weight_index[axis] for t in line if t.weight_index] for line, axis in ((firsts, -2), (rows[0], -1))]
    if not all(_consecutive(along, 0) for along in taps):
        title.append(" · taps: rows {} · columns {}".format(*map(_listed, taps)))
    if weighted:
        matrices = {
            "input": _matrix(rows, lambda t: value_of(t, source=False)),
            "kernel": _matrix(rows, lambda t: number(t.weight)),
            f"products, sum {number(total)}": _matrix(rows, lambda t: number(t.product)),
        }
    else:
        marked = _matrix(rows, lambda t: f"*{value_of(t)}*" if t.winner else f" {value_of(t, source=False)} ")
        matrices = {"": marked}
    if max(len(lines[0]) for lines in matrices.values()) > width:
        return None
    texts = ["\n".join(lines) for lines in matrices.values()]
    if not weighted:
        return Group(title, Text(texts[0]))
    wide = sum(max(len(heading), len(lines[0])) for heading, lines in matrices.items()) + len("  ×    =  ")
    if wide > width:
        return Group(title, *(Text(f"{heading}\n{text}") for heading, text in zip(matrices, texts, strict=True)))
    table = Table.grid(padding=(0, 2))
    for _ in range(5):
        table.add_column(no_wrap=True)
    first, second, third = matrices
    table.add_row(first, "", second, "", third, style="muted")
    table.add_row(texts[0], "×", texts[1], "=", texts[2])
    return Group(title, table)


def _along(terms: Sequence[Term], axis: int) -> str:
    """Where these stand along an axis; behind an arrow, what a copy in the padding is of."""
    both = [(term.place[axis], (term.input_index or term.place)[axis]) for term in terms]
    return _listed([place if cell == place else f"{place}←{cell}" for place, cell in both])


def _matrix(rows: Sequence[Sequence[Term]], shown: Callable[[Term], str]) -> list[str]:
    cells = [[shown(term) for term in row] for row in rows]
    wide = max(len(cell) for row in cells for cell in row)
    return [" ".join(cell.rjust(wide) for cell in row) for row in cells]


def told(uses: Uses, full: bool = False) -> Iterator[RenderableType]:
    """What an input cell or a weight is part of: each product, or window of a pooling, and its output."""
    shown = list(islice(uses.products, None if full else SHOWN_USES))
    pooling = bool(shown) and shown[0].weight is None
    what = "is read by {:,} window{}" if pooling else "takes part in {:,} product{}"
    role = what.format(uses.count, "s" * (uses.count != 1))
    if not uses.count and not uses.zeros:
        role = "reaches no output"
    if uses.zeros:
        role += f", and {uses.zeros:,} with padding's zeros"
    yield ""
    yield Text(f"{uses.of}{list(uses.index)} = {number(uses.value)} {role}", style="bold")
    for use in shown:
        text = Text("  ")
        if use.weight is not None and use.product is not None:
            other = f"weight{list(use.weight_index or ())}" if uses.of == "input" else f"input{list(use.input_index)}"
            text.append(f"{other}: ", style="muted")
            text.append(f"{factor(use.input)}·{factor(use.weight)} = {number(use.product)} ")
        yield text.append(f"→ out{list(use.output_index)}")
    if uses.count > len(shown):
        yield Text(f"  ... and {uses.count - len(shown):,} more (--full shows them)", style="muted")
