"""An explained error message on the screen."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from convcli.explain import Explanation, Message
from convcli.views.tables import labelled, plain, table

__all__ = ["report", "to_json"]


def report(found: Explanation, message: Message) -> Iterator[RenderableType]:
    """What torch saw, why that can't be, what usually causes it, and the fixes."""
    yield Text(found.kind.replace("_", " "), style="bold")
    if message.place:
        yield labelled([("raised by", plain(message.place)), ("", plain(message.line))])
    if found.facts:
        yield ""
        numbers = table("torch saw", "", left=2)
        for name, value in found.facts.items():
            numbers.add_row(Text(name.replace("_", " ")), Text(plain(value)))
        yield numbers
    yield ""
    yield labelled([("why", found.why), ("cause", found.cause)])
    for fix in found.fixes:
        yield ""
        yield Text("fix  ", style="cyan").append(fix.code, style="bold")
        notes = [("", fix.about)] if fix.about else []
        notes.append(("", "certain to run" if fix.verified else "not certain: the message doesn't say enough"))
        if fix.shows:
            notes.append(("", f"see: {fix.shows}"))
        yield labelled([("   ", text) for _, text in notes])


def to_json(found: Explanation, message: Message) -> dict[str, Any]:
    """The object of ``--json``."""
    fixes = [
        {"code": fix.code, "verified": fix.verified, "about": fix.about, "command": fix.shows or None}
        for fix in found.fixes
    ]
    said = {"recognised": True, "kind": found.kind, "facts": found.facts, "why": found.why, "cause": found.cause}
    place = {"place": message.place, "line": message.line} if message.place else None
    return {**said, "fixes": fixes, "raised_by": place}
