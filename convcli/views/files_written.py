"""A report as a file: its output's values, or a picture of its steps."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO

from convcli.data.saving import write_values
from convcli.report import Report

# Passes items on, and may tell how many of so many it has seen.
Tracked = Callable[[Iterable[Any], int, str], Iterable[Any]]


def saved(report: Report, stream: BinaryIO, suffix: str, tracked: Tracked) -> str:
    """The output's values; returns what was written, in words."""
    return write_values(report.output, stream, suffix)


def exported(report: Report, stream: BinaryIO, suffix: str, tracked: Tracked) -> str:
    """The drawn steps; returns how many there are, in words."""
    from convcli.views import page, raster, svg
    from convcli.views.scene import make_scene

    places = report.picks.drawn
    count = len(places)
    steps = report.steps or [report.step(place) for place in tracked(places, count, "working out the steps")]
    scene = make_scene(report, steps)
    match suffix:
        case ".svg":
            stream.write(svg.drawing(scene).encode())
        case ".html":
            stream.write(page.page(report).encode())
        case ".png":
            raster.write_png(scene, stream)
        case ".gif":
            raster.write_gif(scene, stream, lambda pictures: tracked(pictures, count, "drawing"))
    still = "the last of " * (suffix == ".png" and count > 1)
    return f"{still}{count} step{'s' * (count > 1)}{scene.item}"
