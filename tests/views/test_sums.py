"""How an output comes about, at length and in short."""

import pytest

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.sums import sentences


@pytest.mark.parametrize(
    ("name", "arguments", "size", "said"),
    [
        ("maxpool1d", {}, (4,), ["out[0, 0, 1] = max of 3, 4 (the winner) = 4", "out[0, 0, 1] = the max of 2 = 4"]),
        ("avgpool1d", {}, (4,), ["out[0, 0, 1] = (3 + 4) / 2 = 3.5", "out[0, 0, 1] = the mean of 2 = 3.5"]),
    ],
)
def test_sentences(name: str, arguments: dict[str, object], size: tuple[int, ...], said: list[str]) -> None:
    step = Report(make_plan(name, arguments, size=size)).step((0, 0, 1))
    assert [text.plain for text in sentences(step)] == said


def test_a_long_sum_is_told_by_its_channels_and_a_longer_one_in_short() -> None:
    step = Report(make_plan("conv2d", {}, size=(3, 3, 3))).step((0, 0, 0, 0))
    whole, short = (text.plain for text in sentences(step))
    assert whole.count(" + ") == 3
    assert "the sum of 27" in short
