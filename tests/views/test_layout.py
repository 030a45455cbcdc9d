"""Where things stand: within the room, nothing over anything else, and the same in Python and in the page."""

import json
import random
from dataclasses import asdict
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from convcli.views import layout
from convcli.views.layout import Grid, Layout, Room, Wanted, arrange

HERE = Path(layout.__file__).parent
ROOMS = (Room(1226, 560, 15, 12, 15), Room(368, 520, 13, 12, 12), Room(1232, 600, 24, 24, 24))
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
)


def boxes(wanted: Wanted, found: Layout) -> list[tuple[float, float, float, float]]:
    def box(grid: Grid, size: tuple[int, int]) -> tuple[float, float, float, float]:
        return grid.x, grid.y, grid.x + size[1] * grid.width, grid.y + size[0] * grid.height

    parts = [(found.inputs, wanted.input), (found.products, wanted.window), ([found.output], wanted.output)]
    return [box(grid, size) for grids, size in parts for grid in grids]


@settings(max_examples=60)
@given(wanteds, st.sampled_from(ROOMS))
def test_nothing_covers_anything_and_all_of_it_is_in_the_room(wanted: Wanted, room: Room) -> None:
    found = arrange(wanted, room)
    placed = boxes(wanted, found)
    for i, (left, top, right, bottom) in enumerate(placed):
        assert left >= 0
        assert top >= 0
        assert right <= room.width + 1e-6
        assert bottom <= room.height + 1e-6
        for other in placed[:i]:
            assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
    for grid, digits in zip((found.inputs[0], found.output), wanted.digits, strict=True):
        assert grid.type == 0 or grid.type >= room.least - 1e-6
        assert digits * layout.GLYPH * grid.type <= grid.width
    assert found.products[0].type in (0.0, *(room.current * scale for scale in (1, 1.25, 1.5)))


def test_more_room_is_never_worse() -> None:
    wanted = Wanted(3, (5, 5), (3, 3), (3, 3), (2, 5), (2, 5), 5, (10, 15, 10))
    small, large = (arrange(wanted, Room(width, height, 15, 12, 15)) for width, height in ((700, 400), (1232, 600)))
    assert len(large.inputs) >= len(small.inputs)
    assert (large.form, len(large.inputs)) == (layout.FULL, 3)


def test_the_page_lays_out_by_the_same_rules(browser: Browser) -> None:
    rng = random.Random(0)
    cases = []
    for _ in range(60):
        sizes = [(rng.randint(1, 40), rng.randint(1, 40)) for _ in range(3)]
        wanted = Wanted(
            rng.choice([1, 1, 2, 3, 64]),
            *sizes,
            (rng.randint(1, 6), rng.randint(1, 7)),
            rng.choice([(0, 0), (2, 5), (1, 2)]),
            rng.randint(1, 7),
            (rng.randint(5, 20), rng.randint(5, 20), rng.randint(5, 20)),
        )
        cases.append((wanted, rng.choice(ROOMS)))
    page = browser.new_page()
    page.add_script_tag(content="\n".join((HERE / name).read_text() for name in ("arithmetic.js", "layout.js")))
    theirs = page.evaluate(
        "cases => cases.map(each => arrange(...each))", [[asdict(wanted), asdict(room)] for wanted, room in cases]
    )
    page.close()
    ours = [asdict(arrange(*case)) for case in cases]
    flat = [json.loads(json.dumps(each), parse_float=lambda text: round(float(text), 6)) for each in (ours, theirs)]
    assert [rounded(each) for each in flat[0]] == [rounded(each) for each in flat[1]]


def rounded(value: object) -> object:
    """Numbers to six digits, whole ones as such."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(float(value), 6) if isinstance(value, int | float) else value
