"""What a file says of a linear layer's input counts more than its numbers, and each fix mends the file."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of

CASES = {
    "the maps aren't flattened": """
net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Linear(8 * 4 * 4, 5))
y = net(torch.rand(4, 3, 6, 6))
""",
    "the batch was flattened": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(8 * 4 * 4, 5)
    def forward(self, x):
        x = self.maps(x)
        x = torch.flatten(x)
        return self.fc(x)
y = Net()(torch.rand(4, 3, 6, 6))
""",
    "are joined, 20 features in all": """
class Net(nn.Module):
    def __init__(self, own=16, more=4):
        super().__init__()
        self.head = nn.Linear(own + 2, 3)
    def forward(self, a, b):
        x = torch.cat([a, b], dim=1)
        return self.head(x)
y = Net()(torch.rand(4, 16), torch.rand(4, 4))
""",
    "pooled to one cell, so 32": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.maps, self.pool = nn.Conv2d(3, 32, 3), nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 5)
    def forward(self, x):
        x = self.pool(self.maps(x)).flatten(1)
        return self.fc(x)
y = Net()(torch.rand(4, 3, 6, 6))
""",
    "a Linear reads the last axis": """
class Net(nn.Module):
    def __init__(self, wide=16):
        super().__init__()
        self.conv, self.fc = nn.Conv1d(3, wide, 3), nn.Linear(wide, 5)
    def forward(self, x):
        x = torch.relu(self.conv(x))
        return self.fc(x)
y = Net()(torch.rand(4, 3, 12))
""",
    "40 = 8 · 5 cells": """
net = nn.Sequential(nn.Conv1d(3, 8, 3), nn.Flatten(), nn.Linear(8 * 9, 5))
y = net(torch.rand(4, 3, 7))
""",
    "makes 32 features (2 · 16, both directions)": """
class Net(nn.Module):
    def __init__(self, hidden=16):
        super().__init__()
        self.rnn = nn.GRU(4, hidden, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(hidden, 5)
    def forward(self, x):
        x, _ = self.rnn(x)
        return self.fc(x[:, -1])
y = Net()(torch.rand(4, 7, 4))
""",
    "side = size // 4 (line 10) counts on 8×8": """
class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 6, 3, stride=4, padding=1), nn.Conv2d(6, 6, 3, stride=2, padding=1))
        side = size // 4
        self.mean, self.spread = nn.Linear(6 * side * side, 4), nn.Linear(6 * side * side, 4)
    def forward(self, x):
        h = self.body(x).flatten(1)
        return self.mean(h), self.spread(h)
y = Net(32)(torch.rand(4, 3, 32, 32))
""",
    "cells = 8 * 3 * 3 (line 24) counts on 3×3": """
class Coder(nn.Module):
    def __init__(self, cells):
        super().__init__()
        self.conv, self.fc = nn.Conv2d(3, 8, 3), nn.Linear(cells, 5)
    def forward(self, x):
        h = self.conv(x).flatten(1)
        return self.fc(h)
class Decoder(nn.Module):
    def __init__(self, cells):
        super().__init__()
        self.fc, self.conv = nn.Linear(5, cells), nn.ConvTranspose2d(8, 3, 3)
    def forward(self, z):
        h = self.fc(z)
        h = h.view(-1, 8, 3, 3)
        return self.conv(h)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        cells = 8 * 3 * 3
        self.coder, self.decoder = Coder(cells), Decoder(cells)
    def forward(self, x):
        return self.decoder(self.coder(x))
x = torch.rand(4, 3, 6, 6)
assert Net()(x).shape == x.shape
""",
    "12 = 2 · 6: chunk(2) at line 11 parts axis 0, the batch": """
class Coder(nn.Module):
    def __init__(self):
        super().__init__()
        self.code, self.back = nn.Linear(9, 12), nn.Linear(6, 9)
    def forward(self, x):
        mean, spread = self.code(x).chunk(2)
        z = mean + spread
        return self.back(z)
assert Coder()(torch.rand(4, 9)).shape == (4, 9)
""",
    "12 = 2 · 6: chunk(2) at line 8 parts": """
code, back = nn.Linear(9, 12), nn.Linear(6, 9)
h = code(torch.rand(4, 9))
mean, spread = torch.chunk(h, 2)
assert back(mean).shape == (4, 9)
""",
    "the data have 6 values a sample": """
class Net(nn.Module):
    def __init__(self, inputs=12):
        super().__init__()
        self.fc = nn.Linear(inputs, 5)
    def forward(self, x):
        return self.fc(x)
y = Net()(torch.rand(4, 6))
""",
    "are 4×4, not 2×2": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.mean = nn.Linear(8 * 2 * 2, 5)
        self.spread = nn.Linear(8 * 2 * 2, 5)
    def forward(self, x):
        h = self.conv(x).flatten(1)
        return self.mean(h), self.spread(h)
y = Net()(torch.rand(4, 3, 6, 6))
""",
    "width=wide where Gate is made, in the place of narrow": """
class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(width, width // 2), nn.ReLU(), nn.Linear(width // 2, width))
    def forward(self, x):
        return x * self.fc(x).sigmoid()
class Net(nn.Module):
    def __init__(self, narrow=8):
        super().__init__()
        wide = narrow * 3
        self.body = nn.Linear(5, wide)
        self.gate = Gate(narrow)
    def forward(self, x):
        x = self.body(x)
        return self.gate(x)
y = Net()(torch.rand(4, 5))
""",
    "the states of all 3 layers of self.rnn are flattened": """
class Net(nn.Module):
    def __init__(self, hidden=6):
        super().__init__()
        self.rnn = nn.LSTM(4, hidden, num_layers=3, batch_first=True)
        self.head = nn.Linear(hidden, 2)
    def forward(self, x):
        steps, (state, cell) = self.rnn(x)
        flat = state.transpose(0, 1).flatten(1)
        return self.head(flat)
y = Net()(torch.rand(5, 7, 4))
assert y.shape == (5, 2)
""",
    "a class where its one-hot code was counted": """
class Critic(nn.Module):
    def __init__(self, state_dim, n_actions):
        super().__init__()
        self.value = nn.Linear(state_dim + n_actions, 1)
    def forward(self, state, action):
        x = torch.cat([state, action.float()], dim=1)
        return self.value(x)
y = Critic(6, 4)(torch.rand(5, 6), torch.randint(4, (5, 1)))
""",
}


@pytest.mark.parametrize("words", CASES)
def test_the_file_is_read_and_mended(words: str, tmp_path: Path) -> None:
    (answer,) = assert_file_mends(CASES[words], words, tmp_path / "net.py").hypotheses
    assert answer.fixes


TOLD = {
    "made for window=12, and the data have 10": """
class Net(nn.Module):
    def __init__(self, window, sensors):
        super().__init__()
        self.net = nn.Sequential(nn.Flatten(), nn.Linear(window * sensors, 4))
    def forward(self, x):
        return self.net(x)
y = Net(12, 3)(torch.rand(5, 10, 3))
""",
    "x is [5, 9, 16], it seems": """
class Mixer(nn.Module):
    def __init__(self, tokens=9, wide=16):
        super().__init__()
        self.patches, self.mix = nn.Conv2d(3, wide, 2, 2), nn.Linear(tokens, tokens)
    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        return self.mix(x)
y = Mixer()(torch.rand(5, 3, 6, 6))
""",
}


@pytest.mark.parametrize("words", TOLD)
def test_what_has_no_fix_is_told_by_the_file(words: str, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(IMPORTS + TOLD[words])
    found = diagnose(read(error_of(file)))
    assert found is not None
    assert words in found.hypotheses[0].says
    assert not found.hypotheses[0].fixes


def test_two_vectors_arent_guessed_where_the_file_joins_none(tmp_path: Path) -> None:
    layers = "".join(f"part{i} = nn.Linear({i + 1}, 3)\n" for i in range(9))
    file = tmp_path / "net.py"
    called = "def run(layer, made):\n    return layer(made)\ny = run(part7, torch.rand(5, 4).repeat(1, 4))\n"
    file.write_text(IMPORTS + layers + called)
    found = diagnose(read(error_of(file)))
    assert found is not None
    assert "two vectors" not in found.hypotheses[0].says
