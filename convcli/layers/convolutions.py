"""Convolutions: learned kernels, a sum of products."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from convcli import refusals
from convcli.arithmetic.windows import Windows
from convcli.layers.base import Remark, Shape, for_axes
from convcli.layers.reductions import Place, SumOfProducts
from convcli.layers.windowed import Sizes, Sliding

MOST_GROUPS = 4


class Convolution(Sliding):
    """What both kinds of convolution have: channels in groups, a weight and a bias."""

    positional = ("in_channels", "out_channels")
    suggested: ClassVar = {"kernel_size": 3}
    work = "convolution"
    reduction = SumOfProducts()
    in_channels: int
    out_channels: int
    bias: bool

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("in_channels", "out_channels", "groups"):
            if getattr(self, name) < 1:
                raise refusals.NotPositive(name=name, value=getattr(self, name))
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise refusals.Groups(in_channels=self.in_channels, out_channels=self.out_channels, groups=self.groups)

    def check_input(self, shape: Sequence[int]) -> None:
        super().check_input(shape)
        if shape[1] != self.in_channels:
            raise refusals.Channels(code=self.code, expected=self.in_channels, groups=self.groups, shape=shape)

    def shape_of(self, shape: Sequence[int], axes: Sequence[Windows]) -> Shape:
        return (shape[0], self.out_channels, *(axis.output for axis in axes))

    @property
    def shares(self) -> tuple[int, int]:
        """How many channels a group has of those on the weight's first axis, out or in, and on its second."""
        first, second = self.out_channels // self.groups, self.in_channels // self.groups
        return (second, first) if self.transposed else (first, second)

    @property
    def weight_shape(self) -> Shape:
        first, second = self.shares
        return (first * self.groups, second, *self.kernel_size)

    def _partners(self, channel: int, first_axis: bool) -> Iterator[tuple[int, Place]]:
        """Whom a channel of the weight's first axis, or of its second, meets, with the first indices of the weights."""
        first, second = self.shares
        if first_axis:
            return ((channel // first * second + within, (channel, within)) for within in range(second))
        group, within = divmod(channel, second)
        return ((other, (other, within)) for other in range(group * first, (group + 1) * first))

    def sources(self, channel: int) -> Iterator[tuple[int, Place]]:
        return self._partners(channel, first_axis=not self.transposed)

    def targets(self, channel: int) -> Iterator[tuple[int, Place]]:
        return self._partners(channel, first_axis=self.transposed)

    def joined(self, weight: Place) -> tuple[int, int]:
        """The input and the output channel that a weight ``[first, second, *taps]`` joins.

        >>> Convolution.of("conv1d", in_channels=4, out_channels=4, kernel_size=1, groups=2).joined((3, 0, 0))
        (2, 3)
        """
        first, second = self.shares
        other = weight[0] // first * second + weight[1]
        return (weight[0], other) if self.transposed else (other, weight[0])

    def macs(self, shape: Sequence[int]) -> int:
        """Each output, or transposed each *input* cell, is multiplied with each weight of its channel."""
        return self.weights * prod(axis.size if self.transposed else axis.output for axis in self.axes(shape))

    @property
    def macs_convention(self) -> str:  # type: ignore[override]
        """How these are counted, as tools differ."""
        if not any(map(any, self.pads)):
            return "MACs of one sample, bias not counted"
        counted = "products that padding cuts away" if self.transposed else "padded taps"
        return f"MACs of one sample, {counted} counted, bias not"

    @property
    def bias_size(self) -> int:
        return self.out_channels * self.bias

    def largest_window(self, axes: Sequence[Windows]) -> int:
        return self.in_channels // self.groups * prod(self.kernel_size)

    def workspace(self, shape: Sequence[int]) -> int:
        axes = self.axes(shape)
        places = shape[0] * prod(axis.output for axis in axes)
        strided = self.transposed and max(self.stride) > 1
        if strided and self.ndim > 1:
            return self.weights + 3 * self.out_channels * places  # as measured
        # The CPU's convolution writes its output in blocks of 16 channels first; transposed, it holds three of them,
        # or less where it strides. With several threads, or on a CPU of narrower blocks, it can be much less.
        held = (2.5 if strided else 3) if self.transposed else 1
        blocks = int(held * _in_blocks(self.out_channels) * places)
        padded = prod(shape[:2]) * prod(axis.padded for axis in axes) if self.padding_mode != "zeros" else 0
        # So does it with its input, but where a larger kernel reads up to three channels.
        if not self.transposed and (prod(self.kernel_size) == 1 or self.groups > 1 or self.in_channels > 3):
            blocks += shape[0] * _in_blocks(self.in_channels) * prod(shape[2:])
        return self.weights + blocks + padded

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        if self.groups == 1:
            return
        ins, outs = self.in_channels // self.groups, self.out_channels // self.groups
        groups = range(self.groups) if self.groups <= MOST_GROUPS else (0, 1, self.groups - 1)
        pairs = [f"{_span(g * ins, ins)} → {_span(g * outs, outs)}" for g in groups]
        if self.groups > MOST_GROUPS:
            pairs.insert(-1, "...")
        name = "depthwise, in → out channels" if ins == 1 else "in → out channels"
        yield "groups", f"{name}: {' · '.join(pairs)}"
        dense = self.made_with(self.arguments() | {"groups": 1})
        grouped = f"{self.weights:,} weights and {self.macs(shape):,} MACs"
        saved = f"{self.weights * self.groups:,} and {dense.macs(shape):,}"
        yield "", f"{grouped}, ungrouped {saved}: 1/{self.groups}"


def _in_blocks(channels: int) -> int:
    """So many channels as there is room for in blocks of 16."""
    return -(-channels // 16) * 16


def _span(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start}–{start + count - 1}"


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class Conv(Convolution):
    """``nn.Conv1d`` and its like; the weight is ``[out, in/groups, *kernel]``."""

    summary = "slides learned kernels and sums the products"

    in_channels: int
    out_channels: int
    kernel_size: Sizes
    stride: Sizes = 1  # type: ignore[assignment]  # made one for each axis, like the others
    padding: Sizes | str = 0  # type: ignore[assignment]
    dilation: Sizes = 1  # type: ignore[assignment]
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.padding_mode not in refusals.PADDING_MODES:
            raise refusals.PaddingMode(value=self.padding_mode)
        if isinstance(self.padding, str):
            if self.padding not in refusals.PADDING_WORDS:
                raise refusals.PaddingWord(value=self.padding)
            if self.padding == "same" and max(self.stride) > 1:
                raise refusals.SameStride(stride=self.stride, kernel=self.kernel_size, dilation=self.dilation)
        elif self.padding_mode == "zeros":  # torch crops with negative padding in every other padding mode
            self.check_padding()


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ConvTranspose(Convolution):
    """``nn.ConvTranspose1d`` and its like; the weight is ``[in, out/groups, *kernel]``."""

    summary = "stamps the kernel into the output for every cell"
    transposed = True

    in_channels: int
    out_channels: int
    kernel_size: Sizes
    stride: Sizes = 1  # type: ignore[assignment]
    padding: Sizes | str = 0  # type: ignore[assignment]
    output_padding: Sizes = 0  # type: ignore[assignment]
    groups: int = 1
    bias: bool = True
    dilation: Sizes = 1  # type: ignore[assignment]
    padding_mode: str = "zeros"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.padding_mode != "zeros":
            raise refusals.TransposedMode(value=self.padding_mode)
        self.check_padding()
        # torch names both stride and dilation as bounds, and takes the larger.
        bounds = tuple(map(max, self.stride, self.dilation))
        for axis, chosen, stride, bound in zip(self.axis_names, self.output_padding, self.stride, bounds, strict=True):
            if not 0 <= chosen < bound:
                every = {"values": self.output_padding, "bounds": bounds}
                raise refusals.OutputPadding(value=chosen, axis=axis, bound=bound, stride=stride, **every)
