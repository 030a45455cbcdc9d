"""What moves cells, against torch's; upsampling cell by cell."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.layers import Layer
from tests.layers.drawn import check, names_in, requests
from tests.strategies import Request


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=250)
@given(requests(tuple(names_in("reshapings"))))
def test_they_are_torchs(request: Request) -> None:
    check(request)


ASKED = st.one_of(
    st.sampled_from([1, 2, 3, 4]).map(lambda factor: {"scale_factor": factor}),
    st.integers(1, 12).map(lambda size: {"size": size}),
)


MODES = st.sampled_from(["nearest", "nearest-exact", "linear", "area"])


@settings(max_examples=100)
@given(st.integers(1, 8), ASKED, MODES, st.sampled_from([None, True]))
def test_upsampling_reads_what_torch_mixes(size: int, asked: dict[str, Any], mode: str, corners: bool | None) -> None:
    arguments = asked | {"mode": mode} | ({"align_corners": corners} if mode == "linear" else {})
    layer = Layer.of("upsample", **arguments)
    [axis] = layer.axes((1, 1, size)) or [None]
    if axis is None:
        return
    module = torch.nn.Upsample(**arguments)
    mixed = module(torch.eye(size).view(size, 1, size))[:, 0]  # [input cell, output cell]
    for output in range(axis.output):
        read = {cell for _, _, cell in axis.taps(output)}
        there = set((mixed[:, output].abs() > 1e-6).nonzero().flatten().tolist())
        assert there <= read
        assert read <= there or mode == "linear"  # a weight may round to zero
        first, last = axis.span(output)
        if 0 <= first <= last < size:
            assert (min(read), max(read)) == (first, last)


def test_places_are_followed() -> None:
    assert Layer.of("pixelshuffle", upscale_factor=2).axes((1, 4, 3, 3))[0].span(3) == (1, 1)
    assert Layer.of("pixelunshuffle", downscale_factor=2).axes((1, 1, 4, 4))[0].span(1) == (2, 3)
    assert Layer.of("unflatten", dim=1, unflattened_size=(2, -1)).paths((1, 6)) == (
        ((0, None),),
        ((1, None),),
        ((1, None),),
    )


@pytest.mark.parametrize(
    ("name", "arguments", "outputs", "least"),
    [
        ("pixelshuffle", {"upscale_factor": 2}, 5, 3),
        ("pixelunshuffle", {"downscale_factor": 2}, 5, 10),
        ("upsample", {"scale_factor": 2}, 5, 3),
        ("upsample", {"size": 5}, 5, 1),
        ("adaptiveavgpool2d", {"output_size": 3}, 3, 1),
        ("conv2d", {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "stride": 2}, 4, 9),
        ("avgpool3d", {"kernel_size": 3, "stride": 1, "padding": 1}, 1, 3),
    ],
)
def test_the_smallest_size(name: str, arguments: dict[str, Any], outputs: int, least: int) -> None:
    assert Layer.of(name, **arguments).least_size(0, outputs) == least
