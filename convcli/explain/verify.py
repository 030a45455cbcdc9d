"""Try fixes in torch: the error is raised anew from the message's numbers, and has to be gone with the fix."""

import ast
import contextlib
import warnings
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.explain.recognise import Diagnosis
from convcli.explain.rule import Fix
from convcli.refusals import Failure

LARGEST = 2**24  # numbers in a tensor that is made for it; a message can name any size
MOST_WORK = 2**34  # multiplications and additions
REFUSED = (RuntimeError, ValueError, LookupError, TypeError, AttributeError, NameError, MemoryError)


def verified(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis, with whether each fix mends code that was put together here, of whole numbers alone.

    No name and no code of a message or a file is in what runs: the fixes are written anew over ``x`` and ``layer``.

    Raises:
        Failure: the numbers are too few, or too large, to raise the error again.
    """
    rule = diagnosis.rule
    generic = type(rule)(rule.case, rule.facts, generic=True)
    program = generic.rebuilt().split("\n")
    if program == [""] or not _affordable(program) or _runs(program):
        raise Failure("the message's numbers don't suffice to raise this error again, so nothing was tried in torch")
    tried = {}
    for hypothesis, ours in zip(diagnosis.hypotheses, generic.hypotheses(), strict=False):
        for fix, own in zip(hypothesis.fixes, ours.fixes, strict=False):
            mended = _mended(program, own)
            if own.code and own.where == fix.where and not fix.placeholder and _affordable(mended):
                tried[fix] = _runs(mended)
    return replace(diagnosis, tried=tried)


def _mended(program: Sequence[str], fix: Fix) -> list[str]:
    return [*program[:-1], fix.code, *(program[-1:] if fix.where != "instead" else [])]


def _affordable(program: Sequence[str]) -> bool:
    """Whether a program is small enough to be run: on the meta device, where tensors have shapes and no memory."""
    if _largest(program) > LARGEST:
        return False
    made: dict[str, Any] = {}
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        _execute(program, made)
    tensors = [each for each in made.values() if isinstance(each, torch.Tensor)]
    return counter.get_total_flops() <= MOST_WORK and all(each.numel() <= LARGEST for each in tensors)


def _largest(program: Sequence[str]) -> int:
    """How many numbers the largest tensor that a line makes can have: the product of all that stand in one line."""
    lines = (ast.walk(ast.parse(line)) for line in program)
    numbers = ([n.value for n in line if isinstance(n, ast.Constant) and isinstance(n.value, int)] for line in lines)
    return max(prod(number or 1 for number in line) for line in numbers)


def _runs(program: Sequence[str]) -> bool:
    return _execute(program, {})


def _execute(program: Sequence[str], made: dict[str, Any]) -> bool:
    """Run a program to its end, if it gets there; ``made`` has the tensors and layers that it made."""
    with contextlib.suppress(*REFUSED), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec("\n".join(program), {"torch": torch, "nn": nn, "F": F}, made)
        return True
    return False
