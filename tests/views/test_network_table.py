"""The table of a network: what fits, what is marked, what is left out."""

import pytest

from convcli.layers import Layer
from convcli.network.chain import Chain, work_out
from convcli.network.notation import read_text
from convcli.network.reading import read_model
from convcli.network.study import Study
from convcli.views.network_table import COLUMNS, MOST_LINES, axes_said, brief, by_sizes, shown
from convcli.views.widgets import Screen
from tests.views.shown import shown as rendered

LENET = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2); Flatten(); Linear(400, 10)"


def screen(chain: Chain, width: int = 80, **wish: object) -> str:
    return rendered(shown(Study((chain,), **wish), Screen(width)), width)  # type: ignore[arg-type]


def lenet(size: int = 32) -> Chain:
    return work_out(read_text(LENET), (1, 1, size, size))


def test_the_answer_comes_first() -> None:
    lines = screen(lenet()).splitlines()
    assert lines[0] == "the model  [1, 1, 32, 32] → [1, 10]"
    assert lines[1] == "6,582 parameters · 361,600 MACs · receptive field 16 × 16 at 3"


FITTING = [(100, ("jump", "field", "MACs"), ()), (50, ("parameters",), ("jump", "field", "MACs  "))]


@pytest.mark.parametrize(("width", "there", "not_there"), FITTING)
def test_columns_that_fit(width: int, there: tuple[str, ...], not_there: tuple[str, ...]) -> None:
    named = read_model("alexnet")
    text = screen(work_out(named.model, (1, 3, 224, 224)), width)
    heading = next(line for line in text.splitlines() if line.startswith("layer"))
    assert all(name in heading for name in there)
    assert not any(name in heading for name in not_there)
    assert max(map(len, text.splitlines())) <= width


def test_the_failing_layer_is_marked_and_explained() -> None:
    text = screen(lenet(36))
    assert "the model  [1, 1, 36, 36] → fails at 5" in text
    assert "5 Linear 400→10 ✗" in text
    assert "576 = 16 · 6 · 6" in text
    assert "change   Linear(576, 10)" in text
    assert "or       an input of 32 × 32  up to 35 gives the same" in text


def test_chosen_columns_and_order() -> None:
    text = screen(lenet(), columns=("layer", "kernel_size", "stride", "sure"), sort="macs")
    rows = [line.split() for line in text.splitlines() if line[:1].isdigit()][1:]
    assert rows[0][:4] == ["2", "Conv2d", "6→16", "k5"]
    for name in COLUMNS:
        assert screen(lenet(), columns=(name,))


def test_many_lines_are_cut() -> None:
    chain = work_out(read_text("Conv1d(1, 1, 1); ReLU(); " * 200), (1, 1, 5))
    assert f"… {400 - MOST_LINES:,} more: --full shows all" in screen(chain)
    assert len(screen(chain, full=True).splitlines()) > 400


def test_notes() -> None:
    text = screen(work_out(read_text("Conv2d(1, 2, 3); Mystery(4); Mystery(4); ReLU()"), (1, 1, 8, 8)))
    assert "1, 2: Mystery isn't known here" in " ".join(text.split())
    assert "[1, 1, 8, 8] → unknown" in text
    up = screen(work_out(read_text("ConvTranspose2d(1, 2, 3, stride=2)"), (1, 1, 8, 8)), convention="torchinfo")
    assert "≤2" in up
    assert "cells differ in how much they see" in up
    assert "mult-adds: torchinfo counts the bias" in " ".join(up.split())


def test_layers_in_few_words() -> None:
    depthwise = Layer.of("conv2d", in_channels=8, out_channels=8, kernel_size=(3, 5), groups=8, bias=False)
    assert brief(depthwise, "") == "Conv2d 8→8 k3×5 no bias depthwise"
    assert brief(Layer.of("adaptiveavgpool2d", output_size=(7, None)), "") == "AdaptiveAvgPool2d 7×None"
    assert brief(Layer.of("upsample", scale_factor=2), "") == "Upsample scale_factor=2"
    assert brief(None, "Mystery") == "Mystery"
    assert (by_sizes(None), axes_said((3, 5))) == ("?", "3×5")
