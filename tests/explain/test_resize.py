"""Resizing, sampling, shuffling."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
        "of [224] and output size of (256, 256).",
        "interpolate",
        "data",
        "batch",
    ),
    ("Got 3D input, but bilinear mode needs 4D input", "interpolate", "data", "batch"),
    (
        "grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [1, 2, 4, 4]",
        "grid-sample",
        "call",
        "flow",
    ),
    (
        "Expected a batch of 2D affine matrices of shape Nx2x3 for size (1, 3, 4, 4). Got torch.Size([1, 3, 3]).",
        "grid-sample",
        "call",
        "theta",
    ),
    (
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
        "but input.size(-3)=3 is not divisible by 4",
        "pixel-shuffle",
        "model",
        "3 channels",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
