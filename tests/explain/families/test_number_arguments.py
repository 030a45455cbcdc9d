"""Arguments that are numbers."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "TypeError: softmax(): argument 'dim' (position 1) must be int, not tuple",
        "argument-number",
        "call",
        "x.flatten(2).softmax(-1)",
    ),
    (
        "TypeError: arange(): argument 'end' (position 1) must be Number, not Tensor",
        "argument-number",
        "call",
        "x.item()",
    ),
    (
        "TypeError: full(): argument 'fill_value' (position 2) must be Number, not list",
        "argument-number",
        "call",
        "fill_value=…",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
