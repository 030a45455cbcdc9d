"""The flags, each said once, and how their texts become numbers."""

import re
from typing import Annotated, Any, Optional

import typer

from convcli.diagnosis import flag
from convcli.errors import ConvcliError
from convcli.layers import PER_AXIS

__all__ = ["LAYER", "RUN", "constructor", "numbers", "spelled"]

Text = Optional[str]  # noqa: UP045  (typer reads the annotation at run time)


def option(*names: str, help: str, kind: Any = Text, default: Any = None, **more: Any) -> tuple[Any, Any]:
    """An option's annotation and its default."""
    return Annotated[kind, typer.Option(*names, help=help, **more)], default


Number = Optional[int]  # noqa: UP045
Real = Optional[float]  # noqa: UP045
EACH = "One number for every axis, or one each: 3 · 3,5 · 3x5."

# By the constructor argument they set.
LAYER: dict[str, tuple[Any, Any]] = {
    "in_channels": option("--in", help="Channels of the input; follows from it.", kind=Number, metavar="N"),
    "out_channels": option("--out", help="Channels of the output, one kernel each.", kind=Number, metavar="N"),
    "kernel_size": option("--kernel", "-k", help=f"Taps of the kernel. {EACH}", metavar="SIZES"),
    "stride": option("--stride", "-s", help="Cells from one window to the next.", metavar="SIZES"),
    "padding": option("--padding", "-p", help="Cells added at each end, or same, or valid.", metavar="SIZES"),
    "dilation": option("--dilation", "-d", help="Cells from one tap to the next.", metavar="SIZES"),
    "groups": option("--groups", "-g", help="Channel groups that don't mix.", kind=Number, metavar="N"),
    "bias": option("--no-bias", help="No number added to each output channel.", kind=bool, default=False),
    "output_padding": option("--output-padding", help="Cells added to one end of the output.", metavar="SIZES"),
    "norm_type": option(
        "--norm-type", help="The p of the p-norm: 1 sum, 2 (default), inf max.", kind=Real, metavar="P"
    ),
    "ceil_mode": option("--ceil-mode", help="Round the output size up, not down.", kind=bool, default=False),
    "count_include_pad": option(
        "--no-count-include-pad", help="Padding's zeros don't count in the mean.", kind=bool, default=False
    ),
    "divisor_override": option("--divisor-override", help="Divide by this instead.", kind=Number, metavar="N"),
    "return_indices": option("--return-indices", help="Show each maximum's position.", kind=bool, default=False),
    "padding_mode": option("--padding-mode", help="zeros, reflect, replicate or circular.", metavar="MODE"),
}
# What every layer command takes besides.
RUN: dict[str, tuple[Any, Any]] = {
    "input": option("--input", "-i", help="Numbers, a sample, a file, or - for stdin.", metavar="ARRAY"),
    "size": option("--size", help="A ramp 1, 2, 3 … of this size instead, 28x28 or 3x28x28.", metavar="SIZES"),
    "seed": option("--seed", help="Seeds PyTorch's initialisation.", kind=int, default=0, metavar="N"),
    "weight": option(
        "--weight", "-w", help="The kernel, or all weights: numbers, a filter or a file.", metavar="ARRAY"
    ),
    "bias_values": option("--bias", help="The bias; with --weight alone there is none.", metavar="ARRAY"),
    "steps": option("--steps", help="Every product behind outputs: the first few, all, or 0:4.", metavar="[WHICH]"),
    "at": option("--at", help="Every product behind one output cell, 0,3,5.", metavar="CELL"),
    "from_cell": option("--from", help="Which outputs an input cell reaches, 0,4.", metavar="CELL"),
    "of_weight": option("--of", help="Which products a weight is part of, 1,0,2.", metavar="WEIGHT"),
    "coverage": option("--coverage", help="How often each input cell is read.", kind=bool, default=False),
    "show": option("--show", help="Draw input and output as shades, or pictures.", kind=bool, default=False),
    "animate": option("--animate", help="Play the steps in the terminal.", kind=bool, default=False),
    "speed": option("--speed", help="Steps a second; 2 unless told.", kind=Real, metavar="N"),
    "full": option("--full", help="Every value, however many.", kind=bool, default=False),
    "as_json": option("--json", help="One JSON object on stdout.", kind=bool, default=False),
    "as_code": option("--code", help="A PyTorch script that gives the same.", kind=bool, default=False),
    "save": option("--save", help="Write the output: .npy .pt .csv .json, or .png.", metavar="FILE"),
    "export": option("--export", help="Draw every step: .svg .gif .png .html.", metavar="FILE"),
    "region": option("--region", help="The output cells to draw, 0:16,0:16.", metavar="RANGES"),
    "force": option("--force", help="Write over an existing file.", kind=bool, default=False),
}
WEIGHTED = ("seed", "weight", "bias_values", "of_weight")


def spelled(name: str) -> str:
    """How a flag is typed.

    >>> spelled("kernel_size"), spelled("from_cell")
    ('--kernel', '--from')
    """
    info = (LAYER | RUN)[name][0].__metadata__[0]
    return next(text for text in map(str, (info.default, *info.param_decls)) if text.startswith("--"))


def numbers(text: str | None, flag: str) -> tuple[int, ...] | None:
    """One number, or one for each axis.

    >>> numbers("3x5", "--kernel"), numbers("3", "--kernel")
    ((3, 5), (3,))

    Raises:
        ConvcliError: it isn't whole numbers.
    """
    if text is None:
        return None
    parts = re.split(r"\s*[,x×]\s*|\s+", text.strip().strip("()[]").strip().rstrip(",").lower())
    if not all(re.fullmatch(r"[-+]?[0-9]{1,30}", part) for part in parts):
        raise ConvcliError(f"{flag} {text!r} isn't a whole number", f"try {flag} 3, or one for each axis: {flag} 3x5")
    found = tuple(map(int, parts))
    if max(map(abs, found)) > 2**62:
        raise ConvcliError(f"{flag} {text} is beyond what a tensor's sizes can be", "try a smaller number")
    return found


def constructor(typed: dict[str, Any]) -> dict[str, Any]:
    """Constructor arguments from what was typed: sizes parsed, ``same`` and ``valid`` left as they are."""
    arguments = {}
    for name, value in typed.items():
        if name == "padding" and value.strip().isalpha():
            value = value.strip().lower()
        elif name in (*PER_AXIS, "size", "output"):
            value = numbers(value, flag(name))
        arguments[name] = value
    return arguments
