"""``--export``: a layer's steps as a picture."""

import re
from collections.abc import Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcli import arrays
from convcli.cli import terminal
from convcli.errors import ConvcliError

if TYPE_CHECKING:
    from convcli.forward import Result
    from convcli.steps import Place
    from convcli.views.scene import Scene

__all__ = ["SUFFIXES", "chosen", "draw", "write"]

SUFFIXES = (".svg", ".gif", ".png", ".html")
MOST_STEPS = 400


def chosen(shape: Sequence[int], picked: "Sequence[Place]", region: str | None) -> "Sequence[Place]":
    """The output cells to draw: those picked, else those of ``region``, else the first batch item's.

    Raises:
        ConvcliError: no such region, or more cells than a picture can tell of.
    """
    if picked and region:
        raise ConvcliError("--region, and --at or --steps, both say which output cells to draw", "choose one")
    ranges = _ranges(shape, region)
    if len({place[0] for place in picked}) > 1 or len(ranges[0]) > 1:
        axes = ",".join(f"0:{size}" for size in shape[1:])
        raise ConvcliError("a picture shows one batch item, and these steps are of several", f"try --region 1:2,{axes}")
    count = len(picked) or prod(map(len, ranges))
    if count > MOST_STEPS:
        side = int(MOST_STEPS ** (1 / (len(shape) - 2)))
        part = ",".join((["0:1"] if shape[1] > 1 else []) + [f"0:{min(side, size)}" for size in shape[2:]])
        raise ConvcliError(
            f"the output has {count:,} cells to draw; {MOST_STEPS} steps are the most",
            f"draw a part of it: --region {part} (a range for each axis{', channels first' * (shape[1] > 1)})",
        )
    return picked or list(product(*ranges))


def draw(result: "Result", places: "Sequence[Place]", cropped: bool) -> "Scene":
    """Lay out the steps of some output cells.

    Raises:
        ConvcliError: they would make too large a picture.
    """
    from convcli.steps import step
    from convcli.views.scene import make_scene

    count = len(places)
    steps = [step(result, place) for place in terminal.tracked(places, count, "working out the steps")]
    return make_scene(result, steps, cropped)


def write(scene: "Scene", target: Path, force: bool) -> None:
    """Draw a scene into a file, in the format of its suffix."""
    from convcli.views import html, raster, svg

    count = len(scene.frames)

    def into(stream: Any) -> None:
        match target.suffix.lower():
            case ".svg":
                stream.write(svg.drawing(scene).encode())
            case ".html":
                stream.write(html.page(scene).encode())
            case ".png":
                raster.write_png(scene, stream)
            case ".gif":
                raster.write_gif(scene, stream, lambda pictures: terminal.tracked(pictures, count, "drawing"))

    arrays.write_whole(target, into, force)
    still = "the last of " * (target.suffix.lower() == ".png" and count > 1)
    terminal.warn(f"wrote {target}: {still}{count} step{'s' * (count > 1)}{scene.item}")


def _ranges(shape: Sequence[int], region: str | None) -> list[range]:
    """The output cells of ``0:16,0:16``; of axes left out, channels are taken whole, the batch's first item alone."""
    slices = [slice(1)] + [slice(None)] * (len(shape) - 1)
    if region is not None:
        parts = [re.fullmatch(r"(-?\d{1,18})?:(-?\d{1,18})?", part.strip()) for part in region.split(",")]
        if None in parts or not 0 <= (left_out := len(shape) - len(parts)) <= 2:
            axes = ",".join(["0:16"] * (len(shape) - 2))
            raise ConvcliError(f"--region {region!r} isn't a range for each axis", f"try --region {axes}")
        slices[left_out:] = [slice(*(int(end) if end else None for end in part.groups())) for part in parts if part]
    found = [range(size)[part] for size, part in zip(shape, slices, strict=True)]
    if not all(found):
        raise ConvcliError(f"--region {region} holds no output cell: the output is {list(shape)}", "ranges start at 0")
    return found
