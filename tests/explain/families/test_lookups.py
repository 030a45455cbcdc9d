"""Indices out of range: words, positions, what is gathered."""

import sys
from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, diagnosed, error_of, explained, first

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
    (
        "LEFT_OUT = -100\n"
        "class Writer(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.words, self.top = nn.Embedding(5, 4, padding_idx=0), nn.Linear(4, 5)\n"
        "    def forward(self, wanted):\n"
        "        scores = self.top(self.words(wanted.roll(1, 1)))\n"
        "        return F.cross_entropy(scores.transpose(1, 2), wanted, ignore_index=LEFT_OUT)\n"
        "Writer()(torch.tensor([[1, 2], [3, LEFT_OUT]]))",
        "wanted are the loss's targets as well (line 12)",
    ),
]

TABLES = (
    "class Taste(nn.Module):\n"
    "    def __init__(self, people, films):\n"
    "        super().__init__()\n"
    "        self.person, self.film = nn.Embedding(people, 4), nn.Embedding(films, 4)\n"
    "    def forward(self, person, film):\n"
    "        return (self.person(person) * self.film(film)).sum(1)\n"
)


@pytest.mark.parametrize(
    ("before", "first_change", "words"),
    [("people = 3", "call", "of films rows"), ("people = len(set([5, 1, 9]))", "data", "ids with gaps")],
)
def test_ids_of_several_kinds(before: str, first_change: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"{IMPORTS}{TABLES}{before}\nTaste(people, 9)(torch.tensor([7]), torch.tensor([1]))\n")
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert (found.hypotheses[0].change, words in found.hypotheses[0].says) == (first_change, True)
    assert len(found.hypotheses) == 2


def test_what_is_scattered_isnt_always_a_graph() -> None:
    message = "RuntimeError: index 26 is out of bounds for dimension 1 with size 23"
    assert_first(at("onehot.scatter_(1, y, 1)", message), "gather-range", "data", "and a label is 26")
    assert_first(at("kept.scatter_(1, top, 1)", message), "gather-range", "call", "classes, ids or rows")
    assert_first(at("out = scatter_add(h, edges)", message), "gather-range", "call", "edge_index has node 26")


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


def test_pooling_leaves_fewer_nodes_than_the_edges_have() -> None:
    message = "IndexError: index 46 is out of bounds for dimension 0 with size 26"
    line = "x = F.relu(conv(x, edge_index))"
    pooled = at(line, message, "torch_geometric/nn/conv/gcn_conv.py").replace("net.py", "sag_pool_net.py")
    assert_first(pooled, "gather-range", "call", "x, edge_index, edge_attr, batch, *_ = pool(x, edge_index, …)")
    assert_first(at(line, message, "torch_geometric/nn/conv/gcn_conv.py"), "gather-range", "call", "renumber the nodes")


def test_what_a_table_is_counted_by_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        IMPORTS + "words = load = ['a', 'b']\ntable = nn.Embedding(len(words), 3)\ntable(torch.tensor([2]))\n"
    )
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "the table has len(words) rows (net.py:6)" in found.hypotheses[0].says


def test_an_index_one_past_the_end_may_be_right_where_the_size_was_counted_too_small() -> None:
    text = at(
        "near = torch.gather(scores, 1, ids)", "RuntimeError: index 90 is out of bounds for dimension 1 with size 90"
    )
    from_one, too_small = explained(text).hypotheses
    assert "counted from 1" in from_one.says
    assert "90 of the vocabulary, table or output were counted too small" in too_small.says
    assert "91 or more" in too_small.advice


PADDING = f"{NET}from collate import together\nNet(4)(together([torch.arange(3), torch.arange(2)]))\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("return nn.utils.rnn.pad_sequence(rows, padding_value=-1)", "collate.py:5 puts -1 in for padding"),
        ("x = nn.utils.rnn.pad_sequence(rows, padding_value=4)\n    x = x.masked_fill(x > 3, -7)\n    return x", "-7"),
        ("return torch.tensor([[0, 1], [2] + [-1] * (2 - len([2]))])", "puts -1 in"),
        ("labels = [-100] * 2\n    return nn.utils.rnn.pad_sequence(rows, padding_value=4)", "not below"),
    ],
)
def test_a_negative_number_that_pads_what_is_looked_up(
    line: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "collate.py").write_text(f"import torch\nfrom torch import nn\n\ndef together(rows):\n    {line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "collate", raising=False)
    found = diagnosed(PADDING, tmp_path / "net.py")
    assert says in found.hypotheses[0].says
    assert ("an index of its own" in found.hypotheses[0].advice) == ("puts" in found.hypotheses[0].says)


def test_an_index_below_zero_is_no_row() -> None:
    text = "RuntimeError: index out of range: Tried to access index -1 out of table with 19 rows."
    assert_first(text, "embedding-range", "data", "-1 was looked up")
