"""What a file says of a convolution's input channels, with a fix that mends it."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends

CASES = {
    "up and skip are joined, 12 channels": """
class Two(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(cin, cout, 3), nn.ReLU(), nn.Conv2d(cout, cout, 3))
    def forward(self, x):
        return self.net(x)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.two = Two(3, 6), Two(6, 6)
    def forward(self, up, skip):
        return self.two(torch.cat([up, skip], dim=1))
y = Net()(torch.rand(1, 6, 9, 9), torch.rand(1, 6, 9, 9))
""",
    "Conv2d at net.py:7 makes 12 channels": """
net = nn.Sequential(
    nn.Conv2d(3, 12, 3),
    nn.ReLU(),
    nn.Conv2d(16, 4, 3),
)
y = net(torch.rand(1, 3, 16, 16))
""",
    "the norm behind it was made for 8": """
wide = 4
net = nn.Sequential(nn.Conv2d(3, wide * 2, 3), nn.BatchNorm2d(wide * 2), nn.Conv2d(wide * 2, wide, 3))
net.append(nn.Sequential(
    nn.Conv2d(wide, wide * 4, 3),
    nn.BatchNorm2d(wide * 2),
))
y = net(torch.rand(1, 3, 16, 16))
""",
}


@pytest.mark.parametrize("words", CASES)
def test_the_file_is_read_and_mended(words: str, tmp_path: Path) -> None:
    assert assert_file_mends(CASES[words], words, tmp_path / "net.py").hypotheses[0].fixes
