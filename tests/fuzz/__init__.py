"""Hostile input, drawn at random: whatever is typed, piped or opened, the program gives a result or says why not.

``python -m tests.fuzz files 100000 --seed 7`` draws so many for as long as it takes; the suite draws some of each kind.
A kind is a module with a function ``case(random)``, which draws one input, and a line in ``KINDS``.
"""

from collections.abc import Callable
from random import Random

from tests.fuzz import damaged_files, flags, literals, messages, notation, sources
from tests.fuzz.runner import Case

KINDS: dict[str, Callable[[Random], Case]] = {
    "literals": literals.case,
    "files": damaged_files.case,
    "flags": flags.case,
    "messages": messages.case,
    "notation": notation.case,
    "sources": sources.case,
}


def drawn(kind: str, seed: int, number: int) -> Case:
    """One input, the same each time: no input depends on those before it."""
    return KINDS[kind](Random(f"{kind} {seed} {number}"))
