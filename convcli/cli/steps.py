"""The flags that look inside a result: ``--steps``, ``--at``, ``--from``, ``--of``, ``--coverage``."""

import re
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from convcli.cli import options
from convcli.errors import ConvcliError

if TYPE_CHECKING:
    from convcli.plan import Plan
    from convcli.steps import Place

__all__ = ["asked", "check_terms", "chosen", "index", "uses", "with_value"]

FIRST = {1: 4, 2: 2, 3: 1}  # steps shown unless more are asked for, by the layer's axes
MOST = 10_000
MOST_TERMS = 2_000_000
FLAGS = {
    "steps": "--steps", "at": "--at", "from_cell": "--from", "of_weight": "--of", "coverage": "--coverage"
}  # fmt: skip


def with_value(arguments: list[str]) -> list[str]:
    """Give a bare ``--steps`` its value, as the parser knows no flag whose value may be left out.

    >>> with_value(["--steps", "--json"]), with_value(["--steps", "0:4"])
    (['--steps', 'first', '--json'], ['--steps', '0:4'])
    """
    filled = []
    for i, argument in enumerate(arguments):
        filled.append(argument)
        following = arguments[i + 1] if i + 1 < len(arguments) else "-"
        if argument == "--steps" and following.startswith("-"):
            filled.append("first")
    return filled


def asked(given: dict[str, Any]) -> bool:
    return any(given.get(name) for name in FLAGS)


def index(text: str, shape: Sequence[int], flag: str) -> tuple[int, ...]:
    """A cell of an array; leading axes may be left out, and are 0 then.

    Raises:
        ConvcliError: there is no such cell.
    """
    first, last = ",".join("0" * len(shape)), ",".join(str(size - 1) for size in shape)
    try:
        found = options.numbers(text, flag) or ()
    except ConvcliError:
        raise ConvcliError(f"{flag} {text!r} is no cell", f"cells go from {first} to {last}") from None
    found = (0,) * (len(shape) - len(found)) + found
    if len(found) != len(shape) or not all(0 <= i < size for i, size in zip(found, shape, strict=True)):
        raise ConvcliError(f"{flag} {text}: there is no such cell in {list(shape)}", f"they go from {first} to {last}")
    return found


def chosen(given: dict[str, Any], plan: "Plan") -> "list[Place]":
    """The output cells whose steps were asked for.

    Raises:
        ConvcliError: there are no such cells, or too many.
    """
    shape = plan.output_shape
    if given["at"] and given["steps"]:
        raise ConvcliError("--at is one step, and --steps is several", "choose one")
    if given["at"]:
        return [index(given["at"], shape, "--at")]
    from convcli.steps import cells

    text = given["steps"] or ("all" if given["animate"] else None)
    if not text:
        return []
    first, last = 0, (count := prod(shape))
    if text == "first":
        last = min(count, FIRST[len(shape) - 2])
    elif found := re.fullmatch(r"(\d{0,18}):(\d{0,18})", text):
        first, last = int(found[1] or 0), min(count, int(found[2] or count))
    elif re.fullmatch("[0-9]{1,18}", text):
        last = min(count, int(text))
    elif text != "all":
        raise ConvcliError(f"--steps {text!r} is unknown", "try --steps, --steps all, or --steps 0:4")
    if first >= last:
        raise ConvcliError(f"--steps {text}: there is no such step among {count:,}", f"give a part of 0:{count}")
    if last - first > MOST:
        raise ConvcliError(
            f"these would be {last - first:,} steps; {MOST:,} are the most", "pick a part: --steps 0:100, or --at"
        )
    check_terms(plan, last - first)
    return list(cells(shape, first, last))


def check_terms(plan: "Plan", steps: int) -> None:
    """Refuse several steps of more terms in all than anybody can look at, before they are worked out.

    Raises:
        ConvcliError: there are too many.
    """
    if steps > 1 and (terms := steps * plan.layer.terms) > MOST_TERMS:
        raise ConvcliError(
            f"{steps:,} steps of this layer have {terms:,} terms; {MOST_TERMS:,} are the most", "pick one: --at 0"
        )


def uses(given: dict[str, Any], plan: "Plan") -> "tuple[Place | None, Place | None]":
    """The input cell of ``--from`` and the weight of ``--of``; None where they aren't asked for."""
    cell, weight, shape = given["from_cell"], given.get("of_weight"), plan.layer.weight_shape
    return (
        index(cell, plan.shape, "--from") if cell else None,
        index(weight, shape, "--of") if weight and shape else None,
    )
