"""An explained error on the screen and as JSON, and the pages of the rules."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from convcli.explain.recognise import Diagnosis, Example
from convcli.explain.rule import Fix, Hypothesis
from convcli.views.widgets import beside, labelled, table
from convcli.wording import plain

SHOWN = 2  # hypotheses on one screen


def told(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    """The error in one sentence, the user's line and what is known of it, why, and what may be behind it."""
    rule = diagnosis.rule
    yield Text(rule.code, style="bold").append(f" · {plain(rule.told(rule.says))}", style="not bold")
    frame, operands = rule.case.frame, list(rule.operands())
    if frame or operands:
        yield ""
    if frame:
        yield Padding(
            Text(plain(_place(frame.file, frame.number))).append(f"   {plain(frame.code)}"), (0, 0, 0, 2), expand=False
        )
    if operands:
        known = beside()
        for name, what in operands:
            known.add_row(Text(plain(name)), Text(plain(what)))
        yield Padding(known, (0, 0, 0, 4), expand=False)
    if why := rule.why():
        yield Padding(Text(plain(why)), (1, 0, 0, 2), expand=False)
    yield from _ranked(diagnosis)


def _ranked(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    rule, shown = diagnosis.rule, diagnosis.hypotheses[:SHOWN]
    rows = beside()
    for hypothesis in shown:
        rows.add_row("", "")
        rows.add_row(Text(f"  {hypothesis.likelihood}"), Text(plain(hypothesis.says)))
        rows.add_row(Text(f"    {hypothesis.change}", style="muted"), Text(plain(hypothesis.advice)))
        for fix in hypothesis.fixes:
            label = "before" if fix.where == "before" and fix.number else "change"
            rows.add_row(Text(f"    {label}", style="muted"), _change(fix, diagnosis))
    closing = [("to decide", rule.deciding() if len(shown) > 1 else ""), ("not that", rule.warning())]
    for i, (label, words) in enumerate((label, words) for label, words in closing if words):
        if not i:
            rows.add_row("", "")
        rows.add_row(Text(f"  {label}"), Text(plain(words)))
    yield rows


def _change(fix: Fix, diagnosis: Diagnosis) -> Text:
    place = plain(_place(fix.file, fix.number)) if fix.number else ""
    if place and "\n" in fix.code:
        place += f"-{fix.last}\n" if fix.last > fix.number else "\n"
    elif place:
        place += "   "
    code = "\n".join(map(plain, fix.code.split("\n")))
    text = Text().append(place, style="muted").append(code, style="bold")
    if fix.placeholder:
        text.append("   to be filled in", style="muted")
    if fix in diagnosis.tried:
        text.append(f"   tried in torch: {'runs' if diagnosis.tried[fix] else 'fails'}", style="muted")
    return text


def _place(file: str, number: int) -> str:
    name = re.split(r"[/\\]", file)[-1]
    return f"{name}:{number}" if number else name


def explanation_object(diagnosis: Diagnosis) -> dict[str, Any]:
    """The object of ``--json``."""
    rule, frame = diagnosis.rule, diagnosis.rule.case.frame
    return {
        "recognised": True,
        "code": rule.code,
        "kind": rule.family,
        "says": rule.told(rule.says),
        "why": rule.why(),
        "facts": {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in rule.facts.items()},
        "line": {"file": frame.file, "number": frame.number, "text": frame.code} if frame else None,
        "hypotheses": [_hypothesis_object(each) for each in diagnosis.hypotheses],
        "fixes": [_fix_object(fix, each, diagnosis) for each in diagnosis.hypotheses for fix in each.fixes],
        "to_decide": rule.deciding() if len(diagnosis.hypotheses) > 1 else "",
        "not_that": rule.warning(),
    }


def _hypothesis_object(each: Hypothesis) -> dict[str, str]:
    return {"likelihood": each.likelihood, "says": each.says, "change": each.change, "advice": each.advice}


def _fix_object(fix: Fix, hypothesis: Hypothesis, diagnosis: Diagnosis) -> dict[str, Any]:
    known = {"code": fix.code, "applicability": hypothesis.applicability(fix), "change": hypothesis.change}
    place = {"file": fix.file, "number": fix.number, "last": fix.last or fix.number} if fix.number else None
    tried = {"verified": diagnosis.tried[fix]} if fix in diagnosis.tried else {}
    return {**known, "where": fix.where, "line": place, **tried}


def unrecognised_object(nearest: str) -> dict[str, Any]:
    """The same where no rule fits."""
    nothing = {"recognised": False, "code": None, "kind": None, "nearest": nearest or None}
    return {**nothing, "facts": {}, "line": None, "hypotheses": [], "fixes": []}


def page(example: Example, alike: str, whose: str) -> Iterator[RenderableType]:
    """A rule on an example: the code, what it raises, its usual causes, and a message that only looks like it."""
    rule = example.diagnosis.rule
    yield Text(rule.code, style="bold").append(f" · {rule.told(rule.says)}", style="not bold")
    yield ""
    yield Padding(Text(example.code), (0, 0, 0, 4), expand=False)
    yield Padding(Text(example.message, style="wrong"), (1, 0, 0, 2), expand=False)
    yield from _ranked(example.diagnosis)
    yield ""
    yield labelled([("  looks alike", alike), ("", whose)])


def listing(found: Iterable[Diagnosis]) -> RenderableType:
    """Every code with its family, and what it says of its example."""
    rows = table("code", "family", "says, for example", left=3)
    for rule in (each.rule for each in found):
        rows.add_row(Text(rule.code, style="bold"), Text(rule.family), Text(rule.told(rule.says)))
    return rows


def listing_object(found: Iterable[Diagnosis]) -> dict[str, Any]:
    rules = (each.rule for each in found)
    return {"codes": [{"code": each.code, "kind": each.family, "says": each.told(each.says)} for each in rules]}
