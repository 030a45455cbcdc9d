"""Colours by name for pictures and pages: a palette's own, and a value's hue in steps.

``paper`` or ``accent`` is a palette's; ``p1`` to ``p8`` are grounds for values above zero, ``n1`` to ``n8`` below,
``z`` for zero; ``on p7`` is the text on such a ground, black or white, whichever stands out more.
"""

from dataclasses import asdict
from functools import cache

from convcli.colours import DARK, LIGHT, Palette

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
        names[name] = _mixed(palette.zero, hue, STRONGEST * int(name[1:] or 0) / STEPS)
        names[f"on {name}"] = "#000" if _luminance(names[name]) > 0.179 else "#fff"
    return names


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


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


def _luminance(colour: str) -> float:
    """WCAG 2's relative luminance; above 0.179 black stands out more than white."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
