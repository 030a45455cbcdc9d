"""What is answered to a message, and the small parts that every family of errors puts its answers together from."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from convcli.explain.message import Message

# What patterns and fixes of several families have in common.
LIST = r"(?:torch\.Size\()?\[(?P<shape>[\d, ]{0,200})\]\)?"
REBUILD = "layer = nn.{conv}(layer.in_channels, layer.out_channels, kernel_size=3, padding=1)"
MAKE = "layer = nn.{conv}(x.shape[1], 8, kernel_size=3, padding=1)"


@dataclass(frozen=True, slots=True)
class Fix:
    """A line of Python over ``x``, ``layer``, ``torch``, ``nn``, ``F``, after which ``layer(x)`` runs.

    ``verified``: the numbers alone make that certain. ``shows`` is a convcli command that shows it working.
    """

    code: str
    about: str = ""
    verified: bool = False
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A layer and an input, rebuilt from the message's numbers, that raise its error: for ``--verify``."""

    type: str
    arguments: tuple[Any, ...]
    shape: tuple[int, ...]
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A recognised message: the numbers in it, why it can't be, what usually causes it, what to do.

    The family is that of the pattern which recognised it, unless the numbers say that it is another.
    """

    facts: dict[str, Any]
    why: str
    cause: str
    fixes: list[Fix]
    example: Example | None = None
    family: str = ""


Answer = Callable[[re.Match[str], Message], Explanation]
Answers = dict[tuple[str, str], Answer]  # by family and pattern; the first pattern that fits answers


def simple(why: str, cause: str, *codes: str) -> Answer:
    """An answer whose words and fixes don't depend on numbers; the pattern's named groups are its facts."""

    def answer(match: re.Match[str], message: Message) -> Explanation:
        groups = match.groupdict().items()
        facts = {name: int(text) if re.fullmatch(r"-?\d{1,18}", text) else text for name, text in groups}
        return Explanation(facts, why, cause, [Fix(code.format(conv=message.layer_class())) for code in codes])

    return answer


def ints(text: str) -> tuple[int, ...]:
    """The whole numbers in a text.

    >>> ints("1, 28, 28"), ints("3 x -1"), ints("3x0x0")
    ((1, 28, 28), (3, -1), (3, 0, 0))
    """
    return tuple(map(int, re.findall(r"-?\d{1,18}", text)))


def values(sizes: Sequence[int]) -> str:
    """A layer's argument as one would write it.

    >>> values([3, 3]), values([3, 5])
    ('3', '(3, 5)')
    """
    return str(sizes[0]) if len(set(sizes)) == 1 else str(tuple(sizes))


def sized(shape: Sequence[int]) -> str:
    """A shape as convcli's options take it.

    >>> sized((3, 28, 28))
    '3x28x28'
    """
    return "x".join(map(str, shape))
