"""One cell of a layer, followed back; and an input cell, forward."""

from dataclasses import replace

import pytest

from convcli.network.chain import work_out
from convcli.network.looking import NoSuchLayer, below, look, reached, row_named, size_of
from convcli.network.notation import read_text

CHAIN = work_out(read_text("Conv1d(1, 1, 3, padding=1); ReLU(); MaxPool1d(2); Conv1d(1, 1, 3, dilation=2)"), (1, 1, 16))


def test_levels() -> None:
    seen = look(CHAIN, CHAIN.rows[-1], 0, 1)
    assert (seen.first, seen.last, seen.count, seen.inside) == (1, 12, 12, 12)
    assert [(level.name, level.cells) for level in seen.levels] == [
        ("input", (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        ("0", (2, 3, 6, 7, 10, 11)),
        ("2", (1, 3, 5)),
        ("3", (1,)),
    ]
    assert seen.levels[2].reads == ((2, 3), (6, 7), (10, 11))
    assert seen.levels[3].places == (6.5,)


def test_the_border() -> None:
    seen = look(CHAIN, CHAIN.rows[0], 0, 0)
    assert (seen.first, seen.last, seen.count, seen.inside) == (-1, 1, 3, 2)


def test_the_way_back_and_the_cell_below() -> None:
    row = row_named(CHAIN, "3")
    assert size_of(row, 0) == 4
    for cell in range(16):
        seeing = [i for i in range(4) if look(CHAIN, row, 0, i).first <= cell <= look(CHAIN, row, 0, i).last]
        assert list(reached(CHAIN, row, 0, cell)) == seeing
    assert below(CHAIN, CHAIN.rows[2], 0, 6.5) == 3


def test_names() -> None:
    with pytest.raises(NoSuchLayer, match="they are known of no layer here"):
        row_named(replace(CHAIN, rows=()), "last")
    assert row_named(CHAIN, "last").name == "3"
    flat = work_out(read_text("Conv1d(1, 2, 3); Flatten()"), (1, 1, 9))
    with pytest.raises(NoSuchLayer, match="no layer '1' with places"):
        row_named(flat, "1")
    with pytest.raises(NoSuchLayer) as raised:
        row_named(CHAIN, "33")
    assert "did you mean 3" in raised.value.fix
