"""How a layer was made, read from the user's file; the file is never run."""

from pathlib import Path

import pytest

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.source import LARGEST, Source

CODE = """raise SystemExit("this is run")
class Net(nn.Module):
    def __init__(self):
        self.größe = nn.Linear(16 * 5 * 5, 10)
        self.conv = torch.nn.Conv2d(
            3, 8, kernel_size=7,
            stride=2, padding=3, bias=False
        )
        self.again = nn.Linear(400, 10, bias=False)
        self.last = nn.Linear(width, 10)

    def forward(self, x):
        x = x,
        return self.conv(x)
"""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "net.py"
    path.write_text(CODE)
    return Source([Frame(str(path), 14, code="return self.conv(x)")])


def test_a_layer_is_edited_where_it_is_made_and_nothing_else_is_changed(source: Source) -> None:
    made = source.layer("Conv2d Conv3d", in_channels=3, out_channels=8)
    assert made is not None
    assert (made.number, made.last, made.name, made.place) == (5, 8, "self.conv", "net.py:5")
    assert made.edited(in_channels=1) == "\n".join(CODE.split("\n")[4:8]).replace("3, 8", "1, 8")
    assert "torch.nn.Conv1d(\n" in made.edited(type="Conv1d")
    assert made.edited(kernel_size=5, groups=2).endswith(
        "kernel_size=5,\n            stride=2, padding=3, bias=False\n        , groups=2)"
    )


def test_of_two_layers_alike_the_one_that_is_called_counts(source: Source) -> None:
    assert source.layer("Linear", in_features=400, out_features=10) is None
    called = source.layer("Linear", "self.größe", in_features=400, out_features=10)
    assert called is not None
    assert called.edited(in_features=256).strip() == "self.größe = nn.Linear(256, 10)"


def test_numbers_that_are_not_written_out_fit_only_by_name(source: Source) -> None:
    assert source.layer("Linear", in_features=7, out_features=10) is None
    assert source.layer("Linear", "self.last", in_features=7, out_features=10) is not None


def test_the_lines_above(source: Source) -> None:
    frame = Frame(next(iter(source.texts)), 14)
    assert source.above(frame)[:2] == ["x = x,", "def forward(self, x):"]
    assert source.says("nn.Linear(")


@pytest.mark.parametrize("text", ["x = (\n", "y = 2\n", "\0\n", "x\n" + " " * LARGEST])
def test_a_file_that_is_broken_other_or_huge_is_not_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(text)
    assert Source([Frame(str(path), 1, code="x")]).made == []


def test_a_file_that_is_not_there_and_a_directory(tmp_path: Path) -> None:
    assert Source([Frame(str(tmp_path), 1), Frame("no.py", 1), Frame("\0", 1)]).made == []


@pytest.mark.parametrize(
    ("code", "edited"),
    [("Net()", "Net(a=1)"), ("Net(2)", "Net(2, a=1)"), ("Net(\n    2,\n)", "Net(\n    2,\na=1)")],
)
def test_an_argument_is_added(code: str, edited: str) -> None:
    assert Source.of_text(code).made[0].edited(a=1) == edited


def test_a_number_keeps_its_words() -> None:
    text = """n = 8
def make(classes=5, wide=4):
    nn.Linear({}, 3)
"""
    for before, value, after in (
        ("n * 4", 16, "n * 2"),
        ("n * 4", 8, "n"),
        ("n + 1", 13, "n + classes"),
        ("n + 1", 10, "n + 2"),
        ("16 * 5 * 5", 256, "16 * 4 * 4"),
        ("16 * 5 * 6", 256, "256"),
        ("n", 24, "n * 3"),
        ("n", 9, "9"),
        ("unknown", 9, "9"),
    ):
        made = Source.of_text(text.format(before)).made[0]
        assert made.reworded("in_features", value) == after


def test_layers_alike_get_the_same_tensor() -> None:
    source = Source.of_text("""a = nn.Linear(4, 2)
b = nn.Linear(4, 3)
c = nn.Linear(4, 4)
x = c(x)
y, z = a(x), b(x)
""")
    assert [made.number for made in source.alike(source.made[0], "in_features")] == [1, 2]
    assert [made.number for made in source.alike(source.made[2], "in_features")] == [3]


def test_words_of_the_place_where_a_layer_is_made_are_not_taken_elsewhere() -> None:
    source = Source.of_text("def block(a, b):\n    return nn.Linear(a, 9)\n\npart = block(3, 4)\n")
    made = next(each for each in source.made if each.callee == "Linear")
    assert source.worded(made, {"in_features": "b"}, True) == (made, {"in_features": "b"})
    assert source.worded(made, {"in_features": 5}, False)[0].callee == "block"
