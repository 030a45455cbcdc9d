"""The shapes that torch's commonest operations give on the meta device, worked out here.

torch's own answers begin with importing its compiler and SymPy, which takes longer than all the rest of a run. torch is
asked all the same where this doesn't know, where tensors aren't laid out in the usual order, which the output may
follow, and where something doesn't fit, so that what is said of it is torch's.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from convcli.arithmetic.axis import Axis

Size = tuple[int, ...]
aten = torch.ops.aten


class Unknown(Exception):
    """What torch has to be asked."""


def _need(fits: bool) -> None:
    if not fits:
        raise Unknown


def _sizes(
    shape: Sequence[int], kernel: Size, stride: Size, padding: Size, dilation: Size, extra: Size = (0,), **more: bool
) -> Size:
    """The spatial sizes that windows give: of the last axes of a shape."""
    ndim = len(kernel)
    settings = (stride or kernel, padding, dilation, extra)
    each = (values * ndim if len(values) == 1 else values for values in map(tuple, settings))
    axes = [
        Axis(size, k, s, p, p, d, output_padding=e, **more)  # type: ignore[arg-type]
        for size, k, s, p, d, e in zip(shape[-ndim:], kernel, *each, strict=True)
    ]
    _need(min(shape) > 0 and all(axis.output > 0 and (axis.transposed or axis.spare >= 0) for axis in axes))
    return tuple(axis.output for axis in axes)


def _convolved(
    x: Any,
    weight: Any,
    bias: Any,
    stride: Size,
    padding: Size,
    dilation: Size,
    transposed: bool,
    extra: Size,
    groups: int,
) -> list[Size]:
    ndim = len(weight.shape) - 2
    _need(len(x.shape) == ndim + 2 and min(*stride, *dilation, groups) > 0 and min(padding) >= 0)
    kernel = tuple(weight.shape[2:])
    ins, outs = (
        (weight.shape[0], weight.shape[1] * groups) if transposed else (weight.shape[1] * groups, weight.shape[0])
    )
    _need(x.shape[1] == ins and outs % groups == 0 and max(extra) < max(min(stride), min(dilation)))
    return [(x.shape[0], outs, *_sizes(x.shape, kernel, stride, padding, dilation, extra, transposed=transposed))]


def _max_pooled(
    x: Any, kernel: Size, stride: Size = (), padding: Size = (0,), dilation: Size = (1,), ceil_mode: bool = False
) -> list[Size]:
    _need(len(x.shape) == len(kernel) + 2 and 2 * max(padding) <= min(kernel))
    sizes = _sizes(x.shape, tuple(kernel), stride, padding, dilation, ceil_mode=ceil_mode)
    return [(*x.shape[: -len(kernel)], *sizes)] * 2


def _averaged(
    x: Any, kernel: Size, stride: Size = (), padding: Size = (0,), ceil_mode: bool = False, *more: Any
) -> list[Size]:
    return _max_pooled(x, kernel, stride, padding, (1,), ceil_mode)[:1]


def _resized(x: Any, sizes: Size, *more: Any) -> list[Size]:
    _need(len(x.shape) == len(sizes) + 2 and min(*x.shape, *sizes) > 0)
    return [(*x.shape[: -len(sizes)], *sizes)]


def _reduced(x: Any, dims: Sequence[int] | None, keepdim: bool = False) -> list[Size]:
    rank = len(x.shape)
    _need(bool(dims) and all(-rank <= dim < rank for dim in dims or ()) and min(x.shape) > 0)
    gone = {dim % rank for dim in dims or ()}
    _need(len(gone) == len(dims or ()))
    return [tuple(1 if i in gone else size for i, size in enumerate(x.shape) if keepdim or i not in gone)]


def _batch_normed(x: Any, weight: Any, bias: Any, mean: Any, variance: Any, training: bool, *more: Any) -> list[Size]:
    return [tuple(x.shape), *[(x.shape[1],) if training else (0,)] * 2]


def _layer_normed(x: Any, shape: Size, *more: Any) -> list[Size]:
    _need(tuple(x.shape[-len(shape) :]) == tuple(shape))
    return [tuple(x.shape), *[(*x.shape[: -len(shape)], *(1,) * len(shape))] * 2]


def _group_normed(
    x: Any, weight: Any, bias: Any, batch: int, channels: int, each: int, groups: int, *more: Any
) -> list[Size]:
    _need(channels % groups == 0)
    return [tuple(x.shape), *[(batch, groups)] * 2]


def _same(x: Any, *more: Any) -> list[Size]:
    return [tuple(x.shape)]


def _combined(x: Any, y: Any) -> list[Size]:
    """Numbers with numbers, axes of size 1 stretched."""
    if not isinstance(y, torch.Tensor):
        return [tuple(x.shape)]
    pairs = list(zip_longest(reversed(x.shape), reversed(y.shape), fillvalue=1))
    _need(all(one == other or 1 in (one, other) for one, other in pairs))
    return [tuple(one if other == 1 else other for one, other in reversed(pairs))]


def _joined(tensors: Sequence[Any], dim: int = 0) -> list[Size]:
    first = tuple(tensors[0].shape)
    _need(-len(first) <= dim < len(first))
    dim %= len(first)
    others = {(*each.shape[:dim], *each.shape[dim + 1 :]) for each in tensors}
    _need(len(others) == 1 and {len(each.shape) for each in tensors} == {len(first)})
    return [(*first[:dim], sum(each.shape[dim] for each in tensors), *first[dim + 1 :])]


def _multiplied(x: Any, y: Any, rank: int = 2) -> list[Size]:
    _need(len(x.shape) == len(y.shape) == rank and x.shape[:-2] == y.shape[:-2] and x.shape[-1] == y.shape[-2])
    return [(*x.shape[:-1], y.shape[-1])]


def _multiplied_and_added(bias: Any, x: Any, y: Any) -> list[Size]:
    made = _multiplied(x, y)
    _need(len(bias.shape) == 1 and bias.shape[0] == made[0][-1])
    return made


POINTWISE = (
    aten.relu, aten.hardtanh, aten.gelu, aten.silu, aten.sigmoid, aten.tanh, aten.hardswish, aten.hardsigmoid,
    aten.leaky_relu, aten.elu, aten.softplus, aten.mish, aten._softmax, aten._log_softmax,
)  # fmt: skip
IN_PLACE = (
    aten.relu_, aten.hardtanh_, aten.silu_, aten.sigmoid_, aten.tanh_, aten.hardswish_, aten.hardsigmoid_,
    aten.leaky_relu_, aten.elu_,
)  # fmt: skip
RESIZING = (aten.upsample_nearest1d, aten.upsample_nearest2d, aten.upsample_bilinear2d, aten._adaptive_avg_pool2d)
SHAPES: dict[Any, Callable[..., list[Size]]] = {
    aten.convolution.default: _convolved,
    aten.native_batch_norm.default: _batch_normed,
    aten.native_layer_norm.default: _layer_normed,
    aten.native_group_norm.default: _group_normed,
    aten.max_pool2d_with_indices.default: _max_pooled,
    aten.max_pool3d_with_indices.default: _max_pooled,
    aten.avg_pool2d.default: _averaged,
    aten.mean.dim: _reduced,
    aten.sum.dim_IntList: _reduced,
    aten.cat.default: _joined,
    aten.mm.default: _multiplied,
    aten.bmm.default: partial(_multiplied, rank=3),
    aten.addmm.default: _multiplied_and_added,
    **{each.default: _same for each in (*POINTWISE, *IN_PLACE)},
    **{each.default: _resized for each in RESIZING},
    **{each.Tensor: _combined for each in (aten.add, aten.sub, aten.mul, aten.div, aten.add_, aten.sub_, aten.mul_)},
}
WRITTEN_OVER = {each.default for each in IN_PLACE} | {aten.add_.Tensor, aten.sub_.Tensor, aten.mul_.Tensor}
PRODUCTS = {aten.mm.default, aten.bmm.default, aten.addmm.default}  # laid out as usual, whatever their inputs are
KINDS = {aten.max_pool2d_with_indices.default: torch.long, aten.max_pool3d_with_indices.default: torch.long}


def answered(function: Any, args: Sequence[Any]) -> Any:
    """What an operation gives.

    Raises:
        Unknown: torch has to be asked.
    """
    if function not in SHAPES:
        raise Unknown
    tensors = list(_tensors(args))
    first = tensors[0]
    _need(all(each.is_meta and each.dtype == first.dtype and each.dtype.is_floating_point for each in tensors))
    _need(function in PRODUCTS or all(each.is_contiguous() for each in tensors))
    try:
        shapes = SHAPES[function](*args)
    except (TypeError, ValueError):  # arguments of another form
        raise Unknown from None
    if function in WRITTEN_OVER:
        _need(shapes[0] == tuple(first.shape))
        return first
    kinds = [first.dtype, *[KINDS.get(function, first.dtype)] * (len(shapes) - 1)]
    made = [torch.empty(shape, dtype=kind, device="meta") for shape, kind in zip(shapes, kinds, strict=True)]
    return made[0] if len(made) == 1 else tuple(made)


def _tensors(values: Sequence[Any]) -> Iterator[Any]:
    for each in values:
        if isinstance(each, torch.Tensor):
            yield each
        elif isinstance(each, list | tuple):
            yield from _tensors(each)


def check_channels(x: Any, weight: Any, bias: Any, stride: Size, padding: Size, dilation: Size, *more: Any) -> None:
    """Refuse what torch refuses on every device but meta, where it doesn't look at a transposed layer's channels."""
    transposed = more[0]
    if transposed and len(x.shape) == len(weight.shape) and x.shape[1] != weight.shape[0]:
        raise RuntimeError(
            f"Given transposed=1, weight of size {list(weight.shape)}, expected input{list(x.shape)} to have "
            f"{weight.shape[0]} channels, but got {x.shape[1]} channels instead"
        )


class Answering(TorchDispatchMode):  # type: ignore[misc]
    """Answers for torch, as long as it is on."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # torch would import its compiler at the first call, only to leave this one alone

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if function is aten.convolution.default:
            check_channels(*args)
        try:
            return answered(function, args) if not kwargs else function(*args, **kwargs)
        except Unknown:
            return function(*args, **(kwargs or {}))
