"""The sliding window as plain boxes: where each cell stands, its number, and what each step lights up.

SVG, GIF, PNG and HTML all draw a :class:`Scene`; strides and padding end here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from math import isclose
from textwrap import wrap

from convcli.engine.steps import Step, cell_at
from convcli.layers.reductions import Place
from convcli.limits import is_cropped
from convcli.report import Report
from convcli.views.products import left_out, said, verdict
from convcli.wording import factor, map_name, number, short

HEIGHT, GAP, LABEL, MARGIN = 26, 22, 18, 16
HEAD = 44
CHARACTER = 7  # the width of one, in the smaller type
HEADING = 9  # likewise, in the larger type
ENOUGH = 728  # a longer sum takes another line
WIDEST = 1100  # beyond this the output goes below the weights
MOST_TERMS = 27  # of a sum written out: a 3 × 3 kernel on three channels


@dataclass(frozen=True, slots=True)
class Cell:
    """One box: its panel, place there and on the drawing, its number if it has one, and how it is called.

    ``padding`` stands outside the input; ``copies`` is the cell whose value stands there, if any.
    """

    panel: int
    row: int
    column: int
    x: int
    y: int
    width: int
    value: float | None
    name: str
    padding: bool = False
    copies: int | None = None

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Its corner, width and height."""
        return self.x, self.y, self.width, HEIGHT

    @property
    def text(self) -> str:
        """The number as it fits the box."""
        return "" if self.value is None else short(self.value)

    @property
    def said(self) -> str:
        """The number as a sentence has it."""
        return "" if self.value is None else number(self.value)


@dataclass(frozen=True, slots=True)
class Panel:
    """A labelled block of cells; ``part`` is "input", "weight" or "output"."""

    part: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One step: the cells it reads, its weights, the cell it makes, and the sum in two texts.

    ``pairs`` are ``(input cell, weight cell)``, None where there is no weight.
    """

    output: int
    pairs: tuple[tuple[int, int | None], ...]
    text: tuple[str, str]
    winners: tuple[int, ...] = ()

    def lines(self, width: int) -> list[str]:
        """The sum, in lines for a drawing of this width."""
        return wrap(self.text[1], (width - 2 * MARGIN) // CHARACTER, break_on_hyphens=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a drawing needs: panels, cells, frames, and the size of the whole.

    ``item`` is the part of the title that says which of several batch items is drawn.
    """

    title: str
    item: str
    about: str
    width: int
    height: int
    panels: tuple[Panel, ...]
    cells: tuple[Cell, ...]
    frames: tuple[Frame, ...]

    @property
    def foot(self) -> int:
        """Where the sum begins, below every panel."""
        return max(cell.y for cell in self.cells) + HEIGHT + GAP + GAP // 2

    def copied(self, frame: Frame) -> set[int]:
        """The input cells that a step reads only as copies, in the padding."""
        read = {i for i, _ in frame.pairs}
        return {copy for i in read if (copy := self.cells[i].copies) is not None} - read


def make_scene(report: Report, drawn: Sequence[Step] | None = None) -> Scene:
    """Lay out input, weights and output of a report's drawn steps, or of these."""
    steps = [report.step(place) for place in report.picks.drawn] if drawn is None else drawn
    cropped = is_cropped(report.plan, report.picks)
    places = _touched(report, steps) if cropped else _all_places(report, steps[0].output_index[0])
    return _laid_out(report, steps, *places, cropped)


def _all_places(report: Report, batch: int) -> tuple[list[Place], list[Place], list[Place]]:
    """Every place of the padded input, every weight and every output cell of one batch item."""
    plan = report.plan
    inputs = product([batch], range(plan.shape[1]), *(axis.line for axis in plan.axes))
    weights = product(*map(range, plan.layer.weight_shape)) if plan.layer.weight_shape else ()
    outputs = product([batch], *map(range, plan.output_shape[1:]))
    return list(inputs), list(weights), list(outputs)


def _touched(report: Report, steps: Sequence[Step]) -> tuple[list[Place], list[Place], list[Place]]:
    """What the steps touch; of the input, the smallest block around what they read."""
    ndim = len(report.plan.axes)
    read = {t.place for s in steps for t in s.terms} or {(steps[0].output_index[0], *[0] * (ndim + 1))}
    flat = min(2, ndim)
    block = [range(min(along), max(along) + 1) for along in list(zip(*read, strict=True))[-flat:]]
    leads = sorted({place[:-flat] for place in read})
    weights = sorted({t.weight_index for s in steps for t in s.terms if t.weight_index is not None})
    return [(*lead, *at) for lead in leads for at in product(*block)], weights, [s.output_index for s in steps]


def _laid_out(
    report: Report,
    steps: Sequence[Step],
    inputs: Sequence[Place],
    weights: Sequence[Place],
    outputs: Sequence[Place],
    cropped: bool,
) -> Scene:
    layer, ran = report.plan.layer, report.values
    flat = layer.ndim == 1
    standing = {place: cell_at(report.plan, ran, place) for place in inputs}

    def stands(place: Place) -> float | None:
        cell = standing[place]
        # What a window leaves out of account has no number: a maximum's padding, or a mean's that isn't counted.
        return cell.value if cell.input_index or layer.reduction.counts_padding else None

    def called(place: Place) -> str:
        source = standing[place].input_index
        name = "input" if source == place else "padding, a copy of input" if source else "padding"
        return f"{name} {list(source[1:])}" if source else name

    def channel(part: str, places: Sequence[Place]) -> Callable[[Place], str]:
        where = _where(places) if cropped else ""
        return lambda key: f"{part} {map_name(key[1:])}{where}"

    def kernel(key: Place) -> str:
        source, out = layer.joined(key)
        return f"weight out {out} in {source}" + "".join(f", depth {d}" for d in key[2:])

    paper = _Paper()
    numbers = {p: stands(p) for p in inputs}
    read, right, bottom = paper.block("input", numbers, channel("input", inputs), called, MARGIN, HEAD)
    beside = right + 2 * GAP
    taps: dict[Place, int] = {}
    if weights:
        assert ran.weight is not None
        numbers = {w: float(ran.weight[w]) for w in weights}
        x, y = (MARGIN, bottom) if flat else (beside, HEAD)
        across = slice(1, 2) if layer.transposed else slice(1)
        taps, right, bottom = paper.block("weight", numbers, kernel, lambda w: f"weight {list(w)}", x, y, across)
    # One step stands within the whole map; several fill it up, and the rest of it stays empty.
    filled = {s.output_index for s in steps} if len(steps) > 1 else outputs
    numbers = {o: float(ran.output[o]) if o in filled else None for o in outputs}
    x, y = (MARGIN, bottom) if flat else (right + 2 * GAP, HEAD)
    if weights and not flat and x + _width(numbers) * len({o[-1] for o in outputs}) > WIDEST:
        x, y = beside, bottom
    made, *_ = paper.block("output", numbers, channel("output", outputs), lambda o: f"output {list(o[1:])}", x, y)
    for place, i in read.items():
        source = standing[place].input_index
        if source != place:
            paper.cells[i] = replace(paper.cells[i], padding=True, copies=read.get(source or ()))
    frames = tuple(
        Frame(
            made[s.output_index],
            tuple((read[t.place], None if t.weight_index is None else taps[t.weight_index]) for t in s.terms),
            _sum(s),
            tuple(read[t.place] for t in s.terms if t.winner),
        )
        for s in steps
    )
    items = report.plan.shape[0]
    item = f", batch item {steps[0].output_index[0]} of {items}" if items > 1 else ""
    title = report.plan.code + item
    longest = CHARACTER * max(len(frame.text[1]) for frame in frames)
    width = MARGIN + max(paper.right, MARGIN + min(longest, ENOUGH), MARGIN + HEADING * len(title))
    height = paper.bottom + GAP + LABEL * (1 + max(len(frame.lines(width)) for frame in frames))
    shapes = f"{list(report.plan.shape)} to {list(report.output_shape)}"
    about = f"{shapes}, {len(frames)} step" + "s" * (len(frames) > 1)
    return Scene(title, item, about, width, height, tuple(paper.panels), tuple(paper.cells), frames)


def _where(places: Sequence[Place]) -> str:
    """Which part of the last axes is drawn, in words."""
    axes = ("positions",) if len(places[0]) == 3 else ("rows", "columns")
    ends = [(min(along), max(along)) for along in list(zip(*places, strict=True))[-len(axes) :]]
    return "".join(
        f", {name} {low} to {high}" if low < high else f", {name[:-1]} {low}"
        for name, (low, high) in zip(axes, ends, strict=True)
    )


def _width(values: Mapping[Place, float | None]) -> int:
    """How wide a cell must be for each of these numbers."""
    return max(HEIGHT, CHARACTER * max(0 if v is None else len(short(v)) for v in values.values()) + 8)


class _Paper:
    """Puts blocks of cells where they are told to, and numbers the cells."""

    def __init__(self) -> None:
        self.panels: list[Panel] = []
        self.cells: list[Cell] = []
        self.right = self.bottom = 0

    def block(
        self,
        part: str,
        values: Mapping[Place, float | None],
        label: Callable[[Place], str],
        name: Callable[[Place], str],
        x: int,
        y: int,
        across: slice = slice(0),
    ) -> tuple[dict[Place, int], int, int]:
        """Panels of one part, one below the other; each value of the axis ``across`` has a column.

        Returns which cell stands for which place, and where the block ends.
        """
        numbered = {place: i for i, place in enumerate(sorted(values), len(self.cells))}
        flat = 1 if len(next(iter(values))) == 3 else 2
        spots = {place: (0, *place[-flat:])[-2:] for place in values}  # row and column
        (top, lowest), (left, last) = ((min(along), max(along)) for along in zip(*spots.values(), strict=True))
        leads = sorted({place[:-flat] for place in values})
        columns = sorted({lead[across] for lead in leads})
        cell = _width(values)
        wide = max(cell * (last - left + 1), CHARACTER * max(len(label(lead)) for lead in leads))
        below = [y] * len(columns)
        for lead, places in groupby(numbered, key=lambda place: place[:-flat]):
            column = columns.index(lead[across])
            corner, above = x + column * (wide + GAP), below[column]
            for place in places:
                row, at = spots[place][0] - top, spots[place][1] - left
                box = (corner + at * cell, above + LABEL + row * HEIGHT, cell)
                self.cells.append(Cell(len(self.panels), row, at, *box, values[place], name(place)))
            self.panels.append(Panel(part, label(lead), corner, above))
            below[column] = above + LABEL + (lowest - top + 1) * HEIGHT + GAP // 2
        right, bottom = x + len(columns) * (wide + GAP) - GAP, max(below)
        self.right, self.bottom = max(self.right, right), max(self.bottom, bottom)
        return numbered, right, bottom


def _sum(step: Step) -> tuple[str, str]:
    """Which output, and how it comes about; the rest of a long sum is counted, and so are padding's zeros."""
    multiplies = step.reduction.multiplies
    read = [t for t in step.terms if t.input_index is not None]
    # No line breaks within a copy's name.
    told = said(step.reduction, read, MOST_TERMS)
    parts = [re.sub("<.*>", lambda m: m[0].replace(" ", "\xa0"), part) for part in told]
    if zeros := len(step.terms) - len(read):
        plural = "s" * (zeros > 1)
        parts.append(
            f"{zeros} product{plural} with padding's zeros" if multiplies else f"{zeros} zero{plural} of padding"
        )
    if step.bias is not None:
        parts.append(f"bias {factor(step.bias)}")
    text = step.reduction.said(parts, step.terms) + left_out(step)
    if doubt := verdict(step).plain:
        text += f" = {number(step.value)}{doubt}"
    numbers = [step.torch, step.bias or 0.0, *(t.input for t in read), *(t.weight for t in read if multiplies)]
    # "≈" where a number had to be rounded, so that what is shown need not add up to the last digit.
    exact = all(v != v or isclose(float(number(v)), v, rel_tol=1e-6) for v in numbers)
    name = f"output {list(step.output_index[1:])} = {number(step.torch)}"
    return name, ("= " if exact else "≈ ") + text
