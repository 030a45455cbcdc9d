"""torch is the oracle: our integers agree with the real modules, refusals included."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from convcli.layers import LAYERS, Layer
from convcli.refusals import Refusal
from tests.strategies import Arguments, Request, requests


def in_torch(layer_type: str, arguments: Arguments, shape: tuple[int, ...]) -> tuple[Any, Any] | None:
    """The real module and its output; None where torch refuses."""
    torch.manual_seed(0)
    try:
        module = getattr(torch.nn, layer_type)(**arguments)
        with torch.no_grad():
            found = module(torch.rand(shape) + 0.5)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None
    output = found[0] if isinstance(found, tuple) else found
    # Some of torch's backends refuse a transposed convolution without any output, others give an
    # empty tensor, by groups and batch. We always refuse it.
    return (module, output) if output.numel() else None


def ours(name: str, arguments: Arguments, shape: tuple[int, ...]) -> Layer | None:
    """Our layer, if it takes this input; None where we refuse."""
    try:
        layer = Layer.of(name, **arguments)
        layer.output_shape(shape)
    except Refusal as refusal:
        assert refusal.why
        assert refusal.fix
        return None
    return layer


def pair(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


CONV = {"in_channels": 1, "out_channels": 1, "kernel_size": 3}


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(requests())
@example(("conv1d", CONV | {"padding": -1, "padding_mode": "reflect"}, (1, 1, 10)))
@example(("conv1d", CONV | {"padding": 10, "padding_mode": "circular"}, (1, 1, 10)))
@example(("conv2d", CONV | {"kernel_size": (4, 3), "padding": "same"}, (1, 1, 6, 6)))
def test_shapes_counts_and_refusals(request: Request) -> None:
    name, arguments, shape = request
    theirs, layer = in_torch(LAYERS[name].__name__, arguments, shape), ours(name, arguments, shape)
    assert (layer is None) == (theirs is None)
    if layer is None or theirs is None:
        return
    module, output = theirs
    assert layer.output_shape(shape) == tuple(output.shape)
    assert layer.parameters == sum(p.numel() for p in module.parameters())
    if layer.weight_shape is not None:
        assert layer.weight_shape == tuple(module.weight.shape)
    rebuilt = eval(layer.code, {"nn": torch.nn})
    rebuilt.load_state_dict(module.state_dict())
    torch.manual_seed(1)
    x = torch.rand(shape)
    with torch.no_grad():
        for one, other in zip(pair(rebuilt(x)), pair(module(x)), strict=True):
            torch.testing.assert_close(one, other, equal_nan=True)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150)
@given(requests(), st.data())
def test_unread_elements_change_nothing(request: Request, data: Any) -> None:
    """A huge value in what we call unread leaves the output alone; in what is read it does not."""
    name, arguments, shape = request
    layer = ours(name, arguments, shape)
    assume(layer is not None)
    assert layer is not None
    module = getattr(torch.nn, layer.type)(**arguments)
    for parameter in module.parameters():
        torch.nn.init.ones_(parameter)
    x = torch.rand(shape) + 0.5

    def run(values: torch.Tensor) -> np.ndarray:
        with torch.no_grad():
            found = module(values)
        return (found[0] if isinstance(found, tuple) else found).numpy()

    before = run(x)
    for i, axis in enumerate(layer.axes(shape)):
        unread = set(axis.unread())
        cell = data.draw(st.integers(0, axis.size - 1))
        changed = x.clone()
        changed.select(2 + i, cell).fill_(1e6)
        same = np.array_equal(before, run(changed))
        others = any(len(list(other.unread())) == other.size for other in layer.axes(shape))
        assert same == (cell in unread or others), (axis, cell, unread)


@st.composite
def chain_requests(draw: Any) -> Request:
    """A layer without windows, some of its arguments wrong, and an input of any shape."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=0, max_size=5)))
    name = draw(st.sampled_from(["linear", "relu", "flatten"]))
    features, dims = st.integers(0, 5), st.integers(-6, 6)
    options = {
        "linear": {"in_features": features, "out_features": features, "bias": st.booleans()},
        "relu": {},
        "flatten": {"start_dim": dims, "end_dim": dims},
    }[name]
    return name, {argument: draw(values) for argument, values in options.items()}, shape


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(chain_requests())
def test_layers_of_a_chain(request: Request) -> None:
    name, arguments, shape = request
    assume(0 not in (arguments.get("in_features"), arguments.get("out_features")))  # torch warns, and goes on
    theirs, layer = in_torch(LAYERS[name].__name__, arguments, shape), ours(name, arguments, shape)
    assert (layer is None) == (theirs is None)
    if layer is None or theirs is None:
        return
    module, output = theirs
    assert layer.output_shape(shape) == tuple(output.shape)
    assert layer.parameters == sum(p.numel() for p in module.parameters())
    assert layer.weight_shape == (tuple(module.weight.shape) if layer.weight_shape else None)
    assert type(eval(layer.code, {"nn": torch.nn})) is type(module)


@pytest.mark.parametrize(("name", "changed"), [("conv2d", (1, 5, 8, 8)), ("conv2d", (1, 3, 8)), ("linear", (2, 4))])
def test_a_layer_checks_its_own_input(name: str, changed: tuple[int, ...]) -> None:
    arguments = {"in_channels": 3, "out_channels": 1, "kernel_size": 3}
    layer = Layer.of(name, **arguments) if name == "conv2d" else Layer.of(name, in_features=3, out_features=2)
    with pytest.raises(Refusal):
        layer.output_shape(changed)
