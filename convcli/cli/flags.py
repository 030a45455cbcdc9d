"""The flags of the layer commands, each said once."""

from dataclasses import dataclass, fields
from typing import Any

from convcli.cli.typed import EACH, NUMBER, PADDING, PER_AXIS, Sizes, flag, pace, real, seed, sizes_or_none, spellings
from convcli.layers import LAYERS, Layer, Windowed
from convcli.refusals import PADDING_MODES


@dataclass(frozen=True, eq=False, repr=False)
class LayerFlags:
    """The arguments of the torch.nn classes, by torch's names; None: not said."""

    in_channels: int | None = flag("--in", help="Channels of the input; follows from it.", **NUMBER)
    out_channels: int | None = flag("--out", help="Channels of the output, one kernel each.", **NUMBER)
    output_size: tuple[int | None, ...] | None = flag(
        "--output-size", "-o", help="Windows along each axis; none keeps an axis.", read=sizes_or_none, metavar="SIZES"
    )
    kernel_size: Sizes | None = flag("--kernel", "-k", help=f"Taps of the kernel. {EACH}", **PER_AXIS)
    stride: Sizes | None = flag("--stride", "-s", help="Cells from one window to the next.", **PER_AXIS)
    padding: Sizes | str | None = flag("--padding", "-p", help="Cells added at each end, or same, or valid.", **PADDING)
    dilation: Sizes | None = flag("--dilation", "-d", help="Cells from one tap to the next.", **PER_AXIS)
    groups: int | None = flag("--groups", "-g", help="Channel groups that don't mix.", **NUMBER)
    bias: bool = flag("--no-bias", help="No number added to each output channel.", default=True)
    output_padding: Sizes | None = flag("--output-padding", help="Cells added to one end of the output.", **PER_AXIS)
    norm_type: float | None = flag(
        "--norm-type", help="The p of the p-norm: 1 sum, 2 (default), inf max.", read=real, metavar="P"
    )
    ceil_mode: bool = flag("--ceil-mode", help="Round the output size up, not down.", default=False)
    count_include_pad: bool = flag(
        "--no-count-include-pad", help="Padding's zeros don't count in the mean.", default=True
    )
    divisor_override: int | None = flag("--divisor-override", help="Divide by this instead.", **NUMBER)
    return_indices: bool = flag("--return-indices", help="Show each maximum's position.", default=False)
    padding_mode: str | None = flag(
        "--padding-mode",
        help="zeros, reflect, replicate or circular.",
        metavar="MODE",
        autocompletion=lambda: [*PADDING_MODES],
    )

    def arguments(self, takes: Any) -> dict[str, Any]:
        """What was said of the arguments that a layer takes."""
        taken = [each for each in fields(self) if each.name in takes]
        return {each.name: getattr(self, each.name) for each in taken if getattr(self, each.name) != each.default}


@dataclass(frozen=True, eq=False, repr=False)
class RunFlags:
    """What every layer command takes besides: what goes in, and what is shown."""

    input: str | None = flag("--input", "-i", help="Numbers, a sample, a file, or - for stdin.", metavar="ARRAY")
    size: Sizes | None = flag("--size", "-n", help="A ramp 1, 2, 3 … of this size, 28x28 or 3x28x28.", **PER_AXIS)
    seed: int = flag("--seed", help="Seeds PyTorch's initialisation.", default=0, read=seed, metavar="N")
    weight: str | None = flag(
        "--weight",
        "-w",
        help="Kernel or weights: numbers, a filter, a file, the post's cnn1d_2.",
        metavar="ARRAY",
    )
    bias_values: str | None = flag("--bias", help="The bias; with --weight alone there is none.", metavar="ARRAY")
    flip: bool = flag("--flip", help="Turn the kernel round before it is used.", default=False)
    shapes: bool = flag("--shapes", help="Sizes, counts and memory alone: no torch, no values.", default=False)
    steps: str | None = flag(
        "--steps", help="Every product behind outputs: the first few, all, or 0:4.", metavar="[WHICH]"
    )
    at: str | None = flag("--at", help="Every product behind one output cell, 0,3,5.", metavar="CELL")
    from_cell: str | None = flag("--from", help="Which outputs an input cell reaches, 0,4.", metavar="CELL")
    of_weight: str | None = flag("--of", help="Which products a weight is part of, 1,0,2.", metavar="WEIGHT")
    coverage: bool = flag("--coverage", help="How often each input cell is read.", default=False)
    show: bool = flag("--show", help="Draw input and output as shades, or pictures.", default=False)
    animate: bool = flag("--animate", help="Play the steps in the terminal.", default=False)
    speed: float | None = flag("--speed", help="Steps a second; 2 unless told.", read=pace, metavar="N")
    full: bool = flag("--full", help="Every value, however many.", default=False)
    as_json: bool = flag("--json", help="One JSON object on stdout.", default=False)
    as_code: bool = flag("--code", help="A PyTorch script that gives the same.", default=False)
    save: str | None = flag("--save", help="Write the output: .npy .pt .csv .json, or .png.", metavar="FILE")
    export: str | None = flag("--export", help="Draw every step: .svg .gif .png .html.", metavar="FILE")
    worksheet: str | None = flag("--worksheet", help="The sums with blanks, and answers: .md .html.", metavar="FILE")
    region: str | None = flag("--region", help="The output cells to draw, 0:16,0:16.", metavar="RANGES")
    force: bool = flag("--force", help="Write over an existing file.", default=False)


WEIGHTED = ("seed", "weight", "bias_values", "flip", "of_weight")  # only where there are weights


def takes(layer: type[Layer]) -> set[str]:
    """The fields of which a layer's command has flags."""
    besides = {each.name for each in fields(RunFlags)}
    return set(layer.defaults()) | (besides if "out_channels" in layer.defaults() else besides - set(WEIGHTED))


def not_here(name: str, flag: str) -> tuple[str, str] | None:
    """Why a layer has no such flag, which others have, and what to do instead; None: nobody has it."""
    every = [each for request in (LayerFlags, RunFlags) for each in fields(request)]
    argument = next((each.name for each in every if flag in spellings(each.name, each.metadata["flag"].names)), "")
    layer = LAYERS.get(name)
    if not argument or not layer:
        return None
    if argument in ("in_channels", "out_channels"):
        size = "x".join(["3", *["28"] * layer.ndim])
        return (
            f"nn.{layer.__name__} takes no {flag}",
            f"leave it out: the channels are the input's, as in --size {size}",
        )
    owners = [other for other, each in LAYERS.items() if issubclass(each, Windowed) and argument in takes(each)]
    owners = [other for other in owners if LAYERS[other].ndim == layer.ndim] or owners
    return f"nn.{layer.__name__} takes no {flag}", f"leave it out; it belongs to {', '.join(owners)}"
