"""``explore``: a layer under keys and mouse; without Textual, its film."""

import gc
import os
import re
import sys
from importlib.util import find_spec

from convcli.cli.any_layer import ARGUMENTS, FED, any_layer
from convcli.cli.flags import LayerFlags, RunFlags
from convcli.cli.keyboard import keys
from convcli.cli.layer import sources
from convcli.cli.player import SCREEN_BACK, SPEED, check_speed, play
from convcli.cli.streams import out, show, warn
from convcli.cli.waiting import loading_torch
from convcli.explore.knobs import Setup
from convcli.process import undone
from convcli.refusals import ConvcliError, Failure
from convcli.report import Report

# What Textual has a terminal report, turned off again: mouse, focus, pasting, its size, keys as kitty sends them.
MODES_BACK = b"".join(b"\x1b[?%dl" % mode for mode in (1000, 1003, 1015, 1006, 1016, 1004, 2004, 2048)) + b"\x1b[<u"
MODES_BACK += SCREEN_BACK
INSTALL = "pip install 'convcli[explore]'"


class Broken(Exception):
    """The explorer ended where it should have gone on: its last word, and all of them for a maintainer."""

    def __init__(self, failure: str) -> None:
        super().__init__(failure.strip().splitlines()[-1])
        self.add_note(failure)


def explore(name: str, arguments: LayerFlags, flags: RunFlags) -> None:
    """A layer under keys and mouse: turn its settings, watch the kernel, choose a cell.

    \b
    convcli explore
    convcli explore conv2d --weight sobel-x --padding 1
    convcli explore maxpool2d --kernel 2 --size 6x6
    """
    check_speed(flags.speed)
    setup = Setup.of(name, arguments.arguments(ARGUMENTS), **sources(arguments, flags))
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()) or out.is_dumb_terminal:
        raise ConvcliError("explore needs a terminal with keys", f"convcli {name} shows the same in lines")
    if find_spec("textual") is None:
        warn(f"explore needs Textual, {INSTALL}; without it the steps are played")
        played(setup, flags.speed)
        return
    from convcli.explore.explorer import Explorer

    gc.enable()
    explorer = Explorer(setup, os.environ.get("CONVCLI_THEME", ""), flags.speed or SPEED)
    with keys(), undone(lambda: os.write(2, MODES_BACK)):
        explorer.run()
    if explorer.return_code == 130:
        raise KeyboardInterrupt
    if explorer.failure:
        raise ended(explorer.failure)
    show(explorer.setup.plan.layer.code)


def ended(failure: str) -> Exception:
    """What is told of a failure; Textual takes bytes from the terminal for UTF-8, and its words may be in pieces."""
    if "UnicodeDecodeError" in re.sub(r"\W", "", failure):
        return Failure("the terminal sent bytes that aren't UTF-8", "have it send UTF-8, then start again")
    return Broken(failure)


def played(setup: Setup, speed: float | None) -> None:
    """What can be seen without Textual."""
    from convcli.views.film import Film

    report = Report(setup.plan)
    with loading_torch():
        report.values  # noqa: B018  (this is what runs torch)
    play(Film(report), speed)


command = any_layer(explore, {*ARGUMENTS, *FED, "speed"})
