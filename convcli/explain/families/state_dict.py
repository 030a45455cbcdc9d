"""Checkpoints that don't fit the model they are loaded into."""

import re
from collections.abc import Iterator
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import Line
from convcli.explain.families.loaded import building, copied_from, kept_arguments
from convcli.explain.families.state_keys import added, cut, grid, keys, of_rnn, prefix, renamed, wrapped
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "state_dict"

MAKERS = {"module.": "nn.DataParallel", "_orig_mod.": "torch.compile", "model.": "a LightningModule"}
FIRST_LAYERS = r"(?:conv1|features\.0|embed\w*|patch_embed|stem\w*)\b"
MOST_OF_DATA = 16  # channels of pictures; features have more
BUFFERS = r"position_ids|num_batches_tracked|total_|_tmp_|_running_iter|inv_freq|position_index|attn_mask|masked_bias"
HEADS = (
    r"(?i)^(?:module\.|model\.)*(?:\d+\.)?(?:[a-z_]\w*\.)*?(?:fc|head|class\w*|cls\w*|last_linear|out\w*|logits?|bbox\w*|score\w*"
    r"|AuxLogits)(?:\.|$)|roi_heads"
)

PICTURES = r"(?i)vit|vision|patch|image|mae|swin|deit|siglip"
PARAMETRISED = r"\.weight_(?:orig|mask|[guv])\b|\.parametrizations\."
WITHIN = r"\.\d+\.[a-z_]\w*\."  # a numbered block

Size = tuple[str, tuple[int, ...], tuple[int, ...]]  # a name, and its shape in the file and in the model
NO_SIZE: Size = ("", (), ())


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
            return cls(case, {"model": "", **keys(""), "missing": missing, "unexpected": [old[1]]})
        bare = "copying a param" in text or re.search("in (?:source )?state_dict: ", text)
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

    @property
    def tables(self) -> list[Size]:
        """Tables of positions."""
        return [each for each in self.sizes if re.search(r"(?i)pos", each[0]) and len(each[1]) == len(each[2]) > 1]

    @property
    def size(self) -> Size:
        """The one that is told of: its name, and how large it is in the file and in the model."""
        return next(iter(self.tables or self.sizes), NO_SIZE)

    @property
    def heads(self) -> list[Size]:
        return [each for each in self.sizes if re.search(HEADS, each[0]) and each[1][:1] != each[2][:1]]

    @property
    def embeds(self) -> bool:
        return bool(re.search(r"(?i)embed|wte|tok|lm_head|pos", self.size[0])) and not self.heads

    def positions(self) -> Iterator[Hypothesis]:
        name, saved, built = self.size
        if self.tables and saved[-1] == built[-1] and saved[:-2] == built[:-2] and set(saved[:-2]) <= {1}:
            says = f"{name} has {saved[-2]} positions in the file and {built[-2]} in the model"
            advice = "build it for the same length or picture size, or interpolate the positions"
            yield self.of_grid(name, saved, built) or likely(says, "checkpoint", advice)

    def of_grid(self, name: str, saved: tuple[int, ...], built: tuple[int, ...]) -> Hypothesis | None:
        """A table of positions of pictures is a grid, with or without a class token."""
        old, new = saved[-2], built[-2]
        (extra, side), (as_many, wanted) = grid(old), grid(new)
        of_text = not extra and not re.search(PICTURES, self.case.raised.text)
        if len(saved) < 3 or not side or not wanted or as_many != extra or of_text:
            return None
        first = f"{extra} + " if extra else ""
        says = f"{name} is a grid of {side}×{side} patches in the file ({old} = {first}{side}·{side}) and of {wanted}×"
        says += f"{wanted} in the model ({new} = {first}{wanted}·{wanted}): pictures of another size, or patches"
        advice = "interpolate the grid before it is loaded, or build the model for the picture size of the file"
        state = self.handed(0, "state")
        if not re.fullmatch(r"[\w.]+", state):
            return likely(says, "checkpoint", advice)
        of_grid, table = f"[:, {extra}:]" if extra else "", f'{state}["{name}"]'
        lines = [f"grid = {table}{of_grid}.transpose(1, 2).unflatten(2, ({side}, {side}))"]
        lines.append(f'grid = torch.nn.functional.interpolate(grid, size=({wanted}, {wanted}), mode="bicubic")')
        patches = "grid.flatten(2).transpose(1, 2)"
        whole = f"torch.cat([{table}[:, :{extra}], {patches}], 1)" if extra else patches
        return likely(says, "checkpoint", advice, self.before("\n".join([*lines, f"{table} = {whole}"])))

    def reduction(self) -> Iterator[Hypothesis]:
        """A block makes so many times fewer channels of its own, in the file and in the model."""
        name, saved, built = next(iter(self.sizes), NO_SIZE)
        if not re.search(WITHIN, name) or len(saved) < 2 or saved[1:] != built[1:] or 0 in (saved[0], built[0]):
            return
        times = saved[1] // saved[0], saved[1] // built[0]
        if saved[1] % saved[0] == saved[1] % built[0] == 0 and min(times) > 1:
            name, saved, built = self.size
            says = f"{name.rpartition('.')[0]} makes {saved[0]} of {saved[1]} channels in the file, {built[0]} in the "
            says += f"model: a setting of the blocks differs, a reduction of {times[0]} and {times[1]} (or a width, a "
            advice = f"build the model with the file's, {times[0]}; it isn't a matter of classes"
            yield likely(f"{says}rank)", "model", advice)

    def head(self) -> Iterator[Hypothesis]:
        name, saved, built = self.size
        pixelwise = all(n == 1 for _, a, _ in self.sizes for n in a[2:])  # a head sees no neighbours
        alone = len({(a[:1], b[:1]) for _, a, b in self.sizes}) == 1 and all(a[1:] == b[1:] for _, a, b in self.sizes)
        whole = not (self.missing or self.unexpected or re.search(WITHIN, name))
        anchored = bool(self.sizes) and self.anchored()
        known = (self.heads or whole or anchored) and not self.embeds and len(self.sizes) <= 24
        if not (alone and pixelwise and known):
            return
        old, new = ((n[0] // 3 - 5) if anchored else n[0] for n in (saved, built))
        says = f"the head {name.rpartition('.')[0]} was trained for {old} classes, and the model is built for {new}"
        if anchored:
            says += f" ({saved[0]} = 3 · ({old} + 5), {built[0]} = 3 · ({new} + 5))"
        if self.in_use:
            made = self.made("Linear Conv2d", out_features=built[0])
            advice = f"build the model for the {old} classes that it was trained for (num_classes where it is made)"
            yield likely(says, "model", advice, self.remade(made, out_features=saved[0]))
        else:
            advice = f"build it for {old} classes to use them; for {new} new ones load all but the head"
            yield likely(says, "model", advice, None if self.missing else self.headless())

    def goes_in(self) -> Iterator[Hypothesis]:
        """Tokens or channels that a weight takes."""
        name, saved, built = self.size
        differ = [i for i, (a, b) in enumerate(zip(saved, built, strict=False)) if a != b]
        if len(saved) == 2 and saved[1:] == built[1:] and self.embeds:
            says = f"{name} has {saved[0]} tokens in the file and {built[0]} in the model"
            advice = "take the tokenizer and vocabulary that belong to the weights, or resize the embeddings then"
            yield likely(says, "checkpoint", advice)
        elif len(built) == len(saved) >= 4 and differ == [1] and "transpose" not in name:
            says = f"{name} reads {saved[1]} channels in the file and {built[1]} in the model"
            advice = f"build the model for {saved[1]} input channels, or adapt this one weight before loading"
            if min(saved[1], built[1]) > MOST_OF_DATA:
                says += ", from the layer before: another backbone or width than the file's"
                advice = "build the model with the backbone and settings of the file, or load weights made for this one"
            yield likely(says, "model", advice)

    def other_sizes(self) -> Iterator[Hypothesis]:
        if self.sizes:
            name, saved, built = self.size
            says = f"{name} is {list(saved)} in the file and {list(built)} in the model"
            says += f", and {counted(len(self.sizes) - 1, 'other shape')} differ" if self.sizes[1:] else ""
            says += f"; {self.missing[0]} is missing: another depth or kind of block" if self.missing else ""
            advice = "build the model with the arguments that it was saved with, or load weights of this one"
            kept = kept_arguments(self)
            advice = f"build it with what was saved beside the weights: {kept.code}" if kept else advice
            yield likely(says + building(self), "checkpoint", advice, kept)
            if heads := self.heads:
                yield possible("only the number of classes differs", "model", f"build it for {heads[0][1][0]} classes")

    of_sizes = (positions, reduction, head, goes_in, other_sizes)

    def logged(self) -> Iterator[Hypothesis]:
        if "source state_dict" in self.case.raised.text and self.unexpected:  # by OpenMMLab, which then goes on
            count = counted(len(self.unexpected), "key")
            says = f"no error: {count} of the file, {self.unexpected[0]} first, aren't used"
            advice = "nothing, where these are heads, norms and buffers of another task and no weight is missing"
            if self.missing:
                says += f", and {self.missing[0]} starts at random"
                advice = "nothing, where only new parts (neck, head) are missing; for a backbone, see the names' prefix"
            yield likely(says, "checkpoint", advice)

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
            says = f"the file has {count}, {name} first, that the model hasn't"
            advice = "build the model that was saved; strict=False if what is left over is surely not needed"
        yield likely(says, "checkpoint", advice)

    causes = (checkpoint, prefixed, copied, other_rnn, *of_sizes, logged, other_spelling, other_version, other_parts)

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
        return "" if self.needless() else super().warning()

    def anchored(self) -> bool:
        """Whether a detector's head differs, which makes classes + 5 values for each of 3 anchors."""
        name, saved, built = self.sizes[0]
        named = 255 in (saved[0], built[0]) or re.search(r"(?i)yolo|detect|anchor", f"{name} {self.model}")
        whole = saved[0] % 3 == built[0] % 3 == 0 and min(saved[0], built[0]) > 15
        return bool(named and whole and saved[1:] == built[1:])

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

    def headless(self) -> Fix:
        """The user's line without the weights whose sizes differ."""
        state = self.handed(0, "state")
        names = tuple(sorted({name.rpartition(".")[0] + "." for name, _, _ in self.sizes}))
        named = names if names[1:] else names[0]
        kept = f"{{key: value for key, value in {state}.items() if not key.startswith({named!r})}}"
        code = self.line.edited(state, kept) if self.line.code else f"model.load_state_dict({kept})"
        code = re.sub(r",\s*strict\s*=\s*\w+", "", code)
        return self.instead(code.replace(kept, f"{kept}, strict=False"))
