"""Numbers of features that don't agree."""

import pytest
import torch
from torch import nn

from tests.explain import answer_to, error_of, mended

LINEAR = [
    (nn.Linear(800, 10), (4, 32, 5, 5), "not flattened"),
    (nn.Linear(800, 10), (3200,), "batch flattened"),
    (nn.Linear(512, 10), (4, 800), "wrong in_features"),
    (nn.Linear(4, 10), (4, 800), "transposed"),
]


@pytest.mark.parametrize(("layer", "shape", "case"), LINEAR, ids=str)
def test_a_linear_layer_is_told_which_mistake_fits(layer: nn.Module, shape: tuple[int, ...], case: str) -> None:
    explanation = mended(layer, shape)
    assert (explanation.family, explanation.facts["case"]) == ("linear", case)


@pytest.mark.parametrize(
    ("layer", "shape", "family"),
    [
        (nn.BatchNorm2d(16), (4, 32, 5, 5), "norm_features"),
        (nn.LayerNorm([3, 5]), (2, 5, 3), "norm_features"),
        (nn.GroupNorm(2, 4), (2, 6, 3), "norm_features"),
        (nn.BatchNorm1d(16), (1, 16), "one_value"),
    ],
    ids=str,
)
def test_norms(layer: nn.Module, shape: tuple[int, ...], family: str) -> None:
    assert mended(layer, shape).family == family


def test_a_batch_norm_not_named_may_be_of_either_kind() -> None:
    explanation = answer_to("running_mean should contain 32 elements not 16")
    assert explanation.fixes[0].code == "layer = nn.BatchNorm2d(32) if x.ndim == 4 else nn.BatchNorm1d(32)"


def test_a_view_keeps_every_element() -> None:
    x = torch.rand(4, 32, 5, 5)
    whole = answer_to(error_of(lambda: x.view(4, 512)))
    assert whole.why == "[4, 512] holds 2048 elements; the tensor has 3200, and a view keeps every one"
    assert whole.fixes[1].code == "x = x.reshape(4, 800)"
    assert answer_to(error_of(lambda: x.view(-1, 512))).why.startswith("3200 can't be split into parts of 512;")


@pytest.mark.parametrize("shape", [(800,), (-1, -1)])
def test_a_view_after_permute_or_with_two_unknowns(shape: tuple[int, ...]) -> None:
    x = torch.rand(4, 200).T
    assert answer_to(error_of(lambda: x.view(shape))).family == "view"
