"""Whole numbers as people type them."""

import pytest

from convcli.whole_numbers import whole_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", (3,)),
        ("3,5", (3, 5)),
        ("3X5", (3, 5)),
        ("28*28", (28, 28)),
        ("(1, 2)", (1, 2)),
        ("-1", (-1,)),
        ("3 × 4", (3, 4)),
    ],
)
def test_read(text: str, numbers: tuple[int, ...]) -> None:
    assert whole_numbers(text) == numbers


@pytest.mark.parametrize("text", ["", "x", "3.5", "²", "9" * 5000, str(2**62 + 1), "1e3", "3,,5"])
def test_refused(text: str) -> None:
    assert whole_numbers(text) is None
