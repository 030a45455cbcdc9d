"""What a window's cells become: a sum of products, a maximum, a mean, a p-norm, or the cell itself.

A reduction alone knows its terms, which of the padding counts, which cell wins, how the terms are put together, how
far float32 may round that, and how it is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, nan
from typing import ClassVar

from convcli.arithmetic.windows import Windows
from convcli.wording import factor, number, short

LARGEST, SMALLEST = 3.4e38, 1.2e-38  # float32's range
Place = tuple[int, ...]  # [batch, channel, *positions], or a weight's index
# Where a tap stands on the padded input, the cell whose value stands there (None: a zero), and its weight's index.
Read = tuple[Place, Place | None, Place | None]


@dataclass(frozen=True, slots=True)
class Term:
    """One product: an input value, a weight, and where each stands.

    ``place`` is where the tap stands on the (padded) input, ``[batch, channel, *positions]``, negative
    or beyond the size in the padding; ``input_index`` is the cell whose value stands there, None for a
    zero of the padding. ``weight_index`` is None for pooling, whose ``weight`` is then 1 / divisor in a
    mean, 1 elsewhere. ``product`` is what is summed or compared; under a p-norm inputᵖ times the weight,
    or the input's magnitude where p is infinite.
    """

    place: Place
    input_index: Place | None
    input: float
    weight_index: Place | None
    weight: float
    product: float
    winner: bool = False


class Reduction:
    """How the cells of one window become one output."""

    operation: str
    terms_are: ClassVar[str] = "values"
    multiplies: ClassVar[bool] = False  # each cell with a weight of its own
    counts_padding: bool = True
    padding: ClassVar[float] = 0.0  # what stands in the padding
    divisor: int = 1

    def taking_part(self, reads: Sequence[Read]) -> Sequence[Read]:
        """The cells that count; padding may not."""
        return reads if self.counts_padding else [read for read in reads if read[1] is not None]

    def terms(self, reads: Sequence[Read], values: Sequence[float], weights: Sequence[float]) -> tuple[Term, ...]:
        """The terms of one window: of each read that takes part its value, and its weight where it has one."""
        rows = zip(reads, values, self.products(values, weights), strict=True)
        return tuple(Term(place, cell, x, index, *product) for (place, cell, index), x, product in rows)

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        """The factor of each value, and what is summed or compared."""
        return [(1.0, x) for x in values]

    def combined(self, terms: Sequence[Term], bias: float) -> float:
        """The output that the terms make."""
        return sum(term.product for term in terms) + bias

    def agrees(self, terms: Sequence[Term], bias: float, value: float, torch: float) -> bool:
        """Whether the value of the terms is torch's, to float32 rounding.

        That is n · 2⁻²⁴ · Σ|term| for n terms summed one after the other (Higham, "Accuracy and Stability of
        Numerical Algorithms", 2002, 4.2), and never less than 10⁻⁶, as some kernels sum transformed inputs. Where
        float32 has no room for what is summed, torch's infinity, zero or NaN is no disagreement.
        """
        magnitude = sum(abs(term.product) for term in terms)
        beyond = max(magnitude * abs(self.divisor), abs(value)) > LARGEST
        if beyond and isfinite(magnitude) and not isfinite(torch):
            return True
        rounding = max(1e-6, len(terms) * 2**-24)
        error = self.carried(rounding * (magnitude + abs(bias)), terms, value)
        if error is None:
            return True
        if not (isfinite(value) and isfinite(torch)):
            return value == torch or (isnan(value) and isnan(torch))
        return abs(value - torch) <= error + rounding * abs(value) + 1e-30

    def carried(self, error: float, terms: Sequence[Term], value: float) -> float | None:
        """What an error of the sum is in the output; None: the sum is nothing but its error."""
        return error

    def pictured(self, term: Term) -> tuple[str, float]:
        """How a term is drawn where its cell stands: what is worked there, and what comes of it."""
        return "", term.product

    def term_said(self, term: Term, cell: str) -> str:
        """One term in words, of a cell that is said already."""
        return cell

    def said(self, parts: Sequence[str], terms: Sequence[Term]) -> str:
        """How the terms, each said already, make the output."""
        return " + ".join(parts) or "nothing"

    def remarks(self, axes: Sequence[Windows]) -> Iterator[tuple[str, str]]:
        """What a learner may not expect of it on these axes."""
        return iter(())


class SumOfProducts(Reduction):
    """Convolution, as networks have it: cross-correlation."""

    operation = "sum"
    multiplies = True
    terms_are = "input × weight"

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        return [(weight, x * weight) for x, weight in zip(values, weights, strict=True)]

    def pictured(self, term: Term) -> tuple[str, float]:
        return f"{short(term.input)} × {short(term.weight)}", term.product

    def term_said(self, term: Term, cell: str) -> str:
        return f"{cell}·{factor(term.weight)}"


class Copy(Reduction):
    """One cell, as it is."""

    operation = "copy"

    def term_said(self, term: Term, cell: str) -> str:
        """Which cell it is: its value alone would say that it is what it is."""
        return f"input{list(term.input_index)}" if term.input_index else cell


class Extreme(Reduction):
    """The largest of the cells' magnitudes, or the smallest: a p-norm whose p is infinite."""

    counts_padding = False

    def __init__(self, smallest: bool = False) -> None:
        self.smallest, self.operation = smallest, "min" if smallest else "max"

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        return [(1.0, abs(x)) for x in values]

    def terms(self, reads: Sequence[Read], values: Sequence[float], weights: Sequence[float]) -> tuple[Term, ...]:
        terms = super().terms(reads, values, weights)
        compared = [term.product for term in terms]
        # In torch the last NaN wins, else the first of the largest.
        winner = max((i for i, v in enumerate(compared) if v != v), default=None)
        if winner is None and compared:
            winner = compared.index(min(compared) if self.smallest else max(compared))
        return tuple(replace(term, winner=True) if i == winner else term for i, term in enumerate(terms))

    def combined(self, terms: Sequence[Term], bias: float) -> float:
        return next((term.product for term in terms if term.winner), -inf)  # a window wholly in the padding

    def term_said(self, term: Term, cell: str) -> str:
        return f"|{number(term.input)}|" if term.input < 0 < term.product else cell

    def said(self, parts: Sequence[str], terms: Sequence[Term]) -> str:
        return f"{self.operation} of {', '.join(parts) or 'nothing'}"


class Maximum(Extreme):
    """The largest cell; padding is minus infinity and never wins."""

    padding = -inf

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        return [(1.0, x) for x in values]


class Mean(Reduction):
    """The sum over the cells divided by their number, or by ``divisor`` where that is said."""

    operation = "mean"

    def __init__(self, cells: int, counts_padding: bool = True, divisor: int | None = None) -> None:
        self.cells, self.counts_padding, self.said_divisor = cells, counts_padding, divisor
        self.divisor = divisor or cells

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        share = 1.0 / (self.said_divisor or len(values))
        return [(share, share * x) for x in values]

    def pictured(self, term: Term) -> tuple[str, float]:
        return "", term.input

    def combined(self, terms: Sequence[Term], bias: float) -> float:
        return sum(term.input for term in terms) / (self.said_divisor or len(terms))

    def said(self, parts: Sequence[str], terms: Sequence[Term]) -> str:
        return f"({' + '.join(parts)}) / {factor(self.said_divisor or len(terms))}"

    def remarks(self, axes: Sequence[Windows]) -> Iterator[tuple[str, str]]:
        if self.said_divisor:
            yield "mean", f"each sum is divided by {self.said_divisor}, not by the {self.cells} cells"
        elif any(axis.line.start < 0 for axis in axes):
            if self.counts_padding:
                yield "mean", "at the border the padding's zeros count as cells and pull the mean towards 0"
            else:
                yield "mean", "at the border only real cells are averaged; padding doesn't count"


class PNorm(Reduction):
    """The p-th root of the sum of p-th powers; torch keeps the signs of the cells where p is odd."""

    operation = "norm"
    terms_are = "powers"
    counts_padding = False

    def __init__(self, p: float, cells: int) -> None:
        self.p, self.cells = p, cells

    def products(self, values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
        # torch takes the mean of the window's cells and multiplies by the whole kernel's size: the
        # same, but where ceil_mode cuts a window short.
        share = self.cells / len(values)
        return [(share, share * power(x, self.p)) for x in values]

    def pictured(self, term: Term) -> tuple[str, float]:
        return f"{short(term.input)}^{number(self.p)}", power(term.input, self.p)

    def combined(self, terms: Sequence[Term], bias: float) -> float:
        return power(sum(term.product for term in terms), 1 / self.p)

    def carried(self, error: float, terms: Sequence[Term], value: float) -> float | None:
        magnitude, total = sum(abs(term.product) for term in terms), abs(sum(term.product for term in terms))
        if magnitude < SMALLEST or (isfinite(magnitude) and total <= error):
            return None
        return error * abs(value / (self.p * total)) if isfinite(magnitude) else error

    def said(self, parts: Sequence[str], terms: Sequence[Term]) -> str:
        exponent = number(self.p)
        inside = " + ".join(parts if self.p == 1 else [f"{part}^{exponent}" for part in parts])
        if terms and terms[0].weight != 1:  # a window that ceil_mode cuts short counts as if it were whole
            inside = f"{number(terms[0].weight)}·({inside})"
        return inside if self.p == 1 else f"({inside})^(1/{exponent})"

    def remarks(self, axes: Sequence[Windows]) -> Iterator[tuple[str, str]]:
        if self.p == 1:
            signs = "torch sums the values with their signs, not their magnitudes"
            yield "norm", f"norm type 1 adds up each window: {signs}"
        elif self.p % 2 == 1:
            root = "a sum below 0 has no root in floats, and gives nan"
            yield "norm", f"torch keeps the signs under an odd norm type, where a norm takes magnitudes: {root}"


def power(base: float, exponent: float) -> float:
    """As floats have it: NaN for the root of a negative number, infinity beyond the range."""
    if exponent == 0.5 and base < 0:
        return nan  # -inf too: torch takes the square root
    try:
        result = base**exponent
    except (OverflowError, ZeroDivisionError):
        return inf
    return nan if isinstance(result, complex) else float(result)
