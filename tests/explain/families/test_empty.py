"""Tensors without elements, and more of them asked for than there are."""

import pytest

from tests.explain import assert_first

CASES = [
    ("IndexError: max(): Expected reduction dim 1 to have non-zero size.", "tensor-empty", "data", "x.numel() == 0"),
    (
        "RuntimeError: cannot perform reduction function argmax on a tensor with no elements because the operation "
        "does not have an identity",
        "tensor-empty",
        "data",
        "no box",
    ),
    (
        "RuntimeError: cannot reshape tensor of 0 elements into shape [0, -1] because the unspecified dimension "
        "size -1 can be any value and is ambiguous",
        "tensor-empty",
        "data",
        "no box",
    ),
    (
        "RuntimeError: kthvalue(): selected number k out of range for dimension 1",
        "topk-range",
        "call",
        "min(k, scores.size(-1))",
    ),
    ("RuntimeError: shape '[4, 6]' is invalid for input of size 0", "tensor-empty", "data", "no box"),
    ("ValueError: Expected input batch_size (0) to match target batch_size (4).", "tensor-empty", "data", "no box"),
    ("RuntimeError: Expected sequence length to be larger than 0 in RNN", "tensor-empty", "data", "no box"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
