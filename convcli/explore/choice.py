"""A chosen cell of input or weight: where keys move it, what it lights up and what there is to say."""

from dataclasses import dataclass
from itertools import islice

from convcli.engine.steps import Step, uses_of_input, uses_of_weight
from convcli.layers.reductions import Place
from convcli.report import Report
from convcli.views.squares import Lit
from convcli.wording import counted, factor, number

MOST_LIT = 5000
MOVES = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


@dataclass(frozen=True)
class Choice:
    """An ``input`` cell ``[batch, channel, *positions]``, or a ``weight`` by its index."""

    part: str
    place: Place

    def moved(self, key: str, report: Report) -> "Choice":
        """The cell beside it, where there is one; beyond a line's end the next channel's, or the end of the line."""
        shape = report.plan.shape if self.part == "input" else report.plan.layer.weight_shape or ()
        *lead, row, column = self.place
        if key in MOVES:
            down, across = MOVES[key]
            place = (*lead, row + down, column + across)
        elif key in ("home", "end"):
            place = (*lead, row, 0 if key == "home" else shape[-1] - 1)
        else:
            return self
        inside = all(0 <= at < size for at, size in zip(place, shape, strict=True))
        return Choice(self.part, place) if inside else self

    def lit(self, report: Report, step: Step) -> Lit:
        """The cell, what it is multiplied with in this step, and the outputs that an input cell goes into."""
        if self.part == "weight":
            cells = {term.input_index for term in step.terms if term.weight_index == self.place and term.input_index}
            return {"weight": {self.place}, "input": cells}
        weights = {term.weight_index for term in step.terms if term.input_index == self.place and term.weight_index}
        return {"input": {self.place}, "weight": weights, "output": self.outputs(report)}

    def outputs(self, report: Report) -> set[Place]:
        """The outputs that it goes into, the first of very many."""
        told = uses_of_input if self.part == "input" else uses_of_weight
        products = told(report.plan, report.values, self.place).products
        return {use.output_index for use in islice(products, MOST_LIT)}

    def said(self, report: Report, step: Step) -> str:
        """What it takes part in, here and in all."""
        told = uses_of_input if self.part == "input" else uses_of_weight
        uses = told(report.plan, report.values, self.place)
        product = "window" if report.values.weight is None else "product"
        text = f"{self.part}{list(self.place)} = {number(uses.value)} · {counted(uses.count, product)}"
        if uses.zeros:
            text += f", {uses.zeros:,} more with the padding's zeros"
        own = "input_index" if self.part == "input" else "weight_index"
        here = [term for term in step.terms if getattr(term, own) == self.place]
        for term in here[:1]:
            if report.values.weight is not None:
                text += f" · here {factor(term.input)}·{factor(term.weight)} = {number(term.product)}"
        return text
