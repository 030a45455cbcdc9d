"""The streams: what goes to stdout and stderr, how errors end, how torch is waited for."""

import codecs
import gc
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from convcli.diagnosis import words
from convcli.errors import ConvcliError, Refusal
from convcli.views.tables import plain

__all__ = ["err", "guard", "in_colour", "loading_torch", "out", "show", "tracked", "warn", "write"]

T = TypeVar("T")
# What to write where a stream's encoding lacks the sign.
ASCII = {
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", "×": "x", "−": "-", "→": "->", "←": "<-", "≈": "~",
    "–": "-", "≤": "<=", "≥": ">=", "Σ": "sum", "√": "root", "│": "|", "─": "-", "█": "#", "▀": "#",
    "▄": "_", "░": ".", "▒": ":", "▓": "#", "′": "'", "∞": "inf", "…": "...",
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
    """Goes on quietly where nobody reads any more (``| head``), so that files still get saved."""

    def on_broken_pipe(self) -> None:
        nobody_reads()

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Signs that the stream lacks are written out before lines are broken, as what stands for them is wider."""
        if isinstance(renderable, str):
            renderable = self.render_str(renderable)
        if isinstance(renderable, Text) and not renderable.plain.isascii():
            renderable = self._encodable(renderable)
        return super().render(renderable, options)

    def _encodable(self, text: Text) -> Text:
        try:
            text.plain.encode(self.encoding)
        except UnicodeEncodeError:
            found = Text(justify=text.justify, overflow=text.overflow, no_wrap=text.no_wrap, end=text.end)
            for segment in text.render(self):
                found.append(segment.text.encode(self.encoding, "convcli").decode(self.encoding), segment.style)
            return found
        return text


def nobody_reads() -> None:
    if sys.stdout is None:  # closed from the start
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


for _stream in (sys.stdout, sys.stderr):
    if _stream is not None and hasattr(_stream, "reconfigure"):
        _stream.reconfigure(errors="convcli")
if not re.fullmatch("0*[1-9][0-9]*", os.environ.get("COLUMNS", "1")):
    del os.environ["COLUMNS"]  # Rich would take a width of 0 at its word
out = _Console(highlight=False)
err = Console(stderr=True, highlight=False)


def in_colour() -> bool:
    """Whether stdout shows colours, and the half blocks that carry them."""
    return out.color_system is not None and not out.no_color and out.encoding.lower().startswith("utf")


def show(*parts: RenderableType) -> None:
    """Print to stdout and flush, so that a reader sees it while torch loads."""
    if sys.stdout is None:
        return
    for part in parts:
        out.print(part)
    _flush()


def write(text: str) -> None:
    """Write text for a program to stdout, as it is."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(text)
    except BrokenPipeError:
        nobody_reads()
    _flush()


def _flush() -> None:
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        nobody_reads()


def _watched() -> bool:
    """Whether somebody watches stderr; FORCE_COLOR makes Rich take a file for a terminal."""
    return err.is_terminal and sys.stderr.isatty()


def tracked(items: Iterable[T], count: int, what: str) -> Iterable[T]:
    """The same items, with a progress bar on stderr where somebody watches it."""
    if not _watched():
        return items
    from rich.progress import track

    return track(items, what, total=count, console=err, transient=True)


def warn(text: str) -> None:
    """A remark on stderr."""
    err.print(Text(f"note: {plain(text)}", style="yellow"), soft_wrap=not err.is_terminal)


def complain(why: str, fix: str = "") -> None:
    """An error on stderr: what is wrong and what to type instead."""
    message = Text("convcli: ", style="bold red").append(plain(why), style="default not bold")
    err.print(message, soft_wrap=not err.is_terminal)
    if fix:
        err.print(Text(f"  {plain(fix)}"), soft_wrap=not err.is_terminal)


def guard(run: Callable[[], Any]) -> int:
    """Run the program; every way it can end becomes an exit code, never a traceback."""
    try:
        code = run()
        _flush()
        return code if isinstance(code, int) else 0
    except Refusal as refusal:
        complain(*words(refusal))
        return refusal.exit_code
    except ConvcliError as error:
        complain(error.why, error.fix)
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = f"{context.command_path} --help" if context else "--help after the command"
        complain(error.format_message(), f"{command} lists what it takes")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except MemoryError:
        complain("this needs more memory than there is", "try smaller sizes")
        return 1
    except RecursionError:
        complain("the input is nested too deeply")
        return 2
    except BrokenPipeError:
        nobody_reads()
        return 0
    except OSError as error:
        complain(f"{error.filename or 'the output'}: {error.strerror or error}")
        return 1
    except Exception as error:
        complain(
            f"a defect of convcli, not of your request: {type(error).__name__}: {error}",
            "please report it with the command you typed",
        )
        return 1


@contextmanager
def loading_torch() -> Iterator[None]:
    """Import torch behind a spinner; Ctrl-C ends the program at once, even inside the import."""
    waiting = err.status("loading PyTorch") if _watched() else None

    def stop(*_: object) -> NoReturn:
        if waiting:
            waiting.stop()
        os._exit(130)

    handler = signal.signal(signal.SIGINT, stop)
    if waiting:
        waiting.start()
    try:
        gc.disable()
        import torch  # noqa: F401

        yield
    finally:
        gc.freeze()
        gc.enable()
        if waiting:
            waiting.stop()
        signal.signal(signal.SIGINT, handler)
