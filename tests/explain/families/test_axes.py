"""Axes that are named, indexed or taken apart."""

from pathlib import Path

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import IMPORTS, assert_first, error_of

CASES = [
    (
        "Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        "axis-range",
        "call",
        "batch or channel axis",
    ),
    (
        "loss = criterion(out, y)\nIndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        "axis-range",
        "loss",
        "squeezed",
    ),
    (
        "glimpses = [T.stack(o, 1) for o in outputs]\n"
        "IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)",
        "axis-range",
        "call",
        "single numbers",
    ),
    (
        "fc7 = fc7.mean(3).mean(2)\nIndexError: Dimension out of range (expected to be in range of [-2, 1], but got 3)",
        "axis-range",
        "call",
        "fc7 has 2 axes already",
    ),
    ("Dimension out of range (expected to be in range of [-2, 1], but got -3)", "axis-range", "call", "flattened"),
    ("x, y = image.shape\nValueError: too many values to unpack (expected 2)", "rank-unpack", "data", "channels"),
    ("number of dims don't match in permute", "permute-axes", "call", "another number of axes than the tensor has"),
    ("input.dim() = 4 is not equal to len(dims) = 2", "permute-axes", "call", "maps [N, C, H, W] in the place of"),
    ("input.dim() = 4 is not equal to len(dims) = 3", "permute-axes", "call", "permute(0, …)"),
    ("input.dim() = 3 is not equal to len(dims) = 5", "permute-axes", "call", "5 axes are named, and the tensor has 3"),
    (
        "b, c, h, w = x.size()\nValueError: not enough values to unpack (expected 4, got 3)",
        "rank-unpack",
        "call",
        "batch axis",
    ),
    (
        "loss = loss_fn(out, torch.max(label, 1)[1])\nIndexError: Dimension out of range (expected to be in range of "
        "[-1, 0], but got 1)",
        "axis-range",
        "call",
        "label has one axis",
    ),
    (
        '"Dimension out of range (expected to be in range of [-1, 0], but got 1)" in\n'
        '"  hits = (out.argmax(1) == targets.argmax(dim=1)).sum() "',
        "axis-range",
        "call",
        "targets has one axis",
    ),
    (
        "x = x.permute(0, 3, 1, 2)\nRuntimeError: number of dimensions in the tensor input does not "
        "match the length of the desired ordering of dimensions i.e. input.dim() = 3 is not equal to len(dims) = 4",
        "permute-axes",
        "call",
        "permute(2, 0, 1)",
    ),
    (
        "Dimension out of range (expected to be in range of [-1, 0], but got 1)\n\nc = torch.cat((a, b), dim=1)",
        "axis-range",
        "call",
        "torch.stack",
    ),
    (
        "Dimension out of range (expected to be in range of [-1, 0], but got 2)",
        "axis-range",
        "call",
        "2 axes are missing",
    ),
    ("IndexError: Dimension specified as 0 but tensor has no dimensions", "number-index", "call", "x.item()"),
    (
        "rows = x.size[0]\nTypeError: 'builtin_function_or_method' object is not subscriptable",
        "size-called",
        "call",
        "x.size(0)",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_squeeze_of_the_batch_comes_before_the_line_that_misses_it(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(f"""{IMPORTS}
def scores(x):
    return nn.Conv1d(2, 3, 4)(x).squeeze()
for x in torch.rand(5, 2, 4).split(4):
    best = scores(x).argmax(dim=1)
""")
    found = diagnose(read(error_of(path)))
    assert found and "with a batch of one" in found.hypotheses[0].says
