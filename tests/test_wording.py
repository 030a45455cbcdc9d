"""Numbers and cells as sentences have them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convcli.arithmetic.axis import Axis
from convcli.wording import MOST_QUOTED, bounded, factor, number, plain, unread_words


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Axis(10, 3), ""),
        (Axis(10, 3, stride=2), "element 9 is never read: the last window ends at element 8"),
        (Axis(9, 1, stride=4), "elements 1, 2, 3, ... 7 (6 of 9) are never read: stride 4 steps over them"),
        (
            Axis(10, 1, stride=4),
            "(7 of 10) are never read: stride 4 steps over 6 of them and the last window ends at element 8",
        ),
        (Axis(4, 1, stride=3), "are never read: stride 3 steps over them"),
        (Axis(6, 3, stride=4, before=1, after=1), "element 2 is never read: stride 4 steps over it"),
        (
            Axis(9, 2, stride=3, dilation=2),
            "elements 1, 4, 7 (3 of 9) are never read: stride 3 and dilation 2 step over them",
        ),
        (
            Axis(9, 3, before=-2, after=-2, padding_mode="reflect", name="width"),
            "columns 0, 1, 7, 8 (4 of 9) are never read: negative padding cuts them off",
        ),
        (
            Axis(9, 2, stride=2, before=-1, after=-1, padding_mode="reflect"),
            "negative padding cuts 2 of them off and the last window ends at element 6",
        ),
        (Axis(6, 2, dilation=5), "elements 1, 2, 3, 4 (4 of 6) are never read: dilation 5 steps over them"),
        (Axis(5, 1, before=1, after=1, transposed=True), "never used: padding cuts away"),
    ],
)
def test_what_is_never_read(axis: Axis, said: str) -> None:
    assert said in unread_words(axis)
    assert bool(said) == bool(unread_words(axis))


@given(
    *[st.integers(1, 14), st.integers(1, 4), st.integers(1, 6), st.integers(-2, 3), st.integers(-2, 3)],
    st.integers(1, 3),
)
def test_every_cell_never_read_has_its_cause(
    size: int, kernel: int, stride: int, before: int, after: int, dilation: int
) -> None:
    axis = Axis(size, kernel, stride, before, after, dilation, padding_mode="reflect" if before < 0 else "zeros")
    assume(axis.output > 0)
    said, unread = unread_words(axis), list(axis.unread())
    last = axis.positions(axis.output - 1)[-1]
    cut = [cell for cell in unread if cell < -before or cell >= size + after]
    behind = [cell for cell in unread if cell > last and cell not in cut]
    between = [cell for cell in unread if cell not in cut + behind]
    assert ("negative padding" in said) == bool(cut)
    assert (f"the last window ends at element {last}" in said) == bool(behind)
    assert (f"stride {stride}" in said) == bool(between and axis.output > 1)
    assert ("dilation" in said) == bool(between and dilation > 1 and kernel > 1)


def test_escapes_are_made_visible() -> None:
    assert plain("a\x1b[31m") == "a\\x1b[31m"


@pytest.mark.parametrize(
    ("value", "said"),
    [(-0.5, "-0.5"), (-0.0, "0"), (123456.78912, "1.235e+05"), (float("-inf"), "-inf"), (3.0, "3")],
)
def test_numbers_in_sentences_have_mathematics_minus(value: float, said: str) -> None:
    assert number(value) == said
    assert factor(value) == (f"({said})" if value < 0 else said)


def test_no_word_of_a_bounded_text_is_longer_than_a_quoted_value() -> None:
    words = bounded(", ".join(f"{number}" * 100 for number in range(30)), 400)
    assert len(words) <= 400
    assert max(map(len, words.split())) <= MOST_QUOTED
