"""An explained error message on the screen."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from convcli.explain.answer import Explanation
from convcli.explain.message import Message
from convcli.views.widgets import labelled, table
from convcli.wording import plain


def told(explanation: Explanation, message: Message) -> Iterator[RenderableType]:
    """What torch saw, why that can't be, what usually causes it, and the fixes."""
    yield Text(explanation.family.replace("_", " "), style="bold")
    if message.place:
        yield labelled([("raised by", plain(message.place)), ("", plain(message.line))])
    if explanation.facts:
        yield ""
        numbers = table("torch saw", "", left=2)
        for name, value in explanation.facts.items():
            numbers.add_row(Text(name.replace("_", " ")), Text(plain(value)))
        yield numbers
    yield ""
    yield labelled([("why", explanation.why), ("cause", explanation.cause)])
    for fix in explanation.fixes:
        certain = "certain to run" if fix.verified else "not certain: the message doesn't say enough"
        yield ""
        yield Text("fix  ", style="muted").append(fix.code, style="bold")
        yield labelled([("   ", note) for note in (fix.about, certain, fix.shows and f"see: {fix.shows}") if note])


def explanation_object(explanation: Explanation, message: Message) -> dict[str, Any]:
    """The object of ``--json``."""
    return {
        "recognised": True,
        "kind": explanation.family,
        "facts": explanation.facts,
        "why": explanation.why,
        "cause": explanation.cause,
        "fixes": [
            {"code": fix.code, "verified": fix.verified, "about": fix.about, "command": fix.shows or None}
            for fix in explanation.fixes
        ],
        "raised_by": {"place": message.place, "line": message.line} if message.place else None,
    }


def unrecognised_object(nearest: str) -> dict[str, Any]:
    """The same where no pattern fits."""
    return {"recognised": False, "kind": None, "nearest": nearest, "facts": {}, "fixes": []}
