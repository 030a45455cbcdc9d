"""Parts of a model in their place."""

import pytest

from convcli.network.parts import MOST_LAYERS, Model, Part, TooManyLayers, known, layers, nearest, renamed


def test_repeated_parts_are_told_each_time() -> None:
    inner = Part("relu", "ReLU")
    model = Model("net", [Part("2-4", "Block", parts=[inner], times=3), Part("5", "X", parts=[inner], unused=True)])
    placed = list(layers(model))
    assert [each.name for each in placed] == ["2.relu", "3.relu", "4.relu", "5.relu"]
    assert [each.unused for each in placed] == [False, False, False, True]
    assert [each.part.class_name for each in placed[0].holders] == ["net", "Block"]


def test_too_many() -> None:
    model = Model("", [Part("0", "ReLU", times=MOST_LAYERS + 1)])
    with pytest.raises(TooManyLayers, match="more than 1,000,000"):
        list(layers(model))


def test_names() -> None:
    assert known("torch.nn.modules.linear.NonDynamicallyQuantizableLinear") is known("Linear")
    assert known("Linearr") is None
    assert (nearest("Linearr"), nearest("xyzzy")) == ("Linear", "")
    assert [part.name for part in renamed([Part("", "A"), Part("b", "B")])] == ["0", "b"]
