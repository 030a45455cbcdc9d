"""What is asked of a tensor and belongs to something else."""

import pytest

from tests.explain import assert_first

CASES = [
    ("AttributeError: 'Tensor' object has no attribute 'astype'", "tensor-attribute", "call", "x.long()"),
    ("AttributeError: 'Tensor' object has no attribute 'logits'", "tensor-attribute", "call", "return_dict=True"),
    ("AttributeError: 'Tensor' object has no attribute 'lower'", "tensor-attribute", "data", "decode(ids)"),
    ("AttributeError: 'Tensor' object has no attribute 'boxes'", "tensor-attribute", "call", "print(type(x))"),
    ("AttributeError: 'Tensor' object has no attribute 'eval'", "tensor-attribute", "call", "overwrote it"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
