"""What moves, as a list of plain steps: which cells, which weights, which products, which sum.

Every drawing (terminal, SVG, GIF, HTML, JSON) shows these; none of them knows about strides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from convcli.forward import Result
from convcli.geometry import Axis

__all__ = ["Step", "Term", "step"]


@dataclass(frozen=True, slots=True)
class Term:
    """One product: an input value, a weight, and where each stands.

    ``place`` is where the tap stands on the (padded) input, ``[batch, channel, *positions]``, negative
    or beyond the size in the padding; ``input_index`` is the cell whose value stands there, None for a
    zero of the padding. ``weight_index`` is None for pooling, whose ``weight`` is then 1 / divisor in a
    mean, 1 elsewhere. ``product`` is what is summed; under a p-norm |input|ᵖ times the weight.
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
    operation: str  # "sum", "max", "mean" or "norm"

    @property
    def agrees(self) -> bool:
        """Whether the sum of the terms shown is torch's output, to float32 rounding."""
        if self.value != self.value or self.torch != self.torch:
            return (self.value != self.value) == (self.torch != self.torch)
        size = sum(abs(term.product) for term in self.terms) + abs(self.bias or 0.0)
        return self.value == self.torch or abs(self.value - self.torch) <= 1e-6 * (size + abs(self.value)) + 1e-30


def step(result: Result, output_index: Sequence[int]) -> Step:
    """The terms behind one output cell; costs the same in a huge input as in a small one.

    Raises:
        IndexError: there is no such output cell.
    """
    layer, index = result.plan.layer, tuple(output_index)
    value = float(result.output[index])
    terms = tuple(_weighted(result, index) if layer.kind.weighted else _pooled(result, index))
    if layer.kind.weighted:
        bias = None if result.bias is None else float(result.bias[index[1]])
        return Step(index, terms, bias, sum(t.product for t in terms) + (bias or 0.0), value, "sum")
    raise NotImplementedError(layer.type)


def _weighted(result: Result, index: tuple[int, ...]) -> Iterator[Term]:
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


def _pooled(result: Result, index: tuple[int, ...]) -> Iterator[Term]:
    raise NotImplementedError(result.plan.layer.type)


def windows(
    axes: Sequence[Axis], output: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...] | None]]:
    """Taps, positions and input cells of one output, over all axes; a cell is None in zero padding."""
    for combined in product(*(axis.taps(o) for axis, o in zip(axes, output, strict=True))):
        taps, place, cell = zip(*combined, strict=True)
        yield taps, place, None if None in cell else cell
