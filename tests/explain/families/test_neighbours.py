"""A norm that a class makes for other channels than its neighbours are made for there."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends

NET = """
class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        {made}
    def forward(self, x):
        {run}

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        widths, blocks = [4, 8, 6], []
        for a, b in zip(widths, widths[1:]):
            blocks.append(Block(a, b))
        self.first, self.blocks = nn.Conv2d(3, 4, 1), nn.ModuleList(blocks)
    def forward(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return x

y = Net()(torch.rand(2, 3, 5, 5))
assert y.shape == (2, 6, 5, 5)
"""
PARTS = ["self.bn = nn.BatchNorm2d(cout)", "self.conv = nn.Conv2d(cin, cout, 1)"]
LINES = {
    "its own line": (PARTS, ["h = torch.relu(self.bn(x))", "return self.conv(h)"]),
    "the same line": (PARTS, ["return self.conv(torch.relu(self.bn(x)))"]),
    "one container": (
        ["self.body = nn.Sequential(", "    nn.BatchNorm2d(cout),", "    nn.ReLU(), nn.Conv2d(cin, cout, 1))"],
        ["return self.body(x)"],
    ),
}


@pytest.mark.parametrize("place", LINES)
def test_a_norm_before_a_convolution_is_made_for_what_that_takes(place: str, tmp_path: Path) -> None:
    made, run = LINES[place]
    text = NET.format(made="\n        ".join(made), run="\n        ".join(run))
    found = assert_file_mends(text, "behind the norm, takes cin", tmp_path / "net.py")
    assert "Conv2d at net.py:2" not in found.hypotheses[0].says  # the network's first, only before the first block


def test_a_norm_behind_a_convolution_is_made_for_what_that_makes(tmp_path: Path) -> None:
    made = "self.conv = nn.Conv2d(cin, cout, 1)\n        self.bn = nn.BatchNorm2d(cin)"
    text = NET.format(made=made, run="h = self.conv(x)\n        return torch.relu(self.bn(h))")
    assert_file_mends(text, "makes cout", tmp_path / "net.py")
