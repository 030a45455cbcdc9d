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


@pytest.mark.parametrize("statement", ["x.view(-1, 12)\n        x = F.relu(x)", "x.float()", "y = x.view(-1, 12)"])
def test_what_is_not_behind_the_error(statement: str, tmp_path: Path) -> None:
    found = diagnosed(NET.format(statement, ""), tmp_path / "net.py")
    assert all("nothing keeps" not in each.says for each in found.hypotheses)
