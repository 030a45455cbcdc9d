"""What has as many entries as a batch has samples."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, diagnosed, explained

MESSAGE = "RuntimeError: The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}"
NOISED = """
kept = torch.cumprod(1 - torch.linspace(0.001, 0.02, 50), dim=0)
{}
def noised(x, t, noise):
    {}
    return a.sqrt() * x + (1 - a).sqrt() * noise
x = torch.rand({})
y = noised(x, torch.randint(0, 50, (x.size(0),)), torch.randn_like(x))
assert y.shape == x.shape
"""
TAKEN = "def taken(values, t):\n    found = values.gather(-1, t)\n    return found"
LOOKED_UP = [
    ("", "a = kept[t]", "5, 1, 8, 8", "kept[t] has one value a sample"),
    ("", "a = torch.sqrt(kept[t]) ** 2", "5, 2", "kept[t].view(-1, 1)"),
    (
        TAKEN,
        "a = taken(kept, t)\n    return taken(kept, t) * x",
        "5, 3, 8, 8",
        "values.gather(-1, t).view(-1, 1, 1, 1)",
    ),
]


@pytest.mark.parametrize(("function", "line", "shape", "words"), LOOKED_UP)
def test_a_value_for_each_sample_gets_axes_where_it_is_looked_up(
    function: str, line: str, shape: str, words: str, tmp_path: Path
) -> None:
    found = assert_file_mends(NOISED.format(function, line, shape), words, tmp_path / "net.py")
    assert len(found.hypotheses[0].fixes) == 1


TOGETHER = """
class Diffusion:
    def __init__(self):
        self.bar = torch.cumprod(1 - torch.linspace(0.001, 0.02, 50), dim=0)
    def noised(self, x, t, noise):
        {0}
        return {1}
x = torch.rand(5, 1, 8, 8)
y = Diffusion().noised(x, torch.randint(0, 50, (5,)), torch.randn_like(x))
assert y.shape == x.shape
"""
LINES = [
    ("a = self.bar[t].sqrt()\n        s = (1 - self.bar[t]).sqrt()", "a * x + s * noise", 2),
    ("pass", "self.bar[t].sqrt() * x + (1 - self.bar[t]).sqrt() * noise", 1),
    ("s = (1 - self.bar[t]).sqrt()", "self.bar[t].sqrt() * x + s * noise", 2),
]


@pytest.mark.parametrize(("lines", "result", "count"), LINES)
def test_all_values_that_meet_the_samples_get_axes_together(
    lines: str, result: str, count: int, tmp_path: Path
) -> None:
    found = assert_file_mends(TOGETHER.format(lines, result), "self.bar[t].view(-1, 1, 1, 1)", tmp_path / "net.py")
    assert len(found.hypotheses[0].fixes) == count


def test_a_change_that_would_mend_one_of_two_lines_is_left_out(tmp_path: Path) -> None:
    lines = "a = self.bar[t].sqrt()\n        s = (1 - self.bar[\n            t]).sqrt()"
    found = diagnosed(TOGETHER.format(lines, "a * x + s * noise"), tmp_path / "net.py")
    assert "self.bar[t].view(-1, 1, 1, 1)" in found.hypotheses[0].advice
    assert not found.hypotheses[0].fixes


def test_a_vector_can_be_one_of_channels_or_of_samples() -> None:
    text = at("return a.sqrt() * x", MESSAGE.format(16, 28, 3))
    assert_first(text, "addition-size", "call", "with one value a sample, v.view(-1, 1, 1, 1)")
    assert_first(text, "addition-size", "call", "v.view(1, -1, 1, 1), v[:, :, None, None] of a batch")


FIXED = {
    "noise is made for a fixed batch of batch_size = 8": """
batch_size = 8
def disturbed(x):
    noise = torch.zeros(batch_size, 3)
    return x + noise
for x in torch.rand(13, 3).split(batch_size):
    assert disturbed(x).shape == x.shape
""",
    "self.start is made for a fixed batch of batch_size = 8": """
class Net(nn.Module):
    def __init__(self, batch_size):
        super().__init__()
        self.register_buffer("start", torch.zeros(batch_size, 3))
    def forward(self, x):
        return self.start + x
net = Net(8)
net(torch.rand(5, 3))
""",
}


def test_a_constant_for_a_fixed_batch_is_named_with_its_line(tmp_path: Path) -> None:
    in_reach, buffer = FIXED
    assert len(assert_file_mends(FIXED[in_reach], in_reach, tmp_path / "net.py").hypotheses[0].fixes) == 1
    found = diagnosed(FIXED[buffer], tmp_path / "net.py").hypotheses[0]
    assert buffer in found.says and "x.size(0)" in found.advice and not found.fixes


JOINED = """
def with_zeros(x):
    zeros = torch.zeros(8, 2)
    return torch.cat([x, zeros], dim=1)
for x in {}:
    assert with_zeros(x).shape == (len(x), 5)
"""


def test_a_part_for_a_fixed_batch_is_named_where_it_is_joined(tmp_path: Path) -> None:
    loaded = JOINED.format("torch.utils.data.DataLoader(torch.rand(13, 3), batch_size=8)")
    words = "zeros is made for a fixed batch of 8 (net.py:7), and x has 5: the last batch of an epoch is smaller"
    assert_file_mends(loaded, words, tmp_path / "net.py")
    found = diagnosed(JOINED.format("[torch.rand(5, 3)]"), tmp_path / "net.py")
    assert "zeros is made" not in found.hypotheses[0].says


def test_beams_can_be_repeated_twice() -> None:
    line = "scores = torch.matmul(query, key.transpose(-1, -2))"
    assert_first(at(line, MESSAGE.format(4, 16, 0)), "addition-size", "call", "16 = 4 · 4, repeated 4-fold twice")
    assert "twice" not in explained(at(line, MESSAGE.format(4, 12, 0))).hypotheses[0].says
