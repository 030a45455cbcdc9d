"""Names as people type them."""

import pytest

from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES
from convcli.layers import LAYERS
from convcli.matching import begun, matching, nearest


@pytest.mark.parametrize(
    ("typed", "stands_for"),
    [
        ("sobel-x", ["sobel-x"]),
        ("Sobel_X", ["sobel-x"]),
        ("sobelx", ["sobel-x"]),
        ("SOBEL", ["sobel-x", "sobel-y"]),
        ("gaussian", ["gaussian"]),  # and not those that it begins as well
        ("lap", ["laplacian"]),
        ("x", []),
        ("", []),
    ],
)
def test_what_a_text_stands_for(typed: str, stands_for: list[str]) -> None:
    assert matching(typed, FILTERS) == stands_for


def test_what_a_text_begins() -> None:
    assert begun("SO", FILTERS) == ["sobel-x", "sobel-y"]
    assert begun("input2d", SAMPLES) == ["input_2d", "input_2d_img"]
    assert begun("", SAMPLES) == [*SAMPLES]
    assert begun("x", SAMPLES) == []


def test_a_name_is_not_mistaken_for_a_longer_one() -> None:
    assert matching("input2d", SAMPLES) == ["input_2d"]
    assert matching("Input_2D_img", SAMPLES) == ["input_2d_img"]
    for names in (FILTERS, SAMPLES, LAYERS):
        assert all(matching(name.upper(), names) == [name] for name in names)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cnov2d", "conv2d"),
        ("conv4d", "conv2d"),
        ("pool", "maxpool2d"),
        ("pooling", "maxpool2d"),
        ("convolution", "conv2d"),
        ("transposed", "convtranspose2d"),
        ("lpool2d", "lppool2d"),
        ("max", "maxpool2d"),
    ],
)
def test_what_may_have_been_meant(typed: str, first: str) -> None:
    usual = ["conv2d", "conv1d", "maxpool2d", "maxpool1d", "convtranspose2d", "lppool2d", "lppool3d"]
    assert nearest(typed, usual)[0] == first


@pytest.mark.parametrize("typed", ["", "-", "xyz", "help"])
def test_nothing_is_near(typed: str) -> None:
    assert nearest(typed, LAYERS) == []
