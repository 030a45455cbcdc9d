"""Every view of a layer that ran: which flags ask for it, what it needs, and whether it has stdout to itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import permutations
from typing import Any, Literal

from convcli.limits import (
    check_coverage,
    check_film,
    check_json,
    check_script,
    check_worksheet,
)
from convcli.refusals import Refusal, Spelling, Words
from convcli.views.files_written import PICTURES


@dataclass(frozen=True)
class View:
    """One way to show a report.

    ``drawn_by`` names the function, ``module.function`` of this room, which is imported only when it is used. By its
    ``medium`` it gives ``lines`` to print, a ``text`` to write as it is, whole or in parts, a ``film`` to play, or
    writes a ``file``.
    """

    flags: tuple[str, ...]  # those that ask for it
    drawn_by: str
    medium: Literal["lines", "text", "film", "file"] = "lines"
    needs: Literal["plan", "values"] = "values"
    owns_stdout: bool = False
    includes: tuple[str, ...] = ()  # flags whose views it shows itself
    suffixes: tuple[str, ...] = ()  # of the files that it writes
    takes: tuple[str, ...] = ()  # flags that only change how it looks
    check: Callable[..., None] | None = None  # refuses what it can't show
    settings: tuple[str, ...] = ()  # flags that say how a network is shown
    together: bool = False  # shown where all of its flags are asked for, instead of what each of them shows

    @property
    def render(self) -> Callable[..., Any]:
        module, _, function = self.drawn_by.partition(".")
        return getattr(import_module(f"convcli.views.{module}"), function)  # type: ignore[no-any-return]

    def asked_by(self, asked: Callable[[str], object]) -> Sequence[str]:
        """Its flags that were asked for; the first of those that ask together."""
        if self.together:
            return self.flags[:1] if all(map(asked, self.flags)) else ()
        return [flag for flag in self.flags if asked(flag)]


INSIDE = ("steps", "at", "from_cell", "of_weight", "coverage")
VALUES = (".npy", ".pt", ".csv", ".json", ".png")
PAPER = (".md", ".html")
VIEWS = (
    View(("save",), "files_written.saved", "file", suffixes=VALUES),
    View(("export",), "files_written.exported", "file", suffixes=PICTURES, takes=("theme",)),
    View(
        ("worksheet",),
        "worksheet.worksheet",
        "file",
        suffixes=PAPER,
        includes=("steps", "at"),
        check=check_worksheet,
    ),
    View(("shapes",), "measures.memory", needs="plan"),
    View(("shapes", "as_json"), "as_json.shapes_text", "text", needs="plan", owns_stdout=True, together=True),
    View(("as_json",), "as_json.report_text", "text", owns_stdout=True, includes=INSIDE, check=check_json),
    View(("as_code",), "script.script", "text", needs="plan", owns_stdout=True, check=check_script),
    View(("animate",), "film.Film", "film", owns_stdout=True, includes=("steps", "at"), check=check_film),
    View(("steps", "at"), "products.picked_steps"),
    View(("coverage",), "shades.coverage", check=check_coverage),
    View(("from_cell", "of_weight"), "products.picked_uses"),
    View(("show",), "shades.maps"),
)
BODY = View((), "body.body")  # where no other view prints anything


class BothOwnStdout(Refusal):
    one: str
    other: str

    def said(self, spell: Spelling) -> Words:
        return f"{spell(self.one)} has stdout to itself", f"leave {spell(self.other)} out"


class NothingRuns(Refusal):
    one: str
    other: str

    def said(self, spell: Spelling) -> Words:
        why = f"{spell(self.one)} runs nothing: there are no numbers for {spell(self.other)}"
        return why, "leave one out"


def chosen(asked: Callable[[str], object], views: Sequence[View] = VIEWS, body: View = BODY) -> list[View]:
    """The views whose flags were asked for, in the order in which they are shown; ``body`` where none prints.

    Raises:
        Refusal: two of them contradict each other.
    """
    by_flag = [(view, flag) for view in views for flag in view.asked_by(asked)]
    if whole := next((view for view, _ in by_flag if view.together), None):
        by_flag = [(view, flag) for view, flag in by_flag if view is whole or flag not in whole.flags]
    for (owner, flag), (view, other) in permutations(by_flag, 2):
        if view is owner or other in owner.includes:
            continue
        if owner.needs == "plan" and view.needs == "values" and not view.owns_stdout:
            raise NothingRuns(one=flag, other=other)
        if owner.owns_stdout and view.medium != "file":
            raise BothOwnStdout(one=flag, other=other)
    included = {flag for view, _ in by_flag for flag in view.includes}
    shown = list(dict.fromkeys(view for view, flag in by_flag if flag not in included))
    return shown if any(view.medium != "file" for view in shown) else [*shown, body]
