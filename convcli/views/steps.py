"""Steps in words: every product behind an output, and what an input cell or a weight takes part in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from math import isfinite

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.steps import Step, Term, Use
from convcli.views.values import map_name, number

__all__ = ["combined", "drawn", "factor", "line", "uses"]

SHOWN_USES = 24
MOST_TERMS = 500


def factor(value: float) -> str:
    """A number within a product; a negative one in brackets.

    >>> factor(2.0), factor(-0.5)
    ('2', '(−0.5)')
    """
    text = signed(value)
    return f"({text})" if text.startswith("−") else text


def signed(value: float) -> str:
    return number(value).replace("-", "−", 1)


def value_of(term: Term) -> str:
    """An input value: in angle brackets where it is padding, zero or copied."""
    if term.input_index == term.place:
        return factor(term.input)
    return f"<{signed(term.input)}>"


def combined(step: Step, parts: Sequence[str]) -> str:
    """How the parts of a sum, each said already, make its output."""
    if step.operation in ("max", "min"):
        return f"{step.operation} of {', '.join(parts) or 'nothing'}"
    share = step.terms[0].weight if step.terms else 1.0
    if step.operation == "mean":
        return f"({' + '.join(parts)}) / {factor(1 / share)}"
    if step.operation == "norm":
        power = signed(step.norm)
        inside = " + ".join(parts if step.norm == 1 else [f"{part}^{power}" for part in parts])
        # A window that ceil_mode cuts short counts as if it were whole.
        inside = inside if share == 1 else f"{signed(share)}·({inside})"
        return inside if step.norm == 1 else f"({inside})^(1/{power})"
    return " + ".join(parts) or "nothing"


def line(step: Step) -> Text:
    """``out[0, 0, 3] = 4·0.12 + 5·(−0.31) + bias 0.25 = −0.13``, to be wrapped, never cut."""
    parts = []
    for term in step.terms[:MOST_TERMS]:
        said = value_of(term)
        if step.operation == "sum":
            said = f"{said}·{factor(term.weight)}"
        elif step.operation in ("max", "min") and term.product != term.input:
            said = f"|{signed(term.input)}|"
        parts.append(said + " (the winner)" * term.winner)
    if len(step.terms) > MOST_TERMS:
        parts.append(f"... {len(step.terms) - MOST_TERMS:,} more terms (--json has them all)")
    if step.bias is not None:
        parts.append(f"bias {signed(step.bias)}")
    text = Text(f"out{list(step.output_index)} = ", style="bold")
    text.append(f"{combined(step, parts)} = ", style="default not bold").append(signed(step.value))
    if not isfinite(step.torch) and isfinite(step.value) and step.agrees:
        text.append(f", which float32 can't hold: {signed(step.torch)}", style="default not bold")
    if not step.agrees:
        text.append(f"  DISAGREES with torch's {signed(step.torch)}: please report this", style="bold red")
    return text


def legend(steps: Iterable[Step]) -> list[Text]:
    """What the brackets mean, where there are any."""
    padded = any(term.input_index != term.place for step in steps for term in step.terms)
    return [Text("<...> stands in the padding: a zero, or a copy of an input cell", style="dim")] if padded else []


def drawn(steps: Sequence[Step], width: int) -> Iterator[RenderableType]:
    """Each step: one line on one axis; patch, kernel and products side by side on two or three."""
    yield ""
    for i, step in enumerate(steps):
        weighted = step.operation == "sum"
        maps = groupby(step.terms, key=lambda term: term.place[1:-2]) if len(step.output_index) > 3 else ()
        blocks = [_block(list(terms), map_name(lead), width, weighted) for lead, terms in maps]
        found = [block for block in blocks if block is not None]
        fits = found and len(found) == len(blocks)
        if fits:
            yield from ([""] if i else []) + found
        if not fits or not weighted:
            yield line(step)
            continue
        bias = "" if step.bias is None else f" + bias {signed(step.bias)}"
        total = Text(f"out{list(step.output_index)} = ", style="bold").append("all products", style="not bold")
        yield total.append(f"{bias} = {signed(step.value)}")
        if not step.agrees:
            yield Text(f"DISAGREES with torch's {signed(step.torch)}: please report this", style="bold red")
    yield from legend(steps)


def _block(terms: Sequence[Term], name: str, width: int, weighted: bool) -> RenderableType | None:
    """Input patch × kernel = products of one channel; pooling has the patch alone, its winner between stars.

    None where a row of the patch is wider than the screen.
    """
    rows = [list(row) for _, row in groupby(terms, key=lambda t: t.place[-2])]
    places = f"rows {', '.join(str(r[0].place[-2]) for r in rows)} · columns " + ", ".join(
        str(t.place[-1]) for t in rows[0]
    )
    title = Text(f"{name}: {places}", style="cyan")
    if weighted:
        total = f"products, sum {signed(sum(t.product for t in terms))}"
        texts = [
            ("input", _matrix([[value_of(t) for t in row] for row in rows])),
            ("kernel", _matrix([[signed(t.weight) for t in row] for row in rows])),
            (total, _matrix([[signed(t.product) for t in row] for row in rows])),
        ]
    else:
        marks = [[f"*{value_of(t)}*" if t.winner else f" {value_of(t)} " for t in row] for row in rows]
        texts = [("", _matrix(marks))]
    if max(len(matrix.split("\n", 1)[0]) for _, matrix in texts) > width:
        return None
    if not weighted:
        return Group(title, Text(texts[0][1]))
    wide = sum(max(len(heading), len(matrix.split("\n", 1)[0])) for heading, matrix in texts) + 8
    if wide > width:
        return Group(title, *(Text(f"{heading}\n{matrix}") for heading, matrix in texts))
    table = Table.grid(padding=(0, 2))
    for _ in range(5):
        table.add_column(no_wrap=True)
    table.add_row(texts[0][0], "", texts[1][0], "", texts[2][0], style="dim")
    table.add_row(texts[0][1], "×", texts[1][1], "=", texts[2][1])
    return Group(title, table)


def _matrix(cells: Sequence[Sequence[str]]) -> str:
    wide = max(len(cell) for row in cells for cell in row)
    return "\n".join(" ".join(cell.rjust(wide) for cell in row) for row in cells)


def uses(title: str, found: Iterable[Use], count: int) -> Iterator[RenderableType]:
    """Which products an input cell or a weight is part of."""
    yield ""
    yield Text(f"{title} takes part in {count:,} product{'s' * (count != 1)}", style="bold")
    for use in islice(found, SHOWN_USES):
        weight = "" if use.weight is None else f" · weight{list(use.weight_index or ())} {signed(use.weight)}"
        yield Text(f"  input{list(use.input_index)}{weight} → out{list(use.output_index)}")
    if count > SHOWN_USES:
        yield Text(f"  ... and {count - SHOWN_USES:,} more", style="dim")
