"""Settings are turned one by one; what can't be keeps the last plan and says why."""

import pytest

from convcli.data.filters import FILTERS
from convcli.explore.knobs import Setup, bar
from convcli.layers import LAYERS, Windowed
from convcli.refusals import Refusal

NAMES = [name for name, layer in LAYERS.items() if issubclass(layer, Windowed)]


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_of_every_layer(name: str) -> None:
    setup = Setup.of(name, {})
    assert setup.knobs
    for knob in setup.knobs:
        for by in (1, -1):
            turned = setup.turned(knob, by)
            assert turned.value(knob) != setup.value(knob) or turned.value(knob) in (0, (0,) * len(setup.plan.axes))
            if turned.refusal:
                assert turned.plan is setup.plan
            else:
                assert getattr(turned.plan.layer, knob) == turned.value(knob)


def test_a_turn_is_a_new_plan() -> None:
    setup = Setup.of("conv2d", {"kernel_size": (3, 5), "padding": "same"}, size=(1, 8, 8))
    assert setup.turned("kernel_size", -1).plan.layer.arguments()["kernel_size"] == (2, 4)
    assert setup.turned("padding", 1).value("padding") == (2, 3)  # from here on in numbers
    assert setup.turned("padding_mode", -1).value("padding_mode") == "circular"
    assert Setup.of("maxpool1d", {}).turned("ceil_mode", 1).plan.layer.arguments()["ceil_mode"] is True
    # A pooling's stride follows its kernel until it is turned itself.
    pool = Setup.of("maxpool1d", {}).turned("kernel_size", 1)
    assert (pool.value("stride"), pool.turned("stride", -1).turned("kernel_size", 1).value("stride")) == ((3,), (2,))
    assert Setup.of("adaptiveavgpool2d", {"output_size": (None, 2)}).turned("output_size", 1).value("output_size") == (
        4,
        3,
    )


def test_what_cannot_be_can_be_turned_on() -> None:
    """Three groups need three output channels: on the way there is what can't be."""
    setup = Setup.of("conv2d", {"out_channels": 2})  # 3 channels in
    for _ in range(2):
        setup = setup.turned("groups", 1)
        assert "split into groups" in str(setup.refusal)
        assert setup.plan.layer.groups == 1
    setup = setup.turned("out_channels", 1)
    assert setup.refusal is None
    assert (setup.plan.layer.groups, setup.plan.output_shape[1]) == (3, 3)


def test_a_kernel_that_was_given_keeps_its_size() -> None:
    setup = Setup.of("conv2d", {}, weight=FILTERS["sobel-x"].array, depthwise=True)
    assert "it follows from the weight" in str(setup.turned("kernel_size", 1).refusal)
    with pytest.raises(Refusal):
        Setup.of("conv2d", {"kernel_size": 99})


def test_the_bar_fits_and_each_knob_is_found() -> None:
    setup = Setup.of("convtranspose2d", {})
    for width in (40, 80, 200):
        sheet = bar(setup, 1, width)
        assert max(len(line.plain.rstrip()) for line in sheet.lines) <= width
        for line, columns, (part, (i, by)) in sheet.spots:
            text = sheet.lines[line].plain[columns.start : columns.stop]
            assert part == "knob"
            assert text.strip() == {1: "+", -1: "-"}.get(by, text.strip()) or setup.knobs[i] == "padding_mode"
    assert {place for *_, (_, place) in sheet.spots} >= {(i, 0) for i in range(len(setup.knobs))}
