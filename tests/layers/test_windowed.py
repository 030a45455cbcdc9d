"""Which cells stand behind an output, and which outputs a cell feeds: the same pairs from both sides."""

from itertools import product
from typing import Any

from hypothesis import given, settings

from convcli.layers import Windowed
from tests.strategies import Request, report_of, requests


@settings(max_examples=100)
@given(requests())
def test_reads_and_uses_are_the_same_pairs(request: Request) -> None:
    plan = report_of(request).plan
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


@settings(max_examples=100)
@given(requests())
def test_no_output_has_more_terms_than_the_largest_window(request: Request) -> None:
    plan = report_of(request).plan
    if "adaptive" not in request[0]:
        assert len(list(plan.layer.reads(plan.axes, (0,) * len(plan.output_shape)))) <= plan.layer.largest_window
