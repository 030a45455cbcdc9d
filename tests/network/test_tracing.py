"""What a real module's layers see, along branches, against what changes them."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convcli.network.tracing import Untraceable, layer_of, shape_of, traced
from tests.network.drawn import seen_by


class Branches(nn.Module):
    """Branches of kernels, joined by a sum or along the channels, one after the other."""

    def __init__(self, stages: list[tuple[list[int], str]]) -> None:
        super().__init__()
        channels = 1
        self.ways: list[str] = []
        self.stages = nn.ModuleList()
        for kernels, way in stages:
            branches = [nn.Conv1d(channels, 2, kernel, padding=kernel // 2) for kernel in kernels]
            self.stages.append(nn.ModuleList(branches))
            self.ways.append(way)
            channels = 2 * len(kernels) if way == "cat" else 2
        self.last = nn.Conv1d(channels, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for stage, way in zip(self.stages, self.ways, strict=True):
            outputs = [F.relu(branch(x)) for branch in stage]  # type: ignore[attr-defined]
            x = torch.cat(outputs, dim=1) if way == "cat" else sum(outputs[1:], outputs[0])
        return self.last(x)  # type: ignore[no-any-return]


STAGES = st.lists(
    st.tuples(st.lists(st.sampled_from([1, 3, 5]), min_size=1, max_size=3), st.sampled_from(["sum", "cat"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=40)
@given(STAGES)
def test_branches_see_what_changes_them(stages: list[tuple[list[int], str]]) -> None:
    module, shape = Branches(stages).eval(), (1, 1, 31)
    sight = traced(module, [torch.zeros(shape)], notes := [])[("last", 0)]
    assert notes == []
    changed = seen_by(module, shape, 0)[:, 15].nonzero().flatten().tolist()
    assert (sight.fields[0].first(15), sight.fields[0].last(15)) == (changed[0], changed[-1])


class Unaligned(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Conv1d(1, 1, 3, stride=2, padding=1), nn.Conv1d(1, 1, 1), nn.Conv1d(1, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.c(self.a(x) + self.b(x[:, :, :8]))  # type: ignore[no-any-return]


class Control(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x if x.sum() > 0 else -x


def test_what_is_not_known_is_said() -> None:
    notes: list[str] = []
    sights = traced(Unaligned(), [torch.zeros(1, 1, 16)], notes)
    assert list(sights) == [("a", 0)]
    assert "can't be followed" in notes[0]
    with pytest.raises(Untraceable):
        traced(Control(), [torch.zeros(1, 1, 4)], [])


def test_gates_see_everything() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.pool, self.last = nn.Conv1d(1, 2, 3), nn.AdaptiveAvgPool1d(1), nn.Conv1d(2, 1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.conv(x)
            return self.last(y * torch.sigmoid(self.pool(y)))  # type: ignore[no-any-return]

    sights = traced(Gate(), [torch.zeros(1, 1, 9)], [])
    assert sights["conv", 0].seen == ((3, "exact"),)
    assert sights["last", 0].everything


def test_sizes_that_are_worked_out_on_the_way() -> None:
    class Sizes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.mix, self.last = nn.Conv1d(1, 4, 3), nn.Linear(5 * 4, 6), nn.Conv1d(2, 1, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            batch = x.size(0)
            y = self.conv(F.max_pool1d(x, x.shape[2] // 7))
            y = self.mix(y.view(batch, -1)).reshape(batch, 2, -1)
            return self.last(y).mean(dim=[1, 2])  # type: ignore[no-any-return]

    notes: list[str] = []
    sights = traced(Sizes(), [torch.zeros(1, 1, 14)], notes)
    assert notes == []
    assert sights["conv", 0].seen == ((6, "exact"),)
    assert sights["mix", 0].everything
    assert sights["last", 0].everything


def test_modules_as_layers() -> None:
    assert repr(layer_of(nn.Conv2d(3, 4, 3))) == "nn.Conv2d(3, 4, kernel_size=3)"
    assert layer_of(nn.LSTM(3, 4)) is None

    class Conv2d(nn.Conv2d):
        pass

    assert layer_of(Conv2d(3, 4, 3)) is None
    nested: Any = {"a": [3, (torch.zeros(2, 3),)]}
    assert shape_of(nested) == (2, 3)
    assert shape_of("x") is None
