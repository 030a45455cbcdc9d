"""Which cells stand behind an output, and which outputs a cell feeds: the same pairs from both sides."""

import re
from collections import Counter
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcli.layers import Windowed
from convcli.picks import pick
from convcli.plan import Plan, make_plan
from convcli.refusals import Refusal
from tests.strategies import Request, report_of, requests


@settings(max_examples=100)
@given(requests())
def test_reads_and_uses_are_the_same_pairs(request: Request) -> None:
    report = report_of(request)
    plan = report.plan
    layer: Windowed = plan.layer
    outputs = product(*map(range, plan.output_shape))
    reads = {
        (cell, weight, output)
        for output in outputs
        for _, cell, weight in layer.reads(plan.axes, output)
        if cell is not None
    }
    uses: set[Any] = set()
    for cell in product(*map(range, plan.shape)):
        count, pairs = layer.uses(plan.axes, cell)
        found = {(cell, weight, output) for weight, output in pairs}
        assert len(found) == count
        uses |= found
    assert reads == uses
    # What --coverage says of a cell is how often it is read for each of the output channels that its channel goes into.
    targets = {channel: len(list(layer.targets(channel))) for channel in range(plan.shape[1])}
    counts = Counter(cell for cell, _, _ in reads)
    for cell in product(*map(range, plan.shape)):
        assert counts[cell] == report.coverage_map[cell[2:]] * targets[cell[1]]


@settings(max_examples=100)
@given(requests())
def test_no_output_has_more_terms_than_the_largest_window(request: Request) -> None:
    plan = report_of(request).plan
    terms = [len(list(plan.layer.reads(plan.axes, place))) for place in product(*map(range, plan.output_shape))]
    assert max(terms) <= plan.layer.largest_window(plan.axes)


@pytest.mark.parametrize("name", ["adaptiveavgpool1d", "adaptivemaxpool1d"])
def test_adaptive_windows_are_bounded_as_sliding_ones_are(name: str) -> None:
    """Four windows of a million cells are refused where they slide, and take minutes where they don't."""
    with pytest.raises(Refusal, match="4,000,000 terms"):
        pick(make_plan("avgpool1d", {"kernel_size": 1_000_000}, size=(4_000_000,)), steps="all")
    with pytest.raises(Refusal, match="4,000,000 terms"):
        pick(make_plan(name, {"output_size": 4}, size=(4_000_000,)), steps="all")


@settings(max_examples=80)
@given(
    *[st.integers(1, 6), st.integers(1, 4), st.integers(2, 4), st.integers(0, 2), st.integers(1, 4), st.integers(0, 3)]
)
def test_the_sizes_that_become_one_are_those_that_torch_shrinks_to_it(
    size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int
) -> None:
    same = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    plan = accepted_plan("convtranspose1d", same | {"output_padding": extra}, size)
    said = next(words for label, words in plan.remarks if label == "length")
    span = re.search(r"takes sizes? (\d+)(?: to (\d+) all)? to", said)
    if span:
        first, last = int(span[1]), int(span[2] or span[1])
        assert conv_output(same, first) == conv_output(same, last) == size
        assert size not in (conv_output(same, first - 1), conv_output(same, last + 1))
        assert ("none of them" in said) == (not first <= plan.output_shape[-1] <= last)
    else:
        assert conv_output(same, plan.output_shape[-1]) != size


def accepted_plan(name: str, arguments: dict[str, Any], size: int) -> Plan:
    try:
        return make_plan(name, arguments, size=(1, size))
    except Refusal:
        assume(False)
        raise


def conv_output(arguments: dict[str, Any], size: int) -> int | None:
    """The size that torch's convolution makes; None where it takes no such input."""
    if size < 1:
        return None
    try:
        return int(torch.nn.Conv1d(1, 1, **arguments)(torch.zeros(1, 1, size)).shape[-1])
    except RuntimeError:
        return None
