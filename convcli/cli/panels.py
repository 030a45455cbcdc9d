"""The help, in panels of our colours."""

import inspect
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from convcli.cli.streams import out, show, write
from convcli.colours import theme

WIDEST = 100  # columns; longer lines are hard to read
NARROWEST = 60  # for columns of flags and what they do beside each other


class Kept(StringIO):
    """What is printed to stdout, kept back; it has stdout's encoding, and is a terminal where that is one."""

    encoding = ""

    def __init__(self) -> None:
        super().__init__()
        self.encoding, self.terminal = out.encoding, out.is_terminal

    def isatty(self) -> bool:
        return self.terminal


def in_panels(show_help: Callable[[], None]) -> None:
    """Typer's help in our colours: what is typed bold, what is said of it muted, no blanks at the ends of lines."""
    from typer import rich_utils

    muted = str(theme(os.environ.get("CONVCLI_THEME", "")).styles["muted"])
    bold = ("OPTION", "SWITCH", "NEGATIVE_OPTION", "NEGATIVE_SWITCH", "COMMANDS_TABLE_FIRST_COLUMN")
    quiet = ("TYPES", "TYPES_SEPARATOR", "USAGE", "OPTION_DEFAULT", "OPTIONS_PANEL_BORDER", "COMMANDS_PANEL_BORDER")
    styles = dict.fromkeys(bold, "bold") | dict.fromkeys(quiet, muted) | {"HELPTEXT": ""}
    for name, style in styles.items():
        setattr(rich_utils, f"STYLE_{name}", style)
    rich_utils.MAX_WIDTH = min(out.width, WIDEST)
    with redirect_stdout(Kept()) as printed:
        show_help()
    write(re.sub(" +$", "", printed.getvalue(), flags=re.MULTILINE))


def is_narrow() -> bool:
    """Whether what a flag does has no room beside it."""
    return out.width < NARROWEST


def show_narrow(command: Any, ctx: Any, panels: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """The help line by line: under each panel's name what is typed, and below it what that does."""
    parts: list[RenderableType] = [Text(command.get_usage(ctx), style="muted"), "", Text.from_markup(command.help)]
    for title, lines in panels.items():
        parts += [Text(f"\n{title}", style="bold")]
        for typed, does in lines:
            parts += [Text(f"  {typed}", style="bold"), Padding(Text.from_markup(does), (0, 0, 0, 4), expand=False)]
    show(*parts, *([Text.from_markup(f"\n{command.epilog}")] if command.epilog else []))


def option_lines(params: Iterable[Any]) -> dict[str, list[tuple[str, str]]]:
    """By their panels, options and arguments as they are typed, and what they do."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for param in params:
        typed = ", ".join(param.opts) if param.param_type_name == "option" else param.name
        switch = getattr(param, "is_flag", True)
        value = "" if switch else f" {param.metavar}"
        default = "" if switch or param.default is None else rf" \[default: {param.default}]"
        panels.setdefault(param.rich_help_panel or "Options", []).append((typed + value, param.help + default))
    return panels


def laid_out(text: str | None) -> str:
    r"""A docstring for Typer's help: paragraphs in one line each, those after a ``\b`` as they stand, no markup.

    ``python -OO`` has no docstrings.

    >>> laid_out("What it\ndoes.\n\n\b\nconvcli one\nconvcli [two]")
    'What it does.\n\nconvcli one\nconvcli \\[two]'
    """
    paragraphs = inspect.cleandoc(text or "").split("\n\n")
    lines = (each[2:] if each.startswith("\b\n") else each.replace("\n", " ") for each in paragraphs)
    return plainly("\n\n".join(lines))


def plainly(text: str) -> str:
    """Text in which brackets are brackets, not markup."""
    return text.replace("[", r"\[")
