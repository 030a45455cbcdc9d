"""Which outputs, cells and weights a reader wants to look into, worked out and refused before anything runs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from convcli.layers.base import whole
from convcli.layers.reductions import Place
from convcli.matching import matching
from convcli.plan import Plan
from convcli.refusals import Refusal, Spelling, Words
from convcli.whole_numbers import whole_numbers
from convcli.wording import counted

FIRST = {1: 4, 2: 2, 3: 1}  # steps shown unless more are asked for, by the layer's axes
WORDS = ("first", "all")  # which steps, in words
MOST = 10_000
MOST_TERMS = 300_000
MOST_DRAWN, FEWEST_DRAWN = 400, 12  # steps that a picture is asked for; of long ones, those that it shows
RANGE = r"(-?\d{1,18})?:(-?\d{1,18})?"  # as Python has them, 0:4 or -4:
LEADING = ("", ", channels first", ", batch and channels first")


class NoCell(Refusal):
    name: str
    text: str
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"{spell(self.name, self.text)} is not a cell index"
        return why, f"cells go from {_ends(self.shape)}; -1 is the last"


class NoSuchCell(Refusal):
    name: str
    index: Sequence[int]
    shape: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"{spell(self.name, list(self.index))}: there is no such cell in {list(self.shape)}"
        return why, f"they go from {_ends(self.shape)}; -1 is the last"


def _ends(shape: Sequence[int]) -> str:
    return f"{','.join('0' * len(shape))} to {','.join(str(size - 1) for size in shape)}"


class OneOrSeveral(Refusal):
    def said(self, spell: Spelling) -> Words:
        return f"{spell('at')} is one step, and {spell('steps')} is several", "choose one"


class UnknownSteps(Refusal):
    text: str
    count: int
    fitting: int

    def said(self, spell: Spelling) -> Words:
        every = ["all"] if self.count <= min(MOST, self.fitting) else []
        some = ["first", *every, f"0:{min(4, self.count, self.fitting)}"]
        fix = f"try {', or '.join(spell('steps', each) for each in some)}"
        return f"{spell('steps', self.text)} is unknown", fix


class NoSuchStep(Refusal):
    text: str
    count: int
    fitting: int

    def said(self, spell: Spelling) -> Words:
        some = spell("steps", f"0:{min(4, self.count, self.fitting)}")
        if self.text.isdecimal():
            why = f"{spell('steps', self.text)} asks for the first {self.text} of {counted(self.count, 'step')}"
            return why, f"give {spell('at', 0)} instead for the first, or {some} for several"
        there_are = "there is only" if self.count == 1 else "there are only"
        why = f"{spell('steps', self.text)}: {there_are} {counted(self.count, 'step')}"
        return why, f"give a part of 0:{self.count}, for example {some}"


class TooManySteps(Refusal):
    """``fitting``: how many of them have terms that can be looked at."""

    count: int
    fitting: int

    def said(self, spell: Spelling) -> Words:
        fix = f"pick a part: {spell('steps', f'0:{min(100, self.fitting)}')}"
        return f"that would be {self.count:,} steps; the limit is {MOST:,}", fix


class TooManyTerms(Refusal):
    steps: int
    terms: int

    def said(self, spell: Spelling) -> Words:
        steps, each = f"{self.steps:,} steps" if self.steps > 1 else "a step", self.terms // self.steps
        why = f"{steps} of this layer {'have' if self.steps > 1 else 'has'} {self.terms:,} terms"
        fix = f"pick one instead: {spell('at', 0)}" if each <= MOST_TERMS else "take a smaller kernel or fewer channels"
        return f"{why}; the limit is {MOST_TERMS:,}", fix


class RegionAndCells(Refusal):
    def said(self, spell: Spelling) -> Words:
        cells = f"{spell('at')} or {spell('steps')}"
        return f"{spell('region')}, and {cells}, both say which output cells to draw", "choose one"


class NotARegion(Refusal):
    text: str
    part: str

    def said(self, spell: Spelling) -> Words:
        return f"{spell('region', self.text)} isn't a range for each axis", f"try {spell('region', self.part)}"


class EmptyRegion(Refusal):
    text: str
    shape: Sequence[int]
    part: str

    def said(self, spell: Spelling) -> Words:
        why = f"{spell('region', self.text)} holds no output cell: the output is {list(self.shape)}"
        return why, f"ranges start at 0: try {spell('region', self.part)}"


class SeveralDrawn(Refusal):
    """The cells to draw are of more than one batch item; ``part`` is a region that can be drawn."""

    part: str
    axes: int

    def said(self, spell: Spelling) -> Words:
        leading = LEADING[self.part.count(",") + 1 - self.axes]
        fix = f"draw a part of it instead: {spell('region', self.part)} (a range for each axis{leading})"
        return "a picture shows one batch item, and these steps are of several", fix


@dataclass(frozen=True)
class Picks:
    """What to look into: outputs whose steps are told, outputs that are drawn, an input cell, a weight."""

    steps: tuple[Place, ...] = ()
    drawn: tuple[Place, ...] = ()
    cell: Place | None = None
    weight: Place | None = None
    coverage: bool = False


def pick(
    plan: Plan,
    *,
    steps: str | None = None,
    at: Sequence[int] | str | None = None,
    from_cell: Sequence[int] | str | None = None,
    of_weight: Sequence[int] | str | None = None,
    coverage: bool = False,
    draw: bool = False,
    region: str | None = None,
) -> Picks:
    """Work out what was asked for; ``draw``: some of it is drawn.

    Raises:
        Refusal: there are no such cells, or too many.
    """
    chosen = _steps(plan, steps, at)
    weight_shape = plan.layer.weight_shape
    return Picks(
        chosen,
        _drawn(plan, chosen, region) if draw else (),
        None if from_cell is None else cell("from_cell", from_cell, plan.shape),
        None if of_weight is None or weight_shape is None else cell("of_weight", of_weight, weight_shape),
        coverage,
    )


def cell(name: str, index: Sequence[int] | int | str, shape: Sequence[int]) -> Place:
    """A cell of an array, by its indices or as a reader types them, below 0 from the end; leading ones may be left out.

    >>> cell("at", "-1", (1, 2, 8)), cell("at", (1, -2), (1, 2, 8)), cell("at", 3, (1, 2, 8))
    ((0, 0, 7), (0, 1, 6), (0, 0, 3))
    """
    if isinstance(index, str):
        numbers = whole_numbers(index)
    else:
        numbers = tuple(whole(name, i) for i in (index if isinstance(index, Iterable) else (index,)))
    if numbers is None:
        raise NoCell(name=name, text=str(index), shape=shape)
    place = (0,) * (len(shape) - len(numbers)) + numbers
    if len(place) != len(shape) or not all(-size <= i < size for i, size in zip(place, shape, strict=True)):
        raise NoSuchCell(name=name, index=numbers, shape=shape)
    return tuple(i % size for i, size in zip(place, shape, strict=True))


def cells(shape: Sequence[int], first: int, last: int) -> list[Place]:
    """The cells of an array from the ``first`` up to but without the ``last``, the last axis fastest.

    >>> cells((2, 3), 1, 4)
    [(0, 1), (0, 2), (1, 0)]
    """
    places = []
    for flat in range(first, last):
        index: Place = ()
        for size in reversed(shape):
            flat, i = divmod(flat, size)
            index = (i, *index)
        places.append(index)
    return places


def some(shape: Sequence[int]) -> list[Place]:
    """Three outputs worth a look: the first of the first channel, the middle one and the last.

    >>> some((2, 4, 8)), some((1, 1, 1, 3))
    ([(0, 0, 0), (0, 0, 4), (0, 0, 7)], [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 0, 2)])
    """
    sizes = shape[2:]
    places = ([0] * len(sizes), [size // 2 for size in sizes], [size - 1 for size in sizes])
    return list(dict.fromkeys((0, 0, *place) for place in places))


def _steps(plan: Plan, text: str | None, at: Sequence[int] | str | None) -> tuple[Place, ...]:
    """The outputs of ``all``, ``first``, ``4``, which is the first four, or ``0:4``, or the one of ``at``."""
    shape = plan.output_shape
    if at is not None and text:
        raise OneOrSeveral()
    if at is not None:
        place = cell("at", at, shape)
        check_terms(plan, 1)
        return (place,)
    if not text:
        return ()
    count = prod(shape)
    first, last = 0, count
    meant = matching(text, WORDS)
    if meant == ["first"]:
        last = min(count, FIRST[plan.layer.ndim])
    elif part := re.fullmatch(RANGE, text):
        first, last, _ = slice(*(int(end) if end else None for end in part.groups())).indices(count)
    elif re.fullmatch("[0-9]{1,18}", text):
        last = min(count, int(text))
    elif meant != ["all"]:
        raise UnknownSteps(text=text, count=count, fitting=_fitting(plan))
    if first >= last:
        raise NoSuchStep(text=text, count=count, fitting=_fitting(plan))
    if last - first > MOST:
        raise TooManySteps(count=last - first, fitting=_fitting(plan))
    check_terms(plan, last - first)
    return tuple(cells(shape, first, last))


def check_terms(plan: Plan, steps: int) -> None:
    """Refuse steps of more terms in all than anybody can look at."""
    if (terms := steps * plan.layer.largest_window(plan.axes)) > MOST_TERMS:
        raise TooManyTerms(steps=steps, terms=terms)


def terms_of(plan: Plan, picks: Picks) -> int:
    """How many terms the steps have that are told, or drawn."""
    return len(picks.steps or picks.drawn) * plan.layer.largest_window(plan.axes)


def _fitting(plan: Plan) -> int:
    """How many steps have no more terms than can be looked at; one at least."""
    return max(1, MOST_TERMS // max(1, plan.layer.largest_window(plan.axes)))


def _drawn(plan: Plan, picked: tuple[Place, ...], region: str | None) -> tuple[Place, ...]:
    """The output cells that were said to be drawn: those picked, or of a region the first so many."""
    if picked and region:
        raise RegionAndCells()
    if region is None:
        if len({batch for batch, *_ in picked}) > 1:
            raise SeveralDrawn(part=part_of(plan), axes=len(plan.axes))
        check_terms(plan, min(FEWEST_DRAWN, len(picked) or prod(plan.output_shape[2:])))
        return picked
    ranges = _ranges(plan, region)
    if len(ranges[0]) > 1:
        raise SeveralDrawn(part=part_of(plan, ranges), axes=len(ranges) - 2)
    places = tuple(islice(product(*ranges), MOST_DRAWN))
    check_terms(plan, min(FEWEST_DRAWN, len(places)))
    return places


def part_of(plan: Plan, ranges: Sequence[range] = ()) -> str:
    """The first of the output's cells, or of these, as a region is typed: of one batch item and channel, so many.

    >>> from convcli.plan import make_plan
    >>> part_of(make_plan("conv2d", {}, size=(300, 300)))
    '0:20,0:20'
    """
    ranges = ranges or [range(size) for size in plan.output_shape]
    batch, _, *axes = ranges
    side = next(n for n in range(MOST_DRAWN, 0, -1) if n ** len(axes) <= min(MOST_DRAWN, _fitting(plan)))
    sides = (1, 1, *[side] * len(axes))
    parts = [f"{part[0]}:{part[0] + min(len(part), size)}" for part, size in zip(ranges, sides, strict=True)]
    # Channels that are left out are taken whole, and so are none but the first of the batch's items.
    return ",".join(parts[0 if len(batch) > 1 or batch[0] else 1 if plan.output_shape[1] > 1 else 2 :])


def _ranges(plan: Plan, region: str | None) -> list[range]:
    """The output cells of ``0:16,0:16``; of axes left out, channels are taken whole, the batch's first item alone."""
    shape = plan.output_shape
    slices = [slice(1)] + [slice(None)] * (len(shape) - 1)
    if region is not None:
        parts = [re.fullmatch(RANGE, part.strip()) for part in region.split(",")]
        if None in parts or not 0 <= (left_out := len(shape) - len(parts)) <= 2:
            raise NotARegion(text=region, part=part_of(plan))
        slices[left_out:] = [slice(*(int(end) if end else None for end in part.groups())) for part in parts if part]
    ranges = [range(size)[part] for size, part in zip(shape, slices, strict=True)]
    if not all(ranges):
        raise EmptyRegion(text=region or "", shape=shape, part=part_of(plan))
    return ranges
