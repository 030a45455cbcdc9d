"""A layer's numbers on the screen: what went in, what the layer holds and what came out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from convcli.plan import Plan
from convcli.report import Report
from convcli.views.grid import MANY, grid, summary
from convcli.views.widgets import Screen

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
    yield from _array("input", values.input, MAPS, layer.axis_names, screen, brief=True)
    if values.weight is not None:
        first, second = ("in", "out") if layer.transposed else ("out", "in")
        if layer.groups > 1:  # the second index counts within the first one's group
            second = f"group's {second}"
        origin = "given" if plan.weight else f"PyTorch's default initialisation, seed {plan.seed}"
        yield from _array("weight", values.weight, (first, second), layer.axis_names, screen, origin)
    if values.bias is not None:
        yield from _array("bias", values.bias, (), (), screen)
    yield from _array("output", values.output, MAPS, layer.output_names, screen)
    if values.indices is not None:
        yield from _array("indices", values.indices, MAPS, layer.output_names, screen)


def _array(
    name: str,
    values: "np.ndarray",
    leading: Sequence[str],
    axes: Sequence[str],
    screen: Screen,
    origin: str = "",
    brief: bool = False,
) -> Iterator[Text]:
    """A title and the numbers; ``brief`` leaves out many of them, ``axes`` are the names after the leading ones."""
    line = Text(name, style="cyan").append(f" {list(values.shape)}", style="bold")
    many = values.size > MANY
    said = [origin] if origin else []
    if many:
        said.append(summary(values))
    if brief and values.size > MANY // 2 and not screen.full:
        said.append("--full shows it" if many else f"{summary(values)} · --full shows it")
        yield line.append("   " + " · ".join(said), style="dim")
        return
    if many and not screen.full:
        said.append("--full shows all")
    yield line.append("   " + " · ".join(said) if said else "", style="dim")
    rows = min(len(axes), 2) or 1
    names = (*leading, *axes[: len(axes) - rows])
    for text in grid(values, names, rows, screen.width, screen.full):
        yield Text(text, style="bold" if name == "output" else "", no_wrap=True, overflow="ignore")
