"""Numbers of any shape as lines that fit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from convcli.views.grid import grid, summary


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(20, 100))
def test_every_number_is_there_and_every_line_fits(shape: list[int], width: int) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    rows = min(2, len(shape))
    lines = list(grid(values, ["axis"] * (len(shape) - rows), rows, width, full=True))
    assert max(map(len, lines)) <= width
    numbers = [
        int(word)
        for line in lines
        if not line.strip().startswith(("axis", "column"))
        for word in line.split()
        if word.isdigit()
    ]
    assert sorted(set(numbers)) == list(range(values.size))


def test_summaries() -> None:
    assert summary(np.array([1.0, 2.0, np.nan])) == "min 1 · max 2 · mean 1.5 · 1 NaN"
