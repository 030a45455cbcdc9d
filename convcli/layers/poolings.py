"""Poolings: each channel by itself, a window becomes its maximum, its mean or its p-norm; nothing is learned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, prod
from typing import Any, ClassVar

from convcli.arithmetic.windows import Adaptive, Windows
from convcli.layers.base import Remark, for_axes
from convcli.layers.reductions import Extreme, Maximum, Mean, PNorm, Reduction
from convcli.layers.windowed import Pool, Sizes, Windowed
from convcli.refusals import NothingToKeep, NotPositive, Zero


class _Indices(Windowed):
    """What may return where each maximum stands."""

    return_indices: bool
    reduction = Maximum()

    @property
    def returns_indices(self) -> bool:  # type: ignore[override]
        return self.return_indices

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from super().remarks(shape)
        if self.return_indices:
            names = " × ".join(self.axis_names)
            yield "indices", f"where each maximum stands, counted through the {names} of its channel"


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class MaxPool(_Indices, Pool):
    """``nn.MaxPool1d`` and its like; padding never wins."""

    summary = "keeps the largest value of each window"

    kernel_size: Sizes
    stride: Sizes = ()
    padding: Sizes = 0  # type: ignore[assignment]
    dilation: Sizes = 1  # type: ignore[assignment]
    return_indices: bool = False
    ceil_mode: bool = False


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class AvgPool(Pool):
    """``nn.AvgPool1d`` and its like."""

    summary = "takes the mean of each window"

    kernel_size: Sizes
    stride: Sizes = ()
    padding: Sizes = 0  # type: ignore[assignment]
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        known = super().defaults()
        if cls.ndim == 1:  # nn.AvgPool1d has no such argument
            del known["divisor_override"]
        return known

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.divisor_override == 0:
            raise Zero(name="divisor_override")

    @property
    def reduction(self) -> Reduction:
        return Mean(prod(self.kernel_size), self.count_include_pad, self.divisor_override)

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from super().remarks(shape)
        yield from self.reduction.remarks(self.axes(shape))


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class LPPool(Pool):
    """``nn.LPPool1d`` and its like; norm type 1 is the sum."""

    summary = "takes the p-norm of each window"
    positional = ("norm_type",)
    work = "p-norm pooling"
    suggested: ClassVar = {"norm_type": 2.0, "kernel_size": 2}

    norm_type: float
    kernel_size: Sizes
    stride: Sizes = ()
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.norm_type == 0:
            raise Zero(name="norm_type")

    def workspace(self, shape: Sequence[int]) -> int:
        return prod(shape) + 2 * prod(self.output_shape(shape))  # the powers, and two steps on the way to the root

    @property
    def reduction(self) -> Reduction:
        if abs(self.norm_type) == inf:  # goes through torch's maximum
            return Extreme(self.norm_type < 0)
        return PNorm(self.norm_type, prod(self.kernel_size))

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from super().about_arguments(shape)
        yield from self.reduction.remarks(self.axes(shape))


class _Adaptive(Windowed):
    """A pooling told its output size: the windows are as equal as whole cells allow."""

    per_axis = ("output_size",)
    positional = ("output_size",)
    suggested: ClassVar = {"output_size": 3}
    output_size: tuple[int | None, ...]

    def __post_init__(self) -> None:
        for axis, size in zip(self.axis_names, self.output_size, strict=True):
            if size is None and self.ndim == 1:
                raise NothingToKeep(type=self.type)
            if size is not None and size < 1:
                raise NotPositive(name="output_size", value=size, axis=axis, values=self.output_size)

    def axes(self, shape: Sequence[int]) -> tuple[Adaptive, ...]:
        self.check_input(shape)
        asked = zip(shape[2:], self.output_size, self.axis_names, strict=True)
        return tuple(Adaptive(size, size if output is None else output, name) for size, output, name in asked)

    def least_size(self, axis: int, outputs: int) -> int:
        return 1 if self.output_size[axis] else outputs

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        yield from super().remarks(shape)
        for axis in self.axes(shape):
            if axis.overlapping:
                low, high = axis.spans
                spans = f"{low} or {high} cells" if low < high else f"{low} cells"
                shared = f"{axis.output} doesn't divide {axis.size}, so some windows share a cell with the next"
                yield axis.name, f"{shared}; each spans {spans}"

    def largest_window(self, axes: Sequence[Windows]) -> int:
        return prod(axis.spans[1] for axis in axes if isinstance(axis, Adaptive))


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class AdaptiveAvgPool(_Adaptive):
    """``nn.AdaptiveAvgPool1d`` and its like."""

    summary = "takes the mean of as many windows as asked for"
    work = "adaptive mean"
    reduction = Mean(1)

    output_size: tuple[int | None, ...]


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class AdaptiveMaxPool(_Indices, _Adaptive):
    """``nn.AdaptiveMaxPool1d`` and its like."""

    summary = "keeps the largest of as many windows as asked for"

    output_size: tuple[int | None, ...]
    return_indices: bool = False

    def workspace(self, shape: Sequence[int]) -> int:
        return 2 * prod(self.output_shape(shape))  # the indices, which torch makes where nobody asks for them as well
