"""Errors over an input too small for the windows: not one fits, or padding cuts everything away."""

import re

from convcli.arithmetic.axis import Axis
from convcli.explain.answer import Answers, Example, Explanation, Fix, ints, simple, sized, values
from convcli.explain.message import Message
from convcli.refusals import AXIS_NAMES, KernelLarger


def _kernel_larger(match: re.Match[str], message: Message) -> Explanation:
    padded, extents = ints(match["padded"]), ints(match["kernel"])
    ndim = len(padded)
    lacking = [max(0, extent - size) for size, extent in zip(padded, extents, strict=True)]
    half = [-(-missing // 2) for missing in lacking]
    sides = tuple(side for missing in reversed(lacking) for side in (missing // 2, missing - missing // 2))
    nonempty = min(padded) > 0
    fixes = [
        Fix(
            f"x = F.pad(x, {sides})",
            f"or in the layer: padding raised by {values(half)}",
            verified=True,
            shows=f"convcli formula --size {sized(padded)} -k {sized(extents)} -p {sized(half)}",
        ),
        Fix(
            f"layer = nn.Conv{ndim}d(layer.in_channels, layer.out_channels, kernel_size=3, padding=1)",
            "a small kernel, padded, fits every input",
            verified=nonempty,
        ),
    ]
    worst = lacking.index(max(lacking))
    why = KernelLarger(axis=Axis(padded[worst], extents[worst], name=AXIS_NAMES[ndim][worst])).why
    why += " (both as torch counts them: padding included, and a dilated kernel as wide as it reaches, d·(k − 1) + 1)"
    facts = {"padded_input": list(padded), "effective_kernel": list(extents), "missing": lacking}
    cause = "the picture has become too small: too many strides or poolings before, or too small a picture"
    example = Example(f"Conv{ndim}d", (1, 1, extents), (1, 1, *padded)) if nonempty else None
    return Explanation(facts, why, cause, fixes, example)


def _too_small(match: re.Match[str], message: Message) -> Explanation:
    shape, output = ints(match["input"]), ints(match["output"])
    ndim = len(shape) - 1
    pool = "Max" if "MaxPool" in message.context else "Avg"
    poolable = min(shape) >= 1 and ndim in (2, 3)
    fixes = [
        Fix(f"layer = nn.Adaptive{pool}Pool{ndim}d(1)", "pools whatever is left to one cell", poolable),
        Fix("layer = nn.Identity()", "leaves the pooling out: there is nothing left to pool", verified=True),
    ]
    why = f"the input has {list(shape[1:])} cells and the formula gives {list(output[1:])}: not one window fits"
    cause = "the picture has become too small, often from one pooling too many"
    return Explanation({"input": list(shape), "output": list(output)}, why, cause, fixes)


def _no_output(match: re.Match[str], message: Message) -> Explanation:
    shape, output = ints(match["input"]), ints(match["output"])
    why = f"(n − 1)·stride + kernel − 2·padding gives {list(output)} for an input of {list(shape)}"
    why += ": padding cuts all of it away"
    cause = "padding meant to enlarge; in a transposed convolution it shrinks"
    about = "a transposed convolution's padding cuts cells off its output"
    fix = Fix("layer.padding = (0,) * len(layer.kernel_size)", about, verified=True)
    return Explanation({"input": list(shape), "output": list(output)}, why, cause, [fix])


SIZES = r"[\dx \-]{1,200}"
KERNEL_LARGER = (
    rf"Calculated padded input size per channel: \((?P<padded>{SIZES})\)\. Kernel size: \((?P<kernel>{SIZES})\)"
)
NO_OUTPUT = (
    rf"Given input size per channel: \((?P<input>{SIZES})\)\. "
    rf"Calculated output size per channel: \((?P<output>{SIZES})\)"
)
VOLUME = (
    r"input image \(T: (?P<depth>-?\d{1,18}) H: (?P<height>-?\d{1,18}) W: (?P<width>-?\d{1,18})\) "
    r"smaller than kernel size"
)
ANSWERS: Answers = {
    ("kernel_larger", KERNEL_LARGER): _kernel_larger,
    (
        "too_small",
        rf"Given input size: \((?P<input>{SIZES})\)\. Calculated output size: \((?P<output>{SIZES})\)",
    ): _too_small,
    ("no_output", NO_OUTPUT): _no_output,
    ("too_small", r"max_pool1d\(\) Invalid computed output size: (?P<output>-?\d{1,18})"): simple(
        "not one window of the pooling fits into the input",
        "the line has become too short",
        "layer = nn.AdaptiveMaxPool1d(1)",
        "layer = nn.Identity()",
    ),
    ("too_small", VOLUME): simple(
        "3-d average pooling takes no input smaller than its kernel, however it is padded",
        "the volume has become too small",
        "layer = nn.AdaptiveAvgPool3d(1)",
    ),
}
