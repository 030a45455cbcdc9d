"""What every layer answers, and how it is found."""

from dataclasses import FrozenInstanceError

import pytest
import torch

from convcli.layers import LAYERS, Layer
from convcli.refusals import Refusal


def test_every_layer_is_a_torch_class_with_torchs_arguments() -> None:
    for layer in LAYERS.values():
        names = getattr(torch.nn, layer.__name__).__init__.__code__.co_varnames
        if "args" not in names:
            assert set(layer.defaults()) <= {*names, *getattr(torch.nn, layer.__name__).__constants__}, layer.__name__
        assert layer.summary


def test_equal_arguments_make_equal_layers() -> None:
    one, other = (Layer.of("MaxPool2d", kernel_size=size) for size in (2, (2, 2)))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Layer.of("avgpool2d", kernel_size=2)
    assert repr(one) == "nn.MaxPool2d(kernel_size=2)"
    with pytest.raises(FrozenInstanceError):
        one.stride = (1, 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("conv9d", {}, "no layer"),
        ("conv2", {"kernel_size": 1}, "conv2d"),
        ("conv1d", {"kernel": 3}, "takes no argument 'kernel'"),
        ("conv1d", {"in_channels": 1, "out_channels": 1}, "without kernel_size"),
        ("maxpool2d", {"kernel_size": (1, 2, 3)}, "3 values"),
    ],
)
def test_what_is_no_layer(name: str, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        Layer.of(name, **arguments)
