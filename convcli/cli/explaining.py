"""``explain``: a PyTorch error in plain words, and what to change."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from convcli import matching
from convcli.cli.piped import KEPT, passed_on
from convcli.cli.streams import complain, show, warn, write
from convcli.cli.waiting import loading_torch
from convcli.explain.evidence.message import read
from convcli.explain.recognise import RULES, diagnose, nearest, worked
from convcli.refusals import ConvcliError, Failure
from convcli.views import explained
from convcli.wording import quoted

LOGS = (".log", ".txt", ".out", ".err")  # what a file of a program's words is called


def explain(
    message: Annotated[
        str | None, typer.Argument(help="The message, a traceback, a log's file, or - for stdin.")
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Try each fix in torch, on the message's numbers.")] = False,
    no_source: Annotated[bool, typer.Option("--no-source", help="Don't look into the files that are named.")] = False,
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help="An error's page, linear-size for example.")
    ] = None,
    every: Annotated[bool, typer.Option("--list", help="Every error that is known.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """A PyTorch error, in plain words: what is behind it, and what to change. Without a message, those that are known.

    \b
    convcli explain "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)"
    python train.py 2>&1 | convcli explain
    convcli explain --code linear-size
    """
    nothing_said = message is None and code is None and (sys.stdin is None or sys.stdin.isatty())
    if every or nothing_said:
        _list(as_json)
    elif code is not None:
        _page(code)
    else:
        _explain(message, verify, not no_source, as_json)


def _explain(message: str | None, verify: bool, read_source: bool, as_json: bool) -> None:
    text = _stdin() if message in (None, "-") else _of_file(message) or message
    if not text or not text.strip():
        raise ConvcliError("there is no message", 'convcli explain "RuntimeError: ...", or pipe a traceback to it')
    errors = read(text)
    diagnosis = diagnose(errors, read_source)
    if diagnosis is None:
        near = nearest(errors)
        if as_json:
            _write(explained.unrecognised_object(near))
        first = f"{errors[0].kind}: {errors[0].text}".removeprefix(": ").split("\n")[0][:200] if errors else ""
        hint = (
            f"the nearest is {near}: convcli explain --code {near}"
            if near
            else "convcli explain --list has those that are"
        )
        complain(f"not an error known here: {first}", hint)
        raise typer.Exit(1)
    if verify:
        with loading_torch():
            from convcli.explain.verify import verified

            try:
                diagnosis = verified(diagnosis)
            except Failure as reason:
                warn(reason.why)
    if as_json:
        _write(explained.explanation_object(diagnosis))
    else:
        show(*explained.told(diagnosis))


def _page(code: str) -> None:
    if code not in RULES:
        near = matching.nearest(code, RULES)
        fix = f"did you mean {' or '.join(near)}?" if near else "convcli explain --list has them all"
        raise ConvcliError(f"there is no error {quoted(code)}", fix)
    rule = RULES[code]
    other = RULES.get(rule.lookalike)
    alike = (
        (worked(other).message.partition(": ")[2], f"is {other.code}")
        if other
        else (rule.lookalike, "is none of these")
    )
    show(*explained.page(worked(rule), *alike))


def _list(as_json: bool) -> None:
    families = [rule.family for rule in RULES.values()]
    by_family = sorted(RULES.values(), key=lambda rule: families.index(rule.family))
    rules = [worked(rule).diagnosis for rule in by_family]
    if as_json:
        _write(explained.listing_object(rules))
    else:
        show(explained.listing(rules))


def _write(made: dict[str, Any]) -> None:
    from convcli.views.as_json import as_text

    write(as_text(made))


def _of_file(name: str) -> str:
    """The end of a log's file; empty if there is no such file, and the words are a message."""
    try:
        if not (file := Path(name)).is_file():
            if file.suffix in LOGS and not re.search(r"\s", name):
                raise ConvcliError(f"there is no file {quoted(name)}", "python train.py 2>&1 | convcli explain")
            return ""
    except OSError:  # too long for a name
        return ""
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - KEPT))
            return log.read(KEPT).decode("utf-8", "replace")
    except OSError as error:
        raise ConvcliError(f"{name} can't be read: {error.strerror}", "pipe the log to convcli explain") from None


def _stdin() -> str:
    """What stands on stdin, passed on to stderr so that nothing of a log is lost."""
    if sys.stdin is None:
        return ""
    return passed_on()
