"""Printed models and calls, read as text; errors with their place; nothing run."""

from collections import OrderedDict
from pathlib import Path

import pytest
from torch import nn

from convcli.network.chain import work_out
from convcli.network.notation import NotationError, read_text
from convcli.network.parts import ELSEWHERE, layers


def read(text: str) -> list[tuple[str, str]]:
    return [(placed.name, placed.part.code) for placed in layers(read_text(text))]


CONV = ("0", "Conv2d(3, 8, kernel_size=3)")
TWO = [CONV, ("1", "ReLU()")]


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())",
        "model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(),)",
        "[Conv2d(3, 8, 3), ReLU()]",
        "Conv2d(3, 8, 3); ReLU()",
        "Conv2d(3, 8, 3)\nReLU()",
        "conv2d(3, 8, 3)  # the first\n\n  relu()\n",
        "Conv2d(3,\n  2 ** 3,\n  kernel_size=(3, 3), device='cpu', dtype=torch.float32)\nReLU()",
        "Sequential(\n  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))\n  (1): ReLU()\n)",
        "On cpu (4 cores)\nSequential(\n  (0): Conv2d(3, 8, kernel_size=(3, 3))\n  (1): ReLU()\n)\ndone: 3",
    ],
)
def test_ways_to_write_the_same(text: str) -> None:
    assert read(text) == TWO


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(OrderedDict([('conv', nn.Conv2d(3, 8, 3)), ('relu', nn.ReLU())]))",
        'nn.Sequential(OrderedDict({"conv": nn.Conv2d(3, 8, 3), "relu": nn.ReLU()}))',
        "self.conv = nn.Conv2d(3, 8, 3)\nself.relu = nn.ReLU()",
        "conv = Conv2d(3, 8, 3); relu = ReLU()",
    ],
)
def test_names(text: str) -> None:
    assert read(text) == [("conv", CONV[1]), ("relu", "ReLU()")]


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding="same", padding_mode="reflect"), nn.ReLU(inplace=True))
        self.blocks = nn.ModuleList([nn.Sequential(OrderedDict(a=nn.Conv2d(4, 4, 1), b=nn.SiLU())) for _ in range(3)])
        self.memory = nn.LSTM(4, 5)
        self.head = nn.Sequential(nn.LayerNorm((4, 4)), nn.Linear(4, 2, bias=False))

    def extra_repr(self) -> str:
        return "width=4,\n(depth)=3"


BLOCK = {"a": "Conv2d(4, 4, kernel_size=1)", "b": "SiLU()"}


def test_a_printed_model() -> None:
    text = f"epoch 3 (of 5): loss 0.3\n{Outer()}\nsaved to out.pt"
    assert read(text) == [
        ("stem.0", "Conv2d(3, 4, kernel_size=3, padding='same', padding_mode='reflect')"),
        ("stem.1", "ReLU(inplace=True)"),
        *((f"blocks.{i}.{name}", code) for i in range(3) for name, code in BLOCK.items()),
        ("memory", "LSTM"),
        ("head.0", "LayerNorm((4, 4))"),
        ("head.1", "Linear(4, 2, bias=False)"),
    ]
    model = read_text(text)
    assert (model.name, model.in_order) == ("Outer", False)
    blocks = model.parts[1].parts
    assert blocks is not None
    assert blocks[0].times == 3
    assert "LSTM isn't known here" in model.parts[2].note


@pytest.mark.parametrize(
    ("text", "place", "said", "fix"),
    [
        ("Conv2d(3, 8", (1, 7), "never closed", "add ')'"),
        ("Sequential(\n  ReLU(),\n", (1, 11), "'(' is never closed", "add ')'"),
        ("ReLU())", (1, 7), "closes nothing", "take it out"),
        ("Sequential(\n  ReLU()\n]", (3, 1), "expected ')', which closes the '(' of line 1, column 11, not ']'", ""),
        ("Conv2d(3, 8, 3); ReLU", (1, 18), "ReLU is a class", "write ReLU()"),
        ("Conv2d(3, 8, 3); relu then", (1, 18), "relu is a class", "write relu()"),
        ("Conv2d(3, 8, 3); then", (1, 18), "expected a layer, not 'then'", "Conv2d(3, 64, 3)"),
        ("ReLU()\nConv2d(3, 8)", (2, 1), "can't be made without kernel_size", "kernel_size=3"),
        ("Conv2d(3, 8, width)", (1, 14), "width isn't a number", "write the number"),
        ("Conv2d(3, 8,\n  kernel_size=f(3))", (2, 15), "f(3) isn't a number", "write the number"),
        ("Conv2d(3, 8, 3 4)", (1, 14), "in the arguments of Conv2d", ""),
        ("Conv2d(3, 8, 3, size=1)", (1, 1), "takes no argument 'size'", "it takes in_channels"),
        ("Conv2d(3, 8, 0)", (1, 1), "it has to be at least 1", "kernel_size=1"),
        ("nn.Convd2(3, 8, 3)", (1, 1), "torch.nn has no Convd2", "did you mean Conv"),
        ("nn.MaxPooling2d(2)", (1, 1), "torch.nn has no MaxPooling2d", "did you mean MaxPool2d"),
        ("Linear(1, 2, 3, 4, 5)", (1, 17), "isn't a number", ""),
        ("", (1, 1), "no layer is in it", "Conv2d(3, 64, 3)"),
        ("nothing here", (1, 1), "expected a layer", ""),
    ],
)
def test_errors_point_at_their_place(text: str, place: tuple[int, int], said: str, fix: str) -> None:
    with pytest.raises(NotationError) as raised:
        read_text(text)
    error = raised.value
    assert error.place == place
    assert said in error.why
    assert fix in error.fix
    line, caret = error.excerpt
    assert line[len(caret) - 1 :] == text.split("\n")[place[0] - 1][place[1] - 1 :][:24]


def test_a_place_among_signs_that_are_not_printed() -> None:
    line, caret = NotationError(text="Conv2d(" + "\u200b" * 40 + "=", offset=47, expected="").excerpt
    assert line[len(caret) - 1] == "="
    assert len(line) < 60


def test_an_unknown_layer_is_passed_over_with_the_nearest() -> None:
    [one, other] = read_text("Conv2dd(3, 4); MyBlock(3)").parts
    assert one.note == "Conv2dd isn't known here; Conv2d is"
    assert other.note == "MyBlock isn't known here"


@pytest.mark.parametrize("depth", [1000, 5000])
def test_nested_deep(depth: int) -> None:
    assert len(read("nn.Sequential(" * depth + "nn.ReLU()" + ")" * depth)) == 1
    with pytest.raises(NotationError, match="never closed"):
        read_text("nn.Sequential(" * depth + "nn.ReLU()" + ")" * (depth - 1))
    with pytest.raises(NotationError):
        read_text("nn.Conv2d(" + "(" * depth + "3" + ")" * depth + ", 4, 3)")


def test_long_texts() -> None:
    assert sum(1 for _ in layers(read_text("Conv2d(3, 3, 3, padding=1)\nReLU()\n" * 20_000))) == 40_000
    with pytest.raises(NotationError, match="characters of arguments"):
        read_text(f"Conv2d({'3, ' * 20_000})")
    with pytest.raises(NotationError, match="line 1, column 1"):
        read_text("x" * 1_000_000)
    with pytest.raises(NotationError, match="line 100001, column 1: there are more than 100,000 layers"):
        read_text("ReLU()\n" * 200_000)
    with pytest.raises(NotationError, match="line 1, column 10001: this is nested more than 10,000 deep"):
        read_text("([" * 100_000)


@pytest.mark.parametrize(
    "planted",
    [
        "Conv2d(3, 8, open({mark!r}, 'w'))",
        "Conv2d(3, 8, kernel_size=__import__('pathlib').Path({mark!r}).touch() or 3)",
        "Conv2d(3, 8, f\"{{open({mark!r}, 'w')}}\")",
        "Sequential(Conv2d(3, 8, 3), exec(\"open({mark!r}, 'w')\"))",
        "Conv2d(3, 8, [open({mark!r}, 'w') for _ in range(3)])",
        "open({mark!r}, 'w')",
    ],
)
def test_nothing_is_run(planted: str, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    try:
        read_text(planted.format(mark=str(mark)))
    except NotationError as error:
        assert error.why
    assert not mark.exists()


def test_what_torch_has_elsewhere_is_torchs() -> None:
    assert {name for name in ELSEWHERE if not hasattr(nn, name)} == set()


def test_arguments_of_the_wrong_sort() -> None:
    for text in ("Conv2d('a', 3, 3)", "Linear([3], 4)", "Dropout('x')", "Upsample(scale_factor='x')", "LayerNorm('a')"):
        with pytest.raises(NotationError) as raised:
            read_text(text)
        assert raised.value.why


def test_blocks_that_are_printed_once_learn_each_for_itself() -> None:
    text = """Net(
  (layers): ModuleList(
    (0-2): 3 x Block(
      (conv): Conv1d(4, 4, kernel_size=(3,), stride=(1,))
      (acts): ModuleList(
        (0-1): 2 x PReLU(num_parameters=1)
      )
    )
  )
  (weights): ParameterList(  (0): Parameter containing: [torch.float32 of size 3])
)"""
    chain = work_out(read_text(text), (1, 4, 20))
    assert chain.output_shape == (1, 4, 14)
    assert chain.parameters == 3 * (52 + 2)
    assert "functions that forward calls" in chain.notes[0]


@pytest.mark.parametrize("text", ["Sequential()", "hello (world)", "", "# nothing"])
def test_where_no_layer_is_known(text: str) -> None:
    with pytest.raises(NotationError, match="no layer is in it"):
        read_text(text)


def test_a_table_of_words_comes_first() -> None:
    failed = work_out(read_text("Embedding(9, 4); Embedding(9, 4)"), (1, 6)).failed
    assert failed is not None
    assert "whole numbers" in failed.refusal.why
    assert work_out(read_text("Flatten(); Embedding(9, 4)"), (1, 6, 2)).output_shape == (1, 12, 4)


HUGE = 200_000


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("'" + "a" * HUGE, (1, 1)),
        ("'" * (2 * HUGE + 1), (1, 2 * HUGE + 1)),
        ("'\\" * HUGE, (1, 1)),
        ("(" * HUGE, (1, 10_001)),
        ("Conv2d(" + "3," * HUGE + ")", (1, 8)),
        ("Sequential(" * 1000 + "ReLU()" + ")" * 1001, (1, 11_000 + 6 + 1001)),
        ("Sequential([" * 500 + "ReLU()" + ")]" * 500, (1, 6007)),
    ],
)
def test_what_is_huge_and_wrong_has_its_place(text: str, place: tuple[int, int]) -> None:
    with pytest.raises(NotationError) as raised:
        read_text(text)
    assert raised.value.place == place


def test_what_is_huge_and_right_is_read() -> None:
    assert read_text("Foo(" + "3, " * HUGE + "); ReLU()").parts[0].note == "Foo isn't known here"
    deep = read_text("Sequential(" * 1000 + "ReLU()" + ")" * 1000)
    assert len(list(layers(deep))) == 1
