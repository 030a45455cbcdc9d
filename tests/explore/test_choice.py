"""A chosen cell: where it moves, what it lights, what is said; torch's own counts are in tests/engine."""

from convcli.data.filters import FILTERS
from convcli.explore.choice import Choice
from convcli.plan import make_plan
from convcli.report import Report


def report() -> Report:
    return Report(make_plan("conv2d", {"padding": 1}, size=(1, 4, 5), weight=FILTERS["sobel-x"].array))


def test_it_moves_within_its_map() -> None:
    cell = Choice("input", (0, 0, 0, 0))
    assert [cell.moved(key, report()).place for key in ("right", "down", "end", "left", "up", "x")] == [
        (0, 0, 0, 1),
        (0, 0, 1, 0),
        (0, 0, 0, 4),
        (0, 0, 0, 0),
        (0, 0, 0, 0),
        (0, 0, 0, 0),
    ]
    weight = Choice("weight", (0, 0, 2, 2))
    assert (weight.moved("down", report()), weight.moved("home", report()).place) == (weight, (0, 0, 2, 0))


def test_an_input_cell_lights_its_outputs_and_its_weight_here() -> None:
    shown, cell = report(), Choice("input", (0, 0, 0, 0))
    step = shown.step((0, 0, 1, 1))
    lit = cell.lit(shown, step)
    assert lit["output"] == {(0, 0, row, column) for row in (0, 1) for column in (0, 1)}
    assert lit["weight"] == {(0, 0, 0, 0)}
    assert cell.said(shown, step) == "input[0, 0, 0, 0] = 1 · 4 products · here 1·(-1) = -1"
    assert "here" not in cell.said(shown, shown.step((0, 0, 3, 3)))


def test_a_weight_lights_what_it_meets() -> None:
    shown, weight = report(), Choice("weight", (0, 0, 0, 0))
    step = shown.step((0, 0, 1, 1))
    assert weight.lit(shown, step) == {"weight": {(0, 0, 0, 0)}, "input": {(0, 0, 0, 0)}}
    assert weight.said(shown, step).startswith("weight[0, 0, 0, 0] = -1 · 12 products, 8 more with the padding's zeros")


def test_poolings_have_windows() -> None:
    pool = Report(make_plan("maxpool1d", {"kernel_size": 2, "stride": 1}))
    cell = Choice("input", (0, 0, 3))
    assert cell.said(pool, pool.step((0, 0, 2))) == "input[0, 0, 3] = 4 · 2 windows"
    assert cell.lit(pool, pool.step((0, 0, 2)))["output"] == {(0, 0, 2), (0, 0, 3)}
