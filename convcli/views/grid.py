"""Numbers of any shape as lines of text that fit a width; nothing is ever cut."""

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

from convcli.picks import cells
from convcli.wording import number

if TYPE_CHECKING:
    import numpy as np


MANY = 120  # more numbers than this and only the edges are shown
EDGE = 3  # what is shown at each end of a long axis
GAP = -1  # stands for what is left out between the edges


def grid(values: "np.ndarray", names: Sequence[str], rows: int, width: int, full: bool = False) -> Iterator[str]:
    """Lines that show an array: its last ``rows`` axes (1 or 2) as a block, the others as labels.

    ``names`` has one name for each leading axis; those of size 1 are left out of the labels.
    """
    shorten = values.size > MANY and not full
    leading = values.shape[: values.ndim - rows]
    kept = [_kept(size, EDGE + 2 - rows, shorten) for size in values.shape[-rows:]]
    width = max(width - 2, 8)
    count = prod(leading)
    indices: list[tuple[int, ...] | None] = [*islice(product(*map(range, leading)), count if full else MANY)]
    if shorten and count > 2 * EDGE:
        last = 1 if rows == 2 else EDGE
        ends = cells(leading, count - last, count)
        indices = [*indices[: EDGE - rows + 1], None, *ends]
    labels = {
        index: ", ".join(f"{n} {i}" for i, n, size in zip(index, names, leading, strict=True) if size > 1)
        for index in indices
        if index is not None
    }
    show = _Format(values, list(labels), kept)
    longest = max(map(len, labels.values()), default=0)
    in_front = rows == 1 and 0 < longest < width - 12
    for index in indices:
        if index is None:
            yield "  ..."
            continue
        if labels[index] and not in_front:
            yield f"  {labels[index]}"
        block = values[index].reshape(-1, values.shape[-1])
        yield from _block(block, kept, show, width, labels[index].ljust(longest + 2) if in_front else "")


def _kept(size: int, edge: int, shorten: bool) -> list[int]:
    if not shorten or size <= 2 * edge + 1:
        return list(range(size))
    return [*range(edge), GAP, *range(size - edge, size)]


class _Format:
    """One format for all the numbers shown: whole, fixed or scientific."""

    def __init__(self, values: "np.ndarray", indices: Sequence[tuple[int, ...]], kept: Sequence[Sequence[int]]) -> None:
        import numpy as np

        cells = np.ix_(*([i for i in axis if i != GAP] for axis in kept))
        shown = np.stack([values[index][cells] for index in indices])
        finite = shown[np.isfinite(shown)]
        highest = float(np.abs(finite).max(initial=0.0))
        lowest = float(np.abs(finite[finite != 0]).min(initial=highest or 1.0))
        if highest < 1e7 and (finite == np.rint(finite)).all():
            self.spec = ".0f"
        elif highest < 1e5 and lowest >= 5e-4:
            self.spec = ".4f"
        else:
            self.spec = ".4e"
        self.width = max((len(self(value)) for value in shown.flat), default=1)

    def __call__(self, value: float) -> str:
        return format(float(value), self.spec)


def _block(block: "np.ndarray", kept: Sequence[Sequence[int]], show: _Format, width: int, label: str) -> Iterator[str]:
    """Rows of numbers; where they are wider than the screen, one group of columns after another."""
    columns = kept[-1]
    rows = kept[0] if len(kept) == 2 else [0]
    fitting = max(1, (width - len(label) + 2) // (show.width + 2))
    groups = [columns[i : i + fitting] for i in range(0, len(columns), fitting)]
    for group in groups:
        if len(groups) > 1 and len(rows) > 1:
            numbers = [c for c in group if c != GAP]
            if not numbers:
                yield "  ..."
                continue
            yield f"  columns {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"  column {numbers[0]}"
        for row in rows:
            cells = ["..."] if row == GAP else ["..." if c == GAP else show(block[row, c]) for c in group]
            yield f"  {label}" + "  ".join(cell.rjust(show.width) for cell in cells)
            label = " " * len(label)


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
