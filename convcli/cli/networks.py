"""``network``: a whole model, layer by layer, up to the one that fails."""

from typing import Annotated, Any

import typer

from convcli.cli.streams import err, in_colour, out, show
from convcli.cli.typed import sizes, whole
from convcli.network.chain import Chain, work_out
from convcli.network.counting import CONVENTIONS
from convcli.network.fitting import shape_of, smallest
from convcli.network.notation import NotationError
from convcli.network.reading import Named, read_model
from convcli.refusals import ConvcliError
from convcli.views.network_table import COLUMNS, SORTED, Wish, shown
from convcli.views.widgets import Screen
from convcli.wording import plain

Text = str | None


def network(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="A known network, a file (print(model), calls, .py, FILE.py:Net), text, or - for stdin."),
    ] = None,
    size: Annotated[list[str] | None, typer.Option("--size", help="The input, 3x224x224; else the smallest.")] = None,
    depth: Annotated[Text, typer.Option("--depth", help="Fold what is deeper, with sums.", metavar="N")] = None,
    columns: Annotated[Text, typer.Option("--columns", help=f"Of {', '.join(COLUMNS)}.", metavar="NAMES")] = None,
    sort: Annotated[Text, typer.Option("--sort", help=f"The largest first: {', '.join(SORTED)}.", metavar="BY")] = None,
    convention: Annotated[
        Text, typer.Option("--convention", help=f"What a tool counts: {', '.join(CONVENTIONS)}.", metavar="TOOL")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Every line, repeated blocks too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """A whole model: shapes, parameters, MACs, receptive field, up to the layer that fails.

    \b
    convcli network alexnet
    convcli network "Conv2d(1, 6, 5); ReLU(); MaxPool2d(2); Flatten(); Linear(864, 10)" --size 28x28
    python -c "import net; print(net.model)" | convcli network -
    convcli network net.py:Net --size 3x32x32
    """
    try:
        named = [read_model(model) for model in models or ["tiny"]]
    except NotationError as error:
        complain_at(error)
        raise typer.Exit(2) from None
    wish = Wish(
        depth=whole(depth, "--depth") if depth is not None else None,
        columns=names_of(columns, "--columns", COLUMNS),
        sort=one_of(sort, "--sort", SORTED),
        full=full,
        convention=one_of(convention, "--convention", CONVENTIONS),
    )
    chain = worked_out(named[0], size)
    show(*shown(chain, Screen(out.width, in_colour(), full), wish))


def worked_out(named: Named, size: list[str] | None) -> Chain:
    """The chain of a model on the input that was asked for, or its usual one, or the smallest that gets through."""
    if size:
        return work_out(named.model, shape_of(named.model, sizes(size[0], "--size")))
    if named.size:
        return work_out(named.model, (1, *named.size))
    return smallest(named.model)


def one_of(typed: str | None, flag: str, choices: Any) -> str:
    """A word of those that there are."""
    if typed is None:
        return ""
    if typed not in choices:
        from difflib import get_close_matches

        near = get_close_matches(typed, choices, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ConvcliError(f"{flag} {typed!r} is unknown", f"{meant}it takes {', '.join(choices)}")
    return typed


def names_of(typed: str | None, flag: str, choices: Any) -> tuple[str, ...]:
    """Several words, with commas between them."""
    return tuple(one_of(name.strip(), flag, choices) for name in typed.split(",")) if typed else ()


def complain_at(error: NotationError) -> None:
    """An error in a text, with the place where it is."""
    from rich.text import Text as RichText

    line, caret = error.shown
    err.print(RichText("convcli: ", style="wrong").append(plain(error.why), style="default not bold"))
    err.print(RichText(f"  {plain(line)}\n  {caret}"))
    if error.fix:
        err.print(RichText(f"  {plain(error.fix)}"))
