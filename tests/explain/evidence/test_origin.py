"""Where a tensor comes from, as the user's file says it."""

from pathlib import Path

import pytest

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.origin import Origin, Told
from convcli.explain.evidence.source import Source

NET = """class Net(nn.Module):
    def __init__(self, width=16):
        self.maps = nn.Sequential(nn.Conv2d(3, width, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.lstm = nn.LSTM(8, 24, bidirectional=True)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.own = self.make()
        self.fc = nn.Linear(9, 10)
    def forward(self, x):
        {above}
        return self.fc({given})
net = Net()
y = net(torch.rand(4, 3, 8, 8))
"""


def told(tmp_path: Path, above: str, given: str = "x") -> Told:
    path = tmp_path / "net.py"
    path.write_text(NET.format(above=above, given=given))
    lines = path.read_text().split("\n")
    frames = [Frame(str(path), 12, "<module>", lines[11]), Frame(str(path), 10, "forward", lines[9].strip())]
    origin = Origin(Source(frames))
    line = Line(lines[9])
    return origin.told(origin.arriving(origin.source.layer("Linear"), line, line.call(), False))


@pytest.mark.parametrize(
    ("above", "given", "makes"),
    [
        ("x = self.maps(x)", "torch.relu(x).flatten(1)", 16),
        ("x, _ = self.lstm(x)", "x[:, -1]", 48),
        ("x = self.own(self.maps(x))", "x", None),
        ("x = [each for each in x]", "x", None),
    ],
)
def test_the_layer_that_made_it(tmp_path: Path, above: str, given: str, makes: int | None) -> None:
    found = told(tmp_path, above, given)
    assert found.makes == makes
    assert not found.of_data


def test_what_was_done_with_it_since(tmp_path: Path) -> None:
    assert told(tmp_path, "x = self.pool(self.maps(x))", "x.flatten(1)").pooled
    assert told(tmp_path, "x = self.maps(x).mean((2, 3))").pooled
    assert told(tmp_path, "x = self.maps(x)", "torch.flatten(x)").merges
    assert not told(tmp_path, "x = self.maps(x)", "x.view(x.size(0), -1)").merges
    assert told(tmp_path, "x = self.maps(x).transpose(1, 2)").turned
    assert told(tmp_path, "x = torch.cat([x, x], 1)").joined


def test_data_that_no_layer_made(tmp_path: Path) -> None:
    assert told(tmp_path, "x = x.float()").of_data


def test_what_a_loop_sets_for_its_next_turn_is_not_what_stands_above_it(tmp_path: Path) -> None:
    text = "x = nn.Linear(4, 8)(x)\nfor part in parts:\n    {inside}\n    x = part(x)\n"
    for inside, known in (("pass", False), ("x = nn.Linear(4, 8)(y)", True)):
        path = tmp_path / "net.py"
        path.write_text(text.format(inside=inside))
        frame = Frame(str(path), 4, "<module>", "x = part(x)")
        origin, line = Origin(Source([frame])), Line(frame.code)
        steps = origin.arriving(None, line, line.call(), False)
        assert (steps[0].callee != "?") is known
        assert not origin.told(steps).of_data
