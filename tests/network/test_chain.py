"""Chains agree with torch: shapes, counts, the layer that fails, and who sees whom."""

import pytest
from hypothesis import given, settings
from torch import nn

from convcli.network.chain import Chain as Worked
from convcli.network.chain import work_out
from convcli.network.looking import look
from convcli.network.notation import read_text
from tests.network.drawn import Chain, chains, modules, ran, seen_by


def text_of(layers: list[object]) -> str:
    return "; ".join(getattr(layer, "code", "") for layer in layers)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=120)
@given(chains())
def test_shapes_counts_and_the_layer_that_fails(drawn: Chain) -> None:
    layers, shape = drawn
    shapes, flops = ran(layers, shape)
    chain = work_out(read_text(text_of(layers)), shape)
    assert [row.output_shape for row in chain.worked] == shapes
    assert (chain.failed is None) == (len(shapes) == len(layers))
    assert 2 * chain.macs == flops
    assert chain.parameters == sum(p.numel() for module in modules(layers) for p in module.parameters())


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=60)
@given(chains(probed=True))
def test_each_cell_sees_what_changes_it(drawn: Chain) -> None:
    layers, shape = drawn
    chain = work_out(read_text(text_of(layers)), shape)
    if chain.failed is not None:
        return
    row = chain.rows[-1]
    assert row.sight is not None
    for axis, size in enumerate(shape[2:]):
        changed = seen_by(nn.Sequential(*modules(layers)), shape, axis)
        if not changed.any():  # along another axis, there is nothing but padding
            return
        field = row.sight.fields[axis]
        for cell in range(changed.shape[1]):
            seen = changed[:, cell].nonzero().flatten().tolist()
            assert look(chain, row, axis, cell).levels[0].cells == tuple(seen)
            if not copies(layers):
                assert set(seen) <= set(field.within(cell, size))
                if inside(chain, axis, cell):
                    assert seen == [] or (field.first(cell), field.last(cell)) == (seen[0], seen[-1]), (cell, field)


def inside(chain: Worked, axis: int, cell: int) -> bool:
    """Whether no layer's windows reach over an end on the way back to the input."""
    first = last = cell
    for row in reversed(chain.rows):
        assert row.layer is not None
        assert row.input_shape is not None
        for _, windows in row.layer.paths(row.input_shape)[2 + axis]:
            if windows is not None:
                first, last = windows.span(first)[0], windows.span(last)[1]
        if not 0 <= first <= last < row.input_shape[2 + axis]:
            return False
    return True


def copies(layers: list[object]) -> bool:
    """Whether padding copies cells, which then are seen from further away."""
    modes = [getattr(layer, "padding_mode", "zeros") for layer in layers]
    return any(mode != "zeros" for mode in modes) or any("replicationpad" in repr(layer).lower() for layer in layers)


def test_a_repeated_layer_learns_once() -> None:
    source = "import torch.nn as nn\nclass N(nn.Module):\n  def __init__(self):\n    super().__init__()\n"
    source += "    self.c = nn.Conv2d(4, 4, 3)\n  def forward(self, x):\n    return self.c(self.c(x))\n"
    from convcli.network.python_file import read_source

    chain = work_out(read_source(source), (1, 4, 9, 9))
    assert [row.parameters for row in chain.rows] == [148, 0]
    assert [row.macs for row in chain.rows] == [4 * 4 * 9 * 49, 4 * 4 * 9 * 25]


def test_a_printed_model_flattens_where_forward_does() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
            self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(4 * 36, 5))

    chain = work_out(read_text(repr(Net())), (1, 1, 8, 8))
    assert [row.code for row in chain.rows][2:4] == ["Flatten()", "Dropout()"]
    assert chain.output_shape == (1, 5)
    sequence = work_out(read_text(repr(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Linear(4 * 36, 5)))), (1, 1, 8, 8))
    assert sequence.failed is not None
    assert sequence.failed.name == "1"


def test_a_printed_model_averages_where_that_fits() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
            self.classifier = nn.Sequential(nn.Dropout(), nn.Linear(4, 5))

    chain = work_out(read_text(repr(Net())), (1, 1, 8, 8))
    assert chain.rows[2].code == "x.mean((2, 3))"
    assert chain.output_shape == (1, 5)


def test_a_printed_block_is_no_chain() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.shortcut = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 1)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block, self.head = Block(), nn.Conv2d(8, 2, 1)

    chain = work_out(read_text(repr(Net())), (1, 3, 8, 8))
    assert chain.failed is None
    assert chain.output_shape is None
    assert "not a chain as it is printed" in chain.notes[0]
    assert chain.parameters == sum(p.numel() for p in Net().parameters())


def test_norms_are_left_aside_and_it_is_said() -> None:
    chain = work_out(read_text("Conv2d(3, 4, 3); GroupNorm(2, 4); Conv2d(4, 4, 3)"), (1, 3, 9, 9))
    assert chain.rows[-1].seen == ((5, "exact"), (5, "exact"))
    assert "a norm of whole maps" in chain.notes[0]


def test_memory() -> None:
    chain = work_out(read_text("Conv2d(3, 4, 3); ReLU(); Flatten(); Linear(144, 2)"), (1, 3, 8, 8))
    assert chain.peak_bytes == 4 * (3 * 64 + 4 * 36)
    assert chain.training_bytes == 4 * (3 * 64 + 3 * 4 * 36 + 2)


@pytest.mark.parametrize("text", ["GLU()", "PixelUnshuffle(5)", "Flatten(); ReLU()"])
def test_an_axis_of_nothing(text: str) -> None:
    assert work_out(read_text(text), (1, 2, 0, 0)).failed is None
