"""Step after step: the kernel on the input, the products as its window stands, their sum, the output filling up."""

from math import prod

from rich.console import Console, Group, RenderableType
from rich.text import Text

from convcli.colours import theme
from convcli.engine.steps import Step
from convcli.layers.reductions import Place
from convcli.picks import cells
from convcli.report import Report
from convcli.views.arrangement import Size
from convcli.views.boards import Sheet
from convcli.views.squares import Lit
from convcli.views.stage import Lines, Maps, Stage
from convcli.views.sums import sentences
from convcli.views.widgets import fixed

LEGEND_FROM, NAME_FROM, TWO_LINES_FROM = 20, 16, 12  # lines of a screen that has room for these
SUM = len("  sum -1.2e6")
PLAIN = Console(theme=theme())  # knows the styles of what is wrapped


class Film:
    """The pictures of the picked steps, or of all; each is worked out and drawn when it is asked for."""

    def __init__(self, report: Report) -> None:
        self.report, self.picked = report, report.picks.steps
        self.order = {place: i for i, place in enumerate(self.picked)}
        self.layer = report.plan.layer
        self.multiplies = self.layer.reduction.multiplies
        self.stage: Stage = (Maps if self.layer.ndim > 1 else Lines)(report, self.when)

    def __len__(self) -> int:
        return len(self.picked) or prod(self.report.output_shape)

    def place(self, i: int) -> Place:
        """The output of a step."""
        return self.picked[i] if self.picked else cells(self.report.output_shape, i, i + 1)[0]

    def when(self, place: Place) -> int:
        """Which step makes an output; as many as there are steps: none does."""
        if self.picked:
            return self.order.get(place, len(self))
        i = 0
        for at, size in zip(place, self.report.output_shape, strict=True):
            if not 0 <= at < size:
                return len(self)
            i = i * size + at
        return i

    def moved(self, i: int, key: str) -> int:
        """The step that a key leads to: an arrow one step or one row further, a page one channel, home and end."""
        *lead, row, column = self.place(i)
        by = 1 if key in ("right", "down", "pagedown") else -1
        match key:
            case "left" | "right":
                to = i + by
            case "up" | "down":
                to = self.when((*lead, row + by, column))
            case "pageup" | "pagedown" if len(lead) > 1:
                to = self.when((lead[0], lead[1] + by, *lead[2:], row, column))
            case "home" | "end":
                to = 0 if key == "home" else len(self) - 1
            case _:
                to = i
        return to if 0 <= to < len(self) else i

    def frame(self, i: int, width: int, height: int, *says: str) -> RenderableType:
        """A screen: the layer's name and a legend where there is room, the picture, and below it the step's number.

        Of what it ``says`` beside the number, the first that fits is shown.
        """
        name, shapes = self.layer.code, f"  {list(self.report.plan.shape)} → {list(self.report.output_shape)}"
        name += shapes * (len(name + shapes) < width)  # → takes two columns in ASCII
        above = [fixed(name, "bold"), fixed()] * (height >= NAME_FROM)
        legend = [fixed(self.legend, "muted")] * (height >= LEGEND_FROM)
        status = f"step {i + 1:,} of {len(self):,}"
        beside = (f" · {each}" for each in says)
        status += next((each for each in beside if len(status + each) <= width), "")
        picture = self.picture(i, width, height - len(above) - len(legend) - 1)
        whole = Sheet([*above, *picture.lines, *legend, fixed(status, "muted")])
        return Group(*whole.cropped(width, height).lines)

    @property
    def legend(self) -> str:
        """What the marks about cells mean, those that may stand there."""
        marks = ["[ ] the window"]
        marks += ["* * the winner"] * any(term.winner for term in self.report.step(self.place(0)).terms)
        marks += ["< > padding"] * self.stage.squares.padded
        marks += [f"( ) never {'used' if self.layer.transposed else 'read'}"] * any(self.stage.squares.unread)
        return " · ".join([*marks, ". to come"])

    def picture(self, i: int, width: int, height: int, lit: Lit | None = None) -> Sheet:
        """Input, products, output and sum of a step on a screen so large; some cells lit."""
        step = self.report.step(self.place(i))
        total = self._sum(step, width, 2 if height >= TWO_LINES_FROM else 1)
        room = height - len(total)
        drawn = self.stage.drawn(i, step, Size(width, room), lit or {})
        gap = [fixed()] * (len(drawn.lines) < room)
        return drawn.over(Sheet([*gap, *total])).cropped(width, height)

    def _sum(self, step: Step, width: int, most: int) -> list[Text]:
        """How the output comes about, in so many lines."""
        for text in sentences(step):
            lines = list(text.wrap(PLAIN, width))
            if len(lines) <= most:
                break
        return [*lines, *[fixed()] * (most - len(lines))][:most]
