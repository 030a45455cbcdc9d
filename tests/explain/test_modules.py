"""Modules, sizes and single numbers."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "empty(): argument 'size' must be tuple of ints, but found element of type float at pos 2",
        "float-size",
        "model",
        "float",
    ),
    (
        "conv2d() received an invalid combination of arguments - got (Tensor, Tensor, Tensor, tuple, tuple, "
        "tuple, int), but expected one of:\n * (Tensor input)\n      didn't match because some of the "
        "arguments have invalid types: (Tensor, Tensor, Tensor, tuple of (bool, bool), tuple of (int, "
        "int), int)",
        "float-size",
        "model",
        "bool",
    ),
    ("cannot assign module before Module.__init__() call", "module-made", "model", "__init__"),
    ('Module [ModuleList] is missing the required "forward" function', "module-made", "model", "only holds"),
    ("torch.nn.modules.activation.ReLU is not a Module subclass", "module-made", "model", "ReLU"),
    (
        "model.module.features.unfix(epoch)\nModuleAttributeError: 'SiamRPN' object has no attribute 'module'",
        "module-made",
        "call",
        "without .module",
    ),
    ("optimizer got an empty parameter list", "module-made", "model", "no parameters"),
    ("a Tensor with 3 elements cannot be converted to Scalar", "number-wanted", "call", "3 elements"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
