"""``samples``: the post's tensors."""

from collections.abc import Callable
from typing import Annotated

import typer

from convcli.cli import terminal
from convcli.samples import SAMPLES
from convcli.views.tables import samples_table

__all__ = ["command"]


def command(name: str) -> Callable[..., None]:
    return samples


def samples(as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False) -> None:
    """The post's three tensors: every command takes them by name.

    \b
    convcli samples
    convcli conv1d --input input_2d
    """
    if as_json:
        from convcli.views import json

        found = {s.source: {"shape": list(s.shape), "values": s.data, "code": s.code} for s in SAMPLES.values()}
        terminal.write(json.dump({"samples": found}) + "\n")
    else:
        terminal.show(samples_table(SAMPLES.values()))
