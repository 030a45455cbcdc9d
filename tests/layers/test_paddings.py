"""Padding layers, against torch's."""

import pytest
import torch
from hypothesis import given, settings

from convcli.layers import LAYERS, Layer
from tests.layers.drawn import check, names_in, requests
from tests.strategies import Request


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=250)
@given(requests(tuple(names_in("paddings"))))
def test_they_are_torchs(request: Request) -> None:
    check(request)


@pytest.mark.parametrize("name", [name for name in names_in("paddings") if name.endswith("2d")])
def test_the_smallest_size(name: str) -> None:
    value = {"value": 1.0} if "value" in LAYERS[name].defaults() else {}
    layer = Layer.of(name, padding=(2, 1, 0, 3), **value)
    module = eval(layer.code, {"nn": torch.nn})
    least = [layer.least_size(axis, 6) for axis in range(2)]
    assert min(module(torch.zeros(1, 1, *least)).shape[2:]) >= 6
    assert layer.output_shape((1, 1, *least)) == tuple(module(torch.zeros(1, 1, *least)).shape)
