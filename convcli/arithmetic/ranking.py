"""Which settings people build: all of the input is read; then kernels, padding and strides as networks have them."""

from math import gcd, log2

from convcli.arithmetic.axis import Axis

# The commonest first.
KERNELS = {"conv": (3, 5, 7, 1, 2, 4, 11, 9, 6, 8, 10), "pool": (2, 3, 5, 4, 7), "transposed": (4, 2, 3, 5, 6, 8, 1, 7)}


def uncommonness(axis: Axis, kind: str = "conv") -> float:
    """How far a setting is from what people build; only the order of these numbers matters.

    >>> [uncommonness(axis) for axis in (Axis(224, 3, 2, 1, 1), Axis(224, 7, 2, 3, 3), Axis(224, 1, 2))]
    [0.5, 2.5, 15.553571428571429]
    """
    kernel, stride, spread = axis.kernel, axis.stride, axis.extent - 1
    common = KERNELS[kind]
    cost = common.index(kernel) if kernel in common else 6 + log2(kernel)
    cost += log2(stride) / 2 + (stride & (stride - 1) > 0) + 6 * log2(axis.dilation)
    if (axis.size if axis.transposed else axis.output) == 1:
        cost += log2(stride)  # of a single window; no stride is ever taken
    elif kernel == stride > 1 and not axis.transposed:
        cost -= 4 if kernel > 3 else 2  # side by side, as poolings and patches are
    total = axis.before + axis.after
    if total == kernel - stride and axis.dilation == 1:
        cost += 0.3  # the size is divided by the stride exactly
    elif total != spread:  # nor is the kernel's centre on the first cell at first
        cost += 1 if total == 0 else 3 + 2 * (total > spread) + min(3, abs(total - spread) / 4)
    if axis.before > spread:
        cost += 30  # a window of padding alone
    lost = lost_share(axis)
    return cost + axis.output_padding + (axis.transposed and kernel % stride > 0) + (6 + 12 * lost if lost else 0)


def lost_share(axis: Axis) -> float:
    """About which share of the input no window reads, or of a transposed layer's output none writes; exact at 0.

    >>> lost_share(Axis(10, 3, stride=2)), lost_share(Axis(11, 3, stride=4)), lost_share(Axis(11, 3))
    (0.1, 0.25, 0.0)
    """
    alone = axis.stride // gcd(axis.stride, axis.dilation)  # taps until two read cells of the same remainder
    between = 1 - min(axis.kernel, alone) / axis.stride
    if axis.transposed:
        return between
    if axis.output == 1:
        between = 1 - axis.kernel / axis.extent
    rest = axis.spare - (axis.output - 1) * axis.stride - axis.after
    return min(1.0, between + max(0, rest) / axis.size)
