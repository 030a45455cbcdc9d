"""Rules that arguments break by themselves, each raised by a real layer."""

from typing import Any

import pytest

from convcli.cli.exits import on_the_command_line
from convcli.layers import Layer
from convcli.refusals import Refusal

CONV = {"in_channels": 1, "out_channels": 1, "kernel_size": 3}
# By the rule: a layer and its arguments, and a part of what is said in Python and on the command line.
ARGUMENTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "NotPositive": ("conv1d", CONV | {"stride": 0}, "try stride=1", "try --stride 1"),
    "Negative": ("conv1d", CONV | {"padding": -1}, "try padding=0", "try --padding 0"),
    "NotWhole": ("conv1d", CONV | {"stride": 2.5}, "stride is 2.5, not a whole number", "try --stride 2"),
    "Zero": (
        "avgpool2d",
        {"kernel_size": 2, "divisor_override": 0},
        "try divisor_override=1",
        "--divisor-override 1, which gives the sum",
    ),
    "AxisCount": ("conv2d", CONV | {"kernel_size": (1, 2, 3)}, "kernel_size=(1, 2, 3) has 3", "--kernel 1x2x3 has 3"),
    "NothingToKeep": ("adaptivemaxpool1d", {"output_size": (None,)}, "try output_size=3", "try --output-size 3"),
    "UnknownArgument": ("relu", {"kernel_size": 3}, "nn.ReLU takes no argument 'kernel_size'", "it takes inplace"),
    "MissingArgument": ("maxpool1d", {}, "give kernel_size=3", "give --kernel 3"),
    "UnknownLayer": ("conv4d", {}, "did you mean conv", "did you mean conv"),
    "Groups": ("conv1d", CONV | {"in_channels": 3, "groups": 2}, "in_channels=4", "try --groups 1, or --in 4"),
    "SameStride": (
        "conv1d",
        CONV | {"padding": "same", "stride": 2},
        "try padding=1, which gives the size",
        "try --padding 1, which",
    ),
    "PaddingWord": (
        "conv1d",
        CONV | {"padding": "full"},
        "try padding='same', or padding='valid'",
        "try --padding same, or --padding valid",
    ),
    "PaddingWordHere": ("unfold", {"kernel_size": 2, "padding": "same"}, "try padding=0", "try --padding 0"),
    "PaddingMode": ("conv1d", CONV | {"padding_mode": "mirror"}, "zeros, reflect", "zeros, reflect"),
    "TransposedMode": ("convtranspose1d", CONV | {"padding_mode": "reflect"}, "padding_mode out", "--padding-mode out"),
    "PoolPadding": ("maxpool1d", {"kernel_size": 3, "padding": 2}, "kernel_size=4", "--kernel 4"),
    "OutputPadding": ("convtranspose1d", CONV | {"output_padding": 1}, "leave output_padding", "--output-padding"),
}


@pytest.mark.parametrize("rule", ARGUMENTS)
def test_a_layer_that_breaks_it(rule: str) -> None:
    name, arguments, in_python, typed = ARGUMENTS[rule]
    with pytest.raises(Refusal) as raised:
        Layer.of(name, **arguments)
    assert type(raised.value).__name__ == rule
    assert in_python in ": ".join(raised.value.words())
    assert typed in ": ".join(raised.value.words(on_the_command_line))
