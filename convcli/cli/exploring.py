"""``explore``: a layer under keys and mouse; without Textual, its film."""

import gc
import inspect
import os
import sys
from functools import partial
from importlib.util import find_spec
from typing import Annotated, Any

import typer

from convcli.cli.flags import LayerFlags, RunFlags
from convcli.cli.layer import sources
from convcli.cli.player import SPEED, check_speed, play
from convcli.cli.streams import out, show, warn
from convcli.cli.typed import typed_command
from convcli.cli.waiting import loading_torch
from convcli.explore.knobs import Setup
from convcli.layers import LAYERS
from convcli.matching import same
from convcli.refusals import ConvcliError
from convcli.report import Report

TAKES = {*LayerFlags.__dataclass_fields__, "input", "size", "seed", "weight", "bias_values", "flip", "speed"}
INSTALL = "pip install 'convcli[explore]'"


def explore(name: str, arguments: LayerFlags, flags: RunFlags) -> None:
    """A layer under keys and mouse: turn its settings, watch the kernel, choose a cell.

    \b
    convcli explore
    convcli explore conv2d --weight sobel-x --padding 1
    convcli explore maxpool2d --kernel 2 --size 6x6
    """
    check_speed(flags.speed)
    name = same(name.removeprefix("torch.").removeprefix("nn."), LAYERS) or name
    setup = Setup.of(name, arguments.arguments(LayerFlags.__dataclass_fields__), **sources(arguments, flags))
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()) or out.is_dumb_terminal:
        raise ConvcliError("explore needs a terminal with keys", f"convcli {name} shows the same in lines")
    if find_spec("textual") is None:
        warn(f"explore needs Textual, {INSTALL}; without it the steps are played")
        played(setup, flags.speed)
        return
    from convcli.explore.explorer import Explorer

    gc.enable()
    explorer = Explorer(setup, os.environ.get("CONVCLI_THEME", ""), flags.speed or SPEED)
    explorer.run()
    if explorer.return_code == 130:
        raise KeyboardInterrupt
    if explorer._exception:
        raise explorer._exception
    show(explorer.setup.plan.layer.code)


def played(setup: Setup, speed: float | None) -> None:
    """What can be seen without Textual."""
    from convcli.views.film import Film

    report = Report(setup.plan)
    with loading_torch():
        report.values  # noqa: B018  (this is what runs torch)
    play(Film(report), speed)


def command(layer: str = "conv2d", **typed: Any) -> None:
    """Typer's function, whose parameters stand below: a layer's name, and the flags of all layers."""
    typed_command(partial(explore, layer), LayerFlags, RunFlags, takes=TAKES.__contains__)(**typed)


_flags = inspect.signature(typed_command(explore, LayerFlags, RunFlags, takes=TAKES.__contains__)).parameters.values()
_layer = typer.Argument(help="A torch.nn class in lower case.", autocompletion=lambda: [*LAYERS])
_first = inspect.Parameter(
    "layer", inspect.Parameter.POSITIONAL_OR_KEYWORD, default="conv2d", annotation=Annotated[str, _layer]
)
command.__signature__ = inspect.Signature([_first, *_flags])  # type: ignore[attr-defined]
command.__doc__ = explore.__doc__
