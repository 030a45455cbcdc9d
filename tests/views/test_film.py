"""The animation: every picture fits the screen, and a terminal is given back as it was."""

import io
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from convcli.colours import theme
from convcli.data.arrays import Array
from convcli.picks import cells
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.film import Film
from convcli.wording import number
from tests.conftest import Ran
from tests.strategies import Request, picked, report_of, requests

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
termios = pytest.importorskip("termios", reason="no pseudo-terminals on this system")


@settings(max_examples=150)
@given(requests(), st.data(), st.integers(20, 120), st.integers(12, 40))
def test_pictures_fit_the_screen_and_mark_the_window(request: Request, data: Any, width: int, height: int) -> None:
    report = report_of(request)
    film = Film(picked(report, cells(report.output_shape, 0, min(report.output.size, 12))))
    steps = film.steps
    i = data.draw(st.integers(0, len(steps) - 1))
    wider = 10 * width  # it cuts nothing by itself
    console = Console(theme=theme(), width=wider, height=height, record=True, file=io.StringIO())
    console.print(film.frame(i, width, height))
    shown = console.export_text().splitlines()
    assert max(map(len, shown)) <= width
    assert shown[0].startswith(f"step {i + 1} of {len(steps)}")
    assert any(f"[{number(steps[i].value)}]" in line for line in shown)


def test_cells_beside_the_window_may_be_wider_than_those_in_it() -> None:
    values = Array("list", (8,), [1.0, 1.0, 1.0, *[-1234.5] * 5])
    report = Report(make_plan("maxpool1d", {"kernel_size": 2}, input=values))
    console = Console(theme=theme(), width=400, height=20, record=True, file=io.StringIO())
    console.print(Film(picked(report, [(0, 0, 0)])).frame(0, 40, 20))
    assert max(map(len, console.export_text().splitlines())) <= 40


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --animate", "try --steps"),
        ("conv1d --animate --json", "choose one"),
        ("conv1d --animate --from 4", "choose one"),
        ("conv1d --speed 2", "add --animate"),
        ("conv1d --animate --speed 0", "0.01 to 100"),
        ("conv1d --animate --speed nan", "0.01 to 100"),
    ],
)
def test_what_cannot_be_played(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


class Played:
    """``convcli`` on a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        self.terminal = theirs
        environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convcli", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
            start_new_session=True,
        )
        self.shown = b""

    def until(self, text: bytes, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.2)[0]:
                self.shown += os.read(self.ours, 65536)
        assert text in self.shown, self.shown[-2000:]

    def close(self) -> int:
        code = self.process.wait(30)
        while select.select([self.ours], [], [], 0.2)[0]:
            self.shown += os.read(self.ours, 65536)
        assert termios.tcgetattr(self.terminal) == self.before
        os.close(self.ours)
        os.close(self.terminal)
        return code


HIDE, SHOW, ENTER, LEAVE = b"\x1b[?25l", b"\x1b[?25h", b"\x1b[?1049h", b"\x1b[?1049l"


def test_an_animation_plays_to_its_end() -> None:
    played = Played("conv1d", "--weight", "1,0,-1", "--animate", "--speed", "50")
    played.until(LEAVE)
    assert played.close() == 0
    for i in range(1, 9):
        assert f"step {i} of 8".encode() in played.shown
    after = played.shown.rpartition(LEAVE)[2]
    assert b"step 8 of 8" in after  # the last picture stays
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)


def test_a_long_export_shows_how_far_it_is(tmp_path: Path) -> None:
    played = Played("conv2d", "--size", "16x16", "--export", str(tmp_path / "steps.gif"))
    played.until(b"drawing")
    played.until(b"wrote")
    assert played.close() == 0


def test_an_export_cut_short_leaves_nothing(tmp_path: Path) -> None:
    played = Played("conv2d", "--size", "16x16", "--export", str(tmp_path / "steps.gif"))
    played.until(b"drawing")
    played.process.send_signal(signal.SIGINT)
    assert played.close() == 130
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_an_animation_and_gives_the_terminal_back() -> None:
    played = Played("conv1d", "--animate", "--speed", "0.1")
    played.until(b"step 1 of 8")
    assert ENTER in played.shown
    played.process.send_signal(signal.SIGINT)
    played.until(LEAVE)
    assert played.close() == 130
    assert b"Traceback" not in played.shown
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)
