"""What moves, as a list of plain steps: which cells, which weights, which products, which sum.

Every drawing (terminal, SVG, GIF, HTML, JSON) shows these; none of them knows about strides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, product
from math import inf, isfinite, isnan, nan, prod
from typing import TYPE_CHECKING

from convcli.geometry import Axis

if TYPE_CHECKING:
    from convcli.forward import Result

__all__ = [
    *("Cell", "Place", "Step", "Term", "Use", "Uses"),
    *("cell_at", "cells", "padded_ranges", "step", "uses_of_input", "uses_of_weight"),
]


LARGEST, SMALLEST = 3.4e38, 1.2e-38  # float32's range
Place = tuple[int, ...]  # [batch, channel, *positions], or a weight's index


@dataclass(frozen=True, slots=True)
class Term:
    """One product: an input value, a weight, and where each stands.

    ``place`` is where the tap stands on the (padded) input, ``[batch, channel, *positions]``, negative
    or beyond the size in the padding; ``input_index`` is the cell whose value stands there, None for a
    zero of the padding. ``weight_index`` is None for pooling, whose ``weight`` is then 1 / divisor in a
    mean, 1 elsewhere. ``product`` is what is summed or compared; under a p-norm inputᵖ times the weight,
    or the input's magnitude where p is infinite.
    """

    place: tuple[int, ...]
    input_index: tuple[int, ...] | None
    input: float
    weight_index: tuple[int, ...] | None
    weight: float
    product: float
    winner: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell: every term behind it, the bias, the sum worked out here, and torch's value."""

    output_index: tuple[int, ...]
    terms: tuple[Term, ...]
    bias: float | None
    value: float
    torch: float
    operation: str  # "sum", "max", "min", "mean" or "norm"
    norm: float = 1.0  # the p of a p-norm
    divisor: int = 1  # of a mean
    ignored: int = 0  # cells of the window that are padding and take no part, as in a maximum

    def maps(self) -> "list[tuple[tuple[Term, ...], float]]":
        """The terms of each channel (and depth), and their sum; a map has one axis or two."""
        flat = min(2, len(self.output_index) - 2)
        groups = (tuple(terms) for _, terms in groupby(self.terms, key=lambda term: term.place[:-flat]))
        return [(terms, sum(term.product for term in terms)) for terms in groups]

    @property
    def agrees(self) -> bool:
        """Whether the sum of the terms shown is torch's output, to float32 rounding.

        That is n · 2⁻²⁴ · Σ|term| for n terms summed one after the other (Higham, "Accuracy and Stability of
        Numerical Algorithms", 2002, 4.2), and never less than 10⁻⁶, as some kernels sum transformed inputs; a
        p-norm's root carries it on. Where float32 has no room for what is summed, torch's infinity, zero or NaN
        is no disagreement.
        """
        powers = sum(abs(term.product) for term in self.terms)
        overflows = isfinite(powers) and powers * abs(self.divisor) > LARGEST and not isfinite(self.torch)
        if overflows or (powers < SMALLEST and self.operation == "norm"):
            return True
        rounding = max(1e-6, len(self.terms) * 2**-24)
        error = rounding * (powers + abs(self.bias or 0.0))
        if self.operation == "norm" and isfinite(powers):
            total = abs(sum(term.product for term in self.terms))
            if total <= error:  # nothing is left of the sum but its rounding
                return True
            error *= abs(self.value / (self.norm * total))
        if not (isfinite(self.value) and isfinite(self.torch)):
            return self.value == self.torch or (isnan(self.value) and isnan(self.torch))
        return abs(self.value - self.torch) <= error + rounding * abs(self.value) + 1e-30


def step(result: "Result", output_index: Sequence[int]) -> Step:
    """The terms behind one output cell; costs the same in a huge input as in a small one.

    Raises:
        IndexError: there is no such output cell.
    """
    layer, index = result.plan.layer, tuple(output_index)
    value = float(result.output[index])
    if layer.kind.weighted:
        terms = tuple(_weighted(result, index))
        bias = None if result.bias is None else float(result.bias[index[1]])
        return Step(index, terms, bias, sum(t.product for t in terms) + (bias or 0.0), value, "sum")
    terms = tuple(_pooled(result, index))
    ignored = prod(len(axis.taps(o)) for axis, o in zip(result.plan.axes, index[2:], strict=True)) - len(terms)
    if layer.kind.name == "AvgPool":
        divisor = layer.divisor_override or len(terms)
        mean = sum(t.input for t in terms) / divisor
        return Step(index, terms, None, mean, value, "mean", divisor=divisor, ignored=ignored)
    if layer.kind.name == "LPPool" and abs(layer.norm_type) != inf:
        total = sum(t.product for t in terms)
        return Step(index, terms, None, _power(total, 1 / layer.norm_type), value, "norm", layer.norm_type)
    chosen = next((t for t in terms if t.winner), None)
    smallest = layer.kind.name == "LPPool" and layer.norm_type < 0
    largest = -inf if chosen is None else chosen.product  # a window wholly in the padding
    return Step(index, terms, None, largest, value, "min" if smallest else "max", ignored=ignored)


def _power(base: float, exponent: float) -> float:
    """As floats have it: NaN for the root of a negative number, infinity beyond the range."""
    try:
        found = base**exponent
    except (OverflowError, ZeroDivisionError):
        return inf
    return nan if isinstance(found, complex) else found


def _weighted(result: "Result", index: tuple[int, ...]) -> Iterator[Term]:
    layer, axes = result.plan.layer, result.plan.axes
    assert result.weight is not None
    ins, outs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
    group, within = divmod(index[1], outs)
    for channel in range(ins):
        source = group * ins + channel
        for taps, place, cell in windows(axes, index[2:]):
            weight_index = (source, within, *taps) if layer.kind.transposed else (index[1], channel, *taps)
            here = None if cell is None else (index[0], source, *cell)
            x = 0.0 if here is None else float(result.input[here])
            w = float(result.weight[weight_index])
            yield Term((index[0], source, *place), here, x, weight_index, w, x * w)


def _pooled(result: "Result", index: tuple[int, ...]) -> Iterator[Term]:
    """The cells of one window; padding takes part only in a mean that counts it."""
    layer, axes = result.plan.layer, result.plan.axes
    cells = [(place, cell) for _, place, cell in windows(axes, index[2:])]
    if layer.kind.name != "AvgPool" or not layer.count_include_pad:
        cells = [(place, cell) for place, cell in cells if cell is not None]
    values = [0.0 if cell is None else float(result.input[(*index[:2], *cell)]) for _, cell in cells]
    weight, power = 1.0, 1.0
    if layer.kind.name == "AvgPool":
        weight = 1.0 / (layer.divisor_override or len(cells))
    elif layer.kind.name == "LPPool" and abs(layer.norm_type) != inf:
        # torch takes the mean of the window's cells and multiplies by the whole kernel's size: the
        # same, but where ceil_mode cuts a window short.
        weight, power = prod(layer.kernel_size) / len(cells), layer.norm_type
    products = [weight * _power(value, power) for value in values]
    winner = None
    if layer.kind.name == "MaxPool" or abs(layer.norm_type) == inf:
        if layer.kind.name == "LPPool":
            products = [abs(value) for value in values]
        smallest = layer.kind.name == "LPPool" and layer.norm_type < 0
        # In torch the last NaN wins, else the first of the largest.
        winner = max((i for i, v in enumerate(products) if v != v), default=None)
        if winner is None and products:
            winner = products.index(min(products) if smallest else max(products))
    for i, ((place, cell), value) in enumerate(zip(cells, values, strict=True)):
        here = None if cell is None else (*index[:2], *cell)
        yield Term((*index[:2], *place), here, value, None, weight, products[i], i == winner)


def cells(shape: Sequence[int], first: int, last: int) -> Iterator[tuple[int, ...]]:
    """The cells of an array from the ``first`` up to but without the ``last``, the last axis fastest.

    >>> list(cells((2, 3), 1, 4))
    [(0, 1), (0, 2), (1, 0)]
    """
    for flat in range(first, last):
        index: list[int] = []
        for size in reversed(shape):
            flat, i = divmod(flat, size)
            index.insert(0, i)
        yield tuple(index)


@dataclass(frozen=True, slots=True)
class Use:
    """One product seen from an input cell or a weight: what is multiplied, and where it goes.

    A pooling has no weight and no product: there a window reads the cell.
    """

    input_index: tuple[int, ...]
    input: float
    weight_index: tuple[int, ...] | None
    weight: float | None
    product: float | None
    output_index: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """What an input cell or a weight is part of: how many products or windows, and these one by one.

    ``zeros`` is how many more products a weight has with the padding's zeros.
    """

    of: str  # "input" or "weight"
    index: Place
    value: float
    count: int
    zeros: int
    found: Iterator[Use]


def uses_of_input(result: "Result", cell: Place) -> Uses:
    """Which outputs an input cell ``[batch, channel, *positions]`` reaches, and with which weight."""
    layer, channel = result.plan.layer, cell[1]
    channels, outs, within = [channel], 1, 0
    if layer.kind.weighted:
        outs = layer.out_channels // layer.groups
        group, within = divmod(channel, layer.in_channels // layer.groups)
        channels = [*range(group * outs, (group + 1) * outs)]
    reached = [axis.reached(p) for axis, p in zip(result.plan.axes, cell[2:], strict=True)]

    def found() -> Iterator[Use]:
        for out in channels:
            for pairs in product(*reached):
                output, taps = zip(*pairs, strict=True)
                weight = (channel, out % outs, *taps) if layer.kind.transposed else (out, within, *taps)
                yield _use(result, cell, weight if layer.kind.weighted else None, (cell[0], out, *output))

    count = len(channels) * prod(map(len, reached))
    return Uses("input", cell, float(result.input[cell]), count, 0, found())


def uses_of_weight(result: "Result", weight: Place) -> Uses:
    """Which products a weight is part of, those with the padding's zeros counted alone."""
    layer, axes = result.plan.layer, result.plan.axes
    assert result.weight is not None
    channel, out = layer.joined(weight)
    batch, windows = len(result.input), [axis.windows_of(tap) for axis, tap in zip(axes, weight[2:], strict=True)]
    count = batch * prod(map(len, windows))
    zeros = 0 if layer.kind.transposed else batch * prod(axis.output for axis in axes) - count

    def found() -> Iterator[Use]:
        # The first axis may be a long one: its pairs are taken as they come.
        rest = [list(axis.pairs(tap)) for axis, tap in zip(axes[1:], weight[3:], strict=True)]
        for item in range(batch):
            for pair in axes[0].pairs(weight[2]):
                for others in product(*rest):
                    cells, outputs = zip(pair, *others, strict=True)
                    yield _use(result, (item, channel, *cells), weight, (item, out, *outputs))

    return Uses("weight", weight, float(result.weight[weight]), count, zeros, found())


def _use(result: "Result", cell: Place, weight: Place | None, output: Place) -> Use:
    x = float(result.input[cell])
    if weight is None or result.weight is None:
        return Use(cell, x, None, None, None, output)
    w = float(result.weight[weight])
    return Use(cell, x, weight, w, x * w, output)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a place of the padded input; ``input_index`` is None where no input cell does."""

    place: tuple[int, ...]
    input_index: tuple[int, ...] | None
    value: float


def padded_ranges(result: "Result") -> list[range]:
    """The positions of the padded input along each axis; a transposed layer's input is not padded.

    Negative padding crops: the cells it cuts off are listed all the same.
    """
    axes = result.plan.axes
    return [range(a.size) if a.transposed else range(min(0, -a.before), max(a.size, a.size + a.after)) for a in axes]


def cell_at(result: "Result", place: Sequence[int]) -> Cell:
    """The value at one place of the padded input; a maximum's padding is minus infinity."""
    batch, channel, *position = place
    sources = [axis.source(p) for axis, p in zip(result.plan.axes, position, strict=True)]
    cell = tuple(source for source in sources if source is not None)
    if len(cell) < len(sources):
        return Cell(tuple(place), None, -inf if result.plan.layer.kind.name == "MaxPool" else 0.0)
    here = (batch, channel, *cell)
    return Cell(tuple(place), here, float(result.input[here]))


def windows(
    axes: Sequence[Axis], output: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...] | None]]:
    """Taps, positions and input cells of one output, over all axes; a cell is None in zero padding."""
    for combined in product(*(axis.taps(o) for axis, o in zip(axes, output, strict=True))):
        taps, place, cell = zip(*combined, strict=True)
        yield taps, place, None if None in cell else cell
