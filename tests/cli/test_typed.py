"""Texts become values where flags are read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from convcli.cli.typed import (
    flag,
    pace,
    padding,
    padding_word,
    real,
    seed,
    sizes,
    sizes_or_none,
    spelled,
    typed_command,
    whole,
    word,
    words,
)
from convcli.refusals import ConvcliError


@pytest.mark.parametrize(
    ("read", "typed", "value"),
    [
        (whole, "3", 3),
        (sizes, "3x5", (3, 5)),
        (padding, " Same", "same"),
        (padding, "SA", "same"),
        (padding, "Reflect", "reflect"),
        (padding, "Full", "full"),
        (padding, "1,2", (1, 2)),
        (padding_word, "Refl", "reflect"),
        (padding_word, "zero", "zeros"),
        (padding_word, "re", "re"),
        (padding_word, "SAME", "same"),
        (sizes_or_none, "7,none", (7, None)),
        (real, "inf", float("inf")),
        (seed, str(2**64 - 1), 2**64 - 1),
        (word(["macs", "field"]), "macs", "macs"),
        (words(["macs", "field"]), "macs, field", ("macs", "field")),
    ],
)
def test_read(read: Callable[[str, str], Any], typed: str, value: object) -> None:
    assert read(typed, "--flag") == value


@pytest.mark.parametrize(
    ("read", "typed", "said"),
    [
        (whole, "3x5", "isn't a whole number"),
        (whole, "9" * 5000, "larger than a tensor's size can be"),
        (sizes, "", "is empty"),
        (padding_word, "", "is empty"),
        (sizes, str(10**30), "larger than"),
        (real, "x", "isn't a number"),
        (seed, "x", "try --flag 1"),
        (pace, "slowly", "try --animate --flag 0.5"),
        (seed, str(2**64), "beyond 64 bits"),
        (sizes_or_none, "7,no", "isn't a whole number"),
        (word(["macs", "field"]), "mac", r"did you mean macs\? it takes macs, field"),
        (words(["macs", "field"]), "macs,", "'' is unknown"),
    ],
)
def test_refused(read: Callable[[str, str], Any], typed: str, said: str) -> None:
    with pytest.raises(ConvcliError, match=said):
        read(typed, "--flag")


def test_a_name_without_dashes_is_an_argument() -> None:
    @dataclass(frozen=True)
    class Named:
        name: str | None = flag("NAME", help="Which one.")

    shown = typed_command(print, Named).__signature__.parameters["name"].annotation.__metadata__[0]
    assert (type(shown).__name__, shown.metavar) == ("ArgumentInfo", "NAME")
    with pytest.raises(ConvcliError, match="give NAME a value"):
        typed_command(print, Named)(name="")


@dataclass(frozen=True)
class Asked:
    size: int | None = flag("--size", help="A size.", read=whole)
    bias: bool = flag("--no-bias", help="No bias.", default=True)


def test_a_request_is_built_of_what_typer_hands_over() -> None:
    built: list[Asked] = []
    command = typed_command(built.append, Asked)
    command(size="3", bias=False)
    command(size=None, bias=True)
    assert built == [Asked(3, True), Asked(None, False)]
    assert list(command.__signature__.parameters) == ["size", "bias"]
    assert spelled(Asked, "bias") == "--no-bias"
    assert spelled(Asked, "other") == ""


def test_what_may_be_typed_again_is_a_tuple() -> None:
    @dataclass(frozen=True)
    class Many:
        models: tuple[str, ...] = flag("MODELS", default=(), help="Which ones.")
        size: tuple[int, ...] = flag("--size", default=(), help="Sizes.", read=whole)

    built: list[Many] = []
    command = typed_command(built.append, Many)
    command(models=["a", "b"], size=["3"])
    command(models=None, size=None)
    assert built == [Many(("a", "b"), (3,)), Many()]
    assert command.__signature__.parameters["size"].annotation.__origin__ == list[str] | None
