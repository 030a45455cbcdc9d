"""``--export``: a layer's steps as a picture."""

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

__all__ = ["MOST_STEPS", "SUFFIXES", "chosen", "export"]

SUFFIXES = (".svg", ".gif", ".png", ".html")
MOST_STEPS = 400
Place = tuple[int, ...]


def chosen(shape: Sequence[int], picked: Sequence[Place], region: str | None) -> Sequence[Place]:
    """The output cells to draw: those picked, else those of ``region``, else the first batch item's.

    Raises:
        ConvcliError: no such region, or more cells than a picture can tell of.
    """
    ranges = _ranges(shape, region)
    count = len(picked) or prod(map(len, ranges))
    if count > MOST_STEPS:
        raise ConvcliError(
            f"the output has {count:,} cells to draw; {MOST_STEPS} steps are the most",
            "draw a part of it: --region 0:16,0:16 (a range for each axis; channels may come first)",
        )
    return picked or [(0, *index) for index in product(*ranges)]


def export(result: "Result", target: Path, places: Sequence[Place], cropped: bool, force: bool) -> None:
    """Draw the steps of some output cells into a file."""
    from convcli.steps import step
    from convcli.views import html, raster, scene, svg

    count = len(places)
    steps = [step(result, place) for place in terminal.tracked(places, count, "working out the steps")]
    drawn = scene.make_scene(result, steps, cropped)

    def write(stream: Any) -> None:
        match target.suffix.lower():
            case ".svg":
                stream.write(svg.drawing(drawn).encode())
            case ".html":
                stream.write(html.page(drawn).encode())
            case ".png":
                raster.write_png(drawn, stream)
            case ".gif":
                raster.write_gif(drawn, stream, lambda pictures: terminal.tracked(pictures, count, "drawing"))

    arrays.write_whole(target, write, force)
    batch = f", of the first of {len(result.output)} batch items" if len(result.output) > 1 else ""
    terminal.warn(f"wrote {target}: {count} step{'s' * (count > 1)}{batch}")


def _ranges(shape: Sequence[int], region: str | None) -> list[range]:
    """The output cells of ``0:16,0:16``: channels first, all of them where only the other axes are named."""
    sizes = shape[1:]
    if region is None:
        return [range(size) for size in sizes]
    try:
        parts = [slice(*(int(n) if n else None for n in part.split(":"))) for part in region.split(",")]
        parts = [slice(None)] * (len(sizes) - 1 == len(parts)) + parts
        found = [range(size)[part] for size, part in zip(sizes, parts, strict=True)]
    except (TypeError, ValueError):
        raise ConvcliError(f"--region {region!r} isn't a range for each axis", "try --region 0:16,0:16") from None
    if not all(found):
        raise ConvcliError(f"--region {region} holds no output cell: the output is {list(shape)}")
    return found
