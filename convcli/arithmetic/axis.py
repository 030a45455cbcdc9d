"""Convolution arithmetic along one axis, in plain integers.

Everything here is one relation. A window of ``kernel`` taps, ``dilation`` apart, walks a line in
steps of ``stride``, starting ``before`` cells to the left of it:

    position = window · stride − before + tap · dilation

A convolution or a pooling reads its *input* along that line and makes one output per window. A
transposed convolution is the same relation read the other way: every *input* cell is a window, and
the line it writes to is the *output*.

Sources: torch.nn documentation (Conv1d, ConvTranspose1d, MaxPool1d); Dumoulin & Visin, "A guide to
convolution arithmetic for deep learning" (2016), relationships 6 (padding and stride),
14 (transposed) and 15 (dilation).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from math import gcd

from convcli.arithmetic.windows import Tap, Windows


@dataclass(frozen=True, slots=True)
class Axis(Windows):
    """A window walking one axis; sizes and positions are counted in cells.

    >>> Axis(10, kernel=3, stride=2).output
    4
    >>> list(Axis(10, kernel=3, stride=2).unread())
    [9]
    >>> Axis(4, kernel=3, stride=2, transposed=True, output_padding=1).output
    10
    """

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    padding_mode: str = "zeros"
    ceil_mode: bool = False
    transposed: bool = False
    output_padding: int = 0
    name: str = "length"

    @property
    def extent(self) -> int:
        """The effective kernel: the cells from the first tap to the last, gaps included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """The size of the input line with its padding."""
        return self.size + self.before + self.after

    @property
    def spare(self) -> int:
        """How many cells the first window leaves of the padded line; negative: it does not fit."""
        return self.padded - self.extent

    @property
    def output(self) -> int:
        """The output size; 0 where there is none (torch refuses that)."""
        if self.transposed:
            full = (self.size - 1) * self.stride + self.extent
            return max(0, full - self.before - self.after + self.output_padding)
        if self.ceil_mode:
            return max(0, -(-self.spare // self.stride) + 1 - self.drops_last_window)
        return max(0, self.spare // self.stride + 1)

    @property
    def drops_last_window(self) -> bool:
        """Whether ``ceil_mode`` drops the window that rounding up added.

        torch keeps a window only if it starts inside the input or the padding before it.
        """
        last = -(-self.spare // self.stride)
        return self.ceil_mode and last * self.stride >= self.size + self.before

    @property
    def _windows(self) -> int:
        return self.size if self.transposed else self.output

    @property
    def pattern(self) -> tuple[int, int]:
        return (self.stride, 1) if self.transposed else (1, self.stride)

    def span(self, output: int) -> tuple[int, int]:
        """
        >>> Axis(10, kernel=3, stride=2, before=1).span(0)
        (-1, 1)
        >>> [Axis(4, kernel=3, stride=2, transposed=True).span(o) for o in range(4)]
        [(-1, 0), (0, 0), (0, 1), (1, 1)]
        """
        if not self.transposed:
            start = output * self.stride - self.before
            return start, start + self.extent - 1
        if (tap := self._first_landing(output)) is None:
            near = range(1, self.stride)  # tap 0 lands on every stride-th output
            after = next(output + i for i in near if self._first_landing(output + i) is not None)
            before = next(output - i for i in near if self._first_landing(output - i) is not None)
            return self.span(after)[0], self.span(before)[1]
        period = self.stride // gcd(self.stride, self.dilation)
        last = tap + (self.kernel - 1 - tap) // period * period
        offset = output + self.before
        return (offset - last * self.dilation) // self.stride, (offset - tap * self.dilation) // self.stride

    def _first_landing(self, output: int) -> int | None:
        """The first tap with which a transposed layer writes to an output."""
        taps = range(min(self.kernel, self.stride))
        return next((t for t in taps if (output + self.before - t * self.dilation) % self.stride == 0), None)

    def positions(self, window: int) -> range:
        """Where the taps of one window stand on the line; outside ``range(line)`` is padding.

        >>> list(Axis(10, kernel=3, stride=2, before=1, after=1).positions(0))
        [-1, 0, 1]
        """
        start = window * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def windows_at(self, position: int) -> Iterator[tuple[int, int]]:
        """Every ``(window, tap)`` that stands on a position of the line."""
        offset = position + self.before
        # Only taps whose window exists: 0 <= offset − tap·dilation <= (windows − 1)·stride.
        last = (self._windows - 1) * self.stride
        first_tap = max(0, -((last - offset) // self.dilation))
        for tap in range(first_tap, min(self.kernel, offset // self.dilation + 1)):
            window, remainder = divmod(offset - tap * self.dilation, self.stride)
            if remainder == 0:
                yield window, tap

    @property
    def line(self) -> range:
        """The positions of the padded input; a transposed layer's isn't padded.

        Negative padding crops: the cells it cuts off are listed all the same.
        """
        if self.transposed:
            return range(self.size)
        return range(min(0, -self.before), max(self.size, self.size + self.after))

    def source(self, position: int) -> int | None:
        """The input cell whose value stands at a position of the padded line; None: a zero.

        >>> [Axis(4, 3, before=2, after=2, padding_mode="reflect").source(p) for p in (-2, -1, 0, 4, 5)]
        [2, 1, 0, 2, 1]
        """
        if 0 <= position < self.size:
            return position
        match self.padding_mode:
            case "reflect":
                return -position if position < 0 else 2 * (self.size - 1) - position
            case "replicate":
                return 0 if position < 0 else self.size - 1
            case "circular":
                return position % self.size
        return None

    def taps(self, output: int) -> list[Tap]:
        """Not listed: taps beyond the padded line (``ceil_mode``) and, transposed, those no input cell stands behind.

        >>> Axis(10, kernel=3, before=1, after=1).taps(0)
        [(0, -1, None), (1, 0, 0), (2, 1, 1)]
        """
        if self.transposed:
            return sorted((tap, cell, cell) for cell, tap in self.windows_at(output))
        end = self.size + self.after
        return [(t, p, self.source(p)) for t, p in enumerate(self.positions(output)) if p < end]

    def reached(self, cell: int) -> list[tuple[int, int]]:
        """
        >>> Axis(10, kernel=3, stride=2).reached(2)
        [(0, 2), (1, 0)]
        """
        if self.transposed:
            return [(p, t) for t, p in enumerate(self.positions(cell)) if 0 <= p < self.output]
        n = self.size
        # Where a copy of it may stand: reflected at either end, a turn away, or beside an end that is replicated.
        images = {cell} if self.padding_mode == "zeros" else {cell, -cell, 2 * (n - 1) - cell, cell - n, cell + n}
        if self.padding_mode == "replicate" and cell in (0, n - 1):
            images.update(range(-self.before, 0), range(n, n + self.after))
        places = [p for p in images if -self.before <= p < n + self.after and self.source(p) == cell]
        return sorted(chain.from_iterable(self.windows_at(p) for p in places))

    def pairs(self, tap: int) -> Iterator[tuple[int, int]]:
        """Every ``(input cell, output)`` that one tap of the kernel brings together.

        >>> list(Axis(10, kernel=3, stride=4).pairs(2))
        [(2, 0), (6, 1)]
        """
        for window in self.windows_of(tap):
            position = self.positions(window)[tap]
            cell = window if self.transposed else self.source(position)
            if cell is not None:
                yield cell, position if self.transposed else window

    def windows_of(self, tap: int) -> range:
        """The windows in which a tap stands on the line, or on a copy of one of its cells.

        >>> Axis(10, kernel=3, before=1, after=1).windows_of(0)
        range(1, 10)
        """
        if self.padding_mode != "zeros" and not self.transposed:
            return range(self._windows)
        offset = tap * self.dilation - self.before
        line = self.output if self.transposed else self.size
        return range(max(0, -(offset // self.stride)), min(self._windows, (line - 1 - offset) // self.stride + 1))

    def unread_ranges(self) -> list[range]:
        # Everything repeats every ``stride`` cells, so that cells are taken by their remainder, not one by one.
        if self.transposed:
            return self._writing_nothing()
        end = min(self.size, (self.output - 1) * self.stride - self.before + self.extent)
        ranges = [range(min(end, -self.before)), range(max(end, 0), self.size), *self._gaps(end)]
        ranges = [r for r in ranges if r]
        if self.padding_mode == "zeros" or not ranges:
            return ranges
        return [range(i, i + 1) for i in chain.from_iterable(ranges) if not self.reached(i)]

    def unwritten_ranges(self) -> list[range]:
        """The output cells of a transposed layer that nothing is written to.

        >>> Axis(3, kernel=1, stride=2, transposed=True).unwritten_ranges()
        [range(1, 5, 2)]
        """
        # The same windows, walking the output: what they would not read there is not written.
        after = self.after - self.output_padding
        return replace(self, size=self.output, after=after, output_padding=0, transposed=False).unread_ranges()

    def _gaps(self, end: int) -> Iterator[range]:
        """The cells before ``end`` that windows pass over."""
        first = max(0, -self.before)
        if self.dilation == 1:
            if self.stride > self.kernel:
                yield from _repeated(range(self.kernel - self.before, self.stride - self.before), self.stride, end)
            return
        starts: dict[int, list[int]] = {}  # of the taps, by the remainder of the cells they read
        for tap in self.positions(0):
            starts.setdefault(tap % self.stride, []).append(tap)
        for remainder, taps in starts.items():
            unread = first + (remainder - first) % self.stride
            for tap in taps:
                yield range(unread, min(tap, end), self.stride)
                unread = max(unread, tap + self.output * self.stride)
            yield range(unread, end, self.stride)
        read = sorted(starts)
        for low, high in zip([-1, *read], [*read, self.stride], strict=True):
            if high - low > 1:
                for cells in _repeated(range(low + 1, high), self.stride, end):
                    yield range(max(cells.start, first + (cells.start - first) % cells.step), cells.stop, cells.step)

    def _writing_nothing(self) -> list[range]:
        """The input cells all of whose taps stand outside the output."""
        first = min(self.size, max(0, -((self.extent - 1 - self.before) // self.stride)))
        last = min(self.size, -((-self.output - self.before) // self.stride))
        astride = range(first, last) if self.output < self.dilation else range(0)  # no tap need stand in the output
        ranges = [range(first), *(range(i, i + 1) for i in astride if not self.reached(i)), range(last, self.size)]
        return [r for r in ranges if r]


def _repeated(cells: range, step: int, end: int) -> Iterator[range]:
    """``cells`` and their repetitions every ``step`` from 0 up to ``end``, in as few ranges as it takes.

    >>> list(_repeated(range(2, 4), 5, 20)), list(_repeated(range(-2, 3), 10, 13))
    ([range(2, 20, 5), range(3, 20, 5)], [range(0, 3), range(8, 13)])
    """
    if len(cells) * step <= end:
        yield from (range(i if i >= 0 else i % step, end, step) for i in cells)
    else:
        for start in range(cells.start, end, step):
            yield range(max(0, start), max(0, min(start + len(cells), end)))
