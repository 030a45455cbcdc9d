"""Sizes that can't be spread over a target."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first

VALUE = "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}"
EXPANDED = (
    "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}.  "
    "Target sizes: {}.  Tensor sizes: {}"
)
CASES = [
    (
        "expand(torch.cuda.FloatTensor{[3, 256, 256]}, size=[256, 256]): the number of sizes provided (2) must be "
        "greater or equal to the number of dimensions in the tensor (3)",
        "expand-size",
        "data",
        'convert("L")',
    ),
    (
        "tmp[:, :n] = img[:, a:b]\nRuntimeError: The expanded size of the tensor (48) must match the existing "
        "size (36) at non-singleton dimension 1.  Target sizes: [1, 48, 256, 256].  Tensor sizes: [36, 256, 256]",
        "expand-size",
        "call",
        "differ on axis 1",
    ),
    (
        "The expanded size of the tensor (600) must match the existing size (640) at non-singleton dimension 2. Target "
        "sizes: [1, 3, 600, 800]. Tensor sizes: [3, 640, 800]",
        "expand-size",
        "model",
        "maps of 640×800",
    ),
    (
        "The expanded size of the tensor (100) must match the existing size (20) at non-singleton "
        "dimension 0.  Target sizes: [100, 1, 1].  Tensor sizes: [20, 1, 1]",
        "expand-size",
        "call",
        "last batch",
    ),
    (VALUE.format([128, 4096], [0, 4096]), "value-size", "data", "empty"),
    (VALUE.format([316, 128], [128, 316]), "value-size", "call", "reverse order"),
    (VALUE.format([1037], [1036]), "value-size", "call", "by one"),
    (EXPANDED.format(100, 99, 0, [100, 1024], [99, 1024]), "expand-size", "call", "last batch"),
    (EXPANDED.format(64, 96, 1, [96, 64], [96]), "expand-size", "call", "keepdim=True"),
    (EXPANDED.format(5, 4, 1, [32, 5], [4]), "expand-size", "model", "4 values"),
    (EXPANDED.format(1, 10, 1, [500, 1], [500, 10]), "expand-size", "call", "argmax"),
    (EXPANDED.format(1000, 1289, 1, [1, 1000, 16, 64], [1289, 16, 64]), "expand-size", "data", "room for 1000"),
    (EXPANDED.format(20, 4, 2, [4, 13294, 20], [20, 1, 4]), "expand-size", "call", "reverse order"),
    (VALUE.format([7, 32, 8, 24], [7, 32, 8, 12]), "value-size", "model", "maps of 8×24"),
    (VALUE.format([17], [9]), "value-size", "data", "9 chosen places"),
    (EXPANDED.format(1, 10, 2, [1, 4, 1, 10], [1, 1, 10, 10]), "expand-size", "call", "last row"),
    (EXPANDED.format(614, 665, 3, [1, 24, 614, 614], [665, 665]), "expand-size", "call", "665 places"),
    (
        "expand(torch.FloatTensor{[1, 1, 8, 8, 8]}, size=[1, 4, 8, 8]): the number of sizes provided (4) must be "
        "greater or equal to the number of dimensions in the tensor (5)",
        "expand-size",
        "call",
        "expanded once more",
    ),
    (
        "The expanded size of the tensor (4096) must match the existing size (5167) at non-singleton "
        "dimension 2.  Target sizes: [1, 16, 4096, 64].  Tensor sizes: [16, 5167, 64]",
        "expand-size",
        "data",
        "room for 4096",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


SPREAD = {
    "the width of table, 7, is odd": """
place, rates = torch.arange(9).unsqueeze(1), torch.rand(4)
table = torch.zeros(9, 7)
table[:, 0::2] = torch.sin(place * rates)
table[:, 1::2] = torch.cos(place * rates)
""",
    "unsqueeze(1): [3, 1, 4]": """
code, steps = torch.rand(3, 4), torch.rand(3, 6, 2)
every = code.unsqueeze(0).expand(-1, steps.size(1), -1)
assert every.shape == (3, 6, 4)
""",
}


@pytest.mark.parametrize("words", SPREAD)
def test_the_users_line_says_which_axis_or_width_is_meant(words: str, tmp_path: Path) -> None:
    assert assert_file_mends(SPREAD[words], words, tmp_path / "net.py").hypotheses[0].fixes
