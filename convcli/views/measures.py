"""What follows from the sizes alone, with the memory that it takes: no value is computed for it."""

from collections.abc import Iterator

from rich.console import RenderableType

from convcli.plan import Plan
from convcli.refusals import bytes_in_words
from convcli.report import Report
from convcli.views.head import head
from convcli.views.widgets import Screen, indented, labelled


def measures(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """The head, and the bytes of activations and weights."""
    yield from head(report.plan, screen)
    yield indented(labelled([("memory", memory_words(report.plan))]))


def memory_words(plan: Plan) -> str:
    """Bytes of each tensor and of all, and what they don't count.

    >>> from convcli.plan import make_plan
    >>> memory_words(make_plan("conv1d", {}))
    'input 40 B + weights 16 B + output 32 B = 88 B in float32, without gradients and workspace'
    """
    held = {name: count for name, count in plan.memory.items() if count}
    whole = sum(held.values())
    terms = " + ".join(f"{name} {bytes_in_words(count)}" for name, count in held.items())
    types = "float32, indices in int64" if "indices" in held else "float32"
    sums_up = "=" if whole < 1024 else "≈"
    return f"{terms} {sums_up} {bytes_in_words(whole)} in {types}, without gradients and workspace"
