"""The formula asked forwards and backwards."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.refusals import Refusal
from convcli.sizing import SEVERAL, backwards, forwards


def test_forwards_and_back() -> None:
    [axis] = forwards("conv", {"size": (224,), "kernel_size": (7,), "stride": (2,), "padding": (3,)}).axes
    assert axis.output == 112
    [answer] = backwards("conv", {"size": (224,), "output": (112,)})
    assert answer.settings.listed[0].kernel == 3
    [answer] = backwards("conv", {"output": (112,), "kernel_size": (3,), "stride": (2,), "padding": (1,)})
    assert [setting.size for setting in answer.settings.listed] == [223, 224]
    assert [a.name for a in backwards("pool", {"size": (8, 9), "output": (4, 4)})] == ["height", "width"]


@pytest.mark.parametrize(
    ("asked", "keep"),
    [
        ({"size": (1, 2, 3, 4)}, True),
        ({}, True),
        ({"size": (5,), "padding": "same"}, True),
        ({"size": (10,), "output": (7,), "kernel_size": (3,), "stride": (2,), "padding": (0,)}, False),
        ({"size": (0,), "output": (7,)}, False),
        ({"output": (10**9,), "stride": (10**10 + 4,)}, False),
    ],
)
def test_what_has_no_answer(asked: dict[str, Any], keep: bool) -> None:
    with pytest.raises(Refusal):
        backwards("conv", asked, keep=keep)


@settings(max_examples=30)
@given(st.sampled_from(["conv", "pool", "transposed"]), st.integers(2, 300), st.integers(2, 300))
def test_several_layers_get_there_in_torch(family: str, size: int, output: int) -> None:
    size, output = sorted((size, output), reverse=family != "transposed")
    [answer] = backwards(family, {"size": (size,), "output": (output,)})
    steps = answer.several_layers()
    ratio = output / size if family == "transposed" else size / output
    assert bool(steps) == (ratio > SEVERAL)
    line = torch.zeros(1, 1, size)
    made = {"conv": torch.nn.Conv1d, "pool": torch.nn.MaxPool1d, "transposed": torch.nn.ConvTranspose1d}[family]
    for step in steps:
        assert step.size == line.shape[-1]
        extra = {"output_padding": step.output_padding} if family == "transposed" else {}
        channels = () if family == "pool" else (1, 1)
        layer = made(*channels, step.kernel, step.stride, step.padding, dilation=step.dilation, **extra)
        line = layer(line).detach()
    assert not steps or line.shape[-1] == output


@settings(max_examples=25)
@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from(["conv", "transposed"]))
def test_the_relation_holds_for_every_setting(size: int, output: int, family: str) -> None:
    [answer] = backwards(family, {"size": (size,), "output": (output,)})
    for each in answer.settings.listed[::20]:
        low, high = answer.relation(each.stride) or (1, 0)
        assert low <= each.dilation * (each.kernel - 1) - 2 * each.padding + each.output_padding <= high


def test_what_is_left_out_is_counted() -> None:
    [answer] = backwards("conv", {"size": (224,), "output": (7,)})
    lost = {(each.kernel, each.stride, each.padding): answer.lost(each) for each in answer.settings.listed}
    assert (lost[32, 32, 0], round(lost[3, 32, 1], 3)) == (0, 0.911)
    [answer] = backwards(
        "transposed", {"size": (3,), "output": (5,), "kernel_size": (1,), "stride": (2,), "padding": (0,)}
    )
    assert answer.lost(answer.settings.listed[0]) == 0.4


def test_one_window_takes_no_stride() -> None:
    [answer] = backwards("conv", {"size": (7,), "output": (1,), "kernel_size": (7,), "padding": (0,)})
    assert [each.stride for each in answer.distinct] == [1]
    assert len(answer.settings.listed) == 1000
