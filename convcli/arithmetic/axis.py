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
from dataclasses import dataclass
from itertools import chain
from math import gcd

from convcli.arithmetic.places import Cells, Places, Unread, WithCopies, Writing, first_tap, turned
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
        tap = first_tap(output + self.before, self.dilation, self.stride)
        return None if tap is None or tap >= self.kernel else tap

    def positions(self, window: int) -> range:
        """Where the taps of one window stand on the line; outside ``range(line)`` is padding.

        >>> list(Axis(10, kernel=3, stride=2, before=1, after=1).positions(0))
        [-1, 0, 1]
        """
        start = window * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    @property
    def _stands(self) -> Places:
        """Where the taps of the windows stand on the line."""
        return Places(-self.before, self.kernel, self.dilation, self._windows, self.stride)

    def windows_at(self, position: int) -> Iterator[tuple[int, int]]:
        """Every ``(window, tap)`` that stands on a position of the line, the first window first."""
        offset = position + self.before
        for tap in reversed(self._stands.taps_at(position)):
            yield (offset - tap * self.dilation) // self.stride, tap

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
            landing: list[Tap] = [(tap, cell, cell) for cell, tap in self.windows_at(output)]
            return landing[::-1]
        end = self.size + self.after
        return [(t, p, self.source(p)) for t, p in enumerate(self.positions(output)) if p < end]

    def reached(self, cell: int) -> list[tuple[int, int]]:
        """
        >>> Axis(10, kernel=3, stride=2).reached(2)
        [(0, 2), (1, 0)]
        """
        if self.transposed:
            return [(self.positions(cell)[tap], tap) for tap in self._writing.taps_of(cell)]
        places = chain.from_iterable(self._standing(cell))
        return sorted(chain.from_iterable(self.windows_at(place) for place in places))

    def readings(self, cell: int) -> int:
        if self.transposed:
            return len(self._writing.taps_of(cell))
        return sum(self._stands.readings_in(places) for places in self._standing(cell))

    def _standing(self, cell: int) -> list[range]:
        """Where a cell's value stands: at its own place, and where the padding has copies of it."""
        n, before, after = self.size, self.before, self.after
        match self.padding_mode:
            case "reflect":
                copies = [-cell] * (0 < cell <= before) + [2 * (n - 1) - cell] * (n - 1 - after <= cell < n - 1)
            case "circular":
                copies = [cell - n] * (n - cell <= before) + [cell + n] * (cell < after)
            case "replicate":
                first = cell if cell else min(0, -before)
                return [range(first, max(n, n + after) if cell == n - 1 else cell + 1)]
            case _:
                copies = []
        return [range(place, place + 1) for place in (cell, *copies)]

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

    def unread(self) -> Unread:
        return Unread(self.size, self._writing if self.transposed else self._read)

    @property
    def unwritten(self) -> Unread:
        """Which cells of a transposed layer's output no product goes to.

        >>> list(Axis(3, kernel=1, stride=2, transposed=True).unwritten)
        [1, 3]
        """
        return Unread(self.output, self._stands)

    @property
    def lost(self) -> int:
        """How many input cells no window reads; of a transposed layer, how many output cells nothing is written to.

        >>> Axis(10, kernel=3, stride=2).lost, Axis(3, kernel=1, stride=2, transposed=True).lost
        (1, 2)
        """
        return (self.unwritten if self.transposed else self.unread()).count

    def coverage(self) -> list[int]:
        cells, period, turns = range(0), 1, 0
        if not self.transposed and self.padding_mode == "zeros":
            cells, period, turns = turned(self._stands, self.size)
        head, once, tail = (
            [self.readings(cell) for cell in part]
            for part in (
                range(cells.start),
                range(cells.start, cells.start + period * (turns > 0)),
                range(cells.start + period * turns, self.size),
            )
        )
        return head + once * turns + tail

    @property
    def _writing(self) -> Writing:
        """The cells of a transposed layer that write to its output."""
        return Writing(self._stands, self.output)

    @property
    def _read(self) -> Cells:
        """The cells that some window reads, or a copy of them."""
        stands, n = self._stands, self.size
        if self.padding_mode == "zeros":
            return stands
        runs = chain.from_iterable(Unread(n, stands).within(end) for end in self._copied)
        return WithCopies(stands, [cell for cell in chain.from_iterable(runs) if self.readings(cell)])

    @property
    def looked_up(self) -> int:
        """How many cells are unread but for copies of them in the padding, which are looked up one by one."""
        alone = Unread(self.size, self._stands)
        return sum(alone.before(end.stop) - alone.before(end.start) for end in self._copied)

    @property
    def _copied(self) -> tuple[range, ...]:
        """The cells, at either end, of which the padding may hold copies."""
        n, widest = self.size, max(self.before, self.after)
        if self.padding_mode == "zeros":
            return ()
        if self.padding_mode == "replicate":
            widest = 0
        return range(min(n, widest + 1)), range(max(widest + 1, n - widest - 1), n)
