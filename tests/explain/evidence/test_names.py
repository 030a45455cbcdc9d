"""What names in a file come to, read from it and never run."""

import ast

import pytest

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.names import Names
from convcli.explain.evidence.source import Source

CODE = """wide, deep = 64, 3
again = 1
again = 2
class Block(nn.Module):
    def __init__(self, cin, cout=8, *, k=5):
        self.half = cin // 2
        self.conv = nn.Conv2d(cin, cout, k)
    def forward(self, x):
        return self.conv(x)
class Net(nn.Module):
    def __init__(self, width=32):
        self.one = Block(width)
        self.two = Block(width * 2)
    def forward(self, x):
        x = self.one(x)
        return self.two(x)
"""


def of(text: str, number: int, *frames: Frame) -> int | None:
    names = Names({"net.py": ast.parse(CODE)}, frames)
    return names.number(ast.parse(text, mode="eval").body, "net.py", number)


@pytest.mark.parametrize(
    ("text", "number", "value"),
    [("wide", 7, 64), ("deep", 7, 3), ("again", 7, None), ("cout", 7, 8), ("k", 7, 5), ("width", 12, 32)],
)
def test_a_name_that_is_set_to_one_number(text: str, number: int, value: int | None) -> None:
    assert of(text, number) == value


def test_of_several_layers_of_a_class_the_one_that_the_traceback_came_through_counts() -> None:
    assert of("cin", 7) is None
    through = Frame("net.py", 16, code="return self.two(x)"), Frame("net.py", 9)
    assert of("cin", 7, *through) == 64
    assert of("self.half", 9, *through) == 32


def test_the_layer_that_the_last_line_calls_counts_where_its_class_has_no_forward() -> None:
    assert of("cin", 7, Frame("net.py", 15, code="x = self.one(x)")) == 32


def test_names_that_stand_for_each_other_end() -> None:
    names = Names({"net.py": ast.parse("a = b\nb = a\n")}, ())
    assert names.number(ast.parse("a", mode="eval").body, "net.py", 1) is None


def test_names_in_sums_of_names_are_worked_out_once() -> None:
    sums = [f"a{i} = " + " + ".join([f"a{i + 1}"] * 60) for i in range(9)]
    assert Source.of_text("\n".join([*sums, "fc = nn.Linear(a0, 4)"])).made[0].value("in_features") is None


OPTIONS = """import argparse
HP = {"wide": 64, "layers": [8, 16], "twice": 1}
OTHER = dict(twice=2)
@dataclass
class Config:
    deep: int = 3
    half: int = HP["wide"] // 2
parser.add_argument("--n-heads", type=int, default=4)
dims = (5, 6)
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('hp["wide"]', 64),
        ("cfg.deep", 3),
        ("self.config.half", 32),
        ("args.n_heads", 4),
        ("hp['layers'][1]", 16),
        ("dims[1]", 6),
        ("dims[2]", None),
        ("cfg.twice", None),
        ("cfg.missing", None),
        ("HP[key]", None),
    ],
)
def test_what_an_option_is_set_to(text: str, value: int | None) -> None:
    source = Source.of_text(f"{OPTIONS}fc = nn.Linear({text}, 2)")
    assert source.made[-1].value("in_features") == value
