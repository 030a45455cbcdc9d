"""The argument of the user's file that changed since the weights were saved."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, error_of

NET = (
    "class Net(nn.Module):\n"
    "    def __init__(self, width=16, kernel=3):\n"
    "        super().__init__()\n"
    "        self.stem = nn.Conv2d(3, width, kernel, padding='same')\n"
    "        self.norm = nn.BatchNorm2d(width)\n"
    "        self.body = nn.Sequential(nn.Conv2d(width, 2 * width, 3), nn.ReLU(), nn.Conv2d(2 * width, 8, 3))\n"
)
WITHIN = (
    "class Steps(nn.Module):\n"
    "    def __init__(self, size):\n"
    "        super().__init__()\n"
    "        self.rnn = nn.GRU(4, size, num_layers=2)\n"
    "class Outer(nn.Module):\n"
    "    def __init__(self, hidden):\n"
    "        super().__init__()\n"
    "        self.steps = Steps(hidden)\n"
    "        self.last = nn.Linear(hidden, 3)\n"
)
FILES = [
    (
        f"{NET}saved = dict(Net(32).state_dict())\nnet = Net(width=16)\nnet.load_state_dict(saved)",
        "width: 16 in Net at",
    ),
    (f"{NET}saved = dict(Net(32).state_dict())\nnet = Net()\nnet.load_state_dict(saved)", "width=32 there"),
    (f"{NET}saved = dict(Net(kernel=5).state_dict())\nnet = Net()\nnet.load_state_dict(saved)", "kernel=5 there"),
    (f"{WITHIN}saved = dict(Outer(6).state_dict())\nnet = Outer(5)\nnet.load_state_dict(saved)", "hidden: 5 in Outer"),
    (
        "saved = {'0.weight': torch.rand(8, 4), '0.bias': torch.rand(8), '2.weight': torch.rand(2, 4)}\n"
        "net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(4, 2, bias=False))\n"
        "net.load_state_dict(saved)",
        "in_features: 6 in Linear",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_the_argument_that_all_sizes_follow_from_is_named_and_set(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")


@pytest.mark.parametrize(("made", "told"), [("Net(width=int('16'))", True), ("Net(16, 5)", False)])
def test_an_argument_is_named_if_it_tells_all_and_set_where_its_number_stands(
    made: str, told: bool, tmp_path: Path
) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"{IMPORTS}{NET}saved = dict(Net(32).state_dict())\nnet = {made}\nnet.load_state_dict(saved)")
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert ("width: 16 in Net at" in found.hypotheses[0].says) == told
    assert not found.hypotheses[0].fixes
