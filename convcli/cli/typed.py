"""A request's fields as flags: how each is typed, how its text is read, and the function that Typer sees."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, fields
from typing import Annotated, Any, NamedTuple

import typer

from convcli.cli.panels import plainly
from convcli.colours import THEMES
from convcli.layers import LAYERS, Layer, Windowed
from convcli.matching import matching, nearest
from convcli.refusals import PADDING_MODES, PADDING_WORDS, ConvcliError
from convcli.whole_numbers import whole_numbers
from convcli.wording import quoted, shortened

Sizes = tuple[int, ...]


def text(typed: str, name: str) -> str:
    """Any text but an empty one."""
    if not typed:
        raise ConvcliError(f"{name} is empty", f"give {name} a value, or leave it out")
    return typed


def whole(typed: str, name: str) -> int:
    """One whole number."""
    return sizes(typed, name, one=True)[0]


def sizes(typed: str, name: str, one: bool = False) -> Sizes:
    """One number, or one for each axis: ``3x5``."""
    numbers = whole_numbers(text(typed, name))
    if numbers and (len(numbers) == 1 or not one):
        return numbers
    if typed.lstrip("+-").isdigit():
        raise ConvcliError(f"{name} {shortened(typed)} is larger than a tensor's size can be", "try a smaller number")
    each = "" if one else f", or one for each axis: {name} 3x5"
    raise ConvcliError(f"{name} {quoted(typed)} isn't a whole number", f"try {name} 3{each}")


def padding(typed: str, name: str) -> Sizes | str:
    """Sizes, or a word: which words it takes, the layer knows."""
    return padding_word(typed, name) if typed.strip().isalpha() else sizes(typed, name)


def padding_word(typed: str, name: str) -> str:
    """What says how much padding there is, or what stands in it; a text that is neither as it stands, for the layer."""
    meant = matching(text(typed, name).strip(), (*PADDING_WORDS, *PADDING_MODES))
    return meant[0] if len(meant) == 1 else typed.strip().lower()


def sizes_or_none(typed: str, name: str) -> tuple[int | None, ...]:
    """Sizes, of which some may be none, which keeps an axis as it is: ``7xnone``."""
    parts = text(typed, name).lower().replace(",", "x").split("x")
    return tuple(None if part.strip() == "none" else whole(part, name) for part in parts)


PICTURE_THEMES = (*THEMES, "auto")  # auto: as the screen asks for it


def real(typed: str, name: str) -> float:
    """A number."""
    try:
        return float(text(typed, name))
    except ValueError:
        raise ConvcliError(f"{name} {quoted(typed)} isn't a number", f"try {name} 2") from None


def pace(typed: str, name: str) -> float:
    """Steps a second."""
    try:
        return real(typed, name)
    except ConvcliError:
        example = 0.5 if "slow" in typed.lower() else 10
        why = f"{name} {quoted(typed)} isn't a number: it is how many steps are played in a second"
        raise ConvcliError(why, f"try --animate {name} {example}") from None


def seed(typed: str, name: str) -> int:
    """What torch can be seeded with."""
    typed = text(typed, name).strip()
    if not re.fullmatch(r"[-+]?\d+", typed):
        each = "each number gives random weights of its own, always the same"
        why = f"{name} {quoted(typed)} isn't a whole number: {each}"
        raise ConvcliError(why, f"try {name} 1, or leave it out for {name} 0")
    if len(typed) > 30 or not -(2**63) <= int(typed) < 2**64:
        raise ConvcliError(f"{name} {typed[:30]} is beyond 64 bits", f"try {name} 0")
    return int(typed)


def word(choices: Collection[str]) -> Callable[[str, str], str]:
    """Reads one of so many words."""

    def read(typed: str, name: str) -> str:
        if typed in choices:
            return typed
        near = nearest(typed, choices, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise ConvcliError(f"{name} {quoted(typed)} is unknown", f"{meant}it takes {', '.join(choices)}")

    return read


def words(choices: Collection[str]) -> Callable[[str, str], tuple[str, ...]]:
    """Reads several of them, with commas between."""
    each = word(choices)
    return lambda typed, name: tuple(each(part.strip(), name) for part in typed.split(","))


def theme(typed: str, name: str) -> str:
    """The colours of a picture."""
    meant = matching(text(typed, name), PICTURE_THEMES)
    if len(meant) != 1:
        raise ConvcliError(f"{name} {quoted(typed)} is unknown", f"choose {', '.join(PICTURE_THEMES[:-1])} or auto")
    return meant[0]


def padding_words(ctx: typer.Context) -> Sequence[str]:
    """What ``--padding`` may be besides numbers, on this command."""
    layer = LAYERS.get(ctx.command.name or "")
    return PADDING_WORDS if layer is None or takes_words(layer) else ()


def takes_words(layer: type[Layer]) -> bool:
    """Whether a layer's padding may be a word: a convolution's, and not a transposed one's."""
    return "padding_mode" in layer.defaults() and not transposed(layer)


def transposed(layer: type[Layer] | None) -> bool:
    """Whether a layer's windows write instead of read."""
    return layer is not None and issubclass(layer, Windowed) and layer.transposed


EACH = "One number for every axis, or one each: 3 · 3,5 · 3x5."
NUMBER: dict[str, Any] = {"read": whole, "metavar": "N"}
PER_AXIS: dict[str, Any] = {"read": sizes, "metavar": "SIZES"}
PADDING: dict[str, Any] = {"read": padding, "metavar": "SIZES", "autocompletion": padding_words}


class Flag(NamedTuple):
    """How a field is typed, read and shown in the help.

    One whose default is a bool is a switch that turns it round; one whose default is a tuple may be typed again.
    """

    names: tuple[str, ...]
    read: Callable[[str, str], Any]
    shown: dict[str, Any]


def flag(*names: str, default: Any = None, read: Callable[[str, str], Any] = text, **shown: Any) -> Any:
    """A field of a request that is a flag."""
    return field(default=default, metadata={"flag": Flag(names, read, shown)})


def spelled(request: type, name: str) -> str:
    """How the flag of a request's field is typed; empty where it has no such field."""
    return next((str(each.metadata["flag"].names[0]) for each in fields(request) if each.name == name), "")


def spellings(field: str, flags: Sequence[str]) -> list[str]:
    """A field's flags, and its own name as one, where no flag turns it round.

    >>> spellings("kernel_size", ["--kernel", "-k"]), spellings("bias", ["--no-bias"])
    (['--kernel', '-k', '--kernel-size'], ['--no-bias'])
    """
    return [*flags] if flags[0].startswith("--no-") else [*flags, f"--{field.replace('_', '-')}"]


def typed_command(
    run: Callable[..., None],
    *requests: type,
    takes: Callable[[str], bool] = lambda name: True,
    helps: Mapping[str, str] | None = None,
) -> Any:
    """A function for Typer that has a parameter for each flag of the requests, and calls ``run`` with the objects.

    ``helps`` says more of a flag than the request does.
    """

    def call(**typed: Any) -> None:
        run(*(_request(each, typed) for each in requests))

    flags = [each for request in requests for each in fields(request) if takes(each.name)]
    parameters = [_parameter(each, (helps or {}).get(each.name)) for each in flags]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__doc__ = run.__doc__
    return call


def _request(kind: type, typed: dict[str, Any]) -> Any:
    values = {}
    for each in fields(kind):
        said, value = each.metadata["flag"], typed.get(each.name)
        if isinstance(value, str):
            values[each.name] = said.read(value, said.names[0])
        elif isinstance(value, list):
            values[each.name] = tuple(said.read(every, said.names[0]) for every in value)
        elif value is not None:
            values[each.name] = value != each.default
    return kind(**values)


def _parameter(each: Any, told: str | None) -> inspect.Parameter:
    said: Flag = each.metadata["flag"]
    shown = said.shown | {"help": plainly(told or said.shown["help"])}
    if said.names[0].startswith("-"):
        option = typer.Option(*said.names, **shown)
    else:  # an argument, named for the help alone
        option = typer.Argument(metavar=said.names[0], **shown)
    kind: Any = str | None
    default = each.default
    if isinstance(default, bool):
        kind, default = bool, False
    elif isinstance(default, tuple):
        kind, default = list[str] | None, None
    return inspect.Parameter(
        each.name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option], default=default
    )
