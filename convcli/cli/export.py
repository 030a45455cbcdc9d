"""``--export``: a layer's steps as a picture."""

import re
from collections.abc import Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcli import arrays
from convcli.cli import terminal
from convcli.cli.steps import check_terms
from convcli.errors import ConvcliError

if TYPE_CHECKING:
    from convcli.plan import Plan
    from convcli.steps import Place
    from convcli.views.scene import Scene

__all__ = ["SUFFIXES", "chosen", "write"]

SUFFIXES = (".svg", ".gif", ".png", ".html")
MOST_STEPS = 400
LEADING = (", batch and channels first", ", channels first", "")


def chosen(plan: "Plan", picked: "Sequence[Place]", region: str | None) -> "Sequence[Place]":
    """The output cells to draw: those picked, else those of ``region``, else the first batch item's.

    Raises:
        ConvcliError: no such region, or more cells than a picture can tell of.
    """
    if picked and region:
        raise ConvcliError("--region, and --at or --steps, both say which output cells to draw", "choose one")
    shape = plan.output_shape
    ranges = _ranges(shape, region)
    if picked:
        ranges = [range(min(along), max(along) + 1) for along in zip(*picked, strict=True)]
    count = len(picked) or prod(map(len, ranges))
    if len(ranges[0]) == 1 and count <= MOST_STEPS:
        places = picked or list(product(*ranges))
        check_terms(plan, len(places))
        return places
    side = int(MOST_STEPS ** (1 / (len(shape) - 2)))
    most = (1, 1, *[side] * (len(shape) - 2))
    parts = [f"{part[0]}:{part[0] + min(len(part), size)}" for part, size in zip(ranges, most, strict=True)]
    left_out = 0 if len(ranges[0]) > 1 or ranges[0][0] else 1 if shape[1] > 1 else 2
    fix = f"draw a part of it: --region {','.join(parts[left_out:])} (a range for each axis{LEADING[left_out]})"
    if len(ranges[0]) > 1:
        raise ConvcliError("a picture shows one batch item, and these steps are of several", fix)
    raise ConvcliError(f"the output has {count:,} cells to draw; {MOST_STEPS} steps are the most", fix)


def write(scene: "Scene", target: Path, force: bool) -> None:
    """Draw a scene into a file, in the format of its suffix.

    Raises:
        ConvcliError: the file can't be written, or is there and not to be written over.
    """
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
