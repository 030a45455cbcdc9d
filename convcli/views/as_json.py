"""A result as one JSON object; docs/convcli.schema.json has every key, and they are there to stay."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from itertools import islice
from typing import TYPE_CHECKING, Any

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.inverse import Setting
from convcli.arithmetic.windows import Windows
from convcli.data.arrays import Array
from convcli.data.filters import Filter
from convcli.engine.steps import Step, Uses
from convcli.plan import Plan
from convcli.report import Report
from convcli.sizing import Answer, Sized

if TYPE_CHECKING:
    import numpy as np

    from convcli.engine.replay import Number, Replay


MOST_UNREAD = 1_000_000
AT_ONCE = 10_000  # numbers that are made text together
PARTS = 1000  # parts of a text, or characters of one, that are worth writing
MOST_USES = 100_000


def as_text(value: Any) -> str:
    """One line of JSON; NaN and infinities are written as Python's json reads them."""
    return "".join(_parts(value)) + "\n"


def report_text(report: Report) -> Iterator[str]:
    """The whole object as text, part by part: no large array is ever whole as text."""
    waiting: list[str] = []
    for part in _parts(object_of(report)):
        waiting.append(part)
        if len(waiting) > PARTS or len(part) > PARTS:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting) + "\n"


def _parts(value: Any) -> Iterator[str]:
    """JSON of plain objects and of arrays, in parts."""
    if isinstance(value, dict):
        for i, (name, each) in enumerate(value.items()):
            yield f"{', ' if i else '{'}{json.dumps(name)}: "
            yield from _parts(each)
        yield "}" if value else "{}"
    elif not hasattr(value, "tolist"):
        yield json.dumps(value)
    elif value.size <= AT_ONCE:
        yield json.dumps(value.tolist())
    else:
        rows = value if value.ndim > 1 else [value[at : at + AT_ONCE] for at in range(0, len(value), AT_ONCE)]
        for i, row in enumerate(rows):
            yield ", " if i else "["
            yield from _parts(row) if value.ndim > 1 else [json.dumps(row.tolist())[1:-1]]
        yield "]"


def _plain(array: "np.ndarray") -> "list[Any] | np.ndarray":
    """An array as lists; a large one as it is."""
    return array.tolist() if array.size <= AT_ONCE else array


def shapes_text(report: Report) -> str:
    """The object without its values as text; nothing has to run for it."""
    return as_text(shapes_of(report))


def shapes_of(report: Report) -> dict[str, Any]:
    """A layer, its shapes and its counts; ``memory`` is in bytes."""
    plan, layer = report.plan, report.plan.layer
    return {
        "layer": _layer(plan),
        "code": plan.code,
        "input": {"source": plan.input.source, "shape": list(plan.shape)},
        "weight": None
        if layer.weight_shape is None
        else {"source": plan.weight_origin, "shape": list(layer.weight_shape)},
        "bias": {"shape": [layer.bias_size]} if layer.bias_size else None,
        "axes": [{"name": axis.name, **axis_object(axis)} for axis in plan.axes],
        "output": {"shape": list(plan.output_shape)},
        **({"indices": {"shape": list(plan.output_shape)}} if layer.returns_indices else {}),
        "parameters": plan.parameters,
        "macs": plan.macs,
        "memory": plan.memory,
        "warnings": report.warnings,
    }


def object_of(report: Report) -> dict[str, Any]:
    """The same with its numbers in and out; besides, what was picked to be looked into."""
    shapes = shapes_of(report)
    for name in ("input", "weight", "bias", "output", "indices"):
        if shapes.get(name):
            shapes[name]["values"] = _plain(getattr(report.values, name))
    return {
        **shapes,
        **steps_object(report.steps),
        **_uses(report.uses()),
        **({"coverage": report.coverage} if report.picks.coverage else {}),
    }


def _layer(plan: Plan) -> dict[str, Any]:
    """A layer by torch's argument names, per-axis ones as lists; padding as [before, after]."""
    arguments = plan.layer.arguments().items()
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in arguments}
    pads = [list(pair) for pair in plan.layer.pads]
    return {"type": plan.layer.type, **values, **({"padding": pads} if pads else {})}


def axis_object(axis: Windows) -> dict[str, Any]:
    """An axis as every command has it; ``unread`` lists at most a million, ``unread_count`` says how many there are."""
    unread = axis.unread()
    return {
        "size": axis.size,
        **(_window(axis) if isinstance(axis, Axis) else {}),
        "output": axis.output,
        "unread": list(islice(unread, MOST_UNREAD)),
        "unread_count": unread.count,
    }


def _window(axis: Axis) -> dict[str, Any]:
    """The window that walks an axis, by torch's names; padding as ``pads``, [before, after]."""
    pads = [axis.before, axis.after]
    window = {"kernel_size": axis.kernel, "stride": axis.stride, "pads": pads, "dilation": axis.dilation}
    return window | ({"output_padding": axis.output_padding} if axis.transposed else {})


def _values(array: "np.ndarray") -> dict[str, Any]:
    return {"shape": list(array.shape), "values": array.tolist()}


def steps_object(steps: Sequence[Step]) -> dict[str, Any]:
    """Every product behind the outputs asked for, where any were."""
    objects = [
        {
            "output_index": step.output_index,
            "operation": step.reduction.operation,
            "terms": [_fields(term) for term in step.terms],
            "bias": step.bias,
            "value": step.value,
            "torch": step.torch,
            "agrees": step.agrees,
            "ignored": step.ignored,
        }
        for step in steps
    ]
    return {"steps": objects} if objects else {}


def _fields(record: Any) -> dict[str, Any]:
    """A record's fields by their names; its values are shared, not copied."""
    return {each.name: getattr(record, each.name) for each in fields(record)}


def _uses(uses: Sequence[Uses]) -> dict[str, Any]:
    """What an input cell (``from``) or a weight (``of``) is part of, a hundred thousand at most."""
    objects: dict[str, Any] = {}
    for each in uses:
        name = "from" if each.of == "input" else "of"
        objects |= {name: [_fields(use) for use in islice(each.products, MOST_USES)], f"{name}_count": each.count}
    return objects


def formula_object(family: str, sized: Sized, counted: bool = False) -> dict[str, Any]:
    """The formula's numbers, axis by axis, and of a layer what it counts.

    ``kernel`` and ``padding``, a number where it is even, are older names.
    """
    objects = [
        {
            "name": axis.name,
            "kernel": axis.kernel,
            "stride": axis.stride,
            "padding": axis.before if axis.before == axis.after else [axis.before, axis.after],
            "dilation": axis.dilation,
            **axis_object(axis),
        }
        for axis in sized.axes
    ]
    layer = sized.layer
    counts = {"code": layer.code, "parameters": layer.parameters, "macs": sized.macs} if counted else {}
    return {"kind": family, "axes": objects, **counts}


def answers_object(answers: Sequence[Answer]) -> dict[str, Any]:
    """One axis's settings, or those of each axis, the commonest first; ``count``: how many there are; null: no end."""
    settings = [answer.settings for answer in answers]
    objects = [{"solutions": [_setting(each) for each in found.listed], "count": found.count} for found in settings]
    return objects[0] if len(objects) == 1 else {"axes": objects}


def _setting(setting: Setting) -> dict[str, Any]:
    """``kernel`` and ``padding`` are older names."""
    pads = [setting.padding, setting.padding]
    return {**asdict(setting), "kernel_size": setting.kernel, "pads": pads}


def samples_object(samples: Iterable[Array]) -> dict[str, Any]:
    """The samples by their names, which each has besides, as every other list of ours."""
    return {"samples": {each.source: _sample(each) for each in samples}}


def _sample(each: Array) -> dict[str, Any]:
    return {"name": each.source, "shape": list(each.shape), "values": each.data, "code": each.code}


def filter_object(each: Filter) -> dict[str, Any]:
    """A classic filter: its kernel as floats, and what turning it round changes."""
    return {
        "name": each.name,
        "shape": list(each.array.shape),
        "values": each.array.data,
        "about": each.about,
        "origin": each.origin,
        "flipped": each.flip_effect,
    }


def experiment_object(report: Report, replay: "Replay") -> dict[str, Any]:
    """One of the post's experiments: the layer as any, what the post printed, and how far that agrees."""
    numbers = replay.numbers
    return {
        "name": replay.experiment.name,
        **object_of(report),
        "printed": replay.experiment.printed,
        "largest_difference": replay.largest_difference,
        "largest_relative_difference": replay.largest_relative_difference,
        "largest_in_units_of_the_last_digit": replay.largest_units,
        "agree_to_the_last_digit": len(numbers) - len(replay.apart),
        "agree_as_the_post_rounded": sum(number.same_digits_then for number in numbers),
        "apart": [_apart(number) for number in replay.apart],
        "matches": replay.matches,
        "slips": list(replay.experiment.slips),
    }


def _apart(number: "Number") -> dict[str, Any]:
    """A number that isn't the printed one to the last digit, and what float32's rounding of its terms may be."""
    return {
        "output_index": number.output_index,
        "computed": number.computed,
        "printed": number.printed,
        "as_the_post_rounded": number.then,
        "exact": number.step.value,
        "terms": len(number.summed),
        "sum_of_magnitudes": number.magnitude,
        "rounding": number.rounding,
        "in_units_of_the_last_digit": number.units,
    }
