"""Padding as layers of their own: the same cells, and some around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from convcli import refusals
from convcli.arithmetic.axis import Axis
from convcli.layers.base import Layer, Path, Shape, for_axes, whole
from convcli.refusals import AXIS_NAMES


class Padding(Layer):
    """``padding`` has two numbers for each axis, before and after, the last axis first; one number stands for all."""

    positional: ClassVar[tuple[str, ...]] = ("padding",)
    mode: ClassVar[str] = "zeros"
    padding: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = self.padding
        each = sizes if isinstance(sizes, tuple | list) else (sizes,) * (2 * self.ndim)
        object.__setattr__(self, "padding", tuple(whole("padding", size) for size in each))

    def padded(self, shape: Sequence[int]) -> tuple[Axis, ...]:
        """The last axes, as many as there are pairs."""
        count, rank = len(self.padding) // 2, len(shape)
        most = rank if self.mode == "zeros" else rank - 1
        least = 1 if self.mode == "zeros" else rank - 2
        suits = self.mode != "circular" or rank - self.ndim in (1, 2)
        if len(self.padding) % 2 or not max(1, least) <= count <= most or not suits:
            raise refusals.PaddingPairs(type=self.type, values=self.padding, shape=shape)
        pairs = list(zip(self.padding[::2], self.padding[1::2], strict=True))[::-1]
        names = AXIS_NAMES.get(count, ("axis",) * count)
        sized = zip(shape[rank - count :], pairs, names, strict=True)
        axes = tuple(Axis(size, 1, 1, *pair, padding_mode=self.mode, name=name) for size, pair, name in sized)
        for axis in axes:
            limit = {"reflect": axis.size - 1, "circular": axis.size}.get(self.mode)
            widest = max(axis.before, axis.after)
            if limit is not None and widest > limit:
                raise refusals.PaddingTooWide(axis=axis, mode=self.mode, limit=limit, value=widest)
            cropped = axis.size + min(axis.before, 0) + min(axis.after, 0)  # torch takes away before it adds
            if axis.output < 1 or (cropped < 0 and self.mode == "zeros"):
                raise refusals.NothingLeft(axis=axis)
        return axes

    def least_size(self, axis: int, outputs: int) -> int:
        count = len(self.padding) // 2
        if axis >= count:
            return outputs
        pair = self.padding[2 * (count - 1 - axis) :][:2]
        limit = {"reflect": max(pair) + 1, "circular": max(pair)}.get(self.mode, 1)
        return max(outputs - sum(pair), limit, 1)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        axes = self.padded(shape)
        return (*shape[: -len(axes)], *(axis.output for axis in axes))

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        axes = self.padded(shape)
        kept = len(shape) - len(axes)
        return (*(((i, None),) for i in range(kept)), *(((kept + i, axis),) for i, axis in enumerate(axes)))


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ZeroPad(Padding):
    """``nn.ZeroPad1d`` and its like."""

    summary = "puts zeros around the input"

    padding: tuple[int, ...]


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ConstantPad(Padding):
    """``nn.ConstantPad1d`` and its like."""

    summary = "puts one number around the input"
    positional = ("padding", "value")

    padding: tuple[int, ...]
    value: float


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ReflectionPad(Padding):
    """``nn.ReflectionPad1d`` and its like: a mirror without the border cell."""

    summary = "mirrors the input at its borders"
    mode = "reflect"

    padding: tuple[int, ...]


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class ReplicationPad(Padding):
    """``nn.ReplicationPad1d`` and its like: the border cell, again and again."""

    summary = "repeats the border of the input"
    mode = "replicate"

    padding: tuple[int, ...]


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class CircularPad(Padding):
    """``nn.CircularPad1d`` and its like: the other end of the input."""

    summary = "goes on with the input's other end"
    mode = "circular"

    padding: tuple[int, ...]
