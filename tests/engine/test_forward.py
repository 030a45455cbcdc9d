"""The real modules, built from descriptions."""

import numpy as np
import pytest
import torch

from convcli.data.arrays import Array, Drawn
from convcli.engine.forward import build, forward
from convcli.layers import LAYERS, Layer, Windowed
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


def test_a_kernel_turned_round_is_convolution_proper() -> None:
    values, kernel = np.arange(1.0, 8), np.array([1.0, 2.0, -4.0])
    given = {"input": Array("list", (7,), values), "weight": Array("list", (3,), kernel)}

    def output(name: str, flip: bool) -> list[float]:
        [[numbers]] = forward(make_plan(name, {}, flip=flip, **given)).output.tolist()
        return list(numbers)

    assert output("conv1d", True) == np.convolve(values, kernel, "valid").tolist()
    assert output("conv1d", False) == np.correlate(values, kernel, "valid").tolist()
    assert output("convtranspose1d", False) == np.convolve(values, kernel, "full").tolist()
    assert output("convtranspose1d", True) == np.correlate(values, kernel, "full").tolist()


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_every_spatial_axis_is_turned_round(ndim: int) -> None:
    plain, turned = (forward(make_plan(f"conv{ndim}d", {"out_channels": 2}, flip=flip)) for flip in (False, True))
    assert np.array_equal(turned.weight, np.flip(plain.weight, tuple(range(2, 2 + ndim))))
    assert np.array_equal(turned.input, plain.input)


def test_what_is_drawn_depends_on_the_layers_built_before() -> None:
    layer = Layer.of("conv1d", in_channels=1, out_channels=1, kernel_size=3)
    first, second = (Array("drawn", (1, 1, 3), Drawn((layer,) * count, "weight")) for count in (1, 2))
    alone = forward(make_plan("conv1d", {"bias": False}))
    assert np.array_equal(forward(make_plan("conv1d", {}, weight=first, seed=5)).output, alone.output)
    torch.manual_seed(0)
    _, module = torch.nn.Conv1d(1, 1, 3), torch.nn.Conv1d(1, 1, 3)
    values = forward(make_plan("conv1d", {}, weight=second))
    np.testing.assert_array_equal(values.weight, module.weight.detach().numpy())
