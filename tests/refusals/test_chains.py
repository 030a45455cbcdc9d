"""Rules of the layers without windows, each raised by a real layer and an input."""

from typing import Any

import pytest

from convcli.layers import Layer
from convcli.refusals import Refusal

# By the rule: a layer, its arguments, an input's shape, and a part of what is said.
CHAINS: dict[str, tuple[str, dict[str, Any], tuple[int, ...], str]] = {
    "OneOf": ("gelu", {"approximate": "erf"}, (1, 3), "it takes none, tanh"),
    "OutOfRange": ("dropout", {"p": 1.5}, (1, 3), "it is a probability"),
    "TooFewAxes": ("localresponsenorm", {"size": 3}, (1, 3), "takes at least 3 axes, and [1, 3] has 2"),
    "FeatureChannels": ("batchnorm2d", {"num_features": 4}, (1, 3, 5, 5), "made for 4 channels; [1, 3, 5, 5] has 3"),
    "ParametersOrOne": ("prelu", {"num_parameters": 4}, (1, 3, 5), "try num_parameters=3, or num_parameters=1"),
    "OneValue": ("instancenorm1d", {"num_features": 4}, (1, 4, 1), "gives it a single number, which has none"),
    "LastAxes": ("layernorm", {"normalized_shape": (4, 5)}, (1, 5, 4), "try normalized_shape=(5, 4)"),
    "OddAxis": ("glu", {}, (1, 3), "halves axis 1, and [1, 3] has 3 there"),
    "PaddingPairs": ("reflectionpad2d", {"padding": (1, 1, 1)}, (1, 3, 5, 5), "takes pairs, before and after"),
    "NothingLeft": ("zeropad1d", {"padding": -2}, (1, 1, 4), "4 of 4 cells are cut off"),
    "CantSplit": ("unflatten", {"dim": 1, "unflattened_size": (2, 3)}, (1, 7), "can't split 7 into (2, 3)"),
    "Indivisible": (
        "groupnorm",
        {"num_groups": 4, "num_channels": 6},
        (1, 6, 5),
        "6 doesn't divide into 4 equal parts",
    ),
    "SizeOrScale": ("upsample", {}, (1, 3, 5), "try scale_factor=2 alone"),
    "ModeRank": ("upsample", {"scale_factor": 2, "mode": "linear"}, (1, 3, 5, 5), "try mode='bilinear'"),
}


@pytest.mark.parametrize("rule", CHAINS)
def test_a_layer_that_breaks_it(rule: str) -> None:
    name, arguments, shape, said = CHAINS[rule]
    with pytest.raises(Refusal) as raised:
        Layer.of(name, **arguments).output_shape(shape)
    assert type(raised.value).__name__ == rule
    assert said in ": ".join(raised.value.words())
