"""Rules that the layers of a chain have besides those with windows."""

from collections.abc import Sequence

from convcli.arithmetic.axis import Axis
from convcli.refusals.refusal import AXIS_NAMES, Refusal, Spelling, Words
from convcli.wording import counted, quoted


class OneOf(Refusal):
    name: str
    value: object
    choices: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        return f"{self.name} can't be {quoted(self.value)}", f"it takes {', '.join(self.choices)}"


class OutOfRange(Refusal):
    name: str
    value: object
    because: str

    def said(self, spell: Spelling) -> Words:
        return f"{self.name} is {self.value}; {self.because}", f"leave {spell(self.name)} out, or give another number"


class TooFewAxes(Refusal):
    type: str
    least: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        axes = f"at least {self.least} ax{'i' if self.least == 1 else 'e'}s"
        why = f"nn.{self.type} takes {axes}, and {list(self.shape)} has {len(self.shape)}"
        return why, "put it before the layer that takes the axes away"


class FeatureChannels(Refusal):
    """A norm of a number of channels, where others come in."""

    code: str
    expected: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        got = self.shape[1]
        why = f"{self.code} is made for {counted(self.expected, 'channel')}; {list(self.shape)} has {got}"
        return why, f"give it {counted(got, 'channel')}"


class ParametersOrOne(Refusal):
    code: str
    value: int
    channels: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        has = f"{list(self.shape)} has {counted(self.channels, 'channel')}"
        why = f"{self.code} learns {counted(self.value, 'slope')}; {has}"
        return why, f"try {spell('num_parameters', self.channels)}, or {spell('num_parameters', 1)} for all of them"


class OneValue(Refusal):
    type: str
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} divides by a deviation, and {list(self.shape)} gives it a single number, which has none"
        return why, "give a larger input, or leave the norm out here"


class LastAxes(Refusal):
    type: str
    expected: Sequence[int]
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        count, expected = len(self.expected), list(self.expected)
        why = f"nn.{self.type} takes last axes of exactly {expected}; the input is {list(self.shape)}"
        fits = tuple(self.shape[-count:]) if count <= len(self.shape) else tuple(self.shape[1:])
        return why, f"try {spell('normalized_shape', fits)}"


class OddAxis(Refusal):
    type: str
    axis: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} halves axis {self.axis}, and {list(self.shape)} has {self.shape[self.axis]} there"
        return why, "give it an even number"


class PaddingPairs(Refusal):
    type: str
    values: Sequence[int]
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        takes = f"nn.{self.type} takes pairs, before and after, the last axis first"
        return f"{takes}; {tuple(self.values)} doesn't suit {list(self.shape)}", f"try {spell('padding', 1)}"


class NothingLeft(Refusal):
    axis: Axis

    def said(self, spell: Spelling) -> Words:
        cut = -min(self.axis.before, 0) - min(self.axis.after, 0)
        why = f"along {self.axis.name}, {cut} of {self.axis.size} cells are cut off: nothing is left"
        return why, f"try {spell('padding', 0)} or more"


class CantSplit(Refusal):
    code: str
    size: int
    into: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"{self.code} can't split {self.size} into {tuple(self.into)}"
        return why, f"sizes whose product is {self.size}, one of them -1 if it is to follow"


class SizeOrScale(Refusal):
    type: str

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} needs either a size or a scale_factor"
        return why, f"try {spell('scale_factor', 2)} alone"


class ModeRank(Refusal):
    mode: str
    ndims: Sequence[int]
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        axes = " or ".join(f"[batch, channels, {', '.join(AXIS_NAMES[ndim])}]" for ndim in self.ndims)
        fits = {1: "linear", 2: "bilinear", 3: "trilinear"}.get(len(self.shape) - 2, "nearest")
        why = f"mode {quoted(self.mode)} takes {axes}; {list(self.shape)} has {len(self.shape)} axes"
        return why, f"try {spell('mode', fits)}"
