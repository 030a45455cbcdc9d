"""Poolings, sliding and adaptive."""

import pytest

from convcli.layers import Layer
from convcli.refusals import Refusal


def test_a_poolings_stride_is_its_kernel_and_that_is_said_only_then() -> None:
    assert dict(Layer.of("maxpool1d", kernel_size=3).remarks((1, 1, 9)))["stride"].startswith("3: ")
    assert "stride" not in dict(Layer.of("maxpool1d", kernel_size=3, stride=3).remarks((1, 1, 9)))
    assert Layer.of("maxpool1d", kernel_size=3) == Layer.of("maxpool1d", kernel_size=3, stride=3)


def test_adaptive_windows_that_share_cells_are_told() -> None:
    layer = Layer.of("adaptiveavgpool1d", output_size=4)
    assert "share a cell" in dict(layer.remarks((1, 1, 10)))["length"]
    assert dict(layer.remarks((1, 1, 8))) == {}
    assert Layer.of("adaptivemaxpool2d", output_size=(None, 2)).output_shape((1, 3, 5, 7)) == (1, 3, 5, 2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("adaptiveavgpool1d", {"output_size": (None,)}),
        ("adaptiveavgpool2d", {"output_size": 0}),
        ("avgpool1d", {"kernel_size": 2, "divisor_override": 3}),
        ("avgpool2d", {"kernel_size": 2, "divisor_override": 0}),
        ("lppool1d", {"kernel_size": 2, "norm_type": 0}),
    ],
)
def test_what_torch_refuses(name: str, arguments: dict[str, object]) -> None:
    with pytest.raises(Refusal):
        Layer.of(name, **arguments)
