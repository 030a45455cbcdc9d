"""The screen: settings on top, below them the layer at work, and at the foot what the keys do."""

from functools import partial
from io import StringIO
from itertools import chain, count
from pathlib import Path
from typing import ClassVar

from rich.console import Console
from rich.text import Text
from textual import events, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.theme import Theme
from textual.widgets import Footer, Static
from textual.worker import get_current_worker

from convcli.colours import THEMES, theme
from convcli.data.saving import WholeFiles
from convcli.explore.choice import Choice
from convcli.explore.knobs import Setup, bar
from convcli.layers.reductions import Place
from convcli.limits import check_page
from convcli.picks import pick
from convcli.plan import Plan
from convcli.refusals import ConvcliError
from convcli.report import Report
from convcli.views.boards import Sheet, Spot
from convcli.views.film import Film
from convcli.views.page import page
from convcli.views.widgets import fixed
from convcli.views.worked import worked_short

SPEED = 2.0  # steps a second
MOVING = ("left", "right", "up", "down", "home", "end", "pageup", "pagedown")


class Board(Static):
    """A sheet, which tells which of its cells is clicked."""

    class Picked(Message):
        """A cell was clicked."""

        def __init__(self, spot: Spot) -> None:
            super().__init__()
            self.spot = spot

    class Sized(Message):
        """There is another number of columns or lines now."""

    sheet = Sheet()

    def on_resize(self) -> None:
        self.post_message(self.Sized())

    def draw(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.update(Text("\n").join(sheet.lines))

    def on_click(self, click: events.Click) -> None:
        if spot := self.sheet.at(click.x, click.y):
            self.post_message(self.Picked(spot))


class Explorer(App[None]):
    """A layer whose settings are turned while it is looked at."""

    CSS = """
    Screen { layout: vertical; }
    Static { height: auto; text-wrap: nowrap; text-overflow: clip; }
    #says { height: 2; text-wrap: wrap; }
    #picture { height: 1fr; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "select(1)", "setting", key_display="tab", priority=True),
        Binding("shift+tab", "select(-1)", show=False, priority=True),
        Binding("plus,equals_sign", "turn(1)", "turn it", key_display="+ -"),
        Binding("minus", "turn(-1)", show=False),
        Binding("space", "play", "play"),
        Binding("i", "choose('input')", "choose", key_display="i w o"),
        Binding("w", "choose('weight')", show=False),
        Binding("o,escape", "choose('output')", show=False),
        Binding("c", "copy", "copy line"),
        Binding("s", "save", "save page"),
        Binding("q", "quit", "quit"),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        *(Binding(key, f"move('{key}')", show=False) for key in MOVING),
    ]

    def __init__(self, setup: Setup, colours: str = "dark", speed: float = SPEED) -> None:
        super().__init__()
        self.setup, self.speed = setup, speed
        self.colours = colours if colours in THEMES else "dark"
        self.broken = StringIO()
        self.error_console = Console(file=self.broken, width=100)  # where Textual tells what ended it
        self.film: Film | None = None  # until PyTorch has the values
        self.at, self.selected, self.told, self.playing = 0, 0, "", False
        self.choice: Choice | None = None  # of an input cell or a weight; None: the output's

    @property
    def failure(self) -> str:
        """What broke, as a traceback that only a maintainer sees; empty where nothing did."""
        return self.broken.getvalue()

    def compose(self) -> ComposeResult:
        yield Static(id="name")
        yield Board(id="knobs")
        yield Static(id="says")
        yield Board(id="picture")
        yield Static(id="status")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        colours = THEMES[self.colours]
        self.register_theme(
            Theme(
                "convcli",
                primary=colours.accent,
                accent=colours.accent,
                foreground=colours.ink,
                background=colours.paper,
                surface=colours.paper,
                panel=colours.panel,
                dark=self.colours == "dark",
            )
        )
        self.theme = "convcli"
        self.console.push_theme(theme(self.colours))
        self.set_interval(1 / self.speed, self.tick)
        self.call_after_refresh(self.compute, self.setup)

    @work(thread=True)
    def compute(self, setup: Setup) -> None:
        """Run the layer, while the screen goes on; torch is imported here, behind the first screen."""
        report = Report(setup.plan)
        try:
            report.values  # noqa: B018  (this is what runs torch)
            then = partial(self.computed, setup, report)
        except ConvcliError as failure:
            then = partial(self.tell, str(failure))
        if not get_current_worker().is_cancelled:  # it was quit meanwhile
            self.call_from_thread(then)

    def computed(self, setup: Setup, report: Report) -> None:
        """The values are there; those of settings that were left meanwhile are not shown."""
        if setup.plan is not self.setup.plan:
            return
        place = self.film.place(self.at) if self.film else ()
        self.film = Film(report)
        self.at = self.film.when(place) if len(place) == len(report.output_shape) else 0
        self.at = 0 if self.at == len(self.film) else self.at
        self.choice = None
        self.draw()

    def tell(self, words: str) -> None:
        self.told = words
        self.draw()

    def tick(self) -> None:
        if self.playing and self.film:
            self.at = self.film.moved(self.at, "right")
            self.playing = self.at < len(self.film) - 1
            self.draw()

    def draw(self) -> None:
        """Everything anew, to the size of the screen."""
        if not self.query("#name"):  # it closes
            return
        plan, width = self.setup.plan, self.size.width
        name, shapes = plan.layer.code, f"   {list(plan.shape)} → {list(plan.output_shape)}"
        self.query_one("#name", Static).update(fixed(name + shapes * (len(name + shapes) <= width), "bold"))
        self.query_one("#knobs", Board).draw(bar(self.setup, self.selected, width))
        picture, status = self.query_one("#picture", Board), self.query_one("#status", Static)
        says = self.told or "\n".join(fitting_formulas(plan, width))
        if self.film is None:
            picture.draw(Sheet([fixed("PyTorch is loading: values appear when they are there", "muted")]))
        elif picture.size.width:
            step = self.film.report.step(self.film.place(self.at))
            lit = self.choice.lit(self.film.report, step) if self.choice else {}
            picture.draw(self.film.picture(self.at, *picture.size, lit))
            moves = self.choice.part if self.choice else "output"
            state = "playing" if self.playing else "paused"
            text = f"step {self.at + 1:,} of {len(self.film):,} · {state} · arrows move the {moves}"
            legend = f" · {self.film.legend}"
            text += legend * (len(text + legend) <= width)
            status.update(fixed().append(text, "muted"))
            if self.choice and not self.told:
                says = self.choice.said(self.film.report, step)
        if self.setup.refusal:
            self.query_one("#says", Static).update(Text().append(f"can't be: {self.setup.refusal}", "warning"))
        else:
            self.query_one("#says", Static).update(Text().append(says, "muted"))

    def on_board_sized(self) -> None:
        self.draw()

    def on_board_picked(self, picked: Board.Picked) -> None:
        """A click: on an output its step, on an input cell or a weight what it takes part in, on a knob a turn."""
        part, place = picked.spot
        if part == "knob":
            self.selected, by = place
            self.action_turn(by)
        elif part == "output" and self.film:
            self.choice, self.at, self.playing = None, self.film.when(place), False
        elif part == "weight" or self._is_input(place):
            self.choice, self.playing = Choice(part, place), False
        self.told = ""
        self.draw()

    def _is_input(self, place: Place) -> bool:
        return all(0 <= at < size for at, size in zip(place, self.setup.plan.shape, strict=True))

    def action_interrupt(self) -> None:
        self.exit(return_code=130)

    def action_play(self) -> None:
        if self.film:
            self.at = 0 if self.at == len(self.film) - 1 else self.at
            self.playing = not self.playing
            self.draw()

    def action_select(self, by: int) -> None:
        self.selected = (self.selected + by) % len(self.setup.knobs)
        self.draw()

    def action_turn(self, by: int) -> None:
        """Turn the selected knob; what comes of it is computed anew."""
        before, self.told = self.setup, ""
        self.setup = self.setup.turned(self.setup.knobs[self.selected], by) if by else self.setup
        if self.setup.plan is not before.plan:
            self.compute(self.setup)
        self.draw()

    def action_choose(self, part: str) -> None:
        """Choose what the arrows move: the output, or an input cell or a weight of this step."""
        self.choice, self.told = None, ""
        if self.film and part != "output":
            terms = self.film.report.step(self.film.place(self.at)).terms
            places = [term.weight_index if part == "weight" else term.input_index for term in terms]
            self.choice = next((Choice(part, place) for place in places if place), None)
            self.playing = False
        self.draw()

    def action_move(self, key: str) -> None:
        """An arrow: the chosen cell moves, and the step follows it where it would be out of sight."""
        if self.film is None:
            return
        self.told, self.playing = "", False
        if self.choice is None:
            self.at = self.film.moved(self.at, key)
        else:
            self.choice = self.choice.moved(key, self.film.report)
            self.draw()
            seen = {spot for *_, spot in self.query_one("#picture", Board).sheet.spots}
            if (self.choice.part, self.choice.place) not in seen:
                self.at = min(map(self.film.when, self.choice.outputs(self.film.report)), default=self.at)
        self.draw()

    def action_copy(self) -> None:
        self.copy_to_clipboard(self.setup.plan.layer.code)
        self.tell(f"copied: {self.setup.plan.layer.code}")

    def action_save(self) -> None:
        """The page of this layer, which opens at this step, under a name that is free."""
        if self.film is None:
            return
        plan, path = self.film.report.plan, free_name(self.setup.name, ".html")
        try:
            check_page(plan)
            picks = pick(plan, at=self.film.place(self.at), draw=True)
            with WholeFiles([path], force=False) as (stream,):
                stream.write(page(Report(plan, picks)).encode())
        except ConvcliError as refusal:
            self.tell(str(refusal))
        else:
            self.tell(f"wrote {path}")


def free_name(stem: str, suffix: str) -> Path:
    """A file of the current directory that isn't there yet: ``conv2d.html``, ``conv2d-2.html`` …"""
    numbers = chain([""], (f"-{number}" for number in count(2)))
    return next(path for number in numbers if not (path := Path(f"{stem}{number}{suffix}")).exists())


def fitting_formulas(plan: Plan, width: int) -> list[str]:
    """The output size of each axis, worked out, as far as two lines go."""
    lines = [f"{axis.name}  {worked_short(axis, plan.layer.lacks)}" for axis in plan.axes]
    return [line for line in dict.fromkeys(lines[-2:]) if len(line) <= width]
