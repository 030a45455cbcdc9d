"""Attention: features, heads, masks."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, error_of, first

CASES = [
    ("attn_mask's size should be (8, 8)", "attention-mask", "call", "the mask isn't [8, 8], [queries, keys]"),
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


SHIFTED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.tf = nn.Embedding(9, 8), nn.Transformer(8, 2, 1, 1, 16, batch_first=True)

    def forward(self, src, tgt, tgt_mask):
        return self.tf(self.words(src), self.words(tgt), tgt_mask=tgt_mask)

def step(net, src, tgt):
    {0}
    return net(src, tgt_in, tgt_mask)

src = torch.randint(9, (2, 7))
out = step(Net(), src, torch.randint(9, (2, 6)))
"""
SHIFT, MASK = (
    "tgt_in, tgt_out = tgt[:, :-1], tgt[:, 1:]",
    "tgt_mask = nn.Transformer.generate_square_subsequent_mask({})",
)


@pytest.mark.parametrize(
    "lines",
    [
        [MASK.format("tgt.size(1)"), SHIFT],
        [SHIFT, MASK.format("tgt.size(1)")],
        [MASK.format("\n        tgt.size(1)\n    "), "length = 3", SHIFT],
    ],
)
def test_a_mask_is_made_of_the_sequence_that_goes_in(tmp_path: Path, lines: list[str]) -> None:
    text = SHIFTED.replace("{0}", "\n    ".join(lines))
    found = assert_file_mends(text, "before they are shifted by one", tmp_path / "net.py")
    assert "tgt_in.size(1)" in found.hypotheses[0].fixes[0].code


def test_a_mask_that_is_one_too_large_where_nothing_is_shifted(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    text = SHIFTED.replace("{0}", f"tgt_in = tgt[:, 1:]\n    {MASK.format('tgt.size(1)')}")
    path.write_text(IMPORTS + text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "[6, 6] came where [5, 5] fits" in found.hypotheses[0].says


def test_steps_that_were_flattened_are_told_from_the_code() -> None:
    code = """
class Features(nn.Module):
    def __init__(self, wide):
        super(Features, self).__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(wide, 2), 6)
        self.flatten = nn.Flatten()

    def forward(self, seen):
        x = self.flatten(seen)
        return self.encoder(x.unsqueeze(0))
"""
    message = "AssertionError: was expecting embedding dimension of 22, but got 1320"
    assert_first(f"{message}\n{code}", "attention-size", "data", "1320 = 60 · 22: 60 steps of 22 features")
    assert_first(
        f"{message}\n{code.replace('self.flatten(seen)', 'seen')}", "attention-size", "model", "embed_dim=1320"
    )
