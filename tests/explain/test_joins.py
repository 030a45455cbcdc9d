"""Tensors that should agree where they meet."""

import pytest
import torch
from torch import nn

from tests.explain import answer_to, error_of


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ((1, 8, 16, 16), "x = nn.Conv2d(8, 4, kernel_size=1)(x)"),
        ((1, 4, 16, 8), "x = F.avg_pool2d(x, 2)"),
        ((1, 4, 16, 14), "layer.padding = tuple(k // 2 for k in layer.kernel_size)"),
    ],
)
def test_a_shortcut_of_another_size(other: tuple[int, ...], code: str) -> None:
    explanation = answer_to(error_of(lambda: torch.rand(1, 4, 16, 16) + torch.rand(other)))
    assert (explanation.family, explanation.fixes[0].code) == ("sizes_differ", code)


def test_cat_says_what_is_missing() -> None:
    explanation = answer_to(error_of(lambda: torch.cat([torch.rand(1, 2, 9, 9), torch.rand(1, 2, 8, 8)], 1)))
    assert explanation.family == "cat"
    assert explanation.fixes[0].code == "x = F.pad(x, (0, 1, 0, 1))"


def test_cat_of_other_ranks() -> None:
    assert answer_to(error_of(lambda: torch.cat([torch.rand(2), torch.rand(2, 2)]))).family == "cat"


@pytest.mark.parametrize(
    ("saved", "model", "code"),
    [
        (nn.Linear(5, 10), nn.Linear(5, 3), "layer = nn.Linear(5, 10)"),
        (nn.Conv2d(3, 8, (3, 5)), nn.Conv2d(3, 4, 3), "layer = nn.Conv2d(3, 8, kernel_size=(3, 5))"),
    ],
)
def test_weights_of_another_size(saved: nn.Module, model: nn.Module, code: str) -> None:
    explanation = answer_to(error_of(lambda: model.load_state_dict(saved.state_dict())))
    assert [size["name"] for size in explanation.facts["mismatches"]] == ["weight", "bias"]
    assert (explanation.family, explanation.fixes[0].code) == ("state_dict", code)


def test_weights_saved_from_a_wrapper() -> None:
    saved = {f"module.{name}": value for name, value in nn.Linear(2, 2).state_dict().items()}
    explanation = answer_to(error_of(lambda: nn.Linear(2, 2).load_state_dict(saved)))
    assert "DataParallel" in explanation.why
    assert not explanation.fixes
