"""Rules that the arguments of a layer break by themselves."""

from collections.abc import Sequence

from convcli.refusals.refusal import PADDING_MODES, Refusal, Spelling, Words


class NotPositive(Refusal):
    name: str
    value: int
    axis: str = ""

    def said(self, spell: Spelling) -> Words:
        where = f" along {self.axis}" if self.axis else ""
        return f"{self.name}{where} is {self.value}; it has to be at least 1", f"try {spell(self.name, 1)} or more"


class Negative(Refusal):
    name: str
    value: int
    axis: str

    def said(self, spell: Spelling) -> Words:
        why = f"{self.name} along {self.axis} is {self.value}; it can't be negative"
        return why, f"try {spell(self.name, 0)} or more"


class NotWhole(Refusal):
    name: str
    value: object

    def said(self, spell: Spelling) -> Words:
        return f"{self.name} is {self.value!r}, not a whole number of at most 64 bits", f"try {spell(self.name, 3)}"


class Zero(Refusal):
    name: str

    def said(self, spell: Spelling) -> Words:
        fix = f"leave {spell(self.name)} out, or give another number"
        return f"{self.name} is 0, and it would be divided by", fix


class AxisCount(Refusal):
    name: str
    values: Sequence[float | None]
    axes: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        count, values = len(self.axes), tuple(self.values)
        axes = "1 axis" if count == 1 else f"{count} axes"
        one = values[0] if values else 3
        each = f" or {spell(self.name, (one,) * count)}" if count > 1 else ""
        given = f"{spell(self.name, values)} has {len(values)} values"
        return f"{given}; this layer has {axes}: {', '.join(self.axes)}", f"try {spell(self.name, one)}{each}"


class NothingToKeep(Refusal):
    """None, which keeps an axis as it is, where there is only one axis; torch takes it for several alone."""

    type: str

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} has a single axis, and none would keep it: nothing would be pooled"
        return why, f"try {spell('output_size', 3)}"


class UnknownArgument(Refusal):
    name: str
    type: str
    takes: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        return f"nn.{self.type} takes no argument {self.name!r}", f"it takes {', '.join(self.takes)}"


class MissingArgument(Refusal):
    name: str
    type: str

    def said(self, spell: Spelling) -> Words:
        return f"nn.{self.type} can't be made without {self.name}", f"give {spell(self.name, 3)}, or another number"


class UnknownLayer(Refusal):
    name: str
    near: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        fix = f"did you mean {' or '.join(self.near)}?" if self.near else "try conv1d, conv2d or maxpool2d"
        return f"there is no layer {self.name!r} here", fix


class Groups(Refusal):
    name: str
    value: int
    groups: int

    def said(self, spell: Spelling) -> Words:
        fits = [str(g) for g in range(1, min(self.value, 1000) + 1) if self.value % g == 0]
        shown = fits if len(fits) <= 8 else [*fits[:6], "...", fits[-1]]
        above = -(-self.value // self.groups) * self.groups
        why = f"{self.name} (={self.value}) can't be split into groups (={self.groups}) of equal size"
        return why, f"{self.value} divides by {', '.join(shown)}; or take {spell(self.name, above)}"


class SameStride(Refusal):
    stride: Sequence[int]
    kernel: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        half = tuple(k // 2 for k in self.kernel)
        padding = spell("padding", half[0] if len(set(half)) == 1 else half)
        why = f"padding 'same' keeps the size, and stride {max(self.stride)} shrinks it: torch refuses both together"
        return why, f"try {padding}, which gives the size divided by the stride, or {spell('stride', 1)}"


class PaddingWord(Refusal):
    value: str

    def said(self, spell: Spelling) -> Words:
        return f"padding {self.value!r} is unknown", "padding is a number for each axis, same, or valid"


class PaddingWordHere(Refusal):
    value: str
    type: str

    def said(self, spell: Spelling) -> Words:
        return f"nn.{self.type} takes no padding {self.value!r}, only numbers", f"try {spell('padding', 1)}"


class PaddingMode(Refusal):
    value: str

    def said(self, spell: Spelling) -> Words:
        return f"padding mode {self.value!r} is unknown", f"choose one of {', '.join(PADDING_MODES)}"


class TransposedMode(Refusal):
    value: str

    def said(self, spell: Spelling) -> Words:
        why = f"a transposed convolution takes only padding mode zeros, not {self.value}"
        return why, f"leave {spell('padding_mode')} out"


class PoolPadding(Refusal):
    value: int
    axis: str
    most: int

    def said(self, spell: Spelling) -> Words:
        why = f"along {self.axis}, padding {self.value} is more than {self.most}"
        fix = f"try {spell('padding', self.most)} or less, or {spell('kernel_size', 2 * self.value)}"
        return f"a pooling's padding may be at most half its kernel: {why}", fix


class OutputPadding(Refusal):
    value: int
    axis: str
    bound: int

    def said(self, spell: Spelling) -> Words:
        chooses = "with stride 1 only one size leads to this input, so there is nothing to choose"
        fix = f"leave {spell('output_padding')} out"
        if self.bound > 1:
            chooses = f"it chooses among the {self.bound} output sizes that a convolution of these settings shrinks to"
            chooses, fix = f"{chooses} the same input", f"give 0 to {self.bound - 1}"
        return f"output padding {self.value} along {self.axis} is out of range: {chooses}", fix
