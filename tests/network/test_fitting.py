"""Inputs worked out backwards, held against the model forwards."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convcli.network.chain import work_out
from convcli.network.fitting import (
    NoMaps,
    NoSuchOutput,
    WrongSize,
    first_axes,
    least_through,
    nearly_square,
    shape_of,
    sizes_giving,
    smallest,
)
from convcli.network.notation import read_text
from convcli.refusals import NotPositive
from tests.network.drawn import Chain, chains, ran
from tests.network.test_chain import text_of

LENET = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2); Flatten(); Linear(400, 10)"


@pytest.mark.parametrize(
    ("text", "size", "shape"),
    [
        (LENET, (28, 30), (1, 1, 28, 30)),
        (LENET, (1, 28, 28), (1, 1, 28, 28)),
        (LENET, (4, 1, 28, 28), (4, 1, 28, 28)),
        ("BatchNorm1d(5); Conv1d(5, 2, 3)", (9,), (1, 5, 9)),
        ("ReLU(); Conv3d(2, 2, 3)", (4, 5, 6), (1, 2, 4, 5, 6)),
        ("Embedding(10, 4)", (7,), (1, 7)),
        ("Linear(784, 10)", (784,), (1, 784)),
        ("MaxPool2d(2)", (8, 8), (1, 1, 8, 8)),
    ],
)
def test_sizes_become_shapes(text: str, size: tuple[int, ...], shape: tuple[int, ...]) -> None:
    assert shape_of(read_text(text), size) == shape


def test_wrong_sizes() -> None:
    with pytest.raises(WrongSize, match="this model's input is"):
        shape_of(read_text(LENET), (28,))
    for text, size in [(LENET, (0, 28)), ("ReLU()", (-1, 3))]:
        with pytest.raises(NotPositive):
            shape_of(read_text(text), size)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        (LENET, (1, 1, 32, 32)),
        ("Conv1d(2, 3, 5); Conv1d(3, 3, 3, stride=2)", (1, 2, 7)),
        ("Conv2d(1, 2, 3, padding=2, padding_mode='reflect')", (1, 1, 3, 3)),
        ("AvgPool3d(3, padding=1)", (1, 1, 3, 3, 3)),
        ("PixelUnshuffle(4)", (1, 1)),
        ("Linear(12, 3); ReLU()", (1, 12)),
        ("Embedding(10, 4)", (1, 1)),
        ("ConvTranspose2d(1, 1, 3, padding=2); Conv2d(1, 1, 2)", (1, 1, 4, 4)),
        ("Conv2d(3, 8, 3); AdaptiveAvgPool2d(7); Flatten(); Linear(392, 2)", (1, 3, 3, 3)),
    ],
)
def test_the_smallest(text: str, least: tuple[int, ...]) -> None:
    chain = smallest(read_text(text))
    assert chain.input_shape == least
    assert chain.failed is None or text.startswith("PixelUnshuffle")


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60)
@given(chains(probed=True))
def test_nothing_smaller_gets_through(drawn: Chain) -> None:
    layers, _ = drawn
    chain = smallest(read_text(text_of(layers)))
    if chain.failed is not None or len(chain.sizes) == 0:
        return
    shapes, _ = ran(layers, chain.input_shape)
    assert len(shapes) == len(layers)
    for axis, size in enumerate(chain.sizes):
        if size > 1:
            less = list(chain.input_shape)
            less[2 + axis] -= 1
            assert len(ran(layers, tuple(less))[0]) < len(layers)


@settings(max_examples=20)
@given(st.integers(1, 40))
def test_sizes_that_give_an_output(output: int) -> None:
    chain = work_out(read_text("Conv2d(1, 2, 7, stride=2, padding=3); MaxPool2d(3, 2, ceil_mode=True)"), (1, 1, 64, 64))
    name, [down, across] = sizes_giving(chain, (output,))
    assert name == "1"
    assert down == across
    net = nn.Sequential(nn.Conv2d(1, 2, 7, stride=2, padding=3), nn.MaxPool2d(3, 2, ceil_mode=True)).to("meta")
    for size in (down.start, down.stop - 1):
        assert net(torch.zeros(1, 1, size, size, device="meta")).shape[-1] == output
    assert net(torch.zeros(1, 1, down.stop, down.stop, device="meta")).shape[-1] == output + 1


def test_outputs_that_nothing_gives() -> None:
    up = work_out(read_text("ConvTranspose2d(1, 1, 2, stride=2)"), (1, 1, 4, 4))
    with pytest.raises(NoSuchOutput, match="the next that can be is 8 × 8"):
        sizes_giving(up, (7,))
    with pytest.raises(NoMaps):
        sizes_giving(work_out(read_text("Linear(3, 4)"), (1, 3)), (7,))
    with pytest.raises(WrongSize):
        sizes_giving(up, (7, 7, 7))


def test_nearly_square() -> None:
    for count in range(1, 200):
        assert [a * b for a, b in [nearly_square(count, 2)]] == [count]
        deep = nearly_square(count, 3)
        assert deep[0] * deep[1] * deep[2] == count


def test_small_helpers() -> None:
    assert first_axes(read_text(LENET)) == (2, 1)
    assert least_through([], 0, 5) == 5
