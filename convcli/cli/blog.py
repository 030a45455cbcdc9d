"""``blog``: the post's experiments, run again and compared with what it printed."""

from collections.abc import Callable
from typing import Annotated

import typer

from convcli.cli import options, terminal
from convcli.errors import ConvcliError
from convcli.samples import experiments
from convcli.views import blog as view

__all__ = ["command"]


def command(name: str) -> Callable[..., None]:
    return blog


def blog(
    name: Annotated[options.Text, typer.Argument(help="One experiment in full, for example cnn1d_4.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The post's 12 experiments, replayed and checked number by number.

    \b
    convcli blog
    convcli blog cnn1d_4

    torch is seeded with 0 once, then the 12 layers are built in the post's order. Every number is
    computed here and compared with the one the post printed; exit 1 if any differs.
    """
    posts = experiments()
    names = [post.name for post in posts]
    if name is not None and name not in names:
        raise ConvcliError(f"the post has no experiment {name!r}", f"it has {', '.join(names)}")
    with terminal.loading_torch():
        from convcli.replay import replay

        replays = replay(posts)
    if name is not None:
        replays = [found for found in replays if found.experiment.name == name]
    if as_json:
        from convcli.views import json

        terminal.write(json.dump({"experiments": [json.replay_object(found) for found in replays]}) + "\n")
    elif name is not None:
        terminal.show(*view.one(replays[0], terminal.out.width))
    else:
        terminal.show(view.overview(replays))
    if not all(found.matches for found in replays):
        raise typer.Exit(1)
