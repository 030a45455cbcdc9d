"""The output-size formula backwards: which settings, or which input sizes, give an output size.

Worked out in closed form: a size of a million costs no more than one of ten.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from typing import Any

from convcli.arithmetic.axis import Axis

KERNELS = range(1, 12)
DILATIONS = range(1, 4)
LARGEST = 2**63 - 1  # no axis of a tensor has more cells
MOST = 1000  # settings listed; the count goes on

# Which kernels people use, the commonest first.
_COMMON = (3, 2, 5, 1, 7, 4, 9, 11, 6, 8, 10)


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One way to get from a size to an output."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    output_padding: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that do it, the commonest first, how many there are, and else the nearest output."""

    listed: tuple[Setting, ...]
    count: int
    nearest: int | None = None


def solve(size: int, output: int, kind: str = "conv", **fixed: Any) -> Settings:
    """The settings that turn ``size`` into ``output``; any of them may be fixed.

    What isn't fixed: kernels to 11, dilations to 3, padding less than the effective kernel (so that no
    window sees padding alone; for pooling at most half the kernel, as torch has it), every stride.

    >>> solve(224, 112).listed[0]
    Setting(size=224, kernel=3, stride=2, padding=1, dilation=1, output_padding=0)
    >>> solve(28, 28, kernel=5, stride=1, dilation=1).listed
    (Setting(size=28, kernel=5, stride=1, padding=2, dilation=1, output_padding=0),)
    """
    families = list(_families(size, output, kind, fixed))
    count = sum(len(strides) for _, strides in families)
    # Each family comes sorted, so only as many settings are built as are listed.
    ranked = islice(merge(*(_settings(axis, strides, output) for axis, strides in families)), MOST)
    reached = (o for axis, _ in families for o in _outputs_near(axis, output, "stride" in fixed))
    return Settings(tuple(setting for _, setting in ranked), count, None if count else _nearest(output, reached))


def _nearest(output: int, reached: Iterable[int]) -> int | None:
    return min((o for o in reached if o > 0), key=lambda o: (abs(o - output), o), default=None)


def _families(size: int, output: int, kind: str, fixed: dict[str, Any]) -> Iterator[tuple[Axis, range]]:
    """Settings alike but for the stride: an axis, and the strides of which each does it."""
    given = {name: value for name, value in fixed.items() if name in ("stride", "ceil_mode", "output_padding")}
    for kernel in [fixed["kernel"]] if "kernel" in fixed else KERNELS:
        # One tap has no gaps, so its dilation changes nothing.
        dilations = [fixed["dilation"]] if "dilation" in fixed else DILATIONS if kernel > 1 else [1]
        for dilation in [1] if kind == "pool" and "dilation" not in fixed else dilations:
            axis = Axis(size, kernel, dilation=dilation, transposed=kind == "transposed", **given)
            most = kernel // 2 if kind == "pool" else axis.extent - 1
            for padding in [fixed["padding"]] if "padding" in fixed else range(most + 1):
                padded = replace(axis, before=padding, after=padding)
                yield padded, _strides(padded, output, fixed)


def _settings(axis: Axis, strides: range, output: int) -> Iterator[tuple[tuple[float, int], Setting]]:
    """The settings of a family, each with how uncommon it is; only the order of these numbers matters."""
    k, d, p, op = axis.kernel, axis.dilation, axis.before, axis.output_padding
    half = (axis.extent - 1) / 2
    padding = 0.0 if p == half else 1.0 if p == 0 else 3.0 + abs(p - half)
    cost = 8 * (d - 1) + padding + (_COMMON.index(k) if k in _COMMON else 11)
    for stride in strides:
        rest = output - (axis.size - 1) * stride - _alone(axis) if axis.transposed else 0
        yield (cost + 2.0 * (stride - strides[0]), k), Setting(axis.size, k, stride, p, d, op + rest)


def _strides(axis: Axis, output: int, fixed: dict[str, Any]) -> range:
    """The strides that give exactly this output, a range in every case."""
    if axis.transposed:
        strides = _transposed_strides(axis, output, "output_padding" in fixed)
    elif axis.spare < 0:
        # Only ceil_mode makes a window of less than a kernel, where one stride reaches past the end.
        strides = range(1 - axis.spare, 2 - axis.spare) if axis.ceil_mode and output == 1 else range(0)
    else:
        strides = range(_largest_stride(axis, output + 1) + 1, _largest_stride(axis, output) + 1)
    if "stride" in fixed:
        once = replace(axis, stride=fixed["stride"]).output == output or fixed["stride"] in strides
        return range(fixed["stride"], fixed["stride"] + 1) if once else range(0)
    return strides


def _largest_stride(axis: Axis, output: int) -> int:
    """The largest stride that still gives ``output`` windows; 0: not even stride 1 does."""
    windows = output - 1
    if windows <= 0:
        return axis.padded  # one window is left; larger strides change nothing
    if not axis.ceil_mode:
        return axis.spare // windows
    # ⌈spare / s⌉ ≥ windows, and the last window starts before size + before.
    fits = -(-axis.spare // (windows - 1)) - 1 if windows > 1 else axis.padded * (axis.spare > 0)
    return max(0, min(fits, -(-(axis.size + axis.before) // windows) - 1))


def _alone(axis: Axis) -> int:
    """What a transposed layer writes for a single cell; negative where padding cuts more than that."""
    return axis.extent - axis.before - axis.after + axis.output_padding


def _transposed_strides(axis: Axis, output: int, fixed_padding: bool) -> range:
    """Strides whose full output is this, or short of it by an output padding in range."""
    rest = output - _alone(axis)
    steps = axis.size - 1
    if rest < 0:
        return range(0)
    if not steps:
        lowest = 1 if rest < axis.dilation else rest + 1
        return range(lowest, lowest + 1) if not rest or not fixed_padding else range(0)
    highest = rest // steps
    if fixed_padding:
        return range(highest, highest + 1) if highest * steps == rest and highest else range(0)
    # rest − steps·s < max(s, dilation)
    lowest = min(rest // axis.size + 1, (rest - axis.dilation) // steps + 1)
    return range(max(1, lowest), highest + 1)


def _outputs_near(axis: Axis, output: int, stride_fixed: bool) -> Iterator[int]:
    """The outputs on either side of one that nothing reaches."""
    if axis.transposed:
        around = max(1, (output - axis.extent + axis.before + axis.after) // max(1, axis.size - 1))
    else:
        around = max(1, axis.spare // max(1, output - 1))
    for stride in (axis.stride,) if stride_fixed else (max(1, around - 1), around, around + 1):
        yield replace(axis, stride=stride).output


def least_size(axis: Axis, output: int) -> int:
    """The smallest input size that gives at least this output.

    >>> least_size(Axis(1, kernel=3, stride=2, before=1, after=1), 112)
    223
    """
    if axis.ceil_mode:
        return sizes_giving(axis, output).start
    added = axis.before + axis.after
    if axis.transposed:
        return max(1, 1 - (axis.extent - added + axis.output_padding - output) // axis.stride)
    return max(1, (output - 1) * axis.stride + axis.extent - added)


def with_sizes(axis: Axis, output: int) -> Settings:
    """:func:`sizes_giving` as settings that differ in their size alone."""
    sizes = sizes_giving(axis, output)
    rest = (axis.kernel, axis.stride, axis.before, axis.dilation, axis.output_padding)
    listed = tuple(Setting(size, *rest) for size in sizes[:MOST])
    around = (replace(axis, size=max(1, size)).output for size in (sizes.start - 1, sizes.start))
    return Settings(listed, sizes.stop - sizes.start, _nearest(output, around))


def sizes_giving(axis: Axis, output: int) -> range:
    """The input sizes that give an output; several, where the floor swallows the difference.

    >>> sizes_giving(Axis(1, kernel=3, stride=2, before=1, after=1), 112)
    range(223, 225)
    """
    # The output grows with the size, so bisection finds both ends; no size above this bound matters.
    bound = (output + 1) * axis.stride + axis.extent + abs(axis.before) + abs(axis.after) + 2

    def first(wanted: int) -> int:
        low, high = 1, bound  # not the library's bisection, whose ranges end at 64 bits
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if replace(axis, size=middle).output < wanted else (low, middle)
        return low

    return range(min(first(output), LARGEST + 1), min(first(output + 1), LARGEST + 1))
