"""A request worked out without torch."""

import pytest

from convcli.data.arrays import Array
from convcli.data.samples import experiment, weights_of
from convcli.plan import make_plan
from convcli.refusals import Channels, Refusal


def test_what_was_left_out_follows() -> None:
    assert make_plan("conv2d", {}).layer.code == "nn.Conv2d(3, 1, kernel_size=3)"
    weight = Array("list", (4, 2, 3), None)
    assert make_plan("conv1d", {}, weight=weight).layer.code == "nn.Conv1d(2, 4, kernel_size=3, bias=False)"
    assert make_plan("convtranspose1d", {}, weight=weight).layer.code.startswith("nn.ConvTranspose1d(4, 2,")
    assert make_plan("conv2d", {}, depthwise=True).layer.groups == 3


def test_the_words_tell_what_the_input_was_before_axes_were_added() -> None:
    with pytest.raises(Channels) as raised:
        make_plan("conv1d", {"in_channels": 3}, input=Array("list", (2, 5), None))
    assert "[2, 5] → [1, 2, 5]" in raised.value.why


@pytest.mark.parametrize(("name", "size"), [("linear", None), ("conv1d", (1, 2, 3, 4)), ("conv1d", (0,))])
def test_what_is_no_request(name: str, size: tuple[int, ...] | None) -> None:
    with pytest.raises(Refusal):
        make_plan(name, {}, size=size)


def test_the_lines_of_a_single_axis() -> None:
    assert list(map(list, make_plan("conv1d", {}, size=(2, 3)).lines)) == [[1, 2, 3], [1, 2, 3]]
    assert make_plan("conv1d", {}, input=Array("list", (1, 1, 3), [[[5.0, 6.0, 7.0]]])).lines == [[5.0, 6.0, 7.0]]
    assert make_plan("conv1d", {}, input=Array("list", (3,), [5.0, 6.0, 7.0])).lines == [[5.0, 6.0, 7.0]]
    assert make_plan("conv1d", {}, size=(2, 1, 3)).lines == []
    assert make_plan("conv2d", {}).lines == []


def test_the_posts_weights_bring_their_bias() -> None:
    weight = weights_of(experiment("cnn1d_4"))
    assert make_plan("conv1d", {}, weight=weight).layer.code == "nn.Conv1d(1, 5, kernel_size=3)"
    plan = make_plan("conv1d", {"stride": 2}, weight=weight)
    assert (plan.bias, plan.weight_origin) == (weight.bias, "cnn1d_4: seed 0 once, the 4th layer built")
    assert make_plan("conv1d", {"bias": False}, weight=weight).bias is None
    other = Array("list", (1,), [1.0])
    assert make_plan("conv1d", {}, weight=weight, bias=other).bias is other
    # A transposed layer's outputs are the other axis of the weight.
    assert make_plan("convtranspose1d", {}, weight=weight).layer.code.endswith("(5, 1, kernel_size=3, bias=False)")


def test_where_weights_are_from() -> None:
    assert make_plan("conv1d", {}, seed=3).weight_origin == "PyTorch's default, seed 3"
    assert make_plan("conv1d", {}, weight=Array("list", (2,), [1.0, 2.0])).weight_origin == "given"
