"""Norms: each number is shifted and scaled by statistics of those around it; as many come out as go in."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

from convcli import refusals
from convcli.layers.base import Shape, for_axes, named, whole
from convcli.layers.pointwise import Pointwise


class Norm(Pointwise):
    """A norm with a learned scale and shift."""

    bias: bool = True

    @property
    def scales(self) -> Shape | None:
        """The shape of the learned scale; None: there is none."""
        raise NotImplementedError

    @property
    def weight_shape(self) -> Shape | None:
        return self.scales

    @property
    def bias_size(self) -> int:
        return prod(self.scales or (0,)) * self.bias


class _Features(Norm):
    """A norm with a scale for each channel."""

    positional = ("num_features",)
    leading: ClassVar[tuple[int, ...]]  # how many axes may stand before the spatial ones
    num_features: int
    affine: bool
    track_running_stats: bool

    def __post_init__(self) -> None:
        if self.num_features < 1:
            raise refusals.NotPositive(name="num_features", value=self.num_features)

    @property
    def scales(self) -> Shape | None:
        return (self.num_features,) if self.affine else None

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if len(shape) - self.ndim not in self.leading:
            raise refusals.Rank(shape=shape, ndim=self.ndim)
        if shape[self.channels(shape)] != self.num_features and (self.affine or self.track_running_stats):
            raise refusals.FeatureChannels(code=self.code, expected=self.num_features, shape=shape)
        counted = [shape[axis] for axis in self.averaged(shape)]
        if counted and prod(counted) == 1:
            raise refusals.OneValue(type=self.type, shape=shape)
        return tuple(shape)

    def channels(self, shape: Sequence[int]) -> int:
        """The axis of the channels."""
        return 1


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm(_Features):
    """``nn.BatchNorm1d`` and its like, as a trained network runs them: with the statistics it has seen."""

    summary = "shifts and scales each channel by the statistics of its training"
    work = "batch norm"

    num_features: int
    eps: float = 1e-05
    momentum: float | None = 0.1
    affine: bool = True
    track_running_stats: bool = True
    bias: bool = True

    @property
    def leading(self) -> tuple[int, ...]:  # type: ignore[override]
        return (1, 2) if self.ndim == 1 else (2,)  # nn.BatchNorm1d takes [batch, features] too

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        return () if self.track_running_stats else (0, *range(2, len(shape)))


@for_axes(1, 2, 3)
@dataclass(frozen=True, eq=False, repr=False)
class InstanceNorm(_Features):
    """``nn.InstanceNorm1d`` and its like: each map by its own mean and deviation."""

    summary = "shifts and scales each map by its own mean and deviation"
    work = "instance norm"
    leading = (1, 2)

    num_features: int
    eps: float = 1e-05
    momentum: float = 0.1
    affine: bool = False
    track_running_stats: bool = False
    bias: bool = True

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        return () if self.track_running_stats else range(len(shape) - self.ndim, len(shape))

    def channels(self, shape: Sequence[int]) -> int:
        return len(shape) - self.ndim - 1


@named
@dataclass(frozen=True, eq=False, repr=False)
class GroupNorm(Norm):
    """``nn.GroupNorm``: groups of channels, each by its own mean and deviation."""

    summary = "shifts and scales groups of channels by their own mean and deviation"
    positional = ("num_groups", "num_channels")
    work = "group norm"

    num_groups: int
    num_channels: int
    eps: float = 1e-05
    affine: bool = True
    bias: bool = True

    def __post_init__(self) -> None:
        for name in ("num_groups", "num_channels"):
            if getattr(self, name) < 1:
                raise refusals.NotPositive(name=name, value=getattr(self, name))
        if self.num_channels % self.num_groups:
            raise refusals.Indivisible(name="num_channels", value=self.num_channels, parts=self.num_groups)

    @property
    def scales(self) -> Shape | None:
        return (self.num_channels,) if self.affine else None

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if len(shape) < 2:
            raise refusals.TooFewAxes(type=self.type, least=2, shape=shape)
        if shape[1] != self.num_channels if self.affine else shape[1] % self.num_groups:
            raise refusals.FeatureChannels(code=self.code, expected=self.num_channels, shape=shape)
        if prod(shape) == self.num_groups:
            raise refusals.OneValue(type=self.type, shape=shape)
        return tuple(shape)

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        return range(1, len(shape))


class _LastAxes(Norm):
    """A norm over the last axes, which have to be of exactly these sizes."""

    positional = ("normalized_shape",)
    normalized_shape: tuple[int, ...]
    elementwise_affine: bool

    def __post_init__(self) -> None:
        sizes = self.normalized_shape
        each = sizes if isinstance(sizes, tuple | list) else (sizes,)
        each = tuple(whole("normalized_shape", size) for size in each)
        object.__setattr__(self, "normalized_shape", each)
        if not each or min(each) < 1:
            raise refusals.NotPositive(name="normalized_shape", value=min(each, default=0))

    @property
    def scales(self) -> Shape | None:
        return self.normalized_shape if self.elementwise_affine else None

    def output_shape(self, shape: Sequence[int]) -> Shape:
        count = len(self.normalized_shape)
        if tuple(shape[-count:]) != self.normalized_shape:
            raise refusals.LastAxes(type=self.type, expected=self.normalized_shape, shape=shape)
        return tuple(shape)

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        return range(len(shape) - len(self.normalized_shape), len(shape))


@named
@dataclass(frozen=True, eq=False, repr=False)
class LayerNorm(_LastAxes):
    """``nn.LayerNorm``: the last axes by their own mean and deviation."""

    summary = "shifts and scales the last axes by their own mean and deviation"
    work = "layer norm"

    normalized_shape: tuple[int, ...]
    eps: float = 1e-05
    elementwise_affine: bool = True
    bias: bool = True


@named
@dataclass(frozen=True, eq=False, repr=False)
class RMSNorm(_LastAxes):
    """``nn.RMSNorm``: the last axes by their root mean square."""

    summary = "scales the last axes by their root mean square"
    work = "rms norm"
    bias: ClassVar[bool] = False  # type: ignore[misc]

    normalized_shape: tuple[int, ...]
    eps: float | None = None
    elementwise_affine: bool = True


@named
@dataclass(frozen=True, eq=False, repr=False)
class LocalResponseNorm(Pointwise):
    """``nn.LocalResponseNorm``: each cell by those of neighbouring channels in its place."""

    summary = "scales each cell by its neighbours in other channels"
    positional = ("size",)
    work = "local response norm"

    size: int
    alpha: float = 0.0001
    beta: float = 0.75
    k: float = 1.0

    def __post_init__(self) -> None:
        if whole("size", self.size) < 1:
            raise refusals.NotPositive(name="size", value=self.size)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if len(shape) < 3:
            raise refusals.TooFewAxes(type=self.type, least=3, shape=shape)
        return tuple(shape)
