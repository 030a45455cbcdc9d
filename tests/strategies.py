"""What Hypothesis draws: layers of every type with windows, some of their arguments wrong, and an input for each."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from convcli.data.arrays import Array
from convcli.layers import LAYERS, Windowed
from convcli.picks import Picks
from convcli.plan import make_plan
from convcli.refusals import Refusal
from convcli.report import Report

Arguments = dict[str, Any]
Request = tuple[str, Arguments, tuple[int, ...]]
NAMES = sorted(name for name, layer in LAYERS.items() if issubclass(layer, Windowed))


def sizes(low: int, high: int, ndim: int) -> st.SearchStrategy[Any]:
    if ndim == 1:  # LPPool1d takes no tuples
        return st.integers(low, high)
    return st.integers(low, high) | st.tuples(*[st.integers(low, high)] * ndim)


def output_sizes(ndim: int) -> st.SearchStrategy[Any]:
    """For adaptive pooling; None keeps an axis, where there are several."""
    if ndim == 1:
        return st.integers(0, 9)
    return st.integers(0, 7) | st.tuples(*[st.none() | st.integers(1, 7)] * ndim)


@st.composite
def requests(draw: Callable[..., Any], names: tuple[str, ...] = tuple(NAMES)) -> Request:
    """A layer's name, constructor arguments (some of them wrong), and an input shape."""
    name = draw(st.sampled_from(names))
    layer = LAYERS[name]
    assert issubclass(layer, Windowed)
    ndim = layer.ndim
    most = {1: 12, 2: 8, 3: 5}[ndim]
    options: dict[str, st.SearchStrategy[Any]] = {
        "kernel_size": sizes(1, 4, ndim),
        "output_size": output_sizes(ndim),
        "stride": sizes(1, 4, ndim),
        "padding": sizes(-1, 3, ndim),
        "dilation": sizes(1, 3, ndim),
        "groups": st.integers(1, 3),
        "bias": st.booleans(),
        "padding_mode": st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]),
        "output_padding": sizes(0, 3, ndim),
        "ceil_mode": st.booleans(),
        "count_include_pad": st.booleans(),
        "divisor_override": st.sampled_from([None, None, 1, 3, -2]),
        "return_indices": st.booleans(),
        "norm_type": st.sampled_from([1.0, 2.0, 3.0, float("inf")]),
    }
    if name.startswith("conv") and not layer.transposed:
        options["padding"] = options["padding"] | st.sampled_from(["same", "valid"])
    arguments: Arguments = {}
    for argument in layer.defaults():
        if argument in options and (argument in layer.suggested or draw(st.booleans())):
            arguments[argument] = draw(options[argument])
    channels = draw(st.integers(1, 4))
    if "out_channels" in layer.defaults():
        arguments["in_channels"], arguments["out_channels"] = channels, draw(st.integers(1, 6))
        if draw(st.booleans()):
            groups = arguments.get("groups", 1)
            arguments["in_channels"] = channels = channels * groups
            arguments["out_channels"] *= groups
    spatial = draw(st.tuples(*[st.integers(1, most)] * ndim))
    return name, arguments, (draw(st.integers(1, 2)), channels, *spatial)


def report_of(request: Request) -> Report:
    """A report on random numbers; a request that is refused is another example's."""
    name, arguments, shape = request
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    try:
        report = Report(make_plan(name, arguments, input=Array("random", shape, values)))
    except Refusal:
        assume(False)
        raise
    assert report.values is not None
    return report


def with_values(report: Report, **changes: Any) -> Report:
    """A report whose numbers aren't torch's."""
    changed = Report(report.plan, report.picks)
    changed.__dict__["values"] = replace(report.values, **changes)
    return changed


def picked(report: Report, places: Sequence[tuple[int, ...]]) -> Report:
    """The same report with these outputs to be told and drawn."""
    changed = Report(report.plan, Picks(steps=tuple(places), drawn=tuple(places)))
    changed.__dict__["values"] = report.values
    return changed
