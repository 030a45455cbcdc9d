"""Errors over an input's axes: how many there are, and where its channels stand."""

import re
from collections.abc import Sequence

from convcli.explain.answer import LIST, Answers, Example, Explanation, Fix, ints, sized, values
from convcli.explain.message import Message
from convcli.refusals import AXIS_NAMES, Rank


def _channels(match: re.Match[str], message: Message) -> Explanation:
    transposed = match["which"] == "transposed"
    groups = 1 if transposed else int(match["count"])
    weight, shape, expected = ints(match["weight"]), ints(match["input"]), int(match["expected"])
    inside, out = weight[:2] if transposed else weight[1::-1]
    got, sizes, taps = shape[1], shape[2:], weight[2:]
    last, ndim = shape[-1], len(sizes)
    name = f"Conv{'Transpose' * transposed}{ndim}d"

    def fits(sizes: Sequence[int]) -> bool:
        return min(sizes) >= 1 and (transposed or all(n >= k for n, k in zip(sizes, taps, strict=True)))

    padding = "" if fits(sizes) else f", padding={values([k // 2 for k in taps])}"
    rebuilt = Fix(
        f"layer = nn.{name}({got}, {out}, kernel_size={values(taps)}{padding})",
        f"a layer made for {got} channels; give it the stride and padding yours has",
        verified=min(shape[1:]) >= 1,
        shows="" if transposed else f"convcli conv{ndim}d --size {sized(shape[1:])} --out {out} -k {sized(taps)}",
    )
    fixes = [rebuilt]
    cause = f"the layer before gives {got} channels, or the data has {got}: in_channels has to say so"
    if last == expected and (ndim == 1 or expected <= 4 or last != shape[-2]):
        code = f"x = x.permute{(0, ndim + 1, *range(1, ndim + 1))}"
        if shape[0] == 1:  # torch adds a batch of one before it complains, so x may have no batch axis
            code += f" if x.ndim == {ndim + 2} else x.permute{(ndim, *range(ndim))}"
        about = f"moves the channels, which stand last ({last}), to where torch has them"
        fixes = [Fix(code, about, fits(shape[1:-1])), rebuilt]
        cause = "the channels are last, as pictures and NumPy arrays have them; torch wants them before the sizes"
    elif shape[0] == expected > 1:
        fixes = [Fix("x = x.transpose(0, 1)", "swaps batch and channels", fits(sizes)), rebuilt]
    elif expected == 1 and shape[0] == 1 and got > 4:
        code = f"x = x.reshape({got}, 1, {', '.join(map(str, sizes))})"
        about = f"a batch of {got} with one channel each: the missing axis is added"
        fixes = [Fix(code, about, fits(sizes)), rebuilt]
        cause = f"a batch of {got} has no channel axis; torch takes the batch for channels"
    elif got == 1:
        code = f"x = x.repeat_interleave({expected}, dim={-ndim - 1})"
        fixes = [rebuilt, Fix(code, f"one channel copied {expected} times, for pretrained weights", fits(sizes))]
    each = f" for each of {groups} groups" if groups > 1 else ""
    why = f"each kernel has {inside} channel layers{each}"
    why += f", so it takes {expected} channels; axis 1 of {list(shape)} has {got}"
    facts = {"expected": expected, "got": got, "input": list(shape), "weight": list(weight), "groups": groups}
    settings = {"groups": groups} if groups > 1 else {}
    return Explanation(facts, why, cause, fixes, Example(name, (expected, out, taps), shape, settings))


def _rank(match: re.Match[str], message: Message) -> Explanation:
    """``Expected 3D or 4D input to conv2d, but got [28, 28]``: too few axes, or too many."""
    layer = match.groupdict().get("layer", "").rstrip("123d(")
    batched, shape = int(match["batched"]), ints(match["shape"])
    ndim = batched - 2
    if ndim not in AXIS_NAMES or not shape:
        raise ValueError
    facts = {"axes_expected": [batched - 1, batched], "axes": len(shape), "input": list(shape)}
    if len(shape) in (batched - 1, batched):  # the number of axes is right; torch's words for an axis of size 0
        why = f"{list(shape)} has an axis of 0 cells: there is nothing to slide over"
        grown = f"x = x.new_zeros({tuple(max(1, n) for n in shape)})"
        cause = "a slice or a crop that took everything away"
        return Explanation(facts, why, cause, [Fix(grown, "look at where the input lost its cells")])
    if len(shape) < batched:
        channels = 1
        code = "x = x" + ".unsqueeze(0)" * (batched - len(shape))
        about = "adds the axes for batch and channels; it runs if the layer takes 1 channel"
        cause = "a single sample without its batch or channel axis"
    else:
        channels = shape[1]
        extra = len(shape) - batched
        code = f"x = x.flatten(0, {extra})" if ndim > 1 else f"x = x.flatten(2, {extra + 2})"
        about = "puts batch axes into one" if ndim > 1 else "puts the sizes into one axis"
        cause = "a layer for another number of axes, or one unsqueeze too many"
    name = "ConvTranspose" if layer == "conv_transpose" else "Conv"
    example = None if "pool" in layer else Example(f"{name}{ndim}d", (channels, 1, 1), shape)
    return Explanation(facts, Rank(shape=shape, ndim=ndim).why, cause, [Fix(code, about)], example)


def _rank_by_weight(match: re.Match[str], message: Message) -> Explanation:
    weight, shape = ints(match["weight"]), ints(match["input"])
    axes, ndim = len(weight), len(weight) - 2
    facts = {"weight": list(weight), "input": list(shape), "axes_expected": [axes], "axes": len(shape)}
    why = f"a weight of {axes} axes takes an input of {axes}: batch, channels and {ndim} sizes"
    cause = "axes missing, or too many"
    if len(shape) == axes - 1 > 2 and shape[1] == weight[1] != shape[0]:
        cause = "a kernel with one size too many"
        code = f"layer = nn.Conv{ndim - 1}d({shape[1]}, {weight[0]}, kernel_size={weight[2]})"
        fix = Fix(code, verified=shape[2] >= weight[2] >= 1)
    elif len(shape) == axes - 1:
        cause = "the batch or channel axis is missing"
        fits = all(n >= k for n, k in zip(shape[1:], weight[2:], strict=True))
        fix = Fix("x = x.unsqueeze(0)", "adds the batch axis", shape[0] == weight[1] and fits)
        if weight[1] == 1 and shape[0] != 1:
            fix = Fix("x = x.unsqueeze(1)", verified=fits)
    elif len(shape) < axes:
        fix = Fix("x = x" + ".unsqueeze(0)" * (axes - len(shape)))
    else:
        fix = Fix(f"x = x.flatten(0, {len(shape) - axes})")
    return Explanation(facts, why, cause, [fix])


def _rank_by_words(match: re.Match[str], message: Message) -> Explanation:
    """Wordings without the shape."""
    needs = ints(match["needs"])
    fewest, most = min(needs), max(needs)
    why = f"this layer takes an input of {' or '.join(map(str, needs))} axes"
    cause = "the batch or channel axis is missing, or too many axes"
    if "axes" not in match.groupdict():
        code = f"x = x.unsqueeze(0) if x.ndim < {fewest} else x.flatten(0, x.ndim - {most})"
        return Explanation({"axes_expected": list(needs), "axes": None}, why, cause, [Fix(code)])
    axes = int(match["axes"])
    if needs in ((4,), (5,), (2, 3)) and "(got" in message.text:  # batch norm's wording
        code = f"layer = nn.BatchNorm{max(1, axes - 2)}d(layer.num_features)"
    elif axes > most:
        code = f"x = x.flatten(0, {axes - most})"
    else:
        code = "x = x" + ".unsqueeze(0)" * max(1, min(fewest - axes, 5))
    return Explanation({"axes_expected": list(needs), "axes": axes}, f"{why}, not {axes}", cause, [Fix(code)])


CHANNELS = (
    r"Given (?P<which>groups|transposed)=(?P<count>\d{1,9}), weight(?: of size)? ?\[?(?P<weight>[\d, ]{3,200})\]?, "
    r"(?:so )?expected input ?\[(?P<input>[\d, ]{3,200})\] to have (?P<expected>\d{1,18}) channels"
)
RANK = (
    r"Expected \d ?D \(unbatched\) or (?P<batched>\d) ?D \(batched\) input to (?P<layer>\w{1,40}), "
    r"but got input of size: ?" + LIST
)
RANK_BY_WEIGHT = (
    r"Expected \d-dimensional input for \d-dimensional weight ?\[?(?P<weight>[\d, ]{1,200})\]?, but got "
    r"(?:\d-dimensional )?input of size \[(?P<input>[\d, ]{0,200})\]"
)
GOT = r"[Ee]xpected (?P<needs>\dD(?: or \dD)?) (?:input|tensor) \(got (?P<axes>\d)D (?:input|tensor)\)"
ANSWERS: Answers = {
    ("channels", CHANNELS): _channels,
    ("rank", RANK): _rank,
    ("rank", r"Expected \dD or (?P<batched>\d)D \(batch mode\) tensor [^\[]{0,80}but got: ?" + LIST): _rank,
    ("rank", r"(?:adaptive_\w{1,20}\(\): )?Expected \dD or (?P<batched>\d)D tensor, but got: ?" + LIST): _rank,
    ("rank", RANK_BY_WEIGHT): _rank_by_weight,
    ("rank", r"non-empty (?P<needs>\dD or \dD) \(batch mode\) tensor expected for input"): _rank_by_words,
    ("rank", GOT): _rank_by_words,
    ("rank", r"Expected (?P<needs>\d to \d) dimensions, but got (?P<axes>\d)-dimensional tensor"): _rank_by_words,
    ("rank", r"Only (?P<needs>3D, 4D and 5D) input Tensors supported \(got (?P<axes>\d)D\)"): _rank_by_words,
    ("rank", r"needs? (?P<needs>\dD) input"): _rank_by_words,
}
