"""Real modules, built and run on the meta device, or on numbers."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.data.arrays import Array
from convcli.network.fitting import WrongSize
from convcli.network.remedies import remedies
from convcli.network.running import CantBuild, TorchSays, built, inputs_for, run, run_target, tensor_of
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


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.body = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.token = nn.Parameter(torch.zeros(5))
        self.head = nn.Linear(8, 4)
        self.spare = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        x = x + self.body(x)
        x = F.conv2d(x, self.stem.weight.transpose(0, 1))
        x = self.body[0](torch.cat([x, x, x[:, :2]], dim=1))
        return self.head(x.mean((2, 3)))  # type: ignore[no-any-return]


def test_any_data_flow() -> None:
    module = Residual().eval()
    x = torch.zeros(2, 3, 16, 16)
    chain = run(module, [x])
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(x)
    assert 2 * 2 * chain.macs == counter.get_total_flops()
    assert chain.parameters == sum(p.numel() for p in module.parameters())
    assert chain.output_shape == (2, 4)
    names = [row.name for row in chain.rows]
    assert names == ["token", "stem", "body.0", "body.1", "body.2", "convolution", "body.0", "head", "spare"]
    assert [row.seen for row in chain.rows[1:5]] == [((3, "exact"),) * 2, *[((5, "exact"),) * 2] * 3]
    assert [row.parameters for row in chain.rows if row.name == "body.0"] == [584, 0]
    assert chain.rows[-1].unused
    assert "receptive fields aren't known from" in chain.notes[0]


def test_the_module_that_fails() -> None:
    class Bad(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(100, 5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc(self.conv(x).flatten(1))  # type: ignore[no-any-return]

    chain = run(Bad(), [torch.zeros(1, 1, 8, 8)])
    assert chain.failed is not None
    assert (chain.failed.name, chain.failed.input_shape) == ("fc", (1, 144))
    assert "takes 100 features" in chain.failed.refusal.why
    assert [remedy.code for remedy in remedies(chain)] == ["Linear(144, 5)"]
    assert chain.worked[0].output_shape == (1, 4, 6, 6)


def test_a_forward_that_fails_by_itself() -> None:
    class Bad(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.conv(x).view(7, -1) + self.missing  # type: ignore[no-any-return, operator]

    chain = run(Bad(), [torch.zeros(1, 1, 8, 8)])
    assert chain.failed is not None
    assert isinstance(chain.failed.refusal, TorchSays)
    assert chain.failed.name == "forward"
    assert "invalid for input of size" in chain.failed.refusal.why
    assert "test_running.py" in chain.failed.refusal.fix
    assert remedies(chain) == []


def test_inputs() -> None:
    conv = nn.Sequential(nn.Conv2d(3, 4, 3))
    assert [tuple(x.shape) for x in inputs_for(conv, [(32, 32)], "meta")] == [(1, 3, 32, 32)]
    assert [tuple(x.shape) for x in inputs_for(conv, [], "meta")] == [(1, 3, 224, 224)]
    assert [tuple(x.shape) for x in inputs_for(nn.Linear(7, 3), [], "meta")] == [(1, 7)]
    assert inputs_for(nn.Sequential(nn.Embedding(9, 4)), [(5,)], "cpu")[0].dtype == torch.long
    assert [tuple(x.shape) for x in inputs_for(conv, [(3, 8, 8), (10,)], "meta")] == [(1, 3, 8, 8), (1, 10)]
    with pytest.raises(WrongSize):
        inputs_for(conv, [(8,)], "meta")
    array = Array("numbers", (2, 2), [[1.0, 2.0], [3.0, 4.0]])
    assert tensor_of(nn.Conv2d(1, 1, 2), array).shape == (1, 1, 2, 2)


def test_what_looks_at_numbers_runs_on_zeros(file: str) -> None:
    module, chain = run_target(f"{file}:Looks", [], {}, [(8, 8)], None)
    assert chain.failed is None
    assert not next(module.parameters()).is_meta
    module, chain = run_target(f"{file}:Net", [], {}, [(8, 8)], None)
    assert next(module.parameters()).is_meta
