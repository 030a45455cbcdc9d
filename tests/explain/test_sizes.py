"""Inputs into which no window fits."""

import pytest
from torch import nn

from tests.explain import answer_to, mended

CASES = [
    (nn.Conv2d(3, 8, 3, dilation=4, padding=1), (1, 3, 5, 5), "kernel_larger", "x = F.pad(x, (1, 1, 1, 1))"),
    (nn.Conv1d(1, 8, 11), (1, 1, 10), "kernel_larger", "x = F.pad(x, (0, 1))"),
    (nn.Conv2d(1, 8, (3, 8)), (1, 1, 4, 3), "kernel_larger", "x = F.pad(x, (2, 3, 0, 0))"),
    (
        nn.ConvTranspose1d(16, 8, 2, padding=9),
        (1, 16, 4),
        "no_output",
        "layer.padding = (0,) * len(layer.kernel_size)",
    ),
    (nn.MaxPool2d(2), (1, 3, 1, 1), "too_small", "layer = nn.AdaptiveAvgPool2d(1)"),
    (nn.AvgPool1d(7), (2, 5, 3), "too_small", "layer = nn.AdaptiveAvgPool2d(1)"),
    (nn.MaxPool1d(4), (1, 3, 2), "too_small", "layer = nn.AdaptiveMaxPool1d(1)"),
    (nn.AvgPool3d(3), (1, 1, 2, 2, 2), "too_small", "layer = nn.AdaptiveAvgPool3d(1)"),
]


@pytest.mark.parametrize(("layer", "shape", "family", "code"), CASES, ids=str)
def test_the_input_is_too_small(layer: nn.Module, shape: tuple[int, ...], family: str, code: str) -> None:
    explanation = mended(layer, shape)
    assert (explanation.family, explanation.fixes[0].code) == (family, code)


def test_the_axis_that_lacks_most_is_named() -> None:
    explanation = mended(nn.Conv2d(1, 8, (5, 8)), (1, 1, 4, 3))
    assert explanation.facts["missing"] == [1, 5]
    assert explanation.why.startswith("along width, the kernel spans 8 cells")
    assert explanation.fixes[0].shows == "convcli formula --size 4x3 -k 5x8 -p 1x3"


def test_the_volumes_sizes_are_facts() -> None:
    explanation = answer_to("input image (T: 2 H: 3 W: 4) smaller than kernel size (kT: 9 kH: 9 kW: 9)")
    assert explanation.facts == {"depth": 2, "height": 3, "width": 4}
