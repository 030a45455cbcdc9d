"""Norms: channels, axes, one value alone."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, diagnosed, error_of

CASES = [
    ("running_mean should contain 256 elements not 128", "norm-channels", "model", "256 channels"),
    ("running_mean should contain 36 elements not 2048", "norm-channels", "call", "another axis"),
    ("running_mean should contain 1 elements not 100", "norm-channels", "call", "squeeze(1)"),
    ("running_mean should contain 126 elements not 63", "norm-channels", "model", "126 = 2 · 63"),
    ("running_mean should contain 2816 elements not 5632", "norm-channels", "model", "one arrives"),
    ("expected 4D input (got 3D input)", "norm-rank", "data", "unsqueeze(0)"),
    (
        "Given normalized_shape=[768], expected input with shape [*, 768], but got input of size[12]",
        "norm-shape",
        "call",
        "averaged",
    ),
    (
        "Given normalized_shape=[1280], expected input with shape [*, 1280], but got input of size[1, 257, 1664]",
        "norm-shape",
        "checkpoint",
        "versions",
    ),
    ("ValueError: num_channels must be divisible by num_groups", "norm-groups", "model", "the channels don't divide"),
    (
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of "
        "shape [1] and input of shape [2, 144, 176, 224]",
        "norm-channels",
        "data",
        "unsqueeze(1)",
    ),
    (
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of "
        "shape [128] and input of shape [128, 256, 16]",
        "norm-channels",
        "data",
        "unsqueeze(0)",
    ),
    (
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of "
        "shape [8] and input of shape [8, 3, 32, 32]",
        "norm-channels",
        "model",
        "3 channels",
    ),
    (
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of "
        "shape [3072] and input of shape [26, 1920, 30, 45]",
        "norm-channels",
        "checkpoint",
        "versions",
    ),
    (
        "Given normalized_shape=[3584], expected input with shape [*, 3584], but got input of size[2, 512, 12288]",
        "norm-shape",
        "checkpoint",
        "versions",
    ),
    ("expected 2D or 3D input (got 4D input)", "norm-rank", "model", "BatchNorm2d"),
    ("x = bn(x.squeeze())\nValueError: expected 2D or 3D input (got 1D input)", "norm-rank", "call", "squeeze"),
    (
        "Given normalized_shape=[64], expected input with shape [*, 64], but got input of size[2, 8, 32]",
        "norm-shape",
        "model",
        "[32]",
    ),
    ("num_channels (48) must be divisible by num_groups (32)", "norm-groups", "model", "48"),
    ("running_mean should contain 136 elements not 135", "norm-channels", "data", "table[train.columns]"),
    ("running_mean should contain 65 elements not 64", "norm-channels", "model", "the layer before makes 65"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_norm_of_a_loop_is_made_for_the_layer_above_it(tmp_path: Path) -> None:
    text = """
        def layers(widths):
            made = []
            for wide, narrow in zip(widths, widths[1:]):
                made.append(nn.Conv1d(wide, narrow, 1))
                made.append(nn.BatchNorm1d(widths[1]))
            return nn.Sequential(*made)

        y = layers([3, 8, 6])(torch.rand(2, 3, 5))
        assert y.shape == (2, 6, 5)
    """
    assert_file_mends(dedent(text), "the layer above it makes narrow", tmp_path / "net.py")


@pytest.mark.parametrize("turn", ["permute(0, 2, 3, 1)", "movedim(1, -1)", "permute(0, 2, 3, 1).contiguous()"])
def test_a_turn_that_comes_one_line_too_late_comes_before(tmp_path: Path, turn: str) -> None:
    text = f"""
        norm, x = nn.LayerNorm(6), torch.rand(2, 6, 4, 5)
        x = norm(x)
        x = x.{turn}
        assert x.shape == (2, 4, 5, 6)
    """
    assert_file_mends(dedent(text), "one line too late", tmp_path / "net.py")


@pytest.mark.parametrize("back", ["permute(0, 3, 1, 2)", "movedim(-1, 1)"])
def test_a_turn_back_without_one_there_has_the_norm_turn_them(tmp_path: Path, back: str) -> None:
    text = f"""
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.norm, self.mix = nn.LayerNorm(6), nn.Linear(6, 6)

            def forward(self, x):
                y = self.norm(x)
                y = self.mix(y)
                return x + y.{back}

        y = Block()(torch.rand(2, 6, 4, 5))
        assert y.shape == (2, 6, 4, 5)
    """
    assert_file_mends(dedent(text), "and line 14 moves that one back to axis 1", tmp_path / "net.py")


@pytest.mark.parametrize(
    "before",
    ["nn.Linear(5, 6)(x)", "nn.GRU(5, 6, batch_first=True)(x)[0]", "nn.Embedding(9, 6)(x[..., 0].long())"],
)
def test_a_norm_behind_features_on_the_last_axis_is_told_to_turn(tmp_path: Path, before: str) -> None:
    layer, rest = before.split(")(", 1)
    text = f"""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.bn = {layer}), nn.BatchNorm1d(6)

            def forward(self, x):
                h = self.first({rest}
                return torch.relu(self.bn(h))

        y = Net()(torch.rand(2, 4, 5))
        assert y.shape == (2, 4, 6)
    """
    assert_file_mends(dedent(text), "on the last axis", tmp_path / "net.py")


def test_what_dense_blocks_join_is_to_be_counted(tmp_path: Path) -> None:
    text = """
        class Block(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.conv = nn.Conv2d(width, 4, 1)

            def forward(self, x):
                return torch.cat([x, self.conv(x)], dim=1)

        blocks = []
        for i in range(3):
            blocks.append(Block(8 + 4 * i))
        net = nn.Sequential(*blocks, nn.{layer}, nn.ReLU())
        y = net(torch.rand(2, 8, 5, 5))
    """
    for layer in ("BatchNorm2d(8)", "Conv2d(8, 3, 1)"):
        (tmp_path / "net.py").write_text(IMPORTS + dedent(text).replace("{layer}", layer))
        found = diagnose(read(error_of(tmp_path / "net.py")))
        assert found
        assert "20 = 8 + 12: each Block joins" in found.hypotheses[0].says


def test_a_norm_over_maps_names_the_count_of_their_sides(tmp_path: Path) -> None:
    text = """
        pixels = 32
        side = pixels // 2
        net = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1), nn.LayerNorm([4, side, side]))
        y = net(torch.rand(2, 3, 40, 40))
    """
    (tmp_path / "net.py").write_text(IMPORTS + dedent(text))
    found = diagnose(read(error_of(tmp_path / "net.py")))
    assert found
    assert "at net.py:8: [4, side, side]" in found.hypotheses[0].advice


@pytest.mark.parametrize(
    ("made", "mends"),
    [
        ("[nn.Linear(5, width), nn.BatchNorm1d(width), nn.ReLU()]", True),
        ("[nn.Identity()]\n        parts += [nn.Linear(5, 6), nn.BatchNorm1d(width)]", True),
        ("[]\n        parts.extend([nn.Linear(5, width), nn.BatchNorm1d(width), nn.Unflatten(2, (2, 3))])", False),
    ],
)
def test_a_norm_in_a_row_of_linear_layers_gets_every_step_as_a_sample(made: str, mends: bool, tmp_path: Path) -> None:
    text = f"""
class Net(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        parts = {made}
        self.net = nn.Sequential(*parts)
    def forward(self, x):
        return self.net(x)
assert Net()(torch.rand(2, 4, 5)).shape == (2, 4, 6)
"""
    words = "makes the 6 features on the last axis, and the norm reads axis 1, which has 4"
    if mends:
        found = assert_file_mends(text, words, tmp_path / "net.py")
        assert "num_features=4 would tie it to the length" in found.hypotheses[0].advice
    else:
        (answer,) = diagnosed(text, tmp_path / "net.py").hypotheses
        assert (words in answer.says, answer.fixes) == (True, ())
