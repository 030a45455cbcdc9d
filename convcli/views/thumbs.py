"""The maps of an output as small shades in a row, the one that a picture is of outlined."""

from collections.abc import Iterator
from math import ceil

from convcli.views.composition import FOOT, MARGIN, THUMB, largest
from convcli.views.drawing import GLYPH, WIDTH, Box, Mark, Shades, Words
from convcli.views.marks import LEAST
from convcli.views.plane import Plane
from convcli.views.shades import shrunk
from convcli.views.tints import grounds

MOST, MOST_CELLS, LEAST_SIDE = 12, 24, 12.0  # maps, cells on a side of each, and how small it may be


def thumbnails(plane: Plane) -> Iterator[Mark]:
    """As many maps as find room, those around this one; none where it is the only one."""
    others = plane.others
    if len(others) < 2:
        return
    first = max(0, min(others.index(plane.lead) - MOST // 2, len(others) - MOST))
    shown = others[first : first + MOST]
    some = f" {first} to {first + len(shown) - 1}" if len(shown) < len(others) else ""
    label = f"{len(others):,} output {'channels' if len(plane.lead) == 2 else 'maps'}:{some}"
    left, top = MARGIN + GLYPH * LEAST * (len(label) + 1), FOOT - THUMB - 4
    yield Words(MARGIN, top + THUMB / 2, LEAST, label, "muted", "start")
    high, wide = plane.output_size
    width, height = (max(LEAST_SIDE, side) for side in (THUMB * min(2, wide / high), THUMB * min(1, 2 * high / wide)))
    apart = min(width + 12, (WIDTH - MARGIN - left) / len(shown))
    width = min(width, apart - 6)
    for i, lead in enumerate(shown):
        values = plane.map(lead)
        box = Box(left + i * apart, top + (THUMB - height) / 2, width, height, stroke="grid")
        side = ceil(max(values.shape) / MOST_CELLS)
        yield Shades(box.x, box.y, width, height, grounds(shrunk(values, side, side), largest(values)))
        yield box
        if lead == plane.lead:
            around = box.inset(-3)
            yield Box(around.x, around.y, around.width, around.height, stroke="accent", thick=3)
