"""``network``: a whole model, layer by layer, up to the one that fails."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from convcli.cli.streams import err, screen, show, warn, write
from convcli.cli.typed import sizes, whole
from convcli.cli.waiting import loading_torch
from convcli.data.files import read as read_array
from convcli.data.samples import SAMPLES
from convcli.data.saving import WholeFiles, check_target
from convcli.matching import nearest
from convcli.network import known
from convcli.network.chain import Chain, work_out
from convcli.network.constants import arguments_of
from convcli.network.counting import CONVENTIONS
from convcli.network.fitting import shape_of, sizes_giving, smallest
from convcli.network.looking import row_named
from convcli.network.notation import NotationError
from convcli.network.python_file import NoSuchModel, Source, WhichModel
from convcli.network.reading import Named, read_file, read_model
from convcli.refusals import ConvcliError
from convcli.views.as_json import as_text
from convcli.views.network_table import COLUMNS, SORTED, Wish, shown
from convcli.views.network_texts import as_csv as csv_text
from convcli.views.network_texts import as_markdown as markdown_text
from convcli.views.network_texts import as_object, network_script
from convcli.wording import plain, quoted

Text = str | None
PICTURES = (".svg", ".html", ".tex")


def network(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="A known network, a file (print(model), calls, .py, FILE.py:Net), text, or - for stdin."),
    ] = None,
    size: Annotated[
        list[str] | None, typer.Option("--size", help="The input, 3x224x224; with --run, each.", metavar="SIZES")
    ] = None,
    output: Annotated[
        Text, typer.Option("--output", "--to", help="Which input gives maps of this size, 7x7?", metavar="SIZES")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Several models side by side.")] = False,
    depth: Annotated[Text, typer.Option("--depth", help="Fold what is deeper, with sums.", metavar="N")] = None,
    columns: Annotated[Text, typer.Option("--columns", help=f"Of {', '.join(COLUMNS)}.", metavar="NAMES")] = None,
    sort: Annotated[Text, typer.Option("--sort", help=f"The largest first: {', '.join(SORTED)}.", metavar="BY")] = None,
    convention: Annotated[
        Text, typer.Option("--convention", help=f"What a tool counts: {', '.join(CONVENTIONS)}.", metavar="TOOL")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run the code of FILE.py:Net or module:Net.")] = False,
    args: Annotated[Text, typer.Option("--args", help="What it is made with: '10, width=64'.", metavar="ARGS")] = None,
    input: Annotated[Text, typer.Option("--input", "-i", help="Run it on these numbers.", metavar="ARRAY")] = None,
    receptive: Annotated[
        Text, typer.Option("--receptive", help="What one cell of this layer sees; last: of the last.", metavar="LAYER")
    ] = None,
    export: Annotated[Text, typer.Option("--export", help="Draw it: .svg .html .tex.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every line, repeated blocks too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="A line for each layer, with commas.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="A table for a README.")] = False,
    as_code: Annotated[bool, typer.Option("--code", help="A PyTorch script that builds and runs it.")] = False,
) -> None:
    """A whole model: shapes, parameters, MACs, receptive field, up to the layer that fails.

    \b
    convcli network alexnet
    convcli network "Conv2d(1, 6, 5); ReLU(); MaxPool2d(2); Flatten(); Linear(864, 10)" --size 28x28
    python -c "import net; print(net.model)" | convcli network -
    convcli network net.py:Net --size 3x32x32
    convcli network --compare "Conv2d(8, 8, 5)" "Conv2d(8, 8, 3); Conv2d(8, 8, 3)" --size 32x32
    """
    texts = {"--json": as_json, "--csv": as_csv, "--markdown": as_markdown, "--code": as_code}
    asked = [flag for flag, on in texts.items() if on]
    names, shapes = models or ["tiny"], [sizes(each, "--size") for each in size or []]
    target = sizes(output, "--output") if output is not None else None
    wish = Wish(
        depth=whole(depth, "--depth") if depth is not None else None,
        columns=names_of(columns, "--columns", COLUMNS),
        sort=one_of(sort, "--sort", SORTED),
        full=full,
        convention=one_of(convention, "--convention", CONVENTIONS),
    )
    check(asked, names, compare, run, {"--args": args, "--input": input, "a second --size": shapes[1:] or None})
    made = Made(*arguments_of(args or ""), shapes, input)
    if run:
        chains, remarks = [run_module(name, made) for name in names], ran(names, input)
    else:
        chains, remarks = read_chains(names, shapes, bool(models))
    effect = said_effect(names[0], made, chains[0], receptive) if run and receptive else ""
    if export is not None:
        export_picture(chains[0], Path(export), force, receptive, wish.depth)
    if compare:
        show_compared(chains, names, as_json)
    elif target is not None:
        show_sizes(chains[0], target, as_json)
    elif as_json:
        write(as_object(chains[0], wish.convention))
    elif asked:
        write({"--csv": csv_text, "--markdown": markdown_text, "--code": network_script}[asked[0]](chains[0]))
    elif receptive is not None:
        from convcli.views.network_receptive import drawn

        row = row_named(chains[0], receptive)
        show(*drawn(chains[0], row, screen(full), effect))
    else:
        show(*shown(chains[0], screen(full), replace(wish, remarks=tuple(remarks))))


class Made(NamedTuple):
    """What a module is made with, and run on."""

    values: list[Any]
    named: dict[str, Any]
    shapes: list[tuple[int, ...]]
    input: str | None


def check(asked: list[str], names: list[str], compare: bool, run: bool, of_run: dict[str, Any]) -> None:
    """Refuse flags that say nothing together."""
    if len(asked) > 1:
        raise ConvcliError(f"{asked[0]} and {asked[1]} both need stdout to themselves", "choose one")
    if len(names) > 1 and not compare:
        raise ConvcliError(f"{len(names)} models were given", "add --compare to see them side by side")
    if compare and len(names) < 2:
        raise ConvcliError("--compare needs two models", "convcli network --compare vgg16 alexnet")
    if compare and (texts := [flag for flag in asked if flag != "--json"]):
        raise ConvcliError(f"{texts[0]} shows one model", "leave --compare out, or take --json")
    for flag, value in of_run.items():
        if value is not None and not run:
            raise ConvcliError(f"{flag} is for a model that is run", "add --run, which runs the code of FILE.py:Net")


def read_chains(
    names: list[str], shapes: list[tuple[int, ...]], were_named: bool
) -> tuple[list[Chain], list[tuple[str, str]]]:
    """The chains of models that are read, and what there is to say of the first."""
    try:
        named = [read_model(name) for name in names]
    except NotationError as error:
        complain_at(error)
        raise typer.Exit(2) from None
    chains = [worked_out(each, shapes[0] if shapes else None) for each in named]
    return chains, list(remarks_of(named[0], chains[0], shapes, were_named))


def ran(names: list[str], input: str | None) -> list[tuple[str, str]]:
    """That code was run, and on what."""
    device = "the numbers of --input" if input else "the meta device, which holds no numbers"
    return [("ran", f"the code of {plain(names[0])}, on {device}")]


def said_effect(name: str, made: Made, chain: Chain, receptive: str) -> str:
    """The effective receptive field of a layer of a module, in words."""
    row = row_named(chain, receptive)
    with loading_torch():
        from convcli.network.running import effective

        return effective(target_of(name), made.values, made.named, chain.input_shape, row.name)


def target_of(name: str) -> str:
    """What is to be run, its class named."""
    place, _, within = name.rpartition(":")
    if name.endswith(".py"):  # whatever its path: Windows' have a colon of their own
        models = Source.of(read_file(name)).models
        if len(models) != 1:
            raise WhichModel(file=name, names=models) if models else NoSuchModel(name="", names=[])
        return f"{name}:{models[0]}"
    if not (place and within):
        raise ConvcliError(f"--run takes FILE.py:Net or module:Net, not {quoted(name)}", "name the class after a colon")
    return name


def run_module(name: str, made: Made) -> Chain:
    """The chain of a module that is built and run."""
    target, array = target_of(name), read_array(made.input, SAMPLES) if made.input is not None else None
    with loading_torch():
        from convcli.network.running import run_target

        return run_target(target, made.values, made.named, made.shapes, array)[1]


def worked_out(named: Named, size: tuple[int, ...] | None) -> Chain:
    """The chain of a model on the input that was asked for, or its usual one, or the smallest that gets through."""
    if size is not None:
        return work_out(named.model, shape_of(named.model, size))
    return work_out(named.model, (1, *named.size)) if named.size else smallest(named.model)


def remarks_of(named: Named, chain: Chain, size: object, models: object) -> Iterator[tuple[str, str]]:
    """Where the input comes from, and what was published."""
    if not size and not named.size and chain.failed is None:
        yield "input", "the smallest that gets through; --size says another"
    if named.source:
        yield "source", named.source
    if named.published:
        yield "published", named.published
    if not models:
        yield "others", f"{', '.join(known.names())}; or your own: a file, a text, - for stdin"


def export_picture(chain: Chain, path: Path, force: bool, receptive: str | None, depth: int | None) -> None:
    """The network as blocks, or what a cell of a layer sees, in a file."""
    from convcli.network.blocks import blocks
    from convcli.views.network_picture import blocks_svg, blocks_tex, in_page
    from convcli.views.network_receptive import field_svg

    check_target(path, PICTURES[:2] if receptive else PICTURES, force)
    if receptive is not None:
        text, what = field_svg(chain, row_named(chain, receptive)), "the receptive field"
    else:
        made = blocks(chain, depth)
        tex = path.suffix.lower() == ".tex"
        text, what = (blocks_tex if tex else blocks_svg)(chain, made), f"{len(made)} blocks"
    if path.suffix.lower() == ".html":
        text = in_page(text, chain.model.name or "a network")
    with WholeFiles([path], force) as (stream,):
        stream.write(text.encode())
    warn(f"wrote {path}: {what}")


def show_compared(chains: list[Chain], names: list[str], as_json: bool) -> None:
    """Networks side by side."""
    from convcli.views.network_compared import compared, compared_object

    if as_json:
        write(as_text(compared_object(chains, names)))
    else:
        show(*compared(chains, names))


def show_sizes(chain: Chain, target: tuple[int, ...], as_json: bool) -> None:
    """Which input gives an output size."""
    from convcli.views.network_compared import sizes_said

    name, ranges = sizes_giving(chain, target)
    if as_json:
        write(as_text({"layer": name, "sizes": [[each.start, each.stop - 1] for each in ranges]}))
    else:
        show(*sizes_said(name, target, ranges))


def one_of(typed: str | None, flag: str, choices: Any) -> str:
    """A word of those that there are."""
    if typed is None:
        return ""
    if typed not in choices:
        near = nearest(typed, choices, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ConvcliError(f"{flag} {quoted(typed)} is unknown", f"{meant}it takes {', '.join(choices)}")
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
