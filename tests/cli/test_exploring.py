"""``explore`` on the command line: what it refuses, and what it is without Textual."""

import re
import signal
from collections.abc import Callable
from importlib.util import find_spec

import pytest

from convcli.cli import exploring, streams
from convcli.explore.knobs import Setup
from convcli.refusals import Failure
from tests.cli.terminal import LEAVE, SHOW, Played
from tests.conftest import Ran

Run = Callable[..., Ran]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "needs a terminal"),
        ("maxpool2d --kernel 2", "needs a terminal"),
        ("conv2d --speed 0", "0.01 to 100"),
        ("conv4d", "did you mean"),
        ("maxpool2d --groups 2", "takes no argument"),
        ("conv1d --kernel 99", "not one window fits"),
    ],
)
def test_what_cannot_be_explored(convcli: Run, arguments: str, said: str) -> None:
    ran = convcli("explore", *arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_textual_it_says_so_and_plays(convcli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[tuple[Setup, float | None]] = []
    monkeypatch.setattr(exploring, "find_spec", lambda name: None)
    monkeypatch.setattr(exploring, "played", lambda *what: played.append(what))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr(type(streams.out), "is_dumb_terminal", False)
    ran = convcli("explore", "conv1d", "--stride", "2", "--speed", "3")
    assert ran.code == 0
    assert "pip install 'convcli[explore]'" in ran.err
    [(setup, speed)] = played
    assert (setup.plan.output_shape, speed) == ((1, 1, 4), 3.0)


@pytest.mark.skipif(find_spec("textual") is None, reason="the extra 'explore' is not installed")
def test_on_a_terminal_the_first_screen_needs_no_torch() -> None:
    played = Played("explore", "conv1d", "--stride", "2")
    played.until(b"kernel_size")
    assert b"out[" not in played.shown
    played.until(b"out[")
    played.press(b"q")
    played.until(LEAVE)
    assert played.close() == 0
    assert b"nn.Conv1d(1, 1, kernel_size=3, stride=2)" in played.shown.rpartition(SHOW)[2]


def test_a_defect_is_one_line() -> None:
    broken = exploring.Broken("Traceback\n  somewhere\nValueError: no such thing\n")
    assert str(broken) == "ValueError: no such thing"
    assert "somewhere" in "".join(broken.__notes__)


@pytest.mark.skipif(find_spec("textual") is None, reason="the extra 'explore' is not installed")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_from_outside_it_gives_the_terminal_back(number: signal.Signals) -> None:
    played = Played("explore", "conv1d")
    played.until(b"kernel_size")
    played.process.send_signal(number)
    played.until(LEAVE)
    assert played.close() == 128 + number
    for mode in re.findall(rb"\x1b\[\?(1\d{3}|2004|2048)h", played.shown):
        assert played.shown.rfind(b"\x1b[?" + mode + b"l") > played.shown.rfind(b"\x1b[?" + mode + b"h"), mode
    assert played.shown.rfind(SHOW) > played.shown.rfind(b"\x1b[?25l")


def test_bytes_that_are_no_text_are_no_defect() -> None:
    for failure in (
        "Traceback\nUnicodeDecodeError: 'utf-8' codec can't decode byte 0xff",
        "│ Unicode │\n│ DecodeError │",
    ):
        assert isinstance(exploring.ended(failure), Failure)
    assert isinstance(exploring.ended("Traceback\nValueError: no such thing"), exploring.Broken)
