"""The windows drawn under one axis's cells, so that stride, overlap and what is never read can be seen."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Windows
from convcli.plan import Plan
from convcli.views.widgets import INDENT, LABEL, by_sign, fixed
from convcli.wording import counted, short

MOST_CHANNELS = 4
MOST_ROWS = 4  # of windows below each other, where they overlap
NARROWEST = 3  # of a cell's columns: room for the corners of a window and its number


def windows_drawn(plan: Plan, width: int) -> list[Text]:
    """The line that the windows walk, its values, and each window below it; nothing where it doesn't fit.

    A transposed layer's windows are its input cells, and the line that they write to is the output.
    """
    channels = plan.lines
    if not 0 < len(channels) <= MOST_CHANNELS or len(channels[0]) > width:
        return []
    axis = plan.axes[0]
    line = range(axis.size)
    if isinstance(axis, Axis):
        line = range(axis.output) if axis.transposed else axis.line
    if line.stop - line.start > width:
        return []
    if plan.layer.transposed:
        rows = {"outputs": [(f"[{position}]", "muted") for position in line]}
    else:
        unread = set(axis.unread())
        padding = "<0>" if plan.layer.reduction.counts_padding else "< >"
        numbers = [f" {channel}" for channel in range(len(channels))] if len(channels) > 1 else [""]
        rows = {
            f"input{number}": [_cell(axis, position, values, unread, padding) for position in line]
            for number, values in zip(numbers, channels, strict=True)
        }
    room = (width - INDENT - LABEL) // len(line)
    wide = max(NARROWEST, 1 + max(len(text) for row in rows.values() for text, _ in row))
    if wide > room:
        return []
    wide += room > wide == NARROWEST
    windows = axis.size if plan.layer.transposed else axis.output
    return [_row(label, row, wide) for label, row in rows.items()] + list(_windows(axis, windows, line, wide))


def _cell(axis: Windows, position: int, values: Sequence[float], unread: set[int], padding: str) -> tuple[str, str]:
    """A cell's text and style: what is never read in round brackets, padding in angle brackets."""
    if 0 <= position < axis.size:
        value = float(values[position])
        text = short(value)
        return (f"({text})", "warning") if position in unread else (text, by_sign(value))
    source = axis.source(position) if isinstance(axis, Axis) else None
    return (padding if source is None else f"<{short(float(values[source]))}>"), "muted"


def _row(label: str, cells: Sequence[tuple[str, str]], wide: int) -> Text:
    text = fixed(" " * INDENT).append(label.ljust(LABEL), "muted")
    return text.append_tokens((shown.rjust(wide), style) for shown, style in cells)


def _windows(axis: Windows, count: int, line: range, wide: int) -> Iterator[Text]:
    """Each window as a bracket with its number, on the first row that is free; of very many the first ones."""
    rows: list[str] = []
    left = 0
    for window in range(count):
        cells = axis.positions(window) if isinstance(axis, Axis) else [cell for _, cell, _ in axis.taps(window)]
        stands = [cell - line.start for cell in cells if cell in line]
        start = stands[0] * wide if stands else 0
        row = next((i for i, drawn in enumerate(rows) if len(drawn) <= start), len(rows))
        if row == MOST_ROWS:
            left = count - window
            break
        if stands:
            rows[row:] = rows[row:] or [""]
            rows[row] = rows[row].ljust(start) + _bracket(stands, window, wide)
    for drawn in rows:
        yield fixed(" " * (INDENT + LABEL)).append(drawn, "accent")
    if left:
        yield fixed(" " * (INDENT + LABEL)).append(f"... and {counted(left, 'more window')}", "muted")


def _bracket(stands: Sequence[int], window: int, wide: int) -> str:
    """From the first cell to the last one, taps as lines and the gaps that dilation leaves between them as dots.

    >>> _bracket([0, 1, 2], 7, 4), _bracket([0, 2], 0, 4)
    (' └────7────┘', ' └──┄┄0┄───┘')
    """
    line = "".join(("─" if i in stands else "┄") * wide for i in range(stands[0], stands[-1] + 1))[2:-1]
    middle, number = len(line) // 2, str(window)
    start = middle - len(number) // 2
    if len(number) <= len(line):
        line = line[:start] + number + line[start + len(number) :]
    return f" └{line}┘"
