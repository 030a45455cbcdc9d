"""The formula, worked."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Adaptive
from convcli.colours import theme
from convcli.sizing import forwards
from convcli.views.worked import ideas, in_symbols, introduction, left_over, worked, worked_out, worked_short
from tests.views.shown import shown

SIZES = {"kernel": st.integers(1, 5), "stride": st.integers(1, 5), "dilation": st.integers(1, 3)}
SLIDING = st.builds(Axis, st.integers(1, 30), before=st.integers(-1, 4), after=st.integers(-1, 4), **SIZES)
CEILED = st.builds(Axis, st.integers(1, 30), ceil_mode=st.just(True), **SIZES)
TRANSPOSED = st.builds(
    Axis,
    st.integers(1, 9),
    before=st.integers(0, 3),
    after=st.integers(0, 3),
    transposed=st.just(True),
    output_padding=st.integers(0, 2),
    **SIZES,
)


def number(formula: str) -> float:
    """What a line of the algebra comes to."""
    python = formula.translate(str.maketrans({"·": "*", "−": "-", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"}))
    functions = {"floor": lambda x: x // 1, "ceil": lambda x: -(-x // 1)}
    return float(eval(python.replace("≈", ""), functions))


@settings(max_examples=200)
@given((SLIDING | CEILED | TRANSPOSED).filter(lambda axis: axis.output > 0))
def test_every_line_comes_to_the_output(axis: Axis) -> None:
    lines = worked(axis)
    assert lines[-1] == str(axis.output)
    dropped = axis.drops_last_window
    for line in lines[: -2 * dropped or None]:
        assert number(line) == axis.output + dropped, line
    assert worked_short(axis).endswith(f" = {axis.output}")
    assert set(in_symbols(axis)) & {"{", "}"} == set()


@settings(max_examples=200)
@given((SLIDING | CEILED | TRANSPOSED).filter(lambda axis: axis.output > 0))
def test_every_idea_comes_to_its_number_and_the_last_is_the_output(axis: Axis) -> None:
    counted = ideas(axis)
    for _, value, how in counted:
        assert {number(step) for step in how.plain.split(" = ")} == {value}
    assert counted[-1][1] == axis.output


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Axis(224, 7, 2, 3, 3), "1 cell left over at the end: padding, nothing of the input"),
        (Axis(10, 3, 2), "element 9 is never read: the last window ends at element 8"),
        (
            Axis(12, 3, 5),
            "(6 of 12) are never read: stride 5 steps over 2 of them and the last window ends at element 7",
        ),
        (Axis(7, 2, 2, ceil_mode=True), "the last window reaches 1 cell beyond the end, where nothing is read"),
        (Axis(7, 2, 2, 1, 1, ceil_mode=True), "the dropped window would start at cell 7, behind the last one, 6"),
        (Axis(9, 3), ""),
        (Axis(4, 3, 2, transposed=True), ""),
    ],
)
def test_what_is_left_over_is_said(axis: Axis, said: str) -> None:
    assert said in str(left_over(axis) or "")
    assert bool(said) == bool(left_over(axis))


def test_adaptive_windows_have_a_formula_of_their_own() -> None:
    assert worked_short(Adaptive(10, 4)) == "output i reads cells ⌊i·10/4⌋ to ⌈(i + 1)·10/4⌉ − 1, i from 0 to 3"


def test_names_and_numbers_stand_below_each_other() -> None:
    lines = shown(worked_out(forwards("conv", {"size": (224,), "kernel_size": (7,), "stride": (2,)}))).splitlines()
    names, numbers = lines[2:4]
    for name, value in (("size", "224"), ("padding", "0"), ("dilation", "1"), ("kernel", "7"), ("stride", "2")):
        start, end = names.index(name), names.index(name) + len(name)
        assert numbers[start:end].strip() == value
    assert [len(line) for line in (names, numbers)] == [len(names)] * 2


def test_axes_that_are_alike_are_worked_once() -> None:
    text = shown(worked_out(forwards("conv", {"size": (10, 12, 10)})))
    assert "width: the same as depth" in text
    assert text.count("windows") == 2


def test_parameters_and_macs_are_counted_as_they_are_worked() -> None:
    asked = {"size": (32, 32), "in_channels": 4, "out_channels": 6, "groups": 2, "bias": False}
    for family, macs in (("conv", "6·2·3·3 × 30·30"), ("transposed", "4·3·3·3 × 32·32")):  # of the input's cells
        sized = forwards(family, asked)
        text = shown(worked_out(sized, counted=True))
        assert f"{sized.macs:,}  =  {macs}" in text
        assert eval(macs.replace("·", "*").replace("×", "*")) == sized.macs
        assert re.search(f"parameters +108  =  {macs[:7]}\n", text)


FORMULAS = [
    {"size": (224,), "kernel_size": (7,), "padding": (3,)},
    {"size": (28,), "kernel_size": (4,), "padding": "same"},
    {"size": (10**11,), "stride": (3 * 10**9,)},
]


@pytest.mark.parametrize("width", [40, 50, 80])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("family", ["conv", "transposed", "pool"])
def test_no_formula_is_broken_within_its_brackets(width: int, encoding: str, family: str) -> None:
    asked = [{"size": (4,)}] if family == "transposed" else FORMULAS[:: 2 if family == "pool" else 1]
    screens = [introduction(), *(worked_out(forwards(family, each, family == "pool")) for each in asked)]
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="convcli")
    console = Console(theme=theme(), width=width, file=stream)
    for screen in screens:
        console.print(screen)
    stream.seek(0)
    for line in stream.read().splitlines():
        if {"⌊", "⌈", "·", "*"} & set(line):
            assert line.count("(") == line.count(")"), line
            assert line.count("⌊") + line.count("⌈") == line.count("⌋") + line.count("⌉"), line
