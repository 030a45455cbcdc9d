"""``--export``: a layer's steps as a picture."""

from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convcli import arrays
from convcli.cli import terminal
from convcli.errors import ConvcliError

if TYPE_CHECKING:
    from convcli.forward import Result
    from convcli.steps import Step

__all__ = ["MOST_STEPS", "SUFFIXES", "export"]

SUFFIXES = (".svg", ".gif", ".png", ".html")
MOST_STEPS = 400


def export(result: "Result", target: Path, picked: "list[Step]", region: str | None, force: bool) -> None:
    """Draw the steps picked, else the output's, or those of ``region``, into a file."""
    from convcli.steps import step
    from convcli.views import html, raster, svg
    from convcli.views.scene import make_scene

    ranges = chosen(result.output.shape, region)
    count = len(picked) or prod(map(len, ranges))
    if count > MOST_STEPS:
        raise ConvcliError(
            f"the output has {count:,} cells to draw; {MOST_STEPS} steps are the most",
            "draw a part of it: --region 0:16,0:16 (a range for each axis; channels may come first)",
        )
    places = terminal.tracked(product(*ranges), count, "working out the steps")
    found = picked or [step(result, (0, *i)) for i in places]
    scene = make_scene(result, found, region is not None)

    def write(stream: Any) -> None:
        if target.suffix.lower() == ".svg":
            stream.write(svg.drawing(scene).encode())
        elif target.suffix.lower() == ".html":
            stream.write(html.page(scene).encode())
        elif target.suffix.lower() == ".gif":
            raster.write_gif(scene, stream, lambda drawn: terminal.tracked(drawn, count, "drawing"))
        else:
            raster.write_png(scene, stream)

    arrays.write_whole(target, write, force)
    terminal.warn(f"wrote {target}: {count} step{'s' * (count > 1)}")


def chosen(shape: tuple[int, ...], region: str | None) -> list[range]:
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
