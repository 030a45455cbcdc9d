"""Where the boards of a step stand: input, products and output, as lines of one axis or as maps of two."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from itertools import groupby

from convcli.engine.steps import Step
from convcli.layers.reductions import Place, Term
from convcli.report import Report
from convcli.views.arrangement import TITLE, Arrangement, Needs, Size, arranged
from convcli.views.boards import Sheet, Square, board, celled, crop, titled
from convcli.views.squares import Lit, Squares, window_of
from convcli.views.widgets import fixed
from convcli.wording import map_name, number

SUM = len("  sum -1.2e6")
NO_SQUARE = Square((), "", ())


class Stage(ABC):
    """Draws steps; ``when`` is the step that makes an output."""

    def __init__(self, report: Report, when: Callable[[Place], int]) -> None:
        self.report, self.when, self.squares = report, when, Squares(report)
        layer, axes = report.plan.layer, report.plan.axes
        self.multiplies = layer.reduction.multiplies
        # Along the axes of an input map, one or two:
        self.lines = [axis.line for axis in axes[-2:]]
        alone = layer.largest_window(axes) == 1
        self.taps, self.extents = zip(*((1, 1) if alone else window_of(axis) for axis in axes[-2:]), strict=True)

    @abstractmethod
    def drawn(self, i: int, step: Step, screen: Size, lit: Lit) -> Sheet:
        """Step ``i`` on a screen."""

    def read(self, step: Step) -> dict[Place, list[Term]]:
        """The terms of each input map, known by its batch item, channel and depth; one map at least."""
        flat = len(self.lines)
        maps = {lead: list(terms) for lead, terms in groupby(step.terms, lambda term: term.place[:-flat])}
        return maps or {(step.output_index[0], 0, *(0 for _ in self.report.plan.axes[:-flat])): []}

    def name(self, lead: Place, maps: Collection[Place]) -> str:
        """What an input map is called."""
        return map_name(lead[1:]) if len(maps) > 1 else "input"

    def left_out(self, step: Step, count: int) -> Sheet:
        """A line on the maps that have found no room."""
        if not count:
            return Sheet()
        said = f"... and {count:,} more like it"
        if self.multiplies:
            said += f", sum {number(sum(total for _, total in step.maps[-count:]))}"
        return Sheet([fixed(said, "muted")])

    def output(self, i: int, place: Place, size: Size, lit: Lit) -> Sheet:
        """The output map that a step writes to, as far as it has got; the channels of one axis are its rows."""
        *lead, row, column = place
        *others, high, wide = map(range, self.report.output_shape)
        rows = crop(high, row, row, size.lines)
        columns = crop(wide, column, column, size.columns // self.squares.output)
        which = map_name(lead[1:]).split(", ") if lead[1:] else []
        alone = len(others) > 1 and len(others[1]) == 1  # a channel that isn't told
        name = ", ".join(["output", *which[alone:]])
        name = _with_part(name, (rows, columns), (high, wide), size.columns)
        squares = [
            [self.squares.output_of((*lead, r, c), self.when((*lead, r, c)) - i, lit) for c in columns] for r in rows
        ]
        # Nothing stands to the right of it: its title may be as long as the screen is wide.
        return titled(name, len(name), board(squares, [self.squares.output] * len(columns)))


class Lines(Stage):
    """One axis: each channel a line, its weights and products below the window, and the output's lines."""

    def drawn(self, i: int, step: Step, screen: Size, lit: Lit) -> Sheet:
        squares, [line], [taps] = self.squares, self.lines, self.taps
        maps = self.read(step)
        label = max(len("product"), *(len(self.name(lead, maps)) for lead in maps)) + 1
        lens = max(squares.narrow, squares.weighted + 2, squares.product + 1)
        room = screen.columns - label - SUM * self.multiplies
        products = self.multiplies and taps * lens <= room
        spare = room - taps * (lens - squares.narrow) * products
        places = [term.place[-1] for term in step.terms] or [0]
        columns = crop(line, min(places), max(places), max(1, spare // squares.narrow))
        height = 3 if products else 1
        count = min(len(maps), max(1, (screen.lines - 4) // height))
        whole = Sheet([fixed(_with_part("input", [columns], [line], screen.columns), "muted")] * (columns != line))
        for lead, terms in [*maps.items()][:count]:
            window = {term.place: term for term in terms}
            there = [window.get((*lead, column)) for column in columns]
            rows = [[squares.input((*lead, column), window, False, lit) for column in columns]]
            if products:
                rows.append([squares.factor(term, lit) if term else NO_SQUARE for term in there])
                rows.append([squares.product_of(term, lit, " ") if term else NO_SQUARE for term in there])
            labels = [text.ljust(label - 1) for text in (self.name(lead, maps), "weight", "product")]
            wide = [lens if term and products else squares.narrow for term in there]
            drawn = board(rows, wide, labels)
            if products:
                drawn.lines[-1].append(f"  sum {celled(sum(term.product for term in terms))}")
            whole = whole.over(drawn)
        whole = whole.over(self.left_out(step, len(maps) - count))
        left = screen.lines - len(whole.lines) - 1
        return whole.over(self.output(i, step.output_index, Size(screen.columns, max(1, left)), lit))


class Maps(Stage):
    """Two axes or three: maps of the input with their products, one below the other, and the output's."""

    def __init__(self, report: Report, when: Callable[[Place], int]) -> None:
        super().__init__(report, when)
        self.arrangements: dict[tuple[Size, int], Arrangement] = {}
        products = Size(max(TITLE, self.squares.product * self.taps[1]), self.taps[0])
        self.products_size = products if self.multiplies else None

    def drawn(self, i: int, step: Step, screen: Size, lit: Lit) -> Sheet:
        maps = self.read(step)
        way = self.arrangement(screen, len(maps))
        output = self.output(i, step.output_index, way.output_size, lit)
        whole = Sheet()
        for n, (lead, terms) in enumerate([*maps.items()][: way.maps], 1):
            sheet = self.input(self.name(lead, maps), lead, terms, way, lit)
            products = self.products(terms, lit)
            if way.output == "beside products" and n == way.maps and self.products_size:
                products = products.beside(output, self.products_size.columns)
            if way.products == "beside":
                sheet = sheet.beside(products, way.input_size.columns)
            elif way.products == "below":
                sheet = sheet.over(products)
            whole = whole.over(sheet)
        whole = whole.over(self.left_out(step, len(maps) - way.maps))
        if way.output == "right":
            return whole.beside(output, way.left(self.products_size).columns)
        return whole.over(output) if way.output == "below" else whole

    def arrangement(self, screen: Size, maps: int) -> Arrangement:
        """How steps of so many maps are laid out: the same from the first to the last."""
        if (screen, maps) not in self.arrangements:
            squares = self.squares
            *_, high, wide = self.report.output_shape
            [rows, columns], [down, across] = map(len, self.lines), self.extents
            whole, window = Size(columns * squares.narrow, rows), Size(across * squares.narrow, down)
            weights = self.taps[1] * squares.weighted
            needs = Needs(
                maps,
                Size(whole.columns + weights, rows),
                Size(window.columns + weights, down),
                whole,
                window,
                self.products_size,
                Size(wide * squares.output, high),
                Size(min(3, wide) * squares.output, 1),
            )
            way = arranged(needs, screen)
            if way.maps < maps:  # which takes a line to say
                way = arranged(needs, Size(screen.columns, screen.lines - 1))
            self.arrangements[screen, maps] = way
        return self.arrangements[screen, maps]

    def input(self, name: str, lead: Place, terms: list[Term], way: Arrangement, lit: Lit) -> Sheet:
        """A map of the input around the window."""
        window = {term.place: term for term in terms}
        spans = [(min(along), max(along)) for along in list(zip(*(window or [(*lead, 0, 0)]), strict=True))[-2:]]
        spare = way.input_size.columns - way.weights * self.taps[1] * self.squares.weighted
        most = (way.input_size.lines, max(1, spare // self.squares.narrow))
        shown = [crop(line, *span, room) for line, span, room in zip(self.lines, spans, most, strict=True)]
        rows, columns = shown
        spread = {place[-1] for place in window if way.weights}
        wide = [self.squares.narrow + self.squares.weighted * (column in spread) for column in columns]
        squares = [
            [self.squares.input((*lead, row, column), window, column in spread, lit) for column in columns]
            for row in rows
        ]
        name = _with_part(name, shown, self.lines, way.input_size.columns)
        return titled(name, way.input_size.columns, board(squares, wide))

    def products(self, terms: list[Term], lit: Lit) -> Sheet:
        """The products as the window stands, below their sum."""
        rows = [list(row) for _, row in groupby(terms, key=lambda term: term.place[-2])]
        columns = [self.squares.product] * max(map(len, rows), default=0)
        drawn = board([[self.squares.product_of(term, lit) for term in row] for row in rows], columns)
        missing = Sheet([fixed()] * (self.taps[0] - len(rows)))
        return titled(f"products, sum {celled(sum(term.product for term in terms))}", TITLE, drawn.over(missing))


def _with_part(name: str, shown: Sequence[range], whole: Sequence[range], width: int) -> str:
    """A map's name, and which part of it is shown where that isn't all; as a slice where that alone fits."""
    axes = ("rows", "columns") if len(whole) == 2 else ("positions",)
    parts = [
        f"{axis} {part[0]} to {part[-1]}"
        for axis, part, all_ in zip(axes, shown, whole, strict=True)
        if len(part) < len(all_)
    ]
    said = " · ".join([name, *parts])
    slices = ", ".join(f"{part.start}:{part.stop}" for part in shown)
    return f"{name} [{slices}]" if len(said) > width and parts else said
