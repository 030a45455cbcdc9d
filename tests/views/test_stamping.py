"""Stamp by stamp, a transposed layer's output becomes what torch makes of it."""

import numpy as np
import pytest
from hypothesis import given, settings

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.stamping import Stamping
from tests.strategies import NAMES, Request, report_of, requests

TRANSPOSED = tuple(name for name in NAMES if "transpose" in name)


@settings(max_examples=40)
@given(requests(TRANSPOSED))
def test_overlaps_add_up_to_torchs_output(request: Request) -> None:
    plane = Stamping(report_of(request))
    final = {spot: versions[-1][1] for spot, versions in plane.versions().items()}
    if len(plane.moments) == plane.count:
        assert final == {spot: float(plane.output[spot]) for spot in np.ndindex(plane.output.shape)}
        assert plane.finished(plane.moments[-1]) is None


def test_a_stamp_before_its_neighbours_is_the_input_times_the_kernel() -> None:
    report = Report(make_plan("convtranspose1d", {"kernel_size": 3, "stride": 2, "bias": False}, size=(4,)))
    plane = Stamping(report)
    versions, weight = plane.versions(), report.values.weight
    assert weight is not None
    assert versions[0, 2][0] == (0, pytest.approx(float(weight[0, 0, 2]) * 1))
    assert versions[0, 2][1] == (1, float(report.output[0, 0, 2]))
    assert [each.value for each in plane.moments[1].products[0, 0][0]] == pytest.approx((2 * weight[0, 0]).tolist())
    assert plane.moments[1].stops == (range(1), range(2, 5))


def test_what_padding_cuts_is_drawn_and_nothing_stands_there() -> None:
    plane = Stamping(Report(make_plan("convtranspose2d", {"kernel_size": 3, "padding": 1}, size=(3, 3))))
    assert plane.drawn[1] == (range(-1, 4), range(-1, 4))
    assert np.isnan(plane.drawn_output[0]).all()
    assert plane.finished(plane.moments[0]) == (-1, 0, 0)
    assert plane.output_size == (3, 3)
