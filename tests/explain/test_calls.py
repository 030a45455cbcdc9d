"""Calls of layers, functions and losses with what they don't take."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.explain import answer_to, error_of

X = torch.rand(1, 3, 8, 8)
CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: torch.zeros(-1, 2), "negative_dimension"),
    (lambda: nn.Linear(2, 2)("x"), "not_a_tensor"),
    (lambda: nn.Conv2d(3, 1, 3)([1]), "not_a_tensor"),
    (lambda: nn.Conv2d(3, 8), "argument"),
    (lambda: nn.Conv2d(3, 8, 2.5)(X), "argument"),
    (lambda: F.conv2d(X, torch.rand(2, 3, 1, 1), torch.rand(3)), "weight"),
    (lambda: F.pad(X, (1,)), "padding_word"),
    (lambda: F.pixel_shuffle(X, 2), "channels"),
    (lambda: F.unfold(X, 9), "kernel_larger"),
    (lambda: F.fold(torch.rand(1, 4, 3), (4, 4), 2), "output_size"),
    (lambda: F.interpolate(X, size=(2, 2, 2)), "rank"),
    (lambda: F.max_unpool2d(X, torch.zeros(1, 3, 4, 4, dtype=torch.long), 2), "sizes_differ"),
    (lambda: F.cross_entropy(torch.rand(4, 3), torch.zeros(5, dtype=torch.long)), "batch"),
    (lambda: F.cross_entropy(torch.rand(4, 3), torch.full((4,), 7)), "target"),
    (lambda: X.flatten(4), "axis"),
    (lambda: X.permute(0, 1), "axis"),
]


@pytest.mark.parametrize(("call", "family"), CASES)
def test_the_call_is_recognised(call: Callable[[], object], family: str) -> None:
    assert answer_to(error_of(call)).family == family


@pytest.mark.parametrize(("axis", "code"), [(3, "x = x.unsqueeze(0).unsqueeze(0)"), (-3, "x = x.unsqueeze(0)")])
def test_as_many_axes_are_added_as_are_missing(axis: int, code: str) -> None:
    explanation = answer_to(error_of(lambda: torch.rand(2, 2).squeeze(axis)))
    assert explanation.facts == {"axes": 2, "given": axis}
    assert explanation.fixes[0].code == code
