"""The streams: what goes to stdout and stderr, and the signs that a stream can show."""

import codecs
import os
import re
import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from convcli.colours import theme
from convcli.views.widgets import Screen
from convcli.wording import bounded, bounded_words, plain

# What to write where a stream's encoding lacks the sign.
ASCII = {
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", "×": "x", "−": "-", "→": "->", "←": "<-", "≈": "~",
    "–": "-", "≤": "<=", "≥": ">=", "Σ": "sum", "√": "root", "│": "|", "─": "-", "█": "#", "▀": "#",
    "▄": "_", "░": ".", "▒": ":", "▓": "#", "└": "+", "┘": "+", "┄": ".", "′": "'", "∞": "inf", "…": "...",
    "●": "#", "✗": "!", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "-", "▎": "-", "▏": "-",
}  # fmt: skip


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    if missing == "·" and error.object[error.start - 1 : error.end + 1] == " · ":
        return "|", error.end  # between things said, not between factors
    return "".join(ASCII.get(c, "?") for c in missing), error.end


codecs.register_error("convcli", _in_ascii)


class _Console(Console):
    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Signs that the stream lacks are written out before lines are broken, as what stands for them is wider."""
        if isinstance(renderable, str):
            renderable = self.render_str(renderable)
        if isinstance(renderable, Text) and self.encodable(renderable.plain) != renderable.plain:
            segments, renderable = renderable.render(self), renderable.blank_copy()
            for segment in segments:
                renderable.append(self.encodable(segment.text), segment.style)
        return super().render(renderable, options)

    def encodable(self, text: str) -> str:
        """A text as the stream shows it."""
        return text.encode(self.encoding, "convcli").decode(self.encoding)


for _stream in (sys.stdout, sys.stderr):
    if hasattr(_stream, "reconfigure"):
        _stream.reconfigure(errors="convcli")
        try:
            "×".encode(_stream.encoding, "convcli")
        except UnicodeError:  # an encoding for something else than text, of internet domains for example
            _stream.reconfigure(encoding="ascii", errors="convcli")
for _size in ("COLUMNS", "LINES", "TERMINAL_WIDTH"):  # the last is Typer's
    if not re.fullmatch("0*[1-9][0-9]{0,3}", os.environ.get(_size, "1")):
        del os.environ[_size]  # Rich would take a width of 0 at its word, and ² for a number
_theme = theme(os.environ.get("CONVCLI_THEME", ""))
out = _Console(highlight=False, theme=_theme)
err = Console(stderr=True, highlight=False, theme=_theme)
err.soft_wrap = not err.is_terminal


def in_colour() -> bool:
    """Whether stdout shows colours, and the half blocks that carry them."""
    return out.color_system is not None and not out.no_color and out.encoding.lower().startswith("utf")


def screen(full: bool = False) -> Screen:
    """Where stdout is shown."""
    return Screen(out.width, in_colour(), full, out.encodable)


def show(*parts: RenderableType) -> None:
    """Print to stdout, without blanks at the ends of lines, and flush, so that a reader sees it while torch loads."""
    with out.capture() as printed:
        for part in parts:
            out.print(part)
    write(re.sub(" +$", "", printed.get(), flags=re.MULTILINE))


def write(text: str) -> None:
    """Write text for a program to stdout, as it is, and flush."""
    sys.stdout.write(text)
    sys.stdout.flush()


def warn(text: str) -> None:
    """A remark on stderr."""
    err.print(Text(f"note: {bounded(text)}", style="warning"))


def complain(why: str, fix: str = "", explained_by: str = "", excerpt: Iterable[str] = ()) -> None:
    """An error on stderr: what is wrong, where, what to type instead, and the page of PyTorch's own error for it."""
    why, fix = bounded_words(why, fix)
    err.print(Text("convcli: ", style="wrong").append(why, style="default not bold"))
    for line in excerpt:
        err.print(Text(f"  {plain(line)}"))
    if fix:
        err.print(Text(f"  {fix}"))
    if explained_by:
        err.print(Text(f"  convcli explain --code {explained_by}", style="muted"))
