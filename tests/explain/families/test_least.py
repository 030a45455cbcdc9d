"""Operations that want a least count of axes."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "RuntimeError: pixel_shuffle expects input to have at least 3 dimensions, but got input with 1 dimension(s)",
        "axes-few",
        "call",
        "an axis is missing",
    ),
    ("RuntimeError: cdist only supports at least 2D tensors, X1 got: 1D", "axes-few", "call", "an axis is missing"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
