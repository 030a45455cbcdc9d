"""The other maps of an output, small."""

from itertools import pairwise

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.drawing import WIDTH, Box, Shades, Words
from convcli.views.plane import Windowing
from convcli.views.thumbs import MOST, thumbnails


def drawn(channels: int, size: tuple[int, ...] = (6, 6)) -> list[object]:
    return list(thumbnails(Windowing(Report(make_plan("conv2d", {"out_channels": channels}, size=size)))))


def test_only_where_there_are_others() -> None:
    assert drawn(1) == []
    marks = drawn(3)
    assert [mark.text for mark in marks if isinstance(mark, Words)] == ["3 output channels:"]
    assert sum(isinstance(mark, Shades) for mark in marks) == 3
    assert sum(isinstance(mark, Box) and mark.stroke == "accent" for mark in marks) == 1


def test_as_many_as_find_room() -> None:
    marks = drawn(500, (4, 30))
    assert [mark.text for mark in marks if isinstance(mark, Words)] == [f"500 output channels: 0 to {MOST - 1}"]
    boxes = [mark for mark in marks if isinstance(mark, Shades)]
    assert boxes[-1].x + boxes[-1].width <= WIDTH
    assert all(one.x + one.width < other.x for one, other in pairwise(boxes))
