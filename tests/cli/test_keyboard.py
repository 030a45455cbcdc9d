"""Keys as terminals send them."""

import os
import time
from collections.abc import Iterator

import pytest

from convcli.cli import keyboard

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
termios = pytest.importorskip("termios", reason="no pseudo-terminals on this system")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, closefd=False) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_keys_by_name(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    with keyboard.keys() as key:
        assert key(0) == ""
        os.write(ours, b"q \x1b[A\x1b[B\x1bOC\x1b[D\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH")
        expected = ["q", " ", "up", "down", "right", "left", "home", "end", "home", "end", "home"]
        assert [key(1) for _ in expected] == expected
        os.write(ours, b"\x1b")
        assert key(1) == "escape"
        os.write(ours, b"\x1b[Z")
        assert key(1) == ""  # a key that means nothing here
    assert termios.tcgetattr(theirs) == before


def test_an_exception_gives_the_terminal_back_and_forgets_what_was_typed(terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    before = termios.tcgetattr(theirs)
    with pytest.raises(ZeroDivisionError), keyboard.keys():
        os.write(ours, b"rm -r\n")
        time.sleep(0.05)
        raise ZeroDivisionError
    assert termios.tcgetattr(theirs) == before
    with keyboard.keys() as key:
        assert key(0) == ""


def test_no_terminal_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setattr(keyboard.os, "open", lambda *_: (_ for _ in ()).throw(OSError))
    with keyboard.keys() as key:
        assert key(0) is None
