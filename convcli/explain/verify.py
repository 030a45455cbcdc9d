"""Try fixes in torch: the error is raised anew from the message's numbers, and has to be gone with the fix."""

import ast
import contextlib
from dataclasses import replace
from math import prod

import torch
import torch.nn.functional as F
from torch import nn

from convcli.explain.recognise import Diagnosis
from convcli.explain.rule import Fix
from convcli.refusals import Failure

LARGEST = 2**27  # numbers in a tensor that is made for it; a message can name any size


def verified(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis, with whether each fix mends code that was put together here, of whole numbers alone.

    No name and no code of a message or a file is in what runs: the fixes are written anew over ``x`` and ``layer``.

    Raises:
        Failure: the numbers are too few, or too large, to raise the error again.
    """
    rule = diagnosis.rule
    generic = type(rule)(rule.case, rule.facts, generic=True)
    program = generic.rebuilt().split("\n")
    if program == [""] or _largest(program) > LARGEST or _runs(program):
        raise Failure("the message's numbers don't suffice to raise this error again, so nothing was tried in torch")
    tried = {}
    for hypothesis, ours in zip(diagnosis.hypotheses, generic.hypotheses(), strict=True):
        for fix, own in zip(hypothesis.fixes, ours.fixes, strict=False):
            if not fix.placeholder and own.where == fix.where:
                tried[fix] = _runs(_mended(program, own))
    return replace(diagnosis, tried=tried)


def _mended(program: list[str], fix: Fix) -> list[str]:
    return [*program[:-1], fix.code, *(program[-1:] if fix.where != "instead" else [])]


def _largest(program: list[str]) -> int:
    """How many numbers the largest tensor of a program can have: the product of all that stand in one line."""
    lines = (ast.walk(ast.parse(line)) for line in program)
    numbers = ([n.value for n in line if isinstance(n, ast.Constant) and isinstance(n.value, int)] for line in lines)
    return max(prod(number or 1 for number in line) for line in numbers)


def _runs(program: list[str]) -> bool:
    with contextlib.suppress(RuntimeError, ValueError, IndexError, TypeError, AttributeError, NameError, MemoryError):
        exec("\n".join(program), {"torch": torch, "nn": nn, "F": F})
        return True
    return False
