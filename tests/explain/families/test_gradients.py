"""Gradients of other types and devices."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "Expected tensor for argument #1 'grad_output' to have the same type as tensor for argument #2 'weight'; but "
        "type torch.cuda.HalfTensor does not equal torch.cuda.FloatTensor (while checking arguments for cudnn)",
        "gradient-kind",
        "call",
        "scaler.scale(loss).backward() outside",
    ),
    (
        "Function AddBackward0 returned an invalid gradient at index 1 - expected type torch.cuda.HalfTensor but got "
        "torch.cuda.FloatTensor",
        "gradient-kind",
        "call",
        "met half",
    ),
    (
        "Function AddBackward0 returned an invalid gradient at index 1 - expected type torch.FloatTensor but got "
        "torch.cuda.FloatTensor",
        "gradient-kind",
        "loss",
        "device=x.device",
    ),
    (
        "Function WarpBackward returned an invalid gradient at index 0 - expected device cuda:1 but got cuda:0",
        "gradient-kind",
        "call",
        "a backward of your own",
    ),
    (
        "Function MseLossBackward returned an invalid gradient at index 0 - expected type torch.FloatTensor but got "
        "torch.DoubleTensor",
        "gradient-kind",
        "data",
        "targets.float()",
    ),
    ("assigned grad has data of a different type", "gradient-kind", "call", "gradient.to(p)"),
    ("Attempting to unscale FP16 gradients.", "dtype-scaled", "model", "float32"),
    (
        "RuntimeError: unscale_() has already been called on this optimizer since the last update().",
        "scaler-order",
        "call",
        "scaler.update()",
    ),
    (
        "AssertionError: No inf checks were recorded for this optimizer.",
        "scaler-order",
        "loss",
        "scaler.scale(loss).backward()",
    ),
    (
        "RuntimeError: Legacy autograd function with non-static forward method is deprecated.",
        "function-backward",
        "model",
        "Name.apply(…)",
    ),
    (
        "RuntimeError: function QuantBackward returned an incorrect number of gradients (expected 3, got 2)",
        "function-backward",
        "model",
        "takes 3 arguments",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
