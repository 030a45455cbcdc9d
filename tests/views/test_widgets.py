"""What several views are made of."""

from convcli.views.widgets import Trimmed, labelled, table
from tests.views.shown import shown


def test_numbers_stand_right_and_long_texts_are_wrapped_beside_their_label() -> None:
    rows = table("", "input")
    rows.add_row("length", "10")
    rows.add_row("width", "5")
    assert shown(rows).splitlines() == ["        input", "length     10", "width       5"]
    lines = shown(labelled([("why", "word " * 30)]), width=40).splitlines()
    assert all(line.startswith(("why", "   ")) for line in lines)
    assert len(lines) > 3


def test_blanks_at_the_end_of_lines_are_left_out() -> None:
    made = table("a", "b", left=2)
    made.add_row("1", "longer")
    made.add_row("2", "")
    assert shown(Trimmed(made)) == "a  b\n1  longer\n2\n"
