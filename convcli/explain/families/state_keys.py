"""The names in a checkpoint and those in a model: read from the message, and what changed between them."""

import re
from collections.abc import Sequence
from math import isqrt
from os.path import commonprefix  # of strings, sign by sign
from typing import Any

FAMILY = "state_dict"

OPTIMIZERS = r"(?i)optim|sched|scaler|config|arg|name|epoch|loss|best|hist|metric"
WEIGHTS = r"(?i)(?:^|_)(?:model|net(?:work)?|state_?dict|weights|params|ema|module|generator|encoder)(?:_|$)"
# Until 0.4, of one parameter or of several.
OLD_SIZES = (
    r"While copying the parameter named \"?([\w.]{1,200})\"?, whose dimensions in the model are "
    r"(?:torch\.Size\()?\[([\d, ]{0,60})\]\)? and whose dimensions in the checkpoint are "
    r"(?:torch\.Size\()?\[([\d, ]{0,60})\]"
)


def keys(text: str) -> dict[str, list[Any]]:
    """The names that are missing and unexpected, and those whose sizes differ, with both sizes."""
    flat = " ".join(text.split())
    facts: dict[str, list[Any]] = {"missing": [], "unexpected": [], "sizes": []}
    for kind in ("missing", "unexpected"):
        listed = rf"(?i){kind} keys?(?:\(s\))? in (?:source )?state_dict: (.{{1,30000}}?)"
        if found := re.search(listed + r"(?:\. (?=[a-z])| (?=(?:missing|unexpected) key)|\.?$)", flat):
            quoted = re.findall(r'"([^"]{0,200})"', found[1])
            facts[kind] = quoted or re.findall(r"(?:^|, )(\w[\w.]{0,200})", found[1])
    pattern = (
        r"(?i)mismatch for ([\w.]{1,200}): ?copying a param(?:eter)? (with shape|of)\s?(?:torch\.Size\(\[([\d, "
        r"]{0,60})\]\))? from checkpoint, ?(?:where )?the shape (?:is|in current model is) "
        r"(?:torch\.Size\(\[([\d, ]{0,60})\]\))"
    )
    for name, wording, *shapes in re.findall(pattern, flat):
        saved, built = map(shape, shapes)
        # Until 1.0, "copying a param of" named the two the wrong way round.
        facts["sizes"].append((name, built, saved) if wording == "of" else (name, saved, built))
    facts["sizes"] += [(name, shape(saved), shape(built)) for name, built, saved in re.findall(OLD_SIZES, flat)]
    return facts


def shape(written: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", written)))


def of_rnn(missing: Sequence[str], unexpected: Sequence[str]) -> str:
    """The setting of the saved RNN that the names tell, if the file's or the model's alone has weights of it.

    >>> of_rnn([], ["rnn.weight_ih_l0_reverse"]), of_rnn(["gru.bias_ih_l1", "fc.bias"], []), of_rnn([], ["fc.bias"])
    ('bidirectional=True', 'num_layers=1', '')
    """
    for names, saved in ((unexpected, True), (missing, False)):
        parts = [part for name in names if (part := re.search(r"\.(?:weight|bias)_[ih]h_l(\d{1,3})(_reverse)?$", name))]
        layers = [int(part[1]) for part in parts]
        if any(part[0].endswith("_l0") for part in parts):
            continue  # all of it is there, or not
        settings = [f"bidirectional={saved}"] if layers[:1] == [0] else []
        if max(layers, default=0) > 0:
            settings.append(f"num_layers={max(layers) + 1 if saved else min(each for each in layers if each)}")
        if settings:
            return ", ".join(settings)
    return ""


def grid(positions: int) -> tuple[int, int]:
    """How many tokens stand before a square of patches, none or one (or DeiT's two), and the side of the square.

    >>> grid(197), grid(196), grid(200)
    ((1, 14), (0, 14), (0, 0))
    """
    for extra in (1, 0, 2):
        side = isqrt(max(positions - extra, 0))
        if side > 1 and side * side == positions - extra:
            return extra, side
    return 0, 0


def wrapped(missing: Sequence[str], unexpected: Sequence[str]) -> list[str]:
    """The names under which a file seems to hold weights, where its own names are those of a whole checkpoint.

    >>> wrapped(["fc.weight"], ["epoch", "model_state", "optim_state"]), wrapped(["fc.weight"], ["head.weight"])
    (['model_state'], [])
    """
    if "." in "".join(unexpected) or not (missing or "state_dict" in unexpected):
        return []
    return [key for key in unexpected if re.search(WEIGHTS, key) and not re.search(OPTIMIZERS, key)]


def prefix(missing: Sequence[str], unexpected: Sequence[str], model: str) -> tuple[str, str] | None:
    """What all names of the file have before those of the model, and the other way round."""
    known = commonprefix(unexpected)  # noqa: RUF071
    if not missing and model != "OptimizedModule" and known.startswith("_orig_mod."):
        return "_orig_mod.", ""
    for longer, shorter, order in ((unexpected, missing, 1), (missing, unexpected, -1)):
        common = commonprefix(longer)  # noqa: RUF071
        common = common[: common.rfind(".") + 1]
        while common:
            stripped = {key.removeprefix(common) for key in longer}
            if stripped & set(shorter) and len(stripped & set(shorter)) * 2 >= min(len(stripped), len(shorter)):
                return (common, "") if order == 1 else ("", common)
            common = common[: common.rfind(".", 0, -1) + 1]
    return None


def cut(missing: Sequence[str], unexpected: Sequence[str]) -> int:
    """How many signs all the names of the file lack at their beginning."""
    for cut in range(2, 21):
        if len(unexpected) > 1 and {name[cut:] for name in missing} == set(unexpected):
            return cut
    return 0


def renamed(missing: Sequence[str], unexpected: Sequence[str]) -> list[tuple[str, str]]:
    """What names of the file begin with, and those of the model in its place; empty if they only differ."""
    old, new = (commonprefix(keys) for keys in (unexpected, missing))  # noqa: RUF071
    old, new = (each[: each.rfind(".") + 1] for each in (old, new))
    rest, wanted = {key[len(old) :] for key in unexpected}, {key[len(new) :] for key in missing}
    if old and new and 2 * len(rest & wanted) > max(len(rest), len(wanted)):
        return [(old, new)]
    sides = [[key for key in keys if "num_batches" not in key] for keys in (unexpected, missing)]
    if len(sides[0]) != len(sides[1]):
        return []
    pairs = dict.fromkeys(map(differing, *sides))
    plain = all(old.endswith(".") and new.endswith(".") for old, new in pairs)
    return list(pairs) if plain and len(pairs) <= 4 and len(dict(pairs)) == len(pairs) else []


def renumbered(missing: Sequence[str], unexpected: Sequence[str]) -> tuple[dict[str, list[int]], dict[str, str]] | None:
    """The numbers of layers of one list that the file and the model alone have, and the file's names by the model's.

    Names are given where the layers are as many and alike, and moved by one place, so that no other lies in between.

    >>> renumbered(["net.3.bias", "net.1.bias"], ["net.2.bias", "net.4.bias"])
    ({'file': [2, 4], 'model': [1, 3]}, {'net.2.bias': 'net.1.bias', 'net.4.bias': 'net.3.bias'})
    """
    sides = [_layers(names) for names in (unexpected, missing)]
    found = [re.fullmatch(r"(.*\.|)(\d+)\.", layer) for side in sides for layer in side]
    owners = {each[1] if each else None for each in found}
    if not all(sides) or len(owners) != 1 or None in owners:
        return None
    old, new = (sorted(side, key=lambda layer: int(layer.split(".")[-2])) for side in sides)
    places = [[int(layer.split(".")[-2]) for layer in side] for side in (old, new)]
    pairs = list(zip(old, new, strict=False))
    moved = len(old) == len(new) and all(abs(a - b) == 1 for a, b in zip(*places, strict=True))
    alike = moved and all(sides[0][a] == sides[1][b] for a, b in pairs)
    names = {name: b + name.removeprefix(a) for a, b in pairs for name in unexpected if name.startswith(a)}
    return dict(zip(("file", "model"), places, strict=True)), names if alike else {}


def added(missing: Sequence[str], unexpected: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Layers that were renamed where others are new, by what is in them, and the new ones.

    >>> new = ["bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"]
    >>> added([*new, "head.weight", "head.bias"], ["fc.weight", "fc.bias"])
    ([('fc.', 'head.')], ['bn.'])
    """
    wanted, there = _layers(missing), _layers(unexpected)
    fits = {old: [new for new, parts in wanted.items() if parts == there[old]] for old in there}
    pairs = [(old, new[0]) for old, new in fits.items() if len(new) == 1]
    if len(pairs) != len(there) or len(dict(pairs)) != len({new for _, new in pairs}) or len(pairs) > 4:
        return [], []
    return pairs, [name for name in wanted if name not in dict(pairs).values()]


def _layers(names: Sequence[str]) -> dict[str, set[str]]:
    layers: dict[str, set[str]] = {}
    for name in names:
        layer, _, part = name.rpartition(".")
        if part != "num_batches_tracked":
            layers.setdefault(f"{layer}.", set()).add(part)
    return layers


def differing(old: str, new: str) -> tuple[str, str]:
    """What two names begin with, without the parts at the end that they share.

    >>> differing("encoder.0.weight", "body.net.0.weight")
    ('encoder.', 'body.net.')
    """
    ends = old.split("."), new.split(".")
    while ends[0] and ends[1] and ends[0][-1] == ends[1][-1]:
        ends[0].pop(), ends[1].pop()
    before, after = (".".join([*end, ""]) for end in ends)
    return before, after if len(old) > len(before) and before and after else ""
