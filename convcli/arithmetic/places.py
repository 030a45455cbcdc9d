"""Which cells a window's taps stand on, and which they leave out: counted and found by ranges, never cell by cell.

Taps stand ``dilation`` apart and windows ``stride`` apart. A place is the same for a tap that is stride / g further and
a window that is dilation / g before, g being their greatest common divisor: so each place is counted by its first tap,
and how many there are below another is a sum of ⌊(a·i + b) / m⌋, which takes as many turns as Euclid's algorithm.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import gcd
from typing import Protocol

NEAR = 32  # cells that are looked at one by one before any are jumped over


def floor_sum(count: int, modulus: int, factor: int, offset: int) -> int:
    """The sum of ⌊(factor · i + offset) / modulus⌋ over i from 0 up to, without, ``count``.

    Source: the algorithm of AtCoder's library, https://atcoder.github.io/ac-library/, which is Euclid's.

    >>> floor_sum(4, 10, 6, 3), sum((6 * i + 3) // 10 for i in range(4))
    (3, 3)
    """
    total = 0
    while count > 0:
        total += count * (count - 1) // 2 * (factor // modulus) + count * (offset // modulus)
        factor, offset = factor % modulus, offset % modulus
        count, offset = divmod(factor * count + offset, modulus)
        modulus, factor = factor, modulus
    return total


def first_tap(away: int, dilation: int, stride: int) -> int | None:
    """The first tap, from 0 on, that is whole strides short of a place so far away; None: there is none.

    >>> first_tap(7, 3, 5), first_tap(7, 2, 4)
    (4, None)
    """
    common = gcd(dilation, stride)
    period = stride // common
    return None if away % common else away // common * pow(dilation // common, -1, period) % period


class Cells(Protocol):
    """Some cells of an axis."""

    def __contains__(self, cell: int, /) -> bool: ...

    def below(self, cell: int) -> int:
        """How many of them are smaller than a cell, as far as the axis goes."""

    @property
    def repeats(self) -> tuple[range, int]:
        """Where they repeat themselves, and after how many cells."""


def turned(read: Cells, size: int) -> tuple[range, int, int]:
    """Where on an axis of this size cells repeat themselves, after how many, and how many whole times."""
    cells, period = read.repeats
    start, stop = max(0, cells.start), min(cells.stop, size)
    turns = max(0, stop - start) // period
    return range(start, max(start, stop)), period, turns


@dataclass(frozen=True, slots=True)
class Every:
    """All the cells there are."""

    repeats = range(0), 1

    def __contains__(self, cell: int) -> bool:
        return True

    def below(self, cell: int) -> int:
        return cell


@dataclass(frozen=True, slots=True)
class Places:
    """The places start + tap · dilation + window · stride; taps and windows are counted from 0.

    >>> places = Places(-1, taps=2, dilation=3, windows=3, stride=2)
    >>> [place for place in range(-5, 9) if place in places], places.below(4), list(places.taps_at(2))
    ([-1, 1, 2, 3, 4, 6], 4, [1])
    """

    start: int
    taps: int
    dilation: int
    windows: int
    stride: int

    def taps_at(self, place: int) -> range:
        """The taps that stand on a place, each of another window."""
        away = place - self.start
        fits = first_tap(away, self.dilation, self.stride)
        if fits is None:
            return range(0)
        period = self.stride // gcd(self.dilation, self.stride)
        low = max(0, -(((self.windows - 1) * self.stride - away) // self.dilation))
        return range(low + (fits - low) % period, min(self.taps, away // self.dilation + 1), period)

    def __contains__(self, place: int) -> bool:
        return bool(self.taps_at(place))

    def below(self, place: int) -> int:
        """How many places are smaller than this one, each counted once."""
        common = gcd(self.dilation, self.stride)
        taps, windows = self.stride // common, self.dilation // common
        again = self._pairs(self.taps - taps, self.windows - windows, place - self.start - taps * self.dilation)
        return self.readings_below(place) - again

    def readings_below(self, place: int) -> int:
        """The same, counted as often as a tap stands there."""
        return self._pairs(self.taps, self.windows, place - self.start)

    def readings_in(self, places: range) -> int:
        """How often a tap stands on one of these neighbours."""
        if len(places) == 1:
            return len(self.taps_at(places[0]))
        return self.readings_below(places.stop) - self.readings_below(places.start)

    def _pairs(self, taps: int, windows: int, away: int) -> int:
        """How many of so many taps, in so many windows, stand less than so far from the start."""
        if min(taps, windows, away) <= 0:
            return 0
        whole = min(taps, max(0, (away - 1 - (windows - 1) * self.stride) // self.dilation + 1))  # in every window
        some = min(taps, (away - 1) // self.dilation + 1)  # in the first window at least
        last = away - (some - 1) * self.dilation
        return whole * windows + floor_sum(some - whole, self.stride, self.dilation, last + self.stride - 1)

    @property
    def repeats(self) -> tuple[range, int]:
        taps, windows = self.taps * self.dilation, self.windows * self.stride
        if taps - self.dilation <= windows:
            return range(self.start + taps - self.dilation, self.start + windows), self.stride
        return range(self.start + windows - self.stride, self.start + taps), self.dilation


@dataclass(frozen=True, slots=True)
class Writing:
    """The windows of which some tap stands on a line from 0 up to, without, ``line``.

    >>> writing = Writing(Places(-3, taps=2, dilation=3, windows=5, stride=1), line=1)
    >>> [window for window in range(5) if window in writing], writing.below(3)
    ([0, 3], 1)
    """

    places: Places
    line: int

    def __contains__(self, window: int) -> bool:
        return bool(self.taps_of(window))

    def taps_of(self, window: int) -> range:
        """The taps of a window that stand on the line."""
        start, dilation = self.places.start + window * self.places.stride, self.places.dilation
        return range(max(0, -(start // dilation)), min(self.places.taps, (self.line - 1 - start) // dilation + 1))

    def below(self, window: int) -> int:
        first, inside, after = self._ends
        before = range(first, min(window, inside))
        return self._reaching(before) + max(0, min(window, after) - inside)

    @property
    def _ends(self) -> tuple[int, int, int]:
        """The first window that may reach the line, the first that starts on it, and the first that starts behind."""
        places = self.places
        reach = places.start + (places.taps - 1) * places.dilation
        edges = (-(reach // places.stride), -(places.start // places.stride))
        first, inside = (min(places.windows, max(0, edge)) for edge in edges)
        after = min(places.windows, -((places.start - self.line) // places.stride))
        return first, inside, max(inside, after)

    def _reaching(self, windows: range) -> int:
        """How many of these, which start before the line, have a tap that doesn't step over it."""
        places = self.places
        if self.line >= places.dilation or not windows:
            return max(0, windows.stop - windows.start)
        offset, count = places.start + windows.start * places.stride, windows.stop - windows.start
        starts = [floor_sum(count, places.dilation, places.stride, offset - line) for line in (0, self.line)]
        return starts[0] - starts[1]

    @property
    def repeats(self) -> tuple[range, int]:
        first, inside, _ = self._ends
        return range(first, inside), self.places.dilation // gcd(self.places.dilation, self.places.stride)


@dataclass(frozen=True, slots=True)
class WithCopies:
    """Cells, and ``more`` of them, in order: those of which only a copy in the padding is read."""

    cells: Cells
    more: Sequence[int]

    def __contains__(self, cell: int) -> bool:
        at = bisect_left(self.more, cell)
        return cell in self.cells or cell in self.more[at : at + 1]

    def below(self, cell: int) -> int:
        return self.cells.below(cell) + bisect_left(self.more, cell)

    @property
    def repeats(self) -> tuple[range, int]:
        cells, period = self.cells.repeats
        edges = [-1, *self.more, cells.stop]
        gaps = [range(max(cells.start, low + 1), min(cells.stop, high)) for low, high in pairwise(edges)]
        return max(gaps, key=lambda gap: gap.stop - gap.start), period


@dataclass(frozen=True, slots=True)
class Unread:
    """The cells of an axis, from 0 up to, without, ``size``, that are none of ``read``; in order, however many.

    >>> unread = Unread(10**12, Places(0, taps=1, dilation=1, windows=10**11, stride=10))
    >>> unread.count, unread[2], unread[-1], 30 in unread, unread.before(25)
    (900000000000, 3, 999999999999, False, 22)
    """

    size: int
    read: Cells

    @property
    def count(self) -> int:
        return self.before(self.size)

    def before(self, cell: int) -> int:
        """How many of them are smaller than a cell."""
        cell = min(max(cell, 0), self.size)
        return cell - self.read.below(cell) + self.read.below(0)

    def __bool__(self) -> bool:
        return self.count > 0

    def __contains__(self, cell: int) -> bool:
        return 0 <= cell < self.size and cell not in self.read

    def __getitem__(self, index: int) -> int:
        """One of them by its place in the order; below 0 from the end."""
        index += self.count if index < 0 else 0
        if not 0 <= index < self.count:
            raise IndexError(index)
        return _first(0, self.size, lambda cell: self.before(cell + 1) > index)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self.runs())

    def runs(self) -> Iterator[range]:
        """All of them as ranges of neighbours."""
        cells, period, turns = turned(self.read, self.size)
        if turns < 2:
            yield from self.within(range(self.size))
            return
        first, rest = cells.start + period, cells.start + period * turns
        yield from self.within(range(first))
        once = list(self.within(range(cells.start, first)))
        for away in range(period, period * turns, period) if once else ():
            yield from (range(run.start + away, run.stop + away) for run in once)
        yield from self.within(range(rest, self.size))

    def within(self, cells: range) -> Iterator[range]:
        """Those among these cells, as ranges."""
        cell = cells.start
        while (start := self._next(cell, cells.stop, True)) < cells.stop:
            cell = self._next(start, cells.stop, False)
            yield range(start, cell)

    def _next(self, cell: int, stop: int, unread: bool) -> int:
        """The next cell from this one on that is unread, or that is read; ``stop`` where there is none before it."""
        for near in range(cell, min(stop, cell + NEAR)):
            if (near not in self.read) == unread:
                return near
        cell, far = min(stop, cell + NEAR), NEAR
        before = self.before(cell)

        def found(end: int) -> bool:
            return self.before(end) - before != (0 if unread else end - cell)

        while cell + far < stop and not found(cell + far):
            far *= 2
        return _first(cell, min(stop, cell + far), lambda each: found(each + 1))


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first number of a range for which something holds, as it does for all after it; the end for none."""
    while low < high:  # bisect takes no range that is longer than memory
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
