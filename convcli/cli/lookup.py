"""``samples`` and ``filters``: what there is to feed a layer with."""

from typing import Annotated

import typer

from convcli.cli.streams import show, write
from convcli.data.filters import FILTERS
from convcli.data.samples import SAMPLES
from convcli.refusals import ConvcliError

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def samples(as_json: Json = False) -> None:
    """The post's three tensors: every command takes them by name.

    \b
    convcli samples
    convcli conv1d --input input_2d
    """
    if as_json:
        from convcli.views.as_json import as_text, samples_object

        write(as_text(samples_object(SAMPLES.values())))
    else:
        from convcli.views.tensors import samples_table

        show(samples_table(SAMPLES.values()))


def filters(
    name: Annotated[str | None, typer.Argument(help="One of them, for example sobel-x.")] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Convolution proper beside cross-correlation.")] = False,
    as_json: Json = False,
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
        from convcli.views.as_json import as_text, filter_object

        write(as_text({"filters": [filter_object(each) for each in chosen]}))
    else:
        from convcli.views.kernels import flips, tables

        show(flips(chosen) if flip else tables(chosen))
