"""What is handed over: told by its type and the user's line."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "x = self.conv2(x),\nTypeError: conv2d(): argument 'input' (position 1) must be Tensor, not tuple",
        "not-a-tensor",
        "call",
        "comma",
    ),
    ("linear(): argument 'input' (position 1) must be Tensor, not tuple", "not-a-tensor", "call", "tuple"),
    (
        "conv2d() received an invalid combination of arguments - got (numpy.ndarray, Parameter, Parameter, tuple, "
        "tuple, tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "NumPy",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not NoneType",
        "not-a-tensor",
        "model",
        "without return",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not InceptionOutputs",
        "not-a-tensor",
        "call",
        "auxiliary",
    ),
    ("relu(): argument 'input' (position 1) must be Tensor, not Linear", "not-a-tensor", "call", "not called"),
    (
        "conv2d() received an invalid combination of arguments - got (Image, Parameter, Parameter, tuple, tuple, "
        "tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "Pillow",
    ),
    ("__init__() missing 1 required positional argument: 'kernel_size'", "call-arguments", "model", "kernel_size"),
    ("Net.forward() takes 2 positional arguments but 3 were given", "call-arguments", "call", "forward"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
