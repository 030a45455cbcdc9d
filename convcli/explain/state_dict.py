"""Checkpoints that don't fit the model they are loaded into."""

import re
from collections.abc import Iterator
from os.path import commonprefix  # of strings, sign by sign
from typing import Any, Self

from convcli.explain.case import Case
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "state_dict"

WRAPPED = ("state_dict", "model", "model_state_dict", "net", "ema", "params", "weights", "module", "generator")
MAKERS = {"module.": "nn.DataParallel", "_orig_mod.": "torch.compile", "model.": "a LightningModule"}
FIRST_LAYERS = r"(?:conv1|features\.0|embed\w*|patch_embed|stem\w*)\b"
BUFFERS = r"position_ids|num_batches_tracked|total_|_tmp_|_running_iter|inv_freq|position_index|attn_mask|masked_bias"
OF_MODELS = ("eval", "to", "cuda", "train", "parameters", "forward", "load_state_dict", "modules", "half")
HEADS = (
    r"(?i)^(?:module\.|model\.)*(?:\d+\.)?(?:[a-z_]\w*\.)*?(?:fc|head|class\w*|cls\w*|last_linear|out\w*|logits?|bbox\w*|score\w*"
    r"|AuxLogits)(?:\.|$)|roi_heads"
)

PARAMETRISED = r"\.weight_(?:orig|mask|[guv])\b|\.parametrizations\."
WITHIN = r"\.\d+\.[a-z_]\w*\."  # a numbered block


class StateDict(Rule):
    code = "state-dict"
    signatures = ("Error(s) in loading state_dict for {model:word}:{keys:keys}$",)
    says = "the checkpoint and the model don't have the same parameters"
    layer_named = r"load_state_dict"
    lookalike = "state-dict-kind"
    example = """
        net = nn.Linear(3, 4)
        state = nn.DataParallel(nn.Linear(3, 4)).state_dict()
        # RuntimeError: Error(s) in loading state_dict for Linear: Missing key(s) in state_dict: "weight", "bias".
        # Unexpected key(s) in state_dict: "module.weight", "module.bias".
        net.load_state_dict(state)
        assert net.weight.shape == (4, 3)
    """
    decide = "print(list(state)[:5], list(model.state_dict())[:5]) side by side"
    not_that = "strict=False loads what fits by name and leaves the rest at random: with none in common, all of it"

    @classmethod
    def read(cls, case: Case) -> Self | None:
        text = case.raised.text
        found = re.search(r"loading state_dict for (\w{1,80}):", text)
        if old := re.search(r"unexpected key \"([\w.]{1,200})\" in state_dict", text):  # before 0.4
            missing = [old[1].removeprefix("module.")] if old[1].startswith("module.") else []
            return cls(case, {"model": "", **_keys(""), "missing": missing, "unexpected": [old[1]]})
        bare = "copying a param" in text or re.search("in (?:source )?state_dict: ", text)
        return cls(case, {"model": found[1] if found else "", **_keys(text)}) if found or bare else None

    def hypotheses(self) -> Iterator[Hypothesis]:
        missing, unexpected = self.missing, self.unexpected
        logged = "source state_dict" in self.case.raised.text  # by OpenMMLab's loaders, which then go on
        wrapped = [key for key in unexpected if key in WRAPPED]
        if (missing or "state_dict" in wrapped) and wrapped and "." not in "".join(unexpected[:3]):
            says = f"the file holds more than weights ({', '.join(unexpected[:4])}); they are under {wrapped[0]!r}"
            state = self.handed(0, "state")
            part = f"{state}[{wrapped[0]!r}]"
            fix = self.instead(self.line.edited(state, part)) if self.line.code else None
            yield certain(says, "checkpoint", f"load the part: model.load_state_dict({part})", fix)
        elif (prefix := self.prefix()) is not None:
            yield from self.prefixed(*prefix)
        elif self.sizes:
            yield from self.other_sizes()
        elif logged and unexpected:
            says = f"no error: {counted(len(unexpected), 'key')} of the file, {unexpected[0]} first, aren't used"
            advice = "nothing, where these are heads, norms and buffers of another task and no weight is missing"
            if missing:
                says += f", and {missing[0]} starts at random"
                advice = "nothing, where only new parts (neck, head) are missing; for a backbone, see the names' prefix"
            yield likely(says, "checkpoint", advice)
        elif (cut := self.cut()) and not self.sizes:
            says = f"the file's names lack their first {cut} signs: a prefix was cut off that they didn't have"
            yield likely(says, "checkpoint", "key.removeprefix('module.') in place of key[7:]")
        elif renamed := self.renamed():
            pairs = [f"{old[:-1]} is {new[:-1]}" for old, new in renamed]
            held = any(re.fullmatch(rf"{re.escape(new)}\d+\.", old) for old, new in renamed)
            why = "an nn.Sequential in training, and one layer now" if held else "renamed between versions"
            says = f"what the file calls {', '.join(pairs)} in the model: {why}"
            old, new = renamed[0]
            key = f'"{new}" + key.removeprefix("{old}") if key.startswith("{old}") else key'
            if renamed[1:]:
                key = "key" + "".join(f'.replace("{old}", "{new}", 1)' for old, new in renamed)
            yield likely(says, "checkpoint", "give the weights the model's names", self.rekeyed(key))
        elif (made := [bool(re.search(PARAMETRISED, " ".join(keys))) for keys in (missing, unexpected)]) and any(made):
            sides = "the model alone has" if made == [True, False] else "the file alone has"
            says = (
                f"{(missing if made[0] else unexpected)[0]} is of a weight or spectral norm (or pruning) that {sides}"
            )
            if all(made):
                says = f"a weight or spectral norm in two spellings: {missing[0]} is wanted, {unexpected[0]} is there"
            advice = "apply it (or remove it) in the model as when the file was saved, with the same function of torch"
            yield likely(says, "checkpoint", advice)
        elif missing and unexpected:
            says = f"the names differ ({missing[0]} is wanted, {unexpected[0]} is there): another model or version"
            advice = "build the model that was saved, with its arguments and code of that version"
            yield likely(says, "checkpoint", advice)
        elif missing and re.match(FIRST_LAYERS, missing[0]):
            says = f"even the first layer, {missing[0]}, isn't in the file: its names have a prefix, or lie deeper"
            yield likely(says, "checkpoint", "print(list(state)[:5]): take off module. or model., or load a part of it")
        elif missing:
            says = (
                f"the file lacks {counted(len(missing), 'parameter')}, {missing[0]} first: of a smaller or older model"
            )
            advice = "build the model that was saved; for new layers only, strict=False and look at what it returns"
            yield likely(says, "checkpoint", advice)
        elif unexpected:
            says = f"the file has {counted(len(unexpected), 'parameter')}, {unexpected[0]} first, that the model hasn't"
            advice = "build the model that was saved; strict=False if what is left over is surely not needed"
            if all(re.search(BUFFERS, key) for key in unexpected):
                says, advice = (
                    f"{unexpected[0]} is a counter or buffer of another version, no weight",
                    "strict=False is right here",
                )
            yield likely(says, "checkpoint", advice)

    def warning(self) -> str:
        if self.sizes:
            return "strict=False goes by names alone: it skips no weight whose size differs"
        needless = self.unexpected and not self.missing and all(re.search(BUFFERS, key) for key in self.unexpected)
        return "" if needless else super().warning()

    def reduced(self) -> tuple[int, int] | None:
        """How many times fewer channels a block makes of its own, in the file and in the model."""
        name, saved, built = self.sizes[0]
        if not re.search(WITHIN, name) or len(saved) < 2 or saved[1:] != built[1:] or 0 in (saved[0], built[0]):
            return None
        times = saved[1] // saved[0], saved[1] // built[0]
        whole = saved[1] % saved[0] == saved[1] % built[0] == 0
        return times if whole and min(times) > 1 else None

    def anchored(self) -> bool:
        """Whether a detector's head differs, which makes classes + 5 values for each of 3 anchors."""
        name, saved, built = self.sizes[0]
        named = 255 in (saved[0], built[0]) or re.search(r"(?i)yolo|detect|anchor", f"{name} {self.model}")
        whole = saved[0] % 3 == built[0] % 3 == 0 and min(saved[0], built[0]) > 15
        return bool(named and whole and saved[1:] == built[1:])

    def prefix(self) -> tuple[str, str] | None:
        """What all names of the file have before those of the model, and the other way round."""
        known = commonprefix(self.unexpected)  # noqa: RUF071
        if not self.missing and self.model != "OptimizedModule" and known.startswith("_orig_mod."):
            return "_orig_mod.", ""
        for longer, shorter, order in ((self.unexpected, self.missing, 1), (self.missing, self.unexpected, -1)):
            common = commonprefix(longer)  # noqa: RUF071
            common = common[: common.rfind(".") + 1]
            while common:
                stripped = {key.removeprefix(common) for key in longer}
                if stripped & set(shorter) and len(stripped & set(shorter)) * 2 >= min(len(stripped), len(shorter)):
                    return (common, "") if order == 1 else ("", common)
                common = common[: common.rfind(".", 0, -1) + 1]
        return None

    def renamed(self) -> list[tuple[str, str]]:
        """What names of the file begin with, and those of the model in its place; empty if they only differ."""
        old, new = (commonprefix(keys) for keys in (self.unexpected, self.missing))  # noqa: RUF071
        old, new = (each[: each.rfind(".") + 1] for each in (old, new))
        rest, wanted = {key[len(old) :] for key in self.unexpected}, {key[len(new) :] for key in self.missing}
        if old and new and 2 * len(rest & wanted) > max(len(rest), len(wanted)):
            return [(old, new)]
        sides = [[key for key in keys if "num_batches" not in key] for keys in (self.unexpected, self.missing)]
        if len(sides[0]) != len(sides[1]):
            return []
        pairs = dict.fromkeys(map(_differing, *sides))
        plain = all(old.endswith(".") and new.endswith(".") for old, new in pairs)
        return list(pairs) if plain and len(pairs) <= 4 and len(dict(pairs)) == len(pairs) else []

    def rekeyed(self, key: str) -> Fix:
        """The weights under other names, before the user's line or within it."""
        state = self.handed(0, "state")
        code = f"{{{key}: value for key, value in {state}.items()}}"
        plain = re.fullmatch(r"[\w.]+", state)
        return self.before(f"{state} = {code}") if plain else self.instead(self.line.edited(state, code))

    def cut(self) -> int:
        """How many signs all the names of the file lack at their beginning."""
        for cut in range(2, 21):
            if len(self.unexpected) > 1 and {name[cut:] for name in self.missing} == set(self.unexpected):
                return cut
        return 0

    def prefixed(self, in_file: str, in_model: str) -> Iterator[Hypothesis]:
        maker = MAKERS.get(in_file or in_model, "a module around it")
        if in_file:
            says = f"every name in the file begins with {in_file!r}: it was saved from {maker}"
            fix = self.rekeyed(f'key.removeprefix("{in_file}")')
            yield certain(says, "checkpoint", "take the prefix off the names", fix)
        else:
            says = f"every name in the model begins with {in_model!r}, none in the file: the model is in {maker}"
            inner = in_model.rstrip(".")
            load = f".{inner}.load_state_dict("
            inside = self.replaced(".load_state_dict(", load) if self.line.code else self.instead(f"model{load}state)")
            yield certain(says, "checkpoint", f"load it into the model inside, .{inner}", inside)

    def other_sizes(self) -> Iterator[Hypothesis]:
        name, saved, built = self.sizes[0]
        heads = [each for each in self.sizes if re.search(HEADS, each[0]) and each[1][:1] != each[2][:1]]
        layer = name.rpartition(".")[0]
        counts = {(a[:1], b[:1]) for _, a, b in self.sizes}
        embeds = re.search(r"(?i)embed|wte|tok|lm_head|pos", name) and not heads
        pixelwise = all(n == 1 for _, a, _ in self.sizes for n in a[2:])  # a head sees no neighbours
        alone = all(a[1:] == b[1:] for _, a, b in self.sizes) and len(counts) == 1 and not embeds and pixelwise
        whole = not (self.missing or self.unexpected or re.search(WITHIN, name))
        anchored = self.anchored()
        if times := self.reduced():
            says = f"{layer} makes {saved[0]} of {saved[1]} channels in the file, {built[0]} in the model"
            says += f": a setting of the blocks differs, a reduction of {times[0]} and {times[1]} (or a width, a rank)"
            yield likely(says, "model", f"build the model with the file's, {times[0]}; it isn't a matter of classes")
        elif alone and len(self.sizes) <= 24 and (heads or whole or anchored):
            old, new = ((n[0] // 3 - 5) if anchored else n[0] for n in (saved, built))
            says = f"the head {layer} was trained for {old} classes, and the model is built for {new}"
            if anchored:
                says += f" ({saved[0]} = 3 · ({old} + 5), {built[0]} = 3 · ({new} + 5))"
            advice = f"build it for {old} classes to use them; for {new} new ones load all but the head"
            yield likely(says, "model", advice, None if self.missing else self.headless())
        elif len(saved) == 2 and saved[1:] == built[1:] and embeds:
            what = "positions" if "pos" in name.lower() else "tokens"
            says = f"{name} has {saved[0]} {what} in the file and {built[0]} in the model"
            advice = "take the tokenizer and vocabulary that belong to the weights, or resize the embeddings then"
            if what == "positions":
                advice = "build it for the same length or picture size, or interpolate the positions"
            yield likely(says, "checkpoint", advice)
        elif (
            len(saved) == len(built)
            and len(saved) >= 4
            and saved[0] == built[0]
            and saved[1] != built[1]
            and saved[2:] == built[2:]
            and "transpose" not in name
        ):
            says = f"{name} reads {saved[1]} channels in the file and {built[1]} in the model"
            advice = f"build the model for {saved[1]} input channels, or adapt this one weight before loading"
            yield likely(says, "model", advice)
        else:
            says = f"{name} is {list(saved)} in the file and {list(built)} in the model"
            says += f", and {counted(len(self.sizes) - 1, 'other shape')} differ" if self.sizes[1:] else ""
            says += f"; {self.missing[0]} is missing: another depth or kind of block" if self.missing else ""
            advice = "build the model with the arguments that it was saved with, or load weights of this one"
            yield likely(says, "checkpoint", advice)
            if heads:
                yield possible("only the number of classes differs", "model", f"build it for {heads[0][1][0]} classes")

    def headless(self) -> Fix:
        """The user's line without the weights whose sizes differ."""
        state = self.handed(0, "state")
        names = tuple(sorted({name.rpartition(".")[0] + "." for name, _, _ in self.sizes}))
        named = names if names[1:] else names[0]
        kept = f"{{key: value for key, value in {state}.items() if not key.startswith({named!r})}}"
        code = self.line.edited(state, kept) if self.line.code else f"model.load_state_dict({kept})"
        code = re.sub(r",\s*strict\s*=\s*\w+", "", code)
        return self.instead(code.replace(kept, f"{kept}, strict=False"))


def _differing(old: str, new: str) -> tuple[str, str]:
    """What two names begin with, without the parts at the end that they share.

    >>> _differing("encoder.0.weight", "body.net.0.weight")
    ('encoder.', 'body.net.')
    """
    ends = old.split("."), new.split(".")
    while ends[0] and ends[1] and ends[0][-1] == ends[1][-1]:
        ends[0].pop(), ends[1].pop()
    before, after = (".".join([*end, ""]) for end in ends)
    return before, after if len(old) > len(before) and before and after else ""


def _keys(text: str) -> dict[str, list[Any]]:
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
        saved, built = (tuple(map(int, re.findall(r"\d+", shape))) for shape in shapes)
        # Until 1.0, "copying a param of" named the two the wrong way round.
        facts["sizes"].append((name, built, saved) if wording == "of" else (name, saved, built))
    return facts


class StateDictKind(Rule):
    code = "state-dict-kind"
    signatures = (
        "Expected state_dict to be dict-like, got {given:class}",
        "OrderedDict' object has no attribute '{attribute:word}'",
        "'dict' object has no attribute '{attribute:word}'",
    )
    says = "a state_dict holds tensors by their names; it is no model"
    layer_named = r"load"
    lookalike = "'tuple' object has no attribute 'size'"
    example = """
        saved = nn.Linear(3, 4)  # torch.save(net) saves the whole of it
        net = nn.Linear(3, 4)
        # TypeError: Expected state_dict to be dict-like, got <class 'torch.nn.modules.linear.Linear'>.
        net.load_state_dict(saved)
        assert net.weight.shape == (4, 3)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "given" in self.facts:
            says = f"the file holds a whole model ({self.given}), not a state_dict"
            fix = self.changed(self.x, "{}.state_dict()") if self._call else None
            yield certain(says, "checkpoint", "it can be used as it is, or its state_dict() loaded", fix)
        elif self.attribute == "state_dict":
            fix = self.replaced(".state_dict()", "", 1)
            yield certain("torch.load gave the state_dict itself", "checkpoint", "leave out .state_dict()", fix)
        elif self.attribute in OF_MODELS:
            says = "torch.load gave the parameters alone, and they are used as the model"
            yield certain(says, "checkpoint", "model = Net(); model.load_state_dict(torch.load(path)); model.eval()")


class OptimizerState(Rule):
    code = "optimizer-state"
    signatures = (
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        "loaded state dict has a different number of parameter groups",
    )
    says = "the optimizer in the checkpoint was made for other parameters"
    lookalike = "state-dict-kind"
    example = """
        saved = torch.optim.SGD(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).parameters(), lr=0.1).state_dict()
        optimizer = torch.optim.SGD(nn.Linear(3, 4).parameters(), lr=0.1)
        # ValueError: loaded state dict contains a parameter group that doesn't match the size of optimizer's group
        optimizer.load_state_dict(saved)
    """
    usual = (
        likely(
            "the model has other layers than when it was saved, or other ones are frozen",
            "checkpoint",
            "build model and parameter groups as they were; or load the weights alone and start a fresh optimizer",
        ),
    )
