"""Single keys from a terminal, which is given back as it was."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from convcli.process import undone

# The next key in so many seconds, ``left``, ``escape`` or a character; empty: none in time; None: none will ever come.
Keys = Callable[[float], str | None]

NAMES = ("up", "down", "right", "left", "home", "end")
# What terminals send after their escape character.
SEQUENCES = {start + letter: name for start in "[O" for letter, name in zip("ABCDHF", NAMES, strict=True)}
SEQUENCES |= {"[1~": "home", "[7~": "home", "[4~": "end", "[8~": "end", "[5~": "pageup", "[6~": "pagedown"}
PATIENCE = 0.05  # seconds that the rest of a sequence may take

if sys.platform == "win32":
    import msvcrt
    import time

    SECOND = dict(
        zip("HPMKGOIQ", (*NAMES, "pageup", "pagedown"), strict=True)
    )  # what follows where the first character is no character

    def _pressed(seconds: float) -> str | None:
        end = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= end:
                return ""
            time.sleep(0.01)
        key = msvcrt.getwch()
        if key in "\0\xe0":
            return SECOND.get(msvcrt.getwch(), "")
        if key == "\x03":
            raise KeyboardInterrupt
        return "escape" if key == "\x1b" else key

    @contextmanager
    def keys() -> Iterator[Keys]:
        """The console's keys, while the block runs."""
        yield _pressed

else:
    import select
    import signal

    try:
        import termios
        import tty
    except ImportError:  # a system without terminals of this kind
        termios = None  # type: ignore[assignment]

    @contextmanager
    def keys() -> Iterator[Keys]:
        """The keys of the terminal that is stdin, else of the one that the program runs in, while the block runs."""
        with _terminal() as terminal:
            if terminal is None:
                yield lambda seconds: None
                return
            before = termios.tcgetattr(terminal)
            stopped = signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # stopped by Ctrl-Z it would keep the screen
            with (
                undone(lambda: signal.signal(signal.SIGTSTP, stopped)),
                undone(lambda: termios.tcsetattr(terminal, termios.TCSAFLUSH, before)),
            ):
                tty.setcbreak(terminal)
                yield lambda seconds: _key(terminal, seconds)

    @contextmanager
    def _terminal() -> Iterator[int | None]:
        if sys.stdin is not None and sys.stdin.isatty():
            yield sys.stdin.fileno() if termios else None
            return
        terminal = None
        with suppress(OSError):
            terminal = os.open("/dev/tty", os.O_RDONLY) if termios else None
        try:
            yield terminal
        finally:
            if terminal is not None:
                os.close(terminal)

    def _key(terminal: int, seconds: float) -> str | None:
        if not select.select([terminal], [], [], seconds)[0]:
            return ""
        key = _character(terminal)
        if key != "\x1b":
            return key or None
        sequence = ""
        while sequence not in SEQUENCES and select.select([terminal], [], [], PATIENCE)[0] and len(sequence) < 3:
            sequence += _character(terminal)
        return SEQUENCES.get(sequence, "" if sequence else "escape")

    def _character(terminal: int) -> str:
        try:
            return os.read(terminal, 1).decode("latin-1")
        except OSError:  # the terminal is gone
            return ""
