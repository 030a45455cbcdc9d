"""The flags of the layer commands are torch's arguments, said once."""

from dataclasses import fields

from convcli.cli.flags import WEIGHTED, LayerFlags, RunFlags
from convcli.layers import LAYERS, Windowed
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


def test_only_what_was_said_is_an_argument() -> None:
    assert LayerFlags().arguments(LAYERS["conv1d"].defaults()) == {}
    said = LayerFlags(kernel_size=(3,), bias=False, ceil_mode=True)
    assert said.arguments(LAYERS["conv1d"].defaults()) == {"kernel_size": (3,), "bias": False}
