"""What a reader waits for: torch's import, and long work with a bar."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from convcli.cli.streams import err
from convcli.process import undone
from convcli.refusals import Failure, lacks_memory

T = TypeVar("T")
CURSOR_BACK = b"\r\x1b[2K\x1b[?25h"  # and the line cleared in which Rich was about to draw


def _watched() -> bool:
    """Whether somebody watches stderr; FORCE_COLOR makes Rich take a file for a terminal."""
    return err.is_terminal and sys.stderr.isatty()


def tracked(items: Iterable[T], count: int, what: str) -> Iterable[T]:
    """The same items, with a progress bar on stderr where somebody watches it."""
    return _behind_a_bar(items, count, what) if _watched() else items


def _behind_a_bar(items: Iterable[T], count: int, what: str) -> Iterator[T]:
    from rich.progress import track

    with _cursor_given_back():
        yield from track(items, what, total=count, console=err, transient=True)


def _cursor_given_back() -> AbstractContextManager[None]:
    return undone(lambda: os.write(2, CURSOR_BACK))


@contextmanager
def loading_torch() -> Iterator[None]:
    """Import torch behind a spinner, which turns for as long as torch works."""
    with ExitStack() as watched:
        if _watched():
            watched.enter_context(_cursor_given_back())
            watched.enter_context(err.status("loading PyTorch"))
        try:
            gc.disable()
            _import_torch()
            yield
        finally:
            gc.freeze()
            gc.enable()


def _import_torch() -> None:
    """Import torch; MKL, which comes with it, ends the process where the working directory is gone."""
    gone = None if _folder_is_there() else os.open(".", os.O_RDONLY)
    if gone is not None:
        os.chdir(Path(__file__).parent)
    try:
        import torch  # noqa: F401
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) or lacks_memory(error):
            raise
        reason = " ".join(str(error).split())
        raise Failure(f"PyTorch can't be imported: {reason}", "try python -c 'import torch'") from None

    if gone is not None:
        os.fchdir(gone)  # so that what is named from there is not looked for here
    _no_folder_for_a_compiler()


def _no_folder_for_a_compiler() -> None:
    """Name one that is there: torch would make it as it imports its compiler, though nothing is compiled."""
    from tempfile import gettempdir

    with suppress(OSError):
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", gettempdir())


def _folder_is_there() -> bool:
    try:
        return bool(Path.cwd())
    except FileNotFoundError:
        return False
