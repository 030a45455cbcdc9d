"""Statements whose new tensor nothing keeps."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(12, 2)
    def forward(self, x):
        {}
        return self.fc(x)
net = Net()
assert net(torch.rand(5, 3, 2, 2{})).shape == (5, 2)
"""


@pytest.mark.parametrize("statement", ["x.view(-1, 12)", "x.flatten(\n            1)"])
def test_a_view_that_is_not_kept(statement: str, tmp_path: Path) -> None:
    words = "(line 11) makes a new tensor that nothing keeps, and x stays as it is"
    assert_file_mends(NET.format(statement, ""), words, tmp_path / "net.py")


def test_a_cast_that_is_not_kept(tmp_path: Path) -> None:
    text = NET.format("x.float()", ", dtype=torch.float64").replace("x)\nnet", "x.flatten(1))\nnet")
    assert_file_mends(text, "x.float() (line 11) makes a new tensor that nothing keeps", tmp_path / "net.py")


USED = """
fc = nn.Linear(12, 2)
class Rows(nn.Module):
    def forward(self, x):
        return fc(x)
labels, net = torch.zeros(5), Rows()
{}
"""


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("x = torch.rand(5, 3, 2, 2)\ntorch.flatten(x, 1)\nnet(x)", "torch.flatten(x, 1)"),
        ("x = torch.rand(12, 5)\nx.t()\nnet(x)", "x.t()"),
        ("x = torch.rand(5, 12).double()\nx.float()\nnet(x)", "x.float()"),
        ("x = torch.rand(12, 5).double()\nx.t().float()\nnet(x)", "x.t().float()"),
        ("labels.long()\nF.cross_entropy(net(torch.rand(5, 12)), labels)", "labels.long()"),
    ],
)
def test_a_line_further_out_hands_it_over(code: str, call: str, tmp_path: Path) -> None:
    assert_file_mends(USED.format(code), f"{call} (line ", tmp_path / "net.py")


def test_modules_are_cast_in_place(tmp_path: Path) -> None:
    code = "def main(net, x):\n    net.double()\n    run(net, x)\ndef run(net, x):\n    net(x)\n"
    found = diagnosed(USED.format(f"{code}main(nn.Linear(12, 2), torch.rand(5, 12))"), tmp_path / "net.py")
    assert "nothing keeps" not in found.hypotheses[0].says


@pytest.mark.parametrize("statement", ["x.view(-1, 12)\n        x = F.relu(x)", "x.float()", "y = x.view(-1, 12)"])
def test_what_is_not_behind_the_error(statement: str, tmp_path: Path) -> None:
    found = diagnosed(NET.format(statement, ""), tmp_path / "net.py")
    assert all("nothing keeps" not in each.says for each in found.hypotheses)
