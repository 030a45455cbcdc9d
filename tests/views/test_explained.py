"""An explained error on the screen and as JSON, and the pages of errors."""

from dataclasses import replace
from itertools import pairwise

from convcli.explain.recognise import RULES, worked
from convcli.explain.rule import Fix
from convcli.explain.verify import verified
from convcli.views.explained import explanation_object, listing, listing_object, page, told, unrecognised_object
from tests.explain import at, explained
from tests.views.shown import shown

LINEAR = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)"


def test_the_line_its_operands_why_and_what_to_change() -> None:
    text = shown(told(explained(at("x = self.fc1(x)", LINEAR))))
    assert text.startswith("linear-size · 512 features arrive, and the weight takes 2048\n")
    for part in (
        "net.py:7   x = self.fc1(x)",
        "x         [128 rows, 512 features]",
        "2048 = 512 · 2·2",
        "likely     the net is for larger",
        "change   self.fc1 = nn.Linear(512, 4096)",
        "possible   x isn't flattened yet",
        "to decide  print(x.shape)",
        "not that   x.reshape(32, 2048) runs",
    ):
        assert part in text


def test_signs_of_a_message_are_made_visible() -> None:
    text = shown(told(explained(at("x = self.fc1(x)  # \x1b[31m", LINEAR))))
    assert "\x1b" not in text


def test_code_of_several_lines_stands_below_its_place() -> None:
    found = explained(LINEAR)
    moved = Fix("b = 2\na = b", "instead", "net.py", 4, 5)
    said = shown(told(replace(found, hypotheses=(replace(found.hypotheses[0], fixes=(moved,)),))))
    below = [line.strip() for line in said.partition("net.py:4-5")[2].splitlines()]
    assert below[:3] == ["", "b = 2", "a = b"]


def test_what_was_tried_is_said() -> None:
    found = verified(explained(LINEAR))
    assert "tried in torch: runs" in shown(told(found))
    assert explanation_object(found)["fixes"][0]["verified"] is True
    failed = replace(found, tried=dict.fromkeys(found.tried, False))
    assert "tried in torch: fails" in shown(told(failed))


def test_the_object() -> None:
    made = explanation_object(explained(at("x = self.fc1(x)", LINEAR)))
    assert (made["recognised"], made["code"], made["kind"]) == (True, "linear-size", "linear")
    assert made["facts"] == {"rows": 128, "features": 512, "in_features": 2048, "out_features": 4096}
    assert made["line"] == {"file": "net.py", "number": 7, "text": "x = self.fc1(x)"}
    assert made["hypotheses"][0].keys() == {"likelihood", "says", "change", "advice"}
    fix = made["fixes"][0]
    assert (fix["code"], fix["applicability"], fix["change"]) == ("self.fc1 = nn.Linear(512, 4096)", "likely", "model")
    assert "verified" not in fix
    assert explanation_object(explained(LINEAR))["line"] is None
    assert unrecognised_object("rank")["nearest"] == "rank"
    assert unrecognised_object("")["nearest"] is None


def test_a_page_has_the_example_its_message_and_what_looks_alike() -> None:
    text = shown(page(worked(RULES["view-stride"]), "shape is invalid for input", "is view-size"))
    for part in (
        "x = x.view(-1)",
        "RuntimeError: view size",
        "change  example.py:2   x = x.reshape(-1)",
        "is view-size",
    ):
        assert part in text


def test_the_list() -> None:
    found = [worked(RULES["view-stride"]).diagnosis]
    assert "view-stride" in shown(listing(found))
    assert listing_object(found)["codes"][0]["kind"] == "view"


def test_an_error_without_a_line_has_no_two_empty_lines() -> None:
    text = shown(told(explained("RuntimeError: Output 0 of UnbindBackward0 is a view and is being modified inplace")))
    filled = [bool(line.strip()) for line in text.strip().split("\n")]
    assert any(filled) and all(here or below for here, below in pairwise(filled))
