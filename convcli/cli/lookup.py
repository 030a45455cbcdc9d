"""``samples`` and ``filters``: what there is to feed a layer with."""

from collections.abc import Collection
from typing import Annotated

import typer

from convcli.cli.flags import filter_names, sample_names
from convcli.cli.streams import screen, show, write
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES
from convcli.matching import matching, nearest
from convcli.refusals import ConvcliError
from convcli.wording import quoted

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def named(typed: str | None, names: Collection[str], what: str) -> Collection[str]:
    """The names that a text stands for, one or those that it begins; all of them where there is no text."""
    if typed is None:
        return names
    if meant := matching(typed, names):
        return meant
    near = nearest(typed, names)
    fix = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
    raise ConvcliError(f"there is no {what} {quoted(typed)}", fix)


def samples(
    name: Annotated[
        str | None, typer.Argument(help="One of them, for example input_2d.", autocompletion=sample_names)
    ] = None,
    as_json: Json = False,
) -> None:
    """What there is to feed a layer with, by name: the post's three tensors, a picture, a wave and a word.

    \b
    convcli samples
    convcli samples picture
    convcli conv2d --input picture --weight sobel-x --show
    """
    chosen = [SAMPLES[each] for each in named(name, SAMPLES, "sample")]
    if as_json:
        from convcli.views.as_json import as_text, samples_object

        write(as_text(samples_object(chosen)))
    else:
        from convcli.views.tensors import samples_table

        show(*samples_table(chosen, screen()))


def filters(
    name: Annotated[
        str | None, typer.Argument(help="One of them, or several: sobel-x, sobel.", autocompletion=filter_names)
    ] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Convolution proper beside cross-correlation.")] = False,
    as_json: Json = False,
) -> None:
    """The classic filters: their numbers, what they do, where they are from.

    \b
    convcli filters
    convcli filters sobel-x --flip
    convcli conv2d --weight sobel-x
    """
    chosen = [FILTERS[each] for each in named(name, FILTERS, "filter")]
    if as_json:
        from convcli.views.as_json import as_text, filter_object

        write(as_text({"filters": [filter_object(each) for each in chosen]}))
    else:
        from convcli.views.kernels import flips, tables

        show(flips(chosen) if flip else tables(chosen))
