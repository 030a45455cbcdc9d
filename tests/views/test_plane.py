"""What a picture shows of a map: the windows that are chosen, what stands where, what is left behind."""

import numpy as np
from hypothesis import given, settings

from convcli.engine.steps import cell_at
from convcli.picks import pick
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.plane import MOST_MOMENTS, OVER, PADDING, Windowing, reel
from tests.strategies import Request, report_of, requests


@settings(max_examples=40)
@given(requests())
def test_cells_are_the_inputs(request: Request) -> None:
    plane = Windowing(report_of(request))
    rows, columns = plane.drawn[0]
    for lead in plane.leads[:2]:
        values = plane.values(lead)
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                seen = plane.seen(lead, (row, column))
                assert values[i, j] == (seen.value or 0)
                if seen.kind != OVER:
                    place = (*lead, row, column)[: len(lead)] + (row, column)[-plane.flat :]
                    cell = cell_at(plane.plan, plane.report.values, place)
                    assert (cell.input_index == cell.place) == (seen.kind != PADDING)


@settings(max_examples=40)
@given(requests())
def test_every_output_that_is_shown_is_torchs(request: Request) -> None:
    plane = Windowing(report_of(request))
    for (row, column), [(first, value)] in plane.versions().items():
        assert np.array_equal(value, plane.output[row, column], equal_nan=True)
        assert 0 <= first < len(plane.moments)


def test_the_reel() -> None:
    spots = reel(range(222), range(222), MOST_MOMENTS)
    assert len(spots) <= MOST_MOMENTS
    assert spots == sorted(spots)
    assert [spot for spot in spots if spot[0] == 0] == [(0, column) for column in range(40)]
    assert spots[-1] == (221, 221)
    assert len(reel(range(6), range(10), 60)) == 60


def test_what_is_behind_a_moment_and_what_is_picked() -> None:
    plan = make_plan("conv2d", {}, size=(6, 6))
    plane = Windowing(Report(plan))
    assert plane.finished(plane.moments[5]) == (1, 2, 2)
    picked = Windowing(Report(plan, pick(plan, at="2,3", draw=True)))
    assert picked.finished(picked.moments[0]) is None
    assert (picked.count, picked.moments[0].spot) == (1, (2, 3))


def test_what_hangs_over_and_what_is_never_read() -> None:
    over = Windowing(Report(make_plan("maxpool2d", {"kernel_size": 4, "ceil_mode": True}, size=(6, 6))))
    assert over.drawn[0] == (range(8), range(8))
    assert over.seen(over.leads[0], (7, 0)).kind == OVER
    assert [each.kind for each in over.moments[-1].products[over.leads[0]][0]] == ["", "", OVER, OVER]
    unread = Windowing(Report(make_plan("conv1d", {"kernel_size": 3, "stride": 2}, size=(10,))))
    assert unread.unread == (set(), {9})


def test_a_huge_map_is_drawn_in_part() -> None:
    plan = make_plan("conv2d", {"stride": 2}, size=(5000, 5000))
    plane = Windowing(Report(plan, pick(plan, at="2000,1", draw=True)))
    rows, columns = plane.drawn[0]
    assert {4000, 4002} <= set(rows)
    assert (len(rows), columns[0]) == (1000, 0)
    assert all(stop < 1000 for moment in Windowing(Report(plan)).moments for along in moment.stops for stop in along)
