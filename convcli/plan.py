"""From a request to all that is known without torch: layer, input, axes, shapes, counts.

This is what the first table shows while torch is still loading.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from convcli.arrays import Array, ramp
from convcli.errors import Refusal
from convcli.geometry import Axis
from convcli.layers import KINDS, Layer
from convcli.samples import sample_for

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A layer, its input and everything that follows from their sizes alone.

    ``shape`` is the input's ``[batch, channels, *sizes]``; ``added`` says how many leading axes
    the input lacked. ``weight`` and ``bias`` are what the user gave, None for torch's own.
    """

    layer: Layer
    input: Array
    shape: tuple[int, ...]
    axes: tuple[Axis, ...]
    weight: Array | None = None
    bias: Array | None = None
    seed: int = 0

    @property
    def added(self) -> int:
        return len(self.shape) - len(self.input.shape)

    @property
    def axis_names(self) -> tuple[str, ...]:
        return ("batch", "channels", *self.layer.axis_names)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.layer.output_shape(self.shape)

    @property
    def macs(self) -> int:
        return self.layer.macs(self.shape[2:])

    @property
    def warnings(self) -> list[str]:
        """What a learner may not have meant, in sentences."""
        from convcli.diagnosis import traps

        return [*self.input.notes, *traps(self)]


def make_plan(
    kind: str,
    ndim: int,
    arguments: dict[str, Any],
    *,
    input: Array | None = None,
    size: Sequence[int] | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    seed: int = 0,
    depthwise: bool = False,
) -> Plan:
    """Work out a layer and its input from what was asked for; what was left out follows.

    >>> plan = make_plan("conv", 1, {"kernel_size": 3, "stride": 2})
    >>> plan.shape, plan.output_shape, plan.macs
    ((1, 1, 10), (1, 1, 4), 12)

    With ``depthwise``, and no channels asked for, each channel gets the kernel on its own.

    Raises:
        Refusal: where torch would refuse, or what was given disagrees.
    """
    family = KINDS[kind]
    arguments = dict(arguments)
    if weight is not None:
        _follow_weight(arguments, weight, ndim, family.transposed)
        if bias is None:
            arguments["bias"] = False
    channels = arguments.get("in_channels")
    source = input or _default_input(ndim, channels, size)
    shape = _with_leading_axes(source.shape, ndim)
    if family.weighted:
        arguments.setdefault("in_channels", shape[1])
        if depthwise and not {"out_channels", "groups"} & set(arguments):
            arguments["groups"] = arguments["in_channels"]
        # The fewest output channels that the groups allow.
        arguments.setdefault("out_channels", max(1, arguments.get("groups", 1)))
    layer = Layer.of(kind, ndim, **arguments)
    if family.weighted and layer.in_channels != shape[1]:
        raise Refusal("channels", layer=layer, shape=shape, given=source.shape)
    axes = layer.axes(shape[2:])
    plan = Plan(layer, source, shape, axes, weight, bias, seed)
    if bias is not None and bias.shape not in {(layer.out_channels,), (1,)}:
        raise Refusal("bias_shape", shape=bias.shape, out_channels=layer.out_channels)
    _check_memory(plan)
    return plan


def _default_input(ndim: int, channels: int | None, size: Sequence[int] | None) -> Array:
    if size is not None:
        for value in size:
            if value < 1:
                raise Refusal("not_positive", name="size", value=value)
        sizes = tuple(size) * ndim if len(size) == 1 else tuple(size)
        if not ndim <= len(sizes) <= ndim + 2:
            raise Refusal("size_count", values=sizes, ndim=ndim)
        if len(sizes) == ndim and channels is not None and channels > 1:
            sizes = (channels, *sizes)
        return ramp(sizes)
    if channels is not None and channels < 1:
        raise Refusal("not_positive", name="in_channels", value=channels)
    return sample_for(ndim, channels) or ramp((channels or 1, *(10,) * ndim))


def _with_leading_axes(shape: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    if not ndim <= len(shape) <= ndim + 2:
        raise Refusal("rank", shape=shape, ndim=ndim)
    return (1,) * (ndim + 2 - len(shape)) + tuple(shape)


def _follow_weight(arguments: dict[str, Any], weight: Array, ndim: int, transposed: bool) -> None:
    """Let kernel and channels follow from a given weight, where they weren't asked for."""
    rank = len(weight.shape)
    if rank not in (ndim, ndim + 2):
        raise Refusal("weight_rank", shape=weight.shape, ndim=ndim)
    kernel = weight.shape[-ndim:]
    asked = arguments.setdefault("kernel_size", kernel)
    if kernel != (tuple(asked) * ndim)[:ndim] if isinstance(asked, tuple) else kernel != (asked,) * ndim:
        raise Refusal("weight_kernel", shape=weight.shape, kernel=asked)
    if rank == ndim:
        return
    groups = arguments.get("groups", 1)
    first, second = weight.shape[:2]
    expected = {"in_channels": second * groups, "out_channels": first}
    if transposed:
        expected = {"in_channels": first, "out_channels": second * groups}
    for name, value in expected.items():
        if arguments.setdefault(name, value) != value:
            raise Refusal("weight_channels", shape=weight.shape, name=name, value=arguments[name], fits=value)


def _check_memory(plan: Plan) -> None:
    """Refuse what could not fit, before anything of that size is allocated."""
    layer = plan.layer
    needed = prod(plan.shape) + prod(plan.output_shape) * (3 if layer.return_indices else 1)
    if layer.kind.weighted:
        # The CPU's convolution writes its output in blocks of 16 channels first.
        blocks = -(-layer.out_channels // 16) * 16
        needed += prod(layer.weight_shape or ()) + plan.shape[0] * blocks * prod(plan.output_shape[2:])
    if layer.padding_mode != "zeros":
        needed += prod(plan.shape[:2]) * prod(axis.padded for axis in plan.axes)
    needed *= 4
    if needed > 2**28 and needed > (free := available_memory()):
        raise Refusal("memory", needed=needed, free=free, plan=plan)


def available_memory() -> int:
    """Bytes a new array may take; without /proc, all the machine's memory; else a guess of 8 GiB."""
    try:
        with open("/proc/meminfo") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30
