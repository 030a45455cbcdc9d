"""``explain``: a PyTorch error message in plain words, with a fix."""

import sys
from typing import Annotated

import typer

from convcli.cli.streams import complain, show, warn, write
from convcli.cli.waiting import loading_torch
from convcli.explain import recognise
from convcli.explain.message import read
from convcli.refusals import ConvcliError, Failure
from convcli.views.as_json import as_text
from convcli.views.explained import explanation_object, told, unrecognised_object


def explain(
    message: Annotated[str | None, typer.Argument(help="The message, a traceback, or - for stdin.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Try each fix in torch, on the message's numbers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """A PyTorch shape error, in plain words, with a fix.

    \b
    convcli explain "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)"
    python train.py 2>&1 | convcli explain
    """
    text = message if message not in (None, "-") else _stdin(message)
    if not text or not text.strip():
        raise ConvcliError("there is no message", 'convcli explain "RuntimeError: ...", or pipe a traceback to it')
    error = read(text)
    explanation = recognise.explain(error)
    if explanation is None:
        family = recognise.nearest(error)
        if as_json:
            write(as_text(unrecognised_object(family)))
        first = error.text[:200].splitlines()[0] if error.text else ""
        complain(f"not recognised: {first}", f"it looks nearest to: {family.replace('_', ' ')}")
        raise typer.Exit(1)
    if verify:
        with loading_torch():
            from convcli.explain.verify import verified

            try:
                explanation = verified(explanation)
            except Failure as reason:
                warn(reason.why)
    if as_json:
        write(as_text(explanation_object(explanation, error)))
    else:
        show(*told(explanation, error))


def _stdin(message: str | None) -> str:
    """What stands on stdin, passed on to stderr so that nothing of a log is lost; nobody is waited for to type it."""
    if sys.stdin is None or (message is None and sys.stdin.isatty()):
        return ""
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    sys.stderr.write(text if text.endswith("\n") or not text else text + "\n")
    sys.stderr.flush()
    return text
