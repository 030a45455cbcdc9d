"""``blog``: the post's experiments, run again and compared with what it printed."""

from typing import Annotated

import typer

from convcli.cli.streams import screen, show, write
from convcli.cli.waiting import loading_torch
from convcli.data.samples import experiments
from convcli.refusals import ConvcliError
from convcli.views.replays import one, overview


def blog(
    name: Annotated[str | None, typer.Argument(help="One experiment in full, for example cnn1d_4.")] = None,
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
    if name not in (None, *names):
        raise ConvcliError(f"the post has no experiment {name!r}", f"it has {', '.join(names)}")
    with loading_torch():
        from convcli.engine.replay import replay

        replays = [each for each in replay(posts) if name in (None, each.experiment.name)]
    if as_json:
        from convcli.views.as_json import as_text, replay_object

        write(as_text({"experiments": [replay_object(each) for each in replays]}))
    elif name is not None:
        show(*one(replays[0], screen()))
    else:
        show(overview(replays))
    if not all(each.matches for each in replays):
        raise typer.Exit(1)
