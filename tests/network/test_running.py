"""Real modules, built and run on the meta device, or on numbers."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convcli.data.arrays import Array
from convcli.network.building import CantBuild
from convcli.network.chain import Chain
from convcli.network.fitting import WrongSize
from convcli.network.remedies import remedies
from convcli.network.running import TorchSays, effective, inputs_for, run, run_target, tensor_of
from tests.network.branching import Branching, branching, changed_by
from tests.network.test_building import SOURCE


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "net_to_run.py"
    path.write_text(SOURCE)
    return str(path)


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


def run_by_torch(module: nn.Module, shape: tuple[int, ...]) -> tuple[list[tuple[str, Any]], int, bool]:
    """The layers that are called, each with its output's shape, the FLOPs, and whether it got through."""
    calls: list[tuple[str, Any]] = []
    opened: list[int] = []

    def enter(name: str) -> None:
        opened.append(len(calls))
        calls.append((name, None))

    def leave(name: str, output: torch.Tensor) -> None:
        calls[opened.pop()] = (name, tuple(output.shape))

    handles = []
    for name, each in module.named_modules():
        if not list(each.children()):
            handles.append(each.register_forward_pre_hook(lambda *_, name=name: enter(name)))
            handles.append(each.register_forward_hook(lambda *args, name=name: leave(name, args[2])))
    through = True
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        try:
            module(torch.zeros(shape))
        except (RuntimeError, ValueError, IndexError):
            through = False
    for handle in handles:
        handle.remove()
    return calls, counter.get_total_flops(), through


def run_without_numbers(module: nn.Module, shape: tuple[int, ...]) -> Chain:
    return run(deepcopy(module).to("meta"), [torch.empty(shape, device="meta")])


@settings(max_examples=120)
@given(branching())
def test_branching_modules_are_torchs(drawn: tuple[Branching, tuple[int, ...]]) -> None:
    module, shape = drawn
    calls, flops, through = run_by_torch(module, shape)
    chain = run_without_numbers(module, shape)
    called = [row for row in chain.rows if row.code != "forward" and not row.unused]
    assert [(row.name, row.output_shape) for row in called] == calls
    assert 2 * chain.macs == flops
    assert chain.parameters == sum(each.numel() for each in module.parameters())
    assert (chain.failed is None) == through
    if chain.failed and calls and calls[-1][1] is None:
        assert chain.failed.name == calls[-1][0]
    elif chain.failed:
        assert chain.failed.name == "forward"


@settings(max_examples=120)
@given(branching())
def test_branching_modules_see_what_changes_them(drawn: tuple[Branching, tuple[int, ...]]) -> None:
    module, shape = drawn
    chain = run_without_numbers(module, shape)
    turns: dict[str, int] = {}
    for row in chain.worked:
        turn = turns[row.name] = turns.get(row.name, -1) + 1
        if chain.failed or row.sight is None or row.unused:
            continue
        for axis, (field, (count, sure)) in enumerate(zip(row.sight.fields, row.seen, strict=True)):
            changed = changed_by(module, shape, axis, row.name, turn)
            for cell in range(changed.shape[1]):
                cells = changed[:, cell].nonzero().flatten().tolist()
                first, last = field.first(cell), field.last(cell)
                assert all(first <= each <= last for each in cells), (row.name, sure)
                if sure == "exact" and field.advance and 0 <= first <= last < shape[2 + axis]:
                    assert (cells[0], cells[-1], len(range(first, last + 1))) == (first, last, count)


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


ODD = """
import sys
from torch import nn

class Net(nn.Module):
    def __init__(self, fill=None):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        if fill is not None:
            nn.init.constant_(self.conv.weight, fill)
    def forward(self, x):
        return self.conv(x)

class OfOne(Net):
    def forward(self, x):
        return self.conv(x).view(1, 4, 6, 6)

class Leaves(Net):
    def forward(self, x):
        sys.exit(5)

class LeavesEarly(Net):
    def __init__(self):
        sys.exit("bye")

class Mute(Exception):
    def __str__(self):
        raise ValueError

class Fails(Net):
    def forward(self, x):
        raise Mute
"""


@pytest.fixture
def odd(tmp_path: Path) -> str:
    path = tmp_path / "odd_to_run.py"
    path.write_text(ODD)
    return str(path)


@pytest.mark.parametrize(
    ("net", "fill", "said"),
    [
        ("Net", None, "about 3 × 3"),
        ("Net", 0.0, "not known: the input's gradient is 0, or no number"),
        ("Net", float("nan"), "not known: the input's gradient is 0, or no number"),
        ("OfOne", None, "not known: on 8 random inputs it raises RuntimeError: shape '[1, 4, 6, 6]' is invalid"),
    ],
)
def test_what_matters_may_not_be_known(odd: str, net: str, fill: float | None, said: str) -> None:
    assert effective(f"{odd}:{net}", [fill], {}, (1, 3, 8, 8), "conv").startswith(said)


@pytest.mark.parametrize(("net", "said"), [("Leaves", "SystemExit: 5"), ("Fails", "Mute")])
def test_a_module_that_ends_in_an_odd_way(odd: str, net: str, said: str) -> None:
    _, chain = run_target(f"{odd}:{net}", [], {}, [(8, 8)], None)
    assert chain.failed is not None
    assert isinstance(chain.failed.refusal, TorchSays)
    assert chain.failed.refusal.why == said


def test_a_script_that_leaves_while_it_is_made(odd: str) -> None:
    with pytest.raises(CantBuild, match="LeavesEarly can't be made: SystemExit: bye"):
        run_target(f"{odd}:LeavesEarly", [], {}, [(8, 8)], None)
