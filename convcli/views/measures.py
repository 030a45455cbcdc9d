"""The memory that a layer's tensors take, below what else follows from its sizes: no value is computed for it."""

from collections.abc import Iterator

from rich.console import RenderableType

from convcli.plan import Plan
from convcli.report import Report
from convcli.views.widgets import Screen, indented, labelled
from convcli.wording import bytes_in_words


def memory(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """The bytes of activations and weights."""
    yield indented(labelled([("memory", memory_words(report.plan))]))


def memory_words(plan: Plan) -> str:
    """Bytes of each tensor and of all.

    >>> from convcli.plan import make_plan
    >>> memory_words(make_plan("conv1d", {}))
    'in 40 B + weights 16 B + out 32 B = 88 B (float32)'
    """
    held = {name.removesuffix("put"): count for name, count in plan.memory.items() if count}
    whole = sum(held.values())
    terms = " + ".join(f"{name} {bytes_in_words(count)}" for name, count in held.items())
    types = "float32, indices int64" if "indices" in held else "float32"
    return f"{terms} {'=' if whole < 1024 else '≈'} {bytes_in_words(whole)} ({types})"
