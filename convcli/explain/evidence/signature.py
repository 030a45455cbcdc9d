"""PyTorch's messages as the rules write them: with named holes for the facts, and found in what was raised."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

LOOKED_AT = 6000  # characters of a message; only a state_dict's lists go on for longer
# What stands in a message for a fact. Every pattern is bounded, so that none can hang.
HOLES = {
    "": r"-?\d{1,19}",  # as many as the least number that fits into 64 bits
    "shape": r"(?:torch\.Size\()?[\[(]?[-\d, x]{0,200}[\])]?\)?",
    "word": r"[\w.:<>]{1,80}?",
    "words": r".{1,200}?",
    "class": r"(?:<class '|[<>|=])?[\w.]{1,120}",  # or NumPy's name of a type
    "keys": r".{1,20000}?",
}


def told_by(signatures: Iterable[str], message: str) -> tuple[str, dict[str, Any]] | None:
    """The first of these signatures that is in a message, and its facts by the names of their holes.

    >>> told_by(["size {size} is not {wanted:shape}"], "Size 3 is not [2, 4]")
    ('size {size} is not {wanted:shape}', {'size': 3, 'wanted': (2, 4)})
    """
    written = message[:LOOKED_AT].replace("`", "")
    for text in (written.replace("\n", " "), written.replace("\n", "")):
        for signature in signatures:
            if _longest_word(signature) in text and (found := _pattern(signature).search(text)):
                kinds = dict(re.findall(r"\{(\w+)(?::(\w+))?\}", signature))
                return signature, {name: _fact(found[name], kinds[name] or None) for name in kinds}
    return None


@cache
def _longest_word(signature: str) -> str:
    """A part of a message that stands in it as it is, to pass by what doesn't fit at once."""
    return max(re.sub(r"\{.*?\}|^\w", " ", signature).split(), key=len)


@cache
def _pattern(signature: str) -> re.Pattern[str]:
    """A message with typed holes as a regular expression: ``{rows}`` is a whole number, ``{}`` anything short.

    Its first letter may be small or large, as versions differ in that, and it may be the end of a longer word.
    """
    parts = re.split(r"\{(\w*)(?::(\w+))?\}", signature)
    first = f"(?i:{signature[0]})" if parts[0][:1].isalpha() else re.escape(parts[0][:1])
    of_numbers = not any(parts[2::3])
    written = [first + _as_typed(parts[0][1:], of_numbers)]
    for name, kind, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        written.append(f"(?P<{name}>{HOLES[kind or '']})" if name else ".{0,120}?")
        written.append(_as_typed(literal, of_numbers))
    end = r"(?!\w|[.:]+\w)" if parts[-1] == "" and len(parts) > 1 else ""
    return re.compile("".join(written) + end)


def _as_typed(literal: str, of_numbers: bool) -> str:
    """A part of a message, with or without its spaces, and around numbers its brackets, as people type it."""
    words = map(re.escape, literal.split(" "))
    return r" ?".join(re.sub(r"\\[()]", r"\g<0>?", word) if of_numbers else word for word in words)


def _fact(text: str, kind: str | None) -> Any:
    if kind == "shape":
        return tuple(map(int, re.findall(r"-?\d{1,18}", text)))
    return int(text) if kind is None else text.removeprefix("<class '")
