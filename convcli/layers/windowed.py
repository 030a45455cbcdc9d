"""Layers whose windows walk the input: which cells, and which weights, stand behind each output.

Windows × reductions = every such layer. Here are the windows; a class adds its arguments and its reduction.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import ClassVar

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Windows
from convcli.layers.base import Layer, Remark, Shape
from convcli.layers.reductions import Place, Read, Reduction
from convcli.refusals import (
    KernelLarger,
    Negative,
    NoOutput,
    NotPositive,
    PaddingTooWide,
    PaddingWordHere,
    PoolPadding,
    Rank,
)
from convcli.wording import sizes_in_words

Sizes = tuple[int, ...]  # a value for each axis
Use = tuple[Place | None, Place]  # a weight's index, None where there is none, and an output's


class Windowed(Layer):
    """A layer with windows along each of its spatial axes; an output reads one channel unless it says otherwise."""

    transposed: ClassVar[bool] = False
    returns_indices: bool = False
    groups: int = 1
    no_macs: ClassVar[str] = "a pooling multiplies no weights"

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

    def check_input(self, shape: Sequence[int]) -> None:
        """Refuse an input that torch refuses whatever the windows are."""
        if len(shape) != self.ndim + 2:
            raise Rank(shape=shape, ndim=self.ndim)
        for name, size in zip(("batch", "channels", *self.axis_names), shape, strict=True):
            if size < 1:
                raise NotPositive(name="size", value=size, axis=name)

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

    def targets(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        """The output channels that an input channel goes into, each with the first indices of its weights."""
        yield channel, None

    def joined(self, weight: Place) -> tuple[int, int]:
        """The input and the output channel that a weight joins; only layers with weights are asked."""
        raise NotImplementedError

    @property
    def largest_window(self) -> int:
        """How many terms an output has at most: a window's cells, in every channel that it sums over."""
        return 1

    def workspace(self, shape: Sequence[int]) -> int:
        """How many numbers torch holds besides input and output while it runs."""
        return 0


class Sliding(Windowed):
    """Windows of one kernel that walk in strides."""

    per_axis = ("kernel_size", "stride", "padding", "dilation", "output_padding")
    kernel_size: Sizes
    stride: Sizes
    # What not every class has an argument for.
    padding: Sizes | str = ()
    dilation: Sizes = ()
    output_padding: Sizes = ()
    padding_mode: str = "zeros"
    ceil_mode: bool = False

    def check_windows(self) -> None:
        """Refuse a kernel, a stride or a dilation that torch refuses."""
        for name in ("kernel_size", "stride", "dilation"):
            for axis, value in zip(self.axis_names, getattr(self, name), strict=False):
                if value < 1:
                    raise NotPositive(name=name, value=value, axis=axis)

    @property
    def padding_numbers(self) -> Sizes:
        """The padding of a class that takes no words for it."""
        if isinstance(self.padding, str):
            raise PaddingWordHere(value=self.padding, type=self.type)
        return self.padding

    @property
    def pads(self) -> list[tuple[int, int]]:
        """Cells added ``(before, after)`` each axis; 'same' puts the odd one after."""
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [(total // 2, total - total // 2) for total in totals]
        if isinstance(self.padding, str) or not self.padding:
            return [(0, 0)] * self.ndim
        return [(p, p) for p in self.padding]

    def windows(self, sizes: Sequence[int]) -> tuple[Axis, ...]:
        """The windows walking an input of these spatial sizes, whether torch takes it or not."""
        return tuple(
            Axis(
                size,
                kernel=self.kernel_size[i],
                stride=self.stride[i],
                before=self.pads[i][0],
                after=self.pads[i][1],
                dilation=self.dilation[i] if self.dilation else 1,
                padding_mode=self.padding_mode,
                ceil_mode=self.ceil_mode,
                transposed=self.transposed,
                output_padding=self.output_padding[i] if self.output_padding else 0,
                name=self.axis_names[i],
            )
            for i, size in enumerate(sizes)
        )

    def axes(self, shape: Sequence[int]) -> tuple[Axis, ...]:
        self.check_input(shape)
        axes = self.windows(shape[2:])
        for axis in axes:
            self.check_axis(axis)
            if axis.output < 1:
                raise NoOutput(axis=axis) if axis.transposed else KernelLarger(axis=axis)
        return axes

    def check_axis(self, axis: Axis) -> None:
        """Refuse an axis that torch refuses though a window may fit."""
        widest = max(axis.before, axis.after)
        limit = {"reflect": axis.size - 1, "circular": axis.size}.get(axis.padding_mode)
        if limit is not None and widest > limit:
            raise PaddingTooWide(axis=axis, mode=axis.padding_mode, limit=limit, value=widest)

    @property
    def largest_window(self) -> int:
        return prod(self.kernel_size)

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from self.about_arguments(shape)
        for axis in self.axes(shape):
            yield from about_axis(axis)

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        """What there is to say of the layer before its axes are looked at."""
        return iter(())


def about_axis(axis: Axis) -> Iterator[Remark]:
    """What ceil_mode or a stride that is transposed does to one axis."""
    if axis.ceil_mode:
        yield "ceil", _ceil_words(axis)
    if axis.transposed and axis.stride > 1:
        yield axis.name, _output_padding_words(axis)


def _ceil_words(axis: Axis) -> str:
    if axis.output > replace(axis, ceil_mode=False).output:
        start = (axis.output - 1) * axis.stride - axis.before
        return f"{axis.name}: rounding up adds window {axis.output - 1}, which starts at {start} and runs over the end"
    if axis.drops_last_window and axis.spare % axis.stride:
        return f"{axis.name}: the window that rounding up would add is dropped; it would start behind the input"
    return f"{axis.name}: rounding up changes nothing here"


def _output_padding_words(axis: Axis) -> str:
    """A convolution of these settings takes several sizes to the one that went in here."""
    from convcli.arithmetic.inverse import sizes_giving

    chose = f"output padding {axis.output_padding} chose {axis.output}"
    sizes = sizes_giving(replace(axis, transposed=False, output_padding=0, size=1), axis.size)
    if not sizes:
        return chose
    return f"a convolution with these settings takes sizes {sizes[0]} to {sizes[-1]} all to {axis.size}; {chose}"


class Pool(Sliding):
    """A pooling: its stride is its kernel unless told otherwise, and each channel stays by itself."""

    suggested: ClassVar = {"kernel_size": 2}
    internal = ("default_stride",)
    default_stride: bool

    def __post_init__(self) -> None:
        if not self.stride:
            object.__setattr__(self, "stride", self.kernel_size)
            object.__setattr__(self, "default_stride", True)
        self.check_windows()
        for axis, padding, kernel in zip(self.axis_names, self.padding_numbers, self.kernel_size, strict=False):
            if padding < 0:
                raise Negative(name="padding", value=padding, axis=axis)
            if padding > kernel // 2:
                raise PoolPadding(value=padding, axis=axis, most=kernel // 2)

    def assumed(self) -> dict[str, object]:
        return self.defaults() | {"stride": self.kernel_size}

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        if self.default_stride:
            yield "stride", f"{sizes_in_words(self.stride)}: a pooling's stride is its kernel unless told otherwise"
