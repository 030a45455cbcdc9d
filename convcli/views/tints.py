"""Colours by name for pictures and pages: a palette's own, and a value's hue in steps.

``paper`` or ``accent`` is a palette's; ``p1`` to ``p8`` are grounds for values above zero, ``n1`` to ``n8`` below,
``z`` for zero; ``on p7`` is the text on such a ground, black or white, whichever stands out more.
"""

from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from convcli.colours import DARK, LIGHT, Palette

if TYPE_CHECKING:
    import numpy as np

STEPS = 8
HUES = ("negative", "zero", "positive", "wrong")  # that a page has as grounds, or doesn't have
STRONGEST = 0.9  # of the hue, so that zero's ground and the largest value's are both of its kind
GROUNDS = ("z", *(f"{sign}{step}" for sign in "np" for step in range(1, STEPS + 1)))


@cache
def tints(palette: Palette) -> dict[str, str]:
    """Every name's colour, ``#rrggbb``.

    >>> tints(LIGHT)["z"], tints(LIGHT)["on z"]
    ('#f6f6f6', '#000')
    """
    names = asdict(palette)
    for name in GROUNDS:
        hue = {"n": palette.negative, "p": palette.positive}.get(name[0], palette.zero)
        names[name] = mixed(palette.zero, hue, STRONGEST * int(name[1:] or 0) / STEPS)
        names[f"on {name}"] = "#000" if _luminance(names[name]) > 0.179 else "#fff"
    return names


def ground(value: float, most: float) -> str:
    """The ground that says a value, among values up to ``most``; of what isn't a number, zero's.

    >>> ground(2, 4), ground(-0.001, 4), ground(0, 4)
    ('p4', 'n1', 'z')
    """
    if value == 0 or value != value:
        return "z"
    step = max(1, round(STEPS * min(1.0, abs(value) / most))) if most else STEPS
    return f"{'n' if value < 0 else 'p'}{step}"


def grounds(values: "np.ndarray", most: float) -> "np.ndarray":
    """The same for many values, as places in ``GROUNDS``."""
    import numpy as np

    parts = np.minimum(1, np.abs(np.nan_to_num(values, nan=0.0)) / (most or 1))
    steps = np.where(parts > 0, np.maximum(1, np.rint(STEPS * parts)), 0)
    return np.where(values > 0, steps + STEPS * (steps > 0), steps).astype(np.uint8)


def variables() -> str:
    """The same as CSS variables, light and on screens that ask for it dark, but for what is about to be printed.

    Text on a ground stands there where it isn't what it is on zero's.
    """
    palettes = [tints(palette) for palette in (LIGHT, DARK)]
    usual = {f"on {name}" for name in GROUNDS[1:] if all(each[f"on {name}"] == each["on z"] for each in palettes)}
    light, dark = (
        "".join(f"--{name.replace(' ', '-')}:{colour};" for name, colour in each.items() if name not in {*HUES, *usual})
        for each in palettes
    )
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme:dark){{:root:not(.paper){{{dark}}}}}"


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two, so much of the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def _luminance(colour: str) -> float:
    """WCAG 2's relative luminance; above 0.179 black stands out more than white."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
