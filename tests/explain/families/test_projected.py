"""Keys and values that attention projects with a weight for another width."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed

CROSS = """
class Cross(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, 4{}, batch_first=True)
    def forward(self, q, memory):
        return q + self.attn(self.norm(q), {}, memory)[0]
block = Cross(16)
"""
CALL = "assert block(torch.rand(2, 5, 16), torch.rand(2, 7, 24)).shape == (2, 5, 16)\n"


@pytest.mark.parametrize("key", ["memory", "memory * 2"])
def test_a_memory_that_is_wider_than_the_queries(key: str, tmp_path: Path) -> None:
    words = f"{key} has 24 features, and self.attn takes keys and values as wide as its queries, 16"
    found = assert_file_mends(CROSS.format("", key) + CALL, words, tmp_path / "net.py")
    assert [name for name, _ in found.rule.operands()] == [key, "self.attn"]


@pytest.mark.parametrize("set_to", [", kdim=24", ", kdim=24, vdim=16", ", vdim=24"])
def test_a_width_that_is_set_for_keys_or_values_alone(set_to: str, tmp_path: Path) -> None:
    words = "s have 24 features, and the layer is made for 16: "
    assert_file_mends(CROSS.format(set_to, "memory") + CALL, words, tmp_path / "net.py")


def test_no_fix_where_a_block_attends_to_its_queries_elsewhere(tmp_path: Path) -> None:
    text = CROSS.format("", "memory") + "alone = Cross(16)\nalone(*[torch.rand(2, 5, 16)] * 2)\n" + CALL
    (answer,) = diagnosed(text, tmp_path / "net.py").hypotheses
    assert (answer.fixes, "nn.Linear(24, 16) for memory" in answer.advice) == ((), True)


def test_a_decoder_whose_memory_is_projected_before(tmp_path: Path) -> None:
    text = "decoder = nn.TransformerDecoderLayer(16, 4)\n"
    text += "y = decoder(torch.rand(5, 2, 16), torch.rand(7, 2, 24))\n"
    (answer,) = diagnosed(text, tmp_path / "net.py").hypotheses
    assert answer.says.startswith("torch.rand(7, 2, 24) has 24 features, and decoder takes keys and values as wide")
    assert (answer.fixes, answer.advice) == ((), "nn.Linear(24, 16) for torch.rand(7, 2, 24) before it")


def test_two_attentions_of_which_it_may_be_each(tmp_path: Path) -> None:
    made = "layers = [nn.MultiheadAttention(16, 4), nn.MultiheadAttention(16, 4)]\n"
    text = made + "for layer in layers:\n    layer(torch.rand(5, 2, 16), *[torch.rand(7, 2, 24)] * 2)\n"
    (answer,) = diagnosed(text, tmp_path / "net.py").hypotheses
    assert (answer.fixes, "kdim=24, vdim=24 where the layer is made" in answer.advice) == ((), True)
