"""Published worked examples, reproduced; and MACs against torch's own counter."""

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
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


GUIDE = (Path(__file__).parent.parent / "examples" / "conv_arithmetic.md").read_text(encoding="utf-8")
COMMANDS = {name: line for line, name in re.findall(r"^convcli (.* --export (.*)\.svg)$", GUIDE, re.MULTILINE)}
# Dumoulin & Visin's figures: the sides of the convolution's input and output, its kernel, stride, padding and dilation.
FIGURES = {
    "no_padding_no_strides": (4, 2, 3, 1, 0, 1),
    "arbitrary_padding_no_strides": (5, 6, 4, 1, 2, 1),
    "same_padding_no_strides": (5, 5, 3, 1, 1, 1),
    "full_padding_no_strides": (5, 7, 3, 1, 2, 1),
    "no_padding_strides": (5, 2, 3, 2, 0, 1),
    "padding_strides": (5, 3, 3, 2, 1, 1),
    "padding_strides_odd": (6, 3, 3, 2, 1, 1),
    "dilation": (7, 3, 3, 1, 0, 2),
}
TRANSPOSED = [name for name in FIGURES if name != "dilation"]


def test_the_fifteen_settings_are_there() -> None:
    assert list(COMMANDS) == [*TRANSPOSED, *(f"{name}_transposed" for name in TRANSPOSED), "dilation"]


@pytest.mark.parametrize("picture", COMMANDS)
def test_the_same_window_over_the_same_cells(
    convcli: Callable[..., Ran], picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures' windows, worked out from their numbers alone, and the steps of each command."""
    monkeypatch.chdir(tmp_path)
    words = COMMANDS[picture].split()
    assert convcli(*words).code == 0
    assert (tmp_path / f"{picture}.svg").stat().st_size
    told = json.loads(convcli(*words[:-2], "--steps", "all", "--json").out)
    small, large, kernel, stride, padding, dilation = FIGURES[picture.removesuffix("_transposed")]
    before, after = small, large
    if "transposed" in picture:
        # The guide's window walks one by one over the input, stride − 1 zeros between its cells, kernel − 1 − padding
        # around them; it holds the kernel turned round.
        before, after = large, small
        along = [
            [(kernel - 1 - u, (at + u - (kernel - 1 - padding)) / stride) for u in range(kernel)] for at in range(after)
        ]
    else:
        along = [[(u, at * stride - padding + u * dilation) for u in range(kernel)] for at in range(after)]
    assert (told["input"]["shape"], told["output"]["shape"]) == ([1, 1, before, before], [1, 1, after, after])
    inside = [[(u, int(at)) for u, at in window if at in range(before)] for window in along]
    assert len(told["steps"]) == after * after
    for step, (row, column) in zip(told["steps"], product(range(after), repeat=2), strict=True):
        assert step["output_index"] == [0, 0, row, column]
        read = {(*t["weight_index"][2:], *t["input_index"][2:]) for t in step["terms"] if t["input_index"]}
        assert read == {(i, j, r, c) for (i, r), (j, c) in product(inside[row], inside[column])}


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
