"""Places counted and found by ranges: the same as walking them one by one, and as quick on any axis."""

from bisect import bisect_left

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convcli.arithmetic import places
from convcli.arithmetic.axis import Axis
from convcli.arithmetic.places import Places, Unread, Writing, floor_sum

NUMBER = st.integers(1, 9)
GRIDS = st.builds(Places, st.integers(-30, 9), st.integers(1, 9), NUMBER, st.integers(0, 9), NUMBER)
HUGE = 10**18


def standing(grid: Places) -> list[int]:
    pairs = ((tap, window) for tap in range(grid.taps) for window in range(grid.windows))
    return [grid.start + tap * grid.dilation + window * grid.stride for tap, window in pairs]


@given(st.integers(0, 20), NUMBER, st.integers(0, 20), st.integers(-40, 40))
def test_a_sum_of_floors(count: int, modulus: int, factor: int, offset: int) -> None:
    terms = ((factor * i + offset) // modulus for i in range(count))
    assert floor_sum(count, modulus, factor, offset) == sum(terms)


@given(GRIDS, st.integers(-40, 160))
def test_places_are_those_that_taps_stand_on(grid: Places, place: int) -> None:
    every = standing(grid)
    taps = [tap for tap in range(grid.taps) if _stands(grid, tap, place)]
    assert list(grid.taps_at(place)) == taps
    assert len(taps) == every.count(place)
    assert (place in grid) == (place in every)
    assert grid.below(place) == sum(each < place for each in set(every))
    assert grid.readings_below(place) == sum(each < place for each in every)
    for stop in (place, place + 1, place + 7):
        assert grid.readings_in(range(place, stop)) == sum(place <= each < stop for each in every)


def _stands(grid: Places, tap: int, place: int) -> bool:
    window, rest = divmod(place - grid.start - tap * grid.dilation, grid.stride)
    return not rest and 0 <= window < grid.windows


@given(GRIDS, st.integers(1, 20), st.integers(0, 12))
def test_windows_that_write_something(grid: Places, line: int, window: int) -> None:
    writing = Writing(grid, line)
    reach = [
        [tap for tap in range(grid.taps) if 0 <= grid.start + each * grid.stride + tap * grid.dilation < line]
        for each in range(max(window + 1, grid.windows))
    ]
    assert list(writing.taps_of(window)) == reach[window]
    assume(window <= grid.windows)
    assert writing.below(window) == sum(map(bool, reach[:window]))


@pytest.mark.parametrize("near", [1, places.NEAR])
@settings(max_examples=100)
@given(GRIDS, st.integers(1, 60))
def test_what_is_unread_in_order(near: int, grid: Places, size: int) -> None:
    read = set(standing(grid))
    cells = [cell for cell in range(size) if cell not in read]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "NEAR", near)
        unread = Unread(size, grid)
        assert list(unread) == cells
        assert [cell for cell in range(-2, size + 2) if cell in unread] == cells
        assert unread.count == len(cells)
        assert bool(unread) == bool(cells)
        assert [unread.before(cell) for cell in range(size + 1)] == [bisect_left(cells, c) for c in range(size + 1)]
        assert [unread[i] for i in range(len(cells))] == cells
        assert not cells or unread[-1] == cells[-1]
        with pytest.raises(IndexError):
            unread[len(cells)]
        low, high = size // 3, 2 * size // 3
        runs = [cell for run in unread.within(range(low, high)) for cell in run]
        assert runs == [cell for cell in cells if low <= cell < high]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@settings(max_examples=100)
@given(st.integers(3, 40), NUMBER, NUMBER, st.integers(0, 39), st.integers(0, 39), NUMBER)
def test_copies_count_for_their_cells(
    mode: str, size: int, kernel: int, stride: int, before: int, after: int, dilation: int
) -> None:
    most = size - (mode == "reflect")
    axis = Axis(size, kernel, stride, min(before, most), min(after, most), dilation, padding_mode=mode)
    assume(axis.output)
    read = [cell for output in range(axis.output) for _, _, cell in axis.taps(output)]
    assert axis.coverage() == [read.count(cell) for cell in range(size)]
    assert list(axis.unread()) == [cell for cell in range(size) if cell not in read]
    assert axis.unread().count == len(set(range(size)) - set(read))


@pytest.mark.parametrize(
    ("axis", "count", "first", "last"),
    [
        (Axis(HUGE, 3, HUGE // 30), HUGE - 30 * 3, 3, HUGE - 1),
        (Axis(HUGE, 3, 10**9, dilation=10**9 - 1), HUGE - (10**9 - 1) * 3, 1, HUGE - 1),
        (Axis(HUGE, 10**8, 10**9), HUGE - 10**17, 10**8, HUGE - 1),
        (Axis(HUGE, 10**6, 3, dilation=7), 13, 1, HUGE - 2),
        (Axis(HUGE, 10**9, 10**9 + 7, dilation=10**6), None, 1, HUGE - 1),
        (Axis(HUGE, 5, 7, 40, 40, padding_mode="reflect"), 2 * HUGE // 7, None, None),
        (Axis(10**9, 3, 1, 4 * 10**8, 4 * 10**8, transposed=True), 8 * 10**8 - 4, 0, 10**9 - 1),
        (Axis(10**9, 3, 2, 19 * 10**8, 19 * 10**8, dilation=10**9, transposed=True), 8 * 10**8, 5 * 10**7, 949_999_999),
    ],
)
def test_a_huge_axis_is_asked_as_quickly_as_a_small_one(
    axis: Axis, count: int | None, first: int | None, last: int | None
) -> None:
    """Walking any of these would not come to an end."""
    unread = axis.unread()
    assert count is None or abs(unread.count - count) <= 60
    assert unread.before(unread[-1] + 1) == unread.count
    assert first is None or unread[0] == first
    assert last is None or unread[-1] == last
    taken = [cell for cell, _ in zip(unread, range(1000), strict=False)]
    assert taken == [unread[i] for i in range(1000)] if unread.count >= 1000 else taken
    assert axis.readings(axis.size // 2) >= 0
