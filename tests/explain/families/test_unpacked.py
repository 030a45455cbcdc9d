"""Steps that are padded again for their batch alone."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed

NET = """
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.rnn, self.score = nn.Embedding(9, 4), nn.GRU(4, 5, batch_first=True), nn.Linear(5, 1)
    def forward(self, codes, lengths):
        {packed}
        out, _ = self.rnn(x)
        h, _ = pad_packed_sequence(out, batch_first=True)
        s = self.score(torch.tanh(h)).squeeze(-1)
        {use}
assert Net()(torch.ones(3, 8, dtype=torch.long), torch.tensor([6, 3, 2])).shape[1] == 8
"""
PACKED = "x = pack_padded_sequence(self.emb(codes), lengths, batch_first=True)"


@pytest.mark.parametrize(
    "use",
    [
        "return s.masked_fill(~codes.ne(0), -1e9)",
        "return s + codes",
        "return torch.cat([self.emb(codes), h], dim=-1)",
        "return torch.cat([h, self.emb(codes)], dim=2)",
    ],
)
def test_what_was_packed_tells_the_length(use: str, tmp_path: Path) -> None:
    words = "pad_packed_sequence (net.py:14) pads to the longest of the batch, 6 steps, and "
    assert_file_mends(NET.format(packed=PACKED, use=use), words, tmp_path / "net.py")


def test_no_fix_where_the_name_of_what_was_packed_is_another_thing_now(tmp_path: Path) -> None:
    packed = "x = self.emb(codes)\n        x = pack_padded_sequence(x, lengths, batch_first=True)"
    (answer,) = diagnosed(NET.format(packed=packed, use="return s + codes"), tmp_path / "net.py").hypotheses
    assert (answer.fixes, "total_length=8 there" in answer.advice) == ((), True)


TAGS = (
    NET.format(packed=PACKED, use="return s").partition("assert")[0]
    + """
codes, tags = torch.ones(3, 8, dtype=torch.long), torch.zeros(3, 8)
scores = Net()(codes, torch.tensor([6, 3, 2]))
{}
"""
)
LOSSES = (
    "F.binary_cross_entropy_with_logits(scores, tags)",
    "scores = torch.stack([scores, scores], -1)\nF.cross_entropy(scores.view(-1, 2), tags.long().view(-1))",
    "scores = torch.stack([scores, scores], -1)\nF.cross_entropy(scores.transpose(1, 2), tags.long())",
)


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_are_as_long_as_what_was_packed(loss: str, tmp_path: Path) -> None:
    words = "pad_packed_sequence (net.py:14) pads to the longest of the batch, and the targets are"
    assert_file_mends(TAGS.format(loss), words, tmp_path / "net.py")


@pytest.mark.parametrize(
    "loss",
    [
        "nn.BCELoss()(nn.Linear(6, 2)(scores), tags[:, :4])",  # made by a layer
        "nn.BCELoss()(scores[:2], tags[:, :6])",  # of other samples
        "F.cross_entropy(scores, tags[:, 0].repeat(2).long())",  # two for each
        "nn.BCELoss()(scores, tags[:, :5])",  # longer than the targets
    ],
)
def test_other_targets_are_not_due_to_the_packing(loss: str, tmp_path: Path) -> None:
    found = diagnosed(TAGS.format(loss), tmp_path / "net.py")
    assert all("pad_packed" not in each.says for each in found.hypotheses)
