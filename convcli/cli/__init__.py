"""The command line: turns flags into a request, picks a view, and answers errors.

Each command's module is imported only when that command is called; the list below is all that the
help of the whole program needs.
"""

import gc
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from convcli import __version__
from convcli.layers import AXIS_NAMES, KINDS

__all__ = ["COMMANDS", "app", "main"]

# name → (the module that has it, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    f"{name}{ndim}d": ("layers", f"nn.{kind.name}{ndim}d: {kind.summary}")
    for name, kind in KINDS.items()
    for ndim in AXIS_NAMES
} | {
    "formula": ("formula", "The output-size formula, worked step by step"),
    "blog": ("blog", "The post's 12 experiments, replayed and checked number by number"),
    "filters": ("filters", "The classic filters: edges, blurs, Sobel and others"),
    "explain": ("explain", "A PyTorch error message in plain words, with a fix"),
    "samples": ("samples", "The post's three tensors"),
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """A group that imports and builds only the command that was called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, (_, summary) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary, short_help=summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        from convcli.cli.steps import with_value

        name, command, rest = super().resolve_command(ctx, with_value(args))
        return name, load(name) if command and name else command, rest


def load(name: str) -> Any:
    """Build the real command of a name."""
    module = import_module(f"convcli.cli.{COMMANDS[name][0]}")
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
    single.command(name)(module.command(name))
    return typer.main.get_command(single)


app = typer.Typer(cls=LazyGroup, rich_markup_mode=None, context_settings=CONTEXT)


def _version(value: bool) -> None:
    if value:
        print(f"convcli {__version__}")
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Understand convolution: build a PyTorch layer from flags, run it, see why.

    \b
    convcli conv1d --kernel 3 --stride 2
    convcli conv2d --in 3 --out 5
    convcli formula --size 224 --kernel 7 --stride 2 --padding 3

    Nothing is required: every command without flags shows something on the post's own tensors.
    """
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 could not be done, 2 the request is wrong, 130 interrupted."""
    # Nothing here lives in cycles, and a walk through torch's objects would cost a quarter of the run.
    gc.disable()
    from convcli.cli import terminal

    # Ended from outside, it still takes away a file half written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(terminal.guard(lambda: app(arguments, prog_name="convcli", standalone_mode=False)))
