"""A layer's numbers on the screen: what went in, what the layer holds and what came out."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from convcli.data.samples import experiments
from convcli.plan import Plan
from convcli.report import Report
from convcli.views.brackets import windows_drawn
from convcli.views.grid import grid, summary
from convcli.views.widgets import INDENT, LABEL, Screen, by_sign, fixed, indented, labelled

if TYPE_CHECKING:
    import numpy as np

    from convcli.engine.forward import Values


MAPS = ("batch", "channel")
LINES = {"input": 4, "weight": 4, "bias": 1, "output": 6, "indices": 5}  # of an array, unless all is asked for
MANY = 60  # numbers of a ramp that nobody has to see


def body(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """Every array of a layer, the large ones shortened, and what one could look at next."""
    yield from arrays(report.plan, report.values, screen)
    yield indented(labelled([("next", " · ".join(next_looks(report.plan)))], "muted"))


def next_looks(plan: Plan) -> Iterator[str]:
    """What one could type next."""
    yield "--at 0 (one output)"
    yield "--show" if plan.layer.ndim == 2 else "--animate"
    yield "--full" if prod(plan.output_shape) > 60 else "--code"
    for post in experiments():
        if not plan.weight and plan.input.source == post.input and plan.layer == post.layer:
            yield f"blog {post.name} (the post's)"


def arrays(plan: Plan, values: "Values", screen: Screen) -> Iterator[RenderableType]:
    """The input where the windows aren't drawn over it, then what the layer holds and what came out."""
    layer = plan.layer
    told = plan.input.data is None and values.input.size > MANY and not screen.full  # that it is a ramp says it all
    if not told and (layer.transposed or not windows_drawn(plan, screen.width)):
        yield from array("input", values.input, (*MAPS, *layer.axis_names), screen)
    if values.weight is not None:
        first, second = ("in", "out") if layer.transposed else ("out", "in")
        if layer.groups > 1:  # the second index counts within the first one's group
            second = f"group's {second}"
        yield from array("weight", values.weight, (first, second, *layer.axis_names), screen, plan.weight_origin)
    if values.bias is not None:
        yield from array("bias", values.bias, ("out",), screen)
    yield from array("output", values.output, (*MAPS, *layer.output_names), screen)
    if values.indices is not None:
        yield from array("indices", values.indices, (*MAPS, *layer.output_names), screen)


def array(
    name: str, values: "np.ndarray", axes: Sequence[str], screen: Screen, origin: str = ""
) -> Iterator[RenderableType]:
    """A single line of numbers behind the name; of more, a title and the numbers, of a large array the edges."""
    rows = max(1, min(2, len(axes) - 2))
    most = None if screen.full else LINES[name]
    style = (lambda value: "accent") if name == "weight" else by_sign
    shown = grid(values, axes[:-rows], rows, screen.width, most, style)
    about = origin if shown.complete or origin else summary(values)
    lines = shown.lines
    if prod(values.shape[:-1]) == 1 and shown.alone:
        lines = list(lines)
        line = fixed(" " * INDENT).append(name.ljust(LABEL), "muted").append_text(stripped(lines[0]))
        if len(line) <= screen.width:
            beside = about and len(line) + 3 + len(about) <= screen.width
            yield line.append(f"   {about}", "muted") if beside else line
            return
    shape = str(list(values.shape))
    beside = INDENT + LABEL + len(f"{shape}   {about}") <= screen.width
    yield indented(labelled([(name, (f"{shape}   {about}" if beside else f"{shape}\n{about}").rstrip())]))
    if shown.complete or name != "input":
        yield from lines


def stripped(line: Text) -> Text:
    return line[len(line.plain) - len(line.plain.lstrip()) :]
