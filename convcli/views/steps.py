"""Steps in words: every product behind an output, and what an input cell or a weight takes part in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.steps import Step, Term, Use
from convcli.views.values import map_name, number

__all__ = ["drawn", "line", "uses"]

SHOWN_USES = 24


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


def line(step: Step) -> Text:
    """``out[0, 0, 3] = 4·0.12 + 5·(−0.31) + bias 0.25 = −0.13``, to be wrapped, never cut."""
    name = f"out{list(step.output_index)}"
    if step.operation == "max":
        shown = ", ".join(value_of(t) + (" (the winner)" if t.winner else "") for t in step.terms)
        right = f"max of {shown}"
    elif step.operation == "mean":
        share = step.terms[0].weight if step.terms else 1.0
        right = f"({' + '.join(map(value_of, step.terms))}) / {number(1 / share)}"
    elif step.operation == "norm":
        right = f"root of ({' + '.join(factor(t.product) for t in step.terms)})"
    else:
        parts = [f"{value_of(t)}·{factor(t.weight)}" for t in step.terms]
        right = " + ".join(parts + ([f"bias {signed(step.bias)}"] if step.bias is not None else []))
    text = Text(f"{name} = ", style="bold").append(f"{right} = ", style="default not bold").append(signed(step.value))
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
        if len(step.output_index) > 3:
            if i:
                yield ""
            for lead, block in groupby(step.terms, key=lambda t: t.place[1:-2]):
                yield _block(list(block), map_name(lead), width, step.operation == "sum")
        if len(step.output_index) == 3 or step.operation != "sum":
            yield line(step)
            continue
        bias = "" if step.bias is None else f" + bias {signed(step.bias)}"
        total = Text(f"out{list(step.output_index)} = ", style="bold").append("all products", style="not bold")
        yield total.append(f"{bias} = {signed(step.value)}")
        if not step.agrees:
            yield Text(f"DISAGREES with torch's {signed(step.torch)}: please report this", style="bold red")
    yield from legend(steps)


def _block(terms: Sequence[Term], name: str, width: int, weighted: bool) -> RenderableType:
    """Input patch × kernel = products of one channel; pooling has the patch alone, its winner between stars."""
    rows = [list(row) for _, row in groupby(terms, key=lambda t: t.place[-2])]
    places = f"rows {', '.join(str(r[0].place[-2]) for r in rows)} · columns " + ", ".join(
        str(t.place[-1]) for t in rows[0]
    )
    title = Text(f"{name}: {places}", style="cyan")
    if not weighted:
        marked = [[f"*{value_of(t)}*" if t.winner else f" {value_of(t)} " for t in row] for row in rows]
        return Group(title, Text(_matrix(marked)))
    parts = [
        ("input", [[value_of(t) for t in row] for row in rows]),
        ("kernel", [[signed(t.weight) for t in row] for row in rows]),
        (f"products, sum {signed(sum(t.product for t in terms))}", [[signed(t.product) for t in row] for row in rows]),
    ]
    texts = [(heading, _matrix(cells)) for heading, cells in parts]
    wide = sum(max(len(t), len(m.split("\n", 1)[0])) for t, m in texts) + 8
    if wide > width:
        return Group(title, *(Text(f"{t}\n{m}") for t, m in texts))
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
