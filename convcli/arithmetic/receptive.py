"""Receptive fields along one axis: which input cells a cell of some later layer can see.

A field is followed from the input on, one layer's windows after the other: ``r ← r + (e − 1)·j``, ``j ← j·s`` for an
effective kernel ``e`` and a stride ``s`` (Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill, 2019). Transposed layers, upsampling and adaptive pooling make fields that differ from cell to cell;
they repeat after a period, so that each is followed exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from convcli.arithmetic.windows import Windows

LONGEST = 4096  # cells of a period that are followed one by one


@dataclass(frozen=True, slots=True)
class Field:
    """Cell i of a layer sees the input from ``first(i)`` to ``last(i)``, as if the input had no ends.

    Cell i + period sees the same ``advance`` cells further on; the period is the length of both tuples.

    >>> from convcli.arithmetic.axis import Axis
    >>> Field().through(Axis(224, kernel=11, stride=4, before=2))
    Field(firsts=(-2,), lasts=(8,), advance=4)
    >>> Field().through(Axis(224, kernel=11, stride=4)).through(Axis(55, kernel=3, stride=2)).size
    19
    """

    firsts: tuple[int, ...] = (0,)
    lasts: tuple[int, ...] = (0,)
    advance: int = 1

    def first(self, cell: int) -> int:
        turns, phase = divmod(cell, len(self.firsts))
        return self.firsts[phase] + turns * self.advance

    def last(self, cell: int) -> int:
        turns, phase = divmod(cell, len(self.lasts))
        return self.lasts[phase] + turns * self.advance

    @property
    def sizes(self) -> tuple[int, int]:
        """The fewest and the most cells that one sees, from the first to the last of them."""
        counts = [last - first + 1 for first, last in zip(self.firsts, self.lasts, strict=True)]
        return min(counts), max(counts)

    @property
    def size(self) -> int:
        """The most cells that one sees."""
        return self.sizes[1]

    @property
    def jump(self) -> Fraction:
        """Input cells from one cell to the next; on average where that differs."""
        return Fraction(self.advance, len(self.firsts))

    @property
    def exact(self) -> bool:
        """Whether every cell sees as many."""
        return len(set(self.sizes)) == 1

    def within(self, cell: int, size: int) -> range:
        """What of an input of this size a cell sees."""
        return range(max(0, self.first(cell)), min(size, self.last(cell) + 1))

    def through(self, windows: Windows) -> "Field":
        """The field after one more layer."""
        step, cells = windows.pattern
        turns = len(self.firsts) // gcd(len(self.firsts), cells)
        if step * turns > LONGEST:
            return self.hull(windows.size)
        spans = [windows.span(output) for output in range(step * turns)]
        advance = self.advance * turns * cells // len(self.firsts)
        return Field(tuple(self.first(a) for a, _ in spans), tuple(self.last(b) for _, b in spans), advance)

    def hull(self, count: int) -> "Field":
        """What the first ``count`` cells see together."""
        ends = range(max(1, min(count, len(self.firsts))))
        first = min(self.first(cell) for cell in ends)
        last = max(self.last(count - 1 - cell) for cell in ends)
        return Field((first,), (last,), 0)

    def reached_from(self, cell: int, count: int) -> range:
        """Which of a layer's ``count`` cells can see an input cell: its projective field.

        >>> from convcli.arithmetic.axis import Axis
        >>> Field().through(Axis(10, kernel=3, stride=2)).reached_from(4, 4)
        range(1, 3)
        """
        ends = [end for phase in range(min(count, len(self.firsts))) for end in self._seeing(phase, cell, count)]
        return range(min(ends), max(ends) + 1) if ends else range(0)

    def _seeing(self, phase: int, cell: int, count: int) -> tuple[int, ...]:
        """The first and the last of ``count`` cells of this phase that see an input cell; nothing if none does."""
        period, past, short = len(self.firsts), cell - self.firsts[phase], cell - self.lasts[phase]
        first, last = 0, (count - 1 - phase) // period
        if self.advance:
            first, last = max(first, -(-short // self.advance)), min(last, past // self.advance)
        elif past < 0 or short > 0:
            return ()
        return (phase + first * period, phase + last * period) if first <= last else ()


def union(fields: Sequence[Field]) -> Field | None:
    """The field where paths join; None where they are not aligned: their cells don't move on together."""
    period = max(len(field.firsts) for field in fields)
    if len({field.jump for field in fields}) > 1 or any(period % len(field.firsts) for field in fields):
        return None
    cells = range(period)
    firsts = tuple(min(field.first(i) for field in fields) for i in cells)
    lasts = tuple(max(field.last(i) for field in fields) for i in cells)
    advance = next(field.advance for field in fields if len(field.firsts) == period)
    return Field(firsts, lasts, advance)
