"""What a cell looks like says what it is."""

from typing import Any

from convcli.data.arrays import Array
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.boards import Square
from convcli.views.squares import Squares, window_of


def squares(name: str, values: list[float], **arguments: Any) -> tuple[Squares, Report]:
    report = Report(make_plan(name, arguments, input=Array("list", (len(values),), values)))
    return Squares(report), report


def text(square: Square) -> str:
    return "".join(piece for piece, _ in square.pieces)


def test_marks_say_what_colours_say() -> None:
    drawn, report = squares("conv1d", [3.0, -1.0, 7.0], kernel_size=2, stride=2, padding=1, out_channels=1)
    window = {term.place: term for term in report.step((0, 0, 0)).terms}
    cells = [drawn.input((0, 0, at), window, False, {}) for at in range(-1, 3)]
    assert [text(cell) for cell in cells] == ["[<0>]", "[3]", "-1 ", "7 "]
    assert cells[2].pieces[1] == ("-1", "negative")
    assert ("[", "accent") in cells[0].pieces and ("<0>", "muted") in cells[0].pieces
    assert max(len(cell) for cell in cells) <= drawn.narrow


def test_the_weight_stands_behind_its_value() -> None:
    report = Report(make_plan("conv1d", {}, weight=Array("list", (2,), [2.0, -1.0])))
    drawn, terms = Squares(report), report.step((0, 0, 1)).terms
    window = {term.place: term for term in terms}
    assert [text(drawn.input(term.place, window, True, {})) for term in terms] == ["[2×2] ", "[3×-1]"]
    assert [text(drawn.factor(term, {})) for term in terms] == ["×2 ", "×-1 "]
    assert [text(drawn.product_of(term, {})) for term in terms] == ["4", "-3"]


def test_winners_and_what_is_never_read() -> None:
    drawn, report = squares("maxpool1d", [3.0, 9.0, 7.0], kernel_size=2)
    window = {term.place: term for term in report.step((0, 0, 0)).terms}
    assert [text(drawn.input((0, 0, at), window, False, {})) for at in range(3)] == ["[3]", "*9*", "(7)"]


def test_the_output_is_to_come_now_or_made() -> None:
    drawn, _ = squares("maxpool1d", [3.0, 9.0, 7.0], kernel_size=2)
    assert [text(drawn.output_of((0, 0, 0), made, {})) for made in (1, 0, -1)] == [". ", "[9]", "9 "]
    lit = [drawn.output_of((0, 0, 0), made, {"output": {(0, 0, 0)}}) for made in (1, 0, -1)]
    assert [text(square) for square in lit] == ["{.}", "[9]", "{9}"]
    assert ("9", "reverse") in lit[1].pieces


def test_how_far_windows_reach() -> None:
    [axis] = make_plan("conv1d", {"kernel_size": 3, "dilation": 2}).axes
    assert window_of(axis) == (3, 5)
    [axis] = make_plan("adaptiveavgpool1d", {"output_size": 4}).axes
    assert window_of(axis) == (3, 3)
