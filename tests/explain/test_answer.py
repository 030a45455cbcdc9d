"""The parts that answers are put together from."""

import re

from convcli.explain.answer import Fix, simple
from convcli.explain.message import Message


def test_a_simple_answer_takes_its_facts_from_the_patterns_names() -> None:
    match = re.match(r"(?P<size>-?\d+) (?P<word>\w+) (\w+)", "-3 Half ignored")
    assert match
    explanation = simple("why", "cause", "layer = nn.{conv}(1)")(match, Message("", context="Conv3d"))
    assert explanation.facts == {"size": -3, "word": "Half"}
    assert explanation.fixes == [Fix("layer = nn.Conv3d(1)")]
