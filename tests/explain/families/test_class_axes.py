"""Axes of class numbers that aren't those of the scores."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained

CASES = [
    (
        "1only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: : [4, 976]",
        "target-axes",
        "data",
        "targets[:, 0]",
    ),
    (
        "only batches of spatial targets supported (3D tensors) but got targets of size: : [2, 65536]",
        "target-axes",
        "data",
        "these are flattened",
    ),
    ("1D target tensor expected, multi-target not supported", "target-axes", "data", "second axis"),
    (
        "only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: : [8, 256, 256, 3]",
        "target-axes",
        "data",
        "colour",
    ),
    (
        "only batches of spatial targets supported (3D tensors) but got targets of size: : [8]",
        "target-axes",
        "model",
        "one label",
    ),
    ("Expected target size [4, 3], got [4, 7]", "target-steps", "loss", "batch, steps, classes"),
    ("Expected target size (4, 5), got torch.Size([4, 3, 5])", "target-steps", "data", "one-hot"),
    (
        "loss = F.cosine_embedding_loss(a, b, y)\n  File "
        '"/lib/python3/site-packages/torch/nn/functional.py", line 3, in cosine_embedding_loss\n'
        "RuntimeError: 0D or 1D target tensor expected, multi-target not supported",
        "target-axes",
        "data",
        "each pair",
    ),
    ("Expected target size [20, 2], got [20]", "target-steps", "loss", "an axis of steps too many"),
    (
        "RuntimeError: only batches of spatial targets supported (3D tensors) but got targets of dimension: 1",
        "target-axes",
        "model",
        "x.mean((2, 3))",
    ),
    (
        "only batches of spatial targets supported (3D tensors) but got targets of size: : [1, 3, 840, 840]",
        "target-axes",
        "data",
        "read as a colour picture",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


ROWS = (
    "scores, labels = torch.rand(1, 9, 3), torch.zeros(1, 9, dtype=torch.long)\n"
    "mask = torch.ones(1, 9, dtype=torch.long)\n"
    "class Head(nn.Module):\n"
    "    def forward(self, logits, y):\n"
    "        return F.cross_entropy(logits, y)\n"
    "index = torch.arange(1)\n"
    "loss = Head()(scores[index], labels[index])"
)


def test_an_axis_of_1_that_an_index_made_is_taken_away(tmp_path: Path) -> None:
    assert_file_mends(ROWS, "logits.squeeze(0) and y.squeeze(0)", tmp_path / "net.py")


def test_an_axis_of_1_is_a_batch_where_no_index_is_seen_and_both_are_shown() -> None:
    found = explained("loss = criterion(out, y)\nRuntimeError: Expected target size [1, 3], got [1, 9]")
    assert found.hypotheses[0].fixes[0].code == "out = out.transpose(1, 2)"
    assert "no batch: 9 samples" in found.hypotheses[1].says


@pytest.mark.parametrize("line", ["loss = F.cross_entropy(scores.transpose(1, 2), labels)", "loss = ce(s.mT, y)"])
def test_classes_that_stand_on_axis_1_already_are_not_turned_again(line: str) -> None:
    found = explained(at(line, "RuntimeError: Expected target size [3, 9], got [3, 12]")).hypotheses[0]
    assert (found.says, found.fixes) == ("targets [3, 12] for scores that want [3, 9]: axis 1 differs", ())
