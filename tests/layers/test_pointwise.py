"""Layers of a chain that have no window."""

import pytest
from hypothesis import given, settings

from convcli.layers import Layer
from convcli.refusals import Refusal
from tests.layers.drawn import check, names_in, requests
from tests.strategies import Request


def test_a_chain_of_them_and_a_convolution() -> None:
    chain = [
        Layer.of("conv2d", in_channels=1, out_channels=4, kernel_size=3),
        Layer.of("relu"),
        Layer.of("flatten"),
        Layer.of("linear", in_features=4 * 26 * 26, out_features=10),
    ]
    shape: tuple[int, ...] = (2, 1, 28, 28)
    for layer in chain:
        assert all(axis.output >= 1 for axis in layer.axes(shape))
        shape = layer.output_shape(shape)
    assert shape == (2, 10)
    assert [layer.parameters for layer in chain] == [40, 0, 0, 27050]
    assert [layer.macs((2, 1, 28, 28)) for layer in chain[:1]] == [24336]
    assert chain[3].macs((2, 2704)) == 27040


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "said"),
    [
        ("linear", {"in_features": 2048, "out_features": 10}, (32, 512), "takes 2048 features"),
        ("flatten", {"start_dim": 2}, (4, 5), "and none there"),
        ("flatten", {"start_dim": 2, "end_dim": 1}, (4, 5, 6), "and none there"),
    ],
)
def test_what_does_not_fit(name: str, arguments: dict[str, int], shape: tuple[int, ...], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        Layer.of(name, **arguments).output_shape(shape)


def test_a_linear_layer_reads_everything_and_a_relu_its_own_cell() -> None:
    assert Layer.of("linear", in_features=3, out_features=2).axes((1, 3))[0].coverage() == [2, 2, 2]
    assert Layer.of("relu").axes((1, 3)) == ()


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=250)
@given(requests(tuple(names_in("pointwise"))))
def test_they_are_torchs(request: Request) -> None:
    check(request)


def test_identity_takes_anything() -> None:
    assert Layer.of("identity", width=3, deep=True).output_shape((4, 5)) == (4, 5)
