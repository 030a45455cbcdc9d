"""Attention: features, heads, masks."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_file_mends, assert_first, at, error_of, first

CASES = [
    (
        "expecting key_padding_mask shape of (8, 30), but got torch.Size([30, 8])",
        "attention-mask",
        "call",
        "mask.T",
    ),
    (
        "expecting key_padding_mask shape of (32, 302), but got torch.Size([32, 294])",
        "attention-mask",
        "call",
        "padded",
    ),
    (
        "the batch number of src and tgt must be equal",
        "attention-size",
        "model",
        "batch_first=True",
    ),
    (
        "The shape of the 2D attn_mask is torch.Size([77, 77]), but should be (128, 128).",
        "attention-mask",
        "call",
        "batch_first",
    ),
    (
        "Attention mask should be of size (1, 1, 30, 30), but is torch.Size([1, 30, 30])",
        "attention-mask",
        "call",
        "unsqueeze(1)",
    ),
    (
        "Attention mask should be of size (1, 1, 1, 25), but is torch.Size([1, 1, 25, 25])",
        "attention-mask",
        "call",
        "-1:",
    ),
    (
        "Attention mask should be of size (1, 1, 1, 30), but is torch.Size([1, 1, 1, 29])",
        "attention-mask",
        "call",
        "cache",
    ),
    ("was expecting embedding dimension of 512, but got 256", "attention-size", "model", "256 features"),
    ("embed_dim must be divisible by num_heads", "attention-size", "model", "num_heads"),
    (
        "The shape of the 2D attn_mask is torch.Size([10, 10]), but should be (32, 32).",
        "attention-mask",
        "call",
        "[32, 32]",
    ),
    (
        "The shape of the 2D attn_mask is torch.Size([77, 77]), but should be (10, 10).",
        "attention-mask",
        "call",
        "batch_first",
    ),
    (
        "The shape of the 3D attn_mask is torch.Size([3, 5, 5]), but should be (12, 5, 5).",
        "attention-mask",
        "call",
        "batch · heads",
    ),
    ("Expected key_padded_mask.shape[1] to be 51, but got 50", "attention-mask", "call", "class token"),
    ("Expected key_padded_mask.shape[1] to be 40, but got 64", "attention-mask", "call", "number"),
    ("Expected key_padded_mask.shape[0] to be 3, but got 5", "attention-mask", "call", "turned"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


DIVISIBLE = "AssertionError: embed_dim must be divisible by num_heads"
CROSSED = """
class Cross(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(8, 2, batch_first=True)
    def forward(self, x, memory, hidden):
        return self.attend(x, memory, memory, key_padding_mask=hidden)[0]
words, rows = torch.rand(2, 9, 8), torch.rand(2, 6, 8)
word_mask, row_mask = torch.zeros(2, 9).bool(), torch.zeros(2, 6).bool()
Cross()(words, rows, word_mask)
"""


def test_a_mask_of_the_queries_is_no_mask_of_the_keys(tmp_path: Path) -> None:
    assert_file_mends(CROSSED, "the keys are memory, not x, and the mask must be that of memory", tmp_path / "net.py")


def test_heads_that_dont_divide_the_features_are_told_with_those_that_do(tmp_path: Path) -> None:
    for number, line in enumerate(("nn.MultiheadAttention(12, 5)", "nn.TransformerEncoderLayer(d_model=12, nhead=5)")):
        path = tmp_path / f"net{number}.py"
        path.write_text(f"from torch import nn\nlayer = {line}\n")
        found = diagnose(read(error_of(path)))
        assert found is not None
        assert found.hypotheses[0].says == "12 features can't be shared out to 5 heads"
        assert "num_heads of 1, 2, 3, 4, 6, 12; or 10 or 15 features" in found.hypotheses[0].advice
    named = "embed_dim must be divisible by num_heads (got `embed_dim`: 768 and `num_heads`: 10)."
    assert "768 features" in first(named)[1].says


def test_a_long_call_without_names_may_be_shifted() -> None:
    outer = '  File "net.py", line 4, in build\n    net = make_net(width, drop, heads, inner, depth)\n'
    text = at("self.attend = nn.MultiheadAttention(width, heads)", DIVISIBLE, "torch/nn/modules/activation.py")
    head, _, rest = text.partition("\n")
    assert_first(f"{head}\n{outer}{rest}", "attention-size", "call", "make_net(…) hands over many arguments")
    assert_first(text, "attention-size", "model", "num_heads that divides embed_dim")
