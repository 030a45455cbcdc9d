"""``--animate``: a layer's steps played in the terminal, under keys."""

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcli.cli.keyboard import Keys, keys
from convcli.cli.streams import out, show
from convcli.process import undone
from convcli.refusals import ConvcliError

if TYPE_CHECKING:
    from rich.live import Live

    from convcli.views.film import Film


SCREEN_BACK = b"\x1b[?1049l\x1b[?25h"  # the usual one, with its cursor
SPEED = 2.0
SLOWEST, FASTEST = 0.01, 100.0
GLANCE = 0.1  # seconds after which the size of the screen is looked at again
HELP = (
    "arrows: step, row · PgUp PgDn: channel · Home End · q quits",
    "arrows: step, row · Home End · q quits",
    "arrows step · q quits",
)
SPACE = {"playing": "space pauses", "paused": "space plays", "at the end": "space plays again"}


def check_playable(animate: bool, speed: float | None) -> None:
    """Refuse what could not be played, before anything is shown."""
    if speed is not None and not animate:
        raise ConvcliError("--speed needs --animate", "add --animate, or leave --speed out")
    check_speed(speed)
    # Not Rich's own answer: FORCE_COLOR makes it take a file for a terminal.
    if animate and (not sys.stdout.isatty() or out.is_dumb_terminal):
        raise ConvcliError(
            "--animate plays in a terminal, and the output isn't going to one that can",
            "try --steps for the same in words, or --export FILE for a picture",
        )


def check_speed(speed: float | None) -> None:
    """Refuse a speed that nobody could follow, or wait for."""
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise ConvcliError(f"--speed {speed:g} is out of range", f"give {SLOWEST:g} to {FASTEST:g} steps a second")


@dataclass
class Reel:
    """Where a film stands, and whether it runs."""

    film: "Film"
    at: int = 0
    playing: bool = True

    @property
    def state(self) -> str:
        return "playing" if self.playing else "at the end" if self.at == len(self.film) - 1 else "paused"

    @property
    def says(self) -> tuple[str, ...]:
        """What may stand beside the step's number, the longest first."""
        state = self.state
        return (*(f"{state} · {SPACE[state]} · {keys}" for keys in HELP), f"{SPACE[state]} · q quits", "q quits")

    def advance(self) -> None:
        """The next step; the last one stays."""
        if self.playing:
            self.at = self.film.moved(self.at, "right")
            self.playing = self.at < len(self.film) - 1

    def press(self, key: str) -> None:
        """Space plays or pauses, from the start where the film has ended; any other key that moves it pauses it."""
        if key == " ":
            self.at = 0 if self.state == "at the end" else self.at
            self.playing = not self.playing and len(self.film) > 1
        elif (to := self.film.moved(self.at, key)) != self.at:
            self.at, self.playing = to, False


def play(film: "Film", speed: float | None) -> None:
    """Play a film on a screen of its own; the last picture then stays on the usual one.

    However it ends, Ctrl-C included, the terminal is given back as it was.
    """
    from rich.live import Live

    reel = Reel(film, playing=len(film) > 1)
    live = Live(console=out, screen=True, auto_refresh=False, vertical_overflow="crop")
    with keys() as key, undone(lambda: os.write(1, SCREEN_BACK)), live:
        _run(reel, key, live, 1 / (speed or SPEED))
    show("", film.frame(reel.at, out.width, out.height))


def _run(reel: Reel, pressed: Keys, live: "Live", pause: float) -> None:
    """Play until a key ends it, or the film where there are no keys."""
    shown, due = None, time.monotonic() + pause
    while True:
        if (now := (reel.at, reel.state, out.size)) != shown:
            live.update(reel.film.frame(reel.at, *out.size, *reel.says), refresh=True)
            shown = now
        wait = min(GLANCE, max(0.0, due - time.monotonic())) if reel.playing else GLANCE
        key = pressed(wait)
        if key in ("q", "Q", "escape") or (key is None and not reel.playing):
            return
        if key is None:
            time.sleep(wait)
        elif key:
            reel.press(key)
            due = time.monotonic() + pause
        if time.monotonic() >= due:
            reel.advance()
            due = time.monotonic() + pause
