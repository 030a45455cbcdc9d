"""What is handed over: told by its type and the user's line."""

from pathlib import Path
from textwrap import dedent

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_file_mends, assert_first, at, error_of, first

CASES = [
    (
        at(
            "z = self.conv2(z),",
            "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not tuple",
            "torch/nn/modules/conv.py",
        ),
        "not-a-tensor",
        "call",
        "take both commas away",
    ),
    (
        at("y = targets.view(-1)", "AttributeError: 'tuple' object has no attribute 'view'"),
        "not-a-tensor",
        "data",
        "the loader puts strings",
    ),
    (
        at("n = self.pool(z).size(0)", "AttributeError: 'tuple' object has no attribute 'size'"),
        "not-a-tensor",
        "call",
        "self.pool(z) is a tuple",
    ),
    (
        at(
            "y = self.norm(self.conv2(z))",
            "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not method",
        ),
        "not-a-tensor",
        "call",
        "z is a function",
    ),
    (
        at("h = self.drop(pooled)", "TypeError: dropout(): argument 'input' (position 1) must be Tensor, not str"),
        "not-a-tensor",
        "call",
        "name of a result",
    ),
    (
        at("y = self.conv(levels)", "TypeError: conv2d(): argument 'input' (position 1) must be Tensor, not list"),
        "not-a-tensor",
        "data",
        "one after the other",
    ),
    (
        "self.fc.bias.data.fill_(0)\nAttributeError: 'NoneType' object has no attribute 'data'",
        "not-a-tensor",
        "model",
        "bias=False",
    ),
    (
        "p.grad.data.clamp_(-1, 1)\nAttributeError: 'NoneType' object has no attribute 'data'",
        "not-a-tensor",
        "call",
        "no part in the loss",
    ),
    (
        "x = self.conv2(x),\nTypeError: conv2d(): argument 'input' (position 1) must be Tensor, not tuple",
        "not-a-tensor",
        "call",
        "comma",
    ),
    ("linear(): argument 'input' (position 1) must be Tensor, not tuple", "not-a-tensor", "call", "tuple"),
    (
        "conv2d() received an invalid combination of arguments - got (numpy.ndarray, Parameter, Parameter, tuple, "
        "tuple, tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "NumPy",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not NoneType",
        "not-a-tensor",
        "model",
        "without return",
    ),
    (
        "cross_entropy_loss(): argument 'input' (position 1) must be Tensor, not InceptionOutputs",
        "not-a-tensor",
        "call",
        "auxiliary",
    ),
    ("relu(): argument 'input' (position 1) must be Tensor, not Linear", "not-a-tensor", "call", "not called"),
    (
        "conv2d() received an invalid combination of arguments - got (Image, Parameter, Parameter, tuple, tuple, "
        "tuple, int), but expected one of:",
        "not-a-tensor",
        "data",
        "Pillow",
    ),
    (
        "conv2d(): argument 'input' (position 1) must be Tensor, not builtin_function_or_method",
        "not-a-tensor",
        "call",
        "brackets are missing",
    ),
    (
        at("y = self.fc(h * 10)", "TypeError: linear(): argument 'input' (position 1) must be Tensor, not tuple"),
        "not-a-tensor",
        "call",
        "h is a tuple",
    ),
    (
        "return self.body(x) + self.shortcut(x)\nTypeError: unsupported operand type(s) for +: 'Tensor' and 'NoneType'",
        "not-a-tensor",
        "model",
        "self.shortcut(x) is None",
    ),
    (
        "TypeError: unsupported operand type(s) for -: 'tuple' and 'Tensor'",
        "not-a-tensor",
        "call",
        "one side is a tuple",
    ),
    (
        "y = x.expand_as(skip)\nAttributeError: 'list' object has no attribute 'expand_as'",
        "not-a-tensor",
        "data",
        "x is a list",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


MADE = """
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 4)

        def forward(self, x):
            y = self.layer(x)
            return y, y.mean(1)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.encoder, self.fc = nn.GRU(3, 4), Encoder(), nn.Linear(4, 2)
            self.attention = nn.MultiheadAttention(4, 2)

        def forward(self, x):
            {0}
            return self.fc({1})

    out = Net()(torch.rand(5, 3))
    assert out.shape == (5, 2)
"""


@pytest.mark.parametrize(
    ("line", "handed", "words"),
    [
        ("h = self.rnn(x)", "h", "self.rnn is an nn.GRU"),
        ("h = self.encoder(x)", "h", "returns 2 values, (y, y.mean(1))"),
        ("pass", "self.encoder(x)", "returns 2 values"),
        ("h = self.encoder", "h(x)", "returns 2 values"),
        ("h = self.attention(*3 * [self.encoder.layer(x)])", "h", "nn.MultiheadAttention"),
    ],
)
def test_what_returns_several_values_is_read_in_the_file(tmp_path: Path, line: str, handed: str, words: str) -> None:
    assert_file_mends(dedent(MADE.format(line, handed)), words, tmp_path / "net.py")


def test_a_layer_that_was_not_called_is_called(tmp_path: Path) -> None:
    text = """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.a, self.b = nn.Linear(3, 4), nn.Linear(4, 2)

            def forward(self, x):
                x = self.a
                x = F.relu(x)
                return self.b(x)

        assert Net()(torch.rand(5, 3)).shape == (5, 2)
    """
    assert_file_mends(dedent(text), "was made, and not called", tmp_path / "net.py")


def test_a_list_that_a_function_returns_is_stacked_there(tmp_path: Path) -> None:
    text = """
        def batch():
            rows, labels = zip(*[(torch.rand(3), 1) for _ in range(4)])
            return list(rows), torch.tensor(labels)

        layer = nn.Linear(3, 2)
        x, y = batch()
        assert layer(x).shape == (4, 2)
    """
    assert_file_mends(dedent(text), "returns it", tmp_path / "net.py")


UNCALLED = (
    "class Net(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.first, self.last = nn.Linear(3, 4), nn.Linear(4, 2)\n"
    "    def forward(self, x):\n"
    "        last = self.last\n"
    "        x = self.first\n"
    "        return {}\n"
    "net = Net()\n"
    "y = net(torch.rand(5, 3))\n"
)


@pytest.mark.parametrize("used", ["last(x.softmax(1))", "last(torch.relu(x))", "last(x.view(5, 4))"])
def test_a_layer_that_is_used_as_a_tensor_is_called(tmp_path: Path, used: str) -> None:
    found = assert_file_mends(UNCALLED.format(used), "in line 11", tmp_path / "net.py")
    assert found.rule.code == "not-a-tensor"


def test_a_layer_that_is_used_as_a_tensor_in_pasted_code() -> None:
    text = UNCALLED.format("last(torch.relu(x))")
    answer = first(f"{text}\nforward() missing 1 required positional argument: 'input'")[1]
    assert [(fix.number, fix.code) for fix in answer.fixes] == [(7, "x = self.first(x)")]


def test_tensors_of_several_levels_go_one_by_one() -> None:
    parts = "tuple of (Tensor, Tensor, Tensor), Parameter, Parameter, tuple of (int, int), tuple of (int, int), int"
    message = (
        "TypeError: conv2d() received an invalid combination of arguments - got (tuple, Parameter, Parameter, tuple, "
    )
    text = f"{message}tuple, int), but expected one of:\n didn't match because some have invalid types: ({parts})"
    assert_first(text, "not-a-tensor", "call", "[layer(f) for f in features]")
    assert "a tuple of 3 tensors" in first(text)[1].says


def test_a_recurrent_layer_in_a_row_needs_a_module_that_takes_its_output(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    layers = "nn.Sequential(\n    nn.LSTM(3, 4, batch_first=True),\n    nn.Linear(4, 1),\n)"
    path.write_text(f"{IMPORTS}net = {layers}\nout = net(torch.rand(2, 5, 3))\n")
    found = diagnose(read(error_of(path)))
    assert found is not None
    assert "(nn.LSTM at net.py:6), and nn.Sequential hands that on" in found.hypotheses[0].says
    assert "out[0][:, -1]" in found.hypotheses[0].advice
