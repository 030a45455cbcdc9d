"""Whole numbers as people type them, no larger than a tensor's sizes can be."""

import re

LARGEST = 2**62


def whole_numbers(text: str) -> tuple[int, ...] | None:
    """One number, or several; None where it isn't whole numbers of at most 2⁶².

    >>> whole_numbers("3x5"), whole_numbers("3*5"), whole_numbers("(3, 5)"), whole_numbers("3.5")
    ((3, 5), (3, 5), (3, 5), None)
    """
    parts = re.split(r"\s*[,x×*]\s*|\s+", text.strip().strip("()[]").strip().rstrip(",").lower())
    if not all(re.fullmatch(r"[-+]?[0-9]{1,30}", part) for part in parts):
        return None
    numbers = tuple(map(int, parts))
    return numbers if max(map(abs, numbers)) <= LARGEST else None
