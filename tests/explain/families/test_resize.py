"""Resizing, sampling, shuffling."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, error_of

CASES = [
    (
        "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
        "[480, 640, 3] and output size of (240, 320).",
        "interpolate",
        "data",
        "a depth map or mask has one, convert('L'); of colours",
    ),
    (
        "grid_sampler(): expected grid and input to have same batch size, but got input with sizes [0, 3, 64, 64] and "
        "grid with sizes [1, 8, 8, 2]",
        "grid-sample",
        "data",
        "the input is empty",
    ),
    (
        "m = F.interpolate(mask, size=(96, 64))\n"
        "ValueError: Input and output must have the same number of spatial dimensions, but got input with spatial "
        "dimensions of [32] and output size of (96, 64).",
        "interpolate",
        "data",
        ".squeeze(1)",
    ),
    (
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got 4D) for the modes: nearest | "
        "linear | bilinear | trilinear (got bicubic)",
        "interpolate",
        "call",
        "newer torch",
    ),
    (
        "ValueError: Anti-alias option is only supported for bilinear and bicubic modes",
        "interpolate",
        "data",
        "unsqueeze(0)",
    ),
    (
        "grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got "
        "input with sizes [2, 1, 64, 64, 3] and grid with sizes [2, 99, 1, 2]",
        "grid-sample",
        "data",
        "class numbers",
    ),
    (
        "Input and output sizes should be greater than 0, but got input (H: 0, W: 16) output (H: 15, W: 17)",
        "interpolate",
        "data",
        "empty",
    ),
    (
        "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
        "of [224] and output size of (256, 256).",
        "interpolate",
        "data",
        "batch",
    ),
    (
        "Input and output must have the same number of spatial dimensions, but got input with with spatial dimensions "
        "of [135, 204, 3] and output size of (256, 384).",
        "interpolate",
        "data",
        "channels last",
    ),
    (
        "segs = F.interpolate(segs, size=labels.shape[1:], align_corners=False)\nValueError: Input and output must "
        "have the same number of spatial dimensions, but got input with spatial dimensions of [28, 28] and output "
        "size of torch.Size([281, 500, 3]).",
        "interpolate",
        "data",
        "class numbers",
    ),
    (
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got 3D) for the modes: nearest | linear | bilinear "
        "| bicubic | trilinear (got bicubic)",
        "interpolate",
        "data",
        "1 axis too few",
    ),
    (
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got 4D) for the modes: nearest | linear | bilinear "
        "| bicubic | trilinear (got nearest-exact)",
        "interpolate",
        "call",
        "newer torch",
    ),
    (
        "grid_sampler(): expected grid and input to have same batch size, but got input with sizes [760, 1, 19, 40] "
        "and grid with sizes [720, 9, 9, 2]",
        "grid-sample",
        "data",
        "19 · 40",
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
        "Expected shape of indices to be same as that of the input tensor ([2, 8, 8, 8]) but got indices tensor with "
        "shape: [2, 4, 8, 8]",
        "fold",
        "model",
        "4 channels, 8 arrive",
    ),
    (
        "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
        "[16, 64, 64] and output size of (128, 128).",
        "interpolate",
        "call",
        "frames or views",
    ),
    (
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
        "but input.size(-3)=3 is not divisible by 4",
        "pixel-shuffle",
        "model",
        "3 channels",
    ),
    (
        "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of "
        "[48, 64, 3] and output size of (480, 640).",
        "interpolate",
        "data",
        "no axis is added for them: x.squeeze(1).permute(0, 3, 1, 2)",
    ),
    (
        "grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [1, 1, 60, 80, 2, 4]",
        "grid-sample",
        "call",
        "6 axes where 4 are taken, and 4 values at the end: 2 places of 2 each leave out a [None] or unsqueeze(0) on a "
        "grid that has its batch, or take grid[0]; slice the last axis, grid[..., :2]",
    ),
    (
        "grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [1, 60, 80, 4]",
        "grid-sample",
        "call",
        "the grid is [1, 60, 80, 4], and 4 values at the end",
    ),
    (
        "latent = F.interpolate(latent, size=(24, 24))\nValueError: Input and output must have the same number of "
        "spatial dimensions, but got input with spatial dimensions of [1, 16, 16] and output size of (24, 24).",
        "interpolate",
        "call",
        "latent.squeeze(2)",
    ),
    (
        "RuntimeError: Expected shape of indices to be same as that of the input tensor ([4, 16, 44, 60]) but got "
        "indices tensor with shape: [4, 16, 45, 60]",
        "fold",
        "model",
        "output_size=size",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


FILES = {
    "this line adds one, depth[:, None]": """
depth = torch.rand(2, 1, 8, 8)
depth = F.interpolate(depth[:, None], (16, 16), mode="bilinear")
assert depth.shape == (2, 1, 16, 16)
""",
    "this line adds one, depth.unsqueeze(1)": """
depth = torch.rand(2, 1, 8, 8)
depth = F.interpolate(depth.unsqueeze(1), size=(16, 16))
assert depth.shape == (2, 1, 16, 16)
""",
    "pop() and not pop(0)": """
pool, unpool = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
x, places = torch.rand(1, 3, 8, 8), []
for _ in range(2):
    x, where = pool(x)
    places.append(where)
while places:
    x = unpool(x, places.pop(0))
assert x.shape == (1, 3, 8, 8)
""",
    "theta.view(-1, 2, 3)": """
images, theta = torch.rand(4, 1, 9, 9), torch.rand(4, 6)
grid = F.affine_grid(theta, images.size(), align_corners=False)
warped = F.grid_sample(images, grid, align_corners=False)
""",
    "the 3 coordinates are on axis 1": """
volume, places = torch.rand(2, 1, 4, 4, 4), torch.zeros(2, 3, 5, 5, 5)
warped = F.grid_sample(volume, places, align_corners=False)
assert warped.shape == (2, 1, 5, 5, 5)
""",
    "took the axis of the channels": """
maps = nn.Conv2d(4, 1, 3)(torch.rand(3, 4, 8, 8))
flow = maps.squeeze(1)
flow = F.interpolate(flow, size=(16, 16), mode="bilinear")
assert flow.shape == (3, 16, 16)
""",
}


@pytest.mark.parametrize("words", FILES)
def test_the_file_is_read_and_mended(words: str, tmp_path: Path) -> None:
    assert assert_file_mends(FILES[words], words, tmp_path / "net.py").hypotheses[0].fixes


def test_the_line_before_that_adds_an_axis_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"{IMPORTS}x = torch.rand(2, 1, 8, 8)\nx = x.unsqueeze(1)\nx = F.interpolate(x, size=(16, 16))\n")
    found = diagnose(read(error_of(path)))
    assert found and "x = x.unsqueeze(1) adds one" in found.hypotheses[0].says


def test_a_signal_has_one_axis_of_places(tmp_path: Path) -> None:
    text = "x = nn.Conv1d(1, 4, 3)(torch.rand(2, 1, 20))\ny = F.interpolate(x, scale_factor=2, mode='bilinear')\n"
    assert_file_mends(text, 'mode="linear"', tmp_path / "net.py")
