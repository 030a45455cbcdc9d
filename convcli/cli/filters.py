"""``filters``: the classic kernels, usable as ``--weight NAME``."""

from collections.abc import Callable
from typing import Annotated

import typer

from convcli.cli import options, terminal
from convcli.errors import ConvcliError
from convcli.filters import FILTERS
from convcli.views import filters as view

__all__ = ["command"]


def command(name: str) -> Callable[..., None]:
    return filters


def filters(
    name: Annotated[options.Text, typer.Argument(help="One of them, for example sobel-x.")] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Convolution proper beside cross-correlation.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """The classic filters: their numbers, what they do, where they are from.

    \b
    convcli filters
    convcli filters sobel-x --flip
    convcli conv2d --weight sobel-x
    """
    if name is not None and name not in FILTERS:
        raise ConvcliError(f"there is no filter {name!r}", f"there are {', '.join(FILTERS)}")
    chosen = [FILTERS[name]] if name else list(FILTERS.values())
    if as_json:
        from convcli.views import json

        terminal.write(json.dump({"filters": [json.filter_object(found) for found in chosen]}) + "\n")
    else:
        terminal.show(view.flips(chosen) if flip else view.tables(chosen))
