"""A layer on the screen as far as it needs no torch: what goes in and comes out, and why it has that size."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from convcli.arithmetic.axis import Axis
from convcli.plan import Plan
from convcli.views.brackets import windows_drawn
from convcli.views.widgets import INDENT, LABEL, Screen, boxed, indented, labelled, pieces
from convcli.views.worked import in_colour, worked_short
from convcli.wording import counted, plain

ARGUMENTS = ("kernel", "stride", "padding", "dilation", "output_padding")  # of a window that walks an axis


def head(plan: Plan, screen: Screen) -> Iterator[RenderableType]:
    """All that follows from the sizes, the answer first."""
    yield answer(plan, screen)
    yield indented(sizes(plan, screen.width - INDENT))
    yield from formulas(plan, screen)
    yield indented(labelled((("unread", words) for words in plan.unread), "warning"))
    yield indented(labelled([*plan.remarks, ("from", input_words(plan))]))
    yield from windows_drawn(plan, screen.width)


def answer(plan: Plan, screen: Screen) -> Panel:
    """The layer, its shapes and what it costs, with the convention of counting in the border."""
    code = Text(plan.layer.code, style="bold")
    shapes = Text(screen.signs(f"{list(plan.shape)} → {list(plan.output_shape)}"))
    parameters, macs, convention = counts(plan)
    room = screen.width - len("│  │") - len(shapes) - len(macs)
    shapes.stylize("bold")
    lines = [shapes + Text(" " * room + macs, style="not bold")] if room > 0 else [shapes, Text(macs)]
    return boxed(code, [*lines, Text(parameters)], screen.width, convention)


def counts(plan: Plan) -> tuple[str, str, str]:
    """Parameters, MACs, and how these are counted."""
    layer = plan.layer
    if layer.weight_shape is None:
        return f"0 parameters, no MACs: {layer.no_macs}", "", ""
    weights = "·".join(f"{size:,}" for size in layer.weight_shape)
    bias = f" + {layer.bias_size:,} bias" if layer.bias_size else ", no bias"
    learned = f"{counted(layer.parameters, 'parameter')} = {weights} weights{bias}"
    return learned, f"{plan.macs:,} MACs", layer.macs_convention


def sizes(plan: Plan, width: int) -> Table:
    """A line for each axis: what goes in, the window that walks it, what comes out; turned where that is too wide."""
    walked = [axis for axis in plan.axes if isinstance(axis, Axis)]
    taken = {"kernel" if name == "kernel_size" else name for name in plan.layer.defaults()} if walked else set()
    columns = [name for name in ARGUMENTS if name in taken and (name != "output_padding" or walked[0].output_padding)]
    lines = [
        [Text(name, style="muted") for name in ("axis", "input", *(c.replace("_", " ") for c in columns), "output")]
    ]
    for name, size, output in _other_axes(plan):
        lines.append([Text(name, style="muted"), Text(size), *(Text() for _ in columns), output])
    for axis in plan.axes:
        settings = [_setting(axis, column) for column in columns] if isinstance(axis, Axis) else []
        output = Text(f"{axis.output:,}", style="bold")
        lines.append([Text(axis.name, style="muted"), Text(f"{axis.size:,}"), *settings, output])
    turned = sum(max(map(len, column)) + 2 for column in zip(*lines, strict=True)) > width
    if turned:
        lines = [list(column) for column in zip(*lines, strict=True)]
    rows = Table.grid(padding=(0, 1 if turned else 2, 0, 0))
    for i in range(len(lines[0])):
        rows.add_column(justify="right" if i else "left", no_wrap=True, min_width=LABEL - 2 if not i else None)
    for line in lines:
        rows.add_row(*line)
    return rows


def _other_axes(plan: Plan) -> Iterator[tuple[str, str, Text]]:
    """Batch where it is more than one, channels, and what only the output has."""
    outputs = dict(zip(plan.output_names, plan.output_shape, strict=True))
    for name, size in zip(plan.axis_names[:2], plan.shape[:2], strict=True):
        if name == "channels" or size > 1:
            yield name, f"{size:,}", Text(f"{outputs[name]:,}", style="bold")
    for name in plan.output_names[2:]:
        if name not in plan.axis_names:
            yield name, "", Text(f"{outputs[name]:,}", style="bold")


def _setting(axis: Axis, name: str) -> Text:
    if name == "padding":
        return Text(f"{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}", style="muted")
    return Text(f"{getattr(axis, name):,}", style="accent")


def formulas(plan: Plan, screen: Screen) -> Iterator[Text]:
    """Each axis's output size worked out; what is the same for several is said once."""
    alike = len(plan.axes) > 1 and len(set(map(worked_short, plan.axes))) == 1
    for axis in plan.axes[:1] if alike else plan.axes:
        yield pieces("each" if alike else axis.name, in_colour(axis, plan.layer.lacks), screen)


def input_words(plan: Plan) -> str:
    """How the input got its shape."""
    text = f"{plain(plan.input.source)} {list(plan.input.shape)}"
    if plan.added:
        text += f" → {'.'.join(['unsqueeze(0)'] * plan.added)} → {list(plan.shape)}"
    return text
