"""Concatenations: odd sizes, missing upsampling, wrong lists."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "Sizes of tensors must match except in dimension 1. Expected size 64 but got size 19 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "last batch",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Got 16 and 5 in dimension 0",
        "cat-size",
        "call",
        "batches of 16 and 5",
    ),
    (
        "Sizes of tensors must match except in dimension 0. Expected size 231 but got size 77 for tensor number 1 in "
        "the list.",
        "cat-size",
        "data",
        "windows of 77",
    ),
    (
        "f = torch.cat([low, up], 1)\nRuntimeError: Sizes of tensors must match except in dimension 1. "
        "Expected size 35 but got size 34 for tensor number 1 in the list.",
        "cat-size",
        "model",
        "the doubled one",
    ),
    (
        "Sizes of tensor must match except in dimension 2. Got 48 and 49 (The offending index is 0).",
        "cat-size",
        "model",
        "odd",
    ),
    (
        "y = torch.cat((a, b))\nRuntimeError: invalid argument 0: Sizes of tensors must match except "
        "in dimension 0. Got 8 and 86 in dimension 1",
        "cat-size",
        "data",
        "unprocessed",
    ),
    (
        "y = torch.cat((a, b, c, h), 2)\nRuntimeError: Sizes of tensors must match except in "
        "dimension 2. Expected size 32 but got size 1 for tensor number 3 in the list.",
        "cat-size",
        "call",
        "transpose(0, 1)",
    ),
    (
        "y = torch.cat((x, clip_features), dim=1)\nRuntimeError: Sizes of tensors must match except "
        "in dimension 1. Expected size 7 but got size 8 for tensor number 1 in the list.",
        "cat-size",
        "data",
        "clip_features",
    ),
    (
        "y = torch.cat([a, b], dim=-1)\nRuntimeError: Sizes of tensors must match except in dimension "
        "0. Got 146 and 292",
        "cat-size",
        "call",
        "batch",
    ),
    ("expected Tensor as element 0 in argument 0, but got tuple", "cat-list", "call", "an index more"),
    (
        "cat received an invalid combination of arguments - got (list, int), but expected one of:",
        "cat-list",
        "data",
        "several types",
    ),
    (
        "y = torch.cat([a, b], 1)\nRuntimeError: Sizes of tensors must match except in dimension 2. Got 4 and 8",
        "cat-size",
        "model",
        "2 times as large",
    ),
    (
        "x = torch.cat([x, skip], dim=1)\nRuntimeError: Sizes of tensors must match except in dimension 1. Got 7 "
        "and 6 in dimension 2 at /pytorch/THCTensorMath.cu:83",
        "cat-size",
        "model",
        "odd",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 28 but got size 56 for tensor number 1 "
        "in the list.",
        "cat-size",
        "model",
        "upsampling",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 56 but got size 64 for tensor number 1 "
        "in the list.",
        "cat-size",
        "model",
        "without padding",
    ),
    (
        "Sizes of tensors must match except in dimension 0. Expected size 5 but got size 7 for tensor number 1 in "
        "the list.",
        "cat-size",
        "data",
        "5 and 7",
    ),
    ("Tensors must have same number of dimensions: got 4 and 2", "cat-rank", "call", "pool and flatten"),
    ("Tensors must have same number of dimensions: got 2 and 3", "cat-rank", "call", "squeezed"),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 1 but got size 2 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "batch",
    ),
    (
        "invalid argument 0: Sizes of tensors must match except in dimension 1. Got 32 and 16 in dimension 0",
        "cat-size",
        "call",
        "batch",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 3 but got size 1024 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "order",
    ),
    ("torch.cat(): expected a non-empty list of Tensors", "cat-list", "data", "empty"),
    ("expected Tensor as element 0 in argument 0, but got numpy.ndarray", "cat-list", "call", "numpy.ndarray"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
