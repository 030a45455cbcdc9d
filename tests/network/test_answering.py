"""The shapes that are worked out instead of torch's: torch's own, wherever an answer is given."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convcli.network.answering import SHAPES, Answering, Unknown, answered

aten = torch.ops.aten


def tensor(*shape: int, **kind: Any) -> torch.Tensor:
    return torch.empty(shape, device="meta", **kind)


def said(give: Callable[[], Any]) -> Any:
    """What an operation gives, in shapes and kinds of numbers; the error's class where it is refused."""
    try:
        made = give()
    except (RuntimeError, ValueError, IndexError):
        return "refused"
    many = made if isinstance(made, tuple) else (made,)
    return [(tuple(each.shape), each.dtype, each.is_contiguous()) for each in many]


def held_against_torch(function: Any, *args: Any) -> None:
    """Either torch is asked, or the answer is torch's."""
    try:
        made = answered(function, args)
    except Unknown:
        return
    assert said(lambda: made) == said(lambda: function(*args))


small = st.integers(0, 3)


@settings(max_examples=150)
@given(st.data())
def test_windows(data: st.DataObject) -> None:
    ndim = data.draw(st.integers(1, 3))

    def each(numbers: st.SearchStrategy[int]) -> list[int]:
        return [data.draw(numbers) for _ in range(data.draw(st.sampled_from([1, ndim])))]

    sizes = [data.draw(st.integers(1, 7)) for _ in range(ndim)]
    kernel = [data.draw(st.integers(1, 3)) for _ in range(ndim)]
    stride, padding, dilation = each(st.integers(1, 3)), each(small), each(st.integers(1, 2))
    groups, ins = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 4))
    x, weight = tensor(2, ins, *sizes), tensor(data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4)), *kernel)
    transposed, extra = data.draw(st.booleans()), each(small)
    held_against_torch(aten.convolution.default, x, weight, None, stride, padding, dilation, transposed, extra, groups)
    if ndim > 1:
        pools = {2: aten.max_pool2d_with_indices, 3: aten.max_pool3d_with_indices}
        held_against_torch(pools[ndim].default, x, kernel, stride, padding, dilation, data.draw(st.booleans()))
        if ndim == 2:
            held_against_torch(aten.avg_pool2d.default, x, kernel, stride, padding, data.draw(st.booleans()))


@settings(max_examples=100)
@given(st.data())
def test_axes(data: st.DataObject) -> None:
    shape = st.lists(st.integers(1, 3), min_size=1, max_size=4)
    x, y = (tensor(*data.draw(shape)) for _ in range(2))
    dim = data.draw(st.integers(-4, 4))
    for function in (aten.add.Tensor, aten.mul.Tensor, aten.add_.Tensor, aten.mm.default, aten.bmm.default):
        held_against_torch(function, x, y)
    held_against_torch(aten.addmm.default, y, x, x)
    held_against_torch(aten.cat.default, [x, y, x], dim)
    held_against_torch(aten.mean.dim, x, [dim], data.draw(st.booleans()))
    held_against_torch(aten.native_layer_norm.default, x, list(y.shape), None, None, 1e-5)
    held_against_torch(aten.mul.Tensor, x, 2)


LAYERS = [
    *(nn.Conv2d(4, 4, 3, groups=2), nn.ConvTranspose2d(4, 2, 3, stride=2), nn.BatchNorm2d(4), nn.GroupNorm(2, 4)),
    *(nn.LayerNorm(8), nn.InstanceNorm2d(4, affine=True), nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(1)),
    *(nn.AdaptiveAvgPool2d(3), nn.Upsample(scale_factor=2), nn.Upsample(scale_factor=2, mode="bilinear")),
    *(nn.ReLU(), nn.ReLU6(True), nn.GELU(), nn.SiLU(), nn.Sigmoid(), nn.Tanh(), nn.Hardswish(), nn.Hardsigmoid()),
    *(nn.LeakyReLU(0.2), nn.ELU(), nn.Softplus(), nn.Mish(), nn.Softmax(1), nn.LogSoftmax(1), nn.Linear(8, 3)),
]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_layers(layer: nn.Module, training: bool) -> None:
    layer, x = layer.to("meta").train(training), tensor(2, 4, 8, 8)
    inputs = [x.clone, lambda: x[0], lambda: x.permute(0, 2, 3, 1), lambda: x[:, :3]]
    for make in inputs[: 2 if isinstance(layer, nn.ConvTranspose2d) else 4]:
        own = said(lambda make=make: layer(make()))
        with Answering():
            assert said(lambda make=make: layer(make())) == own


def test_torch_is_asked() -> None:
    x = tensor(1, 2, 4, 4)
    for function, args in (
        (aten.add.Tensor, (x, tensor(1, 2, 4, 4, dtype=torch.long))),
        (aten.relu.default, (torch.zeros(3),)),
        (aten.relu.default, (x.permute(0, 2, 3, 1),)),
        (aten.mean.dim, (x, None)),
        (aten.view.default, (x, [32])),
        (aten.convolution.default, (x,)),
    ):
        with pytest.raises(Unknown):
            answered(function, args)
    with Answering(), pytest.raises(RuntimeError, match="channel"):
        F.conv2d(x, tensor(1, 3, 3, 3))
    with Answering(), pytest.raises(RuntimeError, match="to have 3 channels, but got 2 channels"):
        F.conv_transpose2d(x, tensor(3, 1, 3, 3))
    with pytest.raises(RuntimeError, match="to have 3 channels, but got 2 channels"):
        F.conv_transpose2d(torch.zeros(1, 2, 4, 4), torch.zeros(3, 1, 3, 3))
    with Answering():
        assert F.gelu(x, approximate="tanh").shape == x.shape


def test_the_compiler_stays_out() -> None:
    script = """
import sys, torch
from torch import nn
from convcli.network.running import run
layers = [nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
with torch.device("meta"):
    run(nn.Sequential(*layers, nn.Linear(4, 2)).to("meta").eval(), [torch.empty(1, 3, 9, 9)])
assert not {"torch._dynamo", "sympy"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert all(callable(each) for each in SHAPES.values())
