"""Columns that were sliced where one was to be taken."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, diagnosed

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Embedding(5, 3), nn.Embedding(6, 4)

    def forward(self, one, two, rest):
        {0}

x, rest = torch.randint(0, 5, (7, 2)), torch.rand(7, 3)
{1}
assert Net()({2}, rest).shape == (7, 10)
"""
BOTH = "return torch.cat([self.a(one), self.b(two), rest], dim=1)"
SLICES = [
    (BOTH, "one = x[:, 0:1]\none_more = x[:, 1:2]", "one, one_more"),
    (BOTH, "ones, twos = x[:, :1], x[:, 1:2]", "ones, twos"),
    (BOTH, "i = 1\none, two = x[:, [0]], x[:, i:i + 1]", "one, two"),
    ("return torch.cat([self.a(one[:, 0:1]), self.b(two[:, 1:2]), rest], dim=-1)", "pass", "x, x"),
    ("a = self.a(one)\n        return torch.cat([rest, a, self.b(two)], 1)", "pass", "x[:, 0:1], x[:, 1:2]"),
]


@pytest.mark.parametrize(("joined", "sliced", "handed"), SLICES)
def test_a_column_is_taken_by_an_index(joined: str, sliced: str, handed: str, tmp_path: Path) -> None:
    assert (
        assert_file_mends(NET.format(joined, sliced, handed), "keeps an axis of 1", tmp_path / "net.py")
        .hypotheses[0]
        .fixes
    )


def test_columns_that_come_otherwise_leave_the_code_out(tmp_path: Path) -> None:
    found = diagnosed(NET.format(BOTH, "one, two = x[:, 0:1], x.chunk(2, 1)[1]", "one, two"), tmp_path / "net.py")
    assert "keeps an axis of 1" in found.hypotheses[0].says
    assert not found.hypotheses[0].fixes


def test_tokens_beside_a_vector_are_no_sliced_column(tmp_path: Path) -> None:
    found = diagnosed(NET.format(BOTH, "pass", "x, x"), tmp_path / "net.py")
    assert "slice and keeps" not in found.hypotheses[0].says
