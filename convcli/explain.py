"""PyTorch's error messages: the numbers read out of them, why it can't work, and what makes it work.

A message is only read: bounded regular expressions take numbers out of it, nothing in it is ever run, and every
line of code in a fix is put together here from those numbers.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from math import prod
from typing import Any

from convcli.diagnosis import words
from convcli.errors import Refusal
from convcli.geometry import Axis
from convcli.layers import AXIS_NAMES

__all__ = ["Example", "Explanation", "Fix", "explain", "nearest", "read"]

LONGEST = 6000  # characters of a message that are looked at; torch's own are shorter


@dataclass(frozen=True, slots=True)
class Fix:
    """A line of Python over ``x``, ``layer``, ``torch``, ``nn``, ``F``, after which ``layer(x)`` runs.

    ``verified``: the numbers alone make that certain. ``shows`` is a convcli command that shows it working.
    """

    code: str
    verified: bool = False
    about: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A layer and an input, rebuilt from the message's numbers, that raise its error: for ``--verify``."""

    type: str
    arguments: tuple[Any, ...]
    shape: tuple[int, ...]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A recognised message: the numbers in it, why it can't be, what usually causes it, what to do."""

    kind: str
    facts: dict[str, Any]
    why: str
    cause: str
    fixes: list[Fix]
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The last error of a text, and the line of the user's own code that raised it."""

    text: str
    place: str = ""
    line: str = ""
    context: str = ""


def read(text: str) -> Message:
    r"""Find the last error of a traceback or a log; a bare message is its own.

    >>> read('  File "net.py", line 3, in forward\n    x = self.fc(x)\nRuntimeError: bad\n')
    Message(text='bad', place='net.py, line 3', line='x = self.fc(x)', context='')
    """
    text = re.sub(r"\x1b\[[0-9;]{0,40}m", "", text).strip().replace("\r\n", "\n")
    start, end = _last_error(text)
    message = text[end : end + LONGEST] if start or end else text[-LONGEST:]
    if start:  # what a log goes on with, after the message, is no part of it
        message = re.split(r"\n[ \t]*\n|\nTraceback |\n[^\s]", message, maxsplit=1)[0]
    above = text[max(0, start - 30_000) : start]
    above = above[above.rfind("Traceback (most recent call last)") + 1 :] if "Traceback" in above else above
    place = line = ""
    lines = above.splitlines()
    for number, frame in enumerate(lines):
        found = re.search(r'File "([^"\n]{1,500})", line (\d{1,9})', frame)
        if found and not re.search(r"site-packages|dist-packages|[/\\]torch[/\\]|lib[/\\]python3|^<frozen", found[1]):
            place = f"{found[1]}, line {found[2]}"
            line = lines[number + 1].strip()[:300] if number + 1 < len(lines) else ""
    context = " ".join(re.findall(r"\b(?:Conv|ConvTranspose|MaxPool|AvgPool|LPPool|BatchNorm)[123]d\b", above))
    return Message(message.strip(), place, line, context[-200:])


def _last_error(text: str) -> tuple[int, int]:
    """Where the last error's line begins, and where its message does."""
    best = (0, 0)
    for sign in ("Error: ", "Exception: "):
        at = text.rfind(sign)
        while at > 0:
            begin = text.rfind("\n", 0, at) + 1
            # The exception's name stands alone or behind a log's prefix, not in the middle of a sentence.
            head = text[max(begin, at - 200) : at]
            if " " not in head.split("]: ")[-1].strip(" |+"):
                best = max(best, (begin, at + len(sign)))
                break
            at = text.rfind(sign, 0, begin)
    if best == (0, 0) and (at := max(text.rfind("Error: "), 0)):
        best = (text.rfind("\n", 0, at) + 1, at + 7)
    return best


def explain(message: Message) -> Explanation | None:
    """Recognise a message; None where no pattern fits.

    >>> explain(Message("mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)")).fixes[0].code
    'layer = nn.Linear(800, 10)'
    """
    for kind, pattern, answer in RECOGNISERS:
        found = pattern.search(message.text)
        if found:
            try:
                return answer(kind, found, message)
            except (ValueError, IndexError, ZeroDivisionError, Refusal):
                continue  # numbers that torch can't have written
    return None


def nearest(message: Message) -> str:
    """The kind whose wording is most like an unknown message's."""
    text = message.text[:300].lower()

    def likeness(entry: tuple[str, re.Pattern[str], Any]) -> float:
        wording = re.sub(r"\\[a-zA-Z]|[^a-zA-Z ]", "", entry[1].pattern).lower()
        return SequenceMatcher(None, text, wording, autojunk=False).ratio()

    return max(RECOGNISERS, key=likeness)[0]


# --- small parts ------------------------------------------------------------------------------

CLASSES = {"conv": "Conv", "conv_transpose": "ConvTranspose", "max_pool": "MaxPool", "avg_pool": "AvgPool"}


def ints(text: str) -> tuple[int, ...]:
    """The whole numbers in a text.

    >>> ints("1, 28, 28"), ints("3 x -1"), ints("3x0x0")
    ((1, 28, 28), (3, -1), (3, 0, 0))
    """
    return tuple(map(int, re.findall(r"-?\d{1,18}", text)))


def kernel(sizes: Sequence[int]) -> str:
    return str(sizes[0]) if len(set(sizes)) == 1 else str(tuple(sizes))


def mentioned(message: Message, family: str = "Conv", ndim: int = 2) -> str:
    """The layer class a traceback or a message names, else the likeliest."""
    found = re.findall(rf"\b{family}(?:Transpose)?[123]d\b", f"{message.context} {message.text}")
    return found[-1] if found else f"{family}{ndim}d"


def sized(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))


Answer = Callable[[str, re.Match[str], Message], Explanation]


def simple(why: str, cause: str, *codes: str, **facts: str) -> Answer:
    """An answer whose words and fixes don't depend on numbers; ``facts`` name the pattern's groups."""

    def answer(kind: str, found: re.Match[str], message: Message) -> Explanation:
        groups = {name: found[int(group)] for name, group in facts.items()}
        values = {name: int(v) if v and re.fullmatch(r"-?\d{1,18}", v) else v for name, v in groups.items()}
        names = {
            "conv": mentioned(message), "pool": mentioned(message, "MaxPool"), "norm": mentioned(message, "BatchNorm")
        }  # fmt: skip
        return Explanation(kind, values, why, cause, [Fix(code.format(**names)) for code in codes])

    return answer


# --- each answers (kind, match, message) ------------------------------------------------------


def _channels(kind: str, found: re.Match[str], message: Message) -> Explanation:
    transposed = found[1] == "transposed"
    groups = 1 if transposed else int(found[2])
    weight, shape = ints(found[3]), ints(found[4])
    expected, got = int(found[5]), shape[1]
    ndim, taps = len(shape) - 2, weight[2:]
    out = weight[1] if transposed else weight[0]
    type = f"Conv{'Transpose' * transposed}{ndim}d"
    sizes = shape[2:]

    def fits(sizes: Sequence[int]) -> bool:
        return min(sizes) >= 1 and (transposed or all(n >= k for n, k in zip(sizes, taps, strict=True)))

    padding = "" if fits(sizes) else f", padding={kernel([k // 2 for k in taps])}"
    rebuilt = Fix(
        f"layer = nn.{type}({got}, {out}, kernel_size={kernel(taps)}{padding})",
        min(shape[1:]) >= 1,
        f"a layer made for {got} channels; give it the stride and padding yours has",
        "" if transposed else f"convcli conv{ndim}d --size {sized(shape[1:])} --out {out} -k {sized(taps)}",
    )
    fixes = [rebuilt]
    cause = f"the layer before gives {got} channels, or the data has {got}: in_channels has to say so"
    last = shape[-1]
    if last == expected and (ndim == 1 or expected <= 4 or last != shape[-2]):
        order = (0, ndim + 1, *range(1, ndim + 1))
        code = f"x = x.permute{order}"
        if shape[0] == 1:  # torch adds a batch of one before it complains, so x may have no batch axis
            code += f" if x.ndim == {ndim + 2} else x.permute{(ndim, *range(ndim))}"
        moved = Fix(code, fits(shape[1:-1]), f"moves the channels, which stand last ({last}), to where torch has them")
        fixes.insert(0, moved)
        cause = "the channels are last, as pictures and NumPy arrays have them; torch wants them before the sizes"
    elif shape[0] == expected > 1:
        fixes.insert(0, Fix("x = x.transpose(0, 1)", fits(sizes), "swaps batch and channels"))
    elif expected == 1 and shape[0] == 1 and got > 4:
        line = f"x = x.reshape({got}, 1, {', '.join(map(str, sizes))})"
        fixes.insert(0, Fix(line, fits(sizes), f"a batch of {got} with one channel each: the missing axis is added"))
        cause = f"a batch of {got} has no channel axis; torch takes the batch for channels"
    elif got == 1:
        line = f"x = x.repeat_interleave({expected}, dim={-ndim - 1})"
        fixes.append(Fix(line, fits(sizes), f"one channel copied {expected} times, for pretrained weights"))
    why = (
        f"each kernel has {weight[0] if transposed else weight[1]} channel layers"
        + (f" for each of {groups} groups" if groups > 1 else "")
        + f", so it takes {expected} channels; axis 1 of {list(shape)} has {got}"
    )
    facts = {"expected": expected, "got": got, "input": list(shape), "weight": list(weight), "groups": groups}
    settings = {"groups": groups} if groups > 1 else {}
    example = Example(type, (expected, out, taps), shape, settings)
    return Explanation(kind, facts, why, cause, fixes, example)


def _rank(kind: str, found: re.Match[str], message: Message) -> Explanation:
    """``Expected 3D or 4D input to conv2d, but got [28, 28]``: too few axes, or too many."""
    batched, name, shape = int(found[1]), found[2].rstrip("123d("), ints(found[3])
    ndim = batched - 2
    missing = batched - 1 - len(shape)
    facts = {"axes_expected": [batched - 1, batched], "axes": len(shape), "input": list(shape)}
    if ndim not in AXIS_NAMES or not shape:
        raise ValueError
    why, _ = words(Refusal("rank", shape=shape, ndim=ndim))
    pool = "pool" in name
    if missing > 0:
        code = "x = x" + ".unsqueeze(0)" * (missing + 1)
        about = "adds the axes for batch and channels; it runs if the layer takes 1 channel"
        fixes = [Fix(code, False, about)]
        cause = "a single sample without its batch or channel axis"
    else:
        extra = len(shape) - batched
        if extra < 1:  # the number of axes is right; torch's words for an axis of size 0
            why = f"{list(shape)} has an axis of 0 cells: there is nothing to slide over"
            grown = f"x = x.new_zeros({tuple(max(1, n) for n in shape)})"
            cause = "a slice or a crop that took everything away"
            return Explanation(kind, facts, why, cause, [Fix(grown, False, "look at where the input lost its cells")])
        nested = ndim > 1
        line = f"x = x.flatten(0, {extra})" if nested else f"x = x.flatten(2, {extra + 2})"
        fixes = [Fix(line, False, "puts batch axes into one" if nested else "puts the sizes into one axis")]
        cause = "a layer for another number of axes, or one unsqueeze too many"
    example = None if pool else Example(
        f"{CLASSES.get(name, 'Conv')}{ndim}d", (shape[1] if missing < 0 else 1, 1, 1), shape
    )  # fmt: skip
    return Explanation(kind, facts, why, cause, fixes, example)


def _rank_weight(kind: str, found: re.Match[str], message: Message) -> Explanation:
    weight, shape = ints(found[1]), ints(found[2])
    ndim = len(weight) - 2
    facts = {"weight": list(weight), "input": list(shape), "axes_expected": [len(weight)], "axes": len(shape)}
    why = f"a weight of {len(weight)} axes takes an input of {len(weight)}: batch, channels and {ndim} sizes"
    if len(shape) == len(weight) - 1 and len(shape) > 2 and shape[1] == weight[1] != shape[0]:
        n, k = shape[2], weight[2]
        line = f"layer = nn.Conv{ndim - 1}d({shape[1]}, {weight[0]}, kernel_size={k})"
        return Explanation(kind, facts, why, "a kernel with one size too many", [Fix(line, n >= k >= 1)])
    if len(shape) == len(weight) - 1:
        ok = shape[0] == weight[1] and all(n >= k for n, k in zip(shape[1:], weight[2:], strict=True))
        fixes = [Fix("x = x.unsqueeze(0)", ok, "adds the batch axis")]
        if weight[1] == 1 and shape[0] != 1:
            fixes = [Fix("x = x.unsqueeze(1)", all(n >= k for n, k in zip(shape[1:], weight[2:], strict=True)))]
        return Explanation(kind, facts, why, "the batch or channel axis is missing", fixes)
    if len(shape) < len(weight):
        line = "x = x" + ".unsqueeze(0)" * (len(weight) - len(shape))
    else:
        line = f"x = x.flatten(0, {len(shape) - len(weight)})"
    return Explanation(kind, facts, why, "axes missing, or too many", [Fix(line)])


def _rank_words(kind: str, found: re.Match[str], message: Message) -> Explanation:
    """Wordings without the shape."""
    needs, got = ints(found[1]), ints(found[2]) if found.lastindex and found.lastindex > 1 and found[2] else ()
    facts = {"axes_expected": list(needs), "axes": got[0] if got else None}
    why = f"this layer takes an input of {' or '.join(map(str, needs))} axes" + (f", not {got[0]}" if got else "")
    if got and needs in ((4,), (5,), (2, 3)) and "(got" in message.text:  # batch norm's wording
        line = f"layer = nn.BatchNorm{max(1, got[0] - 2)}d(layer.num_features)"
    elif got and got[0] > max(needs):
        line = f"x = x.flatten(0, {got[0] - max(needs)})"
    elif got:
        line = "x = x" + ".unsqueeze(0)" * max(1, min(min(needs) - got[0], 5))
    else:
        line = f"x = x.unsqueeze(0) if x.ndim < {min(needs)} else x.flatten(0, x.ndim - {max(needs)})"
    return Explanation(kind, facts, why, "the batch or channel axis is missing, or too many axes", [Fix(line)])


def _kernel_larger(kind: str, found: re.Match[str], message: Message) -> Explanation:
    padded, extents = ints(found[1]), ints(found[2])
    ndim = len(padded)
    lacking = [max(0, e - n) for n, e in zip(padded, extents, strict=True)]
    worst = lacking.index(max(lacking))
    axis = Axis(padded[worst], extents[worst], name=AXIS_NAMES[ndim][worst])
    why, _ = words(Refusal("kernel_larger", axis=axis))
    why += " (both as torch counts them: padding included, and a dilated kernel as wide as it reaches, d·(k − 1) + 1)"
    pads = [value for need in reversed(lacking) for value in (need // 2, need - need // 2)]
    sure = min(padded) > 0
    half = kernel([-(-need // 2) for need in lacking])
    fixes = [
        Fix(f"x = F.pad(x, {tuple(pads)})", True, f"or in the layer: padding raised by {half}",
            f"convcli formula --size {sized(padded)} -k {sized(extents)} -p {sized([-(-n // 2) for n in lacking])}"),
        Fix(f"layer = nn.Conv{ndim}d(layer.in_channels, layer.out_channels, kernel_size=3, padding=1)", sure,
            "a small kernel, padded, fits every input"),
    ]  # fmt: skip
    facts = {"padded_input": list(padded), "effective_kernel": list(extents), "missing": lacking}
    cause = "the picture has become too small: too many strides or poolings before, or too small a picture"
    example = Example(f"Conv{ndim}d", (1, 1, extents), (1, 1, *padded)) if sure else None
    return Explanation(kind, facts, why, cause, fixes, example)


def _too_small(kind: str, found: re.Match[str], message: Message) -> Explanation:
    shape, output = ints(found[1]), ints(found[2])
    ndim = len(shape) - 1
    type = "Max" if "MaxPool" in message.context else "Avg"
    sure = min(shape) >= 1 and ndim in (2, 3)
    fixes = [
        Fix(f"layer = nn.Adaptive{type}Pool{ndim}d(1)", sure, "pools whatever is left to one cell"),
        Fix("layer = nn.Identity()", True, "leaves the pooling out: there is nothing left to pool"),
    ]
    why = f"the input has {list(shape[1:])} cells and the formula gives {list(output[1:])}: not one window fits"
    facts = {"input": list(shape), "output": list(output)}
    return Explanation(kind, facts, why, "the picture has become too small, often from one pooling too many", fixes)


def _no_output(kind: str, found: re.Match[str], message: Message) -> Explanation:
    shape, output = ints(found[1]), ints(found[2])
    facts = {"input": list(shape), "output": list(output)}
    why = (
        f"(n − 1)·stride + kernel − 2·padding gives {list(output)} for an input of {list(shape)}: padding cuts "
        "all of it away"
    )
    fix = Fix(
        "layer.padding = (0,) * len(layer.kernel_size)",
        True,
        "a transposed convolution's padding cuts cells off its output",
    )
    return Explanation(kind, facts, why, "padding meant to enlarge; in a transposed convolution it shrinks", [fix])


def _linear(kind: str, found: re.Match[str], message: Message) -> Explanation:
    rows, width, features, out = (int(found[i]) for i in (1, 2, 3, 4))
    total = rows * width
    rebuilt = Fix(f"layer = nn.Linear({width}, {out})", width > 0, f"in_features {width}, what really arrives")
    whole = f"x = x.reshape({total // features}, {features})" if features and total % features == 0 else ""
    facts: dict[str, Any] = {"rows": rows, "features": width, "in_features": features, "out_features": out}
    example = Example("Linear", (features, out), (rows, width))
    why = f"nn.Linear multiplies the last axis: it is {width} long and the weight takes {features}"
    if rows == features and rows != width:
        facts["case"] = "transposed"
        turned = Fix(f"x = x.reshape({rows}, {width}).T", width > 0, "samples down, features across")
        cause = "features and samples are the wrong way round, or in_features isn't what arrives"
        return Explanation(kind, facts, why, cause, [turned, rebuilt], example)
    if whole and rows > 1 and width < features and features % width == 0:
        facts["case"], batch = "not flattened", total // features
        fixes = [Fix(whole, True, f"flattens each of {batch} samples to {features}; nn.Flatten() before it"), rebuilt]
        why += f"; but {rows}·{width} = {batch}·{features}: the numbers fit once each sample is flattened"
        return Explanation(kind, facts, why, "the flatten before the linear layer is missing", fixes, example)
    if whole and rows == 1 and width > features:
        facts["case"], batch = "batch flattened", total // features
        fixes = [Fix(whole, True, f"keeps the batch of {batch} apart: x.flatten(1), not x.flatten()"), rebuilt]
        why += f"; {width} is {batch}·{features}: the batch went into the row with the features"
        return Explanation(kind, facts, why, "the batch axis was flattened with the rest", fixes, example)
    facts["case"] = "wrong in_features"
    fixes = [rebuilt]
    cause = "in_features was worked out for another picture size, padding or pooling"
    return Explanation(kind, facts, why, cause, fixes, example)


def _view(kind: str, found: re.Match[str], message: Message) -> Explanation:
    shape, total = ints(found[1]), int(found[2])
    known = prod(n for n in shape if n >= 0)
    facts = {"shape": list(shape), "elements": total}
    why = (
        f"{list(shape)} holds {known} elements" if -1 not in shape else f"{total} can't be split into parts of {known}"
    )
    why += f"; the tensor has {total}, and a view keeps every one"
    fixes = [Fix("x = x.flatten(1)", False, "keeps the batch, whatever the sizes; then look at the next in_features")]
    if shape and shape[0] > 0 and total % shape[0] == 0:
        fixes.append(
            Fix(f"x = x.reshape({shape[0]}, {total // shape[0]})", False, f"{total} = {shape[0]}·{total // shape[0]}")
        )
    return Explanation(kind, facts, why, "the features were counted for another picture size", fixes)


def _norm_features(kind: str, found: re.Match[str], message: Message) -> Explanation:
    got, features = int(found[1]), int(found[2])
    type = mentioned(message, "BatchNorm")
    named = "BatchNorm" in message.context + message.text
    line = f"layer = nn.{type}({got})"
    if not named:
        line += f" if x.ndim == 4 else nn.BatchNorm1d({got})"
    facts = {"channels": got, "num_features": features}
    why = f"batch norm keeps a mean for each of {features} channels, and {got} arrive"
    example = Example("BatchNorm2d", (features,), (2, got, 2, 2))
    return Explanation(kind, facts, why, "num_features isn't the channels of the layer before", [Fix(line)], example)


def _one_value(kind: str, found: re.Match[str], message: Message) -> Explanation:
    shape = ints(found[1])
    channels = shape[1]
    fixes = [
        Fix("layer = layer.eval()", False, "for prediction: the stored mean is used, not the batch's"),
        Fix(f"layer = nn.GroupNorm(1, {channels})", channels > 1, "for training with single samples"),
    ]
    why = f"the mean and spread of one number say nothing: {list(shape)} has one value in each of {channels} channels"
    cause = "a batch of one in training, often the last of an epoch: DataLoader(..., drop_last=True)"
    example = Example(f"BatchNorm{max(1, len(shape) - 2)}d", (channels,), shape)
    return Explanation(kind, {"input": list(shape), "channels": channels}, why, cause, fixes, example)


def _layer_norm(kind: str, found: re.Match[str], message: Message) -> Explanation:
    normal, shape = ints(found[1]), ints(found[2])
    tail = shape[-len(normal) :]
    facts = {"normalized_shape": list(normal), "input": list(shape)}
    fix = Fix(f"layer = nn.LayerNorm({list(tail)})", min(tail) > 0)
    why = f"layer norm takes the last axes as {list(normal)}; {list(shape)} ends in {list(tail)}"
    return Explanation(kind, facts, why, "normalized_shape counts from the last axis, not the channels", [fix])


def _groups(kind: str, found: re.Match[str], message: Message) -> Explanation:
    type = mentioned(message)
    line = f"layer = nn.{type}(x.shape[1], 2 * x.shape[1], kernel_size=3, padding=1, groups=x.shape[1])"
    why = f"{found[1]}_channels has to be a multiple of groups: each group takes an equal share"
    facts = {"argument": f"{found[1]}_channels"}
    cause = "groups that doesn't divide both in_channels and out_channels"
    ungrouped = line.replace(", groups=x.shape[1]", "")
    fixes = [Fix(line, False, "depthwise: one group a channel"), Fix(ungrouped, False, "no groups")]
    return Explanation(kind, facts, why, cause, fixes)


def _tuple_length(kind: str, found: re.Match[str], message: Message) -> Explanation:
    name, count, values = found[1], int(found[2]), ints(found[3])
    facts = {"argument": name, "expected": count, "given": list(values)}
    why = f"a {count}d layer takes {count} numbers for {name}, one for each axis, or a single one; it has {len(values)}"
    if len(values) < count:
        line = (
            f"layer = nn.Conv{len(values)}d(layer.in_channels, layer.out_channels, layer.kernel_size[:{len(values)}])"
        )
        return Explanation(kind, facts, why, f"kernel_size has {count} numbers, one too many", [Fix(line)])
    fix = Fix(f"layer.{name} = {values[:count]}")
    return Explanation(kind, facts, why, f"{name} was written for another number of axes", [fix])


def _pool_tuple(kind: str, found: re.Match[str], message: Message) -> Explanation:
    ndim, name = int(found[1]), found[2]
    also = "layer.stride = " if name == "kernel_size" else ""
    fix = Fix(f"layer.{name} = {also}layer.{name}[-{ndim}:]")
    why = f"{name} of a {ndim}d pooling is one number, or {ndim}"
    return Explanation(kind, {"argument": name, "expected": ndim}, why, "written for another number of axes", [fix])


def _pool_padding(kind: str, found: re.Match[str], message: Message) -> Explanation:
    pad, taps, dilation = int(found[1]), int(found[2]), int(found[3] or 1)
    extent = dilation * (taps - 1) + 1
    why, _ = words(Refusal("pool_padding", value=pad, axis="an axis", most=extent // 2))
    fix = Fix(f"layer.padding = {extent // 2}", False, f"half of {extent}, rounded down")
    facts = {"padding": pad, "kernel": taps, "dilation": dilation, "most": extent // 2}
    return Explanation(kind, facts, why, "padding chosen as for a convolution", [fix])


def _output_padding(kind: str, found: re.Match[str], message: Message) -> Explanation:
    h, w, sh, sw, dh, dw = map(int, re.findall(r"\d{1,18}", found[1]))
    value, bound = max((h, max(sh, dh)), (w, max(sw, dw)))
    why, _ = words(Refusal("output_padding", value=value, axis="an axis", bound=bound))
    facts = {"output_padding": [h, w], "stride": [sh, sw], "dilation": [dh, dw]}
    bounds = min(max(sh, dh), max(sw, dw)) - 1
    fixes = [Fix(f"layer.output_padding = {bounds}")]
    return Explanation(kind, facts, why, "output_padding isn't the layer's padding: it only settles the size", fixes)


def _output_size(kind: str, found: re.Match[str], message: Message) -> Explanation:
    asked, low, high = ints(found[1]), ints(found[2]), ints(found[3])
    near = tuple(min(max(a, b), c) for a, b, c in zip(asked, low, high, strict=True))
    facts = {"requested": list(asked), "smallest": list(low), "largest": list(high)}
    why = f"(n − 1)·stride − 2·padding + kernel gives {list(low)}, and output_padding adds up to stride − 1"
    fix = Fix(f"y = layer(x, output_size={near})", False, "the nearest size it can give")
    return Explanation(kind, facts, why, "output_size of another layer or another input", [fix])


def _padding_too_wide(kind: str, found: re.Match[str], message: Message) -> Explanation:
    pads, dim, shape = ints(found[1]), int(found[2]), ints(found[3])
    size = shape[dim] if dim < len(shape) else None
    facts = {"padding": list(pads), "dimension": dim, "input": list(shape)}
    axis = Axis(size or max(pads), 1, name=f"axis {dim}")
    why, _ = words(Refusal("padding_too_wide", axis=axis, mode="reflect", limit=axis.size - 1, value=max(pads)))
    fixes = [Fix("layer.padding_mode = 'zeros'", False, "zeros can be added to any width")]
    return Explanation(kind, facts, why, "padding as large as the input", fixes)


def _sizes_differ(kind: str, found: re.Match[str], message: Message) -> Explanation:
    a, b, dim = int(found[1]), int(found[2]), int(found[3])
    facts = {"a": a, "b": b, "dimension": dim}
    why = f"two tensors are added cell by cell: axis {dim} is {a} long in one and {b} in the other, and neither is 1"
    if dim == 1:
        fix = Fix(f"x = nn.Conv2d({b}, {a}, kernel_size=1)(x)", False, "a 1×1 convolution on the shortcut")
        cause = "the block changes the channels and the shortcut doesn't"
    elif max(a, b) >= 2 * min(a, b) - 1:
        fix = Fix(f"x = F.avg_pool2d(x, {-(-max(a, b) // min(a, b))})", False, "the shortcut strides like the block")
        cause = "the block has a stride and the shortcut hasn't"
    else:
        fix = Fix("layer.padding = tuple(k // 2 for k in layer.kernel_size)", False, "keeps the size: e // 2 each side")
        cause = "a convolution in the block has no padding, so its output is smaller"
    return Explanation(kind, facts, why, cause, [fix])


def _cat(kind: str, found: re.Match[str], message: Message) -> Explanation:
    dim, expected, got = int(found[1]), int(found[2]), int(found[3])
    gap = expected - got
    fix = Fix(f"x = F.pad(x, (0, {gap}, 0, {gap}))", False, "adds the missing cells, or crops where negative")
    facts = {"dimension": dim, "expected": expected, "got": got}
    why = f"cat joins along axis {dim}; all others have to agree, and one is {expected} in the first and {got} here"
    cause = "in a U-Net: an odd size lost a cell in the pooling, and upsampling can't know"
    return Explanation(kind, facts, why, cause, [fix])


def _state_dict(kind: str, found: re.Match[str], message: Message) -> Explanation:
    pattern = r"size mismatch for ([\w.]{1,200}): copying a param with shape (?:torch\.Size\()?\[([\d, ]{0,200})\]"
    pattern += r"\)? from checkpoint, the shape in current model is (?:torch\.Size\()?\[([\d, ]{0,200})\]"
    sizes: list[dict[str, Any]] = [
        {"name": m[1], "checkpoint": list(ints(m[2])), "model": list(ints(m[3]))}
        for m in re.finditer(pattern, message.text)
    ]
    facts: dict[str, Any] = {"mismatches": sizes[:50]}
    # Which file was loaded stands nowhere in the message, so only the layer itself can be mended from here.
    fixes: list[Fix] = []
    why = (
        "the checkpoint was saved from a model of other sizes" if sizes else "the checkpoint's names aren't the model's"
    )
    cause = (
        "another number of classes, channels or layers than the model the weights come from; load_state_dict with only "
        "the entries whose shapes agree, and strict=False, leaves the rest as it is"
    )
    if '"module.' in message.text:
        why = "the checkpoint was saved from nn.DataParallel, which puts module. before every name"
        cause = "the wrapper was saved, not the model; take the prefix away: key.removeprefix('module.')"
    first = sizes[0] if sizes else None
    if first and len(first["checkpoint"]) == len(first["model"]) in (2, 3, 4, 5) and first["name"].endswith("weight"):
        saved: list[int] = first["checkpoint"]
        out, inside, taps = saved[0], saved[1], saved[2:]
        line = f"layer = nn.Linear({inside}, {out})"
        if taps:
            line = f"layer = nn.Conv{len(taps)}d({inside}, {out}, kernel_size={kernel(taps)})"
        fixes.append(Fix(line, False, f"{first['name']} as the checkpoint has it; then load again"))
    return Explanation(kind, facts, why, cause, fixes)


def _types(kind: str, found: re.Match[str], message: Message) -> Explanation:
    first, second = (found[1] or "").strip(), (found[2] or "").strip()
    one_gpu = ("cuda" in first.lower()) != ("cuda" in second.lower()) or ("mps" in first.lower()) != (
        "mps" in second.lower()
    )
    facts = {"input": first, "weight": second}
    if one_gpu:
        fix = Fix("layer = layer.to(x.device)", False, "or x = x.to(device): both on one device")
        return Explanation(
            "device", facts, f"{first} and {second} live on different devices", "a missing .to(device)", [fix]
        )
    floats = second.lower().removeprefix("torch.").removesuffix("tensor") in ("float", "float32")
    code = "x = x.float()" if floats else "x = x.to(layer.weight.dtype)"
    why = f"the input is {first} and the weights are {second}: torch multiplies only numbers of one type"
    cause = "NumPy's default is double; pictures are uint8, labels long"
    return Explanation(
        kind, facts, why, cause, [Fix(code), Fix("layer = layer.to(x.dtype)", False, "for half or double")]
    )


def _dimension(kind: str, found: re.Match[str], message: Message) -> Explanation:
    low, high, got = int(found[1]), int(found[2]), int(found[3])
    rank = high + 1
    facts = {"axes": rank, "given": got}
    needed = got + 1 if got >= 0 else -got
    line = "x = x" + ".unsqueeze(0)" * max(1, min(needed - rank, 5))
    why = f"the tensor has {rank} axes, {low} to {high}; axis {got} isn't one of them"
    return Explanation(kind, facts, why, "a batch or channel axis is missing", [Fix(line)])


LIST = r"(?:torch\.Size\()?\[([\d, ]{0,200})\]\)?"
N = r"(-?\d{1,18})"
X = r"\(([\dx \-]{1,200})\)"
REBUILD = "layer = nn.{conv}(layer.in_channels, layer.out_channels, kernel_size=3, padding=1)"
MAKE = "layer = nn.{conv}(x.shape[1], 8, kernel_size=3, padding=1)"
ONE_TYPE = "every number of one calculation has to have one type"
DEVICES = simple(
    "the input and the weights live on different devices; torch moves nothing by itself",
    "a .to(device) is missing, on the data or on the model",
    "layer = layer.to(x.device)",
    "x = x.to(next(layer.parameters()).device)",
)
RANGE = "sizes, strides and dilations count cells, and padding can't be negative"

TABLE: tuple[tuple[str, str, Answer], ...] = (
    ("channels", r"Given (groups|transposed)=(\d{1,9}), weight(?: of size)? ?\[?([\d, ]{3,200})\]?, (?:so )?expected "
     r"input ?\[([\d, ]{3,200})\] to have (\d{1,18}) channels", _channels),
    ("rank", r"Expected \d ?D \(unbatched\) or (\d) ?D \(batched\) input to (\w{1,40}), but got input of size: "
     "?" + LIST,
     _rank),
    ("rank", r"Expected \dD or (\d)D \(batch mode\) tensor ()[^\[]{0,80}but got: ?" + LIST, _rank),
    ("rank", r"(?:adaptive_\w{1,20}\(\): )?Expected \dD or (\d)D tensor(), but got: ?" + LIST, _rank),
    ("rank", r"Expected \d-dimensional input for \d-dimensional weight ?\[?([\d, ]{1,200})\]?, but got "
     r"(?:\d-dimensional "
     r")?input of size \[([\d, ]{0,200})\]", _rank_weight),
    ("rank", r"non-empty (\dD or \dD) \(batch mode\) tensor expected for input", _rank_words),
    ("rank", r"[Ee]xpected (\dD(?: or \dD)?) (?:input|tensor) \(got (\d)D (?:input|tensor)\)", _rank_words),
    ("rank", r"Expected (\d to \d) dimensions, but got (\d)-dimensional tensor", _rank_words),
    ("rank", r"Only (3D, 4D and 5D) input Tensors supported \(got (\d)D\)", _rank_words),
    ("rank", r"needs? (\dD) input", _rank_words),
    ("kernel_larger", r"Calculated padded input size per channel: " + X + r"\. Kernel size: " + X, _kernel_larger),
    ("too_small", r"Given input size: " + X + r"\. Calculated output size: " + X, _too_small),
    ("no_output", r"Given input size per channel: " + X + r"\. Calculated output size per channel: " + X, _no_output),
    ("too_small", r"max_pool1d\(\) Invalid computed output size: " + N,
     simple("not one window of the pooling fits into the input", "the line has become too short",
            "layer = nn.AdaptiveMaxPool1d(1)", "layer = nn.Identity()", output="1")),
    ("too_small", r"input image \(T: " + N + " H: " + N + " W: " + N + r"\) smaller than kernel size",
     simple("3-d average pooling takes no input smaller than its kernel, however it is padded",
            "the volume has become too small", "layer = nn.AdaptiveAvgPool3d(1)", depth="1", height="2", width="3")),
    ("groups", r"(in|out)_channels must be divisible by groups", _groups),
    ("groups", r"Given groups=\d{1,9}, expected (weight) to be (?:at least|divisible by)", _groups),
    ("groups", r"(groups) must be a positive integer", _groups),
    ("tuple_length", r"expected (\w{1,20}) to be a single integer value or a list of (\d) values to match the "
     r"convolution "
     r"dimensions, but got \w{1,20}=\[([\d, \-]{1,200})\]", _tuple_length),
    ("tuple_length", r"(?:max|avg|lp)_pool(\d)d(?:\(\))?:? (\w{1,20}) must (?:either )?be (?:omitted, )?an? "
     r"(?:single )?int",
     _pool_tuple),
    ("tuple_length", r"pool(\d)d: (stride) must either be omitted", _pool_tuple),
    ("not_positive", r"non-positive stride|stride should not be zero|stride must be greater than zero",
     simple(f"{RANGE}: a stride below 1 never moves on", "stride=0, or a kernel of 0 that the stride follows",
            "layer.stride = 1")),
    ("not_positive", r"dilation (?:should|must) be greater than zero",
     simple(f"{RANGE}: taps 0 apart would all read one cell", "dilation=0; no gaps is dilation=1", "layer.dilation "
     "= 1")),
    ("not_positive", r"negative padding is not supported",
     simple(RANGE, "a padding worked out by a formula that went below 0",
            "layer.padding = (0,) * len(layer.kernel_size)")),
    ("not_positive", r"pad(?:ding)? must be non-negative",
     simple(RANGE, "a padding worked out by a formula that went below 0", "layer.padding = 0")),
    ("not_positive", r"max_pool1d\(\) kernel_size must be greater than zero",
     simple(RANGE, "kernel_size=0", "layer.kernel_size = layer.stride = 2")),
    ("not_positive", r"kernel size should be greater than zero", simple(RANGE, "kernel_size=0", REBUILD)),
    ("not_positive", r"divisor must be not zero",
     simple("the sum of a window can't be divided by 0", "divisor_override=0", "layer.divisor_override = None")),
    ("same_stride", r"padding='same' is not supported for strided convolutions",
     simple("padding 'same' keeps the size and a stride above 1 shrinks it: torch refuses both together",
            "a layer copied from Keras, where 'same' with a stride is allowed",
            MAKE.replace("padding=1", "stride=2, padding=1"))),
    ("padding_word", r"Invalid padding string",
     simple("padding is a number for each axis, 'same' or 'valid'", "another library's word", MAKE)),
    ("padding_mode", r"padding_mode must be one of|Only \"zeros\" padding mode is supported",
     simple("padding_mode is zeros, reflect, replicate or circular; transposed layers take only zeros",
            "another library's word", MAKE)),
    ("padding_word", r"conv_transpose\dd\(\): argument 'padding' .{0,30}must be tuple of ints",
     simple("a transposed convolution takes no padding 'same', only numbers", "'same' from a plain convolution",
            "layer.padding = (1,) * len(layer.kernel_size)")),
    ("padding_too_wide", r"Padding size should be less than the corresponding input dimension, but got: padding "
     r"\((\d{1,9}, \d{1,9})\) at dimension (\d) of input \[?([\d, ]{1,200})", _padding_too_wide),
    ("padding_too_wide", r"Padding value causes wrapping around more than once",
     simple("circular padding wraps around once: there are only as many cells as the input has", "padding too large",
            "layer.padding_mode = 'zeros'")),
    ("pool_padding", r"pad should be at most half of (?:effective )?kernel size, but got pad=(\d{1,9}), kernel_size="
     r"(\d{1,9})(?: and dilation=(\d{1,9}))?", _pool_padding),
    ("pool_padding", r"padding should be at most half of kernel size, but got padding=(\d{1,9}) and "
     r"kernel_size=(\d{1,9})()",
     _pool_padding),
    ("pool_padding", r"pad should be smaller than (?:or equal to )?half of kernel size, but got padW = (\d{1,9}), "
     r"padH = "
     r"\d{1,9}, kW = (\d{1,9})()", _pool_padding),
    ("output_padding", r"output padding must be smaller than either stride or dilation, but got ([\w: ]{1,250})",
     _output_padding),
    ("output_size", r"requested an output size of [\(\[]([\d, ]{1,99})[\)\]], but valid sizes range from \[([\d, "
     r"]{1,99})\] "
     r"to \[([\d, ]{1,99})\]", _output_size),
    ("output_size", r"output_size must have|output_size should be",
     simple("output_size has one number for each axis, or batch and channels before them", "a number too many",
            "y = layer(x)")),
    ("linear", r"mat1 and mat2 shapes cannot be multiplied \((\d{1,18})x(\d{1,18}) and (\d{1,18})x(\d{1,18})\)",
     _linear),
    ("linear", r"size mismatch, m1: \[(\d{1,18}) x (\d{1,18})\], m2: \[(\d{1,18}) x (\d{1,18})\]", _linear),
    ("linear", r"mat1 dim 1 must match mat2 dim 0|size mismatch, got|batch2 tensor to be|must be equal to input_size",
     simple("the last axis of the input has to be as long as the weight takes", "a missing flatten, or in_features",
            "layer = nn.Linear(x.shape[-1], layer.out_features)")),
    ("view", r"shape '\[([\d, \-]{1,200})\]' is invalid for input of size (\d{1,18})", _view),
    ("view", r"view size is not compatible with input tensor's size and stride",
     simple("a view re-reads memory in order; after permute or transpose it is in another order", "view after permute",
            "x = x.contiguous()")),
    ("view", r"only one dimension can be inferred|don't multiply up to the size of dim",
     simple("the sizes have to multiply to the number of elements, and at most one can be -1", "a second -1",
            "x = x.flatten(1)")),
    ("norm_features", r"running_mean should contain (\d{1,18}) elements not (\d{1,18})", _norm_features),
    ("norm_features", r"weight should contain (\d{1,18}) elements not (\d{1,18})", _norm_features),
    ("norm_features", r"Given normalized_shape=\[([\d, ]{1,99})\], expected input with shape \[[^\]]{1,99}\], but "
     r"got input "
     r"of size ?\[([\d, ]{1,99})\]", _layer_norm),
    ("norm_features", r"to match num_features \((\d{1,18})\), but got: (\d{1,18})",
     simple("a norm layer keeps numbers for each channel, and another number of channels arrives", "num_features",
            "layer = nn.InstanceNorm2d(x.shape[-3], affine=True)", num_features="1", channels="2")),
    ("norm_features", r"number of channels in input|must be divisible by num_groups",
     simple("group norm splits the channels into equal groups, and has a weight for each channel", "num_channels",
            "layer = nn.GroupNorm(1, x.shape[1])")),
    ("one_value", r"Expected more than 1 (?:value per channel|spatial element) when training, got input size " + LIST,
     _one_value),
    ("sizes_differ", r"[Tt]he size of tensor a \((\d{1,18})\) must match the size of tensor b \((\d{1,18})\) at "
     r"non-singleton "
     r"dimension (\d{1,2})", _sizes_differ),
    ("sizes_differ", r"doesn't match the broadcast shape|expanded size of the tensor|stack expects each tensor to "
     r"be equal",
     simple("cell by cell, every axis has to be the same length in both, or 1", "a shape changed on one branch",
            "x = F.interpolate(x, size=layer.output_size)")),
    ("cat", r"Sizes of tensors must match except in dimension (\d)\. (?:Expected size|Got) (\d{1,18}) (?:but got "
     r"size|and) "
     r"(\d{1,18})", _cat),
    ("cat", r"Tensors must have same number of dimensions",
     simple("cat joins tensors that differ in one axis at most", "a missing batch axis", "x = x.unsqueeze(0)")),
    ("state_dict", r"Error\(s\) in loading state_dict|size mismatch for [\w.]{1,200}: copying a param", _state_dict),
    ("dtype", r"Input type \(([\w.:<>, ]{1,60})\) and (?:bias|weight) type \(([\w.:<>, ]{1,60})\) should be the same",
     _types),
    ("dtype", r"mat1 and mat2 must have the same dtype, but got (\w{1,30}) and (\w{1,30})", _types),
    ("dtype", r"expected m1 and m2 to have the same dtype, but got: (\w{1,30}) != (\w{1,30})", _types),
    ("dtype", r"[Ee]xpected (?:scalar type|object of scalar type|dtype) (\w{1,30}) but (?:found|got) (?:scalar type )?"
     r"\w{1,30}|mixed dtype|must have the same dtype|all inputs must share same datatype",
     simple(ONE_TYPE, "NumPy's default is double; pictures are uint8, labels long",
            "x = x.to(next(layer.parameters()).dtype)")),
    ("dtype", r"not implemented for '(\w{1,30})'",
     simple("this layer has no arithmetic for numbers of this type", "whole numbers, or half on the CPU",
            "x = x.float()", type="1")),
    ("dtype", r"[Cc]annot convert a MPS Tensor to float64|result type \w{1,30} can't be cast",
     simple(ONE_TYPE, "float64 data", "x = x.float()")),
    ("device", r"[Ee]xpected all tensors to be on the same device|is not on the expected device|Placeholder storage "
     r"has not "
     r"been allocated on MPS|[Tt]ensor for argument .{1,60} is on CPU|slow_conv\dd_forward_mps|but expected "
     r"(?:it|them) to "
     r"be on (?:GPU|CPU)|don't have the same device", DEVICES),
    ("device", r"Torch not compiled with CUDA enabled|No CUDA GPUs are available|Found no NVIDIA driver",
     simple("this machine's PyTorch has no CUDA", "device='cuda' on a machine without it",
            "x, layer = x.cpu(), layer.cpu()")),
    ("memory", r"out of memory|can't allocate memory|not enough memory",
     simple("the tensors need more memory than there is", "batch or picture too large", "x = x[:1]")),
    ("negative_dimension", r"negative dimension " + N,
     simple("a size came out below 0", "an argument below 0, or more cut away than there is", REBUILD, size="1")),
    ("negative_dimension", r"Dimension size must be non-negative|length must be non-negative|[Nn]egative output size",
     simple("a size came out below 0", "more is cut away than there is", "x = F.pad(x, (1, 1, 1, 1))")),
    ("not_a_tensor", r"must be Tensor, not ([\w.]{1,60})",
     simple("a layer takes a torch.Tensor", "a NumPy array or list went in as it is",
            "x = torch.as_tensor(x, dtype=torch.float32)", given="1")),
    ("not_a_tensor", r"received an invalid combination of arguments - got \((?!Tensor,)([\w.]{1,60}), ",
     simple("an argument isn't of the type the layer takes", "a NumPy array, a list or None went in, or a float "
     "setting",
            "x = torch.as_tensor(x, dtype=torch.float32)", given="1")),
    ("argument", r"missing \d required positional argument|unexpected keyword argument|but found element of type float|"
     r"type must be tuple of ints,but got float|positional arguments? but \d (?:was|were) given|invalid combination "
     r"of arguments - got \(Tensor,",
     simple("the layer was made or called with arguments it doesn't take",
            "a name misspelt, one left out, or a size that is a float (use // for a division)", MAKE)),
    ("weight", r"weight should have at least three dimensions|expected bias to be 1-dimensional with (\d{1,18})",
     simple("a weight is [out, in/groups, *kernel], and the bias one number for each out", "a kernel without its "
     "channels",
            MAKE)),
    ("padding_word", r"Padding length must be divisible by 2",
     simple("F.pad takes two numbers for each axis, the last axis first", "a number left out", "x = F.pad(x, (1, 1))")),
    ("channels", r"pixel_shuffle expects its input's 'channel' dimension",
     simple("pixel shuffle makes r·r channels into one, so r·r has to divide them", "upscale_factor",
            "layer = nn.PixelShuffle(1)")),
    ("kernel_larger", r"calculated shape of the array of sliding blocks as",
     simple("the kernel, dilation included, is larger than the padded input: not one window fits", "too small an input",
            "x = F.interpolate(x, scale_factor=2)")),
    ("output_size", r"to match the calculated number of sliding blocks",
     simple("fold puts back exactly as many blocks as unfold took out", "output_size, stride or padding of another "
     "unfold",
            "x = F.unfold(F.fold(x, layer.output_size, layer.kernel_size), layer.kernel_size)")),
    ("rank", r"must have the same number of spatial dimensions",
     simple("one number for each axis that grows", "a size too many", "x = F.interpolate(x, scale_factor=2)")),
    ("sizes_differ", r"shape of indices to be same as that of the input",
     simple("unpooling needs the indices of the pooling whose output it gets", "indices of another pooling")),
    ("batch", r"Expected input batch_size \((\d{1,18})\) to match target batch_size \((\d{1,18})\)",
     simple("the loss compares one prediction with one target each", "a view(-1, n) that put features into the batch",
            "x = x.flatten(1)", input="1", target="2")),
    ("target", r"Target -?\d{1,18} is out of bounds|expected target dtype|Using a target size|multi-target not "
     r"supported",
     simple("the loss takes class numbers from 0 to classes − 1, as long, one for each prediction", "the targets",
            "x = x.flatten(1)")),
    ("axis", r"Dimension out of range \(expected to be in range of \[(-?\d{1,3}), (-?\d{1,3})\], but got (-?\d{1,3})\)",
     _dimension),
    ("axis", r"input\.dim\(\) = (\d) is not equal to len\(dims\) = (\d)",
     simple("permute names every axis once, and the tensor has another number of them", "a missing batch axis",
            "x = x.unsqueeze(0)", axes="1", named="2")),
)  # fmt: skip
RECOGNISERS = [(kind, re.compile(pattern), answer) for kind, pattern, answer in TABLE]
