"""Rules that a layer and its input, or its weights, break together."""

from collections.abc import Sequence

from convcli.arithmetic.axis import Axis
from convcli.refusals.refusal import AXIS_NAMES, Change, Refusal, Spelling, Words, shape_names
from convcli.wording import bytes_in_words, count_in_words, counted

KERNELS = {1: [1, 0, -1], 2: [[1, 0], [0, -1]], 3: [[[1, -1]]]}  # examples, by the axes of a layer


class InputAndSize(Refusal):
    def said(self, spell: Spelling) -> Words:
        return f"{spell('input')} and {spell('size')} both say what goes in", "choose one"


class NothingGoesIn(Refusal):
    axis: str
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"the input {list(self.shape)} is empty: its size along {self.axis} is 0"
        return why, f"give an input with at least 1 along {self.axis}"


class PaddingTooWide(Refusal):
    """``limits`` are the cells that there are to take from along each of the ``axes``."""

    explained_by = "padding-wide"
    axis: Axis
    mode: str
    limit: int
    value: int
    axes: Sequence[Axis] = ()
    limits: Sequence[int] = ()

    def said(self, spell: Spelling) -> Words:
        does = {"reflect": "mirrors the input without its border cell", "circular": "wraps around once"}[self.mode]
        cells = (
            f"it {does}, so there {'is' if self.limit == 1 else 'are'} only {counted(self.limit, 'cell')} to take from"
        )
        pairs = zip(self.axes or (self.axis,), self.limits or (self.limit,), strict=True)
        narrower = tuple(min(axis.before, limit) for axis, limit in pairs)
        fix = self.offer(spell, {"padding": narrower}, {"padding_mode": "replicate"})
        return f"{self.mode} padding of {self.value} along {self.axis.name}: {cells}", fix


class KernelLarger(Refusal):
    """``axes`` are all of the layer's; ``larger`` names a larger input; ``piped``: this one is another command's."""

    explained_by = "kernel-larger"
    axis: Axis
    axes: Sequence[Axis] = ()
    larger: str = ""
    piped: bool = False

    def said(self, spell: Spelling) -> Words:
        axis, added = self.axis, self.axis.before + self.axis.after
        spans = f"the kernel spans {counted(axis.extent, 'cell')}"
        if axis.dilation > 1:
            sum_ = f"{axis.dilation}·({axis.kernel} − 1) + 1 = {axis.extent}"
            spans = f"a kernel of {axis.kernel} with dilation {axis.dilation} spans {sum_} cells"
        padded = counted(axis.size, "cell")
        if axis.before or axis.after:
            padded = f"{padded} + {added} of padding = {axis.padded}"
        why = f"along {axis.name}, {spans}, but the input has only {padded}: not one window fits"
        axes = self.axes or (axis,)
        kernel = tuple(min(each.kernel, (each.padded - 1) // each.dilation + 1) for each in axes)
        wider = tuple(each.before + max(0, -(each.spare // 2)) for each in axes)
        changes: list[Change] = [{"kernel_size": kernel}] if min(kernel) > 0 else []
        changes += [{"padding": wider}, *([{"input": self.larger}] if self.larger and not self.piped else [])]
        least = counted(axis.extent - added, "cell")
        fix = f"{self.offer(spell, *changes)}, or an input of at least {least} along {axis.name}"
        return why, fix + (f": before the pipe, for example {spell('input', self.larger)}" if self.piped else "")


class Pool3dLarger(Refusal):
    explained_by = "pool-too-small"
    axis: Axis
    axes: Sequence[Axis]
    type: str

    def said(self, spell: Spelling) -> Words:
        kernel = tuple(min(axis.kernel, axis.size) for axis in self.axes)
        padding = tuple(min(axis.before, size // 2) for axis, size in zip(self.axes, kernel, strict=True))
        fix = self.offer(spell, {"kernel_size": kernel}, {"kernel_size": kernel, "padding": padding}, most=1)
        size = counted(self.axis.size, "cell")
        why = f"along {self.axis.name}, the kernel has {self.axis.kernel} taps and the input {size}"
        return f"{why}; nn.{self.type} takes no input smaller than its kernel, however it is padded", fix


class NoOutput(Refusal):
    explained_by = "transposed-nothing"
    axis: Axis
    axes: Sequence[Axis]

    def said(self, spell: Spelling) -> Words:
        axis = self.axis
        full = (axis.size - 1) * axis.stride + axis.extent + axis.output_padding
        extra = f" + {axis.output_padding}" if axis.output_padding else ""
        written = f"({axis.size} − 1)·{axis.stride} + {axis.extent}{extra} = {counted(full, 'cell')} are written"
        cut = f"padding cuts {axis.before + axis.after} away: nothing is left"
        fix = self.offer(spell, {"padding": tuple(min(each.before, _most_cut(each)) for each in self.axes)})
        return f"along {axis.name}, {written} and {cut}", f"{fix} or less"


def _most_cut(axis: Axis) -> int:
    """The largest padding that leaves a transposed layer an output."""
    return max(0, ((axis.size - 1) * axis.stride + axis.extent + axis.output_padding - 1) // 2)


class Channels(Refusal):
    """``shape`` is the input's with the axes that it lacked."""

    explained_by = "channels"
    code: str
    expected: int
    groups: int
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        shape, expected, got = self.shape, self.expected, self.shape[1]
        given, axes = self.given or shape, AXIS_NAMES[len(shape) - 2]
        added = "" if len(given) == len(shape) else f"{list(given)} → "
        follows: list[Change] = [{"in_channels": None}, {"weight": None}, {"in_channels": None, "weight": None}]
        fix = self.offer(spell, {"in_channels": got}, {"in_channels": got, "groups": 1}, *follows, most=1)
        if len(given) > len(axes) and given[-1] == expected:
            fix += f"; or, if the channels are last, x = x.permute{channels_first(given, len(axes))} first"
        elif len(given) == len(axes) + 1 and expected == 1:
            fix += f"; or, if it is a batch of {got}, x = x.unsqueeze(1) first"
        elif len(given) < len(shape):
            fix += f"; or give the input as [batch, {expected}, {', '.join(axes)}]"
        has = f"the input {added}{list(shape)} has {got}: {shape_names(shape)}"
        return f"{self.code} expects {counted(expected, 'channel')}, but {has}", fix


def channels_first(shape: Sequence[int], ndim: int) -> tuple[int, ...]:
    """The order of axes, with a batch or without one, that brings the last before the ``ndim`` spatial ones.

    >>> channels_first((28, 28, 3), 2), channels_first((8, 28, 28, 3), 2)
    ((2, 0, 1), (0, 3, 1, 2))
    """
    before, last = len(shape) - ndim - 1, len(shape) - 1
    return (*range(before), last, *range(before, last))


class Rank(Refusal):
    explained_by = "rank"
    shape: Sequence[int]
    ndim: int

    def said(self, spell: Spelling) -> Words:
        axes, shape, ndim = ", ".join(AXIS_NAMES[self.ndim]), list(self.shape), self.ndim
        takes = f"a {ndim}d layer takes [{axes}], [channels, {axes}] or [batch, channels, {axes}]"
        suits = len(shape) if len(shape) < ndim else len(shape) - 2
        other = f"; {shape} would suit a {suits}d layer" if suits in AXIS_NAMES else ""
        count = f"{len(shape)} {'axis' if len(shape) == 1 else 'axes'}"
        return f"the input has shape {shape}: {count}; {takes}", f"give {ndim} to {ndim + 2} axes{other}"


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
        why = f"{spell(self.name, self.value)}: {list(self.shape)} has {rank} axes, and none there"
        return why, f"axes go from {-rank} to {rank - 1}, the first before the last"


class SizeCount(Refusal):
    values: Sequence[int]
    ndim: int

    def said(self, spell: Spelling) -> Words:
        values, given = tuple(self.values), f"{spell('size', self.values)} has {counted(len(self.values), 'value')}"
        last = values[-self.ndim :] if len(values) > self.ndim else values + values[-1:] * (self.ndim - len(values))
        takes = f"this layer's input has {', '.join(AXIS_NAMES[self.ndim])}, and optionally batch and channels before"
        return f"{given}; {takes} them", self.offer(spell, {"size": last})


class WeightRank(Refusal):
    """``type`` is the torch.nn class, ``source`` what the weight is called; ``of_a_layer``: it is all of a layer's."""

    type: str
    source: str
    of_a_layer: bool
    shape: Sequence[int]
    ndim: int
    transposed: bool

    def said(self, spell: Spelling) -> Words:
        rank, axes = len(self.shape), ", ".join(AXIS_NAMES[self.ndim])
        count = f"{rank} ax{'i' if rank == 1 else 'e'}s"
        why = f"{self.source} has shape {list(self.shape)}, {count}; a kernel of nn.{self.type} has {self.ndim}: {axes}"
        channels = "in, out/groups" if self.transposed else "out, in/groups"
        fix = f"give such a kernel, {spell('weight', KERNELS[self.ndim])}, or all of it, [{channels}, {axes}]"
        suits = rank - 2 if self.of_a_layer else rank
        if suits not in AXIS_NAMES:
            return why, fix
        other = self.type.replace(str(self.ndim), str(suits))
        typed = f": {other.lower()} {spell('weight', self.source)}" if self.of_a_layer else ""
        return why, f"nn.{other} takes it{typed}; or {fix}"


class WeightKernel(Refusal):
    shape: Sequence[int]
    kernel: Sequence[int | None]

    def said(self, spell: Spelling) -> Words:
        why = f"the weight has shape {list(self.shape)}, which is not the kernel {list(self.kernel)}"
        return why, f"{self.offer(spell, {'kernel_size': None})}: it follows from the weight"


class WeightChannels(Refusal):
    shape: Sequence[int]
    name: str
    value: int
    fits: int

    def said(self, spell: Spelling) -> Words:
        why = f"the weight has shape {list(self.shape)}, which makes {self.name} {self.fits}, not {self.value}"
        return why, self.offer(spell, {self.name: self.fits}, {self.name: None})


class BiasShape(Refusal):
    explained_by = "bias-size"
    shape: Sequence[int]
    out_channels: int

    def said(self, spell: Spelling) -> Words:
        count = self.out_channels
        channels = counted(count, "output channel")
        why = f"the bias has shape {list(self.shape)}; the layer has {channels}, one number for each"
        return why, f"give {counted(count, 'number')}"


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


class TooMuchWork(Refusal):
    """``work`` counts products, or the cells that a pooling looks at."""

    work: int
    most: int
    code: str

    def said(self, spell: Spelling) -> Words:
        products = f"{count_in_words(self.work)} products; the limit is {count_in_words(self.most)}"
        why = f"{self.code} on this input has {products}"
        fix = f"try a smaller kernel or a smaller input; {spell('shapes')} tells the sizes without running anything"
        return why, fix


class TooManyCopies(Refusal):
    """``count`` cells are read through their copies in the padding, or not at all."""

    axis: Axis
    count: int
    most: int

    def said(self, spell: Spelling) -> Words:
        axis = self.axis
        why = f"along {axis.name} {self.count:,} cells may be read through copies in {axis.padding_mode} padding alone"
        fix = self.offer(spell, {"padding_mode": None}, {"stride": 1}, {"padding": 1})
        return f"{why}; {self.most:,} are the most that are looked up", fix
