"""Which outputs, cells and weights are looked into."""

from typing import Any

import pytest

from convcli.picks import cell, cells, pick
from convcli.plan import make_plan
from convcli.refusals import Refusal


@pytest.mark.parametrize(
    ("asked", "count"),
    [({"steps": "all"}, 8), ({"steps": "first"}, 4), ({"steps": "0:3"}, 3), ({"steps": "5"}, 5), ({"at": "2"}, 1)],
)
def test_steps(asked: dict[str, Any], count: int) -> None:
    assert len(pick(make_plan("conv1d", {}), **asked).steps) == count


def test_leading_axes_may_be_left_out() -> None:
    assert cell("at", "2,1", (2, 3, 4)) == (0, 2, 1)
    assert cell("at", (1, 2, 3), (2, 3, 4)) == (1, 2, 3)
    assert cells((2, 2), 0, 4) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_region_is_of_one_batch_item() -> None:
    plan = make_plan("conv1d", {}, size=(2, 1, 6))
    assert len(pick(plan, draw=True).drawn) == 4
    assert pick(plan, draw=True, region="1:2,0:1,0:2").drawn == ((1, 0, 0), (1, 0, 1))
    with pytest.raises(Refusal, match="one batch item"):
        pick(plan, draw=True, region="0:2,0:1,0:4")
