"""Blocks follow the shapes."""

from itertools import pairwise

import pytest

from convcli.network.blocks import TooManyBlocks, blocks
from convcli.network.chain import work_out
from convcli.network.notation import read_text
from convcli.network.reading import read_model

TEXT = "Conv2d(1, 6, 5); ReLU(); MaxPool2d(2); Flatten(); Linear(1176, 10)"


def test_one_for_each_change() -> None:
    made = blocks(work_out(read_text(TEXT), (1, 1, 32, 32)))
    assert [block.above for block in made] == ["1", "6", "6", "1176", "10"]
    assert [block.beside for block in made] == ["32 × 32", "28 × 28", "14 × 14", "", ""]
    assert made[0].height > made[1].height > made[2].height
    assert made[1].width > made[0].width
    for one, other in pairwise(made):
        assert one.x + one.width + one.slant < other.x


def test_the_failing_layer_ends_it() -> None:
    made = blocks(work_out(read_text(TEXT), (1, 1, 36, 36)))
    assert made[-1].failed
    assert made[-1].below == "4 fails"


def test_too_many_are_folded() -> None:
    chain = work_out(read_text("; ".join(["Sequential(Conv1d(1, 1, 1), Conv1d(1, 1, 1))"] * 40)), (1, 1, 9))
    with pytest.raises(TooManyBlocks, match="81 blocks"):
        blocks(chain)
    assert len(blocks(chain, depth=1)) == 41
    vgg = read_model("vgg19")
    assert len(blocks(work_out(vgg.model, (1, 3, 224, 224)))) < 60
