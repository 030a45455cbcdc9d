"""Receptive fields, window after window, against cells followed one by one."""

from hypothesis import given
from hypothesis import strategies as st

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.receptive import LONGEST, Field, union
from convcli.arithmetic.windows import Adaptive, Resampled, Whole, Windows

SIZE = 60
STEPS = st.one_of(
    st.builds(Axis, st.just(SIZE), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2)),
    st.builds(Axis, st.just(SIZE), st.integers(2, 4), st.integers(1, 2), dilation=st.integers(1, 3)),
    st.builds(Axis, st.just(SIZE), st.integers(1, 4), st.integers(1, 3), st.integers(0, 1), transposed=st.just(True)),
    st.builds(Adaptive, st.just(SIZE), st.integers(2, 20)),
    st.builds(Resampled, st.just(SIZE), st.just(120), st.just((2, 1)), st.integers(0, 2), st.booleans()),
)


def cells(steps: list[Windows], cell: int) -> set[int]:
    """The input cells that a cell sees, followed back through spans, as if no line had ends."""
    reached = {cell}
    for windows in reversed(steps):
        reached = {i for each in reached for i in range(windows.span(each)[0], windows.span(each)[1] + 1)}
    return reached


@given(st.lists(STEPS, min_size=1, max_size=4), st.integers(-3, 9))
def test_a_field_is_what_its_cells_reach(steps: list[Windows], cell: int) -> None:
    field = Field()
    for windows in steps:
        field = field.through(windows)
    seen = cells(steps, cell)
    if not field.advance:  # too long a period to be followed: all that there can be
        assert field.first(cell) <= min(seen)
        assert field.last(cell) >= max(seen)
    elif seen and all(windows.span(cell)[0] <= windows.span(cell)[1] for windows in steps):
        assert (field.first(cell), field.last(cell)) == (min(seen), max(seen))
    assert field.sizes[0] <= field.size


@given(STEPS, st.integers(0, 12))
def test_the_pattern_repeats(windows: Windows, output: int) -> None:
    step, moved = windows.pattern
    first, last = windows.span(output)
    assert windows.span(output + step) == (first + moved, last + moved)


@given(st.integers(1, 40), st.integers(1, 40))
def test_adaptive_spans_are_their_cells(size: int, outputs: int) -> None:
    windows = Adaptive(size, outputs)
    assert [windows.span(i) for i in range(outputs)] == [
        (windows.cells(i)[0], windows.cells(i)[-1]) for i in range(outputs)
    ]


def test_published_fields() -> None:
    # A WaveNet block of ten layers of kernel 2 sees 1024 samples (van den Oord et al., 2016).
    field = Field()
    for layer in range(10):
        field = field.through(Axis(2000, 2, dilation=2**layer))
    assert field.size == 1024
    # Two of 3 × 3 see what one of 5 × 5 does, three what one of 7 × 7 does (Simonyan & Zisserman, 2014).
    twice = Field().through(Axis(9, 3)).through(Axis(7, 3))
    assert twice.size == Field().through(Axis(9, 5)).size == 5
    assert twice.through(Axis(5, 3)).size == 7


def test_whole_axes_and_hulls() -> None:
    field = Field().through(Axis(20, 3, 2)).through(Whole(9, 4))
    assert (field.first(0), field.last(3), field.advance, field.jump) == (0, 18, 0, 0)
    assert Field().through(Adaptive(20, 1)).within(0, 20) == range(20)


def test_what_would_be_too_long_is_bounded() -> None:
    field = Field()
    for factor in (61, 67, 71):
        field = field.through(Resampled(1000, 1000, (factor, 59)))
    assert len(field.firsts) <= LONGEST


@given(st.lists(STEPS, max_size=3), st.integers(-3, 30), st.integers(1, 40))
def test_the_way_back(steps: list[Windows], cell: int, count: int) -> None:
    field = Field()
    for windows in steps:
        field = field.through(windows)
    seeing = [i for i in range(count) if field.first(i) <= cell <= field.last(i)]
    assert field.reached_from(cell, count) == (range(seeing[0], seeing[-1] + 1) if seeing else range(0))


def test_the_way_back_from_a_huge_axis_is_arithmetic() -> None:
    assert Field().through(Axis(10**12, 3, 2)).reached_from(10**11, 10**12) == range(5 * 10**10 - 1, 5 * 10**10 + 1)


def test_paths_that_join() -> None:
    one, other = Field().through(Axis(20, 3, 2, 1, 1)), Field().through(Axis(20, 1, 2))
    joint = union([one, other])
    assert joint == one
    assert union([one, Field()]) is None  # jumps of 2 and 1
    drawn_out = Field().through(Axis(20, 2, 2)).through(Axis(10, 2, 2, transposed=True))
    both = union([drawn_out, Field()])
    assert both is not None
    assert both.sizes == (2, 2)
