"""Models in Python source, read without running it, against the modules that it makes when it is run."""

import inspect
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.network.chain import Chain, work_out
from convcli.network.notation import NotationError
from convcli.network.python_file import NoSuchModel, WhichModel, read_source
from convcli.refusals import Refusal
from tests.network import written
from tests.network.written import WRITTEN

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
LENET = """
WIDTH = 6
class Net(nn.Module):
    def __init__(self, classes=10, kernel=5):
        super().__init__()
        last = WIDTH + 10
        self.conv1 = nn.Conv2d(3, WIDTH, kernel)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(WIDTH, last, kernel)
        self.fc1 = nn.Linear(last * kernel * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(-1, 16 * 5 * 5)
        x = F.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        return self.fc3(x)
"""
BUILT = """
CONFIGURATION = [8, "M", 16, 16, "M"]

def make_layers(configuration, batch_norm=True):
    layers = []
    channels = 3
    for value in configuration:
        if value == "M":
            layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
        else:
            conv = nn.Conv2d(channels, value, kernel_size=3, padding=1)
            if batch_norm:
                layers += [conv, nn.BatchNorm2d(value), nn.ReLU(inplace=True)]
            else:
                layers += [conv, nn.ReLU(inplace=True)]
            channels = value
    return nn.Sequential(*layers)

class Block(nn.Module):
    def __init__(self, width, dropout=0.1):
        super(Block, self).__init__()
        self.conv = nn.Conv2d(width, width, 3, padding="same")
        self.act = nn.GELU()
        self.drop = nn.Dropout(dropout) if dropout > 0 else nn.Identity()
    def forward(self, x):
        if self.training:
            x = x * 1.0
        return self.drop(self.act(self.conv(x)))

class Net(nn.Module):
    def __init__(self, width: int = 16, depth: int = 3):
        super().__init__()
        self.features = make_layers(CONFIGURATION)
        self.blocks = nn.ModuleList([Block(width, dropout=0.0) for _ in range(depth)])
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.head = self._head(width)
    def _head(self, width):
        return nn.Sequential(nn.Flatten(), nn.Linear(width * 2 ** 2, 5))
    def stem(self, x):
        return self.features(x)
    def forward(self, x):
        '''What it does.'''
        assert x.dim() == 4
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        out = self.pool(x)
        print(out.shape)
        return F.log_softmax(self.head(out), dim=1)
"""
TEXT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 32)
        self.conv = nn.Conv1d(32, 8, kernel_size=3)
        self.fc = nn.Linear(8, 2)
    def forward(self, tokens):
        x = self.embedding(tokens).permute(0, 2, 1)
        x = F.relu(self.conv(x))
        x, size = x.max(dim=2)[0], 3
        return self.fc(x)
"""
SEQUENCE = """
net = nn.Sequential(
    nn.Conv2d(3, 4, 3),
    nn.Sequential(nn.ReLU(), nn.Flatten()),
    nn.Linear(4 * 30 * 30, 2),
)
"""


def real(source: str, **arguments: object) -> torch.nn.Module:
    space: dict[str, object] = {}
    exec(HEAD + source, space)
    made = space["Net"](**arguments) if "Net" in space else space["net"]  # type: ignore[operator]
    assert isinstance(made, torch.nn.Module)
    return made.eval()


def read(source: str, shape: tuple[int, ...], name: str = "") -> Chain:
    return work_out(read_source(HEAD + source, name), shape)


@pytest.mark.parametrize("source", [LENET, BUILT, SEQUENCE], ids=["lenet", "built", "sequence"])
def test_what_is_read_is_what_is_made(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, chain = real(source), read(source, (1, 3, 32, 32))
    assert chain.failed is None
    assert chain.output_shape == tuple(module(torch.zeros(1, 3, 32, 32)).shape)
    assert chain.parameters == sum(p.numel() for p in module.parameters())
    assert not chain.notes


def test_names_are_the_attributes() -> None:
    names = [row.name for row in read(LENET, (1, 3, 32, 32)).rows]
    assert names == [
        "conv1",
        "relu",
        "pool",
        "conv2",
        "relu_1",
        "pool",
        "view",
        "fc1",
        "relu_2",
        "fc2",
        "relu_3",
        "fc3",
    ]


def test_a_text_net() -> None:
    source = TEXT.replace("x, size = x.max(dim=2)[0], 3", "x = x.max(dim=2)[0]")
    chain = read(source, (1, 9))
    assert chain.output_shape == (1, 2)
    assert [row.seen for row in chain.rows[1:4]] == [((1, "exact"),), ((3, "exact"),), ((3, "exact"),)]
    assert chain.rows[-1].seen == ((9, "whole input"),)


SUBCLASS = """
class Unit(nn.Sequential):
    def __init__(this, ins, outs, stride=1):
        super().__init__(nn.Conv2d(ins, outs, 3, stride, 1, bias=False), nn.BatchNorm2d(outs), nn.ReLU())

class Maybe(nn.Module):
    def __init__(s, width, twice):
        super().__init__()
        s.unit, s.twice = Unit(width, width), twice
        s.unit = Unit(width, width)
        s.twice = twice and width >= 8
    def forward(s, x):
        return s.unit(s.unit(x)) if s.twice else s.unit(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(Unit(3, 8, 2), Maybe(8, True), Maybe(8, False))
        self.skip = None
    def forward(self, x):
        x = self.body(x)
        if self.skip is not None:
            x = x + self.skip(x)
        return x.mean([2, 3])
"""


def test_subclasses_of_sequential_and_conditions() -> None:
    source = SUBCLASS.replace("s.unit, s.twice = Unit(width, width), twice\n", "pass\n")
    module, chain = real(source), read(source, (1, 3, 16, 16))
    assert chain.output_shape == tuple(module(torch.zeros(1, 3, 16, 16)).shape)
    assert chain.parameters == sum(p.numel() for p in module.parameters())
    assert [row.name for row in chain.rows if row.code.startswith("Conv2d")] == [
        "body.0.0", "body.1.unit.0", "body.1.unit.0", "body.2.unit.0"
    ]  # fmt: skip


BRANCH = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ReLU()
        self.b = nn.Conv2d(3, 4, 1)
        self.c = nn.Conv2d(4, 5, 1)
    def forward(self, x):
        y = F.relu(self.b(x))
        return self.c(self.a(x) + y)
"""


def test_what_is_no_chain_is_named_and_the_rest_is_listed() -> None:
    chain = read(
        BRANCH.replace("self.a, self.c = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 5, 1)", "self.a = nn.ReLU()"),
        (1, 3, 8, 8),
    )
    assert chain.failed is None
    assert [row.name for row in chain.rows] == ["b", "relu", "forward", "a", "c"]
    assert chain.rows[1].output_shape == (1, 4, 8, 8)
    assert chain.rows[3].output_shape is None
    assert "takes up a tensor from further back" in chain.rows[2].note
    assert chain.parameters == 16 + 25


def test_what_is_made_and_not_called() -> None:
    source = LENET.replace("return self.fc3(x)", "return x")
    chain = read(source, (1, 3, 32, 32))
    assert chain.output_shape == (1, 84)
    assert chain.rows[-1].unused
    assert chain.parameters == sum(p.numel() for p in real(source).parameters())


def test_which_of_several() -> None:
    two = LENET + LENET.replace("Net", "Other")
    with pytest.raises(WhichModel, match="2 models: Net, Other"):
        read(two, (1, 3, 32, 32))
    assert read(two, (1, 3, 32, 32), "Other").model.name == "Other"
    with pytest.raises(NoSuchModel, match="no model 'Third'"):
        read(two, (1, 3, 32, 32), "Third")
    with pytest.raises(NoSuchModel, match="no model is in the source"):
        read("x = 3\n", (1, 3))
    assert read(BUILT, (1, 3, 32, 32)).model.name == "Net"  # Block is a part of it


def test_errors_have_their_place() -> None:
    with pytest.raises(NotationError) as raised:
        read_source("class Net(:\n  pass\n")
    assert raised.value.place == (1, 11)
    with pytest.raises(NotationError) as raised:
        read_source(HEAD + SEQUENCE.replace("nn.Conv2d(3, 4, 3)", "nn.Conv2d(3, 4, 0)"))
    assert raised.value.place == (6, 5)
    with pytest.raises(NotationError, match="nested"):
        read_source("x = " + "(" * 1000 + ")" * 1000 + "\nnet = nn.Sequential()\n")


PLANTED = """
import os
MARK = {mark!r}
open(MARK, "w")
@open(MARK, "w")
class Net(nn.Module):
    width = open(MARK, "w")
    def __init__(self, a=open(MARK, "w"), b=f"{{open(MARK, 'w')}}"):
        super().__init__(open(MARK, "w"))
        open(MARK, "w")
        self.conv = nn.Conv2d(3, open(MARK, "w") or 4, 3)
        self.relu = nn.ReLU(*[open(MARK, "w")])
        self.layers = nn.Sequential(*[nn.ReLU() for _ in open(MARK, "w")])
        exec("open(MARK, 'w')")
    def forward(self, x):
        open(MARK, "w")
        x = self.conv(x.to(open(MARK, "w")))
        return self.relu(x)
"""


def test_nothing_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    chain = read(PLANTED.format(mark=str(mark)), (1, 3, 8, 8))
    assert not mark.exists()
    assert any("can't be" in row.note for row in chain.rows)
    assert "torch" in sys.modules  # of this test alone: nothing here imports it


ENDLESS = """
class Net(nn.Module):
    def __init__(self):
        self.l = []
        for i in range(10 ** 9):
            self.l.append(nn.ReLU())
    def forward(self, x):
        return x
"""
WITHIN_ITSELF = """
class Net(nn.Module):
    def __init__(self):
        self.inner = Net()
    def forward(self, x):
        return self.inner(x)
"""


def test_endless_source_ends() -> None:
    assert read(ENDLESS, (1, 3)).rows == ()
    assert read(WITHIN_ITSELF, (1, 3)).output_shape is None


@pytest.mark.parametrize("made", WRITTEN)
def test_what_is_read_is_what_torch_makes_of_it(made: type[nn.Module]) -> None:
    module, size = made().eval(), made.size  # type: ignore[attr-defined]
    kind = torch.long if len(size) == 1 and hasattr(module, "embedding") else torch.float32
    output = None
    with FlopCounterMode(display=False) as counter, torch.no_grad(), suppress(RuntimeError):
        output = tuple(module(torch.zeros(1, *size, dtype=kind)).shape)
    chain = work_out(read_source(inspect.getsource(written), made.__name__), (1, *size))
    assert (chain.output_shape, chain.parameters) == (output, sum(each.numel() for each in module.parameters()))
    assert 2 * chain.macs == counter.get_total_flops()
    assert (chain.failed is None) == (output is not None)


FURTHER_BACK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
    def forward(self, x):
        side = x.size(2)
        {line}
        return x
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x = self.conv(x).view(1, 4, side, -1)", "takes the size of a tensor from further back"),
        ("x = torch.cat([self.conv(x), x], 1)", "brings paths together"),
        ("x += self.conv(x)", "brings two paths together"),
        ("y = self.conv(x); y += x; return y", "two paths"),
        ("for a, b in c: x = self.conv(x)", "can't be"),
        ("x = getattr(self, 'other')(x)", "can't be known"),
    ],
)
def test_where_it_is_no_chain_is_told(line: str, said: str) -> None:
    model = read_source(FURTHER_BACK.format(line=line))
    [note] = [part.note for part in model.parts if part.class_name == "..."]
    assert said in note


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n" * 400_000, "are the most that are read as Python"),
        ("a = 'x'\n" + "a = f'{a}{a}'\n" * 60 + "net = nn.Sequential(nn.Conv2d(1, 1, a))", ""),
        (FURTHER_BACK.format(line="for i in range(10**12): x = self.conv(x)"), "goes on for too long"),
        (FURTHER_BACK.format(line="x = self.one(x)") + "    def one(self, x): return self.one(x)\n", "without end"),
    ],
)
def test_what_has_no_end_is_given_up(source: str, said: str) -> None:
    try:
        notes = [part.note for part in read_source(source).parts]
    except Refusal as refusal:
        notes = [str(refusal)]
    assert any(said in note for note in notes)
