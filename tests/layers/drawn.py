"""Layers without windows that Hypothesis draws, some of their arguments wrong, each with an input of any shape."""

from collections.abc import Iterator
from typing import Any

import torch
from hypothesis import strategies as st

from convcli.layers import LAYERS, Layer, without_windows  # noqa: F401  (enters what it is about)
from convcli.network.notation import read_text
from convcli.refusals import Refusal
from tests.strategies import Arguments, Request

COUNT = st.integers(1, 6)
DIM = st.integers(-4, 4)
MODES = st.sampled_from(["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area"])
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "affine": st.booleans(),
    "track_running_stats": st.booleans(),
    "bias": st.booleans(),
    "elementwise_affine": st.booleans(),
    "num_features": COUNT,
    "num_groups": st.integers(1, 3),
    "num_channels": COUNT,
    "num_parameters": COUNT,
    "normalized_shape": COUNT | st.lists(COUNT, min_size=1, max_size=2).map(tuple),
    "padding": st.integers(-2, 3) | st.lists(st.integers(-2, 3), min_size=2, max_size=6).map(tuple),
    "value": st.just(1.0),
    "threshold": st.just(0.5),
    "dim": DIM,
    "start_dim": st.integers(-6, 6),
    "end_dim": st.integers(-6, 6),
    "unflattened_size": st.lists(st.sampled_from([-1, 1, 2, 3]), min_size=1, max_size=3).map(tuple),
    "upscale_factor": st.integers(1, 3),
    "downscale_factor": st.integers(1, 3),
    "groups": st.integers(1, 3),
    "size": st.none() | COUNT | st.lists(COUNT, min_size=1, max_size=3).map(tuple),
    "scale_factor": st.none() | st.sampled_from([0.5, 1.5, 2, 3]) | st.lists(COUNT, min_size=1, max_size=3).map(tuple),
    "mode": MODES,
    "align_corners": st.none() | st.booleans(),
    "recompute_scale_factor": st.none() | st.booleans(),
    "approximate": st.sampled_from(["none", "tanh", "erf"]),
    "p": st.sampled_from([0.0, 0.5, 1.0, 1.5]),
    "min_val": st.sampled_from([-1.0, 2.0]),
    "alpha": st.sampled_from([0.0, 1.0]),
    "lambd": st.sampled_from([-0.5, 0.5]),
    "in_features": COUNT,
    "out_features": COUNT,
    "num_embeddings": st.just(9),
    "embedding_dim": COUNT,
    "padding_idx": st.none() | st.integers(-12, 12),
    "inplace": st.booleans(),
}


@st.composite
def requests(draw: Any, names: tuple[str, ...]) -> Request:
    name = draw(st.sampled_from(names))
    arguments: Arguments = {}
    for argument, default in LAYERS[name].defaults().items():
        if argument in OPTIONS and (not isinstance(default, int | float | str | None) or draw(st.booleans())):
            if name == "localresponsenorm" and argument == "size":
                arguments[argument] = draw(COUNT)
            else:
                arguments[argument] = draw(OPTIONS[argument])
    return name, arguments, tuple(draw(st.lists(COUNT, min_size=0, max_size=5)))


def module_of(layer_type: str, arguments: Arguments) -> Any:
    return getattr(torch.nn, layer_type)(**arguments).eval()


def theirs(layer_type: str, arguments: Arguments, shape: tuple[int, ...]) -> Any:
    """The real module and its output; None where torch refuses, or gives nothing."""
    try:
        module = module_of(layer_type, arguments)
        x = torch.rand(shape) if layer_type != "Embedding" else torch.zeros(shape, dtype=torch.long)
        with torch.no_grad():
            output = module(x)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError):
        return None
    return (module, output) if output.numel() else None


def check(request: Request) -> None:
    """Ours agrees with torch's: refusals, shape, parameters; and its printed form is read as the same layer."""
    name, arguments, shape = request
    known = LAYERS[name].__name__
    real = theirs(known, arguments, shape)
    try:
        layer = Layer.of(name, **arguments)
        output = layer.output_shape(shape)
    except Refusal as refusal:
        assert refusal.why
        assert refusal.fix
        assert real is None, (refusal.why, real)
        return
    assert real is not None, f"torch refuses {layer.code} for {shape}"
    module, given = real
    assert output == tuple(given.shape)
    assert layer.parameters == sum(p.numel() for p in module.parameters())
    assert layer.weight_shape == (tuple(module.weight.shape) if getattr(module, "weight", None) is not None else None)
    assert len(layer.paths(shape)) == len(output)
    rebuilt = eval(layer.code, {"nn": torch.nn})
    assert printed(repr(rebuilt)) == printed(repr(module))
    assert printed(repr(module)).output_shape(shape) == output


def printed(text: str) -> Layer:
    [part] = read_text(text).parts
    assert part.layer is not None
    return part.layer


def names_in(*modules: str) -> Iterator[str]:
    """The layers that these files of ``convcli.layers`` enter."""
    for name, layer in LAYERS.items():
        if any(each.__module__.rpartition(".")[2] in modules for each in layer.__mro__[:2]):
            yield name
