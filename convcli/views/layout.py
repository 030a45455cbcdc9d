"""Where things stand: input maps, the products of the window, the output map, in plain units.

A layout has as much as the room allows, by what teaches most: every input channel, products with their factors, numbers
in the cells, weights on the window's tile. Where there is no room for numbers, cells are shades, and the products are
the lens that shows the window's.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import product

from convcli.views.drawing import GLYPH

MOST_ROWS = 8  # input maps one below the other
SIZES = (*(quarter / 4 for quarter in range(1, 32)), *range(8, 97))  # of a cell
TALLEST, CARRYING = 1.25, 2.5  # how high a cell with a number is by its type, and one whose tile carries a weight
FULL, TALL, ALONE, SHADES = "full", "tall", "alone", "shades"  # forms of a product
WORTH = {FULL: 3.0, TALL: 2.8, ALONE: 2.0, SHADES: -4.0}  # without numbers there is no lens
BOTH = ((True, True), (True, False), (False, True), (False, False))
Corner = tuple[float, float]


@dataclass(frozen=True)
class Room:
    """The room there is, and the smallest sizes of type: of headings, of cells, of the products."""

    width: float
    height: float
    label: float
    least: float
    current: float

    @property
    def head(self) -> float:
        """The height of a heading with the air around it."""
        return 1.6 * self.label

    @property
    def gap(self) -> float:
        """Between rows; three of them between parts side by side, for the guide lines."""
        return 0.8 * self.label


@dataclass(frozen=True)
class Wanted:
    """What is to be shown, counted in cells and characters.

    ``inputs`` maps of ``input`` rows and columns stand one below the other, each with its products, of ``window`` rows
    and columns. ``factors`` are the longest input value and the longest weight, ``(0, 0)`` where nothing is multiplied.
    """

    inputs: int
    input: tuple[int, int]
    window: tuple[int, int]
    output: tuple[int, int]
    digits: tuple[int, int]  # of the longest number of an input map and of the output map
    factors: tuple[int, int]
    product: int
    heads: tuple[int, int, int]  # the headings of input, products and output
    carries: int  # the longest weight on the window's tile; 0 where there is none

    def comfort(self, size: float, room: Room) -> float:
        """What cells of a size are worth: up to one that is seen without effort a good deal, and a map that is."""
        return min(size, 24) / 12 + size / 100 + 2 * min(1.0, size * max(self.input) / (0.8 * room.height))


@dataclass(frozen=True)
class Grid:
    """A map's corner and the size of a cell; ``type`` is the size of its numbers, 0 where it is shades alone."""

    x: float
    y: float
    width: float
    height: float
    type: float


@dataclass(frozen=True)
class Layout:
    """Input maps and products, one of each a row, and the output map; ``form`` is how a product is written.

    ``carries``: there is room for weights on the tile.
    """

    inputs: tuple[Grid, ...]
    products: tuple[Grid, ...]
    output: Grid
    form: str
    carries: bool


def arrange(wanted: Wanted, room: Room) -> Layout:
    """The best layout that fits; the smallest cells where nothing does."""
    best, size, most = _Try(wanted, room, 1, SHADES, room.current, BOTH[3], False, BOTH[3]), float(SIZES[0]), -1.0
    for rows, form, scale, digits, carries, beside in product(
        range(min(wanted.inputs, MOST_ROWS), 0, -1),
        (FULL, TALL, ALONE, SHADES) if wanted.factors[0] else (ALONE, SHADES),
        (1, 1.25, 1.5),
        BOTH,
        (True, False) if wanted.carries else (False,),
        BOTH,
    ):
        if carries and not digits[0]:
            continue
        score = WORTH[form] + (form != SHADES) * scale / 2 + 2 * sum(digits) + 1.5 * carries
        score += 8 * rows / wanted.inputs + all(beside) / 10
        if score + wanted.comfort(SIZES[-1], room) <= most:
            continue
        tried = _Try(wanted, room, rows, form, scale * room.current, digits, carries, beside)
        fits = tried.largest()
        if fits and score + wanted.comfort(fits, room) > most:
            best, size, most = tried, fits, score + wanted.comfort(fits, room)
    return best.layout(size)


@dataclass(frozen=True)
class _Try:
    """One way to lay things out: products ``beside`` the input or below it, the output beside these or below them."""

    wanted: Wanted
    room: Room
    rows: int
    form: str
    type: float  # of the products
    digits: tuple[bool, bool]
    carries: bool
    beside: tuple[bool, bool]

    @property
    def product_cell(self) -> Corner:
        """The width and height of a product."""
        wanted, size = self.wanted, self.type
        (value, weight), result = wanted.factors, wanted.product
        if self.form == FULL:
            return max(value + 3 + weight, 1.2 * result) * GLYPH * size + 0.6 * size, 3 * size
        if self.form == TALL:
            return max(value, weight + 2, 1.2 * result) * GLYPH * size + 0.6 * size, 4.4 * size
        if self.form == ALONE:
            return result * GLYPH * size + 0.8 * size, 1.5 * size
        across, down = 0.4 * self.room.width / wanted.window[1], 0.4 * self.room.height / wanted.window[0] / self.rows
        side = max(1.0, min(across, down, 1.5 * size))
        return side, side

    def cell_widths(self, size: float) -> Corner:
        """How wide a cell of the input and one of the output are that are so high."""
        least = self.room.least
        wide_in, wide_out = (
            max(size, (digits * GLYPH + 0.6) * least) if shown else size
            for shown, digits in zip(self.digits, self.wanted.digits, strict=True)
        )
        carried = (self.wanted.carries * GLYPH + 0.5) * least if self.carries else 0.0
        return max(wide_in, carried), wide_out

    def placed(self, size: float, across: float = 0.0, down: float = 0.0) -> tuple[list[Corner], Corner, Corner]:
        """The corners of inputs and products in turn, that of the output, and the extent of the whole.

        ``across`` and ``down`` are more air between parts that stand side by side, or one below the other.
        """
        wanted, room = self.wanted, self.room
        wide, high = self.product_cell
        cells = (self.cell_widths(size)[0], wide, self.cell_widths(size)[1])
        counts = (wanted.input, wanted.window, wanted.output)
        wide_in, wide_products, wide_out = (
            max(count[1] * cell, head * GLYPH * room.label)
            for count, cell, head in zip(counts, cells, wanted.heads, strict=True)
        )
        high_in, high_products, high_out = wanted.input[0] * size, wanted.window[0] * high, wanted.output[0] * size
        between, drop = 3 * room.gap + across, room.head + down
        corners: list[Corner] = []
        bottom = room.head - room.gap
        for _ in range(self.rows):
            top = bottom + room.gap + (room.head if wanted.inputs > 1 and corners else 0)
            if self.beside[0]:
                bottom = top + max(high_in, high_products)
                middle = (top + bottom) / 2
                corners += [(0, middle - high_in / 2), (wide_in + between, middle - high_products / 2)]
            else:
                bottom = top + high_in + drop + high_products
                corners += [(0, top), (0, top + high_in + drop)]
        right = wide_in + between + wide_products if self.beside[0] else max(wide_in, wide_products)
        if self.beside == (False, True):
            corner = (wide_products + between, corners[1][1])
        elif self.beside[1]:
            corner = (right + between, room.head + max(0.0, bottom - room.head - high_out) / 2)
        else:
            corner = (0.0, bottom + drop + room.head * (self.rows < wanted.inputs))
        if self.rows < wanted.inputs:  # which takes a line to say
            bottom += room.head
        return corners, corner, (max(right, corner[0] + wide_out), max(bottom, corner[1] + high_out))

    def exceeds(self, size: float) -> bool:
        """Whether cells of this size leave the room."""
        width, height = self.placed(size)[2]
        return width > self.room.width or height > self.room.height

    def largest(self) -> float:
        """The largest cells that fit; 0: none do."""
        if self.beside == (False, True) and self.rows > 1:
            return 0.0
        fitting = bisect_left(SIZES, True, key=self.exceeds)
        size = float(SIZES[fitting - 1]) if fitting else 0.0
        least = CARRYING if self.carries else TALLEST if any(self.digits) else 0.0
        return size if size >= least * self.room.least else 0.0

    def layout(self, size: float) -> Layout:
        """Where everything stands, for cells of this size; what room is left goes between the parts."""
        room, cells = self.room, self.cell_widths(size)
        width, height = self.placed(size)[2]
        across = max(0.0, min((room.width - width) / 2, 3 * room.gap))
        down = max(0.0, min((room.height - height) / (self.rows + 1), 2 * room.head))
        corners, corner, _ = self.placed(size, across, down)
        type_in, type_out = (
            min(max(0.4 * size, room.least), 1.6 * room.least, (width - 0.5 * room.least) / GLYPH / digits) * shown
            for shown, digits, width in zip(self.digits, self.wanted.digits, cells, strict=True)
        )
        written = 0.0 if self.form == SHADES else self.type
        if self.carries:
            type_in = room.least
        return Layout(
            tuple(Grid(*each, cells[0], size, type_in) for each in corners[::2]),
            tuple(Grid(*each, *self.product_cell, written) for each in corners[1::2]),
            Grid(*corner, cells[1], size, type_out),
            self.form,
            self.carries,
        )
