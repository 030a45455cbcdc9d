"""Views that were chosen, shown by their medium: printed, written to stdout as they are, played, or as a file."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from convcli.cli.streams import screen, show, warn, write
from convcli.cli.waiting import tracked
from convcli.data.saving import WholeFile, check_target
from convcli.refusals import ConvcliError
from convcli.views.registry import View


def check_files(views: Sequence[View], flags: Any) -> None:
    """Refuse files that can't be written, before any work is done for them."""
    written = [view for view in views if view.medium == "file"]
    for view in written:
        check_target(Path(getattr(flags, view.flags[0])), view.suffixes, flags.force)
    for one, other in combinations([view.flags[0] for view in written], 2):
        if Path(getattr(flags, one)).absolute() == Path(getattr(flags, other)).absolute():
            raise ConvcliError(f"--{one} and --{other} name the same file", f"give --{other} a name of its own")


def present(view: View, report: Any, flags: Any) -> None:
    """Show one view of what was worked out; ``flags`` are those that asked for it."""
    match view.medium:
        case "lines":
            show(*view.render(report, screen(flags.full)))
        case "text":
            write(view.render(report))
        case "film":
            from convcli.cli.player import play

            play(view.render(report), flags.speed)
        case "file":
            target = Path(getattr(flags, view.flags[0]))
            with WholeFile(target, flags.force) as stream:
                said = view.render(report, stream, target.suffix.lower(), tracked)
            warn(f"wrote {target}: {said}")
