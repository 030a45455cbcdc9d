"""Targets and predictions of other numbers."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, error_of

CASES = [
    ("Expected input batch_size (1) to match target batch_size (3).", "target-batch", "data", "one-hot for one sample"),
    ("Expected input batch_size (1) to match target batch_size (20).", "target-batch", "model", "took the batch"),
    ("Expected input batch_size (1) to match target batch_size (375).", "target-batch", "data", "one mask, 375 high"),
    (
        "loss = criterion(out, torch.tensor([0, 0, 1, 0]))\nValueError: Expected input batch_size (1) to match target "
        "batch_size (4).",
        "target-batch",
        "data",
        "one-hot for one sample",
    ),
    ("Expected input batch_size (1) to match target batch_size (64).", "target-batch", "model", "took the batch"),
    ("Expected input batch_size (150) to match target batch_size (32).", "target-batch", "call", "view(-1, n)"),
    (
        "Expected input batch_size (8) to match target batch_size (2).\n 99%|####| 412/413 [02:10<00:00,  1.1it/s]",
        "target-batch",
        "model",
        "the last batch has 2 samples",
    ),
    ("size mismatch (got input: [10], target: [256])", "target-batch", "call", "one sample's"),
    ("Expected input batch_size (1568) to match target batch_size (32).", "target-batch", "model", "49 = 7·7"),
    ("Expected input batch_size (3152) to match target batch_size (16).", "target-batch", "model", "x[:, 0]"),
    ("Expected input batch_size (480) to match target batch_size (32).", "target-batch", "call", "15 rows"),
    ("Expected input batch_size (4) to match target batch_size (40).", "target-batch", "loss", "10 targets"),
    ("Expected input batch_size (4) to match target batch_size (0).", "target-batch", "data", "single number"),
    ("Expected input batch_size (324) to match target batch_size (64).", "target-batch", "call", "view(-1, n)"),
    (
        "loss = criterion(out.squeeze(), y)\nValueError: Expected input batch_size (10) to match target "
        "batch_size (1).",
        "target-batch",
        "call",
        "squeeze()",
    ),
    ("size mismatch (got input: [4, 3, 8, 8] , target: [4, 9, 9]", "target-batch", "model", "8×8"),
    ("Expected input batch_size (32) to match target batch_size (17).", "target-batch", "model", "17 samples"),
    ("Expected input batch_size (17) to match target batch_size (32).", "target-batch", "call", "different batches"),
    ("Expected input batch_size (60) to match target batch_size (10).", "target-batch", "call", "torch.cat"),
    (
        "input and target batch or spatial sizes don't match: target [4, 31, 31], input [4, 31, 10, 31]",
        "target-batch",
        "loss",
        "stand on axis 2",
    ),
    (
        "loss += criterion(out, target[c])\nRuntimeError: dimension specified as 0 but tensor has no dimensions",
        "target-batch",
        "data",
        "single number",
    ),
    ("Expected input batch_size (1) to match target batch_size (256).", "target-batch", "data", "unsqueeze(0)"),
    ("Expected input batch_size (511) to match target batch_size (23).", "target-batch", "call", "padded"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_the_steps_of_a_recurrent_layer_are_no_samples(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
rnn, head = nn.GRU(6, 8, batch_first=True), nn.Linear(8, 3)
out, _ = rnn(torch.rand(4, 12, 6))
scores = head(out.reshape(-1, 8))
loss = F.cross_entropy(scores, torch.zeros(4, dtype=torch.long))
""")
    found = diagnose(read(error_of(path)))
    assert found and "each of the 12 steps of a sequence" in found.hypotheses[0].says


def test_the_last_step_of_an_rnn_without_batch_first(tmp_path: Path) -> None:
    text = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.GRU(6, 8), nn.Linear(8, 3)
    def forward(self, x):
        out, _ = self.rnn(x)
        last = out[-1]
        return self.fc(last)
scores = Net()(torch.rand(4, 9, 6))
loss = F.cross_entropy(scores, torch.tensor([0, 1, 2, 0]))
"""
    assert_file_mends(text, "out[:, -1] for the last step", tmp_path / "net.py")
