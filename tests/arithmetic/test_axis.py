"""A window walking one axis, asked from both sides."""

from hypothesis import assume, given
from hypothesis import strategies as st

from convcli.arithmetic.axis import Axis

AXES = st.builds(
    Axis,
    st.integers(1, 9),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    before=st.integers(0, 2),
    after=st.integers(0, 2),
    dilation=st.integers(1, 3),
    transposed=st.booleans(),
)


@given(AXES)
def test_what_an_output_reads_is_what_a_cell_reaches(axis: Axis) -> None:
    read = {(output, tap, cell) for output in range(axis.output) for tap, _, cell in axis.taps(output)}
    reached = {(output, tap, cell) for cell in range(axis.size) for output, tap in axis.reached(cell)}
    assert {each for each in read if each[2] is not None} == reached


@given(AXES)
def test_what_is_unread_is_covered_by_nothing(axis: Axis) -> None:
    assume(axis.output)  # torch refuses an axis without any output
    assert list(axis.unread()) == [cell for cell, count in enumerate(axis.coverage()) if count == 0]
