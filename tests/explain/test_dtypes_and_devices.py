"""Numbers of another type, or on another device."""

import pytest
import torch
from torch import nn

from tests.explain import answer_to, error_of


@pytest.mark.parametrize(
    ("layer", "dtype"), [(nn.Conv2d(1, 1, 1), torch.float64), (nn.Linear(3, 1), torch.int64)], ids=str
)
def test_an_input_of_another_type_is_cast(layer: nn.Module, dtype: torch.dtype) -> None:
    x = torch.zeros(1, 1, 3, 3, dtype=dtype)
    explanation = answer_to(error_of(lambda: layer(x)))
    names = {"x": x, "layer": layer}
    exec(explanation.fixes[0].code, names)
    assert explanation.family == "dtype"
    assert layer(names["x"]).dtype == torch.float32


def test_two_devices_in_the_types_names_are_no_matter_of_types() -> None:
    text = "Input type ({}) and weight type (torch.FloatTensor) should be the same"
    assert answer_to(text.format("torch.cuda.FloatTensor")).family == "device"
    assert answer_to(text.format("torch.DoubleTensor")).family == "dtype"


def test_double_weights_keep_their_type() -> None:
    explanation = answer_to("Input type (float) and bias type (double) should be the same")
    assert explanation.fixes[0].code == "x = x.to(layer.weight.dtype)"


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("\"max_pool2d\" not implemented for 'Bool'", "dtype"),
        ("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!", "device"),
        ("Torch not compiled with CUDA enabled", "device"),
        ("CUDA out of memory. Tried to allocate 20.00 MiB", "memory"),
    ],
)
def test_what_this_machine_may_not_raise(text: str, family: str) -> None:
    assert answer_to(text).family == family
