"""Views, reshapes and expansions that the elements don't fit."""

import ast
import re
from collections.abc import Iterator
from math import isqrt, prod

from convcli.explain.evidence.origin import MAKES
from convcli.explain.evidence.source import Made
from convcli.explain.families.viewed import OfView, cut
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted as counted_as

FAMILY = "view"

CHOSEN = r"\[[^\[\]]+\](?:\.contiguous\(\))?\.(?:view|reshape)\("  # by a mask or index, and reshaped then


class ViewSize(OfView):
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
        if not self.shape or prod(self.shape) == self.elements:
            return
        if self.case.through(r"multi_head_attention|functional\.py.*attention"):
            says = "query, key and value have different batches, or batch and length are swapped (batch_first)"
            advice = "[length, batch, features], or [batch, length, features] with batch_first=True, for all three"
            yield likely(says, "call", advice)
        else:
            yield from self.left_open() if -1 in self.shape else self.counted_out()

    def counted_out(self) -> Iterator[Hypothesis]:
        """A view whose sizes are all given."""
        shape, elements, fitting, (maps, rounded) = self.shape, self.elements, self.fitting(), self.maps()
        follow = "let the batch follow: -1, or x.size(0), as the first size"
        samples = 0 if self.of_batch() else next((size for axis, size in fitting if axis == 0 and len(shape) > 1), 0)
        if set_later := self.set_later():
            says = f"{set_later} sets a size that this view counts with, and the layers were made with another"
            yield likely(says, "model", "hand it over where the network is made, and leave that line out")
        elif heads := self.heads():
            says = f"{dict(fitting)[heads]} heads arrive where {shape[heads]} are counted: keys share heads here"
            yield likely(says, "model", "count num_key_value_heads for keys and values, or code that is made for them")
        elif len(shape) > 2 and all(uneven := self.uneven()):
            width, heads = uneven
            each = width // heads
            says = f"{width} features don't divide by {heads} heads: {width} // {heads} = {each}, {heads} · {each} = "
            divisors = [str(n) for n in range(2, 17) if width % n == 0]
            advice = f"a width that {heads} divides, {each * heads} or {(each + 1) * heads}, or "
            advice += f"{' or '.join(divisors[-2:]) or 1} heads"
            yield likely(f"{says}{each * heads}", "model", advice)
        elif 0 < samples < shape[0] and shape[0] % samples == 0 and self.case.through(r"(?i)attention|attn|xformers"):
            says = f"{samples} samples or tokens come where {shape[0]} are counted: one side alone was repeated"
            yield likely(says, "call", "repeat keys and values as the queries (a prompt and none, beams, frames)")
        elif 0 < samples < shape[0]:
            says = f"the view counts on {shape[0]} samples, and there are {samples}: the last batch is smaller"
            yield likely(says, "call", follow, self.free_batch())
        elif of_linear := self.of_linear():
            yield of_linear
        elif made := self.of_anchors():
            _, anchors, scores, *_ = shape
            says = f"the layer before makes {made} channels; {anchors} anchors of {scores - 5} classes + 5 take"
            advice = f"filters={anchors * scores} in the layer before each head, or the number of classes as it was"
            yield likely(f"{says} {anchors * scores}", "model", f"{advice}: anchors · (classes + 5)")
        elif all(sides := self.windowed()):
            side, window = sides
            says = f"the maps are {side}×{side}, and {side} isn't a multiple of the window or patch of {window}"
            advice = (
                f"pad or resize the input so that its sides are multiples of {window} there, or a size that divides"
            )
            yield likely(says, "data", f"{advice} {side}")
        elif maps:
            advice = "resize the inputs to what the network counts on, or take the sizes from x.shape[-2:]"
            other = (f"{maps}: other inputs, strides or rounding", "data", advice)
            yield likely(*(self.rounded(maps) if rounded else other))
        elif len(shape) == 2 and shape[0] in (1, shape[1]) and elements % prod(shape) == 0:
            batch = elements // prod(shape)
            says = f"{elements} = {batch} · {prod(shape)}: the view is for one sample, and a batch of {batch} comes"
            yield likely(says, "call", f"keep the batch: x.view(-1, {', '.join(map(str, shape[shape[0] == 1 :]))})")
        elif len(shape) == 2 and not fitting:
            yield from self.miscounted(shape[1])
        elif len(shape) == 2 and [axis for axis, _ in self.suspects()] == [1] and all(self.counted_maps(1)):
            yield self.of_maps(dict(fitting)[1])
        elif any(axis for axis, _ in self.suspects()):
            times = elements // prod(shape) if elements % prod(shape) == 0 else 0
            yield self.of_suspects(f"{times} times as much arrives as is counted: " if times else "")
        elif samples:
            says = f"the view counts on {shape[0]} samples, and {elements} elements are {samples}"
            yield likely(says, "call", follow, self.free_batch())
        else:
            yield from self.unknown()

    def rounded(self, maps: str) -> tuple[str, str, str]:
        advice = (
            "pad or resize the input to a multiple of all that halves it (32 in most networks), or F.interpolate one"
        )
        advice += " map to the other's size; x.shape[-2:] here mends it only if no other map has the counted sides"
        return f"{maps}: a side was rounded on its way down, and not up again", "data", advice

    def of_suspects(self, many: str) -> Hypothesis:
        """One size alone is wrong."""
        wrong = self.suspects()[:3]
        axes = ", or ".join(
            f"axis {axis}{self.in_brackets(axis)} were {size}, not {self.shape[axis]}" for axis, size in wrong
        )
        advice = "what makes the tensor has another size: channels, classes, anchors, steps, pixels, or the batch"
        if wrong[0][0] == 0:
            advice = (
                f"print {self.x}.shape; a batch size that was set for other batches: {self.x}.size(0); or another size"
            )
        return likely(f"{many}it would fit if {axes}", "model", f"{advice}; make both agree")

    def left_open(self) -> Iterator[Hypothesis]:
        """A view with a size that follows from the others."""
        shape, elements, known = self.shape, self.elements, prod(size for size in self.shape if size >= 0)
        if len(shape) == 2 and shape[0] == -1 and vocabulary(shape[1]):
            says = f"the last axis isn't {shape[1]} classes or words: tokens were added, or a head made for others"
            advice = "logits.view(-1, logits.size(-1)), and labels, config and tokenizer of that size"
            yield likely(says, "model", advice)
        elif len(shape) == 2 and shape[0] == -1 and self.line.has(r"(?i)(?:view|reshape)\(.*(?:len|steps|seq|time)"):
            says = f"{shape[1]} steps were counted, {elements} elements are no multiple: shorter sequences"
            advice = "take the length from the tensor, x.size(1), or pad every batch to the one length"
            yield likely(says, "call", advice)
        elif len(shape) == 2 and shape[0] == -1:
            yield from self.miscounted(shape[1])
        elif shape[1:] == (-1,) and shape[0] > 1 and self.line.has(CHOSEN):
            says = f"{self.x} has {elements} elements in all, not as many for each of {shape[0]} rows"
            yield likely(says, "data", "see why rows have other numbers of what is chosen; a view wants equally many")
        elif shape[1:] == (-1,) and "*" in (first := "".join(self.sizes()[:1])):
            says = (
                f"{first} = {shape[0]} rows were counted for full batches, and {elements} elements are of a smaller one"
            )
            kept = f"{self.x}.reshape(-1, {self.x}.size(-1))"
            rows = self.instead(cut(self.line, self.viewed, kept)) if self.viewed else None
            yield likely(says, "call", f"{kept} has as many rows as there are; drop_last=True leaves data out", rows)
        elif shape[1:] == (-1,) and shape[0] > 1:
            yield self.of_rows()
        elif self.smaller_batch():
            says = f"{elements // (known // shape[0])} rows aren't as many for each of {shape[0]} samples: the "
            yield likely(f"{says}batch is another", "call", f"{self.x}.size(0) for a batch that may be smaller")
        elif elements < known:
            says = f"{known} elements are counted at least, and there are {elements}: what makes them is too small"
            advice = f"the layer before has to make {known} for a sample, or the sizes here be smaller"
            yield likely(says, "model", advice)
        elif len(shape) > 3 and 1 < shape[-1] == shape[-2]:
            says = f"the maps aren't {shape[-2]}×{shape[-1]}, as was counted: pictures or patches of another size"
            yield likely(says, "data", "take the sizes from x.shape[-2:], or resize to what the settings count on")
        elif len(shape) == 3 and shape[0] > 0 and shape[1] == -1 and shape[2] < 256:
            says = f"{elements} values aren't {shape[2]} for each place: of a layer for other classes or boxes"
            advice = "the number of classes in every setting: filters or out_channels before it as well as the head"
            yield likely(says, "model", advice)
        elif all(uneven := self.first_uneven()):
            axis, each = uneven
            size = f"{shape[axis]}{self.in_brackets(axis)}"
            says = f"each of {' · '.join(map(str, shape[:axis]))} places has {each} values, no multiple of {size}"
            advice = f"settings that belong together: a width that {size} divides, or a number here that divides {each}"
            yield likely(says, "model", advice)
        elif shape[0] > 0 == elements % shape[0]:
            each = elements // shape[0]
            says = (
                f"each of {shape[0]} samples has {each} elements, no multiple of {known // shape[0]}: tokens, steps or"
            )
            says += " features that go together don't come out even"
            yield likely(
                says, "data", "pictures, patches or an encoder of the size that was counted on, or pad the length"
            )
        elif elements % shape[-1] == 0 and len(shape) == 4 and shape[1] == shape[2]:
            tokens = elements // shape[-1]
            says = f"{elements} = {tokens} · {shape[-1]}: {tokens} tokens, which aren't {shape[1]}·{shape[1]} patches"
            advice = "take class tokens off before, or resize: the pictures or patches have another size"
            yield likely(says, "model", advice)
        elif elements % shape[-1] == 0 and len(shape) > 2:
            yield self.of_groups(elements // shape[-1], prod(n for n in shape[:-1] if n > 0))
        else:
            yield from self.unknown()

    def of_groups(self, rows: int, group: int) -> Hypothesis:
        """Rows of which some belong together, and that don't come out even."""
        named = self.in_brackets(self.shape.index(group)) if group in self.shape else ""
        says = f"{self.elements} = {rows} · {self.shape[-1]}: {rows} rows don't divide by the {group}{named} that go "
        says += "together: some sample has more or fewer, or a batch was split amid one (DataParallel)"
        advice = (
            f"print how many each sample has; pad or cut to {group} where the batch is made, or split by their own "
        )
        return likely(says, "data", f"{advice}numbers; drop_last=True where rows, not whole samples, are loaded")

    def unknown(self) -> Iterator[Hypothesis]:
        says = f"{self.elements} elements aren't {list(self.shape)}: the tensor has other sizes than the line counts on"
        yield likely(says, "call", "print its shape, and write sizes that follow from it: x.size(0), x.shape[-2:]")

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

    def miscounted(self, features: int) -> Iterator[Hypothesis]:
        says = f"{features} features a sample were counted, and the maps have others: {self.elements} elements in all"
        channels, _ = self.counted_maps(1)
        if channels and self.elements % channels == 0:
            cells = self.elements // channels
            sides = [side for side in range(2, isqrt(cells) + 1) if cells % side**2 == 0]
            says += f" = {channels} channels · {cells} cells"
            if len(sides) == 1:
                says += f", as of {counted_as(cells // sides[0] ** 2, 'sample')} of {sides[0]}×{sides[0]}"
                says += f", {channels * sides[0] ** 2} features each"
        advice = "x.flatten(1) lets the features follow; then the next nn.Linear tells how many there are"
        yield likely(says, "model", advice)
        yield possible("the pictures have another size than the net was sized for", "data", "resize them")


def vocabulary(size: int) -> bool:
    """Whether a size is rather a number of classes or words than channels · side · side.

    >>> vocabulary(32000), vocabulary(25088), vocabulary(400)
    (True, False, False)
    """
    return size >= 10_000 and isqrt(odd := size // (size & -size)) ** 2 != odd


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
