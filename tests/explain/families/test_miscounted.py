"""What the numbers of a linear layer tell where in_features is the wrong one."""

import pytest

from tests.explain import assert_first

CASES = [
    ("mat1 and mat2 shapes cannot be multiplied (8192x384 and 64x3072)", "linear-size", "model", "384 = 6 · 64"),
    (
        "size mismatch, m1: [4 x 256], m2: [400 x 120] at /pytorch/aten/src/TH/generic/THTensorMath.cpp:136",
        "linear-size",
        "model",
        "4×4, not 5×5",
    ),
    (
        "linear(): input and weight.T shapes cannot be multiplied (4x10816 and 9216x128)",
        "linear-size",
        "model",
        "13×13, not 12×12",
    ),
    ("size mismatch, m1: [64 x 256], m2: [512 x 512] at THTensorMath.c:1434", "linear-size", "model", "one arrives"),
    ("mat1 and mat2 shapes cannot be multiplied (2×1568 and 1050×10)", "linear-size", "model", "1568"),
    ("mat1 and mat2 shapes cannot be multiplied (16x3072 and 500x10)", "linear-size", "model", "3 · 32 · 32"),
    ("size mismatch, m1: [32 x 25088], m2: [512 x 1]", "linear-size", "model", "AdaptiveAvgPool2d"),
    ("mat1 and mat2 shapes cannot be multiplied (32x13 and 12x64)", "linear-size", "model", "13 columns"),
    ("mat1 and mat2 shapes cannot be multiplied (32x256 and 128x10)", "linear-size", "model", "both directions"),
    ("mat1 and mat2 shapes cannot be multiplied (64x100 and 64x10)", "linear-size", "model", "number of rows"),
    ("mat1 and mat2 shapes cannot be multiplied (5040x57 and 71x32)", "linear-size", "model", "57 features arrive"),
    ("mat1 and mat2 shapes cannot be multiplied (8x257 and 513x256)", "linear-size", "model", "n_fft=512"),
    (
        "y = self.squeeze(y).view(b, c, 1, 1)\nRuntimeError: size mismatch, m1: [1 x 512], m2: [128 x 8] at a.cpp:9",
        "linear-size",
        "model",
        "8 squeezes the channels of a block",
    ),
    ("mat1 and mat2 shapes cannot be multiplied (1x2 and 26x256)", "linear-size", "model", "in_features=2"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
