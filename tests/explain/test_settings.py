"""Settings of a layer that torch refuses."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from tests.explain import answer_to, error_of, mended

CASES = [
    (nn.Conv2d(3, 8, 3, padding=9, padding_mode="reflect"), (1, 3, 9, 9), "padding_too_wide"),
    (nn.Conv2d(3, 8, 3, padding=19, padding_mode="circular"), (1, 3, 9, 9), "padding_too_wide"),
    (nn.Conv2d(3, 8, 3, stride=(1, 1, 1)), (1, 3, 9, 9), "tuple_length"),
    (nn.MaxPool2d((2, 2, 2)), (1, 3, 9, 9), "tuple_length"),
    (nn.Conv2d(3, 8, 3, stride=0), (1, 3, 9, 9), "not_positive"),
    (nn.Conv2d(3, 8, 3, dilation=0), (1, 3, 9, 9), "not_positive"),
    (nn.Conv2d(3, 8, 3, padding=-1), (1, 3, 9, 9), "not_positive"),
    (nn.AvgPool2d(2, divisor_override=0), (1, 3, 9, 9), "not_positive"),
    (nn.ConvTranspose2d(16, 8, 2, stride=2, output_padding=2), (1, 16, 4, 4), "output_padding"),
    (nn.MaxPool2d(2, padding=2), (1, 3, 9, 9), "pool_padding"),
    (nn.MaxPool1d(2, padding=2), (1, 3, 9), "pool_padding"),
    (nn.AvgPool2d(2, padding=2), (1, 3, 9, 9), "pool_padding"),
]
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: nn.Conv2d(3, 8, 3, groups=2), "groups"),
    (lambda: nn.Conv2d(4, 8, 3, groups=0), "groups"),
    (lambda: nn.Conv2d(3, 8, 3, stride=2, padding="same"), "same_stride"),
    (lambda: nn.Conv2d(3, 8, 3, padding="full"), "padding_word"),
    (lambda: nn.Conv2d(3, 8, 3, padding_mode="wrap"), "padding_mode"),
    (lambda: nn.ConvTranspose2d(3, 8, 3, padding_mode="reflect"), "padding_mode"),
]


@pytest.mark.parametrize(("layer", "shape", "family"), CASES, ids=str)
def test_the_setting_is_mended(layer: nn.Module, shape: tuple[int, ...], family: str) -> None:
    assert mended(layer, shape).family == family


@pytest.mark.parametrize(("build", "family"), REFUSED)
def test_the_layer_cannot_be_built(build: Callable[[], object], family: str) -> None:
    assert answer_to(error_of(build)).family == family


def test_which_channels_do_not_divide() -> None:
    assert answer_to("out_channels must be divisible by groups").facts == {"argument": "out_channels"}


def test_a_kernel_of_too_many_numbers_asks_for_another_layer() -> None:
    text = "expected stride to be a single integer value or a list of 2 values to match the convolution dimensions"
    explanation = answer_to(f"{text}, but got stride=[3]")
    assert explanation.fixes[0].code.startswith("layer = nn.Conv1d(")


def test_a_dilated_pooling_may_be_padded_by_half_its_extent() -> None:
    text = "pad should be at most half of effective kernel size, but got pad=9, kernel_size=3 and dilation=4"
    explanation = answer_to(text)
    assert (explanation.facts["most"], explanation.fixes[0].code) == (4, "layer.padding = 4")


def test_the_nearest_output_size_runs() -> None:
    layer, x = nn.ConvTranspose2d(1, 1, 3, stride=2), torch.rand(1, 1, 4, 4)
    explanation = answer_to(error_of(lambda: layer(x, output_size=[20, 3])))
    assert explanation.fixes[0].code == "y = layer(x, output_size=(10, 9))"
    exec(explanation.fixes[0].code, {"layer": layer, "x": x})
