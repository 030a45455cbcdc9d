"""Where a step's boards stand on a screen: in the first way in which they fit, or with as much as there is room for.

Sizes are ``(columns, lines)``, those of boards without their titles.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Literal, NamedTuple

from convcli.views.boards import GAP

TITLE = 19  # columns that a board has at least, for its title


class Size(NamedTuple):
    columns: int
    lines: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What there is to show: input maps, the products of each, where there are any, and an output map."""

    maps: int
    input: Size  # a whole map, the weights standing on the window
    window: Size  # no more of it than the window and what is beside it
    bare_input: Size  # both without weights
    bare_window: Size
    products: Size | None
    output: Size
    least_output: Size


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where products and output stand, and what is shown: so many input maps, and so much of each map."""

    products: Literal["beside", "below", "nowhere"]
    output: Literal["right", "below", "beside products"]
    weights: bool  # on the input
    input_size: Size
    output_size: Size
    maps: int = 1

    def left(self, products: Size | None) -> Size:
        """What the input maps take, and their products as far as these stand with them."""
        columns, lines = max(TITLE, self.input_size.columns), self.input_size.lines + 1
        wide, high = products or Size(0, 0)
        if self.products == "beside":
            columns, lines = columns + GAP + wide, max(lines, high + 1)
        elif self.products == "below":
            columns, lines = max(columns, wide), lines + high + 1
        return Size(columns, lines * self.maps)

    def size(self, products: Size | None) -> Size:
        """The screen that it takes."""
        (left, lines), (wide, high) = self.left(products), products or Size(0, 0)
        columns, rows = max(TITLE, self.output_size.columns), self.output_size.lines
        if self.output == "right":
            return Size(left + GAP + columns, max(lines, rows + 1))
        if self.output == "below":
            return Size(max(left, columns), lines + rows + 1)
        return Size(max(left, wide + GAP + columns), lines + max(0, rows - high))


Way = tuple[Literal["beside", "below", "nowhere"], Literal["right", "below", "beside products"]]
WAYS: tuple[Way, ...] = (("beside", "right"), ("beside", "below"), ("below", "beside products"), ("below", "below"))
WITHOUT: tuple[Way, ...] = (("nowhere", "right"), ("nowhere", "below"))


def arranged(needs: Needs, screen: Size) -> Arrangement:
    """The arrangement that shows most of input and output, with products and weights wherever these fit at all.

    >>> needs = Needs(1, Size(30, 6), Size(26, 3), Size(24, 6), Size(20, 3), Size(19, 3), Size(19, 4), Size(19, 1))
    >>> [arranged(needs, Size(columns, 20)).output for columns in (80, 60, 42)]
    ['right', 'below', 'beside products']
    """

    def fits(arrangement: Arrangement) -> bool:
        columns, lines = arrangement.size(needs.products)
        return columns <= screen.columns and lines <= screen.lines

    for least in _ways(needs):
        if grown := [_grown(way, needs, fits) for way in least if fits(way)]:
            return max(grown, key=lambda way: _shown(way, needs))
    left = Size(screen.columns, max(1, screen.lines - 3))
    return Arrangement("nowhere", "below", False, left, Size(screen.columns, 1))


def _ways(needs: Needs) -> Iterator[list[Arrangement]]:
    """The least of each arrangement: those with products come first, and among these the ones with weights."""
    for places, weights in product((WAYS, WITHOUT), (True, False)):
        window = needs.window if weights else needs.bare_window
        if needs.products or places is WITHOUT:
            yield [Arrangement(*place, weights, window, needs.least_output) for place in places]


def _grown(arrangement: Arrangement, needs: Needs, fits: Callable[[Arrangement], bool]) -> Arrangement:
    """As large as the screen lets it be: maps, lines and columns are added by turns."""
    whole = needs.input if arrangement.weights else needs.bare_input
    steps: tuple[Callable[[Arrangement], Arrangement], ...] = (
        lambda way: replace(way, maps=min(way.maps + 1, needs.maps)),
        lambda way: replace(way, output_size=_larger(way.output_size, needs.output, lines=1)),
        lambda way: replace(way, input_size=_larger(way.input_size, whole, lines=1)),
        lambda way: replace(way, input_size=_larger(way.input_size, whole, columns=1)),
        lambda way: replace(way, output_size=_larger(way.output_size, needs.output, columns=1)),
    )
    before = None
    while arrangement != before:
        before = arrangement
        for step in steps:
            arrangement = larger if fits(larger := step(arrangement)) else arrangement
    return arrangement


def _larger(size: Size, whole: Size, columns: int = 0, lines: int = 0) -> Size:
    return Size(min(size.columns + columns, whole.columns), min(size.lines + lines, whole.lines))


def _shown(arrangement: Arrangement, needs: Needs) -> float:
    """Which part of all there is to see is seen."""
    whole = needs.input if arrangement.weights else needs.bare_input
    maps = arrangement.maps / needs.maps
    return maps * prod(arrangement.input_size) / prod(whole) * prod(arrangement.output_size) / prod(needs.output)
