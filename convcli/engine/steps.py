"""What moves, as plain steps: which cells, which weights, which products, which sum.

Every drawing (terminal, SVG, GIF, HTML, JSON) shows these; none of them knows about strides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from math import prod
from typing import TYPE_CHECKING

from convcli.layers.reductions import Place, Reduction, Term
from convcli.plan import Plan
from convcli.wording import adds_up, shown

if TYPE_CHECKING:
    from convcli.engine.forward import Values


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell: every term behind it, the bias, the value worked out here, and torch's value."""

    output_index: Place
    reduction: Reduction
    terms: tuple[Term, ...]
    bias: float | None
    value: float
    torch: float
    ignored: int = 0  # cells of the window that are padding and take no part, as in a maximum

    @property
    def maps(self) -> list[tuple[tuple[Term, ...], float]]:
        """The terms of each channel (and depth), and their sum; a map has one axis or two."""
        flat = min(2, len(self.terms[0].place) - 2) if self.terms else 1
        groups = (tuple(terms) for _, terms in groupby(self.terms, key=lambda term: term.place[:-flat]))
        return [(terms, sum(term.product for term in terms)) for terms in groups]

    @property
    def agrees(self) -> bool:
        """Whether the value of the terms shown is torch's output, to float32 rounding."""
        return self.reduction.agrees(self.terms, self.bias or 0.0, self.value, self.torch)

    @property
    def exact(self) -> bool:
        """Whether the terms as they are shown, digits dropped, make the value as it is shown."""
        inputs = [shown(term.input) for term in self.terms]
        products = self.reduction.products(inputs, [shown(term.weight) for term in self.terms]) if inputs else []
        terms = [
            replace(term, input=value, product=product)
            for term, value, (_, product) in zip(self.terms, inputs, products, strict=True)
        ]
        return adds_up(self.reduction.combined(terms, shown(self.bias or 0.0)), self.value)


def step(plan: Plan, values: "Values", output_index: Place) -> Step:
    """The terms behind one output cell; costs the same in a huge input as in a small one."""
    reduction = plan.layer.reduction
    covered = list(plan.layer.reads(plan.axes, output_index))
    reads = reduction.taking_part(covered)
    inputs = [0.0 if cell is None else float(values.input[cell]) for _, cell, _ in reads]
    weights = [] if values.weight is None else [float(values.weight[index]) for _, _, index in reads]
    bias = None if values.bias is None else float(values.bias[output_index[1]])
    terms = reduction.terms(reads, inputs, weights)
    value = reduction.combined(terms, bias or 0.0)
    torch = float(values.output[output_index])
    return Step(output_index, reduction, terms, bias, value, torch, len(covered) - len(reads))


@dataclass(frozen=True, slots=True)
class Use:
    """One product seen from an input cell or a weight: what is multiplied, and where it goes.

    A pooling has no weight and no product: there a window reads the cell.
    """

    input_index: Place
    input: float
    weight_index: Place | None
    weight: float | None
    product: float | None
    output_index: Place


@dataclass(frozen=True, slots=True)
class Uses:
    """What an input cell or a weight is part of: how many products or windows, and these one by one.

    ``zeros`` is how many more products a weight has with the padding's zeros; ``factors`` says in words how the count
    comes about.
    """

    of: str  # "input" or "weight"
    index: Place
    value: float
    count: int
    zeros: int
    products: Iterator[Use]
    factors: str = ""


def uses_of_input(plan: Plan, values: "Values", cell: Place) -> Uses:
    """Which outputs an input cell ``[batch, channel, *positions]`` reaches, and with which weight."""
    count, pairs = plan.layer.uses(plan.axes, cell)
    products = (_use(values, cell, weight, output) for weight, output in pairs)
    channels = len(list(plan.layer.targets(cell[1])))
    factors = f"{plan.layer.times(count // channels)} × {channels:,} output channels" if channels > 1 else ""
    return Uses("input", cell, float(values.input[cell]), count, 0, products, factors)


def uses_of_weight(plan: Plan, values: "Values", weight: Place) -> Uses:
    """Which products a weight is part of, those with the padding's zeros counted alone."""
    layer, axes = plan.layer, plan.layer.windows(plan.shape[2:])  # type: ignore[attr-defined]
    assert values.weight is not None
    channel, out = layer.joined(weight)
    batch, windows = plan.shape[0], [axis.windows_of(tap) for axis, tap in zip(axes, weight[2:], strict=True)]
    count = batch * prod(map(len, windows))
    zeros = 0 if layer.transposed else batch * prod(axis.output for axis in axes) - count

    def products() -> Iterator[Use]:
        # The first axis may be a long one: its pairs are taken as they come.
        rest = [list(axis.pairs(tap)) for axis, tap in zip(axes[1:], weight[3:], strict=True)]
        for item in range(batch):
            for pair in axes[0].pairs(weight[2]):
                for others in product(*rest):
                    cells, outputs = zip(pair, *others, strict=True)
                    yield _use(values, (item, channel, *cells), weight, (item, out, *outputs))

    return Uses("weight", weight, float(values.weight[weight]), count, zeros, products())


def _use(values: "Values", cell: Place, weight: Place | None, output: Place) -> Use:
    x = float(values.input[cell])
    if weight is None or values.weight is None:
        return Use(cell, x, None, None, None, output)
    w = float(values.weight[weight])
    return Use(cell, x, weight, w, x * w, output)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at a place of the padded input; ``input_index`` is None where no input cell does."""

    place: Place
    input_index: Place | None
    value: float


def cell_at(plan: Plan, values: "Values", place: Sequence[int]) -> Cell:
    """The value at one place of the padded input; a maximum's padding is minus infinity."""
    batch, channel, *position = place
    sources = [axis.source(p) for axis, p in zip(plan.axes, position, strict=True)]
    cell = tuple(source for source in sources if source is not None)
    if len(cell) < len(sources):
        return Cell(tuple(place), None, plan.layer.reduction.padding)
    here = (batch, channel, *cell)
    return Cell(tuple(place), here, float(values.input[here]))
