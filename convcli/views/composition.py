"""What a picture of a plane has room for: headings, how large numbers are, and where the maps stand."""

from collections.abc import Callable
from functools import cached_property
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING

from convcli.layers.reductions import Place
from convcli.report import Report
from convcli.views.drawing import GLYPH, HEIGHT, WIDTH
from convcli.views.layout import Grid, Layout, Room, Wanted, arrange
from convcli.views.marks import LEAST
from convcli.views.plane import Plane, Windowing
from convcli.views.stamping import Stamping
from convcli.wording import brief, map_name, short

if TYPE_CHECKING:
    import numpy as np

MARGIN, LINE = 24.0, 32.0
FOOT = HEIGHT - 16 - 2 * LINE  # where the sentence begins
BRACKETS = 10.0  # the room that they take below a map
THUMB = 44.0  # the height of the other output maps
MOST_NUMBERS = 1600  # of a map with more there is no room for any
UNREAD = "  [ ] never read"


class Composition:
    """A report's plane with everything that is the same at each of its moments."""

    def __init__(self, report: Report) -> None:
        stamps = report.plan.layer.transposed and not report.picks.drawn
        self.plane: Plane = Stamping(report) if stamps else Windowing(report)
        self.plan, self.moments = report.plan, self.plane.moments
        self.input, self.output = self.plane.drawn
        self.adds_up = self.plan.layer.reduction.multiplies
        items = self.plan.shape[0]
        self.item = f", batch item {self.plane.lead[0]} of {items}" if items > 1 else ""
        self.title = wrap(self.plan.layer.code + self.item, self.characters)
        self.leads = self.plane.leads or [(self.plane.lead[0], *[0] * (len(self.plan.shape) - 1 - self.plane.flat))]
        shown = [each for moment in self.moments for rows in moment.products.values() for row in rows for each in row]
        self.products = [each for each in shown if each.value is not None]

    @property
    def characters(self) -> int:
        """How many stand in a line across the picture."""
        return int((WIDTH - 2 * MARGIN) / (LEAST * GLYPH))

    @cached_property
    def inputs(self) -> "dict[Place, np.ndarray]":
        """What is drawn of each input plane."""
        return {lead: self.plane.values(lead) for lead in self.leads}

    @cached_property
    def most(self) -> tuple[float, float, float]:
        """The largest magnitude of inputs, products and outputs, by which their cells are tinted."""
        products = [abs(each.value) for each in self.products if each.value is not None]
        return (
            max(map(largest, self.inputs.values())),
            max(filter(isfinite, products), default=0.0),
            largest(self.plane.output),
        )

    def carried(self, weight: float) -> str:
        """A weight as the tile has it."""
        return f"×{self._written(weight)}"

    @cached_property
    def _written(self) -> Callable[[float], str]:
        return brief(self._weights)

    @property
    def _weights(self) -> list[float]:
        return [each.weight for each in self.products if each.weight is not None]

    def input_head(self, i: int) -> str:
        """What stands over an input map."""
        one_of_several = self.plan.shape[1] > 1 or len(self.leads) > 1
        name = map_name(self.leads[i][1:]) if one_of_several else " × ".join(map(str, self.plan.shape[2:]))
        whole = "" if i else self._part() + UNREAD * any(self.plane.unread)
        return ("" if i else "Input ") + name + whole

    def _part(self) -> str:
        """Which part of a huge input is drawn."""
        words = []
        for axis, line in zip(self.plane.axes, self.input, strict=True):
            if axis and len(line) < len(axis.line):
                words.append(f"{line[0]}–{line[-1]}")
        return f" [{', '.join(words)}]" if words else ""

    @property
    def products_head(self) -> str:
        """What stands over the products."""
        return self.plan.layer.reduction.terms_are.capitalize()

    @property
    def output_head(self) -> str:
        """What stands over the output."""
        several, bias = len(self.plane.others) > 1, self.plane.report.values.bias
        name = map_name(self.plane.lead[1:]) if several else " × ".join(map(str, self.plan.output_shape[2:]))
        return f"Output {name}" + ("" if bias is None else f", bias {short(float(bias[self.plane.lead[1]]))}")

    @property
    def has_sums(self) -> bool:
        """Whether each input map has a sum of its own."""
        return self.adds_up and len(self.leads) > 1

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands."""
        top = MARGIN + LINE * len(self.title)
        bottom = FOOT - (THUMB + 16) * (len(self.plane.others) > 1) - BRACKETS * any(self.plane.unread)
        laid = arrange(self._wanted(), Room(WIDTH - 2 * MARGIN, bottom - top, LEAST, LEAST, LEAST))
        inputs, products, (output,) = (
            tuple(Grid(g.x + MARGIN, g.y + top, g.width, g.height, g.type) for g in part)
            for part in (laid.inputs, laid.products, (laid.output,))
        )
        return Layout(inputs, products, output, laid.form, laid.carries)

    def _wanted(self) -> Wanted:
        heads = [self.input_head(i) for i in range(len(self.leads))]
        sums = [f" Σ {short(total)}" for moment in self.moments for total in moment.sums.values()]
        split = [each.factors.partition(" × ") for each in self.products if each.factors]
        window = [max(len(moment.stops[i]) for moment in self.moments) for i in range(2)]
        return Wanted(
            inputs=len(self.leads),
            input=(len(self.input[0]), len(self.input[1])),
            window=(window[0], window[1]),
            output=(len(self.output[0]), len(self.output[1])),
            digits=(max(map(_digits, self.inputs.values())), _digits(self.plane.drawn_output)),
            factors=(max((len(x) for x, *_ in split), default=0), max((len(w) for *_, w in split), default=0)),
            product=max((len(short(each.value)) for each in self.products if each.value is not None), default=1),
            heads=(
                max(map(len, heads)),
                len(self.products_head) + (max(map(len, sums), default=0) if self.has_sums else 0),
                len(self.output_head),
            ),
            carries=0 if self.plane.stamps else max((len(self.carried(weight)) for weight in self._weights), default=0),
        )


def largest(values: "np.ndarray") -> float:
    """The largest finite magnitude; 0 where there is none."""
    import numpy as np

    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size else 0.0


def _digits(values: "np.ndarray") -> int:
    """How long the longest number is; very long where nobody could read so many."""
    return 99 if values.size > MOST_NUMBERS else max(len(short(value)) for value in values.flat)
