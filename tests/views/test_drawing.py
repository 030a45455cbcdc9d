"""Marks: the room that they take, and where they go."""

import pytest

from convcli.views.drawing import Box, Path, Words, moved


def test_room() -> None:
    assert Box(1, 2, 10, 20).inset(2) == Box(3, 4, 6, 16)
    assert (Box(1, 2, 10, 20).right, Box(1, 2, 10, 20).bottom) == (11, 22)
    left, middle, right = (Words(100, 50, 10, "ten", anchor=anchor).box for anchor in ("start", "middle", "end"))
    assert (left.x, middle.x + middle.width / 2, right.right) == pytest.approx((100, 100, 100))
    assert Words(0, 50, 10, "a").baseline == pytest.approx(53.6)


def test_moved() -> None:
    assert moved(Box(1, 2, 3, 4), (10, 20)) == Box(11, 22, 3, 4)
    assert moved(Path(((0, 0), (1, 1))), (1, 2)) == Path(((1, 2), (2, 3)))
