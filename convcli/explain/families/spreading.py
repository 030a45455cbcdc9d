"""Tensors that are spread over others, written into them, or choose from them, and haven't the sizes for it."""

import ast
import re
from collections.abc import Iterator
from math import prod

from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.source import Made
from convcli.explain.families.sequences import is_longest
from convcli.explain.families.spread import OfSpread
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "view"


class ExpandSize(OfSpread):
    code = "expand-size"
    signatures = (
        "The expanded size of the tensor ({wanted}) must match the existing size ({size}) at non-singleton "
        "dimension {axis}. Target sizes: {target:shape}{}Tensor sizes: {sizes:shape}",
        "The expanded size of the tensor ({wanted}) must match the existing size ({size}) at non-singleton "
        "dimension {axis}",
        "{kind:word}{{sizes:shape}}, size={target:shape}): the number of sizes provided ({wanted}) must be greater",
        "the number of sizes provided ({wanted}) must be greater or equal to the number of dimensions in the "
        "tensor ({size})",
        "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor",
    )
    says = "only an axis of size 1 can be expanded"
    lookalike = "addition-size"
    example = """
        table = torch.zeros(3, 4)
        row = torch.ones(5)
        # RuntimeError: The expanded size of the tensor (4) must match the existing size (5) at non-singleton
        # dimension 0.  Target sizes: [4].  Tensor sizes: [5]
        table[0] = row
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        wanted, size = self.facts.get("wanted"), self.facts.get("size")
        most, tokens = sorted((wanted or 0, size or 0))
        longest = is_longest(most) and self.facts.get("axis") == 1
        if of_state := self.of_state():
            yield of_state
        elif longest and (self.case.through(r"bert|transformers|embed") or len(self.sizes) == len(self.target) == 2):
            says = f"the text has {tokens} tokens and the model takes at most {most}"
            yield likely(says, "data", f"truncate when tokenising: tokenizer(…, truncation=True, max_length={most})")
        elif added := re.match(r"([\w.]+) [-+*/]= ([\w.]+)$", self.line.code):
            says = f"{added[1]} has {wanted} and {added[2]} {size} on axis {self.facts.get('axis')}"
            if abs((wanted or 0) - (size or 0)) <= 2:
                says += ": one path lost cells at its border, or rounded, and the other didn't"
            advice = "one stride on both paths, and padding = dilation · (kernel − 1) // 2 in the convolutions"
            yield likely(says, "model", advice)
        elif self.case.through(r"linear|addmm"):
            says = f"the bias has {size} numbers and the layer {wanted} outputs"
            yield likely(says, "model", "a bias has out_features numbers")
        elif self.target and self.sizes:
            yield from self.applying(self.between)
        elif {wanted, size} == {1, 3}:
            says = "3 channels of colour on one side, 1 on the other: grey pictures, or Normalize with 3 values"
            yield likely(says, "data", 'convert("RGB") where they are loaded, or Normalize((0.5,), (0.5,)) for grey')
        elif self.facts.get("axis") == 1 and size % 64 == wanted % 64 == 0 < min(size, wanted):
            says = f"{wanted} channels or features are on axis 1 of one side, {size} on that of the other"
            yield likely(says, "model", "make both layers for the same number, or bring one to it (a 1×1 convolution)")
        elif size and wanted and size % wanted == 0 < wanted < size:
            says = f"{size} = {size // wanted} · {wanted}: more is flattened into this axis than the {wanted} counted"
            yield likely(says, "call", "a view before merged batch, length or classes: print the shape, name each size")
        elif size and wanted and min(size, wanted) > 16:
            says = f"room was made for {wanted} and {size} come: pictures or texts of different sizes, or axes swapped"
            yield likely(says, "data", "one size for all (height before width), or room made for the input at hand")
        elif re.search("repeat dims|must be greater", self.case.raised.text):
            says = "the tensor has more axes than sizes are given: an unsqueeze, a state's layers or a batch is in it"
            advice = f"print({named}.shape) before it" if (named := self.spread) else "print its shape before it"
            yield likely(
                says, "call", f"{advice}; take the axis out that isn't meant (h[-1] of a state), or give a size"
            )
        else:
            says = f"{size or 'what is there'} can't be spread over {wanted or 'fewer axes'}: axes match from the last"
            advice = "unsqueeze the axis that is to be repeated, so that it has size 1, or mend a size"
            yield likely(says, "call", advice)

    def of_state(self) -> Hypothesis | None:
        """A recurrent layer's state, [layers, batch, hidden], that is repeated as if it were [batch, hidden]."""
        if not self.spread or not re.search("repeat dims|must be greater", self.case.raised.text):
            return None
        steps = self.calls_behind(self.spread)
        if not steps or steps[0].callee not in ("GRU", "LSTM", "RNN"):
            return None
        layer = steps[0]
        says = (
            f"{self.spread} is the state of {layer.name}, [layers·directions, batch, hidden], an axis more than counted"
        )
        return likely(says, "model", "h[-1], the last layer's: [batch, hidden]", self.last_layer(layer))

    @property
    def spread(self) -> str:
        """The name of what is expanded or repeated."""
        call = self.line.text(self.line.call(r"\.(?:repeat|expand)$"))
        named = re.match(r"[\w.]+?(?=\.(?:unsqueeze|repeat|expand)\()", call)
        return named[0] if named else ""

    def last_layer(self, layer: Made) -> Fix | None:
        """The line that gets the state of a recurrent layer, with one below it that keeps the last layer's."""
        for (file, name), made in self.case.source.names.assignments.items():
            for statement, value in made:
                calls = isinstance(value, ast.Call) and ast.unparse(value.func) == layer.name
                target = getattr(statement, "targets", [None])[0]
                parts = target.elts if isinstance(target, ast.Tuple) else []
                if (
                    calls
                    and file == layer.file
                    and len(parts) == 2
                    and ast.unparse(parts[1]) == name
                    and name.isidentifier()
                ):
                    code = self.case.source.texts[file][statement.lineno - 1].strip()
                    return Fix(f"{code}\n{name} = {name}[-1]", "instead", file, statement.lineno)
        return None


class ValueSize(OfSpread):
    code = "value-size"
    signatures = (
        "shape mismatch: value tensor of shape {sizes:shape} cannot be broadcast to indexing result of shape "
        "{target:shape}",
    )
    says = "{sizes} is written where {target} was chosen"
    lookalike = "addition-size"
    example = """
        table, rows = torch.zeros(4, 3), torch.tensor([0, 2])
        values = torch.ones(3, 2)
        # RuntimeError: shape mismatch: value tensor of shape [3, 2] cannot be broadcast to indexing result of shape
        # [2, 3]
        table[rows] = values
        assert table.sum() == 6
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        (found,), rows, come = self.applying(self.between), self.target[:1], self.sizes[:1]
        if self.sizes[1:] == self.target[1:] != () and come > rows > (1,):
            says = f"{rows[0]} rows are chosen and {come[0]} come: mask or index and values count different things"
            found = likely(
                says, "call", "choose from the values alike, values[mask], or count mask.sum() where it is made"
            )
        value = self.line.code.rpartition("= ")[2]
        if len(self.sizes) == 2 and self.sizes[::-1] == self.target and value.isidentifier():
            found = likely(found.says, found.change, found.advice, self.changed(value, "{}.T"))
        yield found


class MaskSize(Rule):
    code = "mask-size"
    signatures = tuple(
        f"The {what} {{mask:shape}} at index {{at}} does not match the shape of the indexed tensor {{tensor:shape}}"
        f"{end}"
        for what in ("shape of the mask", "mask")
        for end in (" at index {axis}", "")
    )
    says = "a mask {mask} can't choose from {tensor}"
    lookalike = "addition-size"
    example = """
        x = torch.rand(3, 4)
        keep = torch.rand(3, 5) > 0.5
        # IndexError: The shape of the mask [3, 5] at index 1 does not match the shape of the indexed tensor [3, 4]
        # at index 1
        kept = x[keep]
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        mask, tensor = self.mask, self.tensor
        axis = self.facts.get("axis", self.at)
        chosen, there = mask[self.at], tensor[axis]
        differ = f"mask {list(mask)} and tensor {list(tensor)} differ on axis {axis}: {chosen} and {there}"
        if 0 in tensor:
            yield likely(f"{list(tensor)} is empty: nothing to choose from", "data", "see where the 0 comes from")
        elif len(mask) == 1 and chosen == prod(tensor):
            says = f"{chosen} = {' · '.join(map(str, tensor))}: the mask is flattened, and what it chooses from isn't"
            yield likely(says, "call", "mask.view_as(x), or x.view(-1) as well")
        elif chosen == 1:
            says = f"{differ}; a mask isn't repeated along an axis of 1, as other tensors are"
            yield likely(says, "call", f"make it for the {there} there are: mask.expand({there}, …), or index by :")
        elif shifted := self.of_shifted(chosen, there):
            yield shifted
        elif abs(chosen - there) == 1 and (len(mask) > 1 or len(tensor) == 1):
            says = f"{differ}; one side counts an element (a start token, the background) that the other lacks"
            yield likely(says, "call", "make both of one length where they are made")
        elif len(mask) == 1 and min(chosen, there) > 10_000:
            says = f"{differ} points or pixels: of pictures of different resolutions, or of another state of the scene"
            yield likely(says, "data", "make the mask from what it is for, at its resolution and after it last changed")
        elif len(mask) == 1 and self.at == 0 and chosen < there < 4 * chosen:
            says = f"{differ}; the batch, a smaller last one perhaps, has {chosen}, and what it chooses from was made "
            says += f"for {there}"
            yield likely(says, "data", f"x[:{chosen}] of it, by the batch at hand; or DataLoader(…, drop_last=True)")
        elif len(mask) == 1 and self.at == 0 and max(chosen, there) < 4 * min(chosen, there):
            yield likely(f"{differ}; the last batch is smaller", "data", "make the mask from the batch at hand")
        elif mask[-2:-1] == mask[-1:] and len(tensor) >= 4:
            says = f"{differ}; the mask is square, and the maps aren't"
            yield likely(says, "data", "resize the mask (nearest) to x.shape[-2:], or the picture to a square")
        else:
            says = f"{differ}; it was made for another length or size"
            advice = "make the mask from the tensor that it is for, after all that changes its length"
            yield likely(says, "call", advice)

    def of_shifted(self, chosen: int, there: int) -> Hypothesis | None:
        """Logits without their last step, or labels without their first, chosen from by a mask of all steps."""
        parts = re.findall(r"(\w+)\[(\w+)\]", self.line.code)
        masks = {mask for _, mask in parts}
        made = {x: next(iter(self.case.behind(x).values()), "") for x, _ in parts}
        cuts = {x: re.search(rf"^{x} = .*\[(?:\.\.\.|:), (1:|:-1)(?:, :)?\]", line) for x, line in made.items()}
        starts = {x: cut[1] for x, cut in cuts.items() if cut}
        if chosen != there + 1 or len(masks) != 1 or len(starts) < len(cuts) or "1:" not in starts.values():
            return None
        mask = masks.pop()
        says = ", ".join(f"{x} is cut by [:, {start}]" for x, start in starts.items())
        says += f", to {there} steps, and {mask} has all {chosen}: it says which labels count, so it moves with them"
        advice = f"{mask}[:, 1:]; not [:, :-1], which runs as well and takes the loss one step off"
        fix = self.instead(self.line.code.replace(f"[{mask}]", f"[{mask}[:, 1:]]"))
        return likely(says, "call", advice, fix)


class GatherRank(Rule):
    code = "gather-rank"
    signatures = (
        "Index tensor must have the same number of dimensions as {what:word} tensor",
        "Index tensor must have same dimensions as {what:word} tensor",
        "Expected index {index:shape} to be no larger than self {shape:shape} apart from dimension {axis}",
        "Size does not match at dimension {at} expected index {index:shape} to be no larger than self {shape:shape} "
        "apart from dimension {axis}",
        "Size does not match at dimension {at} expected index {index:shape} to be smaller than self {shape:shape} "
        "apart from dimension {axis}",
    )
    says = "gather and scatter take one index for each place: as many axes as the tensor has"
    layer_named = r"gather|scatter"
    lookalike = "gather-range"
    example = """
        values = torch.rand(4, 3)
        actions = torch.tensor([0, 2, 1, 1])
        # RuntimeError: Index tensor must have the same number of dimensions as input tensor
        chosen = values.gather(1, actions)
        assert chosen.shape == (4,)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        call = self.line.call(self.layer_named)
        place = 1 if call and not re.match(r"torch\.\w+$", self.line.text(call.func)) else 2
        handed, whole = self.line.argument(call, place, "index"), self.line.text(call)
        index, dim = self.line.text(handed) or "index", self.line.text(self.line.argument(call, place - 1, "dim"))
        value = self.line.text(self.line.argument(call, place + 1, "value"))
        if "index" in self.facts:
            says = f"the index {list(self.index)} is larger than the tensor {list(self.shape)} on another axis"
            advice = f"only axis {self.axis} may differ: rows of one batch in both, none filtered or repeated alone"
            yield likely(says, "data", advice)
        elif "src" in self.what or ("scatter" in whole and not re.fullmatch(r"[\d.]+", value)):
            says = "index, source and result of a scatter have other numbers of axes"
            yield likely(says, "call", "index.unsqueeze(-1).expand_as(src): as many axes, and as long")
        else:
            axis = dim if re.fullmatch(r"-?\d", dim) else "1"
            says = f"{index} has an axis less (or more): one of actions or labels for each row of values"
            squeezed = "" if "scatter" in whole or f"{whole}.squeeze" in self.line.code else f".squeeze({axis})"
            chosen = Line(whole).edited(index, f"{index}.unsqueeze({axis})") + squeezed
            fix = self.replaced(whole, chosen) if handed and dim == axis else None
            advice = f"{index}.unsqueeze({axis})" + (f", and squeeze({axis}) of what is gathered" if squeezed else "")
            yield likely(says, "call", advice, fix)
