"""The first pattern that fits answers, whatever the numbers; no text makes it fail."""

import re

import pytest

from convcli.explain.message import Message, read
from convcli.explain.recognise import RECOGNISERS, explain, nearest


def test_an_answer_bears_the_family_of_its_pattern() -> None:
    explanation = explain(Message("padding_mode must be one of {'zeros'}"))
    assert explanation and explanation.family == "padding_mode"


def test_the_first_of_two_patterns_answers() -> None:
    weights = "Error(s) in loading state_dict for Net"
    linear = "size mismatch, got 3"
    found = [explain(Message(text)) for text in (weights, f"{weights} {linear}")]
    assert [explanation and explanation.family for explanation in found] == ["state_dict", "linear"]


@pytest.mark.parametrize(
    "text",
    [
        "Calculated padded input size per channel: (1 x 2 x 3 x 4). Kernel size: (2 x 2 x 4 x 4)",
        "Calculated padded input size per channel: (1 x 2). Kernel size: (2)",
        "Given groups=1, weight of size [8, 3, 3, 3], expected input[1, ] to have 3 channels",
        "mat1 and mat2 shapes cannot be multiplied (4x0 and 512x10)",
        "KeyError: 'a'",
        "",
    ],
)
def test_numbers_that_torch_cannot_have_written_are_not_explained(text: str) -> None:
    assert explain(Message(text)) is None


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("shape '[3]' isn't valid for an input of size 4", "view"),
        ("there isn't enough memory", "memory"),
        ("the input_size isn't the batch_size of the target", "batch"),
    ],
)
def test_an_unknown_message_has_a_nearest_family(text: str, family: str) -> None:
    assert nearest(Message(text)) == family


@pytest.mark.parametrize("unit", ["Error: ", "\x1b[", "[1, ", "1", "Given groups=1, weight of size [", "\nE: Error: a"])
def test_hostile_text_comes_to_an_end(unit: str) -> None:
    message = read(unit * 200_000)
    assert explain(message) is None
    assert nearest(message)


def test_no_pattern_repeats_without_a_bound() -> None:
    endless = [pattern.pattern for _, pattern, _ in RECOGNISERS if re.search(r"(?<!\\)[*+]", pattern.pattern)]
    assert not endless
