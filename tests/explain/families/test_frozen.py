"""What is frozen of a model: a part of it, or all."""

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, diagnosed, error_of, mended

CALLED = """
    def freeze(model):
        for p in model.parameters():
            p.requires_grad=False

    net = nn.Sequential(nn.Linear(3, 4))
    net.head = nn.Linear(4, 2)
    freeze(net)
    loss = net(torch.rand(2, 3)).sum()
    loss.backward()
"""
INDEXED = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 9))

        def forward(self, x):
            return self.parts(x)

    model = Net()
    model.parts[1] = nn.Linear(4, 2)
    model.requires_grad_(False)
    loss = model(torch.rand(2, 3)).sum()
    loss.backward()
"""
OWN = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(3, 4)
            self.fc = nn.Linear(4, 2)
            for p in self.parameters():
                p.requires_grad = False

        def forward(self, x):
            return self.fc(self.base(x))

    loss = Net()(torch.rand(2, 3)).sum()
    loss.backward()
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CALLED, "line 11 puts a new layer in, and line 12 freezes it"),
        (INDEXED, "line 15 puts a new layer in, and line 16 freezes it"),
        (OWN, "line 10 puts a new layer in, and line 11 freezes it"),
    ],
)
def test_a_layer_that_is_frozen_with_the_others_is_put_in_after_that(tmp_path: Path, text: str, words: str) -> None:
    assert assert_file_mends(dedent(text), words, tmp_path / "net.py").hypotheses[0].fixes


NETS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.base, self.head = nn.Linear(3, 4), nn.Linear(4, 9)

    def forward(self, x):
        return self.head(self.base(x))

    def freeze(self):
        for p in self.parameters():
            p.requires_grad = False

    def thaw(self):
        self.requires_grad_(True)

def adapted():
    model = Net()
    model.head = nn.Linear(4, 2)
    model.freeze()
    return model
"""


@pytest.mark.parametrize(
    "importing", ["from frozen_nets import adapted", "import frozen_nets\nadapted = frozen_nets.adapted"]
)
def test_what_a_module_beside_the_file_freezes(tmp_path: Path, importing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    nets, path = tmp_path / "frozen_nets.py", tmp_path / "train.py"
    nets.write_text(IMPORTS + NETS)
    path.write_text(f"{IMPORTS}{importing}\nloss = adapted()(torch.rand(2, 3)).sum()\nloss.backward()\n")
    sys.modules.pop("frozen_nets", None)
    found = diagnose(read(error_of(path)))
    assert found
    says, (fix,) = found.hypotheses[0].says, found.hypotheses[0].fixes
    assert says == "frozen_nets.py:23 puts a new layer in, and frozen_nets.py:24 freezes it with all the others"
    nets.write_text(mended(nets.read_text(), fix))
    sys.modules.pop("frozen_nets", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert error_of(path) == ""


FROZEN = """
net = nn.Linear(3, 4)
base = nn.Linear(3, 3)
{}
with torch.no_grad():
    x = base(torch.rand(2, 3))
loss = x.sum()
loss.backward()
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("net.requires_grad_(False)", "freezes all parameters of net"),
        ("for name, p in net.named_parameters():\n    p.requires_grad = False", "freezes all parameters of net"),
        ("base.requires_grad_(False)", "freezes parameters"),
        (
            "for name, p in net.named_parameters():\n    if 'fc' in name:\n        p.requires_grad = False",
            "freezes par",
        ),
        ("net.requires_grad_(False)\nnet.bias.requires_grad_()", "freezes parameters"),
        ("net.requires_grad_(False)\nnet.fc = nn.Linear(3, 4)", "freezes parameters"),
        ("net.requires_grad_(False)\nboth = nn.Sequential(net, nn.Linear(4, 1))", "freezes parameters"),
    ],
)
def test_all_of_a_model_is_told_from_a_part_of_it(tmp_path: Path, line: str, words: str) -> None:
    said = [each.says for each in diagnosed(FROZEN.format(line), tmp_path / "net.py").hypotheses]
    assert any(words in each for each in said), said
