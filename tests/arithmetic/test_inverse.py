"""The formula backwards: torch builds every answer, and what isn't answered can't be built."""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from convcli.arithmetic.inverse import LARGEST, MOST, NAMES, Setting, Settings, sizes_giving, solve, with_sizes

KINDS = [("conv", False), ("pool", False), ("pool", True), ("transposed", False)]


@cache
def built(kind: str, ceil_mode: bool, setting: Setting) -> int:
    """The output size that torch gives; 0 where it refuses the layer or its input."""
    k, s, p, d, extra = (getattr(setting, name) for name in NAMES)
    device = "cpu" if kind == "transposed" else "meta"  # where torch doesn't look at output paddings
    line, weight = torch.zeros(1, 1, setting.size, device=device), torch.zeros(1, 1, k, device=device)
    try:
        if kind == "pool":
            out = functional.max_pool1d(line, k, s, p, d, ceil_mode)
        elif kind == "conv":
            out = functional.conv1d(line, weight, None, s, p, d)
        else:
            out = functional.conv_transpose1d(line, weight, None, s, p, extra, dilation=d)
        return out.shape[-1]
    except RuntimeError:
        return 0


@dataclass(frozen=True)
class Asked:
    size: int
    output: int
    kind: str
    ceil_mode: bool
    fixed: dict[str, int]

    def answer(self) -> Settings:
        return solve(self.size, self.output, self.kind, ceil_mode=self.ceil_mode, **self.fixed)

    def box(self) -> dict[Setting, int]:
        """Every setting of small numbers and its output; of one tap the smallest dilation alone."""
        most = {"kernel": 5, "stride": 4, "padding": 4, "dilation": 4, "output_padding": 2}
        if self.kind != "transposed":
            most["output_padding"] = 0
        spans = [[self.fixed[n]] if n in self.fixed else range("padding" not in n, most[n] + 1) for n in NAMES]
        tried = [Setting(self.size, *values) for values in product(*spans)]
        tried = [each for each in tried if "dilation" in self.fixed or not each.idle_dilation]
        outputs = {each: built(self.kind, self.ceil_mode, each) for each in tried}
        return {each: output for each, output in outputs.items() if output}


@st.composite
def asked(draw: Any, low: int, high: int) -> Asked:
    """A question in which so many arguments are fixed."""
    kind, ceil_mode = draw(st.sampled_from(KINDS))
    names = NAMES if kind == "transposed" else NAMES[:4]
    chosen = draw(st.sets(st.sampled_from(names), min_size=min(low, len(names)), max_size=high))
    values = {"kernel": (1, 4), "stride": (1, 3), "padding": (0, 3), "dilation": (1, 4), "output_padding": (0, 2)}
    fixed = {name: draw(st.integers(*values[name])) for name in names if name in chosen}
    size = draw(st.integers(1, 9))
    output = draw(st.just(size) | st.integers(1, 12))  # --keep, or --output
    return Asked(size, output, kind, ceil_mode, fixed)


@settings(max_examples=120)
@given(asked(2, 5))
def test_the_answer_is_what_torch_builds(question: Asked) -> None:
    answer, box = question.answer(), question.box()
    for setting in (*answer.listed[:40], *answer.listed[40::100]):
        assert built(question.kind, question.ceil_mode, setting) == question.output
        assert all(getattr(setting, name) == value for name, value in question.fixed.items())
    right = {setting for setting, output in box.items() if output == question.output}
    assert answer.count is not None or answer.listed, "small numbers are looked through to the end"
    if answer.count is not None:
        assert answer.count == len(answer.listed)
        assert right <= set(answer.listed)
    if not answer.listed:
        away = [abs(output - question.output) for output in box.values()]
        assert (answer.nearest is None) <= (not away)
        if answer.nearest is not None:
            assert abs(answer.nearest - question.output) <= min(away, default=LARGEST)
            assert replace(question, output=answer.nearest).answer().listed
        assert len({output % answer.step for output in box.values()}) <= 1


@settings(max_examples=20)
@given(asked(0, 1))
def test_settings_without_end_begin_with_those_of_small_numbers(question: Asked) -> None:
    answer = question.answer()
    assert len(set(answer.listed)) == len(answer.listed)
    for setting in answer.listed[::40]:
        assert built(question.kind, question.ceil_mode, setting) == question.output
    right = [setting for setting, output in question.box().items() if output == question.output]
    common = {setting for setting in right if setting.dilation <= 3}
    assert len(answer.listed) == MOST or common <= set(answer.listed)


@pytest.mark.parametrize(
    ("size", "output", "kind", "fixed", "first"),
    [
        (28, 20, "conv", {"kernel": 3, "padding": 1, "stride": 1}, (3, 1, 1, 5, 0)),
        (28, 28, "conv", {"kernel": 5}, (5, 1, 2, 1, 0)),
        (13, 5, "pool", {"ceil_mode": True, "dilation": 1, "padding": 2}, (5, 3, 2, 1, 0)),
        (7, 7, "transposed", {"kernel": 3, "stride": 1, "output_padding": 2}, (3, 1, 4, 3, 2)),
        (1, 9, "transposed", {"kernel": 4, "stride": 2, "padding": 1}, (4, 2, 1, 3, 1)),
        (10, 100, "conv", {"kernel": 1}, (1, 1, 45, 1, 0)),  # padding alone, and torch takes it
        (5, 1, "pool", {"ceil_mode": True, "kernel": 9, "padding": 0, "dilation": 1}, (9, 5, 0, 1, 0)),
    ],
)
def test_what_was_answered_wrongly_once(
    size: int, output: int, kind: str, fixed: dict[str, Any], first: tuple[int, ...]
) -> None:
    setting = solve(size, output, kind, **fixed).listed[0]
    assert setting == Setting(size, *first)
    assert built(kind, fixed.get("ceil_mode", False), setting) == output


@pytest.mark.parametrize(
    ("fixed", "output", "nearest", "step"),
    [
        ({"kernel": 3, "stride": 2, "padding": 0}, 7, 4, 1),
        ({"kernel": 3, "stride": 1}, 9, 8, 2),
        ({"kernel": 9, "stride": 1, "padding": 0}, 9, 2, 8),
        ({"padding": 0}, 11, 10, 1),
        ({"kernel": 12, "padding": 0}, 1, None, 1),
    ],
)
def test_of_what_cannot_be_the_nearest_is_said(
    fixed: dict[str, int], output: int, nearest: int | None, step: int
) -> None:
    assert solve(10, output, **fixed) == Settings((), 0, nearest, step)


def test_every_dilation_that_keeps_the_size_is_there() -> None:
    listed = solve(28, 28, kernel=5, stride=1).listed
    assert {setting.dilation: setting.padding for setting in listed[:200]} == {d: 2 * d for d in range(1, 201)}


@pytest.mark.parametrize(
    ("output", "fixed", "first"),
    [
        (34, {"kernel": 3, "stride": 3 * 10**9}, (3, 3 * 10**9, 1, 1)),
        (50_000_000_000, {"kernel": 3, "stride": 1, "padding": 0}, (3, 1, 0, 25_000_000_000)),
        (50_000_000_000, {}, (3, 2, 1, 1)),
        (5, {"kernel": 3 * 10**9 + 1, "padding": 0}, None),
        (300_000, {"kernel": 300_001, "padding": 0}, None),
    ],
)
def test_large_sizes_are_no_more_than_small_ones(
    output: int, fixed: dict[str, int], first: tuple[int, ...] | None
) -> None:
    answer = solve(10**11, output, **fixed)
    assert {setting.axis().output for setting in answer.listed} == {output}
    assert first is None or answer.listed[0] == Setting(10**11, *first)


def test_what_large_sizes_cannot_be_is_known_too() -> None:
    assert solve(10**11, 50_000_000_001, kernel=3, stride=1, padding=0) == Settings((), 0, 50_000_000_000, 2)


SIZED = {"kernel": st.integers(1, 5), "stride": st.integers(1, 5), "dilation": st.integers(1, 3)}


@settings(max_examples=60)
@given(st.sampled_from(KINDS), st.fixed_dictionaries(SIZED), st.integers(0, 3), st.integers(1, 12))
def test_sizes_giving(kind: tuple[str, bool], sizes: dict[str, int], padding: int, output: int) -> None:
    padding = min(padding, sizes["kernel"] // 2) if kind[0] == "pool" else padding
    setting = Setting(1, padding=padding, **sizes)
    expected = [size for size in range(1, 70) if built(*kind, replace(setting, size=size)) == output]
    axis = setting.axis(*kind)
    assert list(sizes_giving(axis, output)) == expected
    answer = with_sizes(axis, output)
    assert [each.size for each in answer.listed] == expected
    if not expected:
        others = {built(*kind, replace(setting, size=size)) for size in range(1, 70)} - {0}
        nearest = min((abs(other - output) for other in others), default=None)
        assert nearest == (None if answer.nearest is None else abs(answer.nearest - output))
