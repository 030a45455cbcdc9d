"""Tensors that a file makes without a device; meta stands for a GPU."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.explain import assert_file_mends, first

NET = """
    class Plain:
        def __init__(self):
            self.low, self.high = torch.zeros(4), torch.ones(4)

        def __call__(self, x):
            return (x - self.low) / self.high

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.ones(4)
            places = torch.arange(8).reshape(2, 4)
            self.places = places.sin().clone()
            self.fc, self.rnn, self.plain = nn.Linear(3, 4), nn.GRU(3, 4), Plain()

        def state(self, size):
            return torch.zeros(1, size, 4)

        def forward(self, x):
            {0}

    net = Net().to("meta")
    x = torch.rand(2, 3, device="meta")
    y = net(x)
    assert y.device.type == "meta"
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return self.fc(x) * self.scale", 'self.register_buffer("scale", …)'),
        ("return self.fc(x) + self.places[:2]", 'self.register_buffer("places", …)'),
        ("return self.plain(self.fc(x))", "self.low and self.high, made in"),
        ("seen = torch.triu(torch.ones(2, 3))\n            return x * seen", "device=x.device"),
        ("return torch.cat([self.fc(x), torch.zeros(2, 1)], 1)", "torch.zeros(2, 1) is made without"),
        ("return self.rnn(x[None], self.state(2))[0]", "device=next(self.parameters()).device"),
        ("empty = torch.arange(3) > 1\n            return x.masked_fill(empty, 0.0)", "empty is made in line"),
    ],
)
def test_what_stayed_on_the_cpu_is_told_from_the_file(tmp_path: Path, body: str, words: str) -> None:
    assert_file_mends(dedent(NET.format(body)), words, tmp_path / "net.py")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("y = x + torch.zeros(3)", "torch.zeros(3) is made without a device"),
        ("y = x + torch.zeros(3, device=x.device)", "one is on cpu"),
        ("y = self.fc(torch.zeros(2, 3))", "not moved"),
    ],
)
def test_a_line_alone_tells_what_it_makes(line: str, words: str) -> None:
    message = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
    answer = first(f"{line}\nRuntimeError: {message}")[1]
    assert words in f"{answer.says} {answer.advice}"
