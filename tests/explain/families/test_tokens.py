"""Masks and positions that don't meet their tokens."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, error_of, explained, first

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"
FILES = [
    (
        "scores, mask = torch.rand(3, 2, 7, 7), torch.ones(3, 7)\nscores = scores.masked_fill(mask == 0, -1e9)",
        "the mask is [batch, keys]",
    ),
    (
        "scores, mask = torch.rand(3, 2, 7, 7), torch.ones(3, 7, 7)\nscores = scores.masked_fill(mask == 0, -1e9)",
        "mask.unsqueeze(1)",
    ),
    (
        "class Patches(nn.Module):\n"
        "    def __init__(self, count):\n"
        "        super().__init__()\n"
        "        self.first = nn.Parameter(torch.zeros(1, 1, 6))\n"
        "        self.places = nn.Parameter(0.1 * torch.randn(1, count, 6))\n"
        "        self.pos = nn.Parameter(torch.randn(1, count, 6) * 0.1)\n"
        "    def forward(self, x):\n"
        "        x = torch.cat([self.first.expand(x.size(0), -1, -1), x], dim=1)\n"
        "        return x + self.pos\n"
        "assert Patches(5)(torch.rand(2, 5, 6)).shape == (2, 6, 6)",
        "positions for 6, one more than patches",
    ),
    (
        "class Places(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.pe = nn.Parameter(torch.zeros(1, 30, 6))\n"
        "    def forward(self, x):\n"
        "        return x + self.pe\n"
        "assert Places()(torch.rand(2, 11, 6)).shape == (2, 11, 6)",
        "self.pe has positions for 30, and 11 arrive",
    ),
    (
        "class Attention(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.register_buffer('mask', torch.ones(1, 1, 9, 9).tril())\n"
        "    def forward(self, scores):\n"
        "        return scores.masked_fill(self.mask == 0, -1e9)\n"
        "assert Attention()(torch.rand(2, 3, 4, 4)).shape == (2, 3, 4, 4)",
        "self.mask is made once, for the longest",
    ),
    (
        "class Head(nn.Module):\n"
        "    def __init__(self, longest=9):\n"
        "        super().__init__()\n"
        "        self.register_buffer('tril', torch.tril(torch.ones(longest, longest)))\n"
        "    def forward(self, att):\n"
        "        return att.masked_fill(self.tril == 0, float('-inf'))\n"
        "assert Head()(torch.rand(2, 4, 4)).shape == (2, 4, 4)",
        "9 and 4 positions on axis 2: self.tril is made once",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_says_of_masks_and_positions(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")


def test_a_batch_that_is_folded_into_the_steps_is_told_by_printed_shapes() -> None:
    text = at("s = s.masked_fill(mask == 0, -1e9)", MESSAGE.format(12, 36, 3))
    assert "folded" not in first(text)[1].says
    printed = f"{text}\ntorch.Size([3, 1, 1, 12])\ntorch.Size([1, 4, 36, 36])"
    assert_first(printed, "addition-size", "call", "36 = 3 · 12: the batch was folded into the steps of the scores")


def test_positions_cut_to_the_length_can_only_differ_in_features() -> None:
    for line in ("y = x + self.pe[:, : x.size(1)]", "y = x + self.pe[: x.size(0), :]", "y = x + self.pos_emb(places)"):
        assert_first(at(line, MESSAGE.format(3, 8, 2)), "addition-size", "model", "nn.Linear(3, 8)")
    assert len(explained(at("y = x + self.pe[:, : x.size(1)]", MESSAGE.format(3, 8, 2))).hypotheses) == 1


def test_a_class_token_is_counted_where_positions_are_a_square_of_patches() -> None:
    assert_first(at("x = x + self.pos", MESSAGE.format(50, 49, 1)), "addition-size", "model", "a class token")
    assert_first(at("x = x + self.pos", MESSAGE.format(52, 49, 1)), "addition-size", "data", "another picture size")


def test_a_cut_isnt_warned_of_where_it_is_right() -> None:
    text = at("x = x + self.pe", MESSAGE.format(11, 30, 1))
    assert explained(text).rule.warning() == ""
    assert explained(text.replace("self.pe", "skip")).rule.warning() != ""


def test_a_mask_of_other_things_than_scores_gets_no_axis() -> None:
    answer = first(at("x = x.masked_fill(~mask, 0)", MESSAGE.format(5, 6, 1)))[1]
    assert ("unsqueeze" in answer.advice, answer.fixes) == (False, ())


def test_a_mask_for_a_fixed_batch_is_told_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
class Contrast(nn.Module):
    def __init__(self, batch_size):
        super().__init__()
        self.register_buffer("own_mask", torch.eye(2 * batch_size) > 0)
    def forward(self, z):
        sim = z @ z.T
        return sim.masked_fill(self.own_mask, -9e15)
y = Contrast(8)(torch.rand(10, 4))
""")
    found = diagnose(read(error_of(path)))
    assert found and "self.own_mask is made for a fixed batch" in found.hypotheses[0].says


@pytest.mark.parametrize(
    "line", ["x = x + self.pe[:, : x.size(1)]", "return self.drop(x + self.pos[:, :x.shape[1], :])"]
)
def test_a_text_longer_than_the_table_of_positions(line: str) -> None:
    text = at(line, MESSAGE.format(180, 96, 1))
    assert_first(text, "addition-size", "model", "the table of positions has 96 rows")


def test_keys_of_fewer_heads_are_said_to_be_grouped(tmp_path: Path) -> None:
    text = "q, k = torch.rand(1, 8, 5, 4), torch.rand(1, 2, 5, 4)\nF.scaled_dot_product_attention(q, k, k)\n"
    assert_file_mends(text, "queries have 8 heads, keys and values 2", tmp_path / "net.py")
