"""Recurrent layers and embeddings."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, error_of, explained

CASES = [
    ("index 3 is out of bounds for dimension 1 with size 1", "gather-range", "call", "axis of 1"),
    (
        "p = pack_padded_sequence(x, n, batch_first=True)\nRuntimeError: Expected len(lengths) to be equal to "
        "batch_size, but got 1 (batch_size=8)",
        "pack-lengths",
        "data",
        "each row",
    ),
    ("Expected hidden size (1, 1, 64), got [1, 16, 64]", "rnn-state", "call", "1 step read as the batch"),
    ("Expected hidden[0] size (2, 50, 128), got (2, 20, 128)", "rnn-state", "call", "50 steps read as the batch"),
    ("input must have 3 dimensions, got 2", "rnn-rank", "data", "unsqueeze(0)"),
    ("LSTM: Expected input to be 2D or 3D, got 1D instead", "rnn-rank", "data", "x.view(1, 1, -1)"),
    (
        "out, h = self.net['dec'](step, (h, c))\nRuntimeError: input must have 3 dimensions, got 2",
        "rnn-rank",
        "call",
        "step.unsqueeze(0), and squeeze(0) of the output",
    ),
    ("index 31 is out of bounds for dimension 0 with size 31", "gather-range", "data", "counted from 1"),
    (
        "Found indices in 'edge_index' that are larger than 0 (got 9). Please ensure that all indices are valid.",
        "gather-range",
        "data",
        "squeeze(0)",
    ),
    ("INDICES element is out of DATA bounds, id=40 axis_dim=12", "gather-range", "call", "0 to 11"),
    ("index 0 is out of bounds for dimension 0 with size 0", "gather-range", "data", "empty"),
    (
        "Expected hidden size (1, 8, 512), got (8, 473, 1024)",
        "rnn-state",
        "call",
        "whole output",
    ),
    (
        "Input batch size 128 doesn't match hidden[0] batch size 256",
        "rnn-state",
        "call",
        "several layers",
    ),
    (
        "index out of range: Tried to access index 512 out of table with 511 rows.",
        "embedding-range",
        "data",
        "longer",
    ),
    (
        "index out of range: Tried to access index 30600 out of table with 30521 rows.",
        "embedding-range",
        "model",
        "vocabulary",
    ),
    ("input.size(-1) must be equal to input_size. Expected 1, got 30", "rnn-input", "data", "no feature axis"),
    ("input.size(-1) must be equal to input_size. Expected 1, got 5", "rnn-input", "model", "input_size=5"),
    ("Expected hidden[0] size (1, 32, 256), got [1, 8, 256]", "rnn-state", "call", "batch of 8"),
    ("Expected hidden[0] size (1, 64, 256), got (64, 256)", "rnn-state", "call", "takes a pair"),
    ("Expected hidden[0] size (4, 64, 256), got (2, 64, 256)", "rnn-state", "model", "layers·directions"),
    ("LSTM: Expected input to be 2D or 3D, got 4D instead", "rnn-rank", "call", "4 axes"),
    (
        "'lengths' argument should be a 1D CPU int64 tensor, but got 1D cuda:0 Long tensor",
        "pack-lengths",
        "device",
        "GPU",
    ),
    ("index out of range in self", "embedding-range", "model", "num_embeddings"),
    (
        "v = scores.gather(1, i)\nRuntimeError: index 5 is out of bounds for dimension 1 with size 3",
        "gather-range",
        "call",
        "0 to 2",
    ),
    ("Expected hidden[0] size (2, 1, 1024), got [1, 1, 1024]", "rnn-state", "model", "num_layers"),
    (
        "For batched 3-D input, hx and cx should also be 3-D but got (2-D, 2-D) tensors",
        "rnn-state",
        "call",
        "no axis for layers",
    ),
    ("hidden0 has inconsistent hidden_size: got 3, expected 4", "rnn-state", "model", "the cell's hidden_size is 4"),
    ("ValueError: RNN: Expected input to be 2D or 3D, got 4D tensor instead", "rnn-rank", "call", "4 axes"),
    ("Expected hidden size (1, 1, 1), got [1, 1, 9]", "rnn-state", "model", "has no place in a state"),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


@pytest.mark.parametrize(
    ("size", "first", "words"),
    [
        (6, "", "maps.flatten(2).permute(2, 0, 1)"),
        (12, "", "maps.flatten(1, 2).permute(2, 0, 1)"),
        (12, ", batch_first=True", "maps.flatten(1, 2).transpose(1, 2)"),
        (6, ", batch_first=True", "maps.flatten(2).transpose(1, 2)"),
    ],
)
def test_maps_become_the_steps_that_the_layer_takes(tmp_path: Path, size: int, first: str, words: str) -> None:
    text = f"""
conv, rnn = nn.Conv2d(1, 6, 3), nn.LSTM({size}, 5{first})
maps = conv(torch.rand(3, 1, 4, 9))
out, _ = rnn(maps)
assert out.shape[{0 if first else 1}] == 3
"""
    assert assert_file_mends(text, words, tmp_path / "net.py").hypotheses[0].fixes


STATES = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.rnn = nn.LSTM(3, 5, num_layers=2)\n"
    "    def start(self, batch):\n"
    "        {}\n"
    "    def forward(self, x, state):\n"
    "        return self.rnn(x, state)\n"
    "net = Net()\n"
    "state = net.start(4)\n"
    "net(torch.rand(7, 4, 3), state)\n"
)


@pytest.mark.parametrize(
    ("made", "words", "count"),
    [
        ("return torch.zeros(2, batch, 5)", "an LSTM takes a pair (h, c): it read slices of it as h and c; line 10", 1),
        ("return torch.zeros(batch, 5), torch.zeros(batch, 5)", "h and c have no axis for layers", 2),
    ],
)
def test_one_state_and_a_pair_are_told_apart_by_what_makes_them(
    made: str, words: str, count: int, tmp_path: Path
) -> None:
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + STATES.format(made))
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert words in found.hypotheses[0].says
    assert len(found.hypotheses) == count


def test_a_state_s_layers_come_first() -> None:
    answer = explained("Expected hidden[0] size (2, 32, 40), got [32, 2, 40]").hypotheses[0]
    assert "torch.zeros(layers·directions, batch, hidden_size)" in answer.advice
