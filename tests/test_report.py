"""What a view may show: numbers only when they are asked for."""

import numpy as np
import pytest

from convcli.picks import pick
from convcli.plan import make_plan
from convcli.refusals import Refusal
from convcli.report import Report


def test_torch_runs_when_a_value_is_asked_for_and_once() -> None:
    report = Report(make_plan("conv1d", {"stride": 2}))
    assert report.output_shape == (1, 1, 4)
    assert report.warnings == ["element 9 is never read: the last window ends at element 8"]
    assert "values" not in report.__dict__
    assert report.output is report.values.output


def test_what_was_picked() -> None:
    plan = make_plan("conv2d", {"kernel_size": 2}, size=(3, 4))
    report = Report(plan, pick(plan, steps="0:2", from_cell="1,1", of_weight="0,0"))
    assert [step.output_index for step in report.steps] == [(0, 0, 0, 0), (0, 0, 0, 1)]
    assert [uses.of for uses in report.uses()] == ["input", "weight"]
    assert np.array_equal(report.coverage_map, np.outer(*report.coverage))
    assert report.step(1) == report.steps[1]
    with pytest.raises(Refusal):
        report.step((9, 9))
