"""The flags of the layer commands are torch's arguments, said once."""

from dataclasses import fields

import pytest

from convcli.cli import load
from convcli.cli.flags import FOLLOWS, WEIGHTED, LayerFlags, RunFlags, assumed
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES
from convcli.layers import LAYERS, Windowed
from convcli.layers.base import written
from convcli.plan import make_plan
from convcli.refusals import PADDING_MODES
from convcli.views.registry import VIEWS


def test_every_argument_of_every_layer_has_a_flag() -> None:
    names = {each.name for each in fields(LayerFlags)}
    for layer in LAYERS.values():
        if issubclass(layer, Windowed):
            assert set(layer.defaults()) <= names, layer


def test_no_flag_is_typed_twice_and_every_view_has_one() -> None:
    typed = [
        name for request in (LayerFlags, RunFlags) for each in fields(request) for name in each.metadata["flag"].names
    ]
    assert len(typed) == len(set(typed))
    assert {flag for view in VIEWS for flag in view.flags} <= {each.name for each in fields(RunFlags)}
    assert set(WEIGHTED) <= {each.name for each in fields(RunFlags)}


def completed(name: str, argument: str) -> list[str]:
    command = load(name)
    context = command.context_class(command, info_name=name)
    [option] = [each for each in command.params if each.name == argument]
    return [each.value for each in option.shell_complete(context, "")]


def test_values_complete_as_the_layer_takes_them() -> None:
    assert completed("conv2d", "padding") == completed("formula", "padding") == ["same", "valid"]
    assert completed("convtranspose2d", "padding") == completed("maxpool1d", "padding") == []
    assert completed("conv1d", "padding_mode") == [*PADDING_MODES]
    assert completed("convtranspose1d", "padding_mode") == ["zeros"]
    assert completed("conv1d", "weight")[:3] == [name for name, each in FILTERS.items() if each.ndim == 1]
    assert {"sobel-x", "cnn2d_1"} <= {*completed("conv2d", "weight")}
    assert "cnn1d_1" not in completed("convtranspose1d", "weight")
    assert completed("conv3d", "weight") == []
    assert completed("conv3d", "input") == completed("samples", "name") == [*SAMPLES]
    assert completed("filters", "name") == [*FILTERS]
    assert completed("conv1d", "steps") == ["first", "all"]


@pytest.mark.parametrize("name", [name for name, layer in LAYERS.items() if issubclass(layer, Windowed)])
def test_what_the_help_says_is_assumed_is(name: str) -> None:
    told, layer = assumed(LAYERS[name]), make_plan(name, {}).layer.arguments()
    for argument, value in layer.items():
        if argument in told and argument not in FOLLOWS and told[argument] != "kernel":
            assert told[argument] == (value if isinstance(value, str) else written(value))
    assert ("stride" in told) == ("stride" in layer)
    if told.get("stride") == "kernel":
        assert layer["stride"] == layer["kernel_size"]


def test_only_what_was_said_is_an_argument() -> None:
    assert LayerFlags().arguments(LAYERS["conv1d"].defaults()) == {}
    said = LayerFlags(kernel_size=(3,), bias=False, ceil_mode=True)
    assert said.arguments(LAYERS["conv1d"].defaults()) == {"kernel_size": (3,), "bias": False}
