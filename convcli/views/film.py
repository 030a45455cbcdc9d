"""One picture for each step: the window on the padded input, the products, the feature map filling up."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from convcli.colours import theme
from convcli.engine.steps import Step, cell_at
from convcli.layers.reductions import Place
from convcli.report import Report
from convcli.views.products import line, verdict
from convcli.views.widgets import fixed
from convcli.wording import map_name, number

MARKS = "[ ] the window · * * the winner · < > padding · . to come"
WINDOW, PADDING = "bold reverse", "dim"


def crop(full: range, first: int, last: int, most: int) -> range:
    """At most ``most`` positions, with those from ``first`` to ``last`` in the middle.

    >>> crop(range(10), 6, 7, 4), crop(range(10), 9, 9, 4), crop(range(3), 0, 0, 4)
    (range(5, 9), range(6, 10), range(0, 3))
    """
    if len(full) <= most:
        return full
    start = min(first, (first + last - most + 1) // 2 if last - first < most else first)
    start = max(full.start, min(start, full.stop - most))
    return range(start, start + most)


def wrapped(text: Text, width: int) -> list[Text]:
    """The lines a text takes; counted, so that a picture fits the screen."""
    return list(text.wrap(Console(theme=theme(), width=width), width))


class Film:
    """The pictures of some steps; each is drawn when it is asked for, to the size of the screen."""

    def __init__(self, report: Report) -> None:
        self.report, self.steps = report, report.steps
        self.when = {step.output_index: i for i, step in enumerate(self.steps)}
        # One width for the whole film, so that nothing jumps from one picture to the next.
        self.wide_in = max((len(number(t.input)) for step in self.steps for t in step.terms), default=1) + 4
        self.wide_out = max((len(number(step.value)) for step in self.steps), default=1) + 2

    def frame(self, i: int, width: int, height: int, playing: bool = True) -> RenderableType:
        """The picture of step ``i``; what the screen has no room for is cropped and said."""
        step = self.steps[i]
        total = self._sum(step, width, max(2, height // 3))
        marks = wrapped(Text(MARKS, style="muted"), width)
        title = wrapped(Text(f"step {i + 1} of {len(self.steps)}" + " · Ctrl-C ends" * playing, style="muted"), width)
        room = height - len(title) - len(total) - len(marks) - 1
        feature = self._feature(i, width, max(1, room // 2 - 2))
        room -= len(feature)
        planes = self._planes(step, width, room)
        shown = [next(planes)]
        side = max(1, (width + 2) // (max(map(len, shown[0])) + 2))
        shown += islice(planes, side * max(1, room // len(shown[0])) - 1)
        bands = Table.grid(padding=(0, 2, 0, 0))
        for at in range(0, len(shown), side):
            bands.add_row(*(Text("\n").join(plane) for plane in shown[at : at + side]))
        left = max(1, len(step.maps)) - len(shown)
        more = wrapped(Text(f"... and {left} more like it: the screen is full", style="muted"), width) if left else []
        return Group(*title, bands, *more, *total, *feature, *marks)

    def _sum(self, step: Step, width: int, most: int) -> list[Text]:
        """Every term where there is room for them, else how many there are."""
        lines = wrapped(line(step), width)
        if len(lines) <= most:
            return lines
        terms = f"{step.reduction.operation} of {len(step.terms)} terms"
        bias = "" if step.bias is None else f" + bias {number(step.bias)}"
        short = Text(f"out{list(step.output_index)} = ", style="bold")
        short.append(f"{terms}{bias} = {number(step.value)}", style="not bold").append_text(verdict(step))
        return wrapped(short, width)

    def _planes(self, step: Step, width: int, most: int) -> Iterator[list[Text]]:
        """The input around the window, one block for each channel (and depth) it reads."""
        lines = [axis.line for axis in self.report.plan.axes]
        flat = min(2, len(lines))
        window = {term.place: term.winner for term in step.terms}
        read = list(window) or [(step.output_index[0], 0, *(0 for _ in lines))]
        leads = dict.fromkeys(place[:-flat] for place in read)
        spans = [(min(along), max(along)) for along in list(zip(*read, strict=True))[-flat:]]
        # One channel may have all the room; several share it, a title above each, if the window fits into a share.
        share = max(most // 2, min(most, spans[0][1] - spans[0][0] + 3))
        most = max(1, (most if len(leads) == 1 else share) - 2)

        def cell(place: Place) -> tuple[str, str]:
            stands = cell_at(self.report.plan, self.report.values, place)
            inside = stands.input_index == place
            text = number(stands.value) if inside else f"<{number(stands.value)}>"
            if place in window:
                return f"*{text}*" if window[place] else f"[{text}]", WINDOW
            return f" {text} ", "" if inside else PADDING

        for lead in leads:
            yield _block(f"input, {map_name(lead[1:])}", lead, lines, spans, cell, most, width, self.wide_in)

    def _feature(self, i: int, width: int, most: int) -> list[Text]:
        """The feature map that step ``i`` writes to, as far as it has got."""
        index = self.steps[i].output_index
        flat = min(2, len(index) - 2)
        lead, spans = index[:-flat], [(at, at) for at in index[-flat:]]

        def cell(place: Place) -> tuple[str, str]:
            when = self.when.get(place, len(self.steps))
            text = number(self.steps[when].value) if when <= i else "."
            return (f"[{text}]", WINDOW) if when == i else (f" {text} ", "bold" if when < i else PADDING)

        lines = [range(size) for size in self.report.output_shape]
        return _block(f"output, {map_name(lead[1:])}", lead, lines, spans, cell, most, width, self.wide_out)


def _block(
    title: str,
    lead: Place,
    lines: Sequence[range],
    spans: Sequence[tuple[int, int]],
    cell: Callable[[Place], tuple[str, str]],
    most: int,
    width: int,
    wide: int,
) -> list[Text]:
    """A title and at most so many lines, one for each row, all of one width; each cell is at least ``wide``."""
    kept, name = [], title
    flat = len(spans)
    axes = ("rows", "columns")[-flat:]
    rooms = (most, max(1, width // wide))[-flat:]
    for axis, full, (first, last), room in zip(axes, lines[-flat:], spans, rooms, strict=True):
        kept.append(part := crop(full, first, last, room))
        if len(part) < len(full):
            name += f" · {axis} {part[0]} to {part[-1]} of {full[0]} to {full[-1]}"
    rows = [[cell((*lead, *row, column)) for column in kept[-1]] for row in product(*kept[:-1])]
    widest = max(len(shown) for row in rows for shown, _ in row)
    if widest > wide:  # a cell beside the window: fewer fit
        return _block(title, lead, lines, spans, cell, most, width, widest)
    texts = [fixed().append_tokens((shown.rjust(wide), style) for shown, style in row) for row in rows]
    return [*wrapped(Text(name, style="muted"), width), *texts]
