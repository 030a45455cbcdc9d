"""Modules of the user's code: found, made, and what can't be."""

from pathlib import Path

import pytest
from torch import nn

from convcli.network.building import CantBuild, built, said
from convcli.refusals import ConvcliError

SOURCE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width=4, kernel=3):
        super().__init__()
        self.conv = nn.Conv2d(3, width, kernel)
        self.head = nn.Linear(width, 2)
    def forward(self, x):
        return self.head(self.conv(x).mean((2, 3)))

class Looks(Net):
    def __init__(self):
        super().__init__()
        self.scale = float(self.conv.weight.abs().max())
    def forward(self, x):
        return super().forward(x) if x.sum() >= 0 else x

made = Net(8)
number = 3
def function(width):
    return Net(width)
def fails():
    raise ValueError("never")
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "net_to_run.py"
    path.write_text(SOURCE)
    return str(path)


def test_what_can_be_named(file: str) -> None:
    assert sum(p.numel() for p in built(f"{file}:Net", [5], {"kernel": 1}, "meta").parameters()) == 20 + 12
    assert built(f"{file}:Net", [], {}, "meta").conv.weight.is_meta  # type: ignore[union-attr, operator]
    assert built(f"{file}:made", [], {}, "meta").conv.out_channels == 8  # type: ignore[union-attr]
    assert built(f"{file}:function", [6], {}, "meta").conv.out_channels == 6  # type: ignore[union-attr]
    assert built(f"{file}:Looks", [], {}, "meta").conv.weight.is_meta  # type: ignore[union-attr, operator]
    assert isinstance(built("torch.nn:ReLU", [], {}, "meta"), nn.ReLU)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (":Nothing", "it has Net, Looks, made"),
        (":number", "can't be made"),
        (":fails", "ValueError: never"),
        (":function", "missing 1 required positional argument"),
    ],
)
def test_what_can_not_be_made(file: str, name: str, said: str) -> None:
    with pytest.raises(ConvcliError, match=said):
        built(file + name, [], {}, "meta")


def test_what_can_not_be_imported(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('no')")
    with pytest.raises(CantBuild, match="RuntimeError: no"):
        built(f"{broken}:Net", [], {}, "meta")
    with pytest.raises(ConvcliError, match="there is no file"):
        built("missing_file.py:Net", [], {}, "meta")
    with pytest.raises(CantBuild, match="No module named"):
        built("no_such_module_here:Net", [], {}, "meta")


def test_errors_in_a_line() -> None:
    assert said(ValueError("one\ntwo")) == "ValueError: one"
    assert said(KeyError()) == "KeyError"
