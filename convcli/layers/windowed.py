"""Layers whose windows walk the input: which cells, and which weights, stand behind each output.

Windows × reductions = every such layer. Here are the windows; a class adds its arguments and its reduction.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any, ClassVar

from convcli import refusals
from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Windows
from convcli.layers.base import Layer, Path, Remark, Shape, refusal_of
from convcli.layers.reductions import Place, Read, Reduction
from convcli.wording import counted, sizes_in_words, unwritten_words

MOST_LOOKED_UP = 200_000  # cells that may be read through their copies in the padding alone
Sizes = tuple[int, ...]  # a value for each axis
Use = tuple[Place | None, Place]  # a weight's index, None where there is none, and an output's


class Windowed(Layer):
    """A layer with windows along each of its spatial axes; an output reads one channel unless it says otherwise."""

    transposed: ClassVar[bool] = False
    returns_indices: bool = False
    groups: int = 1
    work = "pooling"
    no_macs: ClassVar[str] = "a pooling multiplies no weights"
    macs_convention: str = "MACs of one sample, bias not counted"

    @property
    @abstractmethod
    def reduction(self) -> Reduction:
        """What a window's cells become."""

    @property
    def pads(self) -> list[tuple[int, int]]:
        """Cells added ``(before, after)`` each axis; empty where there is no padding to speak of."""
        return []

    @property
    def output_names(self) -> tuple[str, ...]:
        """The output's axes after batch and channels."""
        return self.axis_names

    @property
    def lacks(self) -> tuple[str, ...]:
        """What windows may have and the torch.nn class has no argument for."""
        return tuple(name for name in ("padding", "dilation") if name not in self.defaults())

    @property
    def place_names(self) -> tuple[str, ...]:
        """What says where an output stands within its sample."""
        return ("channel", *(("position",) if self.ndim == 1 else ("depth", "row", "column")[-self.ndim :]))

    def check_input(self, shape: Sequence[int]) -> None:
        """Refuse an input that torch refuses whatever the windows are."""
        if len(shape) != self.ndim + 2:
            raise refusals.Rank(shape=shape, ndim=self.ndim)
        for name, size in zip(("batch", "channels", *self.axis_names), shape, strict=True):
            if size < 1:
                raise refusals.NothingGoesIn(axis=name, shape=shape)

    @abstractmethod
    def axes(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        """The windows along each spatial axis."""

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        return (((0, None),), ((1, None),), *(((2 + i, axis),) for i, axis in enumerate(self.axes(shape))))

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return self.shape_of(shape, self.axes(shape))

    def shape_of(self, shape: Sequence[int], axes: Sequence[Windows]) -> Shape:
        """The output's shape where the axes are known already."""
        return (shape[0], shape[1], *(axis.output for axis in axes))

    def reads(self, axes: Sequence[Windows], output: Place) -> Iterator[Read]:
        """Every cell that a window covers, with its weight: what stands behind one output ``[batch, channel, …]``."""
        batch, channel, *position = output
        for source, weight in self.sources(channel):
            for combined in product(*(axis.taps(o) for axis, o in zip(axes, position, strict=True))):
                taps, place, cell = zip(*combined, strict=True)
                here = None if None in cell else (batch, source, *cell)
                yield (batch, source, *place), here, None if weight is None else (*weight, *taps)

    def sources(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        """The input channels behind an output channel, each with the first indices of its weights."""
        yield channel, None

    def uses(self, axes: Sequence[Windows], cell: Place) -> tuple[int, Iterator[Use]]:
        """Where an input cell ``[batch, channel, …]`` is read: how often, and each time its weight and the output."""
        reached = [axis.reached(p) for axis, p in zip(axes, cell[2:], strict=True)]
        targets = list(self.targets(cell[1]))

        def each() -> Iterator[Use]:
            for channel, weight in targets:
                for pairs in product(*reached):
                    position, taps = zip(*pairs, strict=True)
                    yield None if weight is None else (*weight, *taps), (cell[0], channel, *position)

        return len(targets) * prod(map(len, reached)), each()

    @property
    def coverage_words(self) -> str:
        """What is counted where it is counted how often each input cell is read."""
        return "how many windows read each input cell"

    def times(self, count: int) -> str:
        """So many of what is counted there."""
        return counted(count, "window")

    def targets(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        """The output channels that an input channel goes into, each with the first indices of its weights."""
        yield channel, None

    def joined(self, weight: Place) -> tuple[int, int]:
        """The input and the output channel that a weight joins; only layers with weights are asked."""
        raise NotImplementedError

    @abstractmethod
    def largest_window(self, axes: Sequence[Windows]) -> int:
        """How many terms an output has at most: a window's cells, in every channel that it sums over."""

    def workspace(self, shape: Sequence[int]) -> int:
        """How many numbers torch holds besides input and output while it runs."""
        return 0


class Sliding(Windowed):
    """Windows of one kernel that walk in strides."""

    per_axis = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    kernel_size: Sizes
    stride: Sizes
    # What not every class has an argument for; as many of these as there are axes.
    padding: Sizes | str = (0, 0, 0)
    dilation: Sizes = (1, 1, 1)
    output_padding: Sizes = (0, 0, 0)
    padding_mode: str = "zeros"
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            values = getattr(self, name)[: self.ndim]
            for axis, value in zip(self.axis_names, values, strict=True):
                if value < 1:
                    raise refusals.NotPositive(name=name, value=value, axis=axis, values=values)

    def check_padding(self, half_at_most: bool = False) -> None:
        """Refuse a word, a number below 0, and with ``half_at_most`` one beyond half the kernel."""
        if isinstance(self.padding, str):
            raise refusals.PaddingWordHere(value=self.padding, type=self.type, kernel=self.kernel_size)
        paddings = self.padding[: self.ndim]
        for axis, padding, kernel in zip(self.axis_names, paddings, self.kernel_size, strict=True):
            if padding < 0:
                raise refusals.Negative(name="padding", value=padding, axis=axis, values=paddings)
            if half_at_most and padding > kernel // 2:
                most, both = kernel // 2, {"padding": paddings, "kernel": self.kernel_size}
                raise refusals.PoolPadding(value=padding, axis=axis, most=most, **both)

    @property
    def _copies(self) -> bool:
        """Whether a window may read a cell more than once, as copies of it stand in the padding."""
        return self.padding_mode != "zeros" and any(map(any, self.pads))

    @property
    def coverage_words(self) -> str:
        if self.transposed:
            return "how many outputs each input cell reaches"
        return (
            "how often each input cell is read, copies in the padding too" if self._copies else super().coverage_words
        )

    def times(self, count: int) -> str:
        if self.transposed:
            return counted(count, "output")
        return counted(count, "reading") if self._copies else super().times(count)

    @property
    def pads(self) -> list[tuple[int, int]]:
        """Cells added ``(before, after)`` each axis; 'same' puts the odd one after."""
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [(total // 2, total - total // 2) for total in totals]
        return [(0, 0) if isinstance(self.padding, str) else (self.padding[i],) * 2 for i in range(self.ndim)]

    def windows(self, sizes: Sequence[int]) -> tuple[Axis, ...]:
        """The windows walking an input of these spatial sizes, whether torch takes it or not."""
        pads, dilation, extra = self.pads, self.dilation, self.output_padding
        same: dict[str, Any] = {name: getattr(self, name) for name in ("padding_mode", "ceil_mode", "transposed")}
        return tuple(
            Axis(size, kernel, stride, *pads[i], dilation[i], output_padding=extra[i], name=self.axis_names[i], **same)
            for i, (size, kernel, stride) in enumerate(zip(sizes, self.kernel_size, self.stride, strict=True))
        )

    def least_size(self, axis: int, outputs: int) -> int:
        from convcli.arithmetic.inverse import least_size

        windows = self.windows((1,) * self.ndim)[axis]
        return max(least_size(windows, outputs), self.least(windows))

    def least(self, axis: Axis) -> int:
        """The smallest size that torch takes, whether more than one window fits or not."""
        widest = max(axis.before, axis.after)
        return {"reflect": widest + 1, "circular": widest}.get(axis.padding_mode, 1)

    def axes(self, shape: Sequence[int]) -> tuple[Axis, ...]:
        try:
            return self._axes(shape)
        except refusals.Refusal as refusal:
            refusal.refused_by = lambda change: refusal_of(self._changed_on, shape, change)
            raise

    def _changed_on(self, shape: Sequence[int], change: refusals.Change) -> Shape:
        return self.made_with(self.arguments() | change).output_shape(shape)

    def _axes(self, shape: Sequence[int]) -> tuple[Axis, ...]:
        self.check_input(shape)
        axes = self.windows(shape[2:])
        for axis in axes:
            self.check_axis(axis, axes)
            if axis.output < 1:
                refusal = refusals.NoOutput if axis.transposed else refusals.KernelLarger
                raise refusal(axis=axis, axes=axes)
        return axes

    def check_axis(self, axis: Axis, axes: Sequence[Axis]) -> None:
        """Refuse an axis, of these, that torch refuses though a window may fit."""
        if axis.looked_up > MOST_LOOKED_UP:
            raise refusals.TooManyCopies(axis=axis, count=axis.looked_up, most=MOST_LOOKED_UP)
        if axis.padding_mode not in ("reflect", "circular"):
            return
        limits = [each.size - (axis.padding_mode == "reflect") for each in axes]
        limit, widest = limits[axes.index(axis)], max(axis.before, axis.after)
        if widest > limit:
            mode = axis.padding_mode
            raise refusals.PaddingTooWide(axis=axis, mode=mode, limit=limit, value=widest, axes=axes, limits=limits)

    def largest_window(self, axes: Sequence[Windows]) -> int:
        return prod(self.kernel_size)

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from self.about_arguments(shape)
        axes = self.axes(shape)
        for names, words in said_once((axis.name, _ceil_words(axis)) for axis in axes if axis.ceil_mode):
            yield "ceil", f"{' and '.join(names)}: {words}"
        grown = ((axis.name, _output_padding_words(axis)) for axis in axes if axis.transposed and axis.stride > 1)
        for axis in axes:
            if axis.transposed and (words := unwritten_words(axis, bool(self.bias_size))):
                yield "gaps", words
        for names, words in said_once(grown):
            yield from [("each", words)] if len(names) == len(axes) > 1 else ((name, words) for name in names)

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        """What there is to say of the layer before its axes are looked at."""
        return iter(())


def said_once(said: Iterable[tuple[str, str]]) -> list[tuple[list[str], str]]:
    """What is said of several axes, with the names of those it is said of.

    >>> said_once([("height", "odd"), ("width", "odd")]), said_once([("height", "odd"), ("width", "even")])
    ([(['height', 'width'], 'odd')], [(['height'], 'odd'), (['width'], 'even')])
    """
    names: dict[str, list[str]] = {}
    for name, words in said:
        names.setdefault(words, []).append(name)
    return [(each, words) for words, each in names.items()]


def _ceil_words(axis: Axis) -> str:
    if axis.output > replace(axis, ceil_mode=False).output:
        start = (axis.output - 1) * axis.stride - axis.before
        return f"rounding up adds window {axis.output - 1}, which starts at {start} and runs over the end"
    if axis.drops_last_window and axis.spare % axis.stride:
        return "the window that rounding up would add is dropped; it would start behind the input"
    return "rounding up changes nothing here"


def _output_padding_words(axis: Axis) -> str:
    """A convolution of these settings takes several sizes to the one that went in here."""
    from convcli.arithmetic.inverse import sizes_giving

    chose = f"output padding {axis.output_padding} chose {axis.output}"
    sizes = sizes_giving(replace(axis, transposed=False, output_padding=0, size=1), axis.size)
    if not sizes:
        return chose
    beyond = "" if axis.output in sizes else ", which is none of them"
    span = f"size {sizes[0]}" if len(sizes) == 1 else f"sizes {sizes[0]} to {sizes[-1]} all"
    return f"a convolution with these settings takes {span} to {axis.size}; {chose}{beyond}"


class Pool(Sliding):
    """A pooling: its stride is its kernel unless told otherwise, and each channel stays by itself."""

    suggested: ClassVar = {"kernel_size": 2}
    default_stride: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "default_stride", not self.stride)
        object.__setattr__(self, "stride", self.stride or self.kernel_size)
        super().__post_init__()
        self.check_padding(half_at_most=True)

    def least(self, axis: Axis) -> int:
        # torch's 3-d mean, by which it works out p-norms too, asks for a whole kernel of real cells, padding and
        # ceil_mode or not.
        whole = self.ndim == 3 and self.reduction.operation in ("mean", "norm")
        return axis.kernel if whole else super().least(axis)

    def check_axis(self, axis: Axis, axes: Sequence[Axis]) -> None:
        super().check_axis(axis, axes)
        if axis.size < self.least(axis):
            raise refusals.Pool3dLarger(axis=axis, axes=axes, type=self.type)

    def assumed(self) -> dict[str, object]:
        return self.defaults() | {"stride": self.kernel_size}

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        if self.default_stride:
            yield "stride", f"{sizes_in_words(self.stride)}: a pooling's stride is its kernel unless told otherwise"
