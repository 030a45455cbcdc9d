"""Windows that don't slide: adaptive ones, and those that read everything."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convcli.arithmetic.windows import Adaptive, Whole

AXES = st.builds(Adaptive, st.integers(1, 30), st.integers(1, 30))


@given(AXES)
def test_adaptive_windows_are_torchs(axis: Adaptive) -> None:
    line = torch.arange(float(axis.size)).view(1, 1, -1)
    means = torch.nn.AdaptiveAvgPool1d(axis.outputs)(line).flatten().tolist()
    ours = [sum(axis.cells(output)) / len(axis.cells(output)) for output in range(axis.output)]
    assert ours == pytest.approx(means)


@given(AXES)
def test_reach_spans_and_overlap(axis: Adaptive) -> None:
    read = {(output, tap, cell) for output in range(axis.output) for tap, _, cell in axis.taps(output)}
    assert read == {(output, tap, cell) for cell in range(axis.size) for output, tap in axis.reached(cell)}
    lengths = [len(axis.cells(output)) for output in range(axis.output)]
    assert axis.spans == (min(lengths), max(lengths))
    assert axis.overlapping == (max(axis.coverage()) > 1)
    assert list(axis.unread()) == []


def test_a_whole_axis_is_read_by_each_output() -> None:
    assert Whole(3, 2).coverage() == [2, 2, 2]
    assert [cell for _, _, cell in Whole(3, 2).taps(1)] == [0, 1, 2]
