"""Rules that the arguments of a layer break by themselves."""

from collections.abc import Iterator, Sequence
from math import gcd, isfinite

from convcli.matching import nearest
from convcli.refusals.refusal import PADDING_MODES, PADDING_WORDS, Change, Refusal, Spelling, Words
from convcli.wording import counted, quoted

Sizes = tuple[int, ...]
FROM_0 = ("padding", "output_padding", "start_dim", "end_dim")  # the others are counted from 1


class NotPositive(Refusal):
    """``values``: the argument for every axis, where it has one for each."""

    explained_by = "setting-range"
    name: str
    value: int
    axis: str = ""
    values: Sequence[int | None] = ()

    def said(self, spell: Spelling) -> Words:
        where = f" along {self.axis}" if self.axis else ""
        least = tuple(None if value is None else max(1, value) for value in self.values) or 1
        fix = self.offer(spell, {self.name: least}, {self.name: None}, most=1)
        return f"{self.name}{where} is {self.value}; it has to be at least 1", fix


class Negative(Refusal):
    explained_by = "setting-range"
    name: str
    value: int
    axis: str
    values: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"{self.name} along {self.axis} is {self.value}; it can't be negative"
        return why, self.offer(spell, {self.name: tuple(max(0, value) for value in self.values)})


class NotWhole(Refusal):
    name: str
    value: object

    def said(self, spell: Spelling) -> Words:
        least = int(self.name not in FROM_0)
        number = self.value if isinstance(self.value, float) and isfinite(self.value) else least
        if isinstance(self.value, str) and self.value.isdecimal():
            number = int(self.value)
        whole = max(least, int(number)) if abs(number) < 2**31 else least
        return f"{self.name} is {quoted(self.value)}, not a whole number of at most 64 bits", self.offer(
            spell, {self.name: whole}
        )


class Zero(Refusal):
    name: str

    def said(self, spell: Spelling) -> Words:
        fix = f"{self.offer(spell, {self.name: 1})}, which gives the sum of each window"
        return f"{self.name} is 0, and nothing can be divided by 0", fix


class AxisCount(Refusal):
    explained_by = "setting-count"
    name: str
    values: Sequence[float | None]
    axes: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        count, values = len(self.axes), tuple(self.values)
        axes = "1 axis" if count == 1 else f"{count} axes"
        given = f"{spell(self.name, values)} has {counted(len(values), 'value')}"
        each = (values or (3,))[:count]
        each += each[-1:] * (count - len(each))
        changes: list[Change] = [{self.name: each[0]}] if each[0] is not None else []
        changes += [{self.name: each}] if len(set(each)) > 1 or not changes else []
        return f"{given}; this layer has {axes}: {', '.join(self.axes)}", self.offer(spell, *changes)


class NothingToKeep(Refusal):
    """None, which keeps an axis as it is, where there is only one axis; torch takes it for several alone."""

    type: str

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} has a single axis, and none would keep it: nothing would be pooled"
        return why, self.offer(spell, {"output_size": 3})


class Contradiction(Refusal):
    one: str
    other: str

    def said(self, spell: Spelling) -> Words:
        return f"{spell(self.one)} and {spell(self.other)} contradict each other", "choose one"


class BelongsTo(Refusal):
    """What says nothing without its ``owner``, for which ``example`` is a value."""

    name: str
    owner: str
    example: object = None

    def said(self, spell: Spelling) -> Words:
        fix = f"add {spell(self.owner, self.example)}, or leave {spell(self.name)} out"
        return f"{spell(self.name)} belongs to {spell(self.owner)}", fix


class UnknownArgument(Refusal):
    explained_by = "call-arguments"
    name: str
    type: str
    takes: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        return f"nn.{self.type} takes no argument {quoted(self.name)}", f"it takes {', '.join(self.takes)}"


class MissingArgument(Refusal):
    explained_by = "call-arguments"
    name: str
    type: str

    def said(self, spell: Spelling) -> Words:
        return f"nn.{self.type} can't be made without {self.name}", f"give {spell(self.name, 3)}, or another number"


class UnknownLayer(Refusal):
    name: str
    near: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        fix = f"did you mean {' or '.join(self.near)}?" if self.near else "try conv1d, conv2d or maxpool2d"
        return f"there is no layer {quoted(self.name)} here", fix


class Groups(Refusal):
    explained_by = "groups"
    in_channels: int
    out_channels: int
    groups: int

    def said(self, spell: Spelling) -> Words:
        channels = {"in_channels": self.in_channels, "out_channels": self.out_channels}
        uneven = {name: count for name, count in channels.items() if count % self.groups}
        name, count = next(iter(uneven.items()))
        common = gcd(*channels.values())
        fits = [g for g in range(1, min(common, 10_000) + 1) if common % g == 0]
        nearest = min(fits, key=lambda g: abs(g - self.groups))
        more: Change = {name: -(-count // self.groups) * self.groups for name, count in uneven.items()}
        shown = [*fits[:6], "...", fits[-1]] if len(fits) > 8 else fits
        of = (
            f"{self.in_channels} and {self.out_channels} channels divide"
            if len(set(channels.values())) > 1
            else f"{count} divides"
        )
        why = f"{name} (={count}) can't be split into groups (={self.groups}) of equal size"
        return f"{why}; {of} by {', '.join(map(str, shown))}", self.offer(spell, {"groups": nearest}, more)


class Indivisible(Refusal):
    """``name`` of ``value`` has to divide into ``parts``, which another argument says."""

    explained_by = "groups"
    name: str
    value: int
    parts: int

    def said(self, spell: Spelling) -> Words:
        fits = [parts for parts in range(1, min(self.value, 10_000) + 1) if self.value % parts == 0]
        nearest = min(fits, key=lambda parts: abs(parts - self.parts))
        return f"{self.name} {self.value} doesn't divide into {self.parts} equal parts", f"{nearest} parts would fit"


class SameStride(Refusal):
    explained_by = "same-stride"
    stride: Sizes
    kernel: Sizes
    dilation: Sizes

    def said(self, spell: Spelling) -> Words:
        why = f"padding 'same' keeps the size, and stride {max(self.stride)} shrinks it: torch refuses both together"
        padding = tuple(self._padding())
        divided = "the size divided by the stride, rounded up"
        if None in padding:
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel, strict=True)]
            by_hand = tuple(cells for total in reversed(totals) for cells in (total // 2, total - total // 2))
            fix = f"try x = F.pad(x, {by_hand}) with {spell('padding', 0)}, which gives {divided}"
        elif sizes := self.given[-len(self.stride) :]:
            outputs = (-(-size // stride) for size, stride in zip(sizes, self.stride, strict=True))
            fix = f"{self.offer(spell, {'padding': padding})}, which gives {' × '.join(map(str, outputs))}, {divided}"
        else:
            fix = f"{self.offer(spell, {'padding': padding})}, which gives {divided}"
        return why, f"{fix}; or {self.offer(spell, {'stride': 1})}"

    def _padding(self) -> Iterator[int | None]:
        """The padding along each axis with which ⌊(n + 2·padding − extent) / stride⌋ + 1 is ⌈n / stride⌉; None: none.

        An odd extent has one for every n. An even one is a cell off, which the floor hides for most n.
        """
        sizes = self.given[-len(self.stride) :] or (0,) * len(self.stride)
        for n, stride, kernel, dilation in zip(sizes, self.stride, self.kernel, self.dilation, strict=True):
            half, odd = divmod(dilation * (kernel - 1) + 1, 2)
            if odd:
                yield half
            elif not n or stride == 1:
                yield None
            else:
                yield half - 1 if (n - 1) % stride else half


class PaddingWord(Refusal):
    explained_by = "padding-kind"
    value: str

    def said(self, spell: Spelling) -> Words:
        if self.value in PADDING_MODES:
            fix = self.offer(spell, {"padding": 1, "padding_mode": self.value})
            return f"padding {self.value!r} is a mode: what stands in the padding, not how much there is of it", fix
        fix = self.offer(spell, {"padding": "same"}, {"padding": "valid"})
        return f"padding {quoted(self.value)} is unknown", f"padding is a number for each axis, same, or valid: {fix}"


class PaddingWordHere(Refusal):
    explained_by = "padding-kind"
    value: str
    type: str
    kernel: Sizes

    def said(self, spell: Spelling) -> Words:
        keeps = tuple((kernel - 1) // 2 for kernel in self.kernel)
        fix = self.offer(spell, {"padding": 0 if self.value == "valid" else keeps})
        return f"nn.{self.type} takes no padding {quoted(self.value)}, only numbers", fix


class PaddingMode(Refusal):
    explained_by = "padding-kind"
    value: str

    def said(self, spell: Spelling) -> Words:
        if self.value in PADDING_WORDS:
            fix = self.offer(spell, {"padding": self.value, "padding_mode": None})
            return f"padding mode {self.value!r} is how much padding there is, not what stands in it", fix
        modes = [mode for mode in PADDING_MODES if self.accepts({"padding_mode": mode})] or PADDING_MODES
        if near := nearest(self.value, modes):
            return f"padding mode {quoted(self.value)} is unknown", f"did you mean {' or '.join(near)}?"
        return f"padding mode {quoted(self.value)} is unknown", f"choose one of {', '.join(modes)}"


class TransposedMode(Refusal):
    explained_by = "padding-kind"
    value: str

    def said(self, spell: Spelling) -> Words:
        why = f"a transposed convolution takes only padding mode zeros, not {self.value}"
        return why, self.offer(spell, {"padding_mode": None})


class PoolPadding(Refusal):
    """``padding`` and ``kernel`` are those of every axis."""

    explained_by = "pool-padding"
    value: int
    axis: str
    most: int
    padding: Sizes = ()
    kernel: Sizes = ()

    def said(self, spell: Spelling) -> Words:
        pairs = list(zip(self.padding, self.kernel, strict=True)) or [(self.value, 2 * self.most)]
        less = tuple(min(padding, kernel // 2) for padding, kernel in pairs)
        larger = tuple(max(kernel, 2 * padding) for padding, kernel in pairs)
        why = f"along {self.axis}, padding {self.value} is more than {self.most}"
        fix = self.offer(spell, {"padding": less}, {"kernel_size": larger})
        return f"a pooling's padding may be at most half its kernel: {why}", fix


class OutputPadding(Refusal):
    """It has to be less than ``bound``, the larger of stride and dilation; ``values``, ``bounds``: along every axis."""

    explained_by = "output-padding"
    value: int
    axis: str
    bound: int
    stride: int = 0
    values: Sizes = ()
    bounds: Sizes = ()

    def said(self, spell: Spelling) -> Words:
        pairs = zip(self.values or (self.value,), self.bounds or (self.bound,), strict=True)
        right = tuple(min(max(0, value), bound - 1) for value, bound in pairs)
        fix = self.offer(spell, {"output_padding": right if any(right) else None})
        if self.bound > 1:
            fix = f"give 0 to {self.bound - 1}: {fix}"
        takes = f"it has to be less than the stride or the dilation, whichever is larger, {self.bound} here"
        if self.bound == 1:
            takes = "with stride 1 only one size leads to this input, so there is nothing to choose"
        elif self.bound == self.stride:
            sizes = "the sizes that a convolution of these settings shrinks to this one"
            takes = f"it chooses among {sizes}, and is less than the stride, {self.stride}"
        return f"output padding {self.value} along {self.axis} is out of range: {takes}", fix
