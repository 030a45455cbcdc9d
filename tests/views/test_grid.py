"""Numbers of any shape as lines that fit."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from convcli.views.grid import grid, summary


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(20, 100))
def test_every_number_is_there_and_every_line_fits(shape: list[int], width: int) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    rows = min(2, len(shape))
    made = grid(values, ["axis"] * (len(shape) - rows), rows, width)
    lines = list(made.lines)
    assert made.complete
    assert made.alone == (len(lines) == 1)
    assert max(map(len, lines)) <= width
    numbers = [
        int(word)
        for line in lines
        if not line.plain.strip().startswith("column")
        for word in re.sub("axis [0-9]+", "", line.plain).split()
        if word.isdigit()
    ]
    assert sorted(set(numbers)) == list(range(values.size))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(40, 100), st.integers(5, 9))
def test_of_a_large_array_the_edges(shape: list[int], width: int, most: int) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    rows = min(2, len(shape))
    made = grid(values, ["axis"] * (len(shape) - rows), rows, width, most)
    lines, complete = list(made.lines), made.complete
    text = "\n".join(line.plain for line in lines)
    assert max(map(len, lines)) <= width
    assert len(lines) <= (2 * most if complete else most)
    assert f"{values.flat[0]:.4f}" in text
    assert complete == ("..." not in text)


def test_what_rounds_to_zero_and_is_not_says_so() -> None:
    [line] = grid(np.array([1.0, 1e-6, 0.0, -1e-6]), (), 1, 80).lines
    assert line.plain.split() == ["1.0000", "≈0", "0.0000", "≈0"]


def test_infinities_and_nan() -> None:
    [line] = grid(np.array([-np.inf, np.nan, 0.5]), (), 1, 80).lines
    assert line.plain.split() == ["-inf", "nan", "0.5000"]


def test_summaries() -> None:
    assert summary(np.array([1.0, 2.0, np.nan])) == "min 1 · max 2 · mean 1.5 · 1 NaN"


def test_millions_of_lines_are_made_while_they_are_printed() -> None:
    lines = grid(np.zeros((1, 1, 3000, 3000)), ("batch", "channel"), 2, 80).lines
    assert next(iter(lines)).plain.strip() == "columns 0 to 22"
