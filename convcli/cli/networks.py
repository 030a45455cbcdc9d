"""``network``: a whole model, layer by layer, up to the one that fails."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from convcli.cli.presenting import check_files, present, write_files
from convcli.cli.streams import warn
from convcli.cli.typed import NUMBER, PER_AXIS, Sizes, flag, spelled, typed_command, word, words
from convcli.cli.waiting import loading_torch
from convcli.data.files import read as read_array
from convcli.data.samples import SAMPLES
from convcli.network import known
from convcli.network.chain import Chain
from convcli.network.constants import arguments_of
from convcli.network.counting import CONVENTIONS
from convcli.network.looking import row_named
from convcli.network.reading import module_named
from convcli.network.study import Remark, Study, read_networks
from convcli.refusals import ConvcliError
from convcli.views.network_table import COLUMNS, SORTED
from convcli.views.network_views import NETWORK_BODY, NETWORK_VIEWS
from convcli.views.registry import View, chosen
from convcli.wording import plain

# The panels of the help, in their order.
ASKED: dict[str, Any] = {"rich_help_panel": "Model"}
BUILT: dict[str, Any] = {"rich_help_panel": "Run the code"}
TABLE: dict[str, Any] = {"rich_help_panel": "Table"}
INSTEAD: dict[str, Any] = {"rich_help_panel": "Ask and draw"}
WRITTEN: dict[str, Any] = {"rich_help_panel": "Output"}


def one_of(choices: Collection[str]) -> dict[str, Any]:
    """A flag that takes one of so many words."""
    return {"read": word(choices), "autocompletion": lambda: [*choices]}


@dataclass(frozen=True, eq=False, repr=False)
class NetworkFlags:
    """What ``network`` is asked."""

    models: tuple[str, ...] = flag(
        "MODELS",
        default=(),
        help="A known network, a file (print(model), calls, .py, FILE.py:Net), text, or - for stdin.",
        autocompletion=known.names,
    )
    size: tuple[Sizes, ...] = flag(
        "--size", default=(), help="The input, 3x224x224; with --run, each.", **PER_AXIS, **ASKED
    )
    compare: bool = flag("--compare", help="Several models side by side.", default=False, **ASKED)
    depth: int | None = flag("--depth", help="Fold what is deeper, with sums.", **NUMBER, **TABLE)
    columns: tuple[str, ...] | None = flag(
        "--columns", help=f"Of {', '.join(COLUMNS)}.", read=words(COLUMNS), metavar="NAMES", **TABLE
    )
    sort: str | None = flag(
        "--sort", help=f"The largest first: {', '.join(SORTED)}.", metavar="BY", **one_of(SORTED), **TABLE
    )
    convention: str | None = flag(
        "--convention",
        help=f"What a tool counts: {', '.join(CONVENTIONS)}.",
        metavar="TOOL",
        **one_of(CONVENTIONS),
        **TABLE,
    )
    full: bool = flag("--full", help="Every line, repeated blocks too.", default=False, **TABLE)
    output: Sizes | None = flag(
        "--output", "--to", help="Which input gives maps of this size, 7x7?", **PER_AXIS, **INSTEAD
    )
    receptive: str | None = flag(
        "--receptive", help="What one cell of this layer sees; last: of the last.", metavar="LAYER", **INSTEAD
    )
    export: str | None = flag("--export", help="Draw it: .svg .html .tex.", metavar="FILE", **INSTEAD)
    run: bool = flag("--run", help="Run the code of FILE.py:Net or module:Net.", default=False, **BUILT)
    args: tuple[list[Any], dict[str, Any]] | None = flag(
        "--args",
        help="What it is made with: '10, width=64'.",
        read=lambda typed, name: arguments_of(typed),
        metavar="ARGS",
        **BUILT,
    )
    input: str | None = flag("--input", "-i", help="Run it on these numbers.", metavar="ARRAY", **BUILT)
    as_json: bool = flag("--json", help="One JSON object on stdout.", default=False, **WRITTEN)
    as_csv: bool = flag("--csv", help="A line for each layer, with commas.", default=False, **WRITTEN)
    as_markdown: bool = flag("--markdown", help="A table for a README.", default=False, **WRITTEN)
    as_code: bool = flag("--code", help="A PyTorch script that builds and runs it.", default=False, **WRITTEN)
    force: bool = flag("--force", help="Write over an existing file.", default=False, **WRITTEN)


HOW_SHOWN = ("depth", "columns", "sort", "full", "convention")


def network(flags: NetworkFlags) -> None:
    """A whole model: shapes, parameters, MACs, receptive field, up to the layer that fails.

    \b
    convcli network alexnet
    convcli network "Conv2d(1, 6, 5); ReLU(); MaxPool2d(2); Flatten(); Linear(864, 10)" --size 28x28
    python -c "import net; print(net.model)" | convcli network -
    convcli network net.py:Net --size 3x32x32
    convcli network --compare "Conv2d(8, 8, 5)" "Conv2d(8, 8, 3); Conv2d(8, 8, 3)" --size 32x32
    """
    check(flags)
    views = chosen(lambda name: getattr(flags, name), NETWORK_VIEWS, NETWORK_BODY)
    check_files(views, flags)
    study = studied(flags)
    for view in views:
        if view.check:
            view.check(study)
    for name in without_effect(flags, views):
        warn(f"{name} changes nothing of what is shown here")
    write_files(study, views, flags)
    for view in views:
        present(view, study, flags)


def check(flags: NetworkFlags) -> None:
    """Refuse flags that say nothing together."""
    if len(flags.models) > 1 and not flags.compare:
        raise ConvcliError(f"{len(flags.models)} models were given", "add --compare to see them side by side")
    if flags.compare and len(flags.models) < 2:
        raise ConvcliError("--compare needs two models", "convcli network --compare vgg16 alexnet")
    of_run = {"--args": flags.args is not None, "--input": flags.input, "a second --size": flags.size[1:]}
    for name, asked in of_run.items():
        if asked and not flags.run:
            raise ConvcliError(f"{name} is for a model that is run", "add --run, which runs the code of FILE.py:Net")


def without_effect(flags: NetworkFlags, views: list[View]) -> list[str]:
    """The flags that were given and that no view goes by."""
    asked = [name for name in HOW_SHOWN if getattr(flags, name)]
    return [spelled(NetworkFlags, name) for name in asked if not any(name in view.settings for view in views)]


def studied(flags: NetworkFlags) -> Study:
    """The networks worked out, and how they are to be shown."""
    names = flags.models or ("tiny",)
    chains, remarks = run_networks(names, flags) if flags.run else read_networks(names, *flags.size[:1] or [None])
    if not flags.models:
        remarks += (("others", f"{', '.join(known.names())}; or your own: a file, a text, - for stdin"),)
    return Study(
        chains,
        names,
        remarks,
        depth=flags.depth,
        columns=flags.columns or (),
        sort=flags.sort or "",
        full=flags.full,
        convention=flags.convention or "",
        output=flags.output or (),
        receptive=flags.receptive or "",
        effective=effect(names[0], chains[0], flags) if flags.run and flags.receptive else "",
        export=flags.export or "",
    )


def run_networks(names: tuple[str, ...], flags: NetworkFlags) -> tuple[tuple[Chain, ...], tuple[Remark, ...]]:
    """Modules that are built and run, by the user's own wish; that they were, and on what."""
    targets = [module_named(name) for name in names]
    values, named = flags.args or ([], {})
    array = read_array(flags.input, SAMPLES) if flags.input is not None else None
    with loading_torch():
        from convcli.network.running import run_target

        chains = tuple(run_target(target, values, named, flags.size, array)[1] for target in targets)
    device = "the numbers of --input" if array else "the meta device, which holds no numbers"
    return chains, (("ran", f"the code of {plain(names[0])}, on {device}"),)


def effect(name: str, chain: Chain, flags: NetworkFlags) -> str:
    """How much of the input matters to the layer of ``--receptive``, in words."""
    row = row_named(chain, flags.receptive or "")
    values, named = flags.args or ([], {})
    with loading_torch():
        from convcli.network.running import effective

        return effective(module_named(name), values, named, chain.input_shape, row.name)


command = typed_command(network, NetworkFlags)
