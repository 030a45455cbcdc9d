"""What several views are made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a view is shown: columns, whether there are colours, and whether every value is wanted."""

    width: int = 80
    colour: bool = False
    full: bool = False


def fixed(text: str = "", style: str = "") -> Text:
    """Text whose lines are made to measure: the screen neither wraps nor cuts them."""
    return Text(text, style=style, no_wrap=True, overflow="ignore")


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


def labelled(rows: Iterable[tuple[str, str]]) -> Table:
    """Lines of text behind labels, wrapped beside them."""
    made = beside("muted")
    for label, text in rows:
        made.add_row(Text(label), Text(text))
    return made


@dataclass(frozen=True)
class Trimmed:
    """Something shown without the blanks that end its lines."""

    shown: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for line in console.render_lines(self.shown, options, pad=False):
            while line and not line[-1].text.strip():
                line.pop()
            if line:
                last = line.pop()
                line.append(Segment(last.text.rstrip(), last.style, last.control))
            yield from (*line, Segment.line())
