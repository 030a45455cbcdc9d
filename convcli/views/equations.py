"""Formulas on the screen: in the colours of their names, names over numbers, never broken within their brackets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from convcli.views.widgets import fixed

STYLES = dict.fromkeys(("kernel", "dilation", "stride"), "accent") | dict.fromkeys(
    ("padding", "before", "after", "output_padding"), "muted"
)

Numbers = Mapping[str, str]  # by their names, as they are written


def coloured(template: str, values: Numbers) -> Text:
    """A formula with its values in the colours of their names: the window's, the padding's.

    >>> str(coloured("{size} + 2·{padding}", {"size": "10", "padding": "1"}))
    '10 + 2·1'
    """
    parts = re.split(r"{(\w+)}", template)
    return fixed().append_tokens(
        (values[part], STYLES.get(part)) if i % 2 else (part, None) for i, part in enumerate(parts) if part
    )


@dataclass(frozen=True)
class Lines:
    """Names, numbers below each other, and how each comes about; on lines of their own where a line is too narrow."""

    rows: Sequence[tuple[str, str, Text]]
    answers: int = 1  # how many of the last numbers are what was asked for

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        names = max(len(name) for name, _, _ in self.rows)
        numbers = max(len(number) for _, number, _ in self.rows)
        for left, (name, number, how) in zip(range(len(self.rows), 0, -1), self.rows, strict=True):
            style = "bold" if left <= self.answers else ""
            start = fixed().append(f"  {name:{names}}  ", "muted").append(f"{number:>{numbers}}", style)
            line = Text.assemble(start, "  =  ", how, no_wrap=True, overflow="ignore")
            if _fits(line, console, options):
                yield line
            else:
                yield start
                yield from (Text.assemble("    = ", step) for step in how.split(" = "))


def _fits(line: Text, console: Console, options: ConsoleOptions) -> bool:
    """Whether a line is no wider than the screen, with its signs written out where there is nothing but ASCII."""
    text = line.plain
    if not console.encoding.lower().startswith("utf"):
        text = text.replace("⌊", "floor(").replace("⌈", "ceil(")
    return len(text) <= options.max_width


@dataclass(frozen=True)
class Aligned:
    """A formula in names, and below them, column by column, the numbers of each axis.

    Where that is too wide, by initials; where they are, not at all: no formula is broken within its brackets.
    """

    template: str
    rows: Sequence[tuple[str, Numbers]]  # a label and the numbers

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        names = dict.fromkeys(re.findall(r"{(\w+)}", self.template))
        initials = {name: "n" if name == "size" else name[0] for name in names}
        for symbols in ({name: name for name in names}, initials):
            if _fits(self._filled("", symbols, self._widths(symbols)), console, options):
                yield from self._lines(symbols)
                if symbols is initials:
                    yield Text(", ".join(f"{initial} {name}" for name, initial in initials.items()), style="muted")
                yield ""
                return

    def _widths(self, symbols: Numbers) -> dict[str, int]:
        return {name: max(len(text), *(len(values[name]) for _, values in self.rows)) for name, text in symbols.items()}

    def _lines(self, symbols: Numbers) -> Iterator[Text]:
        widths = self._widths(symbols)
        for label, values in [("", symbols), *self.rows]:
            yield self._filled(label, values, widths)

    def _filled(self, label: str, values: Numbers, widths: Mapping[str, int]) -> Text:
        longest = max(len(label) for label, _ in self.rows)
        margin = fixed(f"  {label:{longest}}  " if longest else "  ", "muted")
        centred = {name: values[name].center(width) for name, width in widths.items()}
        return Text.assemble(margin, coloured(self.template, centred), no_wrap=True, overflow="ignore")
