"""Weights of a checkpoint whose sizes aren't those of the model: told by which of them differ, and how."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.families.loaded import at_odds, building, kept_arguments, kept_keys
from convcli.explain.families.state_arguments import differing
from convcli.explain.families.state_keys import grid
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible, redefined
from convcli.wording import counted

FAMILY = "state_dict"

FIRST_LAYERS = r"(?:conv1|features\.0|embed\w*|patch_embed|stem\w*)\b"
MOST_OF_DATA = 16  # channels of pictures; features have more
HEADS = (
    r"(?i)^(?:module\.|model\.)*(?:\d+\.)?(?:[a-z_]\w*\.)*?(?:fc|head|class\w*|cls\w*|last_linear|out\w*|logits?|bbox\w*|score\w*"
    r"|AuxLogits)(?:\.|$)|roi_heads"
)

PICTURES = r"(?i)vit|vision|patch|image|mae|swin|deit|siglip"
WITHIN = r"\.\d+\.[a-z_]\w*\."  # a numbered block
ROWS = r"(?i)embed|wte|tok|word|vocab|char"
KINDS = {
    1: "a norm",
    2: "a matrix, as of nn.Linear,",
    3: "a convolution (1d)",
    4: "a convolution (2d)",
    5: "a convolution (3d)",
}

Size = tuple[str, tuple[int, ...], tuple[int, ...]]  # a name, and its shape in the file and in the model
NO_SIZE: Size = ("", (), ())


class OfSizes(Rule):
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

    def told_by_files(self) -> Iterator[Hypothesis]:
        """The command or a log names settings and weights of other data, or of another network."""
        trains = not self.case.in_use
        if self.sizes and (odd := at_odds(self.case.raised.files, trains)):
            (settings, wanted, weights, saved), (name, old, new) = odd, self.size
            says = f"{name} is {list(old)} in the file and {list(new)} in the model: the settings are of {wanted} "
            advice = f"load weights of {wanted}, or take the settings of {saved}; what is left out would be untrained"
            yield likely(f"{says}({settings}), and the weights of {saved} ({weights})", "checkpoint", advice)

    def other_settings(self) -> Iterator[Hypothesis]:
        """Tables for tokens, positions and the like that differ each in another way."""
        tables = [each for each in self.sizes if re.search(f"{ROWS}|pos", each[0]) and each[1][1:] == each[2][1:]]
        pairs = {(saved[0], built[0]): name for name, saved, built in tables if len(saved) == len(built) == 2}
        if len(pairs) > 1:
            told = ", ".join(f"{name} {old} and {new}" for (old, new), name in list(pairs.items())[:3])
            says = f"in the file and in the model the tables have other rows, each by itself: {told}"
            advice = "build the model with the file's settings, not with a class's defaults: from_pretrained without "
            yield likely(says, "model", f"{advice}config=, or config = AutoConfig.from_pretrained(name)")

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

    def other_block(self) -> Iterator[Hypothesis]:
        """A residual block begins with 1×1 where it is a bottleneck, and with 3×3 where it is a basic one."""
        for name, saved, built in self.sizes:
            if re.search(r"\.\d+\.conv1\.weight$", name) and {saved[2:], built[2:]} == {(1, 1), (3, 3)}:
                deep, plain = ("file", "model") if saved[2] == 1 else ("model", "file")
                says = f"{name} is {list(saved)} in the file and {list(built)} in the model: blocks of the {deep} are "
                says += f"bottlenecks, with 1×1 first (ResNet-50), and of the {plain} basic ones, with 3×3 (ResNet-34)"
                advice = (
                    "build the model with the blocks and the depth of the file; hardly a weight would fit otherwise"
                )
                yield likely(says, "model", advice)
                return

    def other_layer(self) -> Iterator[Hypothesis]:
        """A weight with another number of axes is of another kind of layer."""
        for name, saved, built in self.sizes:
            kinds = [KINDS.get(len(shape), "") for shape in (saved, built)]
            if name.endswith(".weight") and all(kinds) and len(saved) != len(built):
                layer = name.removesuffix(".weight")
                says = f"{layer} is {kinds[0]} in the file ({list(saved)}) and {kinds[1]} in the model ({list(built)})"
                if layer[-1].isdigit():
                    says += ": a layer was put in, taken out or exchanged, there or before it"
                advice = "build the model with the layers, and in their order, that were saved"
                yield likely(says, "model", advice)
                return

    def argument(self) -> Iterator[Hypothesis]:
        """The user's file shows the one argument that all of it follows from."""
        (name, saved, built), found = self.size, None if self.missing or self.unexpected else differing(self)
        tokens = self.embeds and saved[1:] == built[1:]
        if found is None or tokens or any(self.head()):
            return
        made, argument, old, new = found
        says = f"{name} is {list(saved)} in the file and {list(built)} in the model, and all that differs follows from "
        says += f"{argument}: {new} in {made.callee} at {made.place}, and {old} when the weights were saved"
        advice = f"{argument}={old} there to use these weights; with {new} it is another network, which learns anew"
        fix = redefined(made, "", **{argument: old})
        plain = isinstance(made.node(argument), ast.Constant | None)
        yield likely(says, "model", advice, fix if plain else None)

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
        anchored = bool(self.sizes) and self.anchored()
        known = (self.heads or self.at_the_end or anchored) and not self.embeds and len(self.sizes) <= 24
        if not (self.in_what_it_makes and known):
            return
        old, new = ((n[0] // 3 - 5) if anchored else n[0] for n in (saved, built))
        says = f"the head {name.rpartition('.')[0]} was trained for {old} classes, and the model is built for {new}"
        if anchored:
            says += f" ({saved[0]} = 3 · ({old} + 5), {built[0]} = 3 · ({new} + 5))"
        if self.case.in_use:
            made = self.made("Linear Conv2d", out_features=built[0])
            advice = (
                f"build the model for the {old} classes that it was trained for (num_classes where it is made), or "
            )
            advice += f"load weights that were trained for the {new}"
            yield likely(says, "model", advice, self.remade(made, out_features=saved[0]))
        else:
            advice = (
                f"to train it for the {new} load all but the head, which is untrained then; to predict load weights "
            )
            advice += f"that were trained for the {new}, or build it for the {old}"
            yield likely(says, "model", advice, None if self.missing else self.headless())

    @property
    def in_what_it_makes(self) -> bool:
        """Whether layers differ by one number alone, how much they make; boxes are four numbers for each class."""
        pairs = {(a[0], b[0]) for _, a, b in self.sizes if a and b}
        boxes = {(4 * (old - left), 4 * (new - left)) for old, new in [min(pairs, default=(0, 0))] for left in (0, 1)}
        alone = len(pairs - boxes) == 1 and all(a and b for _, a, b in self.sizes)
        return alone and all(a[1:] == b[1:] for _, a, b in self.sizes)

    @property
    def at_the_end(self) -> bool:
        """Whether layers that differ in what they make have to be the last, whatever they are called."""
        if self.missing or self.unexpected or re.search(WITHIN, self.size[0]):
            return False
        pixelwise = all(n == 1 for _, a, _ in self.sizes for n in a[2:])
        layers = [name.removesuffix(".weight") for name, a, _ in self.sizes if len(a) > 1]
        biased = sorted(name.removesuffix(".bias") for name, a, _ in self.sizes if len(a) == 1)
        return pixelwise or (sorted(layers) == biased and not re.search(FIRST_LAYERS, layers[0]))

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

    def vocabulary(self) -> Iterator[Hypothesis]:
        """One number alone differs, and it is that of the rows of an embedding."""
        pairs = {pair for _, a, b in self.sizes for pair in zip(a, b, strict=False) if pair[0] != pair[1]}
        rows = [name for name, a, b in self.sizes if re.search(ROWS, name) and len(a) == len(b) == 2 and a[0] != b[0]]
        if len(pairs) == 1 and rows:
            ((old, new),) = pairs
            says = (
                f"all that differs is one number, {old} in the file and {new} in the model: the size of a vocabulary "
            )
            advice = (
                f"to use what was learned build it for {old}, with the file's vocabulary; to train it for {new} load "
            )
            advice += f"all but these {len(self.sizes)} weights, which are untrained then"
            fix = None if self.missing or self.case.in_use else self.headless()
            yield likely(f"{says}(tokens, characters), as {rows[0]} has a row for each", "model", advice, fix)

    def other_sizes(self) -> Iterator[Hypothesis]:
        if self.sizes:
            name, saved, built = self.size
            says = f"{name} is {list(saved)} in the file and {list(built)} in the model"
            says += f", and {counted(len(self.sizes) - 1, 'other shape')} differ" if self.sizes[1:] else ""
            says += f"; {self.missing[0]} is missing: another depth or kind of block" if self.missing else ""
            advice = "build the model with the arguments that it was saved with, or load weights of this one"
            kept = kept_arguments(self)
            for key in [] if kept else sorted(set().union(*map(kept_keys, self.case.source.texts.values())))[:1]:
                advice = f"build it with what was saved beside the weights, [{key!r}] of what torch.load gives"
            advice = f"build it with what was saved beside the weights: {kept.code}" if kept else advice
            yield likely(says + building(self), "checkpoint", advice, kept)
            heads = self.heads
            if heads and heads[0][1][1:] == heads[0][2][1:]:
                yield possible("only the number of classes differs", "model", f"build it for {heads[0][1][0]} classes")

    of_sizes = (
        told_by_files,
        other_settings,
        positions,
        other_block,
        other_layer,
        argument,
        reduction,
        head,
        goes_in,
        vocabulary,
        other_sizes,
    )

    def anchored(self) -> bool:
        """Whether a detector's head differs, which makes classes + 5 values for each of 3 anchors."""
        name, saved, built = self.sizes[0]
        named = 255 in (saved[0], built[0]) or re.search(r"(?i)yolo|detect|anchor", f"{name} {self.model}")
        whole = saved[0] % 3 == built[0] % 3 == 0 and min(saved[0], built[0]) > 15
        return bool(named and whole and saved[1:] == built[1:])

    def headless(self) -> Fix:
        """The user's line without the weights whose sizes differ."""
        state = self.handed(0, "state")
        names = tuple(sorted({name.rpartition(".")[0] + "." for name, _, _ in self.sizes}))
        named = names if names[1:] else names[0]
        kept = f"{{key: value for key, value in {state}.items() if not key.startswith({named!r})}}"
        code = self.line.edited(state, kept) if self.line.code else f"model.load_state_dict({kept})"
        code = re.sub(r",\s*strict\s*=\s*\w+", "", code)
        return self.instead(code.replace(kept, f"{kept}, strict=False"))
