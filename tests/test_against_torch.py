"""torch is the oracle: our integers agree with the real modules, refusals included."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from convcli.errors import Refusal
from convcli.layers import KINDS, Layer

Arguments = dict[str, Any]


def sizes(low: int, high: int, ndim: int) -> st.SearchStrategy[Any]:
    if ndim == 1:  # LPPool1d takes no tuples
        return st.integers(low, high)
    return st.integers(low, high) | st.tuples(*[st.integers(low, high)] * ndim)


@st.composite
def requests(draw: Callable[..., Any]) -> tuple[str, int, Arguments, tuple[int, ...]]:
    """A family, its axes, constructor arguments (some of them wrong), and an input shape."""
    family = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[family]
    ndim = draw(st.integers(1, 3))
    most = {1: 12, 2: 8, 3: 5}[ndim]
    options: dict[str, st.SearchStrategy[Any]] = {
        "kernel_size": sizes(1, 4, ndim),
        "stride": sizes(1, 4, ndim),
        "padding": sizes(-1, 3, ndim),
        "dilation": sizes(1, 3, ndim),
        "groups": st.integers(1, 3),
        "bias": st.booleans(),
        "padding_mode": st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]),
        "output_padding": sizes(0, 3, ndim),
        "ceil_mode": st.booleans(),
        "count_include_pad": st.booleans(),
        "divisor_override": st.sampled_from([None, None, 1, 3, -2]),
        "return_indices": st.booleans(),
        "norm_type": st.sampled_from([1.0, 2.0, 3.0, float("inf")]),
    }
    if family == "conv":
        options["padding"] = options["padding"] | st.sampled_from(["same", "valid"])
    arguments: Arguments = {"kernel_size": draw(options["kernel_size"])}
    for name in kind.arguments:
        if name in options and kind.has(name, ndim) and (name == "norm_type" or draw(st.booleans())):
            arguments[name] = draw(options[name])
    channels = draw(st.integers(1, 4))
    if kind.weighted:
        arguments["in_channels"], arguments["out_channels"] = channels, draw(st.integers(1, 6))
        if draw(st.booleans()):
            groups = arguments.get("groups", 1)
            arguments["in_channels"] = channels = channels * groups
            arguments["out_channels"] *= groups
    spatial = draw(st.tuples(*[st.integers(1, most)] * ndim))
    return family, ndim, arguments, (draw(st.integers(1, 2)), channels, *spatial)


def in_torch(layer_type: str, arguments: Arguments, shape: tuple[int, ...]) -> tuple[Any, Any] | None:
    """The real module and its output; None where torch refuses."""
    torch.manual_seed(0)
    try:
        module = getattr(torch.nn, layer_type)(**arguments)
        with torch.no_grad():
            found = module(torch.rand(shape) + 0.5)
    except (RuntimeError, ValueError, TypeError):
        return None
    output = found[0] if isinstance(found, tuple) else found
    # Some of torch's backends refuse a transposed convolution without any output, others give an
    # empty tensor, by groups and batch. We always refuse it.
    return (module, output) if output.numel() else None


def ours(family: str, ndim: int, arguments: Arguments, shape: tuple[int, ...]) -> Layer | None:
    """Our layer, if it takes this input; None where we refuse."""
    try:
        layer = Layer.of(family, ndim, **arguments)
        layer.output_shape(shape)
    except Refusal:
        return None
    return layer


def pair(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


CONV = {"in_channels": 1, "out_channels": 1, "kernel_size": 3}


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(requests())
@example(("conv", 1, CONV | {"padding": -1, "padding_mode": "reflect"}, (1, 1, 10)))
@example(("conv", 1, CONV | {"padding": 10, "padding_mode": "circular"}, (1, 1, 10)))
@example(("conv", 2, CONV | {"kernel_size": (4, 3), "padding": "same"}, (1, 1, 6, 6)))
def test_shapes_counts_and_refusals(request: tuple[str, int, Arguments, tuple[int, ...]]) -> None:
    family, ndim, arguments, shape = request
    kind = f"{KINDS[family].name}{ndim}d"
    theirs, layer = in_torch(kind, arguments, shape), ours(family, ndim, arguments, shape)
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
def test_unread_elements_change_nothing(request: tuple[str, int, Arguments, tuple[int, ...]], data: Any) -> None:
    """A huge value in what we call unread leaves the output alone; in what is read it does not."""
    family, ndim, arguments, shape = request
    layer = ours(family, ndim, arguments, shape)
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
    for i, axis in enumerate(layer.axes(shape[2:])):
        unread = set(axis.unread())
        cell = data.draw(st.integers(0, axis.size - 1))
        changed = x.clone()
        changed.select(2 + i, cell).fill_(1e6)
        same = np.array_equal(before, run(changed))
        others = any(len(list(other.unread())) == other.size for other in layer.axes(shape[2:]))
        assert same == (cell in unread or others), (axis, cell, unread)
