"""Convolutions: learned kernels, a sum of products."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from convcli.arithmetic.windows import Windows
from convcli.layers.base import Remark, Shape, for_axes
from convcli.layers.reductions import Place, SumOfProducts
from convcli.layers.windowed import Sizes, Sliding
from convcli.refusals import (
    PADDING_MODES,
    Channels,
    Groups,
    Negative,
    NotPositive,
    OutputPadding,
    PaddingMode,
    PaddingWord,
    SameStride,
    TransposedMode,
)

MOST_GROUPS = 4


class Convolution(Sliding):
    """What both kinds of convolution have: channels in groups, a weight and a bias."""

    positional = ("in_channels", "out_channels")
    suggested: ClassVar = {"kernel_size": 3}
    reduction = SumOfProducts()
    in_channels: int
    out_channels: int
    bias: bool

    def __post_init__(self) -> None:
        self.check_windows()
        for name in ("in_channels", "out_channels", "groups"):
            if getattr(self, name) < 1:
                raise NotPositive(name=name, value=getattr(self, name))
        for name in ("in_channels", "out_channels"):
            if getattr(self, name) % self.groups:
                raise Groups(name=name, value=getattr(self, name), groups=self.groups)
        if self.padding_mode not in PADDING_MODES:
            raise PaddingMode(value=self.padding_mode)
        self.check_padding()

    @abstractmethod
    def check_padding(self) -> None:
        """Refuse a padding that torch refuses."""

    def check_input(self, shape: Sequence[int]) -> None:
        super().check_input(shape)
        if shape[1] != self.in_channels:
            raise Channels(code=self.code, expected=self.in_channels, groups=self.groups, shape=shape)

    def shape_of(self, shape: Sequence[int], axes: Sequence[Windows]) -> Shape:
        return (shape[0], self.out_channels, *(axis.output for axis in axes))

    @property
    def shares(self) -> tuple[int, int]:
        """How many input and output channels a group has."""
        return self.in_channels // self.groups, self.out_channels // self.groups

    @property
    def weights(self) -> int:
        return prod(self.weight_shape or ())

    @property
    def bias_size(self) -> int:
        return self.out_channels * self.bias

    @property
    def parameters(self) -> int:
        return self.weights + self.bias_size

    @property
    def largest_window(self) -> int:
        return self.shares[0] * prod(self.kernel_size)

    def workspace(self, shape: Sequence[int]) -> int:
        axes = self.axes(shape)
        # The CPU's convolution writes its output in blocks of 16 channels first.
        blocks = -(-self.out_channels // 16) * 16
        padded = prod(shape[:2]) * prod(axis.padded for axis in axes) if self.padding_mode != "zeros" else 0
        return self.weights + shape[0] * blocks * prod(axis.output for axis in axes) + padded

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        if self.groups == 1:
            return
        ins, outs = self.shares
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


def _span(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start}–{start + count - 1}"


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class Conv(Convolution):
    """``nn.Conv1d`` and its like; the weight is ``[out, in/groups, *kernel]``."""

    summary = "slides learned kernels over the input and sums the products"

    in_channels: int
    out_channels: int
    kernel_size: Sizes
    stride: Sizes = 1  # type: ignore[assignment]  # made one for each axis, like the others
    padding: Sizes | str = 0  # type: ignore[assignment]
    groups: int = 1
    bias: bool = True
    dilation: Sizes = 1  # type: ignore[assignment]
    padding_mode: str = "zeros"

    def check_padding(self) -> None:
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise PaddingWord(value=self.padding)
            if self.padding == "same" and max(self.stride) > 1:
                raise SameStride(stride=self.stride, kernel=self.kernel_size)
            return
        for axis, padding in zip(self.axis_names, self.padding, strict=True):
            # torch crops with negative padding in every other padding mode.
            if padding < 0 and self.padding_mode == "zeros":
                raise Negative(name="padding", value=padding, axis=axis)

    def sources(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        ins, outs = self.shares
        first = channel // outs * ins
        for within in range(ins):
            yield first + within, (channel, within)

    def targets(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        ins, outs = self.shares
        group, within = divmod(channel, ins)
        for target in range(group * outs, (group + 1) * outs):
            yield target, (target, within)

    def joined(self, weight: Place) -> tuple[int, int]:
        """The input and the output channel that a weight ``[first, second, *taps]`` joins.

        >>> Conv.of("conv1d", in_channels=4, out_channels=4, kernel_size=1, groups=2).joined((3, 0, 0))
        (2, 3)
        """
        ins, outs = self.shares
        return weight[0] // outs * ins + weight[1], weight[0]

    @property
    def weight_shape(self) -> Shape:
        return (self.out_channels, self.shares[0], *self.kernel_size)

    def macs(self, shape: Sequence[int]) -> int:
        return self.weights * prod(axis.output for axis in self.axes(shape))


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ConvTranspose(Convolution):
    """``nn.ConvTranspose1d`` and its like; the weight is ``[in, out/groups, *kernel]``."""

    summary = "stamps the kernel into the output, once for every input cell"
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

    def check_padding(self) -> None:
        if self.padding_mode != "zeros":
            raise TransposedMode(value=self.padding_mode)
        for axis, padding in zip(self.axis_names, self.padding_numbers, strict=True):
            if padding < 0:
                raise Negative(name="padding", value=padding, axis=axis)
        for i, axis in enumerate(self.axis_names):
            # torch names both stride and dilation as bounds, and takes the larger.
            bound = max(self.stride[i], self.dilation[i])
            if not 0 <= self.output_padding[i] < bound:
                raise OutputPadding(value=self.output_padding[i], axis=axis, bound=bound)

    def sources(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        ins, outs = self.shares
        group, within = divmod(channel, outs)
        for source in range(group * ins, (group + 1) * ins):
            yield source, (source, within)

    def targets(self, channel: int) -> Iterator[tuple[int, Place | None]]:
        ins, outs = self.shares
        first = channel // ins * outs
        for within in range(outs):
            yield first + within, (channel, within)

    def joined(self, weight: Place) -> tuple[int, int]:
        ins, outs = self.shares
        return weight[0], weight[0] // ins * outs + weight[1]

    @property
    def weight_shape(self) -> Shape:
        return (self.in_channels, self.shares[1], *self.kernel_size)

    def macs(self, shape: Sequence[int]) -> int:
        """Each *input* cell is multiplied with each weight of its channel."""
        self.axes(shape)
        return self.weights * prod(shape[2:])
