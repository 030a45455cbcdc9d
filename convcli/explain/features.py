"""Errors over numbers of features: linear layers, views, and norms."""

import re
from math import prod
from typing import Any

from convcli.explain.answer import LIST, Answers, Example, Explanation, Fix, ints, simple
from convcli.explain.message import Message


def _linear(match: re.Match[str], message: Message) -> Explanation:
    rows, width, features, out = map(int, match.groups())
    samples, rest = divmod(rows * width, features) if features else (0, 1)
    facts: dict[str, Any] = {"rows": rows, "features": width, "in_features": features, "out_features": out}
    why = f"nn.Linear multiplies the last axis: it is {width} long and the weight takes {features}"
    code = f"x = x.reshape({samples}, {features})"
    fixes = [Fix(f"layer = nn.Linear({width}, {out})", f"in_features {width}, what really arrives", width > 0)]
    if rows == features and rows != width:
        facts["case"] = "transposed"
        cause = "features and samples are the wrong way round, or in_features isn't what arrives"
        fixes.insert(0, Fix(f"x = x.reshape({rows}, {width}).T", "samples down, features across", width > 0))
    elif rest == 0 and rows > 1 and width < features and features % width == 0:
        facts["case"] = "not flattened"
        cause = "the flatten before the linear layer is missing"
        why += f"; but {rows}·{width} = {samples}·{features}: the numbers fit once each sample is flattened"
        about = f"flattens each of {samples} samples to {features}; nn.Flatten() before it"
        fixes.insert(0, Fix(code, about, verified=True))
    elif rest == 0 and rows == 1 and width > features:
        facts["case"] = "batch flattened"
        cause = "the batch axis was flattened with the rest"
        why += f"; {width} is {samples}·{features}: the batch went into the row with the features"
        about = f"keeps the batch of {samples} apart: x.flatten(1), not x.flatten()"
        fixes.insert(0, Fix(code, about, verified=True))
    else:
        facts["case"] = "wrong in_features"
        cause = "in_features was worked out for another picture size, padding or pooling"
    return Explanation(facts, why, cause, fixes, Example("Linear", (features, out), (rows, width)))


def _view(match: re.Match[str], message: Message) -> Explanation:
    shape, total = ints(match["shape"]), int(match["elements"])
    known = prod(n for n in shape if n >= 0)
    held = f"{total} can't be split into parts of {known}" if -1 in shape else f"{list(shape)} holds {known} elements"
    why = f"{held}; the tensor has {total}, and a view keeps every one"
    fixes = [Fix("x = x.flatten(1)", "keeps the batch, whatever the sizes; then look at the next in_features")]
    if shape and shape[0] > 0 and total % shape[0] == 0:
        rows, width = shape[0], total // shape[0]
        fixes.append(Fix(f"x = x.reshape({rows}, {width})", f"{total} = {rows}·{width}"))
    facts = {"shape": list(shape), "elements": total}
    return Explanation(facts, why, "the features were counted for another picture size", fixes)


def _batch_norm(match: re.Match[str], message: Message) -> Explanation:
    channels, features = map(int, match.groups())
    code = f"layer = nn.{message.layer_class('BatchNorm')}({channels})"
    if "BatchNorm" not in message.context + message.text:
        code += f" if x.ndim == 4 else nn.BatchNorm1d({channels})"
    facts = {"channels": channels, "num_features": features}
    why = f"batch norm keeps a mean for each of {features} channels, and {channels} arrive"
    cause = "num_features isn't the channels of the layer before"
    return Explanation(facts, why, cause, [Fix(code)], Example("BatchNorm2d", (features,), (2, channels, 2, 2)))


def _layer_norm(match: re.Match[str], message: Message) -> Explanation:
    normal, shape = ints(match["normal"]), ints(match["input"])
    tail = list(shape[-len(normal) :])
    why = f"layer norm takes the last axes as {list(normal)}; {list(shape)} ends in {tail}"
    cause = "normalized_shape counts from the last axis, not the channels"
    fix = Fix(f"layer = nn.LayerNorm({tail})", verified=min(tail) > 0)
    return Explanation({"normalized_shape": list(normal), "input": list(shape)}, why, cause, [fix])


def _one_value(match: re.Match[str], message: Message) -> Explanation:
    shape = ints(match["shape"])
    channels = shape[1]
    fixes = [
        Fix("layer = layer.eval()", "for prediction: the stored mean is used, not the batch's"),
        Fix(f"layer = nn.GroupNorm(1, {channels})", "for training with single samples", verified=channels > 1),
    ]
    why = f"the mean and spread of one number say nothing: {list(shape)} has one value in each of {channels} channels"
    cause = "a batch of one in training, often the last of an epoch: DataLoader(..., drop_last=True)"
    example = Example(f"BatchNorm{max(1, len(shape) - 2)}d", (channels,), shape)
    return Explanation({"input": list(shape), "channels": channels}, why, cause, fixes, example)


LINEAR = r"mat1 and mat2 shapes cannot be multiplied \((\d{1,18})x(\d{1,18}) and (\d{1,18})x(\d{1,18})\)"
LAYER_NORM = (
    r"Given normalized_shape=\[(?P<normal>[\d, ]{1,99})\], expected input with shape \[[^\]]{1,99}\], but "
    r"got input of size ?\[(?P<input>[\d, ]{1,99})\]"
)
ONE_VALUE = r"Expected more than 1 (?:value per channel|spatial element) when training, got input size " + LIST
ANSWERS: Answers = {
    ("linear", LINEAR): _linear,
    ("linear", r"size mismatch, m1: \[(\d{1,18}) x (\d{1,18})\], m2: \[(\d{1,18}) x (\d{1,18})\]"): _linear,
    (
        "linear",
        r"mat1 dim 1 must match mat2 dim 0|size mismatch, got|batch2 tensor to be|must be equal to input_size",
    ): simple(
        "the last axis of the input has to be as long as the weight takes",
        "a missing flatten, or in_features",
        "layer = nn.Linear(x.shape[-1], layer.out_features)",
    ),
    ("view", r"shape '\[(?P<shape>[\d, \-]{1,200})\]' is invalid for input of size (?P<elements>\d{1,18})"): _view,
    ("view", r"view size is not compatible with input tensor's size and stride"): simple(
        "a view re-reads memory in order; after permute or transpose it is in another order",
        "view after permute",
        "x = x.contiguous()",
    ),
    ("view", r"only one dimension can be inferred|don't multiply up to the size of dim"): simple(
        "the sizes have to multiply to the number of elements, and at most one can be -1",
        "a second -1",
        "x = x.flatten(1)",
    ),
    ("norm_features", r"running_mean should contain (\d{1,18}) elements not (\d{1,18})"): _batch_norm,
    ("norm_features", r"weight should contain (\d{1,18}) elements not (\d{1,18})"): _batch_norm,
    ("norm_features", LAYER_NORM): _layer_norm,
    ("norm_features", r"to match num_features \((?P<num_features>\d{1,18})\), but got: (?P<channels>\d{1,18})"): simple(
        "a norm layer keeps numbers for each channel, and another number of channels arrives",
        "num_features",
        "layer = nn.InstanceNorm2d(x.shape[-3], affine=True)",
    ),
    ("norm_features", r"number of channels in input|must be divisible by num_groups"): simple(
        "group norm splits the channels into equal groups, and has a weight for each channel",
        "num_channels",
        "layer = nn.GroupNorm(1, x.shape[1])",
    ),
    ("one_value", ONE_VALUE): _one_value,
}
