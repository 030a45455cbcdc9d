"""``formula``: the output size, worked step by step, without torch."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from convcli import inverse
from convcli.cli import options, terminal
from convcli.errors import ConvcliError, Refusal
from convcli.layers import AXIS_NAMES, Layer, per_axis
from convcli.views import formula as view

__all__ = ["command"]

Sizes = options.Text
KIND_NAMES = {"conv": "conv", "convtranspose": "transposed", "maxpool": "pool"}
NAMES = {"kernel_size": "kernel"}
ONE_CHANNEL = {"in_channels": 1, "out_channels": 1}


def command(name: str) -> Callable[..., None]:
    return formula


def formula(
    size: Annotated[Sizes, typer.Option("--size", "-n", help=f"Cells of the input. {options.EACH}")] = None,
    kernel: Annotated[Sizes, typer.Option("--kernel", "-k", help="Taps of the kernel.  [default: 3]")] = None,
    stride: Annotated[Sizes, typer.Option("--stride", "-s", help="Cells between windows.  [default: 1]")] = None,
    padding: Annotated[Sizes, typer.Option("--padding", "-p", help="Cells at each end, same, or valid.")] = None,
    dilation: Annotated[Sizes, typer.Option("--dilation", "-d", help="Cells between taps.  [default: 1]")] = None,
    output_padding: Annotated[Sizes, typer.Option("--output-padding", help="With --transposed.")] = None,
    transposed: Annotated[bool, typer.Option("--transposed", help="A transposed convolution.")] = False,
    pool: Annotated[bool, typer.Option("--pool", help="A pooling: kernel 2, stride = kernel.")] = False,
    ceil_mode: Annotated[bool, typer.Option("--ceil-mode", help="A pooling that rounds up.")] = False,
    output: Annotated[Sizes, typer.Option("--output", "-o", help="Backwards: what gives this output?")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Backwards: what keeps the size?")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The output-size formula, worked step by step, or backwards with --output or --keep.

    \b
    convcli formula
    convcli formula --size 224 --kernel 7 --stride 2 --padding 3
    convcli formula --size 7 --kernel 2 --ceil-mode
    convcli formula --size 224 --output 112
    convcli formula --output 112 --kernel 3 --stride 2 --padding 1
    convcli formula --size 28 --keep --kernel 5
    """
    pool = pool or ceil_mode
    if transposed and pool:
        raise ConvcliError("--transposed and a pooling (--pool, --ceil-mode) exclude each other", "choose one")
    family = "convtranspose" if transposed else "maxpool" if pool else "conv"
    flags = {"size": size, "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    flags |= {"output_padding": output_padding, "output": output}
    if output_padding is not None and not transposed:
        raise ConvcliError("--output-padding belongs to a transposed convolution", "add --transposed")
    asked = options.constructor({name: text for name, text in flags.items() if text is not None})
    if not (asked or as_json or transposed or pool or keep):
        terminal.show(view.introduction())
        return
    ndim = max({len(value) for value in asked.values() if isinstance(value, tuple)} - {1}, default=1)
    if ndim > max(AXIS_NAMES):
        raise ConvcliError(f"{ndim} axes were given; a layer has at most 3", "try --size 28x28")
    if keep or output:
        backwards(family, ndim, asked, ceil_mode, keep, as_json)
        return
    sizes = per_axis(asked.pop("size", (10,)), ndim, "size")
    layer = Layer.of(family, ndim, **asked, ceil_mode=ceil_mode, **ONE_CHANNEL if not pool else {})
    axes = layer.axes(sizes)
    if as_json:
        from convcli.views import json

        terminal.write(json.dump(json.formula_object(KIND_NAMES[family], axes)) + "\n")
    else:
        terminal.show(view.steps(axes))


def backwards(family: str, ndim: int, asked: dict[str, Any], ceil_mode: bool, keep: bool, as_json: bool) -> None:
    """What gives an output size: settings where the size is known, else input sizes."""
    if keep and "output" in asked:
        raise ConvcliError("--keep and --output contradict each other", "choose one")
    if keep and "size" not in asked:
        raise ConvcliError("--keep needs the size to keep", "try --size 28 --keep")
    if isinstance(asked.get("padding"), str):
        raise ConvcliError(f"padding {asked['padding']!r} can't be worked backwards", "leave --padding out")
    each = {name: per_axis(value, ndim, name) for name, value in asked.items()}
    each["output"] = each["size"] if keep else each["output"]
    if keep and family == "conv":
        each.setdefault("stride", (1,) * ndim)
    for name, values in each.items():
        if min(values) < (0 if "padding" in name else 1):
            raise Refusal("not_positive", name=name, value=min(values))
    asks = [{name: values[i] for name, values in each.items()} for i in range(ndim)]
    if all(ask == asks[0] for ask in asks):
        asks = asks[:1]
    answers = [backwards_axis(family, ask, ceil_mode) for ask in asks]
    if as_json:
        from convcli.views import json

        objects = [json.solutions_object(answer) for answer in answers]
        terminal.write(json.dump(objects[0] if len(objects) == 1 else {"axes": objects}) + "\n")
        return
    names = AXIS_NAMES[ndim] if len(answers) > 1 else ("",)
    for name, ask, answer in zip(names, asks, answers, strict=True):
        terminal.show(view.solutions(name, KIND_NAMES[family], ask["output"], answer))


def backwards_axis(family: str, ask: dict[str, int], ceil_mode: bool) -> inverse.Settings:
    """One axis: the settings, or the input sizes as settings that differ in size alone."""
    output = ask.pop("output")
    if "size" in ask:
        fixed = {NAMES.get(name, name): value for name, value in ask.items() if name != "size"}
        if ceil_mode:
            fixed["ceil_mode"] = True
        found = inverse.solve(ask["size"], output, KIND_NAMES[family], **fixed)
    else:
        layer = Layer.of(family, 1, ceil_mode=ceil_mode, **ask, **ONE_CHANNEL if family != "maxpool" else {})
        axis = layer.windows((1,))[0]
        found = inverse.with_sizes(axis, output)
    ask["output"] = output
    if not found.count:
        nearest = f"the nearest that can be is {found.nearest}" if found.nearest else "nothing comes near"
        setting = ", ".join(f"{NAMES.get(n, n)} {v}" for n, v in ask.items() if n != "output")
        raise ConvcliError(
            f"no setting with {setting} gives an output of {output}; {nearest}",
            f"try --output {found.nearest}, or leave one of the flags out" if found.nearest else "leave a flag out",
        )
    return found
