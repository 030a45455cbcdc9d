"""A window walking one axis, asked from both sides."""

from dataclasses import replace

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from convcli.arithmetic.axis import Axis
from convcli.wording import unwritten_words

SHAPES = {
    "kernel": st.integers(1, 4),
    "stride": st.integers(1, 3),
    "before": st.integers(0, 2),
    "after": st.integers(0, 2),
    "dilation": st.integers(1, 3),
}
ZEROS = st.builds(Axis, st.integers(1, 9), transposed=st.booleans(), **SHAPES)
MODES = st.sampled_from(["reflect", "replicate", "circular"])
COPIES = st.builds(Axis, st.integers(3, 9), padding_mode=MODES, **SHAPES)
CROPPED = st.builds(Axis, st.integers(5, 9), **SHAPES | {"before": st.integers(-2, 0), "after": st.integers(-2, 0)})
CEILED = st.builds(Axis, st.integers(1, 9), ceil_mode=st.just(True), **SHAPES)
AXES = ZEROS | COPIES | CROPPED | CEILED


@given(AXES)
def test_what_an_output_reads_is_what_a_cell_reaches(axis: Axis) -> None:
    read = {(output, tap, cell) for output in range(axis.output) for tap, _, cell in axis.taps(output)}
    reached = {(output, tap, cell) for cell in range(axis.size) for output, tap in axis.reached(cell)}
    assert {each for each in read if each[2] is not None} == reached
    paired = {(output, tap, cell) for tap in range(axis.kernel) for cell, output in axis.pairs(tap)}
    assert paired == reached


@given(AXES)
def test_what_is_unread_is_covered_by_nothing(axis: Axis) -> None:
    assume(axis.output)  # torch refuses an axis without any output
    assert sorted(axis.unread()) == [cell for cell, count in enumerate(axis.coverage()) if count == 0]


@given(AXES | st.builds(replace, CROPPED, stride=st.integers(4, 9), dilation=st.integers(1, 4)))
def test_what_is_lost_is_counted(axis: Axis) -> None:
    assume(axis.output)
    if axis.transposed:
        assert axis.lost == sum(not axis.taps(output) for output in range(axis.output))
    else:
        assert axis.lost == len(list(axis.unread())) == axis.unread().count


@pytest.mark.parametrize(
    ("axis", "lost"),
    [
        (Axis(10**11, 3, 3 * 10**9), 10**11 - 34 * 3),
        (Axis(10**11, 3, 1, dilation=5 * 10**9), 0),
        (Axis(10**11, 300_001, 3, dilation=7), 12),
        (Axis(10**11, 3, 2, 10**10, 10**10, transposed=True), 0),
    ],
)
def test_no_cell_of_a_huge_axis_is_walked(axis: Axis, lost: int) -> None:
    assert axis.lost == lost


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@given(st.integers(3, 9), st.integers(0, 2), st.integers(0, 2))
def test_the_padded_line_is_torchs(mode: str, size: int, before: int, after: int) -> None:
    axis = Axis(size, 1, before=before, after=after, padding_mode=mode)
    padded = torch.nn.functional.pad(torch.arange(float(size)).view(1, 1, -1), (before, after), mode=mode)
    assert [axis.source(position) for position in axis.line] == padded.flatten().tolist()


@given(st.integers(1, 12), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2))
def test_windows_that_round_up_are_torchs(size: int, kernel: int, stride: int, padding: int) -> None:
    axis = Axis(size, kernel, stride, padding, padding, ceil_mode=True)
    assume(padding <= kernel // 2 and axis.spare >= 0)
    layer = torch.nn.MaxPool1d(kernel, stride, padding, ceil_mode=True)
    assert axis.output == layer(torch.zeros(1, 1, size)).shape[-1]


@given(*(st.integers(low, high) for low, high in ((1, 6), (1, 4), (1, 5), (0, 2), (1, 3), (0, 2))))
def test_unwritten_outputs_are_those_no_window_stands_on(
    size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int
) -> None:
    axis = Axis(size, kernel, stride, padding, padding, dilation, transposed=True, output_padding=extra)
    assume(axis.output > 0)
    written = {place for window in range(size) for place in axis.positions(window)}
    assert list(axis.unwritten) == [place for place in range(axis.output) if place not in written]
    assert bool(unwritten_words(axis, bias=True)) == bool(axis.unwritten.count)
