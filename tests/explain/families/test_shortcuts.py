"""Sums of maps: shortcuts that keep other channels, skips that are concatenated, vectors beside maps."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained, first

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension 1"
RESIDUAL = """
class Block(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.body = nn.Conv2d(inner, outer, 3, stride, 1)
        {}
    def forward(self, x):
        return self.body(x) + (self.side(x) if self.side else x)
Block(4, 8, 1)(torch.rand(1, 4, 6, 6))
"""
FILES = [
    (
        RESIDUAL.format("self.side = nn.Conv2d(inner, outer, 1, stride) if stride > 1 else None"),
        "made only where stride > 1",
    ),
    (
        RESIDUAL.format(
            "self.side = None\n        if stride != 1:\n            self.side = nn.Conv2d(inner, outer, 1, stride)"
        ),
        "made only where stride != 1",
    ),
    (
        "class Up(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.mix = nn.Conv2d(24, 8, 3)\n"
        "    def forward(self, x, early):\n"
        "        return self.mix(x + early)\n"
        "Up()(torch.rand(1, 16, 6, 6), torch.rand(1, 8, 6, 6))",
        "self.mix takes 24 = 16 + 8 channels",
    ),
    (
        "class Scaled(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.both = nn.Linear(3, 16)\n"
        "    def forward(self, x, known):\n"
        "        scale, shift = self.both(known).chunk(2, dim=1)\n"
        "        return x * scale + shift\n"
        "assert Scaled()(torch.rand(2, 8, 5, 5), torch.rand(2, 3)).shape == (2, 8, 5, 5)",
        "one value a channel",
    ),
    (
        "class Gate(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.weigh = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 8), nn.Sigmoid())\n"
        "    def forward(self, x):\n"
        "        gate = self.weigh(x)\n"
        "        return x * gate\n"
        "Gate()(torch.rand(2, 8, 4, 4))",
        "one value a channel",
    ),
    (
        "mean, std = torch.rand(3), torch.rand(3)\npicture = torch.rand(2, 3, 8, 8)\neven = (picture - mean) / std",
        "mean and std have 3 values, one a channel",
    ),
    (
        "class Block(nn.Module):\n"
        "    def __init__(self, kernel=3, dilation=2):\n"
        "        super().__init__()\n"
        "        self.pad = (kernel - 1) * dilation\n"
        "        self.past = nn.Conv1d(4, 4, kernel, padding=self.pad, dilation=dilation)\n"
        "    def forward(self, x):\n"
        "        h = torch.relu(self.past(x))\n"
        "        return h + x\n"
        "assert Block()(torch.rand(2, 4, 20)).shape == (2, 4, 20)",
        "is padded by self.pad on both sides, and its output isn't cut",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_says_of_a_sum_of_maps(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")


def test_a_decoder_concatenates_its_skip() -> None:
    text = at("x = self.dec2(x + early)", MESSAGE.format(64, 32))
    assert_first(text, "addition-size", "model", "64 + 32 = 96 channels")


def test_the_shortcut_is_known_by_its_name_on_either_side() -> None:
    answer = first(at("x = identity + out", MESSAGE.format(16, 64)))[1]
    assert "the main path has 64 channels and the shortcut 16" in answer.says
    assert "nn.Conv2d(16, 64, kernel_size=1)" in answer.advice
    assert "stride" not in answer.advice  # heights and widths are compared first


KEPT = """
class Block(nn.Module):
    def __init__(self, inner, outer, downsample=None):
        super().__init__()
        self.body = nn.Conv2d(inner, outer, 3, padding=1)
        self.downsample = {}
    def forward(self, x):
        residual = x
        out = self.body(x)
        {}out += residual
        return torch.relu(out)
{}
"""
WIDE = "assert Block(8, 32, nn.Conv2d(8, 32, 1))(torch.rand(2, 8, 5, 5)).shape == (2, 32, 5, 5)"


@pytest.mark.parametrize("layer", ["downsample", "nn.Conv2d(inner, outer, 1)"])
def test_a_layer_for_the_shortcut_is_kept_and_not_applied(layer: str, tmp_path: Path) -> None:
    text = KEPT.format(layer, "", WIDE)
    assert_file_mends(text, "Block keeps self.downsample, and its forward never applies it", tmp_path / "net.py")


def test_a_layer_for_the_shortcut_is_applied_and_none() -> None:
    applied = "if self.downsample is not None:\n            residual = self.downsample(x)\n        "
    message = f"{MESSAGE.format(32, 8)}\n"
    found = first(message + KEPT.format("downsample", applied, ""))[1]
    assert "self.downsample is None in this Block" in found.says
    assert "a 1×1 convolution, of 8 channels to 32" in found.advice
    assert "kernel_size=1" in first(message + KEPT.format("True", applied, ""))[1].advice


def test_a_forward_that_is_shown_in_part_leaves_both_open() -> None:
    cut = KEPT.format("downsample", "", "").partition("        out += ")[0]
    told = explained(
        f'File "net.py", line 90, in forward\n    out += residual\n{MESSAGE.format(32, 8)}\n\n{cut}'
    ).hypotheses
    assert "its forward, as it is shown, never applies it" in told[0].says
    assert "self.downsample is None in this Block" in told[1].says
    assert [each.fixes for each in told] == [(), ()]
