"""The command line: what there is to call, each command's module being imported only when it is called."""

import gc
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from convcli.layers import LAYERS, Windowed
from convcli.matching import nearest, same
from convcli.refusals import ConvcliError
from convcli.version import __version__

# name → (its function in this room, or for a layer what makes it of the name, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    name: ("layer.command", f"nn.{layer.__name__}: {layer.summary}")
    for name, layer in LAYERS.items()
    if issubclass(layer, Windowed)
} | {
    "formula": ("formula.command", "The output-size formula, worked step by step"),
    "blog": ("post.command", "The post's 12 experiments, replayed and checked number by number"),
    "filters": ("lookup.filters", "The classic filters: edges, blurs, Sobel and others"),
    "explain": ("explaining.explain", "A PyTorch error message in plain words, with a fix"),
    "samples": ("lookup.samples", "What to feed a layer with: the post's tensors, a picture, a wave, a word"),
}
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class LazyGroup(TyperGroup):
    """A group that imports and builds only the command that was called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name, (_, summary) in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary, short_help=summary))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and not ctx.resilient_parsing:
            check_first(args, [flag for option in self.get_params(ctx) for flag in option.opts])
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name = same(args[0].removeprefix("torch.").removeprefix("nn."), COMMANDS)
        if name is None and not ctx.resilient_parsing:
            raise ConvcliError(f"there is no command {args[0]!r}", nearby(args[0]))
        return name, load(name) if name else None, args[1:]


def check_first(words: list[str], flags: list[str]) -> None:
    """Refuse a flag before a command, which isn't the program's own."""
    first = words[0].partition("=")[0]
    if first in flags:
        return
    at = next((i for i, word in enumerate(words) if same(word, COMMANDS)), None)
    command = "conv2d" if at is None else same(words[at], COMMANDS)
    rest = [word for i, word in enumerate(words) if i != at]
    raise ConvcliError(f"{first} belongs behind a command", f"try convcli {' '.join([command or '', *rest])}")


def nearby(typed: str) -> str:
    """The commands that may have been meant, those for pictures first."""
    near = nearest(typed, sorted(COMMANDS, key=lambda name: not name.endswith("2d")))
    if not near:
        return "convcli --help lists the commands"
    return f"did you mean {' or '.join(filter(None, [', '.join(near[:-1]), near[-1]]))}?"


def load(name: str) -> Any:
    """Build the real command of a name."""
    from convcli.cli.meant import Command

    module, _, function = COMMANDS[name][0].partition(".")
    run = getattr(import_module(f"convcli.cli.{module}"), function)
    single = typer.Typer(add_completion=False, rich_markup_mode=None, context_settings=CONTEXT)
    single.command(name, cls=Command)(run(name) if name in LAYERS else run)
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
