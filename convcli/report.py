"""What a view may show: a plan, what to look into, and on demand the numbers that torch computes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import TYPE_CHECKING

from convcli.engine.steps import Step, Uses, step, uses_of_input, uses_of_weight
from convcli.picks import Picks, cell
from convcli.plan import Plan
from convcli.traps import traps

if TYPE_CHECKING:
    import numpy as np

    from convcli.engine.forward import Values


@dataclass(frozen=True)
class Report:
    """A layer on its input; torch runs it when a value is first asked for, and not before.

    ``plan`` has layer, shapes and counts. ``output`` is a float32 array of shape ``output_shape``.

    Raises:
        Failure: torch could not carry it out.
    """

    plan: Plan
    picks: Picks = field(default_factory=Picks)

    @cached_property
    def values(self) -> "Values":
        """Input, weight, bias, output and indices."""
        from convcli.engine.forward import forward

        return forward(self.plan)

    @property
    def output(self) -> "np.ndarray":
        return self.values.output

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.plan.output_shape

    @cached_property
    def warnings(self) -> list[str]:
        """What torch accepts and a learner may not have meant."""
        return [*traps(self.plan), *self.plan.unread]

    def step(self, output_index: Sequence[int] | int) -> Step:
        """Every term behind one output ``[batch, channel, *positions]``; leading axes may be left out.

        Raises:
            Refusal: there is no such output.
        """
        return step(self.plan, self.values, cell("output_index", output_index, self.output_shape))

    @cached_property
    def steps(self) -> list[Step]:
        """The steps that were picked."""
        return [self.step(place) for place in self.picks.steps]

    def uses(self) -> list[Uses]:
        """What the picked input cell and the picked weight are part of, made anew at each call: it is read once."""
        place, weight = self.picks.cell, self.picks.weight
        of_cell = [] if place is None else [uses_of_input(self.plan, self.values, place)]
        return of_cell + ([] if weight is None else [uses_of_weight(self.plan, self.values, weight)])

    @property
    def coverage(self) -> list[list[int]]:
        """How many windows read each input cell, axis by axis: a cell's count is the product of its axes'."""
        return [axis.coverage() for axis in self.plan.axes]

    @property
    def coverage_map(self) -> "np.ndarray":
        """The same for every cell, ``[*sizes]``."""
        import numpy as np

        return np.asarray(reduce(np.multiply.outer, [np.array(counts) for counts in self.coverage]))
