"""Input, products and output stand together: every cell that a step is made of is on the screen, once."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.boards import celled
from convcli.views.film import Film
from tests.strategies import Request, report_of, requests


def text_at(sheet: Any, row: int, columns: range) -> str:
    return str(sheet.lines[row].plain[columns.start : columns.stop])


@settings(max_examples=100)
@given(requests())
def test_a_step_is_on_the_screen(request: Request) -> None:
    report = report_of(request)
    film = Film(report)
    i = len(film) // 2
    step, sheet = report.step(film.place(i)), film.picture(i, 200, 50)
    spots = Counter(spot for _, _, spot in sheet.spots)
    shown = {(part, place): text_at(sheet, row, columns) for row, columns, (part, place) in sheet.spots}
    if step.terms:
        first = step.maps[0][0]
        assert all(spots["input", term.place] == 1 for term in first)
        for term in first:
            assert celled(term.input) in shown["input", term.place]
            if step.reduction.multiplies:
                assert celled(term.product) in shown["weight", term.weight_index or ()]
    assert f"[{celled(step.torch)}]" in shown["output", step.output_index]


@settings(max_examples=100)
@given(requests(), st.integers(50, 120), st.integers(12, 40))
def test_no_cell_is_cut_off(request: Request, width: int, height: int) -> None:
    film = Film(report_of(request))
    sheet = film.picture(len(film) - 1, width, height)
    assert max(columns.stop for _, columns, _ in sheet.spots) <= width
    assert max(row for row, *_ in sheet.spots) < height
    assert {part for *_, (part, _) in sheet.spots} >= {"input", "output"}


def test_what_has_no_room_is_told() -> None:
    plan = make_plan("conv2d", {"kernel_size": 3, "in_channels": 8}, size=(8, 20, 20))
    text = "\n".join(line.plain for line in Film(Report(plan)).picture(0, 80, 20).lines)
    assert "... and 7 more like it, sum " in text
    assert "channel 0 · rows 0 to " in text


def test_part_of_a_line_is_told() -> None:
    text = "\n".join(line.plain for line in Film(Report(make_plan("conv1d", {}, size=(99,)))).picture(50, 60, 12).lines)
    assert "positions" in text and "[51]" in text
