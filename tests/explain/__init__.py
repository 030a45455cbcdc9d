"""Real errors from torch, explained; the fixes that should run are run."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convcli.explain.answer import Explanation
from convcli.explain.message import Message
from convcli.explain.recognise import explain


def error_of(call: Callable[[], object]) -> str:
    """The message that torch raises."""
    with pytest.raises((RuntimeError, ValueError, IndexError, TypeError)) as error:
        call()
    return str(error.value)


def answer_to(text: str) -> Explanation:
    """The answer to a message that has to be recognised."""
    explanation = explain(Message(text))
    assert explanation
    return explanation


def mended(layer: nn.Module, shape: tuple[int, ...]) -> Explanation:
    """The answer to a layer's error; its first fix, and each that is said to be certain, has to work."""
    x = torch.rand(shape)
    explanation = answer_to(error_of(lambda: layer(x)))
    for number, fix in enumerate(explanation.fixes):
        if number == 0 or fix.verified:
            names = {"x": x, "layer": layer, "torch": torch, "nn": nn, "F": F}
            exec(fix.code, names)
            names["layer"](names["x"])
    return explanation
