"""Frames of every printer, with the user's line and what of it is underlined."""

import pytest

from convcli.explain.evidence.frames import Frame, frames

TORCH = "/env/lib/python3.12/site-packages/torch/nn/modules/linear.py"


@pytest.mark.parametrize(
    ("lines", "frame"),
    [
        (
            ['  File "net.py", line 3, in forward', "    x = self.fc(x)"],
            Frame("net.py", 3, "forward", "x = self.fc(x)"),
        ),
        (
            [r'  File "C:\Users\Me One\net.py", line 3, in forward', "    x = self.fc(x)"],
            Frame(r"C:\Users\Me One\net.py", 3, "forward", "x = self.fc(x)"),
        ),
        (
            ["<ipython-input-3-ab> in forward(self, x)", "     12     x = x", "---> 13     x = self.fc(x)"],
            Frame("<ipython-input-3-ab>", 13, "forward", "x = self.fc(x)"),
        ),
        (
            ["Cell In[4], line 9, in Net.forward(self, x)", "----> 9     x = self.fc(x)"],
            Frame("Cell In[4]", 9, "Net.forward", "x = self.fc(x)"),
        ),
        (
            ["File ~/net.py:9, in Net.forward(self, x)", "----> 9 x = self.fc(x)"],
            Frame("~/net.py", 9, "Net.forward", "x = self.fc(x)"),
        ),
        ([">       x = self.fc(x)", "net.py:9: RuntimeError"], Frame("net.py", 9, "", "x = self.fc(x)")),
        (["---> 13     x = self.fc(x)"], Frame("", 13, "", "x = self.fc(x)")),
        (["net.py:9: in forward", "    x = self.fc(x)"], Frame("net.py", 9, "forward", "x = self.fc(x)")),
        (
            [" /home/me/net.py:9 in forward ", " ❱ 9         x = self.fc(x)   "],
            Frame("/home/me/net.py", 9, "forward", "x = self.fc(x)"),
        ),
    ],
)
def test_a_place_however_it_is_printed(lines: list[str], frame: Frame) -> None:
    assert frames(lines) == [frame]


def test_the_underlined_part_is_kept() -> None:
    lines = ['  File "net.py", line 3, in f', "    y = g(x) + h(x)", "               ^^^^"]
    assert frames(lines)[0].marked == "h(x)"


@pytest.mark.parametrize("file", [TORCH, TORCH.replace("/", "\\"), "<frozen runpy>", "/opt/lightning/trainer.py"])
def test_a_library_is_not_the_user(file: str) -> None:
    assert Frame(file, 1).of_library


@pytest.mark.parametrize("file", ["net.py", "/home/torch/net.py", "Cell In[4]", "/content/lib/net.py"])
def test_the_user_is_no_library(file: str) -> None:
    assert not Frame(file, 1).of_library


def test_torchs_own_line_without_its_file_is_not_the_users() -> None:
    (quoted,) = frames(["--> 992         return torch.addmm(bias, input, weight.t())"])
    assert quoted.of_library
