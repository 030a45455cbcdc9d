"""The classic filters on the screen."""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.data.filters import Filter
from convcli.views.widgets import beside


def tables(filters: Sequence[Filter]) -> RenderableType:
    """Each filter's numbers beside what it does and where it is from."""
    rows = beside()
    for i, each in enumerate(filters):
        if i:
            rows.add_row("", "")
        said = _named(each, each.about).append(f"\n{each.origin}", style="muted")
        rows.add_row(_numbers(each.rows, each.divisor), said)
    use, layer = "sobel-x", "conv2d"
    if len(filters) == 1:
        use, layer = filters[0].name, f"conv{filters[0].ndim}d"
    return Group(rows, Text(f"convcli {layer} --weight {use} applies it to each channel on its own.", style="muted"))


def flips(filters: Sequence[Filter]) -> RenderableType:
    """Cross-correlation's kernel beside convolution's, and whether the difference shows."""
    rows = Table(box=None, padding=(0, 3, 1, 0), header_style="muted", pad_edge=False)
    for heading in ("slid as it is", "turned round"):
        rows.add_column(heading, no_wrap=True)
    rows.add_column("the result", overflow="fold")
    for each in filters:
        kernels = (_numbers(kernel, each.divisor) for kernel in (each.rows, each.flipped))
        rows.add_row(*kernels, _named(each, each.flip_effect))
    proper = (
        "The convolution layers of PyTorch, TensorFlow and JAX compute cross-correlation; NumPy's convolve, SciPy's "
        "and MATLAB's turn the kernel round. A learned kernel may be learned turned round: networks lose nothing."
    )
    name, ndim = filters[0].name, filters[0].ndim
    return Group(
        Text("Convolution proper turns the kernel round before it slides; cross-correlation doesn't."),
        Text(proper, style="muted"),
        "",
        rows,
        Text(f"convcli conv{ndim}d --weight {name} --flip runs convolution proper.", style="muted"),
    )


def _named(each: Filter, said: str) -> Text:
    return Text(each.name, style="bold").append(f"\n{said}", style="default not bold")


def _numbers(rows: tuple[Any, ...], divisor: int) -> Text:
    lines = rows if isinstance(rows[0], tuple) else (rows,)
    width = max(len(str(value)) for line in lines for value in line)
    text = "\n".join(" ".join(str(value).rjust(width) for value in line) for line in lines)
    return Text(text + (f"\nall / {divisor}" if divisor > 1 else ""))
