"""``play``: a layer as the live page, in the browser."""

import webbrowser
from pathlib import Path
from tempfile import mkdtemp

from convcli.cli.any_layer import ARGUMENTS, FED, any_layer
from convcli.cli.flags import LayerFlags, RunFlags
from convcli.cli.layer import sources
from convcli.cli.streams import warn, write
from convcli.cli.waiting import loading_torch
from convcli.data.saving import WholeFiles
from convcli.limits import check_page
from convcli.memory import check_memory
from convcli.picks import pick
from convcli.plan import make_plan
from convcli.refusals import Failure
from convcli.report import Report


def play(name: str, arguments: LayerFlags, flags: RunFlags) -> None:
    """A layer as a live page in the browser: watch the kernel slide, change settings and numbers.

    \b
    convcli play
    convcli play conv2d --weight sobel-x --padding 1
    convcli play convtranspose2d --size 3x3 --stride 2 --at 2,2
    """
    plan = make_plan(name, arguments.arguments(ARGUMENTS), **sources(arguments, flags))
    picks = pick(plan, at=flags.at, draw=flags.at is not None)
    check_memory(plan)
    check_page(plan)
    report = Report(plan, picks)
    with loading_torch():
        report.values  # noqa: B018  (this is what runs torch)
    path = written(report)
    if not webbrowser.open(path.as_uri()):
        warn("there is no browser here to open it in")
    write(f"{path}\n")


def written(report: Report) -> Path:
    """The page as a file that stays, as the browser reads it whenever it likes."""
    from convcli.views.page import page

    name = report.plan.layer.type.lower()
    try:
        folder = Path(mkdtemp(prefix="convcli-"))
    except OSError as error:
        why = f"there is no temporary place to write to: {error.strerror}"
        raise Failure(why, f"name a file instead: convcli {name} --export page.html") from None
    path = folder / f"{name}.html"
    with WholeFiles([path], force=False) as (stream,):
        stream.write(page(report).encode())
    return path


command = any_layer(play, {*ARGUMENTS, *FED, "at"})
