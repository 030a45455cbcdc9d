"""What several views are made of."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

INDENT = 2
LABEL = 9  # columns that a label takes, in which values stand below each other


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a view is shown: columns, whether there are colours, whether every value is wanted.

    ``signs`` gives a text as the stream will show it, which may lack ``×`` or ``⌊``: a wider text breaks elsewhere.
    """

    width: int = 80
    colour: bool = False
    full: bool = False
    signs: Callable[[str], str] = str


def fixed(text: str = "", style: str = "") -> Text:
    """Text whose lines are made to measure: the screen neither wraps nor cuts them."""
    return Text(text, style=style, no_wrap=True, overflow="ignore")


def by_sign(value: float) -> str:
    """The style that says what a value is.

    >>> by_sign(-0.5), by_sign(2), by_sign(0)
    ('negative', 'positive', '')
    """
    return "negative" if value < 0 else "positive" if value > 0 else ""


def indented(part: RenderableType) -> Padding:
    """The same, set in from the left."""
    return Padding.indent(part, INDENT)


def boxed(title: Text, lines: Sequence[Text], width: int, subtitle: str = "") -> Panel:
    """A panel; what is too long for its border stands inside."""
    room = width - len("│  │")
    inside, below = list(lines), Text(subtitle, style="muted")
    title.stylize("default")  # not in the border's colour
    if len(title) > room - 2:
        inside.insert(0, title)
    if len(below) > room - 2:
        inside.append(below)
    return Panel(
        Group(*inside),
        title=title if title not in inside else None,
        title_align="left",
        subtitle=below if subtitle and below not in inside else None,
        subtitle_align="right",
        border_style="muted",
        width=width,
    )


def pieces(label: str, formula: Text, screen: Screen) -> Text:
    """A formula behind a label, broken only between what its brackets hold; a part wider than the screen is left out.

    >>> print(pieces("length", Text("⌊7 / 2⌋ + 1 = 3 + 1 = 4"), Screen(24)))
      length   ⌊7 / 2⌋ + 1
               = 3 + 1 = 4
    """
    room = screen.width - INDENT - LABEL
    parts = list(formula.divide(match.start() for match in re.finditer(" (?==|to ⌈|i from)", formula.plain)))
    lines: list[Text] = []
    for part in [part for part in parts[:-1] if len(screen.signs(part.plain)) <= room] + parts[-1:]:
        if lines and len(screen.signs(lines[-1].plain + part.plain)) <= room:
            lines[-1].append_text(part)
        else:
            bare = part[1:] if part.plain.startswith(" ") else part
            lines.append(bare[2:] if not lines and bare.plain.startswith("= ") else bare)
    start = fixed(" " * INDENT).append(label.ljust(LABEL), "muted")
    return start.append_text(Text("\n" + " " * (INDENT + LABEL)).join(lines))


def table(*headings: str, left: int = 1) -> Table:
    """An empty table of ours: the first ``left`` columns to the left, numbers to the right."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="muted", pad_edge=False)
    for i, heading in enumerate(headings):
        made.add_column(heading, justify="left" if i < left else "right", overflow="fold")
    return made


def beside(style: str = "") -> Table:
    """An empty table of two columns without headings: the first as wide as it is, the second wrapped."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style=style, no_wrap=True)
    made.add_column(overflow="fold")
    return made


def labelled(rows: Iterable[tuple[str, str]], style: str = "") -> Table:
    """Lines of text behind labels, wrapped beside them."""
    made = beside("muted")
    for label, text in rows:
        made.add_row(Text(label.ljust(LABEL - 2)), Text(text, style=style))
    return made
