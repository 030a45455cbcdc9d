"""Networks side by side."""

import json

from convcli.network.chain import work_out
from convcli.network.notation import read_text
from convcli.network.study import Study, read_networks
from convcli.views.network_compared import compared, compared_text, sizes_said, sizes_text
from convcli.views.widgets import Screen
from tests.views.shown import shown

ONE, TWO = "Conv2d(8, 8, 5)", "Conv2d(8, 8, 3); Conv2d(8, 8, 3)"


def test_two_of_three_against_one_of_five() -> None:
    chains = [work_out(read_text(text), (1, 8, 32, 32)) for text in (ONE, TWO)]
    text = shown(compared(Study(tuple(chains), (ONE, TWO)), Screen(80)))
    rows = {line[:15].strip(): line.split() for line in text.splitlines() if line}
    assert rows["receptive field"][-2:] == ["×", "1"]
    assert rows["parameters"][1:3] == ["1,608", "1,168"]
    found = json.loads(compared_text(Study(tuple(chains), (ONE, TWO))))
    assert found["ratios"][1]["parameters"] == 1168 / 1608
    assert [network["named"] for network in found["networks"]] == [ONE, TWO]


def test_what_fails_is_told() -> None:
    chains = [work_out(read_text(text), (1, 8, 4, 4)) for text in (ONE, "ReLU()")]
    text = shown(compared(Study(tuple(chains), ("one", "other")), Screen(80)))
    assert "fails at 0" in text
    assert "not one window fits" in " ".join(text.split())
    differ = [work_out(read_text("ReLU()"), (1, 8, size)) for size in (4, 5)]
    assert "--size 8x4 gives all one" in shown(compared(Study(tuple(differ), ("a", "b")), Screen(80)))


def test_sizes() -> None:
    text = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2)"
    study = Study((work_out(read_text(text), (1, 1, 32, 32)),), output=(5,))
    assert "inputs from 32 × 32 to 35 × 35 give 5 × 5 at 3" in shown(sizes_said(study, Screen(80)))
    assert json.loads(sizes_text(study)) == {"layer": "3", "sizes": [[32, 35], [32, 35]]}
    study = Study((work_out(read_text("Conv1d(1, 1, 5)"), (1, 1, 8)),), output=(4,))
    assert "an input of 8 gives 4 at 0" in shown(sizes_said(study, Screen(80)))


def test_no_number_is_broken() -> None:
    chains, _ = read_networks(["vgg16", "alexnet"], None)
    for width in (80, 50, 40):
        text = shown(compared(Study(chains, ("vgg16", "alexnet")), Screen(width)), width)
        assert max(map(len, text.splitlines())) <= width
        for word in ("15,470,264,320", "61,100,840", "× 0.0462"):
            assert word in text
