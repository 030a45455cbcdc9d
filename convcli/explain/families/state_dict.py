"""Checkpoints that don't fit the model they are loaded into."""

import re
from collections.abc import Iterator
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import Line
from convcli.explain.families.loaded import building, copied_from, kept_arguments
from convcli.explain.families.state_keys import added, cut, keys, of_rnn, prefix, renamed, renumbered, wrapped
from convcli.explain.families.state_sizes import FIRST_LAYERS, OfSizes
from convcli.explain.rule import Fix, Hypothesis, certain, likely
from convcli.wording import counted

FAMILY = "state_dict"

MAKERS = {"module.": "nn.DataParallel", "_orig_mod.": "torch.compile", "model.": "a LightningModule"}
BUFFERS = r"position_ids|num_batches_tracked|total_|_tmp_|_running_iter|inv_freq|position_index|attn_mask|masked_bias"
# In the names of weights, and not in those of constants that a model keeps beside them.
WEIGHTS = r"(?:^|[._])(?:weight|bias|kernel|gamma|beta|running_(?:mean|var))(?=$|[._])|(?i:embed|token|query|lora)"
MOST_NAMES = 12  # that are changed one by one
PARAMETRISED = r"\.weight_(?:orig|mask|[guv])\b|\.parametrizations\."


class StateDict(OfSizes):
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
            return cls(case, {"model": "", **keys(""), "missing": missing, "unexpected": [old[1]]})
        bare = re.search("copying (?:a|the) param", text) or re.search("in (?:source )?state_dict: ", text)
        return cls(case, {"model": found[1] if found else "", **keys(text)}) if found or bare else None

    @property
    def names(self) -> tuple[list[str], list[str]]:
        """Those that the model alone has, and those that the file alone has."""
        return self.missing, self.unexpected

    def checkpoint(self) -> Iterator[Hypothesis]:
        if within := wrapped(*self.names):
            says = f"the file holds more than weights ({', '.join(self.unexpected[:4])}); they are under {within[0]!r}"
            state = self.handed(0, "state")
            part = f"{state}[{within[0]!r}]"
            fix = self.instead(self.line.edited(state, part)) if self.line.code else None
            yield certain(says, "checkpoint", f"load the part: model.load_state_dict({part})", fix)

    def prefixed(self) -> Iterator[Hypothesis]:
        in_file, in_model = prefix(*self.names, self.model) or ("", "")
        maker = MAKERS.get(in_file or in_model, "a module around it")
        if in_file:
            says = f"every name in the file begins with {in_file!r}: it was saved from {maker}"
            if not self.unexpected[1:]:
                says = f"{self.unexpected[0]} begins with {in_file!r}, as all names do that were saved from {maker}"
            sure = certain if self.unexpected[1:] else likely
            yield sure(says, "checkpoint", "take the prefix off the names", self.rekeyed(self.without(in_file)))
        elif in_model:
            says = f"every name in the model begins with {in_model!r}, none in the file: the model is in {maker}"
            inner = in_model.rstrip(".")
            load = f".{inner}.load_state_dict("
            inside = self.replaced(".load_state_dict(", load) if self.line.code else self.instead(f"model{load}state)")
            yield certain(says, "checkpoint", f"load it into the model inside, .{inner}", inside)

    def copied(self) -> Iterator[Hypothesis]:
        """The weights aren't a file's but another model's, which was built otherwise."""
        if source := copied_from(self):
            says = f"no file is loaded: the weights are copied from {source}, and it was built otherwise"
            if self.sizes:
                name, saved, built = self.sizes[0]
                says += f": {name} is {list(saved)} there and {list(built)} here"
            elif names := self.unexpected or self.missing:
                says += f": {names[0]} is in one of them alone"
            advice = "build both with the same class and arguments; nothing is to be left out or downloaded"
            yield likely(f"{says}{building(self, source)}", "model", advice)

    def other_rnn(self) -> Iterator[Hypothesis]:
        """The model was built with another setting than the one that was saved, as far as the file says with which."""
        if setting := of_rnn(*self.names):
            says = f"the RNN in the file has other settings than the model's: {setting}"
            advice, kept = f"{setting} where the model is made, as when it was saved", kept_arguments(self)
            if kept:
                advice = f"build it with what was saved beside the weights: {kept.code}"
            yield likely(says if kept else f"{says}{building(self)}", "model", advice, kept)

    def logged(self) -> Iterator[Hypothesis]:
        if "source state_dict" in self.case.raised.text and self.unexpected:  # by OpenMMLab, which then goes on
            count = counted(len(self.unexpected), "key")
            says = f"no error: {count} of the file, {self.unexpected[0]} first, aren't used"
            advice = "nothing, where these are heads, norms and buffers of another task and no weight is missing"
            if self.missing:
                says += f", and {self.missing[0]} starts at random"
                advice = "nothing, where only new parts (neck, head) are missing; for a backbone, see the names' prefix"
            yield likely(says, "checkpoint", advice)

    def numbered(self) -> Iterator[Hypothesis]:
        """Layers of an nn.Sequential have other numbers since one was put in or taken out."""
        if found := renumbered(*self.names):
            numbers, names = found
            says = f"the file alone has layers {numbers['file']} ({self.unexpected[0]}), the model alone "
            says += f"{numbers['model']} ({self.missing[0]}): a layer was put in or taken out before them"
            advice = "build it with the layers, and in their order, that were saved"
            if names:
                advice += "; for one without weights (an activation, Dropout) give the weights the model's numbers"
            fix = self.rekeyed(f"{names}.get(key, key)") if 0 < len(names) <= MOST_NAMES else None
            yield likely(says, "checkpoint", advice, fix)

    def other_spelling(self) -> Iterator[Hypothesis]:
        missing, unexpected = self.names
        normed = [bool(re.search(PARAMETRISED, " ".join(keys))) for keys in self.names]
        if signs := cut(missing, unexpected):
            says = f"the file's names lack their first {signs} signs: a prefix was cut off that they didn't have"
            yield likely(says, "checkpoint", "key.removeprefix('module.') in place of key[7:]")
        elif pairs := renamed(missing, unexpected):
            yield self.of_renamed(pairs, [])
        elif any(normed):
            name, side = (missing[0], "model") if normed[0] else (unexpected[0], "file")
            says = f"{name} is of a weight or spectral norm (or pruning) that the {side} alone has"
            if all(normed):
                says = f"a weight or spectral norm in two spellings: {missing[0]} is wanted, {unexpected[0]} is there"
            advice = "apply it (or remove it) in the model as when the file was saved, with the same function of torch"
            yield likely(says, "checkpoint", advice)

    def other_version(self) -> Iterator[Hypothesis]:
        missing, unexpected = self.names
        if (layers := added(missing, unexpected))[0]:
            yield self.of_renamed(*layers)
        elif missing and unexpected:
            says = f"the names differ ({missing[0]} is wanted, {unexpected[0]} is there): another model or version"
            advice = "build the model that was saved, with its arguments and code of that version"
            yield likely(says, "checkpoint", advice)

    def other_parts(self) -> Iterator[Hypothesis]:
        """What the file lacks, or else what it has over."""
        names = self.missing or self.unexpected
        if not names:
            return
        name, count = names[0], counted(len(names), "parameter")
        if self.missing and re.match(FIRST_LAYERS, name):
            says = f"even the first layer, {name}, isn't in the file: its names have a prefix, or lie deeper"
            advice = "print(list(state)[:5]): take off module. or model., or load a part of it"
        elif self.missing:
            says = f"the file lacks {count}, {name} first: of a smaller or older model"
            advice = "build the model that was saved; for new layers only, strict=False and look at what it returns"
        elif self.needless():
            says, advice = f"{name} is a counter or buffer of another version, no weight", "strict=False is right here"
        else:
            says, advice = self.left_over(f"the file has {count}, {name} first, that the model hasn't")
        yield likely(says, "checkpoint", advice)

    def left_over(self, says: str) -> tuple[str, str]:
        """Names that the file alone has: weights of a part that is gone, or constants that are computed anew."""
        if "Error(s)" not in self.case.raised.text:  # before 0.4, which stopped at the first name
            return says, "build the model that was saved; strict=False if what is left over is surely not needed"
        says += ", and all that the model has is in the file"
        advice = f"state.pop({self.unexpected[0]!r}) for each, and all others are checked as before; or strict=False"
        if any(re.search(WEIGHTS, key) for key in self.unexpected):
            return says, f"build the model that was saved, if it is to have that part; if not, {advice}"
        says += "; by their names they are no weights but constants (buffers), which this code doesn't save"
        return says, f"{advice}. The settings that they are computed from have to be those of training"

    causes = (
        checkpoint,
        prefixed,
        copied,
        other_rnn,
        *OfSizes.of_sizes,
        logged,
        numbered,
        other_spelling,
        other_version,
        other_parts,
    )

    def needless(self) -> bool:
        return bool(self.unexpected) and not self.missing and all(re.search(BUFFERS, key) for key in self.unexpected)

    def of_renamed(self, pairs: list[tuple[str, str]], new_layers: list[str]) -> Hypothesis:
        told = [f"{old[:-1]} is {new[:-1]}" for old, new in pairs]
        held = any(re.fullmatch(rf"{re.escape(new)}\d+\.", old) for old, new in pairs)
        why = "an nn.Sequential in training, and one layer now" if held else "renamed between versions"
        says = f"what the file calls {', '.join(told)} in the model: {why}"
        old, new = pairs[0]
        key = f'"{new}" + {self.without(old)} if key.startswith("{old}") else key'
        if pairs[1:]:
            key = "key" + "".join(f'.replace("{old}", "{new}", 1)' for old, new in pairs)
        if not new_layers:
            return likely(says, "checkpoint", "give the weights the model's names", self.rekeyed(key))
        says += f"; {', '.join(each[:-1] for each in new_layers[:3])} is new in the model"
        advice = "give the weights the model's names; strict=False then leaves out only what is new, which is untrained"
        return likely(says, "checkpoint", advice, self.rekeyed(key, ", strict=False"))

    def warning(self) -> str:
        if self.sizes:
            return "strict=False goes by names alone: it skips no weight whose size differs"
        if (renamed_layers := added(*self.names)[0]) and prefix(*self.names, self.model) is None:
            old, new = renamed_layers[0]
            return f"strict=False alone leaves {new[:-1]} at random, as its weights are still called {old[:-1]}"
        only_over = not self.missing and prefix(*self.names, self.model) is None
        return "" if only_over else super().warning()

    def rekeyed(self, key: str, strict: str = "") -> Fix:
        """The weights under other names, before the user's line or within it."""
        state = self.handed(0, "state")
        code = f"{{{key}: value for key, value in {state}.items()}}"
        if re.fullmatch(r"[\w.]+", state) and not strict:
            return self.before(f"{state} = {code}")
        line = self.line.code or f"model.load_state_dict({state})"
        return self.instead(Line(line).edited(state, code + strict))

    def without(self, start: str) -> str:
        """Code that takes the start off a name, for the user's Python."""
        before_3_9 = any(re.search(r"python3\.[0-8]\b", frame.file) for frame in self.case.raised.frames)
        return f'key.replace("{start}", "", 1)' if before_3_9 else f'key.removeprefix("{start}")'
