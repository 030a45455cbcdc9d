"""Names as people type them: in any case, without their signs, begun, or misspelled."""

import re
from collections.abc import Iterable

LEAST = 0.6  # how alike two names have to be for one to be a slip of the other
SHARED = 4  # letters in a row that two names may have in common instead


def matching(typed: str, names: Iterable[str]) -> list[str]:
    """The names that a text stands for: the one it spells, whatever its case and its signs, else all that it begins.

    >>> matching("Sobel_X", ["sobel-x", "sobel-y"]), matching("sobel", ["sobel-x", "sobel-y", "box"])
    (['sobel-x'], ['sobel-x', 'sobel-y'])
    """
    letters, known = _letters(typed), {name: _letters(name) for name in names}
    same = [name for name, its in known.items() if its == letters]
    return same or [name for name, its in known.items() if letters and its.startswith(letters)]


def nearest(typed: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names that may have been meant, the likeliest first; of names as likely, in the order they are given in.

    >>> nearest("cnov2d", ["conv1d", "conv2d", "maxpool2d"], 1), nearest("pool", ["maxpool2d", "lppool3d", "conv2d"])
    (['conv2d'], ['maxpool2d', 'lppool3d'])
    """
    likely = {name: _likeness(_letters(typed), _letters(name)) for name in names}
    return sorted((name for name in likely if likely[name] >= LEAST), key=likely.__getitem__, reverse=True)[:most]


def _letters(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).lower()


def _likeness(typed: str, name: str) -> float:
    """2 where one begins the other, 1 where it holds it, else how many letters they share, of all, up to 1."""
    from difflib import SequenceMatcher

    if not typed or not name:
        return 0
    if name.startswith(typed) or typed.startswith(name):
        return 2
    if typed in name:
        return 1
    pair = SequenceMatcher(None, typed, name, autojunk=False)
    shared = pair.find_longest_match().size
    return max(pair.ratio(), LEAST if shared >= SHARED else 0)
