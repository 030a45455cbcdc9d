"""Formulas stand in columns, and fit."""

import io

import pytest
from rich.console import Console

from convcli.cli import streams  # noqa: F401  (it knows what to write for signs that a stream lacks)
from convcli.colours import theme
from convcli.sizing import forwards
from convcli.views.equations import coloured
from convcli.views.worked import introduction, worked_out
from tests.views.shown import shown


def test_names_and_numbers_stand_below_each_other() -> None:
    lines = shown(worked_out(forwards("conv", {"size": (224,), "kernel_size": (7,), "stride": (2,)}))).splitlines()
    names, numbers = lines[2:4]
    for name, value in (("size", "224"), ("padding", "0"), ("dilation", "1"), ("kernel", "7"), ("stride", "2")):
        start, end = names.index(name), names.index(name) + len(name)
        assert numbers[start:end].strip() == value
    assert [len(line) for line in (names, numbers)] == [len(names)] * 2


def test_a_hue_says_what_a_number_is() -> None:
    text = coloured("{size} + {padding} − {kernel}", {"size": "10", "padding": "1", "kernel": "3"})
    assert [(text.plain[span.start : span.end], span.style) for span in text.spans] == [("1", "muted"), ("3", "accent")]


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
