"""What a reader waits for: torch's import, and long work with a bar."""

import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import NoReturn, TypeVar

from convcli.cli.streams import err

T = TypeVar("T")


def _watched() -> bool:
    """Whether somebody watches stderr; FORCE_COLOR makes Rich take a file for a terminal."""
    return err.is_terminal and sys.stderr.isatty()


def tracked(items: Iterable[T], count: int, what: str) -> Iterable[T]:
    """The same items, with a progress bar on stderr where somebody watches it."""
    if not _watched():
        return items
    from rich.progress import track

    return track(items, what, total=count, console=err, transient=True)


@contextmanager
def loading_torch() -> Iterator[None]:
    """Import torch behind a spinner; Ctrl-C ends the program at once, even inside the import."""
    spinner = err.status("loading PyTorch") if _watched() else nullcontext()

    def stop(*_: object) -> NoReturn:
        spinner.__exit__(None, None, None)
        os._exit(130)

    handler = signal.signal(signal.SIGINT, stop)
    try:
        with spinner:
            gc.disable()
            import torch  # noqa: F401

            yield
    finally:
        gc.freeze()
        gc.enable()
        signal.signal(signal.SIGINT, handler)
