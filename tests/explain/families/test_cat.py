"""Concatenations: odd sizes, missing upsampling, wrong lists."""

from pathlib import Path

import pytest

from tests.explain import assert_file_mends, assert_first, at, explained, first

CASES = [
    (
        "Sizes of tensors must match except in dimension 1. Expected size 64 but got size 19 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "last batch",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Got 16 and 5 in dimension 0",
        "cat-size",
        "call",
        "batches of 16 and 5",
    ),
    (
        "Sizes of tensors must match except in dimension 0. Expected size 231 but got size 77 for tensor number 1 in "
        "the list.",
        "cat-size",
        "data",
        "windows of 77",
    ),
    (
        "f = torch.cat([low, up], 1)\nRuntimeError: Sizes of tensors must match except in dimension 1. "
        "Expected size 35 but got size 34 for tensor number 1 in the list.",
        "cat-size",
        "model",
        "the doubled one",
    ),
    (
        "Sizes of tensor must match except in dimension 2. Got 48 and 49 (The offending index is 0).",
        "cat-size",
        "model",
        "odd",
    ),
    (
        "y = torch.cat((a, b))\nRuntimeError: invalid argument 0: Sizes of tensors must match except "
        "in dimension 0. Got 8 and 86 in dimension 1",
        "cat-size",
        "data",
        "unprocessed",
    ),
    (
        "y = torch.cat((a, b, c, h), 2)\nRuntimeError: Sizes of tensors must match except in "
        "dimension 2. Expected size 32 but got size 1 for tensor number 3 in the list.",
        "cat-size",
        "call",
        "transpose(0, 1)",
    ),
    (
        "y = torch.cat((x, clip_features), dim=1)\nRuntimeError: Sizes of tensors must match except "
        "in dimension 1. Expected size 7 but got size 8 for tensor number 1 in the list.",
        "cat-size",
        "data",
        "clip_features",
    ),
    (
        "y = torch.cat([a, b], dim=-1)\nRuntimeError: Sizes of tensors must match except in dimension "
        "0. Got 146 and 292",
        "cat-size",
        "call",
        "batch",
    ),
    (
        "y = torch.cat([a, b], 1)\nRuntimeError: Sizes of tensors must match except in dimension 2. Got 4 and 8",
        "cat-size",
        "model",
        "2 times as large",
    ),
    (
        "x = torch.cat([x, skip], dim=1)\nRuntimeError: Sizes of tensors must match except in dimension 1. Got 7 "
        "and 6 in dimension 2 at /pytorch/THCTensorMath.cu:83",
        "cat-size",
        "model",
        "odd",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 28 but got size 56 for tensor number 1 "
        "in the list.",
        "cat-size",
        "model",
        "upsampling",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 56 but got size 64 for tensor number 1 "
        "in the list.",
        "cat-size",
        "model",
        "without padding",
    ),
    (
        "Sizes of tensors must match except in dimension 0. Expected size 5 but got size 7 for tensor number 1 in "
        "the list.",
        "cat-size",
        "data",
        "5 and 7",
    ),
    ("Tensors must have same number of dimensions: got 4 and 2", "cat-rank", "call", "pool and flatten"),
    ("Tensors must have same number of dimensions: got 2 and 3", "cat-rank", "call", "squeezed"),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 1 but got size 2 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "batch",
    ),
    (
        "invalid argument 0: Sizes of tensors must match except in dimension 1. Got 32 and 16 in dimension 0",
        "cat-size",
        "call",
        "batch",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 3 but got size 1024 for tensor number 1 in "
        "the list.",
        "cat-size",
        "call",
        "order",
    ),
    (
        "Sizes of tensors must match except in dimension 1. Expected size 52 but got size 50 for tensor number 1 in "
        "the list.",
        "cat-size",
        "data",
        "a cell was lost before a doubling",
    ),
    (
        "out = torch.cat((out, self.pool(parts[3])), 1)\nRuntimeError: Sizes of tensors must match except in "
        "dimension 1. Expected size 16 but got size 15 for tensor number 1 in the list.",
        "cat-size",
        "model",
        "ceil_mode=True",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


OFFENDING = "RuntimeError: Sizes of tensors must match except in dimension {} (The offending index is {})"


def test_an_old_torch_on_the_gpu_named_the_lists_last_tensor_first() -> None:
    line = "up = torch.cat((skip, up), dim=1)"
    found = explained(at(line, OFFENDING.format("2. Got 38 and 39", 0)))
    assert list(found.rule.operands()) == [("up", "38"), ("skip", "39")]
    assert found.hypotheses[0].fixes[0].code == "up = F.interpolate(up, size=skip.shape[2:])"
    on_the_cpu = explained(at(line, OFFENDING.format("1. Got 39 and 38 in dimension 2", 1)))
    assert list(on_the_cpu.rule.operands()) == [("skip", "39"), ("up", "38")]


def test_the_axis_that_an_old_torch_named_isnt_taken_for_the_one_that_is_joined() -> None:
    found = explained(OFFENDING.format("2. Got 76 and 75", 0))
    assert found.rule.facts == {"axis": 2, "expected": 76, "got": 75, "number": 0}
    assert "rounded up" in found.hypotheses[0].says
    assert explained(at("y = torch.cat([a, b], 1)", OFFENDING.format("3. Got 4 and 9", 0))).rule.facts["dim"] == 1


def test_who_has_fewer_axes_is_said_where_the_message_tells_it() -> None:
    message = "Tensors must have same number of dimensions: got 3 and 4"
    line = "y = torch.cat([a, b], 1)"
    assert "b has 4 axes, a 3" in first(at(line, f"RuntimeError: {message}"))[1].says
    on_the_gpu = f"RuntimeError: invalid argument 0: {message} at /tmp/aten/src/THC/generic/THCTensorMath.cu:71"
    assert "a has 4 axes, b 3" in first(at(line, on_the_gpu))[1].says
    unknown = first(at(line, f"RuntimeError: invalid argument 0: {message}"))[1]
    assert "one of a and b has 4 axes, the other 3" in unknown.says
    assert "unsqueeze" not in unknown.advice


def test_a_number_among_tensors_gets_an_axis_and_numbers_alone_are_stacked() -> None:
    message = "RuntimeError: zero-dimensional tensor (at position {}) cannot be concatenated"
    mixed = first(at("y = torch.cat(terms, 0)", message.format(6)))[1]
    assert mixed.fixes[0].code == "terms = [part.reshape(-1) for part in terms]"
    assert first(at("y = torch.cat(terms, 0)", message.format(0)))[1].fixes[0].code == "y = torch.stack(terms, 0)"
    listed = first(at("y = torch.cat([rows, total])", message.format(1)))[1]
    assert listed.fixes[0].code == "total = total.reshape(1)"


FILES = [
    (
        "class Words(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.start = nn.Parameter(torch.zeros(1, 1, 6))\n"
        "    def forward(self, x):\n"
        "        return torch.cat([self.start, x], dim=1)\n"
        "assert Words()(torch.rand(3, 4, 6)).shape == (3, 5, 6)",
        "self.start is learned, one for all 3 samples",
    ),
    (
        "class Both(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.look = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))\n"
        "    def forward(self, notes, picture, more):\n"
        "        seen = self.look(picture)\n"
        "        return torch.cat([notes, seen, more], dim=1)\n"
        "assert Both()(torch.rand(2, 4), torch.rand(2, 3, 9, 9), torch.rand(2, 5)).shape == (2, 17)",
        "seen is maps, pooled to one cell each",
    ),
    (
        "maps, reward = torch.rand(2, 5, 8, 8), torch.rand(2, 1, 8, 8)\n"
        "best, _ = torch.max(maps, 1)\n"
        "y = torch.cat([reward, best], 1)",
        "max() at net.py:6 took an axis away",
    ),
    (
        "class Up(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.up = nn.ConvTranspose2d(8, 8, 3, stride=2, padding=1)\n"
        "    def forward(self, x, skip):\n"
        "        return torch.cat([self.up(x), skip], dim=1)\n"
        "assert Up()(torch.rand(1, 8, 16, 16), torch.rand(1, 8, 32, 32)).shape == (1, 16, 32, 32)",
        "output_padding=1 in each ConvTranspose2d in line 8",
    ),
]


@pytest.mark.parametrize(("text", "words"), FILES)
def test_what_the_users_file_says_of_the_parts(text: str, words: str, tmp_path: Path) -> None:
    assert_file_mends(text, words, tmp_path / "net.py")
