"""Leaves of a graph."""

import pytest

from tests.explain import assert_first

CASES = [
    ("can't optimize a non-leaf Tensor", "optimizer-leaf", "model", "no leaf"),
    (
        '  File "/lib/python3/site-packages/matplotlib/cbook.py", line 3, in _check_1d\n    return '
        "np.atleast_1d(x)\nRuntimeError: Can't call numpy() on Tensor that requires grad.",
        "numpy-gradient",
        "call",
        "loss.item()",
    ),
    (
        "optimizer = optim.SGD(model.parameters(), lr=0.1)\nValueError: can't optimize a non-leaf Tensor",
        "optimizer-leaf",
        "model",
        "nn.Parameter(tensor)",
    ),
    ("can't optimize a non-leaf Variable", "optimizer-leaf", "model", "no leaf"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
