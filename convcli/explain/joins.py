"""Errors where two tensors meet that should agree: sums, cat, and weights loaded into a model."""

import re
from typing import Any

from convcli.explain.answer import Answers, Explanation, Fix, ints, simple, values
from convcli.explain.message import Message


def _sizes_differ(match: re.Match[str], message: Message) -> Explanation:
    a, b, dim = map(int, match.groups())
    small, large = sorted((a, b))
    why = f"two tensors are added cell by cell: axis {dim} is {a} long in one and {b} in the other, and neither is 1"
    if dim == 1:
        fix = Fix(f"x = nn.Conv2d({b}, {a}, kernel_size=1)(x)", "a 1×1 convolution on the shortcut")
        cause = "the block changes the channels and the shortcut doesn't"
    elif large >= 2 * small - 1:
        fix = Fix(f"x = F.avg_pool2d(x, {-(-large // small)})", "the shortcut strides like the block")
        cause = "the block has a stride and the shortcut hasn't"
    else:
        fix = Fix("layer.padding = tuple(k // 2 for k in layer.kernel_size)", "keeps the size: e // 2 each side")
        cause = "a convolution in the block has no padding, so its output is smaller"
    return Explanation({"a": a, "b": b, "dimension": dim}, why, cause, [fix])


def _cat(match: re.Match[str], message: Message) -> Explanation:
    dim, expected, got = map(int, match.groups())
    gap = expected - got
    fix = Fix(f"x = F.pad(x, (0, {gap}, 0, {gap}))", "adds the missing cells, or crops where negative")
    why = f"cat joins along axis {dim}; all others have to agree, and one is {expected} in the first and {got} here"
    cause = "in a U-Net: an odd size lost a cell in the pooling, and upsampling can't know"
    return Explanation({"dimension": dim, "expected": expected, "got": got}, why, cause, [fix])


def _state_dict(match: re.Match[str], message: Message) -> Explanation:
    mismatches: list[dict[str, Any]] = [
        {"name": size["name"], "checkpoint": list(ints(size["checkpoint"])), "model": list(ints(size["model"]))}
        for size in re.finditer(MISMATCH, message.text)
    ]
    why = "the checkpoint's names aren't the model's"
    cause = (
        "another number of classes, channels or layers than the model the weights come from; load_state_dict with only "
        "the entries whose shapes agree, and strict=False, leaves the rest as it is"
    )
    if mismatches:
        why = "the checkpoint was saved from a model of other sizes"
    if '"module.' in message.text:
        why = "the checkpoint was saved from nn.DataParallel, which puts module. before every name"
        cause = "the wrapper was saved, not the model; take the prefix away: key.removeprefix('module.')"
    # Which file was loaded stands nowhere in the message, so only the layer itself can be mended from here.
    fixes = [_as_saved(**mismatch) for mismatch in mismatches[:1]]
    return Explanation({"mismatches": mismatches[:50]}, why, cause, [fix for fix in fixes if fix])


def _as_saved(name: str, checkpoint: list[int], model: list[int]) -> Fix | None:
    """The layer that a saved weight fits into, where the weight's shape tells."""
    if not (len(checkpoint) == len(model) in (2, 3, 4, 5) and name.endswith("weight")):
        return None
    out, inside, *taps = checkpoint
    code = f"layer = nn.Linear({inside}, {out})"
    if taps:
        code = f"layer = nn.Conv{len(taps)}d({inside}, {out}, kernel_size={values(taps)})"
    return Fix(code, f"{name} as the checkpoint has it; then load again")


SIZES_DIFFER = (
    r"[Tt]he size of tensor a \((\d{1,18})\) must match the size of tensor b \((\d{1,18})\) at "
    r"non-singleton dimension (\d{1,2})"
)
NO_BROADCAST = r"doesn't match the broadcast shape|expanded size of the tensor|stack expects each tensor to be equal"
CAT = (
    r"Sizes of tensors must match except in dimension (\d)\. "
    r"(?:Expected size|Got) (\d{1,18}) (?:but got size|and) (\d{1,18})"
)
MISMATCH = (
    r"size mismatch for (?P<name>[\w.]{1,200}): "
    r"copying a param with shape (?:torch\.Size\()?\[(?P<checkpoint>[\d, ]{0,200})\]\)? from checkpoint, "
    r"the shape in current model is (?:torch\.Size\()?\[(?P<model>[\d, ]{0,200})\]"
)
ANSWERS: Answers = {
    ("sizes_differ", SIZES_DIFFER): _sizes_differ,
    ("sizes_differ", NO_BROADCAST): simple(
        "cell by cell, every axis has to be the same length in both, or 1",
        "a shape changed on one branch",
        "x = F.interpolate(x, size=layer.output_size)",
    ),
    ("cat", CAT): _cat,
    ("cat", r"Tensors must have same number of dimensions"): simple(
        "cat joins tensors that differ in one axis at most", "a missing batch axis", "x = x.unsqueeze(0)"
    ),
    (
        "state_dict",
        r"Error\(s\) in loading state_dict|size mismatch for [\w.]{1,200}: copying a param",
    ): _state_dict,
}
