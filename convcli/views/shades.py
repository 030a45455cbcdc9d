"""Feature maps as shades: numbers over colour where they fit, else half blocks, or characters without colour."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from rich.color import Color
from rich.console import RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from convcli.colours import LIGHT
from convcli.data.arrays import extent
from convcli.report import Report
from convcli.views.grid import grid, summary
from convcli.views.widgets import Screen, fixed
from convcli.wording import map_name, number, short

if TYPE_CHECKING:
    import numpy as np


NEGATIVE, ZERO, POSITIVE = (
    tuple(Color.parse(shade).get_truecolor()) for shade in (LIGHT.negative, LIGHT.zero, LIGHT.positive)
)
MISSING = (128, 128, 128)
RAMP = " .:-=+*#%@"
MOST_NUMBERS = 400  # more than this is a picture, not something to read
NARROWEST = 24  # columns a large map is shrunk to, so that others find room beside it
MOST_LINES = 24  # of one map
MOST_IN_ALL = 2 * MOST_LINES  # of an array's maps, one below the other


def maps(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """The input's maps and the output's, each array on a scale of its own that stands below it.

    In full every map is shown, however many channels there are.
    """
    values = report.values
    picture = report.plan.input.picture and values.input.shape[1:-2] in ((1,), (3,))
    yield ""
    yield from _array("input", values.input, values.input.shape, screen, picture)
    yield ""
    yield from _array("output", values.output, values.output.shape, screen)


def coverage(report: Report, screen: Screen) -> Iterator[RenderableType]:
    """How often each input cell is read, as shades and axis by axis; a copy in the padding counts for its cell."""
    import numpy as np

    counts, product = report.coverage, report.coverage_map
    yield ""
    layer = report.plan.layer
    yield from _array(layer.coverage_words, product[None, None], product.shape, screen)
    channels = len(list(layer.targets(0)))
    if channels > 1:
        yield Text(
            f"each counts once for the {channels:,} output channels it feeds; --from counts their products",
            style="muted",
        )
    if len(counts) > 1:
        yield Text("each is the product of its counts along the axes:", style="muted")
    if len(counts) > 1 or product.size > MOST_NUMBERS:
        for axis, count in zip(report.plan.axes, counts, strict=True):
            yield Text(axis.name, style="muted")
            yield from grid(np.array(count), (), 1, screen.width, None if screen.full else 3).lines


def _array(
    name: str, values: "np.ndarray", shape: Sequence[int], screen: Screen, picture: bool = False
) -> Iterator[RenderableType]:
    """The maps of the first batch item side by side as far as the width goes; a picture in its own colours."""
    width, colour = screen.width, screen.colour
    title = Text(name, style="muted").append(f" {list(shape)}", style="bold")
    yield title.append(f"   {summary(values)}", style="muted")
    flat = values.ndim == 3  # one axis: each channel is a line of one map
    planes = {"": values[0, :MOST_LINES]} if flat else dict(_planes(values[0]))
    high, wide = next(iter(planes.values())).shape
    cell = 1 + max(len(short(v)) for v in values.flat) if values.size <= MOST_NUMBERS else width + 1
    said: list[str] = []
    draw: Callable[[np.ndarray], Text]
    if wide * cell <= width and high <= MOST_LINES:
        columns, lines, scale = wide * cell, high, _Scale(planes.values(), colour)
        draw = partial(scale.numbers, cell=cell)
        said += [scale.words] if colour else []
    else:
        whole = picture and colour  # its channels are one picture
        beside = max(NARROWEST, (width + 2) // min(1 if whole else len(planes), 3) - 2)
        across = max(ceil(wide / min(beside, width)), 1 if flat else ceil(high / (2 * MOST_LINES)))
        # A character is about twice as high as wide.
        down = 1 if flat else min(high, across if colour else 2 * across)
        columns, lines = ceil(wide / across), ceil(high / down / (2 if colour and not flat else 1))
        planes = {label: shrunk(plane, down, across) for label, plane in planes.items()}
        scale = _Scale(planes.values(), colour)
        draw = partial(scale.shades, tall=flat)
        if whole:
            planes, draw = {"": _as_it_looks(list(planes.values()))}, _half_blocks
        else:
            said.append(scale.words)
        if down > 1 or across > 1:
            said.append(f"shrunk to fit: each shade is the mean of {across if flat else f'{down} × {across}'} values")
    side = max(1, (width + 2) // (max(columns, *map(len, planes), 1) + 2))
    shown = list(planes.items())[: None if screen.full else side * max(1, MOST_IN_ALL // (lines + 1))]
    table = Table.grid(padding=(0, 2, 0, 0))
    for at in range(0, len(shown), side):
        labels, row = zip(*shown[at : at + side], strict=True)
        if any(labels):
            table.add_row(*(Text(label, style="muted", overflow="fold") for label in labels))
        table.add_row(*map(draw, row))
    yield table
    if len(planes) > len(shown):
        said.append(f"{len(planes) - len(shown):,} of {len(planes):,} maps are not shown: --full shows them")
    if flat and high < values.shape[1]:
        said.append(f"the first {high} of {values.shape[1]:,} channels")
    if len(values) > 1:
        said.append(f"the first of {len(values)} batch items")
    if said:
        yield Text("\n".join(said), style="muted")


def _planes(item: "np.ndarray") -> Iterator[tuple[str, "np.ndarray"]]:
    """Every map of ``[channels, *depths, height, width]``, and what it is called."""
    import numpy as np

    for index in np.ndindex(item.shape[:-2]):
        name = map_name(index)
        yield name if item.shape[0] > 1 else name.partition(", ")[2], item[index]


def shrunk(plane: "np.ndarray", down: int, across: int) -> "np.ndarray":
    """The means of blocks so high and wide; those at the far ends may be smaller."""
    import numpy as np

    for axis, factor in enumerate((down, across)):
        if factor > 1:
            starts = np.arange(0, plane.shape[axis], factor)
            counts = np.diff([*starts, plane.shape[axis]])
            with np.errstate(invalid="ignore"):  # infinities that cancel
                plane = np.add.reduceat(plane, starts, axis, np.float64) / np.expand_dims(counts, 1 - axis)
    return plane


def _as_it_looks(channels: "Sequence[np.ndarray]") -> "np.ndarray":
    """A picture's one or three maps of 0–1 as ``[height, width, 3]`` of 0–255."""
    import numpy as np

    values = np.clip(np.nan_to_num(np.stack(channels, -1)), 0, 1)
    pixels = np.rint(values * 255).astype(np.uint8)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def _half_blocks(pixels: "np.ndarray") -> Text:
    """Two pixels a character, the upper as the colour of the block, the lower behind it."""
    text = fixed()
    for row in range(0, len(pixels), 2):
        upper, *lower = pixels[row : row + 2]
        for column, rgb in enumerate(upper):
            behind = Color.from_rgb(*lower[0][column]) if lower else None
            text.append("▀", Style(color=Color.from_rgb(*rgb), bgcolor=behind))
        text.append("\n")
    text.right_crop(1)
    return text


class _Scale:
    """One shade for each value: blue below zero, white at it, orange above, or a character."""

    def __init__(self, planes: "Iterable[np.ndarray]", colour: bool) -> None:
        import numpy as np

        values = np.stack(list(planes))
        self.colour, self.missing = colour, bool(np.isnan(values).any())
        self.low, self.high = extent(values)
        self.most = max(abs(self.low), abs(self.high)) or 1.0

    @property
    def words(self) -> str:
        if self.colour:
            ends = [f"blue {number(-self.most)}"] * (self.low < 0), [f"orange {number(self.most)}"] * (self.high > 0)
            return " · ".join([*ends[0], "white 0", *ends[1]]) + " · grey NaN" * self.missing
        return f"shades '{RAMP}' from {number(self.low)} to {number(self.high)}" + " · ? NaN" * self.missing

    def pixels(self, plane: "np.ndarray") -> "np.ndarray":
        """``[height, width, 3]`` of 0–255."""
        import numpy as np

        part = np.clip(plane / self.most, -1, 1)[..., None]
        towards = np.where(part < 0, NEGATIVE, POSITIVE)
        rgb = ZERO + (towards - np.array(ZERO)) * np.abs(part)
        return np.where(np.isnan(part), MISSING, np.nan_to_num(rgb)).astype(np.uint8)

    def numbers(self, plane: "np.ndarray", cell: int) -> Text:
        """Every value, over its shade where there are colours."""
        text = fixed()
        for row, shades in zip(plane, self.pixels(plane), strict=True):
            for value, rgb in zip(row, shades, strict=True):
                ink = (0, 0, 0) if rgb @ (0.3, 0.6, 0.1) > 130 else (255, 255, 255)
                style = Style(color=Color.from_rgb(*ink), bgcolor=Color.from_rgb(*rgb)) if self.colour else Style()
                text.append(short(value).rjust(cell - 1) + " ", style)
            text.append("\n")
        text.right_crop(1)
        return text

    def shades(self, plane: "np.ndarray", tall: bool) -> Text:
        """Half blocks, or characters; ``tall`` gives each row of blocks a line of its own."""
        import numpy as np

        if self.colour:
            pixels = self.pixels(plane)
            return _half_blocks(pixels.repeat(2, axis=0) if tall else pixels)
        part = (np.clip(plane, self.low, self.high) - self.low) / (self.high - self.low or 1.0)
        levels = np.where(np.isnan(part), len(RAMP), np.rint(np.nan_to_num(part) * (len(RAMP) - 1))).astype(int)
        return fixed("\n".join("".join((RAMP + "?")[i] for i in row) for row in levels))
