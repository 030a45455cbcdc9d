"""The command line: what there is to call, each command's module being imported only when it is called."""

import gc
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from convcli.layers import LAYERS, Windowed
from convcli.version import __version__

# name → (its function in this room, or for a layer what makes it of the name, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    name: ("layer.command", f"nn.{layer.__name__}: {layer.summary}")
    for name, layer in LAYERS.items()
    if issubclass(layer, Windowed)
} | {
    "formula": ("formula.command", "The output-size formula, worked step by step"),
    "blog": ("post.blog", "The post's 12 experiments, replayed and checked number by number"),
    "filters": ("lookup.filters", "The classic filters: edges, blurs, Sobel and others"),
    "network": ("networks.network", "A whole model, layer by layer, up to the one that fails"),
    "explain": ("explaining.explain", "A PyTorch error message in plain words, with a fix"),
    "samples": ("lookup.samples", "The post's three tensors"),
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """A group that imports and builds only the command that was called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, (_, summary) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary, short_help=summary))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, with_value(args))
        return name, load(name) if command and name else command, rest


def with_value(arguments: list[str]) -> list[str]:
    """Give a bare ``--steps`` its value, as the parser knows no flag whose value may be left out.

    >>> with_value(["--steps", "--json"]), with_value(["--steps", "0:4"])
    (['--steps', 'first', '--json'], ['--steps', '0:4'])
    """
    filled = []
    for argument, following in zip(arguments, [*arguments[1:], "-"], strict=True):
        filled.append(argument)
        if argument == "--steps" and following.startswith("-"):
            filled.append("first")
    return filled


def load(name: str) -> Any:
    """Build the real command of a name."""
    module, _, function = COMMANDS[name][0].partition(".")
    run = getattr(import_module(f"convcli.cli.{module}"), function)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
    single.command(name)(run(name) if name in LAYERS else run)
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
    from convcli.cli.exits import guard

    # Ended from outside, it still takes away a file half written.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    words = sys.argv[1:] if arguments is None else arguments
    shown = "--traceback" in words  # for maintainers: the whole of an unexpected error
    words = [word for word in words if word != "--traceback"]
    sys.exit(guard(lambda: app(words, prog_name="convcli", standalone_mode=False), shown))
