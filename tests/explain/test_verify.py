"""Fixes are marked by whether they really ran."""

from dataclasses import replace

import pytest

from convcli.explain.answer import Example, Fix
from convcli.explain.verify import LARGEST, verified
from convcli.refusals import Failure
from tests.explain import answer_to

LINEAR = "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)"


def test_a_fix_that_runs_and_one_that_does_not() -> None:
    broken = replace(answer_to(LINEAR), fixes=[Fix("layer = nn.Linear(800, 10)"), Fix("x = x.y", verified=True)])
    assert [fix.verified for fix in verified(broken).fixes] == [True, False]


@pytest.mark.parametrize(
    "example",
    [
        None,
        Example("Linear", (3, 2), (1, 3)),  # nothing is wrong with it
        Example("Linear", (3, 2), (LARGEST, 2)),
        Example("Conv2d", (1, LARGEST, (2, 2)), (1, 2, 3, 3)),
    ],
)
def test_what_cannot_be_built_again_is_not_tried(example: Example | None) -> None:
    with pytest.raises(Failure, match="nothing was tried in torch"):
        verified(replace(answer_to(LINEAR), example=example))
