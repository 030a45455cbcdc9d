"""A layer's numbers on the screen: what went in, what the layer holds and what came out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from convcli.plan import Plan
from convcli.report import Report
from convcli.views.grid import MANY, grid, summary
from convcli.views.widgets import Screen, fixed

if TYPE_CHECKING:
    import numpy as np

    from convcli.engine.forward import Values


MAPS = ("batch", "channel")


def body(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """Every array of a layer, the large ones shortened."""
    return numbers_of(report.plan, report.values, screen)


def numbers_of(plan: Plan, values: "Values", screen: Screen) -> Iterator[RenderableType]:
    """The same of values that a report doesn't hold."""
    layer = plan.layer
    yield ""
    yield from _array("input", values.input, (*MAPS, *layer.axis_names), screen)
    if values.weight is not None:
        first, second = ("in", "out") if layer.transposed else ("out", "in")
        if layer.groups > 1:  # the second index counts within the first one's group
            second = f"group's {second}"
        yield from _array("weight", values.weight, (first, second, *layer.axis_names), screen, plan.weight_origin)
    if values.bias is not None:
        yield from _array("bias", values.bias, ("out",), screen)
    yield from _array("output", values.output, (*MAPS, *layer.output_names), screen)
    if values.indices is not None:
        yield from _array("indices", values.indices, (*MAPS, *layer.output_names), screen)


def _array(
    name: str, values: "np.ndarray", axes: Sequence[str], screen: Screen, origin: str = ""
) -> Iterator[RenderableType]:
    """A title and the numbers; of a large array only the edges, and of an input that is large nothing."""
    many = values.size > MANY
    left_out = name == "input" and values.size > MANY // 2 and not screen.full
    said = [origin] if origin else []
    if many or left_out:
        said.append(summary(values))
    if left_out:
        said.append("--full shows it")
    elif many and not screen.full:
        said.append("--full shows all")
    title = Text(name, style="muted").append(f" {list(values.shape)}", style="bold")
    yield title.append("   " + " · ".join(said) if said else "", style="muted")
    if not left_out:
        rows = max(1, min(2, len(axes) - 2))
        for line in grid(values, axes[:-rows], rows, screen.width, screen.full):
            yield fixed(line, "bold" if name == "output" else "")
