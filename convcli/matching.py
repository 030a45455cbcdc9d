"""Names as people type them: in any case, without their signs, begun, or misspelled."""

import re
from collections.abc import Iterable

LEAST = 0.6  # how alike two names have to be for one to be a slip of the other
LONGEST = 100  # letters of a text that are looked at; no name has as many
SHARED = 4  # letters in a row that two names may have in common instead


def same(typed: str, names: Iterable[str]) -> str | None:
    """The name that a text spells, whatever its case and its signs.

    >>> same("Input_1D", ["input_1d"]), same("input", ["input_1d"])
    ('input_1d', None)
    """
    return next((name for name in names if _letters(name) == _letters(typed)), None)


def same_class(typed: str, names: Iterable[str]) -> str | None:
    """The same, of a torch.nn class however it is written.

    >>> same_class("torch.nn.Conv2d", ["conv1d", "conv2d"]), same_class("Conv4d", ["conv1d"])
    ('conv2d', None)
    """
    return same(typed.removeprefix("torch.").removeprefix("nn."), names)


def matching(typed: str, names: Iterable[str]) -> list[str]:
    """The names that a text stands for: the one it spells, else all that it begins.

    >>> matching("Sobel_X", ["sobel-x", "sobel-y"]), matching("sobel", ["sobel-x", "sobel-y", "box"])
    (['sobel-x'], ['sobel-x', 'sobel-y'])
    """
    names = list(names)
    spelled = same(typed, names)
    return [spelled] if spelled else begun(typed, names) if _letters(typed) else []


def begun(typed: str, names: Iterable[str]) -> list[str]:
    """All the names that a text begins; nothing begins every one.

    >>> begun("GAU", ["gaussian", "gaussian-5", "box"])
    ['gaussian', 'gaussian-5']
    """
    return [name for name in names if _letters(name).startswith(_letters(typed))]


def nearest(typed: str, names: Iterable[str], most: int = 3) -> list[str]:
    """The names that may have been meant, the likeliest first; of names as likely, in the order they are given in.

    >>> nearest("cnov2d", ["conv1d", "conv2d", "maxpool2d"], 1), nearest("pool", ["maxpool2d", "lppool3d", "conv2d"])
    (['conv2d'], ['maxpool2d', 'lppool3d'])
    """
    likely = {name: _likeness(_letters(typed[:LONGEST]), _letters(name)) for name in names}
    best = max(likely.values(), default=0)
    near = [name for name in likely if likely[name] >= (1 if best >= 1 else LEAST)]
    return sorted(near, key=likely.__getitem__, reverse=True)[:most]


def _letters(name: str) -> str:
    return re.sub(r"[-_\s]", "", name).lower()


def _likeness(typed: str, name: str) -> float:
    """From 2 where the text begins the name, from 1 where one of them holds the other, else the share of letters."""
    from difflib import SequenceMatcher

    if not typed or not name:
        return 0
    if name.startswith(typed):
        return 2 + len(typed) / len(name)
    if typed.startswith(name):
        return 1 + len(name) / len(typed)
    if len(typed) > 2 and typed in name:
        return 1
    pair = SequenceMatcher(None, typed, name, autojunk=False)
    shared = pair.find_longest_match().size
    return max(pair.ratio(), LEAST if shared >= SHARED else 0)
