"""Try each fix in torch: the layer and the input are built anew from the message's numbers."""

import contextlib
from dataclasses import replace
from math import prod

import torch
import torch.nn.functional as F
from torch import nn

from convcli.explain.answer import Example, Explanation, Fix
from convcli.refusals import Failure

LARGEST = 2**24  # numbers in the input or the weights; a message can name any size


def verified(explanation: Explanation) -> Explanation:
    """The same explanation, each fix marked by whether it ran where the error did.

    Raises:
        Failure: the numbers are too few, or too large, to build the layer and its input again.
    """
    example = explanation.example
    if example is None or _size(example) > LARGEST or not _fails(example):
        raise Failure("the message's numbers don't suffice to build this error again, so nothing was tried in torch")
    return replace(explanation, fixes=[replace(fix, verified=_works(fix, example)) for fix in explanation.fixes])


def _size(example: Example) -> int:
    """How many numbers the larger of input and weights holds."""
    numbers = [n for argument in example.arguments for n in (argument if isinstance(argument, tuple) else (argument,))]
    return int(max(prod(example.shape), prod(numbers)))


def _build(example: Example) -> tuple[nn.Module, torch.Tensor]:
    return getattr(nn, example.type)(*example.arguments, **example.settings), torch.zeros(example.shape)


def _fails(example: Example) -> bool:
    """Whether the rebuilt layer really refuses the rebuilt input."""
    with contextlib.suppress(RuntimeError, ValueError, IndexError, TypeError):
        layer, x = _build(example)
        layer(x)
        return False
    return True


def _works(fix: Fix, example: Example) -> bool:
    """Run a fix. Its code was written by convcli around whole numbers; no text of the message is in it."""
    try:
        layer, x = _build(example)
        names = {"x": x, "layer": layer, "torch": torch, "nn": nn, "F": F}
        exec(fix.code, names)
        names["layer"](names["x"])
    except (RuntimeError, ValueError, IndexError, TypeError, AttributeError, NameError, MemoryError):
        return False
    return True
