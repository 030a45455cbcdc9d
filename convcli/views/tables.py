"""A layer on the screen: the head needs no torch, the body shows what torch computed."""

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.arrays import Array
from convcli.diagnosis import unread_words
from convcli.plan import Plan

if TYPE_CHECKING:
    import numpy as np

    from convcli.forward import Result

__all__ = ["body", "head", "plain", "samples_table", "table"]


def plain(text: object) -> str:
    r"""User text as it is, control characters and escape sequences made visible.

    >>> plain("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


def table(*headings: str, left: int = 1) -> Table:
    """An empty table of ours: the first ``left`` columns to the left, numbers to the right."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for i, heading in enumerate(headings):
        made.add_column(heading, justify="left" if i < left else "right", overflow="fold")
    return made


def labelled(rows: Iterable[tuple[str, str]]) -> Table:
    """Lines of text behind labels, wrapped beside them."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style="cyan", no_wrap=True)
    made.add_column(overflow="fold")
    for label, text in rows:
        made.add_row(Text(label), Text(text))
    return made


def head(plan: Plan) -> RenderableType:
    """All that follows from the sizes: layer, shapes, formula, what is never read."""
    shapes = table("", "input", "output")
    for name, size, output in zip(plan.axis_names, plan.shape, plan.output_shape, strict=True):
        shapes.add_row(Text(name), str(size), Text(str(output), style="bold"))
    return Group(
        Text(plan.layer.code, style="bold"), Text(counts(plan), style="dim"), "", shapes, "", labelled(notes(plan))
    )


def samples_table(samples: Iterable[Array]) -> RenderableType:
    """Each sample's name, shape, Python and meaning."""
    parts: list[RenderableType] = []
    for sample in samples:
        title = Text(sample.source, style="bold cyan").append(f"  {list(sample.shape)}", style="bold")
        rows = sample.data if len(sample.shape) > 1 else [sample.data]
        rows = rows[0] if len(sample.shape) > 2 else rows
        lines = ["  ".join(f"{value:g}" for value in row) for row in rows]
        parts += [title, Text(f"{sample.about}: {sample.code}"), *(Text(f"  {line}") for line in lines), ""]
    return Group(*parts[:-1])


def counts(plan: Plan) -> str:
    """Parameters and MACs, with the convention beside them."""
    layer = plan.layer
    if layer.weight_shape is None:
        return "0 parameters · no MACs: a pooling multiplies no weights"
    weights = prod(layer.weight_shape)
    parts = f"{weights:,} weight{'s' * (weights != 1)}" + (
        f" + {layer.out_channels:,} bias" if layer.bias else ", no bias"
    )
    return (
        f"{layer.parameters:,} parameter{'s' * (layer.parameters != 1)} ({parts}) · {plan.macs:,} MACs "
        "(one sample; padded taps counted, bias not)"
    )


def notes(plan: Plan) -> Iterator[tuple[str, str]]:
    """Where the input came from, and each axis's formula."""
    from convcli.views.formula import worked_short
    from convcli.views.remarks import remarks

    yield "input", input_words(plan)
    for axis in plan.axes:
        yield axis.name, worked_short(axis)
        unread = unread_words(axis, _line(plan))
        if unread:
            yield "", unread
    yield from remarks(plan)


def input_words(plan: Plan) -> str:
    """How the input got its shape."""
    given = list(plan.input.shape)
    text = f"{plain(plan.input.source)} {given}"
    if plan.added:
        text += f" → {'.'.join(['unsqueeze(0)'] * plan.added)} → {list(plan.shape)}"
    return text


def _line(plan: Plan) -> Sequence[float] | None:
    """The values along a single line of input, where there is just one."""
    if plan.layer.ndim > 1 or prod(plan.shape[:2]) > 1:
        return None
    if plan.input.data is None:
        return range(1, plan.shape[-1] + 1)
    values = plan.input.data
    while len(values) == 1 and not isinstance(values[0], (int, float)) and hasattr(values[0], "__len__"):
        values = values[0]
    return values if len(values) == plan.shape[-1] else None


def body(result: "Result", width: int, full: bool = False) -> Iterator[RenderableType]:
    """What went in, what the layer holds and what came out, as numbers."""
    plan = result.plan
    yield ""
    yield from _values("input", result.input, ("batch", "channel"), plan, width, full, brief=True)
    if result.weight is not None:
        names = ("in", "out") if plan.layer.kind.transposed else ("out", "in")
        if plan.layer.groups > 1:  # the second index counts within the first one's group
            names = (names[0], f"group's {names[1]}")
        origin = "given" if plan.weight else f"PyTorch's default initialisation, seed {plan.seed}"
        yield from _values("weight", result.weight, names, plan, width, full, origin)
    if result.bias is not None:
        yield from _values("bias", result.bias, ("out",), plan, width, full)
    yield from _values("output", result.output, ("batch", "channel"), plan, width, full)
    if result.indices is not None:
        yield from _values("indices", result.indices, ("batch", "channel"), plan, width, full)


def _values(
    name: str,
    values: "np.ndarray",
    names: Sequence[str],
    plan: Plan,
    width: int,
    full: bool,
    origin: str = "",
    brief: bool = False,
) -> Iterator[Text]:
    from convcli.views.values import MANY, grid, summary

    line = Text(name, style="cyan").append(f" {list(values.shape)}", style="bold")
    many = values.size > MANY
    said = [origin] if origin else []
    if many:
        said.append(summary(values))
    if brief and values.size > MANY // 2 and not full:
        said.append("--full shows it" if many else f"{summary(values)} · --full shows it")
        yield line.append("   " + " · ".join(said), style="dim")
        return
    if many and not full:
        said.append("--full shows all")
    yield line.append("   " + " · ".join(said) if said else "", style="dim")
    rows = min(plan.layer.ndim, 2) if values.ndim > 1 else 1
    axes = plan.layer.axis_names[: plan.layer.ndim - rows] if values.ndim > 1 else ()
    for text in grid(values, (*names, *axes) if values.ndim > 1 else (), rows, width, full):
        yield Text(text, style="bold" if name == "output" else "", no_wrap=True, overflow="ignore")
