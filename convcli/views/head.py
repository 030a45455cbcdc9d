"""A layer on the screen as far as it needs no torch: shapes, counts, formula, what is never read."""

from collections.abc import Iterator
from math import prod

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.plan import Plan
from convcli.views.widgets import labelled, table
from convcli.views.worked import worked_short
from convcli.wording import plain, unread_words


def head(plan: Plan) -> RenderableType:
    """All that follows from the sizes."""
    shapes = table("", "input", "output")
    sizes = dict(zip(plan.axis_names, plan.shape, strict=True))
    outputs = dict(zip(plan.output_names, plan.output_shape, strict=True))
    for name in dict.fromkeys((*sizes, *outputs)):
        shapes.add_row(Text(name), str(sizes.get(name, "")), Text(str(outputs.get(name, "")), style="bold"))
    return Group(
        Text(plan.layer.code, style="bold"), Text(counts(plan), style="muted"), "", shapes, "", labelled(notes(plan))
    )


def counts(plan: Plan) -> str:
    """Parameters and MACs, with the convention beside them."""
    layer = plan.layer
    if layer.weight_shape is None:
        return f"0 parameters · no MACs: {layer.no_macs}"
    weights = prod(layer.weight_shape)
    bias = f" + {layer.bias_size:,} bias" if layer.bias_size else ", no bias"
    learned = f"{layer.parameters:,} parameter{'s' * (layer.parameters != 1)}"
    return (
        f"{learned} ({weights:,} weight{'s' * (weights != 1)}{bias}) · {plan.macs:,} MACs "
        "(one sample; padded taps counted, bias not)"
    )


def notes(plan: Plan) -> Iterator[tuple[str, str]]:
    """Where the input came from, each axis's formula, and what an argument changes."""
    yield "input", input_words(plan)
    for axis in plan.axes:
        yield axis.name, worked_short(axis)
        if unread := unread_words(axis, plan.line):
            yield "", unread
    yield from plan.remarks


def input_words(plan: Plan) -> str:
    """How the input got its shape."""
    text = f"{plain(plan.input.source)} {list(plan.input.shape)}"
    if plan.added:
        text += f" → {'.'.join(['unsqueeze(0)'] * plan.added)} → {list(plan.shape)}"
    return text
