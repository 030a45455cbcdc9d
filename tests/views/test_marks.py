"""The marks that a picture is made of."""

from collections.abc import Iterator

from convcli.views import marks as draw
from convcli.views.drawing import Box, Path, Words
from convcli.views.layout import Grid
from convcli.views.plane import OVER, PADDING, Seen

GRID = Grid(100, 50, 40, 20, 24)


def test_where_cells_stand() -> None:
    assert draw.cell(GRID, (1, 2)) == Box(180, 70, 40, 20)
    assert draw.block(GRID, ((0, 2), (1, 4))) == Box(140, 50, 120, 40)
    assert draw.on((range(-1, 5), range(-1, 5)), ([0, 2], [1])) == ((1, 4), (2, 3))
    assert draw.taps_on(([3, 5], [2])) == ([0, 2], [0])
    assert draw.around([Box(0, 0, 9, 5), Box(0, 20, 12, 5)]) == Box(0, 0, 12, 25)


def test_where_taps_stand_takes_one_walk_over_them() -> None:
    class Counted(list[int]):
        walks = 0

        def __iter__(self) -> Iterator[int]:
            Counted.walks += 1
            return super().__iter__()

    assert draw.taps_on((Counted([3, 5, 7]), Counted([2]))) == ([0, 2, 4], [0])
    assert Counted.walks <= 4


def test_cells_by_what_they_are() -> None:
    value, padding, over = (
        list(draw.seen_cell(seen, Box(0, 0, 9, 9), 4.0)) for seen in (Seen(2.0), Seen(0.0, PADDING), Seen(None, OVER))
    )
    assert (value[0].fill, value[0].dash) == ("p4", ())
    assert (padding[0].fill, bool(padding[0].dash)) == ("panel", True)
    assert [type(mark) for mark in over] == [Box, Path, Path, Path]
    assert draw.number(Box(0, 0, 9, 9), 2.0, 24, 4.0).colour == "on p4"
    assert draw.number(Box(0, 0, 9, 9), 2.0, 24, 4.0, PADDING).colour == "muted"


def test_guides_go_beside_or_below() -> None:
    one = Box(0, 0, 10, 10)
    assert [path.points for path in draw.guide(one, Box(50, 5, 20, 20))] == [((10, 0), (50, 5)), ((10, 10), (50, 25))]
    assert [path.points for path in draw.guide(one, Box(0, 40, 20, 9))] == [((0, 10), (0, 40)), ((10, 10), (20, 40))]
    short = draw.guide(one, Box(50, 5, 20, 20), Box(0, 0, 15, 30), Box(30, 0, 50, 50))
    assert [path.points for path in short] == [((15, 0), (30, 5)), ((15, 10), (30, 25))]


def test_a_tile_shows_the_gaps_between_its_taps() -> None:
    assert len(draw.tile(GRID, ((0, 3), (0, 3)), ([0, 1, 2], [0, 1, 2]))) == 2
    assert len(draw.tile(GRID, ((0, 3), (0, 3)), ([0, 2], [0, 2]))) == 2 + 4


def test_brackets_and_headings() -> None:
    drawn = (range(3), range(4))
    [under] = draw.brackets(GRID, drawn, (set(), {3}))
    assert under.points[0] == (222, 113)
    [beside] = draw.brackets(GRID, drawn, ({2}, set()))
    assert beside.points[0] == (263, 92)
    ground, words = draw.heading(100, 50, "Input")
    assert isinstance(words, Words)
    assert ground.fill == "paper"
    assert ground.bottom < 50
