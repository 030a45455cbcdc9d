"""What a layer is: its torch.nn class, its arguments, its windows and its counts. No torch here.

A new layer type is one entry in ``KINDS``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from convcli.errors import Refusal
from convcli.geometry import Axis

__all__ = ["AXIS_NAMES", "KINDS", "Kind", "Layer"]

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of torch.nn classes that differ only in their number of axes."""

    name: str
    arguments: tuple[str, ...]
    summary: str
    transposed: bool = False
    kernel: int = 3

    @property
    def weighted(self) -> bool:
        return "out_channels" in self.arguments

    def has(self, argument: str, ndim: int) -> bool:
        """Whether the class with ``ndim`` axes takes an argument; AvgPool1d lacks one of 2d's."""
        return argument in self.arguments and (argument, ndim) != ("divisor_override", 1)


_CONV = ("in_channels", "out_channels", "kernel_size", "stride", "padding")
_LEARNED = ("groups", "bias", "dilation", "padding_mode")
_POOL = ("kernel_size", "stride", "padding")

KINDS = {
    kind.name.lower(): kind
    for kind in (
        Kind(
            "Conv",
            (*_CONV, *_LEARNED),
            "slides learned kernels over the input and sums the products",
        ),
        Kind(
            "ConvTranspose",
            (*_CONV, "output_padding", *_LEARNED),
            "stamps the kernel into the output, once for every input cell",
            transposed=True,
        ),
        Kind(
            "MaxPool",
            (*_POOL, "dilation", "return_indices", "ceil_mode"),
            "keeps the largest value of each window",
            kernel=2,
        ),
        Kind(
            "AvgPool",
            (*_POOL, "ceil_mode", "count_include_pad", "divisor_override"),
            "takes the mean of each window",
            kernel=2,
        ),
        Kind(
            "LPPool",
            ("norm_type", "kernel_size", "stride", "ceil_mode"),
            "takes the p-norm of each window; norm type 1 is the sum",
            kernel=2,
        ),
    )
}

# What torch assumes where nothing is said; a pooling's stride is its kernel instead.
DEFAULTS: dict[str, Any] = {
    "stride": 1,
    "padding": 0,
    "dilation": 1,
    "groups": 1,
    "bias": True,
    "padding_mode": "zeros",
    "output_padding": 0,
    "ceil_mode": False,
    "count_include_pad": True,
    "divisor_override": None,
    "return_indices": False,
    "norm_type": 2.0,
}
PER_AXIS = ("kernel_size", "stride", "padding", "dilation", "output_padding")


@dataclass(frozen=True, slots=True)
class Layer:
    """A torch.nn layer, described: one value per axis in each of ``PER_AXIS``.

    >>> layer = Layer.of("conv", 1, in_channels=1, out_channels=1, kernel_size=3, stride=2)
    >>> layer.code
    'nn.Conv1d(1, 1, kernel_size=3, stride=2)'
    >>> layer.output_shape((1, 1, 10))
    (1, 1, 4)

    Raises:
        Refusal: wherever the torch.nn class refuses its arguments.
    """

    kind: Kind
    ndim: int
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...] | str
    dilation: tuple[int, ...]
    output_padding: tuple[int, ...]
    in_channels: int = 0
    out_channels: int = 0
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None
    return_indices: bool = False
    norm_type: float = 2.0
    default_stride: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, kind: str, ndim: int, **arguments: Any) -> "Layer":
        """Build a layer from torch's argument names; numbers become one value per axis."""
        family = KINDS[kind]
        given = {"kernel_size": family.kernel} | {name: value for name, value in arguments.items() if value is not None}
        default_stride = "stride" not in given and not family.weighted
        if default_stride:
            given["stride"] = given["kernel_size"]
        for name in PER_AXIS:
            value = given.setdefault(name, DEFAULTS.get(name, 1))
            if not isinstance(value, str):
                given[name] = per_axis(value, ndim, name)
        return cls(family, ndim, default_stride=default_stride, **given)

    def __post_init__(self) -> None:
        for name in ("kernel_size", "stride", "dilation"):
            for axis, value in zip(self.axis_names, getattr(self, name), strict=True):
                if value < 1:
                    raise Refusal("not_positive", name=name, value=value, axis=axis)
        if self.kind.weighted:
            for name in ("in_channels", "out_channels", "groups"):
                if getattr(self, name) < 1:
                    raise Refusal("not_positive", name=name, value=getattr(self, name))
            for name in ("in_channels", "out_channels"):
                if getattr(self, name) % self.groups:
                    value = getattr(self, name)
                    raise Refusal("groups", name=name, value=value, groups=self.groups)
        self._check_padding()

    def _check_padding(self) -> None:
        if self.padding_mode not in PADDING_MODES:
            raise Refusal("padding_mode", value=self.padding_mode)
        if self.kind.transposed and self.padding_mode != "zeros":
            raise Refusal("transposed_mode", value=self.padding_mode)
        if self.divisor_override == 0:
            raise Refusal("zero", name="divisor_override")
        if self.norm_type == 0:
            raise Refusal("zero", name="norm_type")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise Refusal("padding_word", value=self.padding)
            if not self.kind.weighted or self.kind.transposed:
                raise Refusal("padding_word_here", value=self.padding, type=self.type)
            if self.padding == "same" and max(self.stride) > 1:
                raise Refusal("same_stride", stride=self.stride, kernel=self.kernel_size)
            return
        for i, axis in enumerate(self.axis_names):
            padding = self.padding[i]
            # torch crops with negative padding in every other padding mode.
            if padding < 0 and self.padding_mode == "zeros":
                raise Refusal("negative", name="padding", value=padding, axis=axis)
            if not self.kind.weighted and padding > self.kernel_size[i] // 2:
                raise Refusal("pool_padding", value=padding, axis=axis, most=self.kernel_size[i] // 2)
            # torch names both stride and dilation as bounds, and takes the larger.
            bound = max(self.stride[i], self.dilation[i])
            if not 0 <= self.output_padding[i] < bound:
                raise Refusal("output_padding", value=self.output_padding[i], axis=axis, bound=bound)

    @property
    def type(self) -> str:
        """The torch.nn class, ``Conv1d``."""
        return f"{self.kind.name}{self.ndim}d"

    @property
    def _averages(self) -> bool:
        """Whether torch works through its mean; an infinite norm goes through its maximum."""
        return self.kind.name == "AvgPool" or (self.kind.name == "LPPool" and abs(self.norm_type) != float("inf"))

    @property
    def axis_names(self) -> tuple[str, ...]:
        return AXIS_NAMES[self.ndim]

    @property
    def pads(self) -> list[tuple[int, int]]:
        """Cells added ``(before, after)`` each axis; 'same' puts the odd one after."""
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            return [(total // 2, total - total // 2) for total in totals]
        if isinstance(self.padding, str):
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
                dilation=self.dilation[i],
                padding_mode=self.padding_mode,
                ceil_mode=self.ceil_mode,
                transposed=self.kind.transposed,
                output_padding=self.output_padding[i],
                name=self.axis_names[i],
            )
            for i, size in enumerate(sizes)
        )

    def axes(self, sizes: Sequence[int]) -> tuple[Axis, ...]:
        """The windows walking an input of these spatial sizes.

        Raises:
            Refusal: where torch refuses such an input.
        """
        axes = self.windows(sizes)
        for axis in axes:
            if axis.size < 1:
                raise Refusal("not_positive", name="size", value=axis.size, axis=axis.name)
            widest = max(axis.before, axis.after)
            limit = {"reflect": axis.size - 1, "circular": axis.size}.get(axis.padding_mode)
            if limit is not None and widest > limit:
                mode = axis.padding_mode
                raise Refusal("padding_too_wide", axis=axis, mode=mode, limit=limit, value=widest)
            # torch's 3-d mean asks for a whole kernel of real cells, padding and ceil_mode or not.
            if self.ndim == 3 and self._averages and axis.size < axis.kernel:
                raise Refusal("pool3d_larger", axis=axis, type=self.type)
            if axis.output < 1:
                raise Refusal("no_output" if axis.transposed else "kernel_larger", axis=axis)
        return axes

    def output_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape that comes out of an input ``[batch, channels, *sizes]``."""
        channels = self.out_channels if self.kind.weighted else shape[1]
        return (shape[0], channels, *(axis.output for axis in self.axes(shape[2:])))

    @property
    def weight_shape(self) -> tuple[int, ...] | None:
        """``[out, in/groups, *kernel]``; transposed ``[in, out/groups, *kernel]``; None: none."""
        if not self.kind.weighted:
            return None
        first, second = self.out_channels, self.in_channels
        if self.kind.transposed:
            first, second = second, first
        return (first, second // self.groups, *self.kernel_size)

    @property
    def terms(self) -> int:
        """How many terms an output has at most: a window's cells, in every channel that it sums over."""
        return prod(self.kernel_size) * (self.in_channels // self.groups if self.kind.weighted else 1)

    def joined(self, weight: Sequence[int]) -> tuple[int, int]:
        """The input and the output channel that a weight ``[first, second, *taps]`` joins.

        >>> Layer.of("conv", 1, in_channels=4, out_channels=4, groups=2).joined((3, 0, 0))
        (2, 3)
        """
        first, second, *_ = weight  # the second counts within the first one's group
        ins, outs = self.in_channels // self.groups, self.out_channels // self.groups
        if self.kind.transposed:
            return first, first // ins * outs + second
        return first // outs * ins + second, first

    @property
    def parameters(self) -> int:
        """Learned numbers: weights, and one bias per output channel where there is one."""
        if self.weight_shape is None:
            return 0
        return prod(self.weight_shape) + self.out_channels * self.bias

    def macs(self, sizes: Sequence[int]) -> int:
        """Multiply-accumulates of one sample: weights only, padded taps counted.

        A transposed convolution multiplies once per *input* cell and weight. A pooling has none.
        """
        if self.weight_shape is None:
            return 0
        cells = sizes if self.kind.transposed else [axis.output for axis in self.axes(sizes)]
        return prod(self.weight_shape) * prod(cells)

    def arguments(self) -> dict[str, Any]:
        """Every argument of the torch.nn class, by torch's names, one value per axis."""
        names = (name for name in self.kind.arguments if self.kind.has(name, self.ndim))
        return {name: getattr(self, name) for name in names}

    @property
    def code(self) -> str:
        """The layer as Python, what torch assumes left out."""
        parts = []
        for name, value in self.arguments().items():
            text = _argument(value)
            if name in ("in_channels", "out_channels", "norm_type"):
                parts.append(text)
            elif name == "kernel_size" or text != self._default(name):
                parts.append(f"{name}={text}")
        return f"nn.{self.type}({', '.join(parts)})"

    def _default(self, name: str) -> str:
        if name == "stride" and not self.kind.weighted:
            return _argument(self.kernel_size)
        return _argument(DEFAULTS[name])


def per_axis(value: int | Sequence[int], ndim: int, name: str) -> tuple[int, ...]:
    """One value for every axis.

    >>> per_axis(3, 2, "kernel_size")
    (3, 3)
    """
    values = (value,) if isinstance(value, int) else tuple(value)
    if len(values) not in (1, ndim):
        raise Refusal("axis_count", name=name, values=values, axes=AXIS_NAMES[ndim])
    return values * ndim if len(values) == 1 else values


def _argument(value: Any) -> str:
    if isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f"float('{value}')"
    return repr(value)
