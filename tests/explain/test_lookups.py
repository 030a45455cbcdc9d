"""Indices out of range: words, positions, what is gathered."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained, first

MESSAGE = "IndexError: index out of range in self"
NET = (
    "class Net(nn.Module):\n"
    "    def __init__(self, rows):\n"
    "        super().__init__()\n"
    "        self.table = nn.Embedding(rows, 4)\n"
    "    def forward(self, x):\n"
    "        return self.table(x)\n"
)
FILES = [
    (
        f"{NET}words = ['one', 'two']\n"
        "listed = ['<pad>', '<unk>'] + words\n"
        "numbers = {word: i for i, word in enumerate(listed)}\n"
        "Net(len(words))(torch.tensor([numbers['two']]))",
        "<pad> and <unk> have numbers as well",
    ),
    (
        f"{NET}words = ['one', 'two']\n"
        "numbers = {'[PAD]': 0, '[UNK]': 1}\n"
        "numbers.update({word: i + 2 for i, word in enumerate(words)})\n"
        "count = len(words)\n"
        "Net(count)(torch.tensor([numbers['two']]))",
        "count counts the words without them",
    ),
    (
        f"{NET}words = ['one', 'two']\n"
        "numbers = {word: i for i, word in enumerate(words, 1)}\n"
        "Net(len(words))(torch.tensor([numbers['two']]))",
        "counted from 1 in line 12",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_counts_for_a_table(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")


def test_a_trained_model_meets_another_vocabulary() -> None:
    line = at("x = self.embed(words)", MESSAGE, "torch/nn/modules/sparse.py")
    text = line.replace("net.py", "predict_answers.py")
    assert_first(text, "embedding-range", "data", "the training's vocabulary")
    assert_first(line, "embedding-range", "model", "num_embeddings")


def test_both_tables_of_a_line_are_named_where_nothing_is_marked() -> None:
    found = explained(at("x = self.word_emb(ids) + self.position_emb(places)", MESSAGE, "torch/nn/modules/sparse.py"))
    assert [each.change for each in found.hypotheses] == ["data", "model"]
    assert "positions" in first(at("x = self.position_emb(places)", MESSAGE))[1].says
