"""The command line: what there is to call, each command's module being imported only when it is called."""

import gc
import os
import re
import sys
import warnings
from copy import copy
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from convcli.layers import LAYERS, Windowed
from convcli.matching import nearest, same, same_class
from convcli.refusals import ConvcliError
from convcli.version import __version__
from convcli.wording import quoted

# name → (its function in this room, or for a layer what makes it of the name, what it does)
COMMANDS: dict[str, tuple[str, str]] = {
    name: ("layer.command", layer.summary.capitalize()) for name, layer in LAYERS.items() if issubclass(layer, Windowed)
} | {
    "formula": ("formula.command", "The output-size formula, worked step by step"),
    "blog": ("post.command", "The post's 12 experiments, replayed and checked number by number"),
    "play": ("browsing.command", "A layer as a live page, to watch and to change"),
    "explore": ("exploring.command", "The same under keys and mouse, in the terminal"),
    "filters": ("lookup.filters", "The classic filters: edges, blurs, Sobel and others"),
    "network": ("networks.command", "A whole model, layer by layer, up to the one that fails"),
    "explain": ("explaining.explain", "A PyTorch error message in plain words, with a fix"),
    "samples": ("lookup.samples", "What to feed a layer with: the post's tensors, a picture, a wave, a word"),
}
START, MORE, LOOK_UP = "Start here", "More layers", "Look things up"  # the panels of the help
PANELS = dict.fromkeys(LAYERS, MORE) | dict.fromkeys(("conv1d", "conv2d", "formula", "blog"), START)
SHORT = {
    "conv1d": "A learned kernel slides along a sequence",
    "conv2d": "The same over a picture",
    "conv3d": "The same through a volume",
    "blog": "The 12 experiments of the post, number by number",
}
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
COMPLETION = ("--install-completion", "--show-completion")
HERE = "this one"  # the shell that the program was called from
CONTEXT = {"help_option_names": ["-h", "--help"]}


class LazyGroup(TyperGroup):
    """A group that imports and builds only the command that was called."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for name in COMMANDS:
            self.add_command(row(name))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The panels of commands alone; the flags are in the last line."""
        from convcli.cli.panels import in_panels, is_narrow, show_narrow

        shown: Any = copy(self)
        shown.commands, shown.params, shown.add_help_option = rows(), [], False
        if is_narrow():
            panels: dict[str, list[tuple[str, str]]] = {}
            for name, each in shown.commands.items():
                panels.setdefault(each.rich_help_panel or "", []).append((name, each.help or ""))
            show_narrow(shown, ctx, panels)
        else:
            in_panels(partial(TyperGroup.format_help, shown, ctx, formatter))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if args and args[0].startswith("-") and not ctx.resilient_parsing:
            check_first(args, [flag for option in self.get_params(ctx) for flag in option.opts])
        return super().parse_args(ctx, [*args, HERE] if args and args[-1] in COMPLETION else args)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        name = same_class(args[0], COMMANDS)
        if name is None and not ctx.resilient_parsing:
            raise ConvcliError(f"there is no command {quoted(args[0])}", nearby(args[0]))
        return name, load(name) if name else None, args[1:]


def row(*names: str) -> TyperCommand:
    """What the help says of a command, or of several that differ in their axes alone."""
    said = SHORT.get(names[0], COMMANDS[names[0]][1])
    shown = "/".join([names[0], *(other[-2:] for other in names[1:])])
    return TyperCommand(shown, help=said, short_help=said, rich_help_panel=PANELS.get(names[0], LOOK_UP))


def rows() -> dict[str, TyperCommand]:
    """The commands as the help lists them, panel by panel.

    >>> list(rows())[4:7]
    ['conv3d', 'convtranspose1d/2d/3d', 'maxpool1d/2d/3d']
    """
    families: dict[tuple[str, str], list[str]] = {}
    for panel in (START, MORE, LOOK_UP):
        for name in COMMANDS:
            if PANELS.get(name, LOOK_UP) == panel:
                families.setdefault((panel, name[:-2] if panel == MORE else name), []).append(name)
    return {str(each.name): each for each in (row(*names) for names in families.values())}


def check_first(words: list[str], flags: list[str]) -> None:
    """Refuse a flag before a command, which isn't the program's own."""
    first = words[0].partition("=")[0]
    if first in flags:
        return
    at = next((i for i, word in enumerate(words) if same(word, COMMANDS)), None)
    command = "conv2d" if at is None else same(words[at], COMMANDS)
    rest = [word for i, word in enumerate(words) if i != at]
    raise ConvcliError(f"{first} goes after a command", f"try convcli {' '.join([command or '', *rest])}")


def nearby(typed: str) -> str:
    """The commands that may have been meant, those for pictures first."""
    from convcli.layers import without_windows  # noqa: F401  (enters what only networks have)

    if "(" in typed:
        return f"try convcli network '{typed}'"
    if layer := same_class(typed, LAYERS):
        return (
            f"nn.{LAYERS[layer].__name__} has no windows to draw: convcli network --help says how it stands in a chain"
        )
    near = nearest(typed, sorted(COMMANDS, key=lambda name: not name.endswith("2d")))
    if not near:
        return "convcli --help lists the commands"
    return f"did you mean {' or '.join(filter(None, [', '.join(near[:-1]), near[-1]]))}?"


def load(name: str) -> Any:
    """Build the real command of a name."""
    from convcli.cli.meant import Command
    from convcli.cli.panels import laid_out

    module, _, function_name = COMMANDS[name][0].partition(".")
    run = getattr(import_module(f"convcli.cli.{module}"), function_name)
    function = run(name) if name in LAYERS else run
    single = typer.Typer(add_completion=False, rich_markup_mode="rich", context_settings=CONTEXT)
    single.command(name, cls=Command, help=laid_out(function.__doc__))(function)
    command = typer.main.get_command(single)
    command.assumed = getattr(function, "assumed", {})  # type: ignore[attr-defined]
    return command


app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode="rich", context_settings=CONTEXT)


def _version(value: bool) -> None:
    if value:
        print(f"convcli {__version__}")
        raise typer.Exit()


def _for_a_shell(act: str, what: str) -> Any:
    """A flag that has Typer do something with a shell's completion."""

    def callback(ctx: typer.Context, param: typer.CallbackParam, value: str | None) -> None:
        if value is None or ctx.resilient_parsing:
            return
        if value not in (*SHELLS, HERE):
            raise ConvcliError(f"there is no completion for {quoted(value)}", f"there is one for {', '.join(SHELLS)}")
        getattr(import_module("typer.completion"), act)(ctx, param, True if value == HERE else value)

    said: dict[str, Any] = {"metavar": "[SHELL]", "help": what, "autocompletion": lambda: [*SHELLS]}
    return typer.Option(callback=callback, is_eager=True, **said)


@app.callback(
    invoke_without_command=True,
    epilog=rf"Also: --version · {' · '.join(COMPLETION)} \[SHELL]",
)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    install_completion: Annotated[
        str | None, _for_a_shell("install_callback", "Install completion, for the shell it is called from.")
    ] = None,
    show_completion: Annotated[
        str | None, _for_a_shell("show_callback", "Show the completion, for the shell it is called from.")
    ] = None,
) -> None:
    """Understand convolution: build a PyTorch layer from flags, run it, see why.

    convcli conv1d --kernel 3 --stride 2
    convcli conv2d --weight sobel-x --at 0,0
    convcli formula --size 224 --output 112

    Nothing is required: without flags, a command takes the post's own tensors.
    """
    if ctx.invoked_subcommand is None:
        ctx.get_help()


def complete_for_a_shell() -> None:
    """Let Typer answer a shell; what bash says of the line is taken as nothing where it isn't said."""
    from typer.completion import get_completion_inspect_parameters

    asked = os.environ["_CONVCLI_COMPLETE"]
    if not re.fullmatch(f"(complete|source)_({'|'.join(SHELLS)})", asked):
        raise ConvcliError(f"_CONVCLI_COMPLETE is {quoted(asked)}, which asks for nothing", "leave it unset")
    get_completion_inspect_parameters()  # what Typer does to know the shells where it adds these flags itself
    os.environ.setdefault("COMP_WORDS", "")
    if not re.fullmatch("[0-9]{1,9}", os.environ.get("COMP_CWORD", "")):
        os.environ["COMP_CWORD"] = "0"


def main(arguments: list[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 could not be done, 2 the request is wrong, 130 interrupted."""
    # Nothing here lives in cycles, and a walk through torch's objects would cost a quarter of the run.
    gc.disable()
    warnings.simplefilter("ignore")  # libraries warn their programmers; what a user has to know, we say
    from convcli.cli.exits import guard

    words = sys.argv[1:] if arguments is None else arguments
    shown = "--traceback" in words  # for maintainers: the whole of an unexpected error
    words = [word for word in words if word != "--traceback"]
    sys.exit(guard(lambda: _run(words), shown))


def _run(words: list[str]) -> Any:
    if "_CONVCLI_COMPLETE" in os.environ:
        complete_for_a_shell()
    return app(words, prog_name="convcli", standalone_mode=False)
