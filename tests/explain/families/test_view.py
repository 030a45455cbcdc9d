"""Why the elements don't fit the view."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, at, error_of

CASES = [
    (
        at(
            "x = x.reshape(b, x.shape[1] // size, size, x.shape[2], d)",
            "RuntimeError: shape '[6, 4, 64, 8, 5]' is invalid for input of size 62160",
        ),
        "view-size",
        "data",
        "x.shape[1] is 259 and size 64: 259 = 4 · 64 + 3",
    ),
    (
        "q = x.view(b, n, num_heads, head_dim)\nRuntimeError: shape '[3, 7, 6, 15]' is invalid for input of size 1995",
        "view-size",
        "model",
        "95 features don't divide by 6 heads",
    ),
    ("shape '[16, 34, 34, 512]' is invalid for input of size 8921088", "view-size", "data", "33×33"),
    ("shape '[512, 512]' is invalid for input of size 8388608", "view-size", "call", "a batch of 32"),
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
        '  File "/env/lib/python3.10/site-packages/xformers/ops/flash.py", line 177, in convert\n    key = '
        "key.reshape([n, h, d])\nRuntimeError: shape '[462, 8, 40]' is invalid for input of size 73920",
        "view-size",
        "call",
        "one side alone",
    ),
    ("shape '[1, 3, 85, 80, 80]' is invalid for input of size 819200", "view-size", "model", "128 channels"),
    ("shape '[4, 3, 10, 16, 16]' is invalid for input of size 261120", "view-size", "model", "filters=30"),
    ("shape '[1, 3, 85, 12, 12]' is invalid for input of size 39780", "view-size", "data", "12×13"),
    ("shape '[64, 10]' is invalid for input of size 160", "view-size", "call", "last batch"),
    ("shape '[16, 3, 7, 13, 13]' is invalid for input of size 689520", "view-size", "model", "255 channels"),
    (
        "size '[2 x 5 x 5 x 128]' is invalid for input of with 12800 elements at /torch/lib/TH/THStorage.c:41",
        "view-size",
        "model",
        "axis 3 were 256, not 128, or axis 0 were 4, not 2",
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
        "shape '[2, 32, 32, 320]' is invalid for input of size 1966080",
        "view-size",
        "model",
        "3 times as much",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


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
