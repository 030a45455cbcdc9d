"""What a file says of a convolution's input channels, with a fix that mends it."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of

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
    "a and b are joined, 12 channels": """
class Pair(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(cin, cout, 3), nn.ReLU(), nn.Conv2d(cout, cout, 3))
    def forward(self, maps):
        return self.convs(maps)
class Level(nn.Module):
    def __init__(self, wide, narrow):
        super().__init__()
        self.up = nn.Conv2d(wide, narrow, 1)
        self.pair = Pair(narrow, narrow)
    def forward(self, a, b):
        a = self.up(a)
        return self.pair(torch.cat([a, b], 1))
widths = [4, 6, 8]
levels = [Level(wide, narrow) for narrow, wide in zip(widths[:-1], widths[1:])]
y = levels[1](torch.rand(1, 8, 9, 9), torch.rand(1, 6, 9, 9))
y = levels[0](torch.rand(1, 6, 9, 9), torch.rand(1, 4, 9, 9))
""",
    "Conv2d at net.py:7 makes 12 channels": """
net = nn.Sequential(
    nn.Conv2d(3, 12, 3),
    nn.ReLU(),
    nn.Conv2d(16, 4, 3),
)
y = net(torch.rand(1, 3, 16, 16))
""",
    "PixelShuffle(2) makes 6 channels of the 24": """
class Larger(nn.Sequential):
    def __init__(self, wide, times):
        super().__init__(nn.Conv2d(wide, wide * times, 3), nn.PixelShuffle(times))
times = 2
up, last = Larger(12, times), nn.Conv2d(12, 3, 3)
x = up(torch.rand(1, 12, 8, 8))
y = last(x)
""",
    "PixelShuffle(3) makes 2 channels of the 18": """
net = nn.Sequential(nn.Conv2d(3, 18, 3), nn.PixelShuffle(3), nn.Conv2d(8, 3, 3))
y = net(torch.rand(1, 3, 8, 8))
""",
    "16 = 2 · 8: chunk(2) at line 8 parts axis 0, the batch": """
wide, last = nn.Conv2d(8, 16, 1), nn.Conv2d(8, 8, 1)
x = torch.rand(4, 8, 5, 5)
x, gate = wide(x).chunk(2)
assert last(x * gate).shape == (4, 8, 5, 5)
""",
    "PixelShuffle(2) makes 4 channels of the 16": """
wide, times, last = nn.Conv2d(3, 16, 1), nn.PixelShuffle(2), nn.Conv2d(8, 3, 1)
x = times(wide(torch.rand(1, 3, 4, 4)))
assert last(x).shape == (1, 3, 8, 8)
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


UNMENDED = {
    "the parts in found are joined, 20 channels in all, and project was made for 16: 20 = 5 · 4, 16 = 4 · 4": """
def block(cin, cout):
    return nn.Sequential(nn.Conv2d(cin, cout, 1), nn.ReLU())
branches, rates = nn.ModuleList([block(3, 4) for _ in range(4)]), [1, 2, 3]
project = block(4 * (len(rates) + 1), 4)
x = torch.rand(1, 3, 8, 8)
found = [branch(x) for branch in branches]
found.append(block(3, 4)(x))
y = project(torch.cat(found, 1))
""",
    "one filter, which is to go over each channel": """
blur = torch.ones(1, 1, 3, 3) / 9
y = F.conv2d(torch.rand(1, 3, 8, 8), blur)
""",
    "240 = 6 · 40, 200 = 5 · 40, so it was cut from a map": """
patches = torch.rand(240, 8, 4, 4)
y = F.conv_transpose2d(torch.rand(1, 200, 8, 8), patches, stride=2)
""",
    "width = wide (line 16) stands outside of the loop of line 14": """
class Part(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, padding=1)
    def forward(self, x):
        return self.conv(x)
parts, width = [], 6
for wide, times in ((6, 1), (10, 2)):
    for _ in range(times):
        parts.append(Part(width, wide))
    width = wide
y = nn.Sequential(*parts)(torch.rand(1, 6, 8, 8))
""",
    "one is turned round, maps = maps[::-1]": """
convs = [nn.Conv2d(n, 4, 1) for n in (8, 16)]
maps = [torch.rand(1, 8, 8, 8), torch.rand(1, 16, 4, 4)]
maps = maps[::-1]
for conv, given in zip(convs, maps):
    y = conv(given)
""",
}


@pytest.mark.parametrize("words", UNMENDED)
def test_what_the_file_says_where_no_line_alone_mends_it(words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + UNMENDED[words])
    found = diagnose(read(error_of(path)))
    assert found and words in found.hypotheses[0].says
    assert not found.hypotheses[0].fixes


BLOCKS = """
class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 1)
    def forward(self, x):
        return self.conv(x)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block(3, 8)
        self.ups = nn.ModuleList()
        for n in (8, 4):
            self.ups.append(Block(n * 2, n))
    def forward(self, x):
        x = skip = self.first(x)
        for up in self.ups:
            x = up(torch.cat([skip, x, x], 1))
        return x
y = Net()(torch.rand(1, 3, 8, 8))
"""


def test_a_class_that_makes_other_layers_too_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + BLOCKS)
    found = diagnose(read(error_of(path)))
    assert found
    assert "cin=24 in Block(n * 2, n) at net.py:18, in a loop: in the place of n * 2" in found.hypotheses[0].advice
    assert not found.hypotheses[0].fixes
    path.write_text(IMPORTS + BLOCKS.replace("ModuleList()", "ModuleList([Block(24, 8)])"))
    found = diagnose(read(error_of(path)))
    assert found
    assert "cin=24 where this one is made" in found.hypotheses[0].advice
    assert not found.hypotheses[0].fixes
