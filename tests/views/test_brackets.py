"""The windows drawn under the cells that they read."""

import pytest
from hypothesis import given, settings

from convcli.data.arrays import Array
from convcli.plan import make_plan
from convcli.views.brackets import windows_drawn
from tests.strategies import NAMES, Request, report_of, requests
from tests.views.shown import shown


def test_stride_overlap_and_what_is_unread_are_seen() -> None:
    plan = make_plan("conv1d", {"kernel_size": 3, "stride": 2})
    assert shown(windows_drawn(plan, 80)).splitlines() == [
        "  input        1    2    3    4    5    6    7    8    9 (10)",
        "            └──────0─────┘      └──────2─────┘",
        "                      └──────1─────┘      └──────3─────┘",
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("conv1d", {"padding": 1}, "  input     <0>   1   2   3 <0>"),
        ("conv1d", {"padding": 1, "padding_mode": "circular"}, "  input     <3>   1   2   3 <1>"),
        ("maxpool1d", {"kernel_size": 2, "padding": 1}, "  input     < >   1   2   3 < >"),
        ("adaptiveavgpool1d", {"output_size": 2}, "  input       1   2   3"),
        ("convtranspose1d", {"stride": 2}, "  outputs   [0] [1] [2] [3] [4] [5] [6]"),
    ],
)
def test_the_line_that_is_walked(name: str, arguments: dict[str, object], line: str) -> None:
    plan = make_plan(name, arguments, size=(3,))
    assert shown(windows_drawn(plan, 80)).splitlines()[0] == line


def test_dilation_leaves_gaps_and_very_many_windows_are_counted() -> None:
    text = shown(windows_drawn(make_plan("conv1d", {"dilation": 2}), 80))
    assert "──┄┄┄┄──" in text
    assert "... and 2 more windows" in text


def test_each_channel_has_its_line() -> None:
    plan = make_plan("conv1d", {}, input=Array("list", (2, 3), [[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]]))
    text = shown(windows_drawn(plan, 80))
    assert "input 0" in text
    assert "-2" in text
    assert "input 1" in text


def test_nothing_where_there_is_no_room() -> None:
    assert windows_drawn(make_plan("conv1d", {}, size=(30,)), 80) == []
    assert windows_drawn(make_plan("conv2d", {}), 80) == []
    assert windows_drawn(make_plan("convtranspose1d", {"stride": 2**61}), 80) == []
    assert windows_drawn(make_plan("conv1d", {}, size=(5, 1, 10)), 80) == []


@settings(max_examples=100)
@given(requests(tuple(name for name in NAMES if name.endswith("1d"))))
def test_every_drawing_fits(request: Request) -> None:
    plan = report_of(request).plan
    for line in windows_drawn(plan, 80):
        assert len(line) <= 80
