"""A layer's settings as they are turned: what there is to turn, and what can't be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from convcli.layers.base import written
from convcli.memory import check_memory, check_work
from convcli.picks import check_terms
from convcli.plan import Plan, make_plan
from convcli.refusals import PADDING_MODES, ConvcliError
from convcli.views.boards import Sheet, Spot
from convcli.views.widgets import fixed

# PyTorch's arguments that can be turned, where a layer has them.
KNOBS = (
    "kernel_size",
    "output_size",
    "stride",
    "padding",
    "dilation",
    "output_padding",
    "groups",
    "out_channels",
    "padding_mode",
    "ceil_mode",
    "count_include_pad",
)
GAP = 3  # columns between two knobs


@dataclass(frozen=True)
class Setup:
    """What is set, and the plan of the last settings that could be.

    >>> setup = Setup.of("conv1d", {"kernel_size": 3})
    >>> setup.turned("stride", 1).plan.output_shape, setup.turned("kernel_size", 99).plan.output_shape
    ((1, 1, 4), (1, 1, 8))
    >>> setup.turned("kernel_size", 99).refusal.why
    'along length, the kernel spans 102 cells, but the input has only 10 cells: not one window fits'
    """

    name: str
    arguments: Mapping[str, Any]
    sources: Mapping[str, Any]  # make_plan's input, weight and the like
    plan: Plan
    refusal: ConvcliError | None = None

    @staticmethod
    def of(name: str, arguments: Mapping[str, Any], **sources: Any) -> "Setup":
        """The settings to begin with.

        Raises:
            Refusal: they can't be.
        """
        plan = make_plan(name, arguments, **sources)
        check_memory(plan)
        check_work(plan)
        check_terms(plan, 1)
        return Setup(name, arguments, sources, plan)

    @property
    def knobs(self) -> list[str]:
        """What this layer has to turn."""
        return [name for name in KNOBS if name in self.plan.layer.defaults()]

    def value(self, name: str) -> Any:
        """What a knob is set to, possible or not."""
        return self.arguments.get(name, getattr(self.plan.layer, name))

    def turned(self, name: str, by: int) -> "Setup":
        """One knob turned; where that can't be, the plan stays as it was, and the refusal says why."""
        arguments = {**self.arguments, name: self._turned_value(name, by)}
        try:
            return Setup.of(self.name, arguments, **self.sources)
        except ConvcliError as refusal:
            return replace(self, arguments=arguments, refusal=refusal)

    def _turned_value(self, name: str, by: int) -> Any:
        value = self.value(name)
        if isinstance(value, bool):
            return not value
        if value in PADDING_MODES:
            return PADDING_MODES[(PADDING_MODES.index(value) + by) % len(PADDING_MODES)]
        if isinstance(value, str):  # padding as a word: from here on in numbers
            value = tuple(before for before, _ in self.plan.layer.pads)
        if isinstance(value, int):
            return max(0, value + by)
        sizes = [axis.output for axis in self.plan.axes]  # for output_size, where none keeps an axis
        each = value * len(sizes) if len(value) == 1 else value
        return tuple(max(0, (size if set_ is None else set_) + by) for set_, size in zip(each, sizes, strict=True))


def bar(setup: Setup, selected: int, width: int) -> Sheet:
    """The knobs with what they are set to, as many lines as it takes; the selected one marked."""
    lines, at = [fixed()], 0
    spots: list[tuple[int, range, Spot]] = []
    for i, name in enumerate(setup.knobs):
        value = setup.value(name)
        numbers = not isinstance(value, bool) and value not in PADDING_MODES
        shown = written(value).replace("'", "")
        pieces = [(f"{name} ", 0), *([("- ", -1)] if numbers else []), (shown, 0 if numbers else 1)]
        pieces += [(" +", 1)] if numbers else []
        wide = sum(len(text) for text, _ in pieces)
        if at and at + wide > width:
            lines.append(fixed())
            at = 0
        for text, by in pieces:
            style = "reverse" if i == selected and text == pieces[0][0] else "accent" if by else ""
            lines[-1].append(text, style)
            spots.append((len(lines) - 1, range(at, at + len(text)), ("knob", (i, by))))
            at += len(text)
        lines[-1].append(" " * GAP)
        at += GAP
    return Sheet(lines, spots)
