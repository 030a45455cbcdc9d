"""Writing into tensors that share their memory with others."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "RuntimeError: Output 0 of BackwardHookFunctionBackward is a view and is being modified inplace. This view "
        "was created inside a custom Function",
        "view-inplace",
        "model",
        "inplace=False",
    ),
    (
        "RuntimeError: Output 1 of UnbindBackward0 is a view and is being modified inplace. This view is the "
        "output of a function that returns multiple views.",
        "view-inplace",
        "call",
        "part.clone()",
    ),
    (
        "RuntimeError: A view was created in no_grad mode and is being modified inplace with grad mode enabled.",
        "view-inplace",
        "call",
        "within the with",
    ),
    ("RuntimeError: Can't detach views in-place. Use detach() instead.", "view-inplace", "call", "x.detach()"),
    (
        "RuntimeError: unsupported operation: some elements of the input tensor and the written-to tensor refer to "
        "a single memory location.",
        "memory-shared",
        "call",
        "x[:-1].clone()",
    ),
    (
        "RuntimeError: unsupported operation: more than one element of the written-to tensor refers to a single "
        "memory location.",
        "memory-shared",
        "call",
        "expand()",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
