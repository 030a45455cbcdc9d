"""The process: streams that can't spoil a result, signals that are answered at once, and the way out."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL, EPIPE
from threading import Thread
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PATIENCE = 0.2  # seconds after which a signal that Python hasn't answered is answered beside it
_undone_first: list[Callable[[], object]] = []
_held: list[int] = []  # signals that wait for what is done together


def start() -> None:
    """Make the process ours, before anything else is imported."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:  # closed: the next file to be opened would get its number, and be written into
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = _kept(sys.stdout, 1), _kept(sys.stderr, 2)
    _answer_signals()


def _kept(stream: TextIO | None, descriptor: int) -> TextIO:
    """A stream as Python makes it, but that it is whole (Python's own drops what didn't fit where
    PYTHONUNBUFFERED is set), and that nothing is left over which could only fail once more at the exit."""
    buffer = getattr(stream, "buffer", None)
    if stream is not None and not isinstance(getattr(buffer, "raw", buffer), io.FileIO):
        return stream  # a console of Windows
    encoding = stream.encoding if stream else "utf-8"
    file = io.BufferedWriter(_File(descriptor, "wb", closefd=False))
    return io.TextIOWrapper(file, encoding, newline="\n", line_buffering=getattr(stream, "line_buffering", False))


class _File(io.FileIO):
    """Once nothing more can be written, it goes nowhere; only stdout's loss is an error, unless its reader has left."""

    def write(self, data: "Buffer", /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if self.fileno() == 1 and error.errno not in (EPIPE, EINVAL):  # the second is Windows' word for it
                raise
            return memoryview(data).nbytes


def _answer_signals() -> None:
    """From here on Ctrl-C ends the program with 130, SIGTERM with 143, and a terminal that is closed with 129.

    Python answers between two of its own steps, and a long computation in torch is one; then a thread does.
    """
    for number in _answered():
        signal.signal(number, lambda number, frame: _held.append(number) if _held else leave(128 + number))
    told, tell = os.pipe()
    if hasattr(os, "set_blocking"):
        os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    Thread(target=_watch, args=(told,), daemon=True).start()


def _answered() -> list[int]:
    closed = getattr(signal, "SIGHUP", signal.SIGTERM)  # which Windows lacks, and nohup has ignored
    return [signal.SIGINT, signal.SIGTERM] + [closed] * (signal.getsignal(closed) != signal.SIG_IGN)


def _watch(told: int) -> None:
    number = 0
    while number not in _answered():
        [number] = os.read(told, 1)
    time.sleep(PATIENCE)
    leave(128 + number)


@contextmanager
def undone(undo: Callable[[], object]) -> Iterator[None]:
    """What has to be undone when the block is left, by a signal as well, and may be undone twice."""
    _undone_first.append(undo)
    try:
        yield
    finally:
        undo()
        _undone_first.remove(undo)  # last: a signal in between undoes it twice, which does no harm


@contextmanager
def together() -> Iterator[None]:
    """What a signal finds all done or not begun: it is answered at the block's end, which has to come soon."""
    _held.append(0)
    try:
        yield
    finally:
        _, *come = _held
        _held.clear()
        if come:
            leave(128 + come[0])


def leave(code: int) -> None:
    """End the process at once: no exception comes up wherever it happens to be."""
    for undo in reversed(_undone_first):
        with suppress(Exception):
            undo()
    os._exit(code)
