"""The animation's pictures: each fits the screen, marks the window and tells the sum."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

from convcli.colours import theme
from convcli.data.arrays import Array
from convcli.picks import cells
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.boards import celled
from convcli.views.film import Film
from tests.strategies import Request, picked, report_of, requests


def drawn(film: Film, i: int, width: int, height: int) -> list[str]:
    wider = 10 * width  # the console cuts nothing by itself
    console = Console(theme=theme(), width=wider, height=height, record=True, file=io.StringIO())
    console.print(film.frame(i, width, height, "a long word on what keys there are", "keys"))
    return console.export_text().splitlines()


@settings(max_examples=100)
@given(requests(), st.data(), st.integers(20, 120), st.integers(8, 40))
def test_pictures_fit_the_screen_and_mark_the_output(request: Request, data: Any, width: int, height: int) -> None:
    report = report_of(request)
    some = picked(report, cells(report.output_shape, 0, min(report.output.size, 12)))
    film = Film(data.draw(st.sampled_from([report, some])))
    i = data.draw(st.integers(0, len(film) - 1))
    shown = drawn(film, i, width, height)
    assert max(map(len, shown)) <= width
    assert len(shown) <= height
    assert shown[-1].startswith(f"step {i + 1:,} of {len(film):,}")
    value = float(report.output[film.place(i)])
    assert any(f"[{celled(value)}]" in line for line in shown)


@settings(max_examples=60)
@given(requests(("conv1d", "conv2d", "conv3d", "convtranspose2d")))
def test_a_sum_adds_up_where_it_says_so(request: Request) -> None:
    report = report_of(request)
    film = Film(report)
    line = "".join(film.picture(len(film) - 1, 2000, 30).lines[-2].plain)
    matched = re.fullmatch(r"out\[.*?\] [=≈] (.*) ([=≈]) (\S+)", line)
    assume(matched)
    assert matched
    told, sign, value = matched.groups()
    assume(told != "nothing")  # no input cell reaches it
    parts = [Decimal(part.strip("()")) for part in re.split(r" \+ (?:bias )?|^bias ", told) if part]
    assert (sum(parts) == Decimal(value)) == (sign == "=")
    assert float(sum(parts)) == pytest.approx(float(value), abs=1e-3 * (1 + sum(map(abs, map(float, parts)))))


def test_whole_numbers_are_exact() -> None:
    plan = make_plan("conv1d", {}, weight=Array("list", (3,), [1.0, 0.0, -1.0]))
    text = "\n".join(drawn(Film(Report(plan)), 0, 80, 24))
    assert "out[0, 0, 0] = 1 + 0 + (-3) = -2" in text


def test_cells_beside_the_window_may_be_wider_than_those_in_it() -> None:
    values = Array("list", (8,), [1.0, 1.0, 1.0, *[-1234.5] * 5])
    report = Report(make_plan("maxpool1d", {"kernel_size": 2}, input=values))
    assert max(map(len, drawn(Film(picked(report, [(0, 0, 0)])), 0, 40, 20))) <= 40


def test_the_boards_stand_still() -> None:
    """Only what stands beside the window makes room for the weights."""
    film = Film(Report(make_plan("conv2d", {"padding": 1}, size=(2, 6, 7))))
    ends, outputs = set(), set()
    for i in range(len(film)):
        sheet = film.picture(i, 100, 30)
        at = {spot: (row, columns) for row, columns, spot in sheet.spots}
        first, last = at["input", (0, 0, -1, -1)], at["input", (0, 1, 6, 7)]
        ends.add((first[1].start, last[0], last[1].stop, len(sheet.lines)))
        outputs.add((at["output", (0, 0, 0, 0)], at["output", (0, 0, 5, 6)]))
    assert (len(ends), len(outputs)) == (1, 1)


def test_a_large_layer_starts_at_once() -> None:
    arguments = {"kernel_size": 3, "padding": 1, "out_channels": 8}
    film = Film(Report(make_plan("conv2d", arguments, size=(1, 400, 400))))
    assert len(film) == 8 * 400 * 400
    last = len(film) - 1
    assert (film.place(last), film.when((0, 7, 399, 399))) == ((0, 7, 399, 399), last)
    assert f"step {last + 1:,} of {last + 1:,}" in drawn(film, last, 80, 24)[-1]


def test_keys_lead_to_steps() -> None:
    film = Film(Report(make_plan("conv2d", {}, size=(1, 5, 6))))  # 3 × 4 outputs
    keys = ("right", "left", "down", "up", "home", "end", "x")
    assert [film.moved(5, key) for key in keys] == [6, 4, 9, 1, 0, 11, 5]
    assert [film.moved(0, key) for key in ("left", "up", "home")] == [0, 0, 0]
    assert [film.moved(11, key) for key in ("right", "down", "end")] == [11, 11, 11]


def test_keys_among_picked_steps() -> None:
    report = Report(make_plan("conv2d", {}, size=(1, 5, 6)))
    film = Film(picked(report, [(0, 0, 0, 1), (0, 0, 1, 1)]))
    assert [film.moved(0, key) for key in ("down", "right", "up")] == [1, 1, 0]
    assert film.when((0, 0, 2, 2)) == 2


def test_the_legend_has_only_what_there_is() -> None:
    legends = {name: Film(Report(make_plan(name, {}))).legend for name in ("conv1d", "maxpool1d", "avgpool2d")}
    assert legends["conv1d"] == "[ ] the window · . to come"
    assert "* * the winner" in legends["maxpool1d"] and "winner" not in legends["avgpool2d"]
    assert "< > padding" in Film(Report(make_plan("conv1d", {"padding": 1}))).legend
    assert "never read" in Film(Report(make_plan("conv1d", {"stride": 2}))).legend
