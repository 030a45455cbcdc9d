"""Attention: features, heads, masks."""

import pytest

from tests.explain import assert_first

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
