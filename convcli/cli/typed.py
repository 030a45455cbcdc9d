"""A request's fields as flags: how each is typed, how its text is read, and the function that Typer sees."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Optional

import typer

from convcli.refusals import ConvcliError
from convcli.whole_numbers import whole_numbers

Sizes = tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Flag:
    """How a field is typed; one without a reader is a switch, and turns the field's default round."""

    names: tuple[str, ...]
    help: str
    read: Callable[[str, str], Any] | None = None
    metavar: str = ""
    completes: tuple[str, ...] = ()


def flag(*names: str, help: str, default: Any = None, **more: Any) -> Any:
    """A field of a request that is a flag."""
    return field(default=default, metadata={"flag": Flag(names, help, **more)})


def text(typed: str, name: str) -> str:
    """Any text but an empty one."""
    if not typed:
        raise ConvcliError(f"{name} was given an empty text", f"give {name} a value, or leave it out")
    return typed


def whole(typed: str, name: str) -> int:
    """One whole number.

    >>> whole("3", "--in")
    3
    """
    numbers = whole_numbers(text(typed, name))
    if numbers is None or len(numbers) != 1:
        raise _no_whole_number(typed, name, f"try {name} 3")
    return numbers[0]


def sizes(typed: str, name: str) -> Sizes:
    """One number, or one for each axis.

    >>> sizes("3x5", "--kernel"), sizes("3", "--kernel")
    ((3, 5), (3,))
    """
    numbers = whole_numbers(text(typed, name))
    if numbers is None:
        raise _no_whole_number(typed, name, f"try {name} 3, or one for each axis: {name} 3x5")
    return numbers


def _no_whole_number(typed: str, name: str, fix: str) -> ConvcliError:
    shown = typed if len(typed) <= 40 else f"{typed[:30]}..."
    if typed.lstrip("+-").isdigit():
        return ConvcliError(f"{name} {shown} is beyond what a tensor's sizes can be", "try a smaller number")
    return ConvcliError(f"{name} {shown!r} isn't a whole number", fix)


def padding(typed: str, name: str) -> Sizes | str:
    """Sizes, or a word: which words there are, the layer knows."""
    return typed.strip().lower() if typed.strip().isalpha() else sizes(typed, name)


def sizes_or_none(typed: str, name: str) -> tuple[int | None, ...]:
    """Sizes, of which some may be none, which keeps an axis as it is.

    >>> sizes_or_none("7xnone", "--output-size")
    (7, None)
    """
    parts = text(typed, name).lower().replace(",", "x").split("x")
    return tuple(None if part.strip() == "none" else whole(part, name) for part in parts)


def real(typed: str, name: str) -> float:
    """A number."""
    try:
        return float(text(typed, name))
    except ValueError:
        raise ConvcliError(f"{name} {typed!r} isn't a number", f"try {name} 2") from None


def seed(typed: str, name: str) -> int:
    """What torch can be seeded with."""
    typed = text(typed, name).strip()
    if not typed.lstrip("+-").isdecimal():
        raise ConvcliError(f"{name} {typed!r} isn't a whole number", f"try {name} 0")
    if len(typed) > 30 or not -(2**63) <= int(typed) < 2**64:
        raise ConvcliError(f"{name} {typed[:30]} is beyond 64 bits", f"try {name} 0")
    return int(typed)


EACH = "One number for every axis, or one each: 3 · 3,5 · 3x5."
NUMBER = {"read": whole, "metavar": "N"}
PER_AXIS = {"read": sizes, "metavar": "SIZES"}
TEXT = {"read": text}
ARRAY = {"read": text, "metavar": "ARRAY"}


def spelled(request: type, name: str) -> str:
    """How the flag of a request's field is typed; empty where it has no such field."""
    return next((str(each.metadata["flag"].names[0]) for each in fields(request) if each.name == name), "")


def typed_command(run: Callable[..., None], *requests: type, takes: Callable[[str], bool] = lambda name: True) -> Any:
    """A function for Typer that has a parameter for each flag of the requests, and calls ``run`` with the objects."""
    flags = {each.name: each for request in requests for each in fields(request) if takes(each.name)}

    def call(**typed: Any) -> None:
        values = {name: _value(flags[name], value) for name, value in typed.items() if value is not None}
        made = [request(**{n: v for n, v in values.items() if n in _names(request)}) for request in requests]
        run(*made)

    call.__signature__ = inspect.Signature([_parameter(each) for each in flags.values()])  # type: ignore[attr-defined]
    call.__doc__ = run.__doc__
    return call


def _names(request: type) -> set[str]:
    return {each.name for each in fields(request)}


def _value(each: Any, typed: Any) -> Any:
    said: Flag = each.metadata["flag"]
    return said.read(typed, said.names[0]) if said.read else typed != each.default


def _parameter(each: Any) -> inspect.Parameter:
    said: Flag = each.metadata["flag"]
    shown: dict[str, Any] = {"metavar": said.metavar} if said.metavar else {}
    if said.completes:
        shown["autocompletion"] = lambda: list(said.completes)
    option = typer.Option(*said.names, help=said.help, **shown)
    typed = Optional[str] if said.read else bool  # noqa: UP045  (typer reads the annotation at run time)
    default = (None if each.default is None else str(each.default)) if said.read else False
    return inspect.Parameter(
        each.name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[typed, option], default=default
    )
