"""The post's experiments on the screen: computed numbers beside the printed ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.data.samples import NEVER_RUN
from convcli.views.body import MAPS, numbers_of
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
        rows.add_row(
            Text(replay.experiment.name, style="muted"),
            Text(replay.plan.layer.code),
            Text(f"{list(replay.values.input.shape)} → {list(output.shape)}"),
            _verdict(replay, f"all {output.size} numbers", f"NOT all of {output.size} numbers"),
        )
    good = sum(replay.matches for replay in replays)
    worst = max(replay.largest_difference for replay in replays)
    return Group(
        Text(f"{good} of {len(replays)} experiments give the post's numbers again", style="bold"),
        Text(f"computed here, seed 0 once, layers in the post's order; largest difference {worst:.1e}", style="muted"),
        "",
        rows,
        "",
        Text(NEVER_RUN),
        Text("convcli blog cnn1d_4 shows one in full, with the post's slips.", style="muted"),
    )


def _verdict(replay: "Replay", good: str, bad: str) -> Text:
    return Text(good, style="bold") if replay.matches else Text(bad, style="wrong")


def one(replay: "Replay", screen: Screen) -> Iterator[RenderableType]:
    """An experiment in full: the layer, the computed values, the printed ones, the post's slips."""
    post, plan, output = replay.experiment, replay.plan, replay.values.output
    for slip in post.slips:
        yield Text(f"slip: {slip}", style="warning")
    if post.slips:
        yield ""
    yield from head(plan, screen)
    yield from numbers_of(plan, replay.values, screen)
    yield Text("the post printed", style="muted")
    printed = type(output)(output.shape, dtype=float)
    printed[...] = post.printed
    yield from grid(printed, MAPS, min(plan.layer.ndim, 2), screen.width).lines
    difference = f"; largest difference {replay.largest_difference:.1e}"
    yield _verdict(replay, "every number came back", "NOT every number came back").append(difference, style="muted")
