"""What there is to feed a layer with, on the screen: each with its numbers, a picture of it, and a command to try."""

from collections.abc import Iterator, Sequence

from rich.color import Color, blend_rgb
from rich.console import RenderableType
from rich.style import Style
from rich.text import Text

from convcli.colours import LIGHT
from convcli.data.arrays import Array
from convcli.data.samples import LABELS, TRY
from convcli.views.widgets import INDENT, Screen, by_sign, fixed, indented
from convcli.wording import counted

BARS = "▁▂▃▄▅▆▇█"
MOST_ROWS, MOST_NUMBERS = 3, 10  # of a sample whose numbers are written; a larger one is drawn
SHADES = " .:-=+*#%@"


def samples_table(samples: Sequence[Array], screen: Screen) -> Iterator[RenderableType]:
    """Each sample's name, shape and meaning, what it looks like, and what to try with it."""
    yield Text("A layer takes one by its name: convcli conv2d -i picture", style="muted")
    for sample in samples:
        yield ""
        yield Text.assemble((sample.source, "bold"), f"  {list(sample.shape)}  ", (sample.about, "muted"))
        yield from map(indented, _looks(sample, screen))
        command, shows = TRY[sample.source]
        yield indented(Text.assemble(f"convcli {command}", (f"   {shows}", "muted")))
    if len(samples) == 1:
        yield Text(f"\nin Python: {samples[0].code}", style="muted")


def _looks(sample: Array, screen: Screen) -> Iterator[Text]:
    """Its numbers where they are few, else a picture; of several channels alike only the first."""
    rows = sample.data if len(sample.shape) > 1 else [sample.data]
    if len(sample.shape) > 2:
        rows = rows[0]
    if len(rows) <= MOST_ROWS and len(rows[0]) <= MOST_NUMBERS:
        yield from _numbers(rows, LABELS.get(sample.source, ""))
        if len(sample.shape) > 2:
            yield Text(f"and {counted(sample.shape[0] - 1, 'channel')} like it", style="muted")
    elif len(rows) > 1:
        yield _half_blocks(rows) if screen.colour else _characters(rows)
    else:
        yield from _line(rows[0], screen)


def _numbers(rows: Sequence[Sequence[float]], labels: str = "", wide: int = 1) -> Iterator[Text]:
    wide = max(wide, *(len(f"{value:g}") for row in rows for value in row))
    for row, label in zip(rows, labels or " " * len(rows), strict=True):
        line = Text(f"{label}  " if labels else "", style="muted")
        for value in row:
            line.append(f"{value:>{wide}g} ", by_sign(value) or "default")
        yield line


def _line(values: Sequence[float], screen: Screen) -> Iterator[Text]:
    """A long line of numbers, and where there is colour above each a bar as high as its value."""
    low, high = min(values), max(values)
    wide = max(len(f"{value:g}") for value in values)
    fitting = max(1, (screen.width - INDENT) // (wide + 1))
    for at in range(0, len(values), fitting):
        part = values[at : at + fitting]
        if screen.colour:
            bars = fixed()
            for value in part:
                height = BARS[round((value - low) / (high - low) * (len(BARS) - 1))]
                bars.append(height * wide, by_sign(value) or "muted").append(" ")
            yield bars
        yield from _numbers([part], wide=wide)


def _half_blocks(rows: Sequence[Sequence[float]]) -> Text:
    """Two rows of pixels a line, from the shade of 0 to that of the largest."""
    zero, full = (Color.parse(shade).get_truecolor() for shade in (LIGHT.zero, LIGHT.positive))
    most = max(max(row) for row in rows)
    shades = [[Color.from_triplet(blend_rgb(zero, full, value / most)) for value in row] for row in rows]
    text = fixed()
    for upper, lower in zip(shades[::2], shades[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("▀", Style(color=above, bgcolor=below))
        text.append("\n")
    return text[:-1]


def _characters(rows: Sequence[Sequence[float]]) -> Text:
    """A pixel as a character twice, as characters are twice as high as wide."""
    most = max(max(row) for row in rows)
    lines = ("".join(2 * SHADES[round(value / most * (len(SHADES) - 1))] for value in row).rstrip() for row in rows)
    return fixed("\n".join(lines))
