"""Steps in words: every product behind an output, and what an input cell or a weight takes part in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from math import isfinite

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.steps import Step, Term, Uses
from convcli.views.values import map_name, number

__all__ = ["combined", "drawn", "factor", "left_out", "line", "said", "signed", "uses", "verdict"]

SHOWN_USES = 24
MOST_TERMS = 500
MOST_PLACES = 20
MOST_MAPS = 12  # of one step; channels beyond are summed up in one line


def factor(value: float) -> str:
    """A number within a product; a negative one in brackets.

    >>> factor(2.0), factor(-0.5)
    ('2', '(−0.5)')
    """
    text = signed(value)
    return f"({text})" if text.startswith("−") else text


def signed(value: float) -> str:
    return number(value).replace("-", "−", 1)


def value_of(term: Term, source: bool = True) -> str:
    """An input value: in angle brackets where it is padding, a zero or a copy, whose ``source`` may be told."""
    if term.input_index == term.place:
        return factor(term.input)
    copied = f"in{list(term.input_index[2:])}: " if source and term.input_index else ""
    return f"<{copied}{signed(term.input)}>"


def combined(step: Step, parts: Sequence[str]) -> str:
    """How the parts of a sum, each said already, make its output."""
    if step.operation in ("max", "min"):
        return f"{step.operation} of {', '.join(parts) or 'nothing'}"
    share = step.terms[0].weight if step.terms else 1.0
    if step.operation == "mean":
        return f"({' + '.join(parts)}) / {factor(step.divisor)}"
    if step.operation == "norm":
        power = signed(step.norm)
        inside = " + ".join(parts if step.norm == 1 else [f"{part}^{power}" for part in parts])
        # A window that ceil_mode cuts short counts as if it were whole.
        inside = inside if share == 1 else f"{signed(share)}·({inside})"
        return inside if step.norm == 1 else f"({inside})^(1/{power})"
    return " + ".join(parts) or "nothing"


def line(step: Step, most: int = MOST_TERMS) -> Text:
    """``out[0, 0, 3] = 4·0.12 + 5·(−0.31) + bias 0.25 = −0.13``, to be wrapped, never cut."""
    return _total(step, said(step.terms, step.operation, most))


def said(terms: Sequence[Term], operation: str, most: int = MOST_TERMS) -> list[str]:
    """Each term; the rest of very many is counted."""
    parts = []
    for term in terms[:most]:
        part = value_of(term)
        if operation == "sum":
            part += f"·{factor(term.weight)}"
        elif operation in ("max", "min") and term.input < 0 < term.product:
            part = f"|{signed(term.input)}|"
        parts.append(part + " (the winner)" * term.winner)
    if len(terms) > most:
        parts.append(f"... {len(terms) - most:,} more terms (--full shows them)")
    return parts


def _total(step: Step, parts: Sequence[str]) -> Text:
    """The parts of an output, its bias, its value, and whether that is torch's."""
    if step.bias is not None:
        parts = [*parts, f"bias {signed(step.bias)}"]
    text = Text(f"out{list(step.output_index)} = ", style="bold")
    if parts != [signed(step.value)]:
        text.append(f"{combined(step, parts)} = ", style="default not bold")
    text.append(signed(step.value)).append_text(verdict(step))
    return text.append(_reads(step.terms) + left_out(step), style="default not bold dim")


def verdict(step: Step) -> Text:
    """What is to be said where torch's value isn't the sum."""
    if not step.agrees:
        return Text(f"  DISAGREES with torch's {signed(step.torch)}: please report this", style="bold red")
    if isfinite(step.value) and not isfinite(step.torch):
        return Text(f", which float32 can't hold: {signed(step.torch)}", style="default not bold")
    return Text()


def left_out(step: Step) -> str:
    """That some of a pooling's window is padding which doesn't count."""
    return f"  ({step.ignored} cell{'s' * (step.ignored > 1)} of padding left out)" if step.ignored else ""


def _reads(terms: Sequence[Term]) -> str:
    """On one axis: which cells are read, and by which taps, where these aren't simply one after the other.

    A channel that stands alone, as where there are groups, is named too, but for the first.
    """
    if not terms or len(terms[0].place) > 3:
        return ""
    channel = [term for term in terms if term.place[1] == terms[0].place[1]]
    places = [term.place[2] for term in channel]
    taps = [term.weight_index[2] for term in channel if term.weight_index]
    alone = len(channel) == len(terms) and channel[0].place[1] > 0
    if _consecutive(taps, 0) and _consecutive(places, places[0]) and not alone:
        return ""
    by = "" if _consecutive(taps, 0) else f" with tap{'s' * (len(taps) > 1)} {_listed(taps)}"
    return f"  (reads {f'channel {channel[0].place[1]} at ' * alone}{_listed(places)}{by})"


def _consecutive(numbers: Sequence[int], first: int) -> bool:
    return list(numbers) == [*range(first, first + len(numbers))]


def _listed(numbers: Sequence[int | str]) -> str:
    texts = [str(n).replace("-", "−") for n in numbers]
    return ", ".join(texts if len(texts) <= MOST_PLACES else [*texts[:3], "...", texts[-1]])


def legend(steps: Iterable[Step]) -> list[Text]:
    """What the brackets mean, where there are any."""
    first = next((term for step in steps for term in step.terms if term.input_index != term.place), None)
    if first is None:
        return []
    words = "<0> stands in the padding"
    if first.input_index and len(first.place) == 3:
        words = f"{value_of(first)} stands in the padding, a copy of cell {first.input_index[2]}"
    elif first.input_index:
        place, cell = next((p, c) for p, c in zip(first.place, first.input_index, strict=True) if p != c)
        words = f"<...> stands in the padding; {_listed([f'{place}←{cell}'])}: a copy of row or column {cell}"
    return [Text(words, style="dim")]


def drawn(steps: Sequence[Step], width: int, full: bool = False) -> Iterator[RenderableType]:
    """Each step: a line on one axis; patch, kernel and products side by side on two or three."""
    yield ""
    for i, step in enumerate(steps):
        most = len(step.terms) if full else MOST_TERMS
        maps, weighted = step.maps(), step.operation == "sum"
        shown = maps if full else maps[:MOST_MAPS]
        blocks: list[RenderableType | None]
        if len(step.output_index) == 3:
            blocks = [_row(terms, total, most) for terms, total in shown] if len(maps) > 1 else []
        else:
            blocks = [_block(terms, total, width, weighted) for terms, total in shown]
        if not blocks or None in blocks:
            yield line(step, most)
            continue
        yield from ([""] if i else []) + [block for block in blocks if block]
        if not weighted:
            yield line(step, most)
            continue
        sums = [factor(total) for _, total in shown]
        if left := maps[len(shown) :]:
            sums.append(factor(sum(total for _, total in left)))
            yield Text(f"... and {len(left):,} more like it, sum {sums[-1]} (--full shows them)", style="dim")
        yield _total(step, sums)
    yield from legend(steps)


def _row(terms: Sequence[Term], total: float, most: int) -> Text:
    """One channel's products on one axis."""
    text = Text(f"{map_name(terms[0].place[1:2])}: ", style="cyan")
    return text.append(f"{' + '.join(said(terms, 'sum', most))} = {signed(total)}", style="default")


def _block(terms: Sequence[Term], total: float, width: int, weighted: bool) -> RenderableType | None:
    """Input patch × kernel = products of one channel; pooling has the patch alone, its winner between stars.

    None where a row of the patch is wider than the screen.
    """
    rows = [list(row) for _, row in groupby(terms, key=lambda t: t.place[-2])]
    firsts = [row[0] for row in rows]
    depth = f", depth {_along(firsts[:1], -3)}" if len(firsts[0].place) > 4 else ""
    title = Text(f"{map_name(terms[0].place[1:2])}{depth}: ", style="cyan")
    title.append(f"rows {_along(firsts, -2)} · columns {_along(rows[0], -1)}")
    taps = [[t.weight_index[axis] for t in line if t.weight_index] for line, axis in ((firsts, -2), (rows[0], -1))]
    if not all(_consecutive(along, 0) for along in taps):
        title.append(" · taps: rows {} · columns {}".format(*map(_listed, taps)))
    if weighted:
        heading = f"products, sum {signed(total)}"
        texts = [
            ("input", _matrix([[value_of(t, source=False) for t in row] for row in rows])),
            ("kernel", _matrix([[signed(t.weight) for t in row] for row in rows])),
            (heading, _matrix([[signed(t.product) for t in row] for row in rows])),
        ]
    else:
        marks = [[f"*{value_of(t)}*" if t.winner else f" {value_of(t, source=False)} " for t in row] for row in rows]
        texts = [("", _matrix(marks))]
    if max(len(matrix.split("\n", 1)[0]) for _, matrix in texts) > width:
        return None
    if not weighted:
        return Group(title, Text(texts[0][1]))
    wide = sum(max(len(heading), len(matrix.split("\n", 1)[0])) for heading, matrix in texts) + len("  ×    =  ")
    if wide > width:
        return Group(title, *(Text(f"{heading}\n{matrix}") for heading, matrix in texts))
    table = Table.grid(padding=(0, 2))
    for _ in range(5):
        table.add_column(no_wrap=True)
    table.add_row(texts[0][0], "", texts[1][0], "", texts[2][0], style="dim")
    table.add_row(texts[0][1], "×", texts[1][1], "=", texts[2][1])
    return Group(title, table)


def _along(terms: Sequence[Term], axis: int) -> str:
    """Where these stand along an axis; behind an arrow, what a copy in the padding is of."""
    found: list[int | str] = []
    for term in terms:
        place, cell = term.place[axis], (term.input_index or term.place)[axis]
        found.append(f"{place}←{cell}" if cell != place else place)
    return _listed(found)


def _matrix(cells: Sequence[Sequence[str]]) -> str:
    wide = max(len(cell) for row in cells for cell in row)
    return "\n".join(" ".join(cell.rjust(wide) for cell in row) for row in cells)


def uses(found: Uses, full: bool = False) -> Iterator[RenderableType]:
    """What an input cell or a weight is part of: each product, or window of a pooling, and its output."""
    shown = list(islice(found.found, None if full else SHOWN_USES))
    pooling = bool(shown) and shown[0].weight is None
    role = "reaches no output"
    if found.count or found.zeros:
        what = "is read by {:,} window{}" if pooling else "takes part in {:,} product{}"
        role = what.format(found.count, "s" * (found.count != 1))
    if found.zeros:
        role += f", and {found.zeros:,} with padding's zeros"
    yield ""
    yield Text(f"{found.of}{list(found.index)} = {signed(found.value)} {role}", style="bold")
    for use in shown:
        text = Text("  ")
        if use.weight is not None and use.product is not None:
            other = f"weight{list(use.weight_index or ())}" if found.of == "input" else f"input{list(use.input_index)}"
            text.append(f"{other}: ", style="dim")
            text.append(f"{factor(use.input)}·{factor(use.weight)} = {signed(use.product)} ")
        yield text.append(f"→ out{list(use.output_index)}")
    if found.count > len(shown):
        yield Text(f"  ... and {found.count - len(shown):,} more (--full shows them)", style="dim")
