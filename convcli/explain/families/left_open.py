"""Views with a size of -1, whose other sizes don't divide the elements."""

import re
from collections.abc import Iterator
from math import isqrt, prod

from convcli.explain.families.patches import OfPatches
from convcli.explain.families.sides import OfSides
from convcli.explain.families.viewed import cut
from convcli.explain.rule import Hypothesis, likely, possible
from convcli.wording import counted

FAMILY = "view"

CHOSEN = r"\[[^\[\]]+\](?:\.contiguous\(\))?\.(?:view|reshape)\("  # by a mask or index, and reshaped then
STREAM = r"(?i)batchify|corpus|stream"


def vocabulary(size: int) -> bool:
    """Whether a size is rather a number of classes or words than channels · side · side.

    >>> vocabulary(32000), vocabulary(25088), vocabulary(400)
    (True, False, False)
    """
    return size >= 10_000 and isqrt(odd := size // (size & -size)) ** 2 != odd


class LeftOpen(OfSides, OfPatches):
    """A view with a size that follows from the others, which don't divide the elements."""

    @property
    def known(self) -> int:
        return prod(size for size in self.shape if size >= 0)

    def other_last_size(self) -> Iterator[Hypothesis]:
        if len(self.shape) != 2 or self.shape[0] != -1:
            return
        features = self.shape[1]
        if vocabulary(features):
            says = f"the last axis isn't {features} classes or words: tokens were added, or a head made for others"
            advice = "logits.view(-1, logits.size(-1)), and labels, config and tokenizer of that size"
            yield likely(says, "model", advice)
        elif self.line.has(r"(?i)(?:view|reshape)\(.*(?:len|steps|seq|time)"):
            says = f"{features} steps were counted, {self.elements} elements are no multiple: shorter sequences"
            advice = "take the length from the tensor, x.size(1), or pad every batch to the one length"
            yield likely(says, "call", advice)
        else:
            yield from self.miscounted()

    def other_rows(self) -> Iterator[Hypothesis]:
        if self.shape[1:] != (-1,):
            return
        rows, first = self.shape[0], "".join(self.sizes()[:1])
        if rows > 1 and self.line.has(CHOSEN):
            says = f"{self.x} has {self.elements} elements in all, not as many for each of {rows} rows"
            yield likely(says, "data", "see why rows have other numbers of what is chosen; a view wants equally many")
        elif "*" in first:
            says = f"{first} = {rows} rows were counted for full batches, and {self.elements} elements are of a "
            kept = f"{self.x}.reshape(-1, {self.x}.size(-1))"
            fix = self.instead(cut(self.line, self.viewed, kept)) if self.viewed else None
            advice = f"{kept} has as many rows as there are; drop_last=True leaves data out"
            yield likely(f"{says}smaller one", "call", advice, fix)
        elif rows > 1:
            yield self.of_rows()

    def of_rows(self) -> Hypothesis:
        """A view as so many rows, which the elements don't come out even for."""
        rows, elements, side = self.shape[0], self.elements, isqrt(self.elements)
        viewed = re.search(r"\w*mask\w*(?=\.(?:view|reshape)\()", self.case.caller.code if self.case.caller else "")
        if side * side == elements and viewed:
            says = f"{elements} = {side} · {side}: {viewed[0]} is one square mask without a batch, not {rows} rows"
            return likely(says, "data", f"a mask [{rows} batch, steps] where the batch is made, in the collator")
        if self.line.has(r"\.t\(\)|\.T\b") or re.search(STREAM, f"{self.x} {self.case.frame}"):
            wide = next(iter(self.sizes()), str(rows))
            says = f"{elements} elements in one stream aren't {rows} rows of equal length: {elements % rows} are over"
            kept = f"{self.x}[:{self.x}.size(0) // {wide} * {wide}]"
            advice = f"cut the rest off the stream before: {kept}"
            return likely(says, "data", advice, self.replaced(f"{self.x}.", f"{kept}.", 1))
        says = f"the batch isn't {rows}: {elements} elements can't be split into {rows} rows"
        return likely(says, "call", "x.flatten(1) keeps whatever batch there is", self.flat())

    def other_batch(self) -> Iterator[Hypothesis]:
        """The first size is a batch's that the user's line doesn't take from a tensor, and doesn't fit."""
        batch, first = self.shape[0], "".join(self.sizes()[:1])
        fixed = self.case.source.texts and re.search(r"(?i)batch|\bbsz?\b|^\d+$", first) and not self.case.axes(first)
        if fixed and batch > 1 and self.elements % (self.known // batch) == 0:
            rows = self.elements // (self.known // batch)
            says = f"{rows} rows aren't as many for each of {batch} samples: the batch is another"
            yield likely(says, "call", f"{self.x}.size(0) for a batch that may be smaller")

    def other_maps_or_classes(self) -> Iterator[Hypothesis]:
        shape, elements, known = self.shape, self.elements, self.known
        if elements < known:
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

    def uneven_samples(self) -> Iterator[Hypothesis]:
        shape, elements = self.shape, self.elements
        if all(uneven := self.first_uneven()):
            axis, each = uneven
            size = f"{shape[axis]}{self.in_brackets(axis)}"
            says = f"each of {' · '.join(map(str, shape[:axis]))} places has {each} values, no multiple of {size}"
            advice = f"settings that belong together: a width that {size} divides, or a number here that divides {each}"
            yield likely(says, "model", advice)
        elif shape[0] > 0 == elements % shape[0]:
            each, counted_on = elements // shape[0], self.known // shape[0]
            says = f"each of {shape[0]} samples has {each} elements, no multiple of {counted_on}: tokens, steps or "
            says += "features that go together don't come out even"
            advice = "pictures, patches or an encoder of the size that was counted on, or pad the length"
            yield likely(says, "data", advice)

    def first_uneven(self) -> tuple[int, int]:
        """The first size, beyond the second, that doesn't divide what those before it leave, and that; or zeros."""
        left = self.elements
        for axis, size in enumerate(self.shape):
            if size < 1 or left % size:
                return (axis, left) if axis > 1 and size > 1 else (0, 0)
            left //= size
        return 0, 0

    def uneven_rows(self) -> Iterator[Hypothesis]:
        shape, elements = self.shape, self.elements
        rows, rest = divmod(elements, shape[-1])
        if rest or len(shape) < 3:
            return
        if len(shape) == 4 and shape[1] == shape[2]:
            says = f"{elements} = {rows} · {shape[-1]}: {rows} tokens, which aren't {shape[1]}·{shape[1]} patches"
            over, short = rows - shape[1] ** 2, (shape[1] + 1) ** 2 - rows
            advice = "take class tokens off before, or resize: the pictures or patches have another size"
            if over > 1 and short > 0:
                advice = f"take {over} more off before (class tokens), or {short} fewer: {shape[1] + 1}·{shape[1] + 1} "
                advice += "is the next square; print the shape before any are cut off, it tells which"
            yield likely(says, "model", advice)
            return
        group = prod(n for n in shape[:-1] if n > 0)
        named = self.in_brackets(shape.index(group)) if group in shape else ""
        says = f"{elements} = {rows} · {shape[-1]}: {rows} rows don't divide by the {group}{named} that go together: "
        says += "some sample has more or fewer, or a batch was split amid one (DataParallel)"
        advice = f"print how many each sample has; pad or cut to {group} where the batch is made, or split by their "
        yield likely(says, "data", f"{advice}own numbers; drop_last=True where rows, not whole samples, are loaded")

    def unknown(self) -> Iterator[Hypothesis]:
        says = f"{self.elements} elements aren't {list(self.shape)}: the tensor has other sizes than the line counts on"
        yield likely(says, "call", "print its shape, and write sizes that follow from it: x.size(0), x.shape[-2:]")

    def miscounted(self) -> Iterator[Hypothesis]:
        features, elements = self.shape[1], self.elements
        says = f"{features} features a sample were counted, and the maps have others: {elements} elements in all"
        channels, _ = self.counted_maps(1)
        if channels and elements % channels == 0:
            cells = elements // channels
            sides = [side for side in range(2, isqrt(cells) + 1) if cells % side**2 == 0]
            says += f" = {channels} channels · {cells} cells"
            if len(sides) == 1:
                says += f", as of {counted(cells // sides[0] ** 2, 'sample')} of {sides[0]}×{sides[0]}"
                says += f", {channels * sides[0] ** 2} features each"
        advice = "x.flatten(1) lets the features follow; then the next nn.Linear tells how many there are"
        yield likely(says, "model", advice)
        sized = f", {self.meant}×{self.meant} as the layers above go" if self.meant else ""
        yield possible(f"the pictures have another size than the net was sized for{sized}", "data", "resize them")

    left_open = (
        OfSides.other_pictures,
        OfPatches.tokens_beside_patches,
        other_last_size,
        other_rows,
        other_batch,
        other_maps_or_classes,
        uneven_samples,
        uneven_rows,
    )
