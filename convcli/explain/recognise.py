"""Which family an error belongs to: the patterns of all families, in the order in which they are tried."""

import re
from dataclasses import replace
from difflib import SequenceMatcher

from convcli.explain import calls, dtypes_and_devices, features, joins, ranks, settings, sizes
from convcli.explain.answer import Answer, Explanation
from convcli.explain.message import Message

FAMILIES = (ranks, sizes, settings, features, joins, dtypes_and_devices, calls)
RECOGNISERS: list[tuple[str, re.Pattern[str], Answer]] = [
    (family, re.compile(pattern), answer) for module in FAMILIES for (family, pattern), answer in module.ANSWERS.items()
]


def explain(message: Message) -> Explanation | None:
    """Recognise a message; None where no pattern fits.

    >>> explain(Message("mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)")).fixes[0].code
    'layer = nn.Linear(800, 10)'
    """
    for family, pattern, answer in RECOGNISERS:
        if match := pattern.search(message.text):
            try:
                explanation = answer(match, message)
            except (ValueError, LookupError, ZeroDivisionError):
                continue  # numbers that torch can't have written
            return replace(explanation, family=explanation.family or family)
    return None


def nearest(message: Message) -> str:
    """The family whose wording is most like an unknown message's.

    >>> nearest(Message("mat1 and mat2 can't be multiplied"))
    'linear'
    """
    text = message.text[:300].lower()

    def likeness(recogniser: tuple[str, re.Pattern[str], Answer]) -> float:
        wording = re.sub(r"\?P<\w+>|\\[a-zA-Z]|[^a-zA-Z ]", "", recogniser[1].pattern).lower()
        return SequenceMatcher(None, text, wording, autojunk=False).ratio()

    return max(RECOGNISERS, key=likeness)[0]
