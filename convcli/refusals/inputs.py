"""Rules that a layer and its input, or its weights, break together."""

from collections.abc import Sequence

from convcli.arithmetic.axis import Axis
from convcli.refusals.refusal import AXIS_NAMES, Refusal, Spelling, Words, shape_names


class InputAndSize(Refusal):
    def said(self, spell: Spelling) -> Words:
        return f"{spell('input')} and {spell('size')} both say what goes in", "choose one"


class PaddingTooWide(Refusal):
    explained_by = "padding-wide"
    axis: Axis
    mode: str
    limit: int
    value: int

    def said(self, spell: Spelling) -> Words:
        does = {"reflect": "mirrors the input without its border cell", "circular": "wraps around once"}[self.mode]
        cells = f"it {does}, so there are only {self.limit} cells to take from"
        fix = f"try {spell('padding', self.limit)} or less, or {spell('padding_mode', 'replicate')}"
        return f"{self.mode} padding of {self.value} along {self.axis.name}: {cells}", fix


class KernelLarger(Refusal):
    explained_by = "kernel-larger"
    axis: Axis

    def said(self, spell: Spelling) -> Words:
        axis, added = self.axis, self.axis.before + self.axis.after
        spans = f"the kernel spans {axis.extent} cells"
        if axis.dilation > 1:
            sum_ = f"{axis.dilation}·({axis.kernel} − 1) + 1 = {axis.extent}"
            spans = f"a kernel of {axis.kernel} with dilation {axis.dilation} spans {sum_} cells"
        padded = f"{axis.size} cell{'s' * (axis.size > 1)}"
        if axis.before or axis.after:
            padded = f"{axis.size} cells + {added} of padding = {axis.padded}"
        biggest = (axis.padded - 1) // axis.dilation + 1
        fixes = [f"{spell('kernel_size', biggest)} or less"] if biggest >= 1 else []
        fixes.append(spell("padding", axis.before + -(axis.spare // 2)))
        fixes.append(f"an input of at least {axis.extent - added}")
        why = f"along {axis.name}, {spans}, but the input has only {padded}: not one window fits"
        return why, f"try {', or '.join(fixes)}"


class Pool3dLarger(Refusal):
    explained_by = "pool-too-small"
    axis: Axis
    type: str

    def said(self, spell: Spelling) -> Words:
        axis, fix = self.axis, f"try {spell('kernel_size', self.axis.size)} or less"
        why = f"along {axis.name}, the kernel has {axis.kernel} taps and the input {axis.size} cells"
        return f"{why}; nn.{self.type} takes no input smaller than its kernel, however it is padded", fix


class NoOutput(Refusal):
    explained_by = "transposed-nothing"
    axis: Axis

    def said(self, spell: Spelling) -> Words:
        axis = self.axis
        full = (axis.size - 1) * axis.stride + axis.extent
        written = f"({axis.size} − 1)·{axis.stride} + {axis.extent} = {full} cells are written"
        cut = f"padding cuts {axis.before + axis.after} of them away: nothing is left"
        return f"along {axis.name}, {written} and {cut}", f"try {spell('padding', max(0, (full - 1) // 2))} or less"


class Channels(Refusal):
    """``shape`` is the input's; ``given``, what it was before axes were added."""

    explained_by = "channels"
    code: str
    expected: int
    groups: int
    shape: Sequence[int]
    given: Sequence[int] = ()

    def said(self, spell: Spelling) -> Words:
        shape, expected, got = self.shape, self.expected, self.shape[1]
        given = self.given or shape
        added = "" if len(given) == len(shape) else f"{list(given)} → "
        fix = spell("in_channels", got) + ("" if got % self.groups == 0 else f" {spell('groups', 1)}")
        if shape[-1] == expected:
            order = (0, len(shape) - 1, *range(1, len(shape) - 1))
            fix += f"; or, if the channels are last, x = x.permute{order} first"
        elif expected in given[:-1] and len(given) < len(shape):
            fix += f"; or give the input as [batch, {expected}, {', '.join(AXIS_NAMES[len(shape) - 2])}]"
        has = f"the input {added}{list(shape)} has {got}: {shape_names(shape)}"
        return f"{self.code} expects {expected} channel{'s' * (expected > 1)}, but {has}", f"try {fix}"


class Rank(Refusal):
    explained_by = "rank"
    shape: Sequence[int]
    ndim: int

    def said(self, spell: Spelling) -> Words:
        axes, shape, ndim = ", ".join(AXIS_NAMES[self.ndim]), list(self.shape), self.ndim
        takes = f"a {ndim}d layer takes [{axes}], [channels, {axes}] or [batch, channels, {axes}]"
        other = f"; {shape} would suit a {len(shape)}d layer" if len(shape) in AXIS_NAMES else ""
        return f"the input has shape {shape}: {len(shape)} axes; {takes}", f"give {ndim} to {ndim + 2} axes{other}"


class Features(Refusal):
    """A linear layer whose input's last axis isn't as long as its weight takes."""

    explained_by = "linear-size"
    code: str
    expected: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        got = self.shape[-1] if self.shape else 1
        why = f"{self.code} takes {self.expected} features on the last axis; {list(self.shape)} has {got}"
        return why, f"try {spell('in_features', got)}, or flatten what comes before it"


class NoSuchAxis(Refusal):
    explained_by = "axis-range"
    name: str
    value: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        rank = len(self.shape)
        why = f"{spell(self.name, self.value)}: {list(self.shape)} has {rank} axes and no such one in this place"
        return why, f"axes go from {-rank} to {rank - 1}, the first before the last"


class SizeCount(Refusal):
    values: Sequence[int]
    ndim: int

    def said(self, spell: Spelling) -> Words:
        example, given = (28,) * self.ndim, f"{spell('size', self.values)} has {len(self.values)} values"
        takes = f"this layer's input has {', '.join(AXIS_NAMES[self.ndim])}, and optionally channels and batch before"
        return f"{given}; {takes} them", f"try {spell('size', example)} or {spell('size', (3, *example))}"


class WeightRank(Refusal):
    shape: Sequence[int]
    ndim: int

    def said(self, spell: Spelling) -> Words:
        axes = ", ".join(AXIS_NAMES[self.ndim])
        fix = f"give the kernel alone, [{axes}], or all of it, [out, in/groups, {axes}]"
        return f"the weight has shape {list(self.shape)}: {len(self.shape)} axes", fix


class WeightKernel(Refusal):
    shape: Sequence[int]
    kernel: Sequence[int | None]

    def said(self, spell: Spelling) -> Words:
        why = f"the weight has shape {list(self.shape)}, which is not the kernel {list(self.kernel)}"
        return why, f"leave {spell('kernel_size')} out: it follows from the weight"


class WeightChannels(Refusal):
    shape: Sequence[int]
    name: str
    value: int
    fits: int

    def said(self, spell: Spelling) -> Words:
        why = f"the weight has shape {list(self.shape)}, which makes {self.name} {self.fits}, not {self.value}"
        return why, f"leave {spell(self.name)} out, or give {spell(self.name, self.fits)}"


class BiasShape(Refusal):
    explained_by = "bias-size"
    shape: Sequence[int]
    out_channels: int

    def said(self, spell: Spelling) -> Words:
        count = self.out_channels
        why = f"the bias has shape {list(self.shape)}; the layer has {count} output channels, one number for each"
        return why, f"give {count} number{'s' * (count > 1)}"


class Memory(Refusal):
    """``needed`` and ``free`` are in bytes."""

    needed: int
    free: int
    shape: Sequence[int]
    output_shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        needs = f"{list(self.shape)} → {list(self.output_shape)} needs {bytes_in_words(self.needed)} of memory"
        fix = "try smaller sizes; convcli formula works the sizes out without running anything"
        return f"{needs}; {bytes_in_words(self.free)} are free", fix


def bytes_in_words(count: int) -> str:
    """Bytes for a person.

    >>> bytes_in_words(3 * 2**30)
    '3.0 GiB'
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**power:,.1f} {units[power]}"
