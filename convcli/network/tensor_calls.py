"""What a ``forward`` does with a tensor besides calling its layers: views, permutations, means, functions of torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from convcli.arithmetic.windows import Whole
from convcli.layers import LAYERS, Layer, without_windows  # noqa: F401  (enters the layers without windows)
from convcli.layers.base import Path, Shape
from convcli.layers.pointwise import axis_of
from convcli.refusals import AXIS_NAMES, Refusal, Spelling, Words


class CantView(Refusal):
    sizes: Sequence[int]
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        count, known = prod(self.shape), prod(size for size in self.sizes if size != -1)
        why = f"{list(self.shape)} has {count:,} numbers, which can't be laid out as {list(self.sizes)}"
        if -1 in self.sizes and known:
            why += f": {count:,} isn't a multiple of {known:,}"
        fit = f"flatten(1) gives {prod(self.shape[1:]):,} features" if len(self.shape) > 1 else "give other sizes"
        return why, fit


@dataclass(frozen=True)
class AxisSize:
    """The size of an axis of the tensor, as ``x.size(0)`` has it, or with ``rest`` those from that axis on."""

    axis: int
    rest: bool = False

    def __repr__(self) -> str:
        return f"x.shape[{self.axis}:]" if self.rest else f"x.size({self.axis})"


class TensorCall(Layer):
    """A method of a tensor, written as it is called."""

    spread: ClassVar[bool] = False  # whether its only argument is written without the brackets of a tuple

    @property
    def code(self) -> str:
        first, *rest = self.arguments().items()
        values = [] if first[1] is None else [str(first[1])]
        if self.spread:
            values = [str(value) for value in first[1]]
        values += [f"{name}={value}" for name, value in rest if value]
        return f"x.{self.type.lower()}({', '.join(values)})"


@dataclass(frozen=True, eq=False, repr=False)
class View(TensorCall):
    """``x.view`` and ``x.reshape``: the same numbers in other axes, −1 being whatever is left.

    >>> View((-1, 400)).output_shape((1, 16, 5, 5))
    (1, 400)
    """

    joins = True
    spread = True

    sizes: tuple[int | AxisSize, ...]

    def output_shape(self, shape: Sequence[int]) -> Shape:
        sizes = tuple(shape[each.axis] if isinstance(each, AxisSize) else each for each in self.sizes)
        known = prod(size for size in sizes if size != -1)
        if sizes.count(-1) == 1 and known > 0 and prod(shape) % known == 0:
            return tuple(prod(shape) // known if size == -1 else size for size in sizes)
        if prod(sizes) != prod(shape) or min(sizes, default=1) < 0:
            raise CantView(sizes=sizes, shape=shape)
        return sizes

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        """Axes of equal product, from the front on, belong together; without a number, all of them."""
        output = self.output_shape(shape)
        if not prod(shape):
            return (tuple((i, None) for i in range(len(shape))),) * len(output)
        paths: list[Path] = []
        here = 0  # the first axis of the input that no path has yet
        while len(paths) < len(output):
            ins, outs = here + 1, len(paths) + 1
            while (left := prod(shape[here:ins])) != (right := prod(output[len(paths) : outs])):
                ins, outs = (ins + 1, outs) if left < right else (ins, outs + 1)
            path = tuple((i, None) for i in range(here, min(ins, len(shape))))
            paths += [path] * (outs - len(paths))
            here = ins
        return tuple(paths[: len(output)])


@dataclass(frozen=True, eq=False, repr=False)
class Permute(TensorCall):
    """``x.permute``: the axes in another order."""

    spread = True

    dims: tuple[int, ...]

    def order(self, shape: Sequence[int]) -> tuple[int, ...]:
        order = tuple(axis_of("dims", dim, shape) for dim in self.dims)
        if sorted(order) != list(range(len(shape))):
            raise CantView(sizes=self.dims, shape=shape)
        return order

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return tuple(shape[i] for i in self.order(shape))

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        return tuple(((i, None),) for i in self.order(shape))


@dataclass(frozen=True, eq=False, repr=False)
class Transpose(Permute):
    """``x.transpose``: two axes trade places."""

    def order(self, shape: Sequence[int]) -> tuple[int, ...]:
        one, other = (axis_of("dim", dim, shape) for dim in self.dims)
        order = list(range(len(shape)))
        order[one], order[other] = other, one
        return tuple(order)


@dataclass(frozen=True, eq=False, repr=False)
class Unsqueeze(TensorCall):
    """``x.unsqueeze``: one more axis, of size 1."""

    dim: int

    def output_shape(self, shape: Sequence[int]) -> Shape:
        at = axis_of("dim", self.dim, (*shape, 1))
        return (*shape[:at], 1, *shape[at:])

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        at = axis_of("dim", self.dim, (*shape, 1))
        each: list[Path] = [((i, None),) for i in range(len(shape))]
        return (*each[:at], (), *each[at:])


@dataclass(frozen=True, eq=False, repr=False)
class Squeeze(TensorCall):
    """``x.squeeze``: axes of size 1 go, all of them or those named."""

    dim: int | tuple[int, ...] | None = None

    def kept(self, shape: Sequence[int]) -> list[int]:
        each = self.dim if isinstance(self.dim, tuple) else range(len(shape)) if self.dim is None else (self.dim,)
        named = {axis_of("dim", dim, shape) for dim in each}
        return [i for i, size in enumerate(shape) if i not in named or size != 1]

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return tuple(shape[i] for i in self.kept(shape))

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        return tuple(((i, None),) for i in self.kept(shape))


@dataclass(frozen=True, eq=False, repr=False)
class Mean(TensorCall):
    """``x.mean`` and its like: axes become one number each, and go unless ``keepdim``."""

    dim: int | tuple[int, ...]
    keepdim: bool = False

    def gone(self, shape: Sequence[int]) -> set[int]:
        each = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        return {axis_of("dim", dim, shape) for dim in each}

    def output_shape(self, shape: Sequence[int]) -> Shape:
        gone = self.gone(shape)
        return tuple(1 if i in gone else size for i, size in enumerate(shape) if self.keepdim or i not in gone)

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        gone = self.gone(shape)
        read = {i: Whole(size, 1) if i in gone else None for i, size in enumerate(shape)}
        return tuple(((i, windows),) for i, windows in read.items() if self.keepdim or i not in gone)


class Sum(Mean):
    """``x.sum``."""


class AMax(Mean):
    """``x.amax``, and ``x.max`` where only the values are taken."""


MEANS: dict[str, type[Mean]] = {"mean": Mean, "sum": Sum, "amax": AMax, "max": AMax}
SAME = ("contiguous", "float", "double", "half", "to", "cuda", "cpu", "clone", "detach", "type", "requires_grad_")
# What functions call otherwise, or have in another order, than the classes of torch.nn.
CALLED = {"interpolate": "upsample", "upsample": "upsample"}
ORDER = {
    "maxpool": ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"),
    "dropout": ("p", "training", "inplace"),
}
LEFT_OUT = ("training", "_stacklevel", "dtype", "antialias")


def of_function(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Layer | None:
    """The layer that a function of torch, or a method of a tensor, is; None where it isn't known.

    ``values`` are its arguments after the tensor.

    >>> of_function("max_pool2d", (2,), {})
    nn.MaxPool2d(kernel_size=2)

    Raises:
        Refusal: the layer refuses the arguments.
        TypeError: it takes no such arguments.
    """
    if name in ("view", "reshape"):
        sizes = values[0] if len(values) == 1 and isinstance(values[0], tuple) else tuple(values)
        return View(sizes)
    if name in ("permute", "transpose", "swapaxes"):
        dims = values[0] if len(values) == 1 and isinstance(values[0], tuple) else tuple(values)
        return Permute(dims) if name == "permute" else Transpose(dims)
    if name in ("squeeze", "unsqueeze"):
        return (Squeeze if name == "squeeze" else Unsqueeze)(*values, **named)
    if name in MEANS:
        return MEANS[name](*values, **named)
    if (whole := _over_whole_axes(name, values, named)) is not None:
        return whole
    if name == "pad":
        return _padded(*values, **named)
    short = CALLED.get(name, name.replace("_", ""))
    layer = LAYERS.get(short)
    if layer is None:
        return None
    order = ORDER.get(short.rstrip("123d"), tuple(layer.defaults()))
    arguments = dict(zip(order, values, strict=False)) | dict(named)
    if short == "flatten":
        arguments = {"start_dim": 0} | arguments
    return layer.made_with({key: value for key, value in arguments.items() if key not in LEFT_OUT})


def _over_whole_axes(name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Layer | None:
    """A pooling whose window is as large as the maps: ``F.max_pool1d(x, x.size(2))``."""
    pooled = {"max_pool": AMax, "avg_pool": Mean}.get(name[:-2])
    kernel = named.get("kernel_size", values[0] if values else None)
    axes = tuple(range(2, 2 + int(name[-2]))) if pooled else ()
    sizes = kernel if isinstance(kernel, tuple) else (kernel,) * (len(axes) if len(axes) == 1 else 0)
    if kernel == AxisSize(2, rest=True) or (axes and sizes in (tuple(map(AxisSize, axes)), (AxisSize(-1),))):
        return pooled(axes, keepdim=True) if pooled else None
    return None


def keeps_batch(layer: Layer | None) -> bool:
    """Whether the first axis is surely what it was; a layer that isn't known may do anything."""
    match layer:
        case None:
            return False
        case Transpose(dims=dims):
            return 0 not in dims and min(dims) >= -2
        case Permute(dims=dims):
            return dims[:1] == (0,)
        case View(sizes=sizes):
            return sizes[:1] == (AxisSize(0),)
        case Squeeze(dim=dim) | Mean(dim=dim) | Unsqueeze(dim=dim):
            each = dim if isinstance(dim, tuple) else (dim,)
            return all(axis is not None and (axis > 0 or axis in (-1, -2)) for axis in each)
        case _:
            return bool(layer.arguments().get("start_dim", 1))


def _padded(pad: Sequence[int], mode: str = "constant", value: float | None = 0) -> Layer:
    name = {"constant": "constantpad", "reflect": "reflectionpad", "replicate": "replicationpad"}.get(
        mode, "circularpad"
    )
    ndim = min(max(1, len(pad) // 2), len(AXIS_NAMES))
    arguments: dict[str, Any] = {"padding": tuple(pad)}
    if mode == "constant":
        arguments["value"] = value or 0
    return LAYERS[f"{name}{ndim}d"].made_with(arguments)
