"""``--animate``: a layer's steps played in the terminal."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from convcli.cli import terminal
from convcli.errors import ConvcliError

if TYPE_CHECKING:
    from convcli.forward import Result
    from convcli.steps import Step

__all__ = ["check", "play"]

SPEED = 2.0
SLOWEST, FASTEST = 0.01, 100.0


def check(animate: bool, speed: float | None) -> None:
    """Refuse what could not be played, before anything is shown.

    Raises:
        ConvcliError: stdout is no terminal, or the speed is none.
    """
    if not animate:
        if speed is not None:
            raise ConvcliError("--speed is the speed of --animate", "add --animate, or leave --speed out")
        return
    if speed is not None and not SLOWEST <= speed <= FASTEST:
        raise ConvcliError(f"--speed {speed:g} is out of range", f"give {SLOWEST:g} to {FASTEST:g} steps a second")
    # Not Rich's own answer: FORCE_COLOR makes it take a file for a terminal.
    if not sys.stdout.isatty() or terminal.out.is_dumb_terminal:
        raise ConvcliError(
            "--animate plays in a terminal, and the output isn't going to one that can",
            "try --steps for the same in words, or --export FILE for a picture",
        )


def play(result: "Result", steps: "Sequence[Step]", speed: float | None) -> None:
    """Play the steps on a screen of their own; the last picture then stays on the usual one.

    However it ends, Ctrl-C included, the terminal is given back as it was.
    """
    from rich.live import Live

    from convcli.views.animation import Film

    film, console = Film(result, steps), terminal.out
    with Live(console=console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
        for i in range(len(steps)):
            # Asked for anew each time, as the window may be resized.
            live.update(film.frame(i, console.width, console.height), refresh=True)
            time.sleep(1 / (speed or SPEED))
    terminal.show("", film.frame(len(steps) - 1, console.width, console.height, playing=False))
