"""Settings that no window can have."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, error_of

CASES = [
    (
        "Padding length should be less than or equal to two times the input dimension but got padding length 4 and "
        "input of dimension 1",
        "padding-kind",
        "model",
        "4 numbers pad 2 axes, and the input has 1",
    ),
    (
        "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (4, 4) at "
        "dimension 3 of input [1, 8, 4, 4]",
        "padding-wide",
        "data",
        "padding of at most 3",
    ),
    (
        "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (90, 310) "
        "at dimension 2 of input [1, 2, 200]",
        "padding-wide",
        "data",
        "mode='constant' for zeros",
    ),
    (
        "max_pool2d: kernel_size must either be a single int, or a tuple of two ints",
        "setting-count",
        "model",
        "kernel_size",
    ),
    ("stride should not be zero", "setting-range", "model", "rounded down"),
    ("in_channels must be divisible by groups", "groups", "model", "groups"),
    (
        "Given groups=1, expected weight to be at least 1 at dimension 0, but got weight of size [0, 4, 1, 1] instead",
        "groups",
        "model",
        "no outputs",
    ),
    (
        "Given groups=3, expected weight to be divisible by 3 at dimension 0, but got weight of size [[128, "
        "1, 2, 2]] instead",
        "groups",
        "model",
        "128 channels",
    ),
    (
        "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (1, 1) "
        "at dimension 2 of input [1, 64, 1, 1]",
        "padding-wide",
        "data",
        "1 cells",
    ),
    (
        "pad should be at most half of kernel size, but got pad=2, kernel_size=2",
        "pool-padding",
        "model",
        "padding alone",
    ),
    (
        "pad should be smaller than half of kernel size, but got padW = 1, padH = 3, kW = 8, kH = 5",
        "pool-padding",
        "model",
        "3 for a kernel of 5",
    ),
    ("Padding size 2 is not supported for 4D input tensor.", "padding-kind", "model", "take 4 numbers"),
    (
        "output padding must be smaller than either stride or dilation, but got output_padding_height: 0 "
        "output_padding_width: 500 stride_height: 1 stride_width: 10 dilation_height: 1 dilation_width: 1",
        "output-padding",
        "model",
        "500 is asked for with a stride of 10",
    ),
    (
        "requested an output size of torch.Size([20, 20]), but valid sizes range from [8, 8] to [9, 9] (for an "
        "input of torch.Size([4, 4]))",
        "output-padding",
        "call",
        "out of reach",
    ),
    ("Trying to create tensor with negative dimension -1: [-1, 4]", "negative-size", "call", "negative"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_groups_and_widths_are_told_from_the_call_that_made_the_block(tmp_path: Path) -> None:
    text = """
        settings = {"groups": 8}

        class Block(nn.Module):
            def __init__(self, wide, groups):
                super().__init__()
                self.conv = nn.Conv2d(wide, wide, 3, groups=groups)

        blocks = [Block(int(c * 0.75), settings["groups"]) for c in (16, 32)]
    """
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + dedent(text))
    found = diagnose(read(error_of(path)))
    assert found is not None
    answer = found.hypotheses[0]
    assert "they are int(c * 0.75) and settings['groups'], which is 8" in answer.says
    assert "round(c / 8) * 8" in answer.advice
