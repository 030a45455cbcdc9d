"""Axes: too many, too few, and channels in the wrong place."""

import pytest
import torch
from torch import nn

from tests.explain import answer_to, error_of, mended

CHANNELS = [
    (nn.Conv2d(3, 8, 3), (1, 28, 28, 3), "x = x.permute(0, 3, 1, 2) if x.ndim == 4 else x.permute(2, 0, 1)"),
    (nn.Conv2d(3, 8, 3), (28, 28, 3), "x = x.permute(0, 3, 1, 2) if x.ndim == 4 else x.permute(2, 0, 1)"),
    (nn.Conv2d(3, 8, 3), (1, 1, 28, 28), "layer = nn.Conv2d(1, 8, kernel_size=3)"),
    (nn.Conv2d(1, 8, 3), (64, 28, 28), "x = x.reshape(64, 1, 28, 28)"),
    (nn.Conv2d(3, 8, 3), (3, 2, 28, 28), "x = x.transpose(0, 1)"),
    (nn.Conv1d(3, 8, 3), (4, 100, 3), "x = x.permute(0, 2, 1)"),
    (nn.Conv2d(4, 8, 3, groups=2), (1, 6, 28, 28), "layer = nn.Conv2d(6, 8, kernel_size=3)"),
    (nn.Conv2d(4, 8, 3), (2, 6, 2, 2), "layer = nn.Conv2d(6, 8, kernel_size=3, padding=1)"),
    (nn.ConvTranspose2d(16, 8, 2, stride=2), (1, 8, 14, 14), "layer = nn.ConvTranspose2d(8, 8, kernel_size=2)"),
]
RANK = [
    (nn.Conv2d(1, 8, 3), (28, 28), "x = x.unsqueeze(0).unsqueeze(0)"),
    (nn.Conv2d(3, 8, 3), (1, 1, 3, 28, 28), "x = x.flatten(0, 1)"),
    (nn.Conv1d(3, 8, 3), (2, 3, 4, 5), "x = x.flatten(2, 3)"),
    (nn.BatchNorm2d(16), (4, 16), "layer = nn.BatchNorm1d(layer.num_features)"),
    (nn.MaxPool2d(2), (1, 1, 3, 28, 28), "x = x.unsqueeze(0) if x.ndim < 3 else x.flatten(0, x.ndim - 4)"),
]


@pytest.mark.parametrize(("layer", "shape", "code"), CHANNELS, ids=str)
def test_channels_that_are_not_the_layers(layer: nn.Module, shape: tuple[int, ...], code: str) -> None:
    explanation = mended(layer, shape)
    assert (explanation.family, explanation.fixes[0].code) == ("channels", code)


@pytest.mark.parametrize(("layer", "shape", "code"), RANK, ids=str)
def test_another_number_of_axes(layer: nn.Module, shape: tuple[int, ...], code: str) -> None:
    explanation = mended(layer, shape)
    assert (explanation.family, explanation.fixes[0].code) == ("rank", code)


def test_groups_and_both_numbers_of_channels_are_said() -> None:
    explanation = mended(nn.Conv2d(4, 8, 3, groups=2), (1, 6, 28, 28))
    assert explanation.facts["groups"] == 2
    assert explanation.why == (
        "each kernel has 2 channel layers for each of 2 groups, so it takes 4 channels; axis 1 of [1, 6, 28, 28] has 6"
    )


def test_one_channel_may_be_copied() -> None:
    assert mended(nn.Conv2d(3, 8, 3), (1, 1, 28, 28)).fixes[1].code == "x = x.repeat_interleave(3, dim=-3)"


def test_an_axis_of_no_cells_is_no_missing_axis() -> None:
    explanation = answer_to(error_of(lambda: nn.MaxPool2d(2)(torch.rand(1, 3, 0, 4))))
    assert "an axis of 0 cells" in explanation.why


def test_a_weight_says_how_many_axes_the_input_needs() -> None:
    explanation = answer_to(
        "Expected 3-dimensional input for 3-dimensional weight [8, 1, 3], but got 2-dimensional input of size [64, 28]"
    )
    assert explanation.fixes[0].code == "x = x.unsqueeze(1)"
    assert explanation.facts["axes_expected"] == [3]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Only 3D, 4D and 5D input Tensors supported (got 2D)", "x = x.unsqueeze(0)"),
        ("Expected 2 to 3 dimensions, but got 5-dimensional tensor", "x = x.flatten(0, 2)"),
        ("needs 4D input", "x = x.unsqueeze(0) if x.ndim < 4 else x.flatten(0, x.ndim - 4)"),
    ],
)
def test_wordings_without_the_shape(text: str, code: str) -> None:
    assert answer_to(text).fixes[0].code == code
