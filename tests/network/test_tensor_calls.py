"""What a forward does with a tensor, against torch's own tensors."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from convcli.network.sight import Sight
from convcli.network.tensor_calls import AxisSize, CantView, Permute, View, of_function
from convcli.refusals import Refusal

SHAPE = (1, 8, 6, 4)


@pytest.mark.parametrize(
    ("written", "name", "values", "named"),
    [
        ("x.view(-1, 192)", "view", (-1, 192), {}),
        ("x.reshape((1, 8, 24))", "reshape", ((1, 8, 24),), {}),
        ("x.permute(0, 2, 3, 1)", "permute", (0, 2, 3, 1), {}),
        ("x.transpose(1, -1)", "transpose", (1, -1), {}),
        ("x.unsqueeze(-1)", "unsqueeze", (-1,), {}),
        ("x.squeeze(0)", "squeeze", (0,), {}),
        ("x.squeeze()", "squeeze", (), {}),
        ("x.mean((2, 3))", "mean", ((2, 3),), {}),
        ("x.mean(dim=-1, keepdim=True)", "mean", (), {"dim": -1, "keepdim": True}),
        ("x.sum(1)", "sum", (1,), {}),
        ("x.amax(3)", "amax", (3,), {}),
        ("x.flatten(1)", "flatten", (1,), {}),
        ("torch.flatten(x)", "flatten", (), {}),
        ("F.relu(x)", "relu", (), {"inplace": False}),
        ("F.leaky_relu(x, 0.2)", "leaky_relu", (0.2,), {}),
        ("F.max_pool2d(x, 2, 1)", "max_pool2d", (2, 1), {}),
        ("F.max_pool2d(x, 3, 2, 1, 1, True)", "max_pool2d", (3, 2, 1, 1, True), {}),
        ("F.avg_pool2d(x, 2)", "avg_pool2d", (2,), {}),
        ("F.adaptive_avg_pool2d(x, 1)", "adaptive_avg_pool2d", (1,), {}),
        ("F.dropout(x, 0.3, False)", "dropout", (0.3, False), {}),
        ("F.log_softmax(x, dim=1)", "log_softmax", (), {"dim": 1}),
        ("F.interpolate(x, scale_factor=2)", "interpolate", (), {"scale_factor": 2}),
        ("F.pad(x, (1, 2, 0, 1))", "pad", ((1, 2, 0, 1),), {}),
        ("F.pad(x, (1, 2, 0, 1), mode='reflect')", "pad", ((1, 2, 0, 1),), {"mode": "reflect"}),
        ("F.pad(x, (1, 2, 0, 1), mode='circular')", "pad", ((1, 2, 0, 1),), {"mode": "circular"}),
        ("F.pixel_shuffle(x, 2)", "pixel_shuffle", (2,), {}),
    ],
)
def test_shapes_are_torchs(written: str, name: str, values: tuple[Any, ...], named: dict[str, Any]) -> None:
    layer = of_function(name, values, named)
    assert layer is not None
    output = eval(written, {"x": torch.zeros(SHAPE), "torch": torch, "F": F})
    assert layer.output_shape(SHAPE) == tuple(output.shape)
    assert len(layer.paths(SHAPE)) == output.dim()


SIZES = st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), min_size=1, max_size=4)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), SIZES)
def test_views_are_torchs(shape: list[int], sizes: list[int]) -> None:
    try:
        expected = tuple(torch.zeros(shape).view(sizes).shape)
    except RuntimeError:
        expected = None
    try:
        view = View(tuple(sizes))
        assert view.output_shape(shape) == expected
        assert len(view.paths(shape)) == len(sizes)
    except CantView as refusal:
        assert expected is None
        assert refusal.fix


def test_places_through_a_view() -> None:
    sight = Sight.of_input((1, 1, 8, 8))
    squeezed = sight.through(View((1, 8, 8)).paths((1, 1, 8, 8)), (1, 1, 8, 8))
    assert squeezed.carried == (frozenset(), frozenset({0}), frozenset({1}))
    flat = sight.through(View((1, -1)).paths((1, 1, 8, 8)), (1, 1, 8, 8))
    assert flat.together[0] is not None


def test_codes_run() -> None:
    for name, values in (("view", (-1, 192)), ("permute", ((0, 2, 3, 1),)), ("mean", ((2, 3),)), ("unsqueeze", (1,))):
        layer = of_function(name, values, {})
        assert layer is not None
        assert tuple(eval(layer.code, {"x": torch.zeros(SHAPE)}).shape) == layer.output_shape(SHAPE)
    assert View((AxisSize(0), -1)).code == "x.view(x.size(0), -1)"
    assert View((AxisSize(0), -1)).output_shape(SHAPE) == (1, 192)


def test_what_does_not_fit() -> None:
    with pytest.raises(CantView, match="192 isn't a multiple of 100"):
        View((-1, 100)).output_shape(SHAPE)
    with pytest.raises(Refusal):
        Permute((0, 1)).output_shape(SHAPE)
    assert of_function("fft", (), {}) is None


def test_without_a_number_all_axes_belong_together() -> None:
    assert View((5, 0)).paths((0, 1, 5)) == (((0, None), (1, None), (2, None)),) * 2
