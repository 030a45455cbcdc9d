"""Why the elements don't fit the view."""

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
        "q = x.view(b, n, num_heads, head_dim)\nRuntimeError: shape '[3, 7, 6, 15]' is invalid for input of size 1995",
        "view-size",
        "model",
        "95 features don't divide by 6 heads",
    ),
    (
        "x = x.reshape(-1, side, side, width)\n"
        "RuntimeError: shape '[-1, 13, 13, 384]' is invalid for input of size 67968",
        "view-size",
        "model",
        "177 tokens",
    ),
    ("shape '[16, 34, 34, 512]' is invalid for input of size 8921088", "view-size", "data", "33×33"),
    ("shape '[512, 512]' is invalid for input of size 8388608", "view-size", "call", "a batch of 32"),
    ("shape '[-1, 1, 32, 32]' is invalid for input of size 192", "view-size", "model", "too small"),
    ("shape '[-1, 32000]' is invalid for input of size 128376192", "view-size", "model", "32000 classes or words"),
    ("shape '[1, 1, -1, 508, 508]' is invalid for input of size 16451136", "view-size", "data", "508×508"),
    ("shape '[8, 1, 112, 74]' is invalid for input of size 67800", "view-size", "data", "113×75"),
    ("shape '[1, 50, 40, 640]' is invalid for input of size 3559040", "view-size", "data", "5561 positions"),
    (
        "q = x.view(bsz, q_len, self.num_heads, self.head_dim)\nRuntimeError: shape '[16, 2048, 32, 128]' is "
        "invalid for input of size 33554432",
        "view-size",
        "model",
        "8 heads",
    ),
    (
        "x = x.view(b, -1, d * 4)\nRuntimeError: shape '[8, -1, 4608]' is invalid for input of size 6718464",
        "view-size",
        "data",
        "839808",
    ),
    (
        '  File "/env/lib/python3.10/site-packages/xformers/ops/flash.py", line 177, in convert\n    key = '
        "key.reshape([n, h, d])\nRuntimeError: shape '[462, 8, 40]' is invalid for input of size 73920",
        "view-size",
        "call",
        "one side alone",
    ),
    ("shape '[1, 3, 85, 80, 80]' is invalid for input of size 819200", "view-size", "model", "128 channels"),
    ("shape '[4, 3, 10, 16, 16]' is invalid for input of size 261120", "view-size", "model", "filters=30"),
    ("shape '[1, 3, 85, 12, 12]' is invalid for input of size 39780", "view-size", "data", "12×13"),
    ("shape '[1, -1, 11]' is invalid for input of size 58140", "view-size", "model", "11 for each place"),
    ("shape '[64, 10]' is invalid for input of size 160", "view-size", "call", "last batch"),
    ("shape '[16, 3, 7, 13, 13]' is invalid for input of size 689520", "view-size", "model", "255 channels"),
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
        "size '[2 x 5 x 5 x 128]' is invalid for input of with 12800 elements at /torch/lib/TH/THStorage.c:41",
        "view-size",
        "model",
        "axis 3 were 256, not 128, or axis 0 were 4, not 2",
    ),
    (
        "tmp[:, :n] = img[:, a:b]\nRuntimeError: The expanded size of the tensor (48) must match the existing "
        "size (36) at non-singleton dimension 1.  Target sizes: [1, 48, 256, 256].  Tensor sizes: [36, 256, 256]",
        "expand-size",
        "call",
        "differ on axis 1",
    ),
    (
        "split_with_sizes expects split_sizes to sum exactly to 1 (input tensor's size at dimension 0), but "
        "got split_sizes=[748]",
        "split-size",
        "call",
        "axis of 1",
    ),
    (
        "split_with_sizes expects split_sizes to sum exactly to 128 (input tensor's size at dimension 1), "
        "but got split_sizes=[42, 42, 42]",
        "split-size",
        "call",
        "3 equal parts",
    ),
    ("start (4) + length (4) exceeds dimension size (4).", "split-size", "call", "8 = 2 · 4"),
    (
        "split_with_sizes expects split_sizes to sum exactly to 10 (input tensor's size at dimension 0), but got "
        "split_sizes=[3, 3]",
        "split-size",
        "call",
        "counted",
    ),
    (
        "shape '[2, 7, 8, 7, 8, 96]' is invalid for input of size 691200",
        "view-size",
        "data",
        "60 isn't a multiple of the window or patch of 8",
    ),
    (
        "k = k.view(n, self.rows, self.cols, self.cols, self.width)\n"
        "RuntimeError: shape '[3, 7, 9, 9, 64]' is invalid for input of size 217728",
        "view-size",
        "model",
        "axis 4 (self.width) were 128, not 64, or axis 0 (n) were 6, not 3",
    ),
    (
        "h = h.reshape(batch_size, agents, hidden)\nRuntimeError: shape '[4, 7, 96]' is invalid for input of size 8064",
        "view-size",
        "model",
        "if axis 0 (batch_size) were 12, not 4",
    ),
    (
        "k = k.view(B, H, W, C)\nRuntimeError: shape '[2, 26, 26, 128]' is invalid for input of size 160000",
        "view-size",
        "data",
        "multiple of all that halves it",
    ),
    (
        "g = g.view(-1, n_frames, g.size(1))\nRuntimeError: shape '[-1, 3, 128]' is invalid for input of size 8960",
        "view-size",
        "data",
        "70 rows don't divide by the 3 (n_frames) that go together: some sample has more or fewer",
    ),
    (
        "x = x.view(x.size(0), 20 * 4 * 4)\nRuntimeError: shape '[8, 320]' is invalid for input of size 10240",
        "view-size",
        "model",
        "a sample has 1280 features: 20 maps of 8×8, not 4×4, or 80 channels of 4×4, not 20",
    ),
    (
        "x = torch.reshape(x, (x.shape[0], 8 * 8 * 3))\n"
        "RuntimeError: shape '[5, 192]' is invalid for input of size 2880",
        "view-size",
        "model",
        "9 channels of 8×8, not 3",
    ),
    (
        "p = imgs.reshape(n, c, rows, size, cols, size)\n"
        "RuntimeError: shape '[2, 3, 4, 7, 4, 7]' is invalid for input of size 5400",
        "view-size",
        "data",
        "the maps are 30×30, and 30 isn't a multiple of the window or patch of 7",
    ),
    (
        "v = v.view(n, t, self.heads, width // self.heads)\n"
        "RuntimeError: shape '[4, 9, 5, 9]' is invalid for input of size 1728",
        "view-size",
        "model",
        "48 features don't divide by 5 heads: 48 // 5 = 9",
    ),
    (
        "return out.view(self.batch * steps, -1)\nRuntimeError: shape '[96, -1]' is invalid for input of size 1056",
        "view-size",
        "call",
        "out.reshape(-1, out.size(-1))",
    ),
    (
        "shape '[2, 32, 32, 320]' is invalid for input of size 1966080",
        "view-size",
        "model",
        "3 times as much",
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


FILES = {
    "net.classes = 2 (line 13) sets a size": """
class Head(nn.Module):
    def __init__(self, classes=7):
        super().__init__()
        self.classes, self.conv = classes, nn.Conv2d(3, 3 * (classes + 5), 1)
    def forward(self, x):
        return self.conv(x).view(x.size(0), 3, self.classes + 5, 8, 8)
net = Head()
net.classes = 2
y = net(torch.rand(2, 3, 8, 8))
""",
    "12 rows aren't as many for each of 8 samples": """
class Net(nn.Module):
    def __init__(self, batch_size):
        super().__init__()
        self.batch_size = batch_size
    def forward(self, x):
        return x.view(self.batch_size, -1, 5)
y = Net(8)(torch.rand(3, 4, 5))
""",
    "Linear at net.py:6 makes 9, 3 + 6 + 6 = 15 are parted": """
fc = nn.Linear(4, 9)
p = fc(torch.rand(2, 4))
parts = p.split([3, 6, 6], dim=-1)
""",
    "Conv2d at net.py:6 makes 6, 4 + 4 = 8 are parted": """
conv = nn.Conv2d(3, 6, 1)
parts = torch.split(conv(torch.rand(2, 3, 5, 5)), [4, 4], dim=1)
""",
}


@pytest.mark.parametrize("words", FILES)
def test_the_file_is_read(words: str, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(IMPORTS + FILES[words])
    found = diagnose(read(error_of(tmp_path / "net.py")))
    assert found
    assert words in found.hypotheses[0].says
