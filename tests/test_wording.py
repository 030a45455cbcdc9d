"""Numbers and cells as sentences have them."""

import pytest

from convcli.arithmetic.axis import Axis
from convcli.wording import factor, number, plain, unread_words


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Axis(10, 3), ""),
        (Axis(10, 3, stride=2), "element 9 is never read: the last window ends at element 8"),
        (Axis(10, 1, stride=4), "elements 1, 2, 3, ... 9 (7 of 10) are never read: stride 4 steps over them"),
        (
            Axis(9, 2, stride=3, dilation=2),
            "elements 1, 4, 7 (3 of 9) are never read: stride 3 and dilation 2 pass between them",
        ),
        (Axis(9, 3, before=-2, after=-2, padding_mode="reflect", name="width"), "columns 0, 1, 7, 8 (4 of 9)"),
        (Axis(5, 1, before=1, after=1, transposed=True), "never used: padding cuts away"),
    ],
)
def test_what_is_never_read(axis: Axis, said: str) -> None:
    assert said in unread_words(axis)
    assert bool(said) == bool(unread_words(axis))


def test_escapes_are_made_visible() -> None:
    assert plain("a\x1b[31m") == "a\\x1b[31m"


@pytest.mark.parametrize(
    ("value", "said"),
    [(-0.5, "-0.5"), (-0.0, "0"), (123456.78912, "1.235e+05"), (float("-inf"), "-inf"), (3.0, "3")],
)
def test_numbers_in_sentences_have_mathematics_minus(value: float, said: str) -> None:
    assert number(value) == said
    assert factor(value) == (f"({said})" if value < 0 else said)
