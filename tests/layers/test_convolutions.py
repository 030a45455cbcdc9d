"""Channels in groups, weights, counts."""

import pytest

from convcli.layers import Layer, Windowed


@pytest.mark.parametrize("name", ["conv1d", "convtranspose1d"])
def test_a_weight_joins_the_channels_that_sources_say(name: str) -> None:
    layer = Layer.of(name, in_channels=4, out_channels=6, kernel_size=1, groups=2)
    assert isinstance(layer, Windowed)
    for channel in range(6):
        for source, weight in layer.sources(channel):
            assert weight is not None
            assert layer.joined((*weight, 0)) == (source, channel)
            assert (channel, weight) in list(layer.targets(source))


def test_groups_are_told_with_what_they_save() -> None:
    layer = Layer.of("conv1d", in_channels=4, out_channels=4, kernel_size=3, groups=4)
    said = dict(layer.remarks((1, 4, 5)))
    assert said["groups"] == "depthwise, in → out channels: 0 → 0 · 1 → 1 · 2 → 2 · 3 → 3"
    assert said[""] == "12 weights and 36 MACs, ungrouped 48 and 144: 1/4"
