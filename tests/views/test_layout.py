"""Where things stand: within the room, nothing over anything else, and as much as there is room for."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.views import layout
from convcli.views.drawing import GLYPH
from convcli.views.layout import Grid, Layout, Room, Wanted, arrange

ROOM = Room(1232, 580, 24, 24, 24)
small = st.integers(1, 12)
pairs = st.tuples(small, small)
wanteds = st.builds(
    Wanted,
    inputs=st.sampled_from([1, 1, 2, 3, 16]),
    input=pairs,
    window=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    output=pairs,
    digits=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    factors=st.sampled_from([(0, 0), (1, 2), (2, 5)]),
    product=st.integers(1, 7),
    heads=st.tuples(*[st.integers(5, 20)] * 3),
    carries=st.sampled_from([0, 2, 6]),
)
RGB = Wanted(3, (3, 10), (3, 3), (1, 8), (2, 4), (2, 7), 6, (15, 24, 16), 6)


def boxes(wanted: Wanted, found: Layout) -> list[tuple[float, float, float, float]]:
    def box(grid: Grid, size: tuple[int, int]) -> tuple[float, float, float, float]:
        return grid.x, grid.y, grid.x + size[1] * grid.width, grid.y + size[0] * grid.height

    parts = [(found.inputs, wanted.input), (found.products, wanted.window), ([found.output], wanted.output)]
    return [box(grid, size) for grids, size in parts for grid in grids]


@settings(max_examples=40)
@given(wanteds)
def test_nothing_covers_anything_and_all_of_it_is_in_the_room(wanted: Wanted) -> None:
    found = arrange(wanted, ROOM)
    placed = boxes(wanted, found)
    for i, (left, top, right, bottom) in enumerate(placed):
        assert min(left, top) >= 0
        assert right <= ROOM.width + 1e-6
        assert bottom <= ROOM.height + 1e-6
        for other in placed[:i]:
            assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
    for grid, digits in zip((found.inputs[0], found.output), wanted.digits, strict=True):
        assert grid.type == 0 or grid.type >= ROOM.least - 1e-6
        assert digits * GLYPH * grid.type <= grid.width
    assert found.products[0].type in (0.0, *(ROOM.current * scale for scale in (1, 1.25, 1.5)))
    assert not found.carries or found.inputs[0].height >= 2.5 * ROOM.least


def test_every_channel_comes_before_large_type() -> None:
    found = arrange(RGB, ROOM)
    assert (len(found.inputs), found.form) == (3, layout.ALONE)
    assert arrange(replace(RGB, inputs=1), ROOM).form == layout.FULL


def test_the_window_has_numbers_where_maps_have_none() -> None:
    found = arrange(Wanted(3, (230, 230), (7, 7), (112, 112), (99, 99), (3, 7), 6, (15, 24, 16), 6), ROOM)
    assert (found.inputs[0].type, found.form, len(found.inputs)) == (0, layout.ALONE, 1)
