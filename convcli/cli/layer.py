"""The layer commands: flags in, a plan, and the views that were asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from convcli.cli.flags import LayerFlags, RunFlags, assumed, helps, takes
from convcli.cli.player import check_playable
from convcli.cli.presenting import check_files, present, write_files
from convcli.cli.streams import screen, show, warn
from convcli.cli.typed import PICTURE_THEMES, typed_command
from convcli.cli.waiting import loading_torch
from convcli.data.arrays import Array
from convcli.data.files import read
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES, as_in_the_post, weights_in_the_post
from convcli.layers import LAYERS
from convcli.memory import check_memory, check_work, long_words
from convcli.picks import pick
from convcli.plan import Plan, make_plan
from convcli.refusals import BelongsTo, Contradiction
from convcli.report import Report
from convcli.traps import traps
from convcli.views.files_written import check_format
from convcli.views.head import head
from convcli.views.registry import View, chosen

HELP = """nn.{type}: {summary}.

\b
{examples}

The flags under Layer are the arguments of torch.nn.{type}, and its spelling works as well: --{argument} 3.
"""
# What is worth trying, by the command or its family.
EXAMPLES = {
    "conv1d": (
        "--kernel 3 --stride 2 --at -1",
        "--input 1,2,3,4,5 --weight 1,0,-1 --steps",
        "--in 2 --out 5 --padding same --shapes",
    ),
    "conv2d": (
        "--weight sobel-x --at 0,0",
        "--size 3x224x224 --out 64 -k 7 -s 2 -p 3 --shapes",
        "--input photo.png --weight sharpen --save out.png",
        "--groups 3 --out 3 --code",
    ),
    "conv3d": ("--kernel 1x3x3 --at 0", "--size 8x16x16 --padding 1 --shapes"),
    "convtranspose": ("--stride 2 --at 0", "--stride 2 --output-padding 1 --shapes"),
    "maxpool": ("--kernel 2 --at 0", "--kernel 2 --ceil-mode --return-indices"),
    "avgpool": ("--kernel 2 --at 0", "--kernel 3 --padding 1 --no-count-include-pad"),
    "lppool": ("--norm-type 1 --at 0", "--norm-type inf"),
    "adaptiveavgpool": ("--output-size 3 --coverage", "--output-size 2 --steps all"),
    "adaptivemaxpool": ("--output-size 3 --steps all", "--output-size 2 --return-indices"),
    "unfold": ("--size 4x4 --kernel 2 --stride 2", "--kernel 2 --coverage"),
}


def command(name: str) -> Callable[..., None]:
    """The function behind ``conv1d`` and its like, with a flag for each argument of the class."""
    layer = LAYERS[name]

    def run(arguments: LayerFlags, flags: RunFlags) -> None:
        run_layer(name, arguments, flags)

    tried = EXAMPLES.get(name) or EXAMPLES.get(name.rstrip("123d"), ("",))
    run.__doc__ = HELP.format(
        type=layer.__name__,
        summary=layer.summary,
        examples="\n".join(f"convcli {name} {more}".rstrip() for more in tried),
        argument="kernel_size" if "kernel_size" in layer.defaults() else "output_size",
    )
    made = typed_command(run, LayerFlags, RunFlags, takes=takes(layer).__contains__, helps=helps(layer))
    made.assumed = assumed(layer)
    return made  # type: ignore[no-any-return]


def run_layer(name: str, arguments: LayerFlags, flags: RunFlags) -> None:
    """Check, plan, choose views, refuse; then show the head, run, and show the rest."""
    views = checked_views(flags)
    report = checked_report(planned(name, arguments, flags), views, flags)
    begin(report, views)
    run_torch(report, views)
    write_files(report, views, flags)
    for view in views:
        present(view, report, flags)


def checked_views(flags: RunFlags) -> list[View]:
    """The views asked for, with everything refused that can be before there is a plan."""
    views = chosen(lambda flag: getattr(flags, flag))
    check(views, flags)
    return views


def checked_report(plan: Plan, views: list[View], flags: RunFlags) -> Report:
    """What the views are to show, with everything refused that hasn't been; nothing has run yet."""
    report = Report(plan, picked(plan, flags))
    for view in views:
        if view.check:
            view.check(plan, report.picks)
    if flags.export:
        check_format(Path(flags.export).suffix.lower(), plan)
    if any(view.needs == "values" for view in views):
        check_memory(plan, report.picks)
        check_work(plan)
    return report


def begin(report: Report, views: list[View], *before: RenderableType) -> None:
    """Show what is known without torch, unless a view has stdout to itself."""
    with_head = not any(view.owns_stdout for view in views)
    if with_head:
        show(*before, *head(report.plan, screen()))
    for text in traps(report.plan) if with_head else report.warnings:  # the head tells what is unread itself
        warn(text)


def run_torch(report: Report, views: list[View]) -> bool:
    """Run torch where a view needs values; whether it did."""
    needed = any(view.needs == "values" for view in views)
    if needed:
        if words := long_words(report.plan):
            warn(words)
        with loading_torch():
            report.values  # noqa: B018  (this is what runs torch)
    return needed


def check(views: list[View], flags: RunFlags) -> None:
    """Refuse flags that say nothing together, and files that can't be written."""
    if flags.region and not flags.export:
        raise BelongsTo(name="region", owner="export", example="steps.svg")
    if flags.theme != PICTURE_THEMES[0] and not flags.export:
        raise BelongsTo(name="theme", owner="export", example="steps.svg")
    check_playable(flags.animate, flags.speed)
    check_files(views, flags)


def planned(name: str, arguments: LayerFlags, flags: RunFlags) -> Plan:
    """The plan of what was typed."""
    return make_plan(name, arguments.arguments(LAYERS[name].defaults()), **sources(arguments, flags))


def sources(arguments: LayerFlags, flags: RunFlags) -> dict[str, Any]:
    """What goes in, and the weights: what a plan is made of besides the layer's arguments."""
    if flags.bias_values is not None and not arguments.bias:
        raise Contradiction(one="bias_values", other="bias")
    weight = array(flags.weight and as_in_the_post(flags.weight), weights_in_the_post)
    return {
        "input": array(flags.input),
        "size": flags.size,
        "weight": weight,
        "bias": array(flags.bias_values),
        "seed": flags.seed,
        "flip": flags.flip,
        "depthwise": weight is not None and weight.source in FILTERS,
    }


def picked(plan: Plan, flags: RunFlags) -> Any:
    """What is to be looked into; what plays or is drawn without a word of which, is all of it."""
    inside = {"at": flags.at, "from_cell": flags.from_cell, "of_weight": flags.of_weight}
    draw, region = flags.export is not None, flags.region
    return pick(plan, steps=flags.steps, coverage=flags.coverage, draw=draw, region=region, **inside)


def array(text: str | None, more: Callable[[], dict[str, Array]] = dict) -> Array | None:
    """An array that was named, ``more`` names being known; a .pt file needs torch to be read at all."""
    if text is None:
        return None
    named = SAMPLES | {name: each.array for name, each in FILTERS.items()} | more()
    if text.endswith((".pt", ".pth")):
        with loading_torch():
            return read(text, named)
    return read(text, named)
