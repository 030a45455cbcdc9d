"""Cells and sheets of them: numbers in five characters, and each cell found where it is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcli.views.boards import WIDEST, Sheet, Square, board, celled, crop, titled, whole, widest
from convcli.views.widgets import fixed


@given(st.floats(width=32))
def test_numbers_in_cells_are_narrow_and_near(value: float) -> None:
    text = celled(value)
    assert len(text) <= WIDEST
    if value == value:
        # A negative number with an exponent of two digits has room for one of its own; a tiny one for its sign alone.
        assert float(text) == pytest.approx(value, rel=0.34, abs=1e-9)
        assert text.startswith("-") == (value < 0)


@given(st.floats(-99, 99).filter(lambda v: abs(v) >= 1))
def test_three_digits_of_ordinary_numbers(value: float) -> None:
    assert float(celled(value)) == pytest.approx(value, rel=0.006)


def test_cells_are_as_wide_as_their_numbers() -> None:
    assert widest(np.array([1.0, -12.0])) == 3
    assert widest(np.array([1.0, 0.5])) == widest(np.array([np.nan])) == WIDEST
    assert whole(np.array([3.0])) and not whole(np.array([np.inf]))


def test_a_cell_is_found_where_it_is_drawn() -> None:
    rows = [[Square(((f"{r}{c}", ""),), "input", (r, c)) for c in range(3)] for r in range(2)]
    left, right = titled("left", 9, board(rows, [4, 4, 4])), board(rows, [2, 3, 2], ["one ", "two "])
    for sheet in (left.beside(right), left.over(right), right.beside(left, width=20)):
        assert len({spot for _, _, spot in sheet.spots}) == 6
        for row, columns, (_, place) in sheet.spots:
            assert sheet.lines[row].plain[columns.start : columns.stop].strip() == "".join(map(str, place))
            assert sheet.at(columns.start, row) == ("input", place)
        assert sheet.at(0, 99) is None
    assert Sheet([fixed("abc"), fixed("d")]).cropped(2, 1).lines[0].plain == "ab"


@pytest.mark.parametrize(("text", "lit"), [("[3×-1] ", "{3×-1} "), ("3 ", "{3}"), ("[<0>]", "{<0>}"), ("(7)", "{7}")])
def test_a_lit_cell_is_no_wider(text: str, lit: str) -> None:
    assert "".join(piece for piece, _ in Square(((text, ""),), "input", (0,)).lit().pieces) == lit


@given(st.integers(-3, 3), st.integers(1, 30), st.data())
def test_the_window_is_within_what_is_cropped(start: int, size: int, data: st.DataObject) -> None:
    full = range(start, start + size)
    first = data.draw(st.integers(full[0], full[-1]))
    last = data.draw(st.integers(first, full[-1]))
    most = data.draw(st.integers(1, 40))
    shown = crop(full, first, last, most)
    assert len(shown) == min(most, size)
    assert set(shown) <= set(full)
    assert first in shown
    if last - first < most:
        assert last in shown
