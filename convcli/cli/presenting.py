"""Views that were chosen, shown by their medium: printed, written to stdout as they are, played, or as a file."""

import os
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, BinaryIO

from convcli.cli.streams import screen, show, warn, write
from convcli.cli.waiting import tracked
from convcli.data.saving import WholeFiles, check_target
from convcli.refusals import ConvcliError
from convcli.views.registry import View


def targets(views: Sequence[View], flags: Any) -> dict[View, Path]:
    """The views that are files, and where."""
    return {view: Path(getattr(flags, view.flags[0])) for view in views if view.medium == "file"}


def check_files(views: Sequence[View], flags: Any) -> None:
    """Refuse files that can't be written, before any work is done for them."""
    files = targets(views, flags)
    for view, path in files.items():
        check_target(path, view.suffixes, flags.force)
    for (one, path), (other, same) in combinations(files.items(), 2):
        if os.path.realpath(path) == os.path.realpath(same):  # Path's own raises where links go round
            names = f"--{one.flags[0]} and --{other.flags[0]}"
            raise ConvcliError(f"{names} name the same file", f"give --{other.flags[0]} a name of its own")


def write_files(report: Any, views: Sequence[View], flags: Any) -> None:
    """Write what was asked for as files: all of them or none."""
    files = targets(views, flags)
    with WholeFiles([*files.values()], flags.force) as streams:
        rendered = zip(files.items(), streams, strict=True)
        said = [rendered_to(view, report, stream, path, flags) for (view, path), stream in rendered]
    for path, words in zip(files.values(), said, strict=True):
        warn(f"wrote {path}: {words}")


def rendered_to(view: View, report: Any, stream: BinaryIO, path: Path, flags: Any) -> str:
    """Write one file; returns what was written, in words."""
    looks = {name: getattr(flags, name) for name in view.takes}
    said: str = view.render(report, stream, path.suffix.lower(), tracked, **looks)
    return said


def present(view: View, report: Any, flags: Any) -> None:
    """Show one view of what was worked out by its medium, if it isn't a file."""
    match view.medium:
        case "lines":
            for part in view.render(report, screen(flags.full)):  # each as soon as it is worked out
                show(part)
        case "text":
            text = view.render(report)
            for part in [text] if isinstance(text, str) else text:
                write(part)
        case "film":
            from convcli.cli.player import play

            play(view.render(report), flags.speed)
