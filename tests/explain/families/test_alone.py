"""One value for each channel: training or prediction, and the loader whose last batch it is."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, error_of

CASES = [
    (
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 256, 1, 1])",
        "norm-one",
        "data",
        "one sample",
    ),
    (
        "Expected more than 1 spatial element when training, got input size torch.Size([1, 64, 1, 1])",
        "norm-one",
        "model",
        "no norm where one cell is left (the innermost block), a halving less before it, or larger inputs",
    ),
    (
        "out = model(test_image)\nValueError: Expected more than 1 value per channel when training, got input "
        "size torch.Size([1, 256])",
        "norm-one",
        "call",
        "training mode",
    ),
    (
        at(
            "scores = net(x)",
            "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 64])",
        ).replace("in forward", "in evaluate", 1),
        "norm-one",
        "call",
        "model.eval()",
    ),
    (
        at(
            "pred = net(x)",
            "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 64])",
        ).replace("in forward", "in train_epoch", 1),
        "norm-one",
        "data",
        "drop_last=True",
    ),
    (
        "Expected more than 1 value per channel when training, got input size torch.Size([1, 64])\n"
        '  File "run.py", line 90, in train\n  File "run.py", line 40, in validate',
        "norm-one",
        "call",
        "model.eval()",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


NET = """
from torch.utils.data import DataLoader, TensorDataset

net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8))
loader = DataLoader(TensorDataset(torch.rand(33, 3)), {batches})

def train(batches):
    for (x,) in batches:
        y = net(x)

train(loader)
"""


def test_the_loader_that_shuffles_leaves_its_last_batch_out(tmp_path: Path) -> None:
    text = NET.format(batches="batch_size=16, shuffle=True").replace("\ntrain(", "\nheld = DataLoader([], 4)\ntrain(")
    found = assert_file_mends(text, "33 (line 9) = 2 · 16 + 1", tmp_path / "net.py")
    assert found.hypotheses[0].fixes[0].code.endswith("batch_size=16, shuffle=True, drop_last=True)")


def test_batches_of_one_throughout_are_not_left_out(tmp_path: Path) -> None:
    for batches in ("shuffle=True", "batch_size=1"):
        path = tmp_path / "net.py"
        path.write_text(IMPORTS + NET.format(batches=batches))
        found = diagnose(read(error_of(path)))
        assert found and "each batch of the DataLoader at net.py:9 is one sample" in found.hypotheses[0].says
        assert not found.hypotheses[0].fixes
