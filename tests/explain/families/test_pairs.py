"""Losses that compare embeddings."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "RuntimeError: 1D target tensor expects 2D input tensors, but found inputs with sizes [4, 3, 1] and [4, 3, 1].",
        "pair-axes",
        "call",
        "print the shapes",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
