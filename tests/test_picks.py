"""Which outputs, cells and weights are looked into."""

from typing import Any

import pytest

from convcli.picks import cell, cells, pick
from convcli.plan import make_plan
from convcli.refusals import Refusal


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"steps": "all"}, 8),
        ({"steps": "A"}, 8),
        ({"steps": "first"}, 4),
        ({"steps": "FIRST"}, 4),
        ({"steps": "0:3"}, 3),
        ({"steps": "5"}, 5),
        ({"at": "2"}, 1),
        ({"steps": "-3:"}, 3),
    ],
)
def test_steps(asked: dict[str, Any], count: int) -> None:
    assert len(pick(make_plan("conv1d", {}), **asked).steps) == count


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("-1", (0, 0, 3)),
        ("-4", (0, 0, 0)),
        ("-2,-1,-3", (0, 2, 1)),
        ("1,0,-4", (1, 0, 0)),
        ((-1,), (0, 0, 3)),
        (2, (0, 0, 2)),
        (-1, (0, 0, 3)),
    ],
)
def test_below_0_from_the_end(typed: Any, place: tuple[int, ...]) -> None:
    assert cell("at", typed, (2, 3, 4)) == place


@pytest.mark.parametrize("typed", ["-5", "4", "-3,0,0", "0,-4,0", "0,0,0,0"])
def test_out_of_range_says_the_range(typed: str) -> None:
    with pytest.raises(Refusal, match=r"they go from 0,0,0 to 1,2,3; -1 is the last"):
        cell("at", typed, (2, 3, 4))


@pytest.mark.parametrize("index", [1.5, (0, "a"), None])
def test_a_place_is_whole_numbers(index: Any) -> None:
    with pytest.raises(Refusal, match="not a whole number"):
        cell("output_index", index, (2, 3, 4))


def test_no_steps_at_all() -> None:
    with pytest.raises(Refusal, match="steps='0' asks for the first 0 of 8 steps: give at=0 instead for the first"):
        pick(make_plan("conv1d", {}), steps="0")


def test_steps_are_counted_from_the_end() -> None:
    plan = make_plan("conv1d", {})
    assert pick(plan, steps="-2:").steps == ((0, 0, 6), (0, 0, 7))
    assert pick(plan, steps="2:-5").steps == ((0, 0, 2),)
    with pytest.raises(Refusal, match="0:8"):
        pick(plan, steps="-1:-2")


def test_leading_axes_may_be_left_out() -> None:
    assert cell("at", "2,1", (2, 3, 4)) == (0, 2, 1)
    assert cell("at", (1, 2, 3), (2, 3, 4)) == (1, 2, 3)
    assert cells((2, 2), 0, 4) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_region_is_of_one_batch_item() -> None:
    plan = make_plan("conv1d", {}, size=(2, 1, 6))
    assert pick(plan, draw=True).drawn == ()  # nothing said: a picture chooses
    assert pick(plan, draw=True, region="1:2,0:1,0:2").drawn == ((1, 0, 0), (1, 0, 1))
    with pytest.raises(Refusal, match="one batch item"):
        pick(plan, draw=True, region="0:2,0:1,0:4")
