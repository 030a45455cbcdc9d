"""``formula``: the output size, worked step by step, without torch."""

from collections.abc import Callable
from typing import Annotated

import typer

from convcli.cli import options, terminal
from convcli.errors import ConvcliError
from convcli.layers import AXIS_NAMES, Layer, per_axis
from convcli.views import formula as view

__all__ = ["command"]

Sizes = options.Text


def command(name: str) -> Callable[..., None]:
    return formula


def formula(
    size: Annotated[Sizes, typer.Option("--size", "-n", help=f"Cells of the input. {options.EACH}")] = None,
    kernel: Annotated[Sizes, typer.Option("--kernel", "-k", help="Taps of the kernel.  [default: 3]")] = None,
    stride: Annotated[Sizes, typer.Option("--stride", "-s", help="Cells between windows.  [default: 1]")] = None,
    padding: Annotated[Sizes, typer.Option("--padding", "-p", help="Cells at each end, same, or valid.")] = None,
    dilation: Annotated[Sizes, typer.Option("--dilation", "-d", help="Cells between taps.  [default: 1]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The output-size formula, worked step by step with your numbers.

    \b
    convcli formula
    convcli formula --size 224 --kernel 7 --stride 2 --padding 3
    convcli formula --size 28x32 --kernel 3x5 --json
    """
    flags = {"size": size, "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    asked = options.constructor({name: text for name, text in flags.items() if text is not None})
    if not asked and not as_json:
        terminal.show(view.introduction())
        return
    counts = {len(value) for value in asked.values() if isinstance(value, tuple)} - {1}
    ndim = max(counts, default=1)
    if ndim > max(AXIS_NAMES):
        raise ConvcliError(f"{ndim} axes were given; a layer has at most 3", "try --size 28x28")
    sizes = per_axis(asked.pop("size", (10,)), ndim, "size")
    layer = Layer.of("conv", ndim, in_channels=1, out_channels=1, **asked)
    axes = layer.axes(sizes)
    if as_json:
        from convcli.views import json

        terminal.write(json.dump(json.formula_object("conv", axes)) + "\n")
    else:
        terminal.show(view.steps(axes))
