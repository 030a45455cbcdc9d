"""Numbers of any shape as lines that fit a width: maps side by side; of a large array the edges."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from convcli.views.widgets import INDENT, LABEL, by_sign, fixed
from convcli.wording import number

if TYPE_CHECKING:
    import numpy as np

BETWEEN = 4  # columns from one map to the next
WIDE = 70  # from here on numbers stand below each other behind the labels; a narrower screen has no room for that
Style = Callable[[float], str]  # of a number
FIRST_LOOKED_AT = 1000  # numbers of an array: of most, one isn't whole, and the rest needn't be asked
GAP = -1  # stands for what is left out between the edges


class Grid(NamedTuple):
    """Lines to print, to be gone through once; whether every number stands in them, and whether there is one alone."""

    lines: Iterable[Text]
    complete: bool
    alone: bool


def grid(
    values: "np.ndarray",
    names: Sequence[str],
    rows: int,
    width: int,
    most: int | None = None,
    style: Style = by_sign,
) -> Grid:
    """An array's last ``rows`` axes (1 or 2) as maps, as many beside each other as the width has room for.

    ``names`` has one for each axis before them. What would take more than twice ``most`` lines is shortened to that
    many: the middle of large maps is left out, and then the last maps.
    """
    if rows == 2 and values.shape[-2] == 1:
        rows, names = 1, (*names, "")
    maps = _Maps(values, names, rows, width, style)
    lines = maps.whole()
    first = list(islice(lines, 2 if most is None else 2 * most + 1))
    if most is None or len(first) <= 2 * most:
        return Grid(chain(first, lines), True, len(first) == 1)  # millions of lines are made while they are printed
    return Grid(maps.edges(most), False, False)


class _Maps:
    """An array's maps in one format for all of its numbers."""

    def __init__(self, values: "np.ndarray", names: Sequence[str], rows: int, width: int, style: Style) -> None:
        self.values, self.names, self.rows, self.style = values, names, rows, style
        self.indent = INDENT + LABEL if width >= WIDE else INDENT
        self.width = max(width - self.indent, 8)
        self.leading, (*height, self.columns) = values.shape[: values.ndim - rows], values.shape[-rows:]
        self.height = height[0] if height else 1
        self.spec, self.cell = _format(values)

    def whole(self) -> Iterator[Text]:
        """Every number; where a map is wider than the screen, one group of columns after another."""
        longest = self._longest_label(self.leading)
        in_front = longest if self.rows == 1 and longest < self.width - 12 else 0
        fitting = max(1, (self.width - in_front + 2) // (self.cell + 2))
        starts = range(0, self.columns, fitting)
        if len(starts) == 1 and self.rows == 2:
            yield from self._side_by_side(range(self.height), range(self.columns), prod(self.leading))
            return
        for index in product(*map(range, self.leading)):
            label = self._label(index)
            if label and not in_front:
                yield self._line(label)
            for start in starts:
                group = range(start, min(start + fitting, self.columns))
                if len(starts) > 1 and self.height > 1:
                    several = f"columns {group[0]} to {group[-1]}"
                    yield self._line(several if len(group) > 1 else f"column {group[0]}")
                yield from self._map(index, range(self.height), group, label.ljust(in_front) if in_front else "")
                label = ""

    def edges(self, most: int) -> Iterator[Text]:
        """At most so many lines: the edges of the first maps, and how many more there are."""
        self.cell = max(self.cell, len("..."))
        count, labelled = prod(self.leading), any(size > 1 for size in self.leading)
        longest = self._longest_label(self.leading) if self.rows == 1 else 0
        columns = _ends(self.columns, max(3, (self.width - longest + 2) // (self.cell + 2)))
        if self.rows == 1:
            shown = count if count <= most else max(1, most - 1)
            lines = [
                line
                for index in islice(product(*map(range, self.leading)), shown)
                for line in self._map(index, range(1), columns, self._label(index).ljust(longest))
            ]
        else:
            rows = _ends(self.height, max(3, most - labelled - (count > 1)))
            shown = min(count, self._beside(columns) * max(1, (most - 1) // (len(rows) + labelled)))
            lines = list(self._side_by_side(rows, columns, shown))
        if shown < count:
            more = f"... and {count - shown:,} more of {count:,}"
            if self.rows == 2 and len(lines[0]) + 3 + len(more) <= self.indent + self.width:
                lines[0].append(f"   {more}", "muted")  # behind the maps' names
            else:
                lines.append(self._line(more))
        yield from lines

    def _side_by_side(self, rows: Sequence[int], columns: Sequence[int], count: int) -> Iterator[Text]:
        indices = list(islice(product(*map(range, self.leading)), count))
        beside = self._beside(columns)
        wide = max(self._wide(columns), self._longest_label(self.leading)) + BETWEEN
        for i in range(0, count, beside):
            group = indices[i : i + beside]
            labels = "".join(self._label(index).ljust(wide) for index in group).rstrip()
            if labels:
                yield self._line(labels)
            for parts in zip(*(self._map(index, rows, columns) for index in group), strict=True):
                line = self._line("")
                for i, part in enumerate(parts):
                    line.append(" " * (self.indent + i * wide - len(line))).append_text(part[self.indent :])
                yield line

    def _beside(self, columns: Sequence[int]) -> int:
        """How many maps with these columns stand beside each other."""
        wide = max(self._wide(columns), self._longest_label(self.leading))
        return max(1, (self.width + BETWEEN) // (wide + BETWEEN))

    def _wide(self, columns: Sequence[int]) -> int:
        return len(columns) * (self.cell + 2) - 2

    def _map(
        self, index: tuple[int, ...], rows: Sequence[int], columns: Sequence[int], label: str = ""
    ) -> Iterator[Text]:
        """A line for each row, the first one with its label in front."""
        block = self.values[index].reshape(self.height, self.columns)
        for row in rows:
            line = self._line(label)
            for column in columns[:1] if row == GAP else columns:
                if row == GAP or column == GAP:
                    line.append("...".rjust(self.cell), "muted")
                else:
                    line.append(self._number(block[row, column]).rjust(self.cell), self.style(block[row, column]))
                line.append("  ")
            line.rstrip()
            yield line
            label = " " * len(label)

    def _number(self, value: float) -> str:
        text = format(float(value) + 0.0, self.spec)
        return "≈0" if value and not text.strip("-0.") else text

    def _label(self, index: tuple[int, ...]) -> str:
        sizes = zip(index, self.names, self.leading, strict=True)
        label = ", ".join(f"{name} {i}" for i, name, size in sizes if size > 1)
        return f"{label}  " if label and self.rows == 1 else label

    def _longest_label(self, leading: Sequence[int]) -> int:
        return len(self._label(tuple(size - 1 for size in leading)))

    def _line(self, label: str) -> Text:
        return fixed(" " * self.indent).append(label, "muted")


def _ends(count: int, room: int) -> list[int]:
    """All of so many places, or as many of the first and the last as there is room for, and a gap."""
    if count <= room:
        return list(range(count))
    last = (room - 1) // 2
    return [*range(room - 1 - last), GAP, *range(count - last, count)]


def _format(values: "np.ndarray") -> tuple[str, int]:
    """One format for all the numbers, whole, fixed or scientific, and how wide it is."""
    import numpy as np

    ends = [float(values.min()), float(values.max())]
    strange = not np.isfinite(ends).all()  # a NaN is both the least and the most
    finite = values[np.isfinite(values)] if strange else values
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    most = max(high, -low)
    if most < 1e7 and _whole(finite.ravel()[:FIRST_LOOKED_AT]) and _whole(finite):
        spec = ".0f"
    else:
        spec = ".4f" if most == 0 or 1e-2 <= most < 1e5 else ".4e"
    return spec, max(len(format(value, spec)) for value in (low + 0.0, high + 0.0, *(ends if strange else [])))


def _whole(values: "np.ndarray") -> bool:
    import numpy as np

    return bool((values == np.rint(values)).all())


def summary(values: "np.ndarray") -> str:
    """One line on many numbers: smallest, largest, mean, and how many aren't numbers."""
    import numpy as np

    lowest, highest = float(np.fmin.reduce(values, None)), float(np.fmax.reduce(values, None))
    text = f"min {number(lowest)} · max {number(highest)}"
    missing = int(np.isnan(values).sum()) if np.isnan(values.max()) else 0
    if missing < values.size:
        with np.errstate(invalid="ignore"):  # infinities that cancel
            mean = values.mean(dtype=np.float64) if not missing else np.nanmean(values, dtype=np.float64)
        text += f" · mean {number(mean)}"
    return text + (f" · {missing:,} NaN" if missing else "")
