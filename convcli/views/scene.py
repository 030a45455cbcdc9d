"""A layer's steps as marks on paper: what stays, and what each moment adds. Every format draws these."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import ceil, sqrt
from textwrap import wrap
from typing import TYPE_CHECKING

from convcli.layers.reductions import Place
from convcli.report import Report
from convcli.views import marks as draw
from convcli.views.composition import FOOT, LINE, MARGIN, Composition
from convcli.views.drawing import DOTTED, GLYPH, Box, Mark, Path, Point, Shades, Words, moved
from convcli.views.layout import FULL, TALL, Grid
from convcli.views.marks import LEAST, LINES_FROM, Span
from convcli.views.plane import Moment, Product, Ranges, Seen
from convcli.views.shades import shrunk
from convcli.views.thumbs import thumbnails
from convcli.views.tints import ground, grounds
from convcli.wording import map_name, short

if TYPE_CHECKING:
    import numpy as np

MOST_SHADES = 80_000  # cells of shaded maps in all; of more, each shade is the mean of several
MOST_CELLS = 900  # of a map that are drawn one by one
CHIP = 27.0  # the height of a weight on the tile
SECONDS, LAST_SECONDS = 1.0, 3.0  # a step, and the last one

Version = tuple[int, int, Box, Words]  # from which moment to which, an output's cell and its number


@dataclass(frozen=True)
class Drawn:
    """What one moment shows besides what stays: marks under the numbers, and over them; where either tile is."""

    under: list[Mark]
    over: list[Mark]
    tiles: tuple[Point, Point]
    row: int  # the tiles glide within a row


class Scene:
    """The picture of a report."""

    def __init__(self, report: Report) -> None:
        self.whole = Composition(report)
        self.plane, self.moments, self.layout = self.whole.plane, self.whole.moments, self.whole.layout
        self.input, self.output, self.most = self.whole.input, self.whole.output, self.whole.most
        self.rows = self.whole.leads[: len(self.layout.inputs)]
        self.title = report.plan.layer.code + self.whole.item
        self.about = f"{list(report.plan.shape)} to {list(report.output_shape)}. {self.moments[-1].says[0]}"

    def kept(self, most: int) -> list[int]:
        """Which moments to show, so many at most: those of the first row, and then the last of a row."""
        last = len(self.moments) - 1
        if most > last:
            return list(range(last + 1))
        rows = [moment.row for moment in self.drawn]
        ends = [i for i in range(1, last + 1) if rows[i] > rows[0] and (i == last or rows[i + 1] > rows[i])] or [last]
        first = [i for i in range(last) if rows[i] == rows[0]][: max(most - len(ends), most * 2 // 3)]
        return [*first, *ends[:: -ceil(len(ends) / max(1, most - len(first)))][::-1]]

    def told(self, shown: int) -> str:
        """What a picture of so many moments shows, in words."""
        count, word = self.plane.count, "stamp" if self.plane.stamps else "step"
        words = f"{count:,} {word}{'s' * (count > 1)}"
        if shown == 1 < count:
            words = f"{'the last' if self.plane.ends else 'one'} of {words}"
        elif shown < count:
            whole = self.moments[-1].spot[0] > 0 and not self.plane.picked
            words = f"{shown} of {words}" + ", the first row's and then one in a row" * whole
        others = len(self.plane.others)
        return words + self.whole.item + f", output {map_name(self.plane.lead[1:])} of {others:,}" * (others > 1)

    @property
    def times(self) -> list[float]:
        """When each moment begins, in seconds, and when the last ends."""
        begins = [SECONDS * i for i in range(len(self.moments))]
        return [*begins, begins[-1] + LAST_SECONDS]

    def layers(self, i: int) -> list[list[Mark]]:
        """All of a moment, in the order in which it is drawn."""
        shown = [(cell, value) for first, end, cell, value in self.outputs if first <= i < end]
        cells: list[Mark] = [cell for cell, _ in shown]
        values: list[Mark] = [value for _, value in shown]
        moment = self.drawn[i]
        return [self.ground, cells, moment.under, self.numbers, values, moment.over, self.placed_tiles(i)]

    # What stays

    @cached_property
    def ground(self) -> list[Mark]:
        """What has no numbers: the input's cells, the empty output, the other output maps as thumbnails."""
        marks: list[Mark] = []
        for lead, grid in zip(self.rows, self.layout.inputs, strict=True):
            marks += self._input_cells(lead, grid)
        return [*marks, *self._empty_output(), *thumbnails(self.plane)]

    @cached_property
    def numbers(self) -> list[Mark]:
        """What is written: title, headings, the input's numbers; brackets at what is never read."""
        marks: list[Mark] = [
            Words(MARGIN, 38 + i * LINE, LEAST, line, "ink", "start", True) for i, line in enumerate(self.whole.title)
        ]
        marks += draw.heading(self.layout.products[0].x, self.layout.products[0].y, self.whole.products_head)
        marks += draw.heading(self.layout.output.x, self.layout.output.y, self.whole.output_head)
        for i, (lead, grid) in enumerate(zip(self.rows, self.layout.inputs, strict=True)):
            marks += draw.heading(grid.x, grid.y, self.whole.input_head(i))
            marks += self._input_numbers(lead, grid)
            marks += draw.brackets(grid, self.input, self.plane.unread)
        return marks

    def _input_cells(self, lead: Place, grid: Grid) -> Iterator[Mark]:
        rows, columns = self.input
        many = len(rows) * len(columns) > MOST_CELLS and not grid.type
        if many or grid.height < LINES_FROM:
            yield from self._shaded(self.whole.inputs[lead], grid, self.most[0])
            return
        for i, j in product(range(len(rows)), range(len(columns))):
            yield from draw.seen_cell(
                self.plane.seen(lead, (rows[i], columns[j])), draw.cell(grid, (i, j)), self.most[0]
            )

    def _input_numbers(self, lead: Place, grid: Grid) -> Iterator[Mark]:
        if not grid.type:
            return
        rows, columns = self.input
        up = 0.5 * (CHIP + 1) if self.layout.carries else 0.0
        for i, j in product(range(len(rows)), range(len(columns))):
            seen = self.plane.seen(lead, (rows[i], columns[j]))
            if seen.value is not None:
                box = moved(draw.cell(grid, (i, j)), (0, -up))
                yield draw.number(box, seen.value, grid.type, self.most[0], seen.kind)

    def _empty_output(self) -> Iterator[Mark]:
        grid, (rows, columns) = self.layout.output, self.output
        if not grid.type:
            yield from self._shaded(self.plane.drawn_output, grid, self.most[2])
            return
        high, wide = self.plane.output_size
        for i, j in product(range(len(rows)), range(len(columns))):
            box, inside = draw.cell(grid, (i, j)), 0 <= rows[i] < high and 0 <= columns[j] < wide
            fill, dash = ("paper", ()) if inside else ("panel", DOTTED)
            yield Box(box.x, box.y, box.width, box.height, fill, "grid", dash=dash)

    def _shaded(self, values: "np.ndarray", grid: Grid, most: float) -> Iterator[Mark]:
        """A map without numbers; of a huge one, each shade is the mean of several cells."""
        high, wide = values.shape
        box = Box(grid.x, grid.y, wide * grid.width, high * grid.height, stroke="grid")
        small = shrunk(values, self._factor, self._factor)
        yield Shades(box.x, box.y, box.width, box.height, grounds(small, most))
        yield box

    @cached_property
    def _factor(self) -> int:
        """How many cells on a side are one shade."""
        areas = [len(rows) * len(columns) for rows, columns in (self.input, self.output)]
        return max(1, ceil(sqrt((len(self.rows) * areas[0] + areas[1]) / MOST_SHADES)))

    @cached_property
    def outputs(self) -> list[Version]:
        """The output's numbers, and between which moments each stands there."""
        grid, last, found = self.layout.output, len(self.moments), []
        (rows, columns), most = self.output, self.most[2]
        for (row, column), versions in self.plane.versions().items() if grid.type else ():
            ends = [first for first, _ in versions[1:]] + [last]
            for (first, value), end in zip(versions, ends, strict=True):
                place = draw.cell(grid, (row - rows.start, column - columns.start))
                box = Box(place.x, place.y, place.width, place.height, ground(value, most), "grid")
                found.append((first, end, box, draw.number(box, value, grid.type, most)))
        return sorted(found, key=lambda version: version[:2])

    # What a moment adds

    @cached_property
    def drawn(self) -> list[Drawn]:
        """Every moment."""
        return [self._drawn(moment) for moment in self.moments]

    @cached_property
    def tiles(self) -> tuple[list[Mark], list[Mark]] | None:
        """The window and the cell that is made, at their first cells' corners; None where they change their shape."""
        shapes = [self._tiles(moment) for moment in self.moments]
        return shapes[0] if all(each == shapes[0] for each in shapes) else None

    def placed_tiles(self, i: int) -> list[Mark]:
        """Both tiles where they are at a moment."""
        tiles = self.tiles or self._tiles(self.moments[i])
        return [moved(mark, at) for marks, at in zip(tiles, self.drawn[i].tiles, strict=True) for mark in marks]

    def _drawn(self, moment: Moment) -> Drawn:
        layout, made = self.layout, draw.block(self.layout.output, self._made(moment))
        under, over, blocks = self._veil(moment), [], []
        for i, lead in enumerate(self.rows):
            if lead not in moment.products:
                continue
            spots = ((0, len(moment.stops[0])), (0, len(moment.stops[1])))
            worked = draw.block(layout.products[i], spots)
            read = draw.block(layout.inputs[i], self._read(moment))
            under += draw.guide(read, worked, leaving=self._whole(layout.inputs[i], self.input))
            blocks.append(worked)
            over += self._products(moment, lead, layout.products[i])
            over += self._rings(moment, lead, i)
            if self.whole.has_sums:
                shift = GLYPH * LEAST * (len(self.whole.products_head) + 1) * (not i)
                grid = layout.products[i]
                over += draw.heading(grid.x + shift, grid.y, f"Σ {short(moment.sums[lead])}", True)
        if blocks:
            under += draw.guide(draw.around(blocks), made, reaching=self._whole(layout.output, self.output))
        over += [*self._left_out(moment), *self._says(moment)]
        corners = (draw.corner(layout.inputs[0], self._read(moment)), (made.x, made.y))
        return Drawn(under, over, corners, moment.spot[0])

    def _whole(self, grid: Grid, drawn: Ranges) -> Box | None:
        """The room of a map with numbers."""
        return draw.block(grid, ((0, len(drawn[0])), (0, len(drawn[1])))) if grid.type else None

    def _stops(self, moment: Moment) -> tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]:
        """Where the taps stand on the input and on the output; one of them is a single cell."""
        spot = [[at] for at in moment.spot]
        return (spot, moment.stops) if self.plane.stamps else (moment.stops, spot)

    def _read(self, moment: Moment) -> Span:
        """The cells of the input that a moment reads."""
        return draw.on(self.input, self._stops(moment)[0])

    def _made(self, moment: Moment) -> Span:
        """Those of the output that it makes."""
        return draw.on(self.output, self._stops(moment)[1])

    def _veil(self, moment: Moment) -> list[Mark]:
        """Over the shades of what is still to come."""
        grid, finished = self.layout.output, self.plane.finished(moment)
        if grid.type or finished is None:
            return []
        rows, columns = self.output
        first, second = (min(max(row - rows.start, 0), len(rows)) for row in finished[:2])
        column = min(max(finished[2] - columns.start, 0), len(columns))
        if second == len(rows) and (first == len(rows) or column == len(columns)):
            return []
        ends = draw.block(grid, ((0, len(rows)), (0, len(columns))))
        across, high, low = grid.x + column * grid.width, grid.y + first * grid.height, grid.y + second * grid.height
        corners = ((across, high), (ends.right, high), (ends.right, ends.bottom), (grid.x, ends.bottom))
        return [Path((*corners, (grid.x, low), (across, low)), "grid", "paper", 1.0)]

    def _products(self, moment: Moment, lead: Place, grid: Grid) -> list[Mark]:
        boxes: list[Mark] = []
        words: list[Mark] = []
        if not grid.type and sum(map(len, moment.products[lead])) > MOST_CELLS:
            return self._shaded_products(moment, lead, grid)
        for i, row in enumerate(moment.products[lead]):
            for j, each in enumerate(row):
                box = draw.cell(grid, (i, j))
                boxes += draw.seen_cell(Seen(each.value, each.kind), box, self.most[1])
                words += self._worked(each, box, grid.type)
        return [*boxes, *words]

    def _shaded_products(self, moment: Moment, lead: Place, grid: Grid) -> list[Mark]:
        import numpy as np

        values = [[each.value or 0.0 for each in row] for row in moment.products[lead]]
        return list(self._shaded(np.array(values, np.float32), grid, self.most[1]))

    def _worked(self, each: Product, box: Box, size: float) -> Iterator[Words]:
        """A product: its factors, and what they make."""
        if each.value is None or not size:
            return
        result, lines = short(each.value), [(0.5, 1.0, short(each.value))]
        one, sign, other = each.factors.partition(" × ")
        if each.factors and self.layout.form == TALL and sign:
            lines = [(0.2, 1.0, one), (0.47, 1.0, f"× {other}"), (0.78, 1.2, result)]
        elif each.factors and self.layout.form in (FULL, TALL):
            lines = [(0.3, 1.0, each.factors), (0.7, 1.2, result)]
        colour = f"on {ground(each.value, self.most[1])}"
        for i, (down, scale, text) in enumerate(lines):
            middle = (box.x + box.width / 2, box.y + down * box.height)
            yield Words(*middle, scale * size, text, colour, bold=i == len(lines) - 1)

    def _rings(self, moment: Moment, lead: Place, i: int) -> Iterator[Mark]:
        """Around the winner of a maximum, and dotted around the cells that padding copies."""
        inputs, products = self.layout.inputs[i], self.layout.products[i]
        for (r, row), (c, column) in product(*map(enumerate, moment.stops)):
            if moment.products[lead][r][c].winner:
                yield from draw.ring(draw.block(inputs, draw.on(self.input, ([row], [column]))))
                yield from draw.ring(draw.cell(products, (r, c)))
            seen = None if self.plane.stamps else self.plane.seen(lead, (row, column))
            if seen and seen.source and inputs.height >= LINES_FROM:
                yield draw.dotted(draw.block(inputs, draw.on(self.input, [[at] for at in seen.source])))

    def _left_out(self, moment: Moment) -> Iterator[Mark]:
        """A line on the input maps that have found no room."""
        rest = [lead for lead in moment.products if lead not in self.rows]
        if not rest:
            return
        bottom = max(
            self.layout.inputs[-1].y + len(self.input[0]) * self.layout.inputs[-1].height,
            self.layout.products[-1].y + len(moment.stops[0]) * self.layout.products[-1].height,
        )
        said = f"and {len(rest):,} more like it"
        if self.whole.adds_up:
            said += f", Σ {short(sum(moment.sums[lead] for lead in rest))}"
        yield from draw.label(Words(self.layout.inputs[0].x, bottom + 0.8 * LEAST, LEAST, said, "muted", "start"))

    def _says(self, moment: Moment) -> Iterator[Mark]:
        """The sentence in two lines, the longest that fits."""
        told = [wrap(says, self.whole.characters) for says in moment.says]
        lines = next((found for found in told if len(found) <= 2), told[-1][:2])
        for i, line in enumerate(lines):
            yield Words(MARGIN, FOOT + (i + 0.5) * LINE, LEAST, line, "ink", "start")

    def _tiles(self, moment: Moment) -> tuple[list[Mark], list[Mark]]:
        """The window with its weights, in each row of the picture, and the output's."""
        first, (reads, makes) = self.layout.inputs[0], self._stops(moment)
        reading: list[Mark] = []
        for grid, lead in zip(self.layout.inputs, self.rows, strict=True):
            if lead in moment.products:
                tile = draw.tile(first, self._read(moment), draw.taps_on(reads))
                tile += self._chips(moment, lead, first) if self.layout.carries else []
                reading += [moved(mark, (0, grid.y - first.y)) for mark in tile]
        return reading, draw.tile(self.layout.output, self._made(moment), draw.taps_on(makes))

    def _chips(self, moment: Moment, lead: Place, grid: Grid) -> list[Mark]:
        """The weights, on the tile."""
        boxes: list[Mark] = []
        words: list[Mark] = []
        for (i, row), (j, column) in product(*map(enumerate, draw.taps_on(moment.stops))):
            if (weight := moment.products[lead][i][j].weight) is not None:
                text = self.whole.carried(weight)
                width = len(text) * GLYPH * LEAST + 6
                right, bottom = (column + 1) * grid.width - 4, (row + 1) * grid.height - 4
                boxes.append(Box(right - width, bottom - CHIP, width, CHIP, "accent", round=4))
                words.append(Words(right - width / 2, bottom - CHIP / 2, LEAST, text, "paper"))
        return [*boxes, *words]
