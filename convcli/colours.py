"""One language of colour, for every screen, picture and page.

A hue says what a value is: blue below zero, orange above, the two that every kind of colour vision tells apart.
One accent says where the window is: the kernel, its weights, stride and dilation, the output that it makes now.
Nothing else is coloured, and nothing is said by colour alone: a value has its sign, the window its outline or brackets.
"""

from dataclasses import dataclass

from rich.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``, for one ground (``paper``)."""

    ink: str
    paper: str
    muted: str  # padding, what is left out, hints, labels
    panel: str
    grid: str
    negative: str
    zero: str
    positive: str
    accent: str
    warning: str  # what is never read, and what a learner may not have meant
    wrong: str


LIGHT = Palette(
    ink="#16202b",
    paper="#ffffff",
    muted="#55606c",
    panel="#f5f7f9",
    grid="#7b8794",
    negative="#1464b4",
    zero="#f6f6f6",
    positive="#b35400",
    accent="#8a1a6b",
    warning="#7a5c00",
    wrong="#b3261e",
)
DARK = Palette(
    ink="#e8edf2",
    paper="#12161b",
    muted="#a7b2bd",
    panel="#1b2128",
    grid="#6b7682",
    negative="#4a9fe8",
    zero="#242b33",
    positive="#f08a24",
    accent="#f0a0d0",
    warning="#e3c04b",
    wrong="#ff8a80",
)
# A terminal doesn't say what its ground is: text in these has a contrast of 4.5 on black and on white alike.
EITHER = Palette(
    ink="default",
    paper="default",
    muted="#6d7780",
    panel="default",
    grid="#6d7780",
    negative="#1177d1",
    zero="#6d7780",
    positive="#bd5800",
    accent="#c431c4",
    warning="#917100",
    wrong="#dc3529",
)
THEMES = {"light": LIGHT, "dark": DARK}


def theme(name: str = "") -> Theme:
    """Rich's styles by what they say, for a ``light`` or ``dark`` terminal; any other word: for either.

    >>> str(theme("light").styles["accent"])
    'bold #8a1a6b'
    """
    palette = THEMES.get(name, EITHER)
    return Theme(
        {
            "muted": f"not bold {palette.muted}",
            "negative": palette.negative,
            "positive": palette.positive,
            "accent": f"bold {palette.accent}",
            "warning": palette.warning,
            "wrong": f"bold {palette.wrong}",
        }
    )
