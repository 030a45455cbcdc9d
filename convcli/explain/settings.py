"""Errors over a layer's own settings: groups, strides, padding, and how many numbers each of them has."""

import re

from convcli.arithmetic.axis import Axis
from convcli.explain.answer import MAKE, REBUILD, Answers, Explanation, Fix, ints, simple
from convcli.explain.message import Message
from convcli.refusals import OutputPadding, PaddingTooWide, PoolPadding

RANGE = "sizes, strides and dilations count cells, and padding can't be negative"


def _groups(match: re.Match[str], message: Message) -> Explanation:
    argument = f"{match[1]}_channels"
    ungrouped = f"layer = nn.{message.layer_class()}(x.shape[1], 2 * x.shape[1], kernel_size=3, padding=1)"
    depthwise = ungrouped.removesuffix(")") + ", groups=x.shape[1])"
    why = f"{argument} has to be a multiple of groups: each group takes an equal share"
    cause = "groups that doesn't divide both in_channels and out_channels"
    fixes = [Fix(depthwise, "depthwise: one group a channel"), Fix(ungrouped, "no groups")]
    return Explanation({"argument": argument}, why, cause, fixes)


def _tuple_length(match: re.Match[str], message: Message) -> Explanation:
    name, expected, given = match["name"], int(match["expected"]), ints(match["given"])
    count = len(given)
    facts = {"argument": name, "expected": expected, "given": list(given)}
    why = f"a {expected}d layer takes {expected} numbers for {name}, one for each axis, or a single one; it has {count}"
    if count < expected:
        code = f"layer = nn.Conv{count}d(layer.in_channels, layer.out_channels, layer.kernel_size[:{count}])"
        return Explanation(facts, why, f"kernel_size has {expected} numbers, one too many", [Fix(code)])
    fix = Fix(f"layer.{name} = {given[:expected]}")
    return Explanation(facts, why, f"{name} was written for another number of axes", [fix])


def _pool_tuple(match: re.Match[str], message: Message) -> Explanation:
    ndim, name = int(match["ndim"]), match["name"]
    also = "layer.stride = " if name == "kernel_size" else ""
    fix = Fix(f"layer.{name} = {also}layer.{name}[-{ndim}:]")
    why = f"{name} of a {ndim}d pooling is one number, or {ndim}"
    return Explanation({"argument": name, "expected": ndim}, why, "written for another number of axes", [fix])


def _padding_too_wide(match: re.Match[str], message: Message) -> Explanation:
    pads, dim, shape = ints(match["pads"]), int(match["dim"]), ints(match["input"])
    size = shape[dim] if dim < len(shape) else 0
    axis = Axis(size or max(pads), 1, name=f"axis {dim}")
    why = PaddingTooWide(axis=axis, mode="reflect", limit=axis.size - 1, value=max(pads)).why
    facts = {"padding": list(pads), "dimension": dim, "input": list(shape)}
    fix = Fix("layer.padding_mode = 'zeros'", "zeros can be added to any width")
    return Explanation(facts, why, "padding as large as the input", [fix])


def _pool_padding(match: re.Match[str], message: Message) -> Explanation:
    padding, kernel = int(match["padding"]), int(match["kernel"])
    dilation = int(match.groupdict().get("dilation") or 1)
    extent = dilation * (kernel - 1) + 1
    most = extent // 2
    why = PoolPadding(value=padding, axis="an axis", most=most).why
    facts = {"padding": padding, "kernel": kernel, "dilation": dilation, "most": most}
    fix = Fix(f"layer.padding = {most}", f"half of {extent}, rounded down")
    return Explanation(facts, why, "padding chosen as for a convolution", [fix])


def _output_padding(match: re.Match[str], message: Message) -> Explanation:
    h, w, stride_h, stride_w, dilation_h, dilation_w = map(int, re.findall(r"\d{1,18}", match["numbers"]))
    bound_h, bound_w = max(stride_h, dilation_h), max(stride_w, dilation_w)
    value, bound = max((h, bound_h), (w, bound_w))
    why = OutputPadding(value=value, axis="an axis", bound=bound).why
    facts = {"output_padding": [h, w], "stride": [stride_h, stride_w], "dilation": [dilation_h, dilation_w]}
    fix = Fix(f"layer.output_padding = {min(bound_h, bound_w) - 1}")
    return Explanation(facts, why, "output_padding isn't the layer's padding: it only settles the size", [fix])


def _output_size(match: re.Match[str], message: Message) -> Explanation:
    asked, low, high = map(ints, match.group("asked", "low", "high"))
    near = tuple(min(max(size, least), most) for size, least, most in zip(asked, low, high, strict=True))
    facts = {"requested": list(asked), "smallest": list(low), "largest": list(high)}
    why = f"(n − 1)·stride − 2·padding + kernel gives {list(low)}, and output_padding adds up to stride − 1"
    fix = Fix(f"y = layer(x, output_size={near})", "the nearest size it can give")
    return Explanation(facts, why, "output_size of another layer or another input", [fix])


TUPLE_LENGTH = (
    r"expected (?P<name>\w{1,20}) to be a single integer value or a list of (?P<expected>\d) values to match the "
    r"convolution dimensions, but got \w{1,20}=\[(?P<given>[\d, \-]{1,200})\]"
)
POOL_TUPLE = (
    r"(?:max|avg|lp)_pool(?P<ndim>\d)d(?:\(\))?:? (?P<name>\w{1,20}) must (?:either )?be (?:omitted, )?an? "
    r"(?:single )?int"
)
PADDING_TOO_WIDE = (
    r"Padding size should be less than the corresponding input dimension, but got: padding "
    r"\((?P<pads>\d{1,9}, \d{1,9})\) at dimension (?P<dim>\d) of input \[?(?P<input>[\d, ]{1,200})"
)
MAX_POOL_PADDING = (
    r"pad should be at most half of (?:effective )?kernel size, but got pad=(?P<padding>\d{1,9}), "
    r"kernel_size=(?P<kernel>\d{1,9})(?: and dilation=(?P<dilation>\d{1,9}))?"
)
AVG_POOL_PADDING = (
    r"padding should be at most half of kernel size, but got padding=(?P<padding>\d{1,9}) and "
    r"kernel_size=(?P<kernel>\d{1,9})"
)
OLD_POOL_PADDING = (
    r"pad should be smaller than (?:or equal to )?half of kernel size, but got padW = (?P<padding>\d{1,9}), "
    r"padH = \d{1,9}, kW = (?P<kernel>\d{1,9})"
)
OUTPUT_PADDING = r"output padding must be smaller than either stride or dilation, but got (?P<numbers>[\w: ]{1,250})"
OUTPUT_SIZE = (
    r"requested an output size of [\(\[](?P<asked>[\d, ]{1,99})[\)\]], but valid sizes range from "
    r"\[(?P<low>[\d, ]{1,99})\] to \[(?P<high>[\d, ]{1,99})\]"
)
ANSWERS: Answers = {
    ("groups", r"(in|out)_channels must be divisible by groups"): _groups,
    ("groups", r"Given groups=\d{1,9}, expected (weight) to be (?:at least|divisible by)"): _groups,
    ("groups", r"(groups) must be a positive integer"): _groups,
    ("tuple_length", TUPLE_LENGTH): _tuple_length,
    ("tuple_length", POOL_TUPLE): _pool_tuple,
    ("tuple_length", r"pool(?P<ndim>\d)d: (?P<name>stride) must either be omitted"): _pool_tuple,
    ("not_positive", r"non-positive stride|stride should not be zero|stride must be greater than zero"): simple(
        f"{RANGE}: a stride below 1 never moves on",
        "stride=0, or a kernel of 0 that the stride follows",
        "layer.stride = 1",
    ),
    ("not_positive", r"dilation (?:should|must) be greater than zero"): simple(
        f"{RANGE}: taps 0 apart would all read one cell",
        "dilation=0; no gaps is dilation=1",
        "layer.dilation = 1",
    ),
    ("not_positive", r"negative padding is not supported"): simple(
        RANGE, "a padding worked out by a formula that went below 0", "layer.padding = (0,) * len(layer.kernel_size)"
    ),
    ("not_positive", r"pad(?:ding)? must be non-negative"): simple(
        RANGE, "a padding worked out by a formula that went below 0", "layer.padding = 0"
    ),
    ("not_positive", r"max_pool1d\(\) kernel_size must be greater than zero"): simple(
        RANGE, "kernel_size=0", "layer.kernel_size = layer.stride = 2"
    ),
    ("not_positive", r"kernel size should be greater than zero"): simple(RANGE, "kernel_size=0", REBUILD),
    ("not_positive", r"divisor must be not zero"): simple(
        "the sum of a window can't be divided by 0", "divisor_override=0", "layer.divisor_override = None"
    ),
    ("same_stride", r"padding='same' is not supported for strided convolutions"): simple(
        "padding 'same' keeps the size and a stride above 1 shrinks it: torch refuses both together",
        "a layer copied from Keras, where 'same' with a stride is allowed",
        MAKE.replace("padding=1", "stride=2, padding=1"),
    ),
    ("padding_word", r"Invalid padding string"): simple(
        "padding is a number for each axis, 'same' or 'valid'", "another library's word", MAKE
    ),
    ("padding_mode", r"padding_mode must be one of|Only \"zeros\" padding mode is supported"): simple(
        "padding_mode is zeros, reflect, replicate or circular; transposed layers take only zeros",
        "another library's word",
        MAKE,
    ),
    ("padding_word", r"conv_transpose\dd\(\): argument 'padding' .{0,30}must be tuple of ints"): simple(
        "a transposed convolution takes no padding 'same', only numbers",
        "'same' from a plain convolution",
        "layer.padding = (1,) * len(layer.kernel_size)",
    ),
    ("padding_too_wide", PADDING_TOO_WIDE): _padding_too_wide,
    ("padding_too_wide", r"Padding value causes wrapping around more than once"): simple(
        "circular padding wraps around once: there are only as many cells as the input has",
        "padding too large",
        "layer.padding_mode = 'zeros'",
    ),
    ("pool_padding", MAX_POOL_PADDING): _pool_padding,
    ("pool_padding", AVG_POOL_PADDING): _pool_padding,
    ("pool_padding", OLD_POOL_PADDING): _pool_padding,
    ("output_padding", OUTPUT_PADDING): _output_padding,
    ("output_size", OUTPUT_SIZE): _output_size,
    ("output_size", r"output_size must have|output_size should be"): simple(
        "output_size has one number for each axis, or batch and channels before them",
        "a number too many",
        "y = layer(x)",
    ),
}
