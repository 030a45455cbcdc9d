"""What can't be played is refused; a film plays under keys, and a terminal is given back as it was."""

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convcli.cli.player import Reel, check_playable
from convcli.plan import make_plan
from convcli.refusals import ConvcliError
from convcli.report import Report
from convcli.views.film import Film
from tests.cli.terminal import ENTER, HIDE, LEAVE, SHOW, Played, termios
from tests.conftest import Ran


def test_without_animate_only_a_speed_is_wrong() -> None:
    check_playable(False, None)
    with pytest.raises(ConvcliError, match="add --animate"):
        check_playable(False, 2.0)


@pytest.mark.parametrize("speed", [None, 0.0, float("nan"), 1000.0])
def test_a_stream_that_is_no_terminal_or_a_speed_that_is_none(speed: float | None) -> None:
    with pytest.raises(ConvcliError, match="0.01 to 100" if speed is not None else "try --steps"):
        check_playable(True, speed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --animate", "try --steps"),
        ("conv1d --animate --json", "leave --animate out"),
        ("conv1d --animate --from 4", "leave --from out"),
        ("conv1d --speed 2", "add --animate"),
        ("conv1d --animate --speed 0", "0.01 to 100"),
        ("conv1d --animate --speed nan", "0.01 to 100"),
    ],
)
def test_what_cannot_be_played(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_space_plays_and_pauses_and_other_keys_pause() -> None:
    reel = Reel(Film(Report(make_plan("conv1d", {}))))  # 8 steps
    reel.advance()
    assert (reel.at, reel.state) == (1, "playing")
    reel.press(" ")
    reel.advance()
    assert (reel.at, reel.state) == (1, "paused")
    reel.press(" ")
    reel.press("right")
    assert (reel.at, reel.state) == (2, "paused")
    reel.press("up")  # leads nowhere: nothing changes
    assert (reel.at, reel.state) == (2, "paused")
    reel.press("end")
    assert (reel.at, reel.state) == (7, "at the end")
    reel.press(" ")
    assert (reel.at, reel.state) == (0, "playing")
    for _ in range(9):
        reel.advance()
    assert (reel.at, reel.state) == (7, "at the end")
    assert all("q quits" in said for said in reel.says)


LEFT, RIGHT, DOWN, HOME, END = b"\x1b[D", b"\x1bOC", b"\x1b[B", b"\x1b[1~", b"\x1b[F"


def test_a_film_under_keys() -> None:
    played = Played("conv2d", "--size", "6x6", "--weight", "sobel-x", "--animate", "--speed", "50")
    played.until(b"step 16 of 16")
    assert ENTER in played.shown and HIDE in played.shown
    played.until(b"at the end")
    for key, step in ((HOME, 1), (DOWN, 5), (RIGHT, 6), (LEFT, 5)):
        played.press(key)
        played.until(f"step {step} of 16 · paused".encode())
    played.press(b" ")
    played.until(b"playing")
    played.press(b" ")
    played.until(b"paused")
    played.shown = b""
    played.resize(50, 15)
    played.until(b" of 16")
    assert b"Home End" not in played.shown  # there is no room for it
    played.press(b"q")
    played.until(LEAVE)
    assert played.close() == 0
    after = played.shown.rpartition(LEAVE)[2]
    assert b"out[0, 0, " in after and b"quits" not in after  # the last picture stays
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)


@pytest.mark.parametrize(("end", "code"), [(b"\x03", 130), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_the_terminal_is_given_back_however_it_ends(end: Any, code: int) -> None:
    played = Played("conv1d", "--animate", "--speed", "0.1")
    played.until(b"step 1 of 8")
    assert termios.tcgetattr(played.terminal) != played.before
    played.press(end) if isinstance(end, bytes) else played.process.send_signal(end)
    played.until(LEAVE)
    assert played.close() == code
    assert b"Traceback" not in played.shown
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)


def test_keys_come_from_the_terminal_where_stdin_is_a_pipe() -> None:
    played = Played("conv1d", "--animate", "--speed", "0.1", stdin=subprocess.DEVNULL)
    played.until(b"step 1 of 8")
    played.press(END)
    played.until(b"step 8 of 8")
    played.press(b"\x1b")
    assert played.close() == 0


def test_without_keys_it_plays_to_its_end() -> None:
    """As under a recorder that types nothing: no terminal to read from."""
    played = Played("conv1d", "--animate", "--speed", "50", stdin=subprocess.DEVNULL, controlling=False)
    played.until(LEAVE)
    assert played.close() == 0
    for i in range(1, 9):
        assert f"step {i} of 8".encode() in played.shown


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
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)
    assert list(tmp_path.iterdir()) == []
