"""Published worked examples, reproduced; and MACs against torch's own counter."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from convcli.layers import Layer
from tests.conftest import Ran

RAMP5 = str([[float(5 * r + c) for c in range(5)] for r in range(5)])
ONES = "[[1,1,1],[1,1,1],[1,1,1]]"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        # Dive into Deep Learning, 7.2: the corner example of cross-correlation.
        ("conv2d -i [[0,1,2],[3,4,5],[6,7,8]] --weight [[0,1],[2,3]]", [[19, 25], [37, 43]]),
        # Dive into Deep Learning, 14.10: transposed, stride 1 and stride 2.
        ("convtranspose2d -i [[0,1],[2,3]] --weight [[0,1],[2,3]]", [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (
            "convtranspose2d -i [[0,1],[2,3]] --weight [[0,1],[2,3]] --stride 2",
            [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]],
        ),
        # Dive into Deep Learning, 7.5: maximum and mean pooling, stride 1.
        ("maxpool2d -i [[0,1,2],[3,4,5],[6,7,8]] --kernel 2 --stride 1", [[4, 5], [7, 8]]),
        ("avgpool2d -i [[0,1,2],[3,4,5],[6,7,8]] --kernel 2 --stride 1", [[2, 3], [5, 6]]),
        # ONNX node test basic_conv_without_padding.
        (f"conv2d -i {RAMP5} --weight {ONES}", [[54, 63, 72], [99, 108, 117], [144, 153, 162]]),
        # ONNX node test maxpool_2d_ceil.
        (
            "maxpool2d -i [[1,2,3,4],[5,6,7,8],[9,10,11,12],[13,14,15,16]] --kernel 3 --stride 2 --ceil-mode",
            [[11, 12], [15, 16]],
        ),
    ],
)
def test_published_example(convcli: Callable[..., Ran], arguments: str, expected: Any) -> None:
    ran = convcli(*[a.replace(" ", "") for a in arguments.replace(", ", ",").split(" ")], "--json")
    assert ran.code == 0, ran.err
    np.testing.assert_allclose(np.array(json.loads(ran.out)["output"]["values"])[0, 0], expected)


@pytest.mark.parametrize("family", ["conv", "convtranspose"])
@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_macs_are_half_of_torchs_flops(family: str, ndim: int) -> None:
    for groups, stride, dilation in ((1, 1, 1), (2, 2, 1), (4, 1, 2)):
        arguments = {"in_channels": 4, "out_channels": 8, "kernel_size": 3, "padding": 1}
        arguments |= {"stride": stride, "dilation": dilation, "groups": groups}
        layer = Layer.of(f"{family}{ndim}d", **arguments)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            getattr(torch.nn, layer.type)(**arguments)(torch.zeros(1, 4, *[9] * ndim))
        assert counter.get_total_flops() == 2 * layer.macs((1, 4, *[9] * ndim))
