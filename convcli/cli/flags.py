"""The flags of the layer commands, each said once."""

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from typing import Any

import typer

from convcli.cli.typed import (
    NUMBER,
    PADDING,
    PER_AXIS,
    PICTURE_THEMES,
    Sizes,
    flag,
    pace,
    padding_word,
    real,
    seed,
    sizes_or_none,
    spelled,
    spellings,
    takes_words,
    theme,
    transposed,
)
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES, experiment, experiments
from convcli.layers import LAYERS, Layer, Windowed
from convcli.layers.base import written
from convcli.picks import WORDS
from convcli.refusals import PADDING_MODES

# The panels of the help, in their order.
LAYER: dict[str, Any] = {"rich_help_panel": "Layer"}
FED: dict[str, Any] = {"rich_help_panel": "Input and weights"}
WORKED: dict[str, Any] = {"rich_help_panel": "See the arithmetic"}
DRAWN: dict[str, Any] = {"rich_help_panel": "Draw"}
WRITTEN: dict[str, Any] = {"rich_help_panel": "Output"}


def padding_modes(ctx: typer.Context) -> Iterable[str]:
    """What ``--padding-mode`` may be, on this command."""
    return PADDING_MODES[:1] if transposed(LAYERS.get(ctx.command.name or "")) else PADDING_MODES


def sample_names(ctx: typer.Context) -> Iterable[tuple[str, str]]:
    """The samples, each with what it is."""
    return [(name, each.about) for name, each in SAMPLES.items()]


def filter_names(ctx: typer.Context) -> Iterable[tuple[str, str]]:
    """The filters whose kernel this command's layer can have, each with what it does."""
    layer = LAYERS.get(ctx.command.name or "")
    return [(name, each.about) for name, each in FILTERS.items() if layer is None or each.ndim == layer.ndim]


def weight_names(ctx: typer.Context) -> Iterable[tuple[str, str]]:
    """The same, and those of the post's experiments that have such a layer."""
    layer = LAYERS.get(ctx.command.name or "")
    posts = [post.name for post in experiments() if layer and isinstance(post.layer, layer)]
    return [*filter_names(ctx), *((name, "the weights of this experiment of the post") for name in posts)]


@dataclass(frozen=True, eq=False, repr=False)
class LayerFlags:
    """The arguments of the torch.nn classes, by torch's names; None: not said."""

    in_channels: int | None = flag("--in", help="Channels that come in.", **NUMBER, **LAYER)
    out_channels: int | None = flag("--out", help="Channels to make.", **NUMBER, **LAYER)
    output_size: tuple[int | None, ...] | None = flag(
        "--output-size",
        "-o",
        help="Windows along each axis; none keeps an axis.",
        read=sizes_or_none,
        metavar="SIZES",
        **LAYER,
    )
    kernel_size: Sizes | None = flag("--kernel", "-k", help="Taps: 3, or for each axis 3x5.", **PER_AXIS, **LAYER)
    stride: Sizes | None = flag("--stride", "-s", help="Cells to the next window.", **PER_AXIS, **LAYER)
    padding: Sizes | str | None = flag(
        "--padding",
        "-p",
        help="Cells added at each end.",
        **PADDING,
        **LAYER,
    )
    dilation: Sizes | None = flag("--dilation", "-d", help="Cells to the next tap.", **PER_AXIS, **LAYER)
    groups: int | None = flag("--groups", "-g", help="Channel groups that stay apart.", **NUMBER, **LAYER)
    bias: bool = flag("--no-bias", help="No number added to each output channel.", default=True, **LAYER)
    output_padding: Sizes | None = flag(
        "--output-padding", help="Cells added to one end of the output.", **PER_AXIS, **LAYER
    )
    norm_type: float | None = flag(
        "--norm-type",
        help="The p of the p-norm: 1 sum, inf max.",
        read=real,
        metavar="P",
        autocompletion=lambda: ["1", "2", "inf"],
        **LAYER,
    )
    ceil_mode: bool = flag("--ceil-mode", help="Round the output size up, not down.", default=False, **LAYER)
    count_include_pad: bool = flag(
        "--no-count-include-pad", help="Leave the zeros of padding out of the mean.", default=True, **LAYER
    )
    divisor_override: int | None = flag("--divisor-override", help="Divide by this instead.", **NUMBER, **LAYER)
    return_indices: bool = flag("--return-indices", help="Show where each maximum stands.", default=False, **LAYER)
    padding_mode: str | None = flag(
        "--padding-mode",
        help="reflect, replicate, circular.",
        metavar="MODE",
        read=padding_word,
        autocompletion=padding_modes,
        **LAYER,
    )

    def arguments(self, takes: Any) -> dict[str, Any]:
        """What was said of the arguments that a layer takes."""
        taken = [each for each in fields(self) if each.name in takes]
        return {each.name: getattr(self, each.name) for each in taken if getattr(self, each.name) != each.default}


@dataclass(frozen=True, eq=False, repr=False)
class RunFlags:
    """What every layer command takes besides: what goes in, and what is shown."""

    input: str | None = flag(
        "--input",
        "-i",
        help="Numbers, sample, file or -.",
        metavar="ARRAY",
        autocompletion=sample_names,
        **FED,
    )
    size: Sizes | None = flag("--size", "-n", help="A ramp of this size instead: 28x28, 3x28x28.", **PER_AXIS, **FED)
    weight: str | None = flag(
        "--weight",
        "-w",
        help="Numbers, filter, file, cnn1d_2.",
        metavar="ARRAY",
        autocompletion=weight_names,
        **FED,
    )
    bias_values: str | None = flag("--bias", help="Numbers; with --weight alone, none.", metavar="ARRAY", **FED)
    flip: bool = flag("--flip", help="Turn the kernel round before it is used.", default=False, **FED)
    seed: int = flag("--seed", help="Seeds the random weights.", default=0, read=seed, metavar="N", **FED)
    shapes: bool = flag("--shapes", help="Sizes, counts and memory, without torch.", default=False, **WORKED)
    steps: str | None = flag(
        "--steps",
        help="The products behind outputs: first, all, 4, 2:4.",
        metavar="[WHICH]",
        autocompletion=lambda: WORDS,
        **WORKED,
    )
    at: str | None = flag("--at", help="The products behind one output: 0,3 or -1.", metavar="CELL", **WORKED)
    from_cell: str | None = flag("--from", help="Which outputs an input cell reaches: 0,4.", metavar="CELL", **WORKED)
    of_weight: str | None = flag("--of", help="Which products a weight is part of: 1,0,2.", metavar="CELL", **WORKED)
    coverage: bool = flag("--coverage", help="How often each input cell is read.", default=False, **WORKED)
    show: bool = flag("--show", help="Draw input and output as shades, or pictures.", default=False, **DRAWN)
    animate: bool = flag("--animate", help="Play the steps in the terminal.", default=False, **DRAWN)
    speed: float | None = flag("--speed", help="Steps a second, 2 unless told.", read=pace, metavar="N", **DRAWN)
    export: str | None = flag("--export", help="Draw it: .svg .gif .html .png .pdf .tex.", metavar="FILE", **DRAWN)
    theme: str = flag(
        "--theme",
        help="How --export draws: light, dark, auto.",
        default="light",
        read=theme,
        metavar="NAME",
        autocompletion=lambda: PICTURE_THEMES,
        **DRAWN,
    )
    worksheet: str | None = flag(
        "--worksheet", help="Sums with blanks, and answers: .md .html.", metavar="FILE", **DRAWN
    )
    region: str | None = flag("--region", help="The output cells to draw: 0:16,0:16.", metavar="RANGES", **DRAWN)
    full: bool = flag("--full", help="Every value, however many.", default=False, **WRITTEN)
    as_json: bool = flag("--json", help="One JSON object on stdout.", default=False, **WRITTEN)
    as_code: bool = flag("--code", help="A PyTorch script that gives the same.", default=False, **WRITTEN)
    save: str | None = flag("--save", help="Write the output: .npy .pt .csv .json, or .png.", metavar="FILE", **WRITTEN)
    force: bool = flag("--force", help="Write over an existing file.", default=False, **WRITTEN)


OF_THE_WEIGHT = ("in_channels", "out_channels", "kernel_size", "groups", "bias")  # what the weights follow from
# What torch's layers take and is always the same here.
FIXED = {"--dtype": "every number is a float32, as in PyTorch", "--device": "everything runs on the processor"}
WEIGHTED = ("seed", "weight", "bias_values", "flip", "of_weight")  # only where there are weights
# What follows where a flag is left out, in words.
FOLLOWS = {
    "in_channels": "the input's",
    "out_channels": "1 a group",
    "input": "the post's",
    "weight": "random",
}


def assumed(layer: type[Layer]) -> dict[str, str]:
    """What a layer's command takes for each flag that is left out, as it would be typed, or in words."""
    values = layer.defaults() | layer.suggested
    told = {name: value for name, value in values.items() if value not in (None, MISSING) and value is not bool(value)}
    words = {name: value if isinstance(value, str) else written(value) for name, value in told.items()}
    pooled = {"stride": "kernel"} if values.get("stride") == () else {}
    return words | pooled | FOLLOWS


def helps(layer: type[Layer]) -> dict[str, str]:
    """What is to be said of a flag on one layer's command."""
    if transposed(layer):
        return {"padding": "Cells cut from each end of the output.", "padding_mode": "zeros and no other."}
    return {"padding": "Cells at each end, same, valid."} if takes_words(layer) else {}


def takes(layer: type[Layer]) -> set[str]:
    """The fields of which a layer's command has flags."""
    besides = {each.name for each in fields(RunFlags)}
    return set(layer.defaults()) | (besides if "out_channels" in layer.defaults() else besides - set(WEIGHTED))


def argument_of(flag: str) -> str:
    """The argument of a layer, or of a run, that a flag says; empty: none."""
    every = [each for request in (LayerFlags, RunFlags) for each in fields(request)]
    return next((each.name for each in every if flag in spellings(each.name, each.metadata["flag"].names)), "")


def settled(typed: str, flag: str, value: str) -> tuple[str, str] | None:
    """Why an experiment of the post takes no such flag, and the command for a layer that does; None: no layer does."""
    argument = argument_of(flag)
    if not argument:
        return None
    post = experiment(typed) if typed else experiments()[0]
    own = argument in (*OF_THE_WEIGHT, *WEIGHTED)  # then the post's weights are no longer the layer's
    arguments = post.arguments if own else {"stride": post.arguments["stride"]}
    words = [spelled(LayerFlags, name) + f" {number}" for name, number in arguments.items() if name != argument]
    words += [f"{flag} {value}".rstrip()] if own else [f"--weight {post.name}", f"{flag} {value}".rstrip()]
    why = f"blog takes no {flag}: the post settles its layers"
    return why, f"for one of your own: convcli {post.type.lower()} {' '.join(words)}"


def not_here(name: str, first: str, flag: str, value: str) -> tuple[str, str] | None:
    """Why a command, of which this word is the first, has no such flag, and what to do instead; None: nobody has it."""
    argument, layer = argument_of(flag), LAYERS.get(name)
    if not layer:
        return settled(first, flag, value) if name == "blog" else None
    why = f"nn.{layer.__name__} takes no {flag}"
    if flag in ("--batch", "--batch-size"):
        size = "x".join([value if value.isdecimal() else "4", "3", *["28"] * layer.ndim])
        return why, f"the batch stands before the channels, as in --size {size}"
    if flag in FIXED:
        return why, f"leave it out: {FIXED[flag]}; --code writes a script in which to change it"
    if not argument:
        return None
    if argument in ("in_channels", "out_channels"):
        size = "x".join(["3", *["28"] * layer.ndim])
        return why, f"leave it out: the channels are the input's, as in --size {size}"
    owners = [other for other, each in LAYERS.items() if issubclass(each, Windowed) and argument in takes(each)]
    owners = [other for other in owners if LAYERS[other].ndim == layer.ndim] or owners
    return why, f"leave it out; it belongs to {', '.join(owners)}"
