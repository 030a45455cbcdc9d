"""An explained error on the screen and as JSON."""

from convcli.explain.message import read
from convcli.explain.recognise import explain
from convcli.views.explained import explanation_object, told, unrecognised_object
from tests.views.shown import shown


def test_the_numbers_the_cause_and_the_fix() -> None:
    message = read("RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)")
    explanation = explain(message)
    assert explanation is not None
    assert "nn.Linear(800, 10)" in shown(told(explanation, message))
    made = explanation_object(explanation, message)
    assert (made["recognised"], made["kind"], made["raised_by"]) == (True, "linear", None)
    assert unrecognised_object("rank")["nearest"] == "rank"
