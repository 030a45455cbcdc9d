"""Layers that put cells elsewhere: axes joined, split or traded for one another, maps drawn out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, gcd, isfinite, prod
from typing import ClassVar

from convcli import refusals
from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Adaptive, Resampled, Windows
from convcli.layers.base import Layer, Path, Shape, named, whole
from convcli.layers.pointwise import Pointwise, axis_of
from convcli.refusals import AXIS_NAMES


@named
@dataclass(frozen=True, eq=False, repr=False)
class Flatten(Layer):
    """``nn.Flatten``: the axes from ``start_dim`` to ``end_dim`` become one.

    >>> Layer.of("flatten").output_shape((2, 16, 5, 5))
    (2, 400)
    """

    summary = "makes one axis of several"
    joins = True

    start_dim: int = 1
    end_dim: int = -1

    def ends(self, shape: Sequence[int]) -> tuple[int, int]:
        """The first and the last axis of those that become one, counted from the front."""
        first, last = axis_of("start_dim", self.start_dim, shape), axis_of("end_dim", self.end_dim, shape)
        if first > last:
            raise refusals.NoSuchAxis(name="start_dim", value=self.start_dim, shape=shape)
        return first, last

    def output_shape(self, shape: Sequence[int]) -> Shape:
        first, last = self.ends(shape)
        return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        first, last = self.ends(shape)
        each: list[Path] = [((i, None),) for i in range(len(shape))]
        return (*each[:first], tuple((i, None) for i in range(first, min(last + 1, len(shape)))), *each[last + 1 :])


@named
@dataclass(frozen=True, eq=False, repr=False)
class Unflatten(Layer):
    """``nn.Unflatten``: one axis becomes several; one of their sizes may be −1, whatever is left.

    >>> Layer.of("unflatten", dim=1, unflattened_size=(16, 5, 5)).output_shape((2, 400))
    (2, 16, 5, 5)
    """

    summary = "makes several axes of one"
    positional = ("dim", "unflattened_size")

    dim: int
    unflattened_size: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = self.unflattened_size
        if not isinstance(sizes, tuple | list):
            raise refusals.OneOf(name="unflattened_size", value=sizes, choices=("a tuple of sizes, (16, 5, 5)",))
        object.__setattr__(self, "unflattened_size", tuple(whole("unflattened_size", size) for size in sizes))

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if not shape:
            raise refusals.TooFewAxes(type=self.type, least=1, shape=shape)
        axis = axis_of("dim", self.dim, shape)
        sizes, size = self.unflattened_size, shape[axis]
        known = prod(each for each in sizes if each != -1)
        if -1 in sizes and known > 0:
            sizes = tuple(size // known if each == -1 else each for each in sizes)
        if prod(sizes) != size or min(sizes, default=0) < 0:
            raise refusals.CantSplit(code=self.code, size=size, into=self.unflattened_size)
        return (*shape[:axis], *sizes, *shape[axis + 1 :])

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        axis = axis_of("dim", self.dim, shape)
        each: list[Path] = [((i, None),) for i in range(len(shape))]
        return (*each[:axis], *[each[axis]] * len(self.unflattened_size), *each[axis + 1 :])


class _Shuffle(Layer):
    """Trades channels for rows and columns, the last three axes."""

    factor_name: ClassVar[str]

    @property
    def factor(self) -> int:
        return int(getattr(self, self.factor_name))

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise refusals.NotPositive(name=self.factor_name, value=self.factor)

    def check_rank(self, shape: Sequence[int]) -> None:
        if len(shape) < 3:
            raise refusals.TooFewAxes(type=self.type, least=3, shape=shape)


@named
@dataclass(frozen=True, eq=False, repr=False)
class PixelShuffle(_Shuffle):
    """``nn.PixelShuffle``: r² channels become one that is r times as high and wide."""

    summary = "lays channels out as finer rows and columns"
    positional = ("upscale_factor",)
    factor_name = "upscale_factor"

    upscale_factor: int

    def output_shape(self, shape: Sequence[int]) -> Shape:
        self.check_rank(shape)
        *lead, channels, height, width = shape
        if channels % self.factor**2:
            raise refusals.Indivisible(name="channels", value=channels, parts=self.factor**2)
        return (*lead, channels // self.factor**2, height * self.factor, width * self.factor)

    def least_size(self, axis: int, outputs: int) -> int:
        return -(-outputs // self.factor)

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        *lead, height, width = self.output_shape(shape)
        drawn = [Resampled(size // self.factor, size, (self.factor, 1)) for size in (height, width)]
        return (*(((i, None),) for i in range(len(lead))), *(((len(lead) + i, each),) for i, each in enumerate(drawn)))


@named
@dataclass(frozen=True, eq=False, repr=False)
class PixelUnshuffle(_Shuffle):
    """``nn.PixelUnshuffle``: r by r cells become the channels of one."""

    summary = "makes channels of neighbouring cells"
    positional = ("downscale_factor",)
    factor_name = "downscale_factor"

    downscale_factor: int

    def output_shape(self, shape: Sequence[int]) -> Shape:
        self.check_rank(shape)
        *lead, channels, height, width = shape
        for name, size in (("height", height), ("width", width)):
            if size % self.factor:
                raise refusals.Indivisible(name=name, value=size, parts=self.factor)
        return (*lead, channels * self.factor**2, height // self.factor, width // self.factor)

    def least_size(self, axis: int, outputs: int) -> int:
        return outputs * self.factor

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        self.output_shape(shape)
        lead, kernel = len(shape) - 2, self.factor
        blocks = (Axis(size, kernel, kernel) for size in shape[-2:])
        return (*(((i, None),) for i in range(lead)), *(((lead + i, each),) for i, each in enumerate(blocks)))


@named
@dataclass(frozen=True, eq=False, repr=False)
class ChannelShuffle(Pointwise):
    """``nn.ChannelShuffle``: the channels of groups take turns."""

    summary = "mixes the order of channels, so that groups meet"
    positional = ("groups",)

    groups: int

    def __post_init__(self) -> None:
        if self.groups < 1:
            raise refusals.NotPositive(name="groups", value=self.groups)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if len(shape) < 3:
            raise refusals.TooFewAxes(type=self.type, least=3, shape=shape)
        if shape[1] % self.groups:
            raise refusals.Indivisible(name="channels", value=shape[1], parts=self.groups)
        return tuple(shape)


MODES = {"nearest": (1, 2, 3), "nearest-exact": (1, 2, 3), "area": (1, 2, 3)} | {
    "linear": (1,), "bilinear": (2,), "bicubic": (2,), "trilinear": (3,)
}  # fmt: skip
Scale = float | tuple[float, ...] | None


@named
@dataclass(frozen=True, eq=False, repr=False)
class Upsample(Layer):
    """``nn.Upsample``: maps drawn out to ``size``, or ``scale_factor`` times as large.

    >>> Layer.of("upsample", scale_factor=2).output_shape((1, 8, 5, 7))
    (1, 8, 10, 14)
    """

    summary = "draws maps out to a larger size"

    size: int | tuple[int, ...] | None = None
    scale_factor: Scale = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: bool | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise refusals.OneOf(name="mode", value=self.mode, choices=tuple(MODES))
        if self.align_corners is not None and "linear" not in self.mode and self.mode != "bicubic":
            raise refusals.OneOf(name="align_corners", value=self.align_corners, choices=(f"None, with {self.mode}",))
        if (self.size is None) == (self.scale_factor is None):
            raise refusals.SizeOrScale(type=self.type)
        if self.size is not None and self.recompute_scale_factor:
            raise refusals.SizeOrScale(type=self.type)
        for name in ("size", "scale_factor"):
            value = getattr(self, name)
            for each in value if isinstance(value, tuple | list) else (value,):
                if not isinstance(each, int | float | None):
                    raise refusals.OutOfRange(name=name, value=each, because="it has to be a number")

    @property
    def work(self) -> str:  # type: ignore[override]
        return f"{self.mode} upsampling"

    def resampled(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        sizes = shape[2:]
        ndim = len(sizes)
        if ndim not in MODES[self.mode]:
            raise refusals.ModeRank(mode=self.mode, ndims=MODES[self.mode], shape=shape)
        asked = self.size if self.size is not None else self.scale_factor
        each = tuple(asked) if isinstance(asked, tuple | list) else (asked,) * ndim
        if len(each) != ndim:
            raise refusals.AxisCount(
                name="scale_factor" if self.size is None else "size", values=each, axes=AXIS_NAMES[ndim]
            )
        names = AXIS_NAMES[ndim]
        return tuple(self._axis(size, value, name) for size, value, name in zip(sizes, each, names, strict=True))

    def _axis(self, size: int, asked: float | None, name: str) -> Windows:
        assert asked is not None
        if self.size is not None:
            outputs = whole("size", asked)
        elif not isinstance(asked, int | float) or not isfinite(asked) or asked <= 0:
            raise refusals.OutOfRange(name="scale_factor", value=asked, because="it has to be a number above 0")
        else:
            outputs = floor(size * float(asked))
        if outputs < 1:
            raise refusals.NotPositive(name="size", value=outputs, axis=name)
        if self.mode == "area":
            return Adaptive(size, outputs, name)
        ratio = (outputs, size)
        if self.align_corners:
            ratio = (max(1, outputs - 1), size - 1)
        elif self.size is None and not self.recompute_scale_factor:
            ratio = Fraction(asked).limit_denominator(10**6).as_integer_ratio()
        common = gcd(*ratio)
        ratio = (ratio[0] // common, ratio[1] // common)
        reach = {"nearest": 0, "nearest-exact": 0, "bicubic": 2}.get(self.mode, 1)
        centred = self.mode != "nearest" and not self.align_corners
        return Resampled(size, outputs, ratio, reach, centred, name)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return (*shape[:2], *(axis.output for axis in self.resampled(shape)))

    def least_size(self, axis: int, outputs: int) -> int:
        if self.scale_factor is None:
            return 1
        each = self.scale_factor if isinstance(self.scale_factor, tuple) else (self.scale_factor,) * (axis + 1)
        return ceil(outputs / each[axis])

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        return (((0, None),), ((1, None),), *(((2 + i, axis),) for i, axis in enumerate(self.resampled(shape))))


@named
@dataclass(frozen=True, eq=False, repr=False)
class UpsamplingNearest2d(Upsample):
    """``nn.UpsamplingNearest2d``."""

    summary = "draws pictures out by repeating cells"
    work = "older nearest upsampling"
    mode: ClassVar[str] = "nearest"  # type: ignore[misc]
    align_corners: ClassVar[bool | None] = None  # type: ignore[misc]
    recompute_scale_factor: ClassVar[bool | None] = None  # type: ignore[misc]

    size: int | tuple[int, ...] | None = None
    scale_factor: Scale = None


@named
@dataclass(frozen=True, eq=False, repr=False)
class UpsamplingBilinear2d(Upsample):
    """``nn.UpsamplingBilinear2d``: corners stay corners."""

    summary = "draws pictures out, mixing neighbours"
    work = "older bilinear upsampling"
    mode: ClassVar[str] = "bilinear"  # type: ignore[misc]
    align_corners: ClassVar[bool | None] = True  # type: ignore[misc]
    recompute_scale_factor: ClassVar[bool | None] = None  # type: ignore[misc]

    size: int | tuple[int, ...] | None = None
    scale_factor: Scale = None
