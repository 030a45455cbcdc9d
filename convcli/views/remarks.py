"""What an argument changes in this very result, in a sentence each; silent where it changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from math import prod

from convcli.geometry import Axis
from convcli.inverse import sizes_giving
from convcli.plan import Plan

__all__ = ["remarks"]

MOST_GROUPS = 4


def remarks(plan: Plan) -> Iterator[tuple[str, str]]:
    """Pairs of a label and what there is to say."""
    layer = plan.layer
    if layer.default_stride:
        yield "stride", f"{_sizes(layer.stride)}: a pooling's stride is its kernel unless told otherwise"
    if layer.kind.name == "LPPool" and layer.norm_type == 1:
        yield "norm", "norm type 1 adds up each window: torch sums the values with their signs, not their magnitudes"
    if layer.groups > 1:
        yield from _groups(plan)
    for axis in plan.axes:
        if axis.ceil_mode:
            yield "ceil", _ceil(axis)
        if axis.transposed and axis.stride > 1:
            yield axis.name, _output_padding(axis)
    if layer.kind.name == "AvgPool":
        yield from _mean(plan)
    if layer.return_indices:
        yield "indices", f"where each maximum stands, counted through the {' × '.join(layer.axis_names)} of its channel"


def _sizes(values: tuple[int, ...]) -> str:
    return str(values[0]) if len(set(values)) == 1 else " × ".join(map(str, values))


def _groups(plan: Plan) -> Iterator[tuple[str, str]]:
    layer = plan.layer
    ins, outs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    shown = range(layer.groups) if layer.groups <= MOST_GROUPS else (0, 1, layer.groups - 1)
    pairs = [f"{_span(g * ins, ins)} → {_span(g * outs, outs)}" for g in shown]
    if layer.groups > MOST_GROUPS:
        pairs.insert(-1, "...")
    name = "depthwise, in → out channels" if ins == 1 else "in → out channels"
    yield "groups", f"{name}: {' · '.join(pairs)}"
    dense = replace(layer, groups=1)
    weights, saved = prod(layer.weight_shape or ()), prod(dense.weight_shape or ())
    yield (
        "",
        f"{weights:,} weights and {plan.macs:,} MACs, ungrouped {saved:,} and {dense.macs(plan.shape[2:]):,}: "
        f"1/{layer.groups}",
    )


def _span(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start}–{start + count - 1}"


def _ceil(axis: Axis) -> str:
    floor = replace(axis, ceil_mode=False).output
    if axis.output > floor:
        start = (axis.output - 1) * axis.stride - axis.before
        return f"{axis.name}: rounding up adds window {axis.output - 1}, which starts at {start} and runs over the end"
    if axis.drops_last_window and axis.spare % axis.stride:
        return f"{axis.name}: the window that rounding up would add is dropped; it would start behind the input"
    return f"{axis.name}: rounding up changes nothing here"


def _output_padding(axis: Axis) -> str:
    """A convolution of these settings takes several sizes to the one that went in here."""
    forward = replace(axis, transposed=False, output_padding=0, size=1)
    sizes = sizes_giving(forward, axis.size)
    if not sizes:
        return f"output padding {axis.output_padding} chose {axis.output}"
    return (
        f"a convolution with these settings takes sizes {sizes[0]} to {sizes[-1]} all to {axis.size}; "
        f"output padding {axis.output_padding} chose {axis.output}"
    )


def _mean(plan: Plan) -> Iterator[tuple[str, str]]:
    layer = plan.layer
    if layer.divisor_override:
        yield "mean", f"each sum is divided by {layer.divisor_override}, not by the {prod(layer.kernel_size)} cells"
    elif any(axis.before for axis in plan.axes):
        if layer.count_include_pad:
            yield "mean", "at the border the padding's zeros count as cells and pull the mean down"
        else:
            yield "mean", "at the border only real cells are averaged; padding doesn't count"
