"""Which cells stand behind an output, and which outputs a cell feeds: the same pairs from both sides."""

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings

from convcli.layers import Windowed
from convcli.picks import pick
from convcli.plan import make_plan
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
