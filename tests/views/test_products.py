"""Steps in words; tests/engine/test_steps.py draws many."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.picks import pick, some
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.products import line, picked_steps, picked_uses
from convcli.views.shades import coverage
from convcli.views.widgets import Screen
from tests.strategies import Request, report_of, requests
from tests.views.shown import shown

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[-+]\d+)?")


@settings(max_examples=60)
@given(requests(), st.sampled_from([60, 80, 120]))
def test_an_equals_sign_between_kernel_and_products_is_true_of_what_is_written(request: Request, width: int) -> None:
    report = report_of(request)
    steps = some(report.output_shape)
    text = shown(
        picked_steps(Report(report.plan, pick(report.plan, at=",".join(map(str, steps[0][1:])))), Screen(width))
    )
    for row in text.splitlines():
        left, equals, right = row.partition(" = ")
        cells, times, weights = left.partition(" × ")
        if equals and times:
            taps = NUMBER.findall(weights)
            products = NUMBER.findall(right)[: len(taps)]
            for x, w, p in zip(NUMBER.findall(cells)[-len(taps) :], taps, products, strict=True):
                assert float(x) * float(w) == pytest.approx(float(p), rel=1e-6, abs=1e-9), row


def test_new_layers_are_told_as_the_others_are() -> None:
    plan = make_plan("adaptiveavgpool1d", {"output_size": 4})
    text = shown(picked_steps(Report(plan, pick(plan, steps="all")), Screen()))
    assert "out[0, 0, 1] = (3 + 4 + 5) / 3 = 4" in text
    plan = make_plan("unfold", {"kernel_size": 2}, size=(3, 4))
    text = shown(picked_steps(Report(plan, pick(plan, at="3,1")), Screen()))
    assert "batch 0 · row 3 · window 1" in text
    assert "row 1 · column 2" in text
    assert "out[0, 3, 1] = 3" in text
    assert line(Report(plan).step((0, 3, 1))).plain.startswith("out[0, 3, 1] = input[0, 0, 1, 2] = 3")


def test_uses() -> None:
    plan = make_plan("maxpool1d", {})
    assert "is read by 1 window" in shown(picked_uses(Report(plan, pick(plan, from_cell="0")), Screen()))


def test_products_and_windows_of_a_cell_are_told_apart() -> None:
    plan = make_plan("conv1d", {"out_channels": 5})
    report = Report(plan, pick(plan, from_cell="4", coverage=True))
    assert "takes part in 15 products: 3 windows × 5 output channels" in shown(picked_uses(report, Screen()))
    assert "how many windows read each input cell" in shown(coverage(report, Screen()))
    for name, more, said in (
        ("convtranspose1d", {"out_channels": 2}, "6 products: 3 outputs × 2 output channels"),
        ("conv1d", {"out_channels": 2, "padding": 1, "padding_mode": "replicate"}, "6 products: 3 readings × 2"),
    ):
        plan = make_plan(name, more)
        assert said in shown(picked_uses(Report(plan, pick(plan, from_cell="0")), Screen()))
