"""``--animate``: a layer's steps played in the terminal."""

import sys
import time
from typing import TYPE_CHECKING

from convcli.cli.streams import out, show
from convcli.refusals import ConvcliError

if TYPE_CHECKING:
    from convcli.views.film import Film


SPEED = 2.0
SLOWEST, FASTEST = 0.01, 100.0


def check_playable(animate: bool, speed: float | None) -> None:
    """Refuse what could not be played, before anything is shown."""
    if speed is not None and not animate:
        raise ConvcliError("--speed is the speed of --animate", "add --animate, or leave --speed out")
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise ConvcliError(f"--speed {speed:g} is out of range", f"give {SLOWEST:g} to {FASTEST:g} steps a second")
    # Not Rich's own answer: FORCE_COLOR makes it take a file for a terminal.
    if animate and (not sys.stdout.isatty() or out.is_dumb_terminal):
        raise ConvcliError(
            "--animate plays in a terminal, and the output isn't going to one that can",
            "try --steps for the same in words, or --export FILE for a picture",
        )


def play(film: "Film", speed: float | None) -> None:
    """Play a film on a screen of its own; the last picture then stays on the usual one.

    However it ends, Ctrl-C included, the terminal is given back as it was.
    """
    from rich.live import Live

    with Live(console=out, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        for i in range(len(film.steps)):
            # Asked for anew each time, as the window may be resized.
            live.update(film.frame(i, out.width, out.height), refresh=True)
            time.sleep(1 / (speed or SPEED))
    show("", film.frame(len(film.steps) - 1, out.width, out.height, playing=False))
