"""Views, reshapes and expansions that the elements don't fit."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from math import isqrt, prod

from convcli.explain.evidence.origin import MAKES
from convcli.explain.evidence.source import Made
from convcli.explain.families.left_open import LeftOpen
from convcli.explain.families.patches import OfPatches
from convcli.explain.families.sides import OfSides
from convcli.explain.rule import Hypothesis, Rule, certain, likely
from convcli.wording import counted as counted_as

FAMILY = "view"

FOLLOW = "let the batch follow: -1, or x.size(0), as the first size"


class ViewSize(LeftOpen):
    code = "view-size"
    signatures = (
        "shape '{shape:shape}' is invalid for input of size {elements}",
        "shape '{shape:shape}' is invalid for input with {elements} elements",
        "size '{shape:shape}' is invalid for input of with {elements} elements",
        "size '{shape:shape}' is invalid for input with {elements} elements",
        "cannot reshape tensor of {elements} elements into shape {shape:shape}",
    )
    says = "{elements} elements can't be seen as {shape}"
    layer_named = r"view|reshape"
    lookalike = "linear-size"
    rebuild = "x = torch.rand({elements})\nx = x.view({shape})"
    example = """
        images = torch.rand(17, 28, 28)  # the last batch is smaller
        # RuntimeError: shape '[32, 1, 28, 28]' is invalid for input of size 13328
        x = images.view(32, 1, 28, 28)
        assert x.shape == (17, 1, 28, 28)
    """
    not_that = "another product that fits {elements} runs, and puts values of different samples into one row"

    def why(self) -> str:
        known = prod(size for size in self.shape if size >= 0)
        if -1 in self.shape:
            return f"A view keeps every element: {self.elements} isn't a multiple of {known}."
        return f"A view keeps every element: {' · '.join(map(str, self.shape))} = {known}, not {self.elements}."

    def deciding(self) -> str:
        return f"print({self.x}.shape) before the line"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.shape and prod(self.shape) != self.elements:
            rest = self.left_open if -1 in self.shape else self.counted_out
            yield from self.applying((ViewSize.of_attention, *rest, LeftOpen.unknown))

    def of_attention(self) -> Iterator[Hypothesis]:
        if self.case.through(r"multi_head_attention|functional\.py.*attention"):
            says = "query, key and value have different batches, or batch and length are swapped (batch_first)"
            advice = "[length, batch, features], or [batch, length, features] with batch_first=True, for all three"
            yield likely(says, "call", advice)

    # Of a view whose sizes are all given.

    @property
    def samples(self) -> int:
        """The batch that would make the view right; 0 if another size does, or the first is the tensor's own."""
        batch = dict(self.fitting()).get(0, 0) if len(self.shape) > 1 else 0
        return 0 if self.of_batch() else batch

    def size_set_later(self) -> Iterator[Hypothesis]:
        """A line outside of the class sets an attribute of the sizes."""
        for name in re.findall(r"self\.(\w+)", " ".join(self.sizes())):
            if self.case.frame and (lines := self.case.elsewhere(rf"^\s*(?!self\b)\w+(?:\.\w+)*\.{name} = ")):
                set_later = f"{self.case.source.texts[self.case.frame.file][lines[0] - 1].strip()} (line {lines[0]})"
                says = f"{set_later} sets a size that this view counts with, and the layers were made with another"
                yield likely(says, "model", "hand it over where the network is made, and leave that line out")
                return

    def other_heads(self) -> Iterator[Hypothesis]:
        if axis := self.heads():
            heads, counted = dict(self.fitting())[axis], self.shape[axis]
            says = f"{heads} heads arrive where {counted} are counted: keys share heads here"
            yield likely(says, "model", "count num_key_value_heads for keys and values, or code that is made for them")
        elif len(self.shape) > 2 and all(uneven := self.uneven()):
            width, heads = uneven
            each = width // heads
            says = f"{width} features don't divide by {heads} heads: {width} // {heads} = {each}, {heads} · {each} = "
            divisors = [str(n) for n in range(2, 17) if width % n == 0]
            advice = f"a width that {heads} divides, {each * heads} or {(each + 1) * heads}, or "
            advice += f"{' or '.join(divisors[-2:]) or 1} heads"
            yield likely(f"{says}{each * heads}", "model", advice)

    def fewer_samples(self) -> Iterator[Hypothesis]:
        counted, samples = self.shape[0], self.samples
        if not 0 < samples < counted:
            return
        if counted % samples == 0 and self.case.through(r"(?i)attention|attn|xformers"):
            says = f"{samples} samples or tokens come where {counted} are counted: one side alone was repeated"
            yield likely(says, "call", "repeat keys and values as the queries (a prompt and none, beams, frames)")
        else:
            says = f"the view counts on {counted} samples, and there are {samples}: the last batch is smaller"
            yield likely(says, "call", FOLLOW, self.free_batch())

    def floored(self) -> Iterator[Hypothesis]:
        """Parts of an axis that are counted by a division, ``n // size, size``, which leaves some over."""
        for i, (count, size) in enumerate(pairwise(self.size_nodes())):
            parts = isinstance(count, ast.BinOp) and isinstance(count.op, ast.FloorDiv) and count
            if not parts or ast.unparse(parts.right) != ast.unparse(size) or min(self.shape) < 1:
                continue
            counted, each = self.shape[i : i + 2]
            axis, over = divmod(self.elements, prod(self.shape) // (counted * each))
            if not over and axis // each == counted and axis % each:
                part, whole = ast.unparse(size), ast.unparse(parts.left)
                says = f"{whole} is {axis} and {part} {each}: {axis} = {counted} · {each} + {axis % each}, and the "
                says += f"division drops the {axis % each}"
                advice = f"a length that is a multiple of {each}: pad to {(counted + 1) * each} before, what goes with "
                yield likely(says, "data", f"{advice}{self.x} as well, and cut the result back to {axis}")

    def other_layer(self) -> Iterator[Hypothesis]:
        """A linear layer before makes other features than a view of each sample takes, or other channels."""
        owner = getattr(getattr(self.viewed, "func", None), "value", None)
        steps = self.case.origin.steps(owner) if owner is not None and not self.generic else []
        made = next((step for step in steps if step.callee in MAKES), None)
        taken = prod(self.shape[1:])
        makes = made.value("out_features") if made and made.callee == "Linear" else None
        if made and makes not in (None, taken) and self.shape[0] * (makes or 0) == self.elements:
            says = f"Linear at {made.place} makes {makes} features a sample, and the view takes {taken}"
            sizes = self.sizes()[1:]
            wanted = " * ".join(sizes) if all(map(str.isdigit, sizes)) else taken
            yield likely(says, "model", f"out_features={wanted} there", self.remade(made, out_features=wanted))
        elif channels := self.of_anchors():
            _, anchors, scores, *_ = self.shape
            says = f"the layer before makes {channels} channels; {anchors} anchors of {scores - 5} classes + 5 take"
            advice = f"filters={anchors * scores} in the layer before each head, or the number of classes as it was"
            yield likely(f"{says} {anchors * scores}", "model", f"{advice}: anchors · (classes + 5)")

    def other_maps(self) -> Iterator[Hypothesis]:
        maps, rounded = self.maps()
        if all(sides := self.windowed()):
            side, window = sides
            says = f"the maps are {side}×{side}, and {side} isn't a multiple of the window or patch of {window}"
            advice = f"pad or resize the input so that its sides are multiples of {window} there, or a size that "
            yield likely(says, "data", f"{advice}divides {side}")
        elif rounded:
            says = f"{maps}: a side was rounded on its way down, and not up again"
            advice = (
                "pad or resize the input to a multiple of all that halves it (32 in most networks), or F.interpolate"
            )
            advice += " one map to the other's size; x.shape[-2:] here mends it only if no other map has the counted "
            yield likely(says, "data", f"{advice}sides")
        elif split := self.otherwise_split():
            advice = f"print {self.x}.shape, and count the channels{self.in_brackets(1)} and the sides"
            advice += (
                f"{self.in_brackets(2)} as the layers before make them; or pictures of the size that was counted on"
            )
            yield likely(f"{split}, not {self.shape[1]} of {self.shape[2]}×{self.shape[3]}", "model", advice)
        elif maps:
            advice = "resize the inputs to what the network counts on, or take the sizes from x.shape[-2:]"
            yield likely(f"{maps}: other inputs, strides or rounding", "data", advice)

    def other_features(self) -> Iterator[Hypothesis]:
        if len(self.shape) != 2:
            return
        shape, fitting, counted = self.shape, dict(self.fitting()), prod(self.shape)
        if shape[0] in (1, shape[1]) and self.elements % counted == 0:
            batch = self.elements // counted
            says = f"{self.elements} = {batch} · {counted}: the view is for one sample, and a batch of {batch} comes"
            yield likely(says, "call", f"keep the batch: x.view(-1, {', '.join(map(str, shape[shape[0] == 1 :]))})")
        elif not fitting:
            yield from self.miscounted()
        elif [axis for axis, _ in self.suspects()] == [1] and all(self.counted_maps(1)):
            yield self.of_maps(fitting[1])

    def of_maps(self, features: int) -> Hypothesis:
        """The features of a sample are known, and the line says what was counted of its maps."""
        channels, counted = self.counted_maps(1)
        side, ways = isqrt(features // channels), []
        if side * side * channels == features:
            ways = [f"{channels} maps of {side}×{side}, not {counted}×{counted}"]
        if features % counted**2 == 0:
            ways.append(f"{features // counted**2} channels of {counted}×{counted}, not {channels}")
        says = f"a sample has {features} features: {', or '.join(ways) or f'not {channels}·{counted}·{counted}'}"
        advice = f"{self.x}.flatten(1), and in_features={features} in the nn.Linear that takes them"
        made = self.case.source.layer("Linear", "", in_features=self.shape[1])
        return likely(says, "model", advice, self.flat(), self.remade(made, in_features=features))

    def one_other_size(self) -> Iterator[Hypothesis]:
        wrong = self.suspects()[:3]
        if any(axis for axis, _ in self.suspects()):
            times, rest = divmod(self.elements, prod(self.shape))
            many = f"{times} times as much arrives as is counted: " if times and not rest else ""
            were = [f"axis {i}{self.in_brackets(i)} were {size}, not {self.shape[i]}" for i, size in wrong]
            advice = "what makes the tensor has another size: channels, classes, anchors, steps, pixels, or the batch"
            if wrong[0][0] == 0:
                advice = f"print {self.x}.shape; a batch size that was set for other batches: {self.x}.size(0); "
                advice += "or another size"
            yield likely(f"{many}it would fit if {', or '.join(were)}", "model", f"{advice}; make both agree")
        elif self.samples:
            says = f"the view counts on {self.shape[0]} samples, and {self.elements} elements are {self.samples}"
            yield likely(says, "call", FOLLOW, self.free_batch())

    counted_out = (
        size_set_later,
        floored,
        other_heads,
        fewer_samples,
        other_layer,
        OfSides.other_pictures,
        OfPatches.tokens_beside_patches,
        other_maps,
        other_features,
        one_other_size,
    )


class ViewStride(Rule):
    code = "view-stride"
    signatures = (
        "view size is not compatible with input tensor's size and stride",
        "view(): argument 'size' is not compatible with contiguous",
    )
    says = "x.view needs its elements side by side in memory, and they aren't any more"
    lookalike = "view-size"
    example = """
        x = torch.arange(6).reshape(2, 3).permute(1, 0)
        # RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension
        # spans across two contiguous subspaces). Use .reshape(...) instead.
        x = x.view(-1)
        assert x.tolist() == [0, 3, 1, 4, 2, 5]
    """
    usual = (
        certain(
            "permute, transpose, .T or a slice before it only changed how the memory is read",
            "call",
            "x.reshape(…) copies where it has to; x.contiguous().view(…) is the same",
        ),
    )

    def hypotheses(self) -> Iterator[Hypothesis]:
        (usual,) = super().hypotheses()
        yield certain(usual.says, usual.change, usual.advice, self.replaced(".view(", ".reshape("))


class ViewUnknown(Rule):
    code = "view-unknown"
    signatures = ("only one dimension can be inferred",)
    says = "two sizes are -1, and only one can follow from the others"
    lookalike = "view-size"
    example = """
        x = torch.rand(4, 8, 2, 2)
        # RuntimeError: only one dimension can be inferred
        x = x.view(-1, -1)
        assert x.shape == (4, 32)
    """
    usual = (
        likely("the batch was left open as well as the features", "call", "x.flatten(1), or x.view(x.size(0), -1)"),
    )


class SplitSize(Rule):
    code = "split-size"
    signatures = (
        "split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension {axis}), "
        "but got split_sizes={sizes:shape}",
        "unflatten: Provided sizes {sizes:shape} don't multiply up to the size of dim {axis} ({size})",
        "maximum size for tensor at dimension {axis} is {size} but size is {wanted}",
        "start ({start}) + length ({length}) exceeds dimension size ({size})",
        "Halving dimension must be even, but dimension {axis} is size {size}",
    )
    says = "the parts don't make up the {size} that the axis has"
    lookalike = "view-size"
    example = """
        x = torch.rand(4, 10)
        # RuntimeError: split_with_sizes expects split_sizes to sum exactly to 10 (input tensor's size at dimension
        # 1), but got split_sizes=[3, 3]
        a, b = torch.split(x, [3, 3], dim=1)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        size, sizes, change = self.size, self.facts.get("sizes", ()), "call"
        counted = sum(sizes) or self.facts.get("start", 0) + self.facts.get("length", 0)
        says = f"the axis has {counted_as(size, 'element')}, and the parts were counted for {counted or 'another size'}"
        advice = "count the parts from the tensor's own size, x.size(dim), or mend the layer before"
        if size == 1 < counted:
            says = f"an axis of 1 stands where {counted} are to be split: one was added in front (None, unsqueeze)"
            advice = "x.squeeze(0) before the line, or leave out what adds the axis; or dim=1"
        elif sizes and (layer := self.made_by()):
            says = f"{layer.callee} at {layer.place} makes {size}, {' + '.join(map(str, sizes))} = {counted} are parted"
            counts = " + ".join(re.findall(r"\[([^\[\]]+)\]", self.line.code)).replace(", ", " + ")
            advice, change = f"{MAKES[layer.callee]}={counted} ({counts}) there, if the parts are meant so", "model"
        elif len(set(sizes)) == 1 and 0 < size - counted < len(sizes):
            says = f"{size} can't be split into {len(sizes)} equal parts: {sizes[0]} each leave some out"
            advice = f"a size that {len(sizes)} divides, such as {len(sizes) * sizes[0]}; torch.tensor_split takes any"
        elif size and counted > size and counted % size == 0:
            says = (
                f"{counted} = {counted // size} · {size}: the parts are for {counted // size} times as much as arrives"
            )
            advice = (
                "see whether all of it was joined before (views, crops, samples), or count the parts from x.size(dim)"
            )
        yield likely(says, change, advice)

    def made_by(self) -> Made | None:
        """The layer that made what is split, if the user's file says it."""
        call = self.line.call(r"(?:^|\.)split$") if self.case.direct else None
        if not call or not isinstance(call.func, ast.Attribute) or self.generic:
            return None
        of_torch = ast.unparse(call.func.value) == "torch"
        came = self.case.origin.told(self.case.origin.steps(call.args[0] if of_torch else call.func.value))
        return came.layer if came.makes == self.size and not (came.flat or came.turned) else None
