"""Views that leave a size open, which the others don't divide."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, error_of

CASES = [
    (
        "mask = attention_mask.view(batch, -1)\nRuntimeError: shape '[2, -1]' is invalid for input of size 3969",
        "view-size",
        "data",
        "3969 = 63 · 63: attention_mask is one square mask",
    ),
    (
        "qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, -1)\n"
        "RuntimeError: shape '[2, 50, 3, 5, -1]' is invalid for input of size 76800",
        "view-size",
        "model",
        "each of 2 · 50 · 3 places has 256 values, no multiple of 5 (self.num_heads)",
    ),
    (
        "ids = ids.view(rows, -1)\nRuntimeError: shape '[4, -1]' is invalid for input of size 30",
        "view-size",
        "call",
        "the batch isn't 4",
    ),
    (
        "x = x.reshape(-1, side, side, width)\n"
        "RuntimeError: shape '[-1, 13, 13, 384]' is invalid for input of size 67968",
        "view-size",
        "model",
        "177 tokens, which aren't 13·13 patches take 8 more off before (class tokens), or 19 fewer: 14·14 is the next",
    ),
    ("shape '[-1, 1, 32, 32]' is invalid for input of size 192", "view-size", "model", "too small"),
    ("shape '[-1, 32000]' is invalid for input of size 128376192", "view-size", "model", "32000 classes or words"),
    ("shape '[1, 1, -1, 508, 508]' is invalid for input of size 16451136", "view-size", "data", "508×508"),
    (
        "x = x.view(b, -1, d * 4)\nRuntimeError: shape '[8, -1, 4608]' is invalid for input of size 6718464",
        "view-size",
        "data",
        "839808",
    ),
    ("shape '[1, -1, 11]' is invalid for input of size 58140", "view-size", "model", "11 for each place"),
    ("shape '[-1, 10, 4096]' is invalid for input of size 237568", "view-size", "data", "58 rows"),
    (
        "x = x.view(-1, 16*5*5)\nRuntimeError: shape '[-1, 400]' is invalid for input of size 384",
        "view-size",
        "model",
        "384 elements in all = 16 channels · 24 cells, as of 6 samples of 2×2",
    ),
    (
        "x = x.view(128, -1)\nRuntimeError: shape '[128, -1]' is invalid for input of size 130",
        "view-size",
        "call",
        "isn't 128",
    ),
    (
        "g = g.view(-1, n_frames, g.size(1))\nRuntimeError: shape '[-1, 3, 128]' is invalid for input of size 8960",
        "view-size",
        "data",
        "70 rows don't divide by the 3 (n_frames) that go together: some sample has more or fewer",
    ),
    (
        "return out.view(self.batch * steps, -1)\nRuntimeError: shape '[96, -1]' is invalid for input of size 1056",
        "view-size",
        "call",
        "out.reshape(-1, out.size(-1))",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_the_rest_of_a_stream_is_cut_off(tmp_path: Path) -> None:
    text = """
def batchify(words, rows):
    return words.view(rows, -1).t()
assert batchify(torch.arange(103), 10).shape == (10, 10)
"""
    assert_file_mends(text, "3 are over", tmp_path / "net.py")


def test_a_fixed_batch_is_read_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
class Net(nn.Module):
    def __init__(self, batch_size):
        super().__init__()
        self.batch_size = batch_size
    def forward(self, x):
        return x.view(self.batch_size, -1, 5)
y = Net(8)(torch.rand(3, 4, 5))
""")
    found = diagnose(read(error_of(path)))
    assert found and "12 rows aren't as many for each of 8 samples" in found.hypotheses[0].says
