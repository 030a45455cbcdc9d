"""A result as one JSON object; the keys are fixed and documented in the README."""

import heapq
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from convcli.filters import Filter
from convcli.geometry import Axis
from convcli.inverse import Settings
from convcli.plan import Plan

if TYPE_CHECKING:
    import numpy as np

    from convcli.forward import Result
    from convcli.replay import Replay
    from convcli.steps import Step, Uses

__all__ = [
    *("axis_object", "dump", "filter_object", "formula_object", "layer_object", "replay_object", "result_object"),
    *("solutions_object", "steps_object", "uses_object"),
]

MOST_UNREAD = 1_000_000
MOST_USES = 100_000


def dump(found: Any) -> str:
    """One line of JSON. NaN and infinities are written as Python's json reads them."""
    return json.dumps(found)


def layer_object(plan: Plan) -> dict[str, Any]:
    """A layer by torch's argument names, per-axis ones as lists; padding as [before, after]."""
    values: dict[str, Any] = {"type": plan.layer.type}
    for name, value in plan.layer.arguments().items():
        values[name] = list(value) if isinstance(value, tuple) else value
    return values | {"padding": [list(pair) for pair in plan.layer.pads]}


def axis_object(axis: Axis) -> dict[str, Any]:
    """``unread`` lists at most a million indices; ``unread_count`` says how many there are."""
    ranges = axis.unread_ranges()
    count = sum(map(len, ranges))
    unread = list(islice(heapq.merge(*ranges), MOST_UNREAD))
    return {"size": axis.size, "output": axis.output, "unread": unread, "unread_count": count}


def formula_object(kind: str, axes: Sequence[Axis]) -> dict[str, Any]:
    """The formula's numbers, axis by axis; an uneven padding is [before, after]."""
    return {
        "kind": kind,
        "axes": [
            {
                "name": axis.name,
                "kernel": axis.kernel,
                "stride": axis.stride,
                "padding": axis.before if axis.before == axis.after else [axis.before, axis.after],
                "dilation": axis.dilation,
                **axis_object(axis),
            }
            for axis in axes
        ],
    }


def steps_object(steps: "Sequence[Step]") -> dict[str, Any]:
    """Every product behind the outputs asked for, where any were."""
    if not steps:
        return {}
    return {
        "steps": [
            {
                "output_index": step.output_index,
                "operation": step.operation,
                "terms": [asdict(term) for term in step.terms],
                "bias": step.bias,
                "value": step.value,
                "torch": step.torch,
                "agrees": step.agrees,
                "ignored": step.ignored,
            }
            for step in steps
        ]
    }


def uses_object(uses: "Sequence[Uses]") -> dict[str, Any]:
    """What an input cell (``from``) or a weight (``of``) is part of, a hundred thousand at most."""
    found: dict[str, Any] = {}
    for each in uses:
        name = "from" if each.of == "input" else "of"
        found |= {name: [asdict(use) for use in islice(each.found, MOST_USES)], f"{name}_count": each.count}
    return found


def solutions_object(answer: Settings) -> dict[str, Any]:
    """Settings as objects, the commonest first, a thousand at most; ``count`` says how many there are."""
    return {"solutions": [asdict(setting) for setting in answer.found], "count": answer.count}


def filter_object(found: Filter) -> dict[str, Any]:
    """A classic filter: its kernel as floats, and what turning it round changes."""
    return {
        "name": found.name,
        "shape": list(found.array.shape),
        "values": found.array.data,
        "about": found.about,
        "origin": found.origin,
        "flipped": found.flip_effect,
    }


def replay_object(found: "Replay") -> dict[str, Any]:
    """One of the post's experiments: what was computed, and what the post printed."""
    return {
        "name": found.experiment.name,
        "code": found.result.plan.layer.code,
        "output": _values(found.result.output),
        "printed": found.experiment.printed,
        "largest_difference": found.largest_difference,
        "matches": found.matches,
        "slips": list(found.experiment.slips),
    }


def _values(array: "np.ndarray | None") -> dict[str, Any] | None:
    return None if array is None else {"shape": list(array.shape), "values": array.tolist()}


def result_object(result: "Result") -> dict[str, Any]:
    """A layer, its numbers in and out, and its counts."""
    plan = result.plan
    return {
        "layer": layer_object(plan),
        "code": plan.layer.code,
        "input": {"source": plan.input.source, **(_values(result.input) or {})},
        "weight": _values(result.weight),
        "bias": _values(result.bias),
        "axes": [{"name": axis.name, **axis_object(axis)} for axis in plan.axes],
        "output": _values(result.output),
        **({} if result.indices is None else {"indices": _values(result.indices)}),
        "parameters": plan.layer.parameters,
        "macs": plan.macs,
        "warnings": plan.warnings,
    }
