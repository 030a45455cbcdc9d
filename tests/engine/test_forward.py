"""The real modules, built from descriptions."""

import numpy as np
import pytest
import torch

from convcli.data.arrays import Array
from convcli.engine.forward import build, forward, forward_together
from convcli.layers import LAYERS, Windowed
from convcli.plan import make_plan

NAMES = [name for name, layer in LAYERS.items() if issubclass(layer, Windowed)]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_gives_what_its_module_gives(name: str) -> None:
    plan = make_plan(name, {}, seed=3)
    module = build(plan.layer, seed=3)
    values = forward(plan)
    with torch.no_grad():
        np.testing.assert_array_equal(values.output, module(torch.from_numpy(values.input)).numpy())
    assert values.output.shape == plan.output_shape


def test_weights_that_were_given() -> None:
    weight, bias = Array("list", (3,), [1.0, 0.0, -1.0]), Array("list", (1,), [0.5])
    values = forward(make_plan("conv1d", {}, weight=weight, bias=bias))
    assert values.output.tolist() == [[[-1.5] * 8]]


def test_layers_built_one_after_the_other_share_a_seed() -> None:
    one, other = forward_together([make_plan("conv1d", {})] * 2, 0)
    assert not np.array_equal(one.output, other.output)
    assert np.array_equal(one.output, forward(make_plan("conv1d", {})).output)
