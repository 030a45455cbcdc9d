"""The post's experiments on the screen: computed numbers beside the printed ones."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.samples import NEVER_RUN
from convcli.views.tables import body, head, table

if TYPE_CHECKING:
    from convcli.replay import Replay

__all__ = ["one", "overview"]


def overview(replays: "list[Replay]") -> RenderableType:
    """One row an experiment: layer, shapes, and whether each printed number came back."""
    rows = table("", "layer", "input → output", "came back", left=4)
    for found in replays:
        output = found.result.output
        verdict = "all {} numbers" if found.matches else "NOT all of {} numbers"
        rows.add_row(
            Text(found.experiment.name, style="cyan"),
            Text(found.result.plan.layer.code),
            Text(f"{list(found.result.input.shape)} → {list(output.shape)}"),
            Text(verdict.format(output.size), style="green" if found.matches else "bold red"),
        )
    good = sum(found.matches for found in replays)
    worst = max(found.largest_difference for found in replays)
    return Group(
        Text(f"{good} of {len(replays)} experiments give the post's numbers again", style="bold"),
        Text(f"computed here, seed 0 once, layers in the post's order; largest difference {worst:.1e}", style="dim"),
        "",
        rows,
        "",
        Text(NEVER_RUN),
        Text("convcli blog cnn1d_4 shows one in full, with the post's slips.", style="dim"),
    )


def one(found: "Replay", width: int) -> Iterator[RenderableType]:
    """An experiment in full: the layer, the computed values, the printed ones, the post's slips."""
    from convcli.views.values import grid

    post, plan = found.experiment, found.result.plan
    for slip in post.slips:
        yield Text(f"slip: {slip}", style="yellow")
    if post.slips:
        yield ""
    yield head(plan)
    yield from body(found.result, width)
    yield Text("the post printed", style="cyan")
    printed = type(found.result.output)(found.result.output.shape, dtype=float)
    printed[...] = post.printed
    rows = min(plan.layer.ndim, 2)
    for line in grid(printed, ("batch", "channel"), rows, width):
        yield Text(line)
    if found.matches:
        verdict = Text("every number came back", style="green")
    else:
        verdict = Text("NOT every number came back", style="bold red")
    yield verdict.append(f"; largest difference {found.largest_difference:.1e}", style="dim")
