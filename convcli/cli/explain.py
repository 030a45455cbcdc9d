"""``explain``: a PyTorch error message in plain words, with a fix."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from convcli.cli import options, terminal
from convcli.errors import ConvcliError, Failure
from convcli.explain import explain as recognise
from convcli.explain import nearest, read
from convcli.views import explain as view

__all__ = ["command"]


def command(name: str) -> Callable[..., None]:
    return explain


def explain(
    message: Annotated[options.Text, typer.Argument(help="The message, a traceback, or - for stdin.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Try each fix in torch, on the message's numbers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """A PyTorch shape error, in plain words, with a fix.

    \b
    convcli explain "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)"
    python train.py 2>&1 | convcli explain
    """
    from convcli.views import json

    text = message if message not in (None, "-") else _stdin(message)
    if not text or not text.strip():
        raise ConvcliError("there is no message", 'convcli explain "RuntimeError: ...", or pipe a traceback to it')
    error = read(text)
    found = recognise(error)
    if found is None:
        kind = nearest(error)
        if as_json:
            terminal.write(
                json.dump({"recognised": False, "kind": None, "nearest": kind, "facts": {}, "fixes": []}) + "\n"
            )
        first = error.text[:200].splitlines()[0] if error.text else ""
        terminal.complain(f"not recognised: {first}", f"it looks nearest to: {kind.replace('_', ' ')}")
        raise typer.Exit(1)
    if verify:
        with terminal.loading_torch():
            from convcli.verify import verified

            try:
                found = verified(found)
            except Failure as reason:
                terminal.warn(reason.why)
    if as_json:
        terminal.write(json.dump(view.to_json(found, error)) + "\n")
    else:
        terminal.show(*view.report(found, error))


def _stdin(message: str | None) -> str:
    """What stands on stdin, passed on to stderr so that nothing of a log is lost."""
    if message is None and sys.stdin.isatty():
        raise ConvcliError(
            "there is no message", 'convcli explain "RuntimeError: ...", or: python train.py 2>&1 | convcli explain'
        )
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    sys.stderr.write(text if text.endswith("\n") or not text else text + "\n")
    sys.stderr.flush()
    return text
