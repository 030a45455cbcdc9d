"""``pytest -p tests.without_linux``: what only Linux or only POSIX has is not there."""

import builtins
import os
import signal
import sys
from typing import Any

ELSEWHERE = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"}  # Windows' own
POSIX_MODULES = ("termios", "tty", "pty", "fcntl", "resource", "pwd", "grp")
POSIX_CALLS = ("sysconf", "fchdir", "mkfifo", "link", "getuid")

_open = builtins.open


def _open_without_proc(file: Any, *more: Any, **named: Any) -> Any:
    if str(file).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(file))
    return _open(file, *more, **named)


def take_away() -> None:
    for name in POSIX_MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in POSIX_CALLS:
        delattr(os, name)
    for name in [each for each in vars(signal) if each.startswith("SIG") and each not in ELSEWHERE]:
        delattr(signal, name)
    builtins.open = _open_without_proc  # type: ignore[assignment]


def pytest_load_initial_conftests() -> None:
    """Before anything of the program is imported."""
    take_away()
