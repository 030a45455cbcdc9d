"""The cells of a layer as they are drawn in a step: marked by what they are, as wide in one step as in the next."""

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

from convcli.arithmetic.windows import Windows
from convcli.engine.steps import cell_at
from convcli.layers.reductions import Place, Term
from convcli.report import Report
from convcli.views.boards import WIDEST, Piece, Square, celled, whole, widest
from convcli.views.widgets import by_sign

if TYPE_CHECKING:
    import numpy as np

SAMPLED = 64  # windows of an axis that are asked how many cells they read
Lit = Mapping[str, Set[Place]]  # cells to be lit, by their part: "input", "weight", "output"


class Squares:
    """Draws the cells of a report; ``narrow`` and the like are columns, one of them the gap to the next cell."""

    def __init__(self, report: Report) -> None:
        self.report = report
        plan, values = report.plan, report.values
        self.padded = any(axis.line != range(axis.size) for axis in plan.axes)
        self.unread = [axis.unread() for axis in plan.axes]
        wide = widest(values.input)
        self.narrow = max(wide + len("[]"), self._padding(wide))
        self.weighted = 0 if values.weight is None else len("×") + widest(values.weight)
        self.product = 1 + _widest_product(values.input, values.weight)
        self.output = widest(values.output) + len("[]")

    def _padding(self, wide: int) -> int:
        """How wide a cell of the padding is: a copy in a window, or a zero, or what no window reads."""
        ends = [(axis, end) for axis in self.report.plan.axes for end in (axis.line[0], axis.line[-1])]
        sources = [axis.source(end) for axis, end in ends if not 0 <= end < axis.size]
        reduction = self.report.plan.layer.reduction
        text = wide if any(source is not None for source in sources) else len(celled(reduction.padding))
        return text + len("<>") + len("[]") * reduction.counts_padding if sources else 0

    def input(self, place: Place, window: Mapping[Place, Term], spread: bool, lit: Lit) -> Square:
        """A cell of the padded input; in a column that is ``spread`` there is room for weights behind the values."""
        cell = cell_at(self.report.plan, self.report.values, place)
        inside, text, term = cell.input_index == place, celled(cell.value), window.get(place)
        value = (text, by_sign(cell.value)) if inside else (f"<{text}>", "muted")
        left, weight, right = "", "", " " * inside
        if term:
            left, right = "**" if term.winner else "[]"
            weight = f"×{celled(term.weight)}" * (spread and term.weight_index is not None)
        elif any(at in unread for at, unread in zip(place[2:], self.unread, strict=True)):
            left, right = "()"
        style = "accent" if term else "warning"
        rest = " " * (self.weighted * spread - len(weight))
        square = Square(((left, style), value, (weight + right + rest, style)), "input", place)
        return square.lit() if cell.input_index in lit.get("input", ()) else square

    def factor(self, term: Term, lit: Lit) -> Square:
        """The weight of a product, below its input cell."""
        return self._weight(term, (f"×{celled(term.weight)} ", "accent"), lit)

    def product_of(self, term: Term, lit: Lit, gap: str = "") -> Square:
        """A product, known by its weight."""
        return self._weight(term, (celled(term.product) + gap, by_sign(term.product)), lit)

    def _weight(self, term: Term, piece: Piece, lit: Lit) -> Square:
        square = Square((piece,), "weight", term.weight_index or ())
        return square.lit() if term.weight_index in lit.get("weight", ()) else square

    def output_of(self, place: Place, made: int, lit: Lit) -> Square:
        """An output cell: one made before (negative), now (0) or later."""
        value, lights = float(self.report.output[place]), place in lit.get("output", ())
        text = celled(value)
        pieces: tuple[Piece, ...] = ((". ", "muted"),) if made > 0 else ((text, by_sign(value)), (" ", ""))
        if made == 0:  # keeps its brackets when it is lit
            pieces = (("[", "accent"), (text, "reverse" if lights else by_sign(value)), ("]", "accent"))
        square = Square(pieces, "output", place)
        return square.lit() if lights and made else square


def window_of(axis: Windows) -> tuple[int, int]:
    """How many cells a window of an axis reads at most, and how far these reach."""
    windows = {*range(min(axis.output, SAMPLED)), axis.output - 1}
    places = [[position for _, position, _ in axis.taps(window)] for window in windows]
    return max(map(len, places)), max(at[-1] - at[0] + 1 if at else 1 for at in places)


def _widest_product(inputs: "np.ndarray", weights: "np.ndarray | None") -> int:
    """The characters that a product takes: few where all factors are small whole numbers."""
    if weights is None or not (whole(inputs) and whole(weights)):
        return WIDEST
    return len(celled(-float(abs(inputs).max()) * float(abs(weights).max())))
