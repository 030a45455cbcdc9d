"""The post's experiments on the screen: computed numbers beside the printed ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.data.samples import NEVER_RUN
from convcli.views.body import numbers_of
from convcli.views.grid import grid
from convcli.views.head import head
from convcli.views.widgets import Screen, table

if TYPE_CHECKING:
    from convcli.engine.replay import Replay


def overview(replays: "list[Replay]") -> RenderableType:
    """One row an experiment: layer, shapes, and whether each printed number came back."""
    rows = table("", "layer", "input → output", "came back", left=4)
    for replay in replays:
        output = replay.values.output
        verdict = "all {} numbers" if replay.matches else "NOT all of {} numbers"
        rows.add_row(
            Text(replay.experiment.name, style="cyan"),
            Text(replay.plan.layer.code),
            Text(f"{list(replay.values.input.shape)} → {list(output.shape)}"),
            Text(verdict.format(output.size), style="green" if replay.matches else "bold red"),
        )
    good = sum(replay.matches for replay in replays)
    worst = max(replay.largest_difference for replay in replays)
    return Group(
        Text(f"{good} of {len(replays)} experiments give the post's numbers again", style="bold"),
        Text(f"computed here, seed 0 once, layers in the post's order; largest difference {worst:.1e}", style="dim"),
        "",
        rows,
        "",
        Text(NEVER_RUN),
        Text("convcli blog cnn1d_4 shows one in full, with the post's slips.", style="dim"),
    )


def one(replay: "Replay", screen: Screen) -> Iterator[RenderableType]:
    """An experiment in full: the layer, the computed values, the printed ones, the post's slips."""
    post, plan = replay.experiment, replay.plan
    for slip in post.slips:
        yield Text(f"slip: {slip}", style="yellow")
    if post.slips:
        yield ""
    yield head(plan)
    yield from numbers_of(plan, replay.values, screen)
    yield Text("the post printed", style="cyan")
    printed = type(replay.values.output)(replay.values.output.shape, dtype=float)
    printed[...] = post.printed
    rows = min(plan.layer.ndim, 2)
    for line in grid(printed, ("batch", "channel"), rows, screen.width):
        yield Text(line)
    if replay.matches:
        verdict = Text("every number came back", style="green")
    else:
        verdict = Text("NOT every number came back", style="bold red")
    yield verdict.append(f"; largest difference {replay.largest_difference:.1e}", style="dim")
