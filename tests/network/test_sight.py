"""Axes that are moved, joined, split and lost."""

from convcli.layers import Layer
from convcli.network.sight import Sight
from convcli.network.tensor_calls import Mean, Permute


def after(*steps: Layer, shape: tuple[int, ...] = (1, 3, 20, 30)) -> Sight:
    sight = Sight.of_input(shape)
    for layer in steps:
        sight = sight.through(layer.paths(shape), shape)
        shape = layer.output_shape(shape)
    return sight


CONV = Layer.of("conv2d", in_channels=3, out_channels=4, kernel_size=(3, 5), stride=2)


def test_moved() -> None:
    sight = after(CONV, Permute((0, 3, 1, 2)))
    assert sight.carried == (frozenset(), frozenset({1}), frozenset(), frozenset({0}))
    assert sight.seen == ((3, "exact"), (5, "exact"))


def test_flattened_and_then_read_as_a_whole() -> None:
    flat = after(CONV, Layer.of("flatten"))
    assert flat.seen == ((3, "flattened"), (5, "flattened"))
    assert not flat.slides
    through = after(CONV, Layer.of("flatten"), Layer.of("linear", in_features=4 * 9 * 13, out_features=2))
    assert through.seen == ((19, "exact"), (29, "exact"))  # the last row and column are never read
    assert after(CONV, Mean((2, 3))).seen == ((19, "exact"), (29, "exact"))


def test_whole_input() -> None:
    sight = after(Layer.of("adaptiveavgpool2d", output_size=1))
    assert sight.seen == ((20, "whole input"), (30, "whole input"))
    assert sight.everything


def test_joined() -> None:
    one, other = after(CONV), after(Layer.of("conv2d", in_channels=3, out_channels=4, kernel_size=1, stride=2))
    joint = one.joined([other])
    assert joint is not None
    assert joint.seen == one.seen
    assert one.joined([after()]) is None
    gate = after(Layer.of("adaptiveavgpool2d", output_size=1))
    assert one.joined([gate]) is gate


def test_unfolded() -> None:
    sight = after(Layer.of("unfold", kernel_size=3))
    assert sight.seen == ((3, "flattened"), (3, "flattened"))


def test_upper_bounds() -> None:
    up = Layer.of("convtranspose2d", in_channels=3, out_channels=3, kernel_size=3, stride=2)
    assert after(up).seen == ((2, "upper bound"), (2, "upper bound"))
