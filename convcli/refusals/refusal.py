"""What a user may be told can't be, each rule one class: its numbers, why, and what to do instead.

ConvcliError           the request can't be met; exit 2
├── Refusal            a rule forbids it: every class of this room, and those that others add
└── Failure            it was right, but could not be carried out; exit 1

A rule names *arguments*, ``kernel_size``; whoever shows it spells them, ``--kernel 3`` or ``kernel_size=3``.
"""

from collections.abc import Callable, Sequence
from typing import Any, dataclass_transform

from convcli.wording import bounded_words

AXIS_NAMES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
PADDING_WORDS = ("same", "valid")  # how much padding there is, in words

Spelling = Callable[..., str]  # spells an argument, or an argument with a value
Words = tuple[str, str]  # why it can't be, and what to do instead
Change = dict[str, Any]  # arguments with other values; None: left out


def in_python(name: str, value: Any = None) -> str:
    """An argument as Python has it.

    >>> in_python("kernel_size"), in_python("kernel_size", 3), in_python("padding", "same")
    ('kernel_size', 'kernel_size=3', "padding='same'")
    """
    return name if value is None else f"{name}={value!r}"


class ConvcliError(Exception):
    """What was asked and why it can't be (``why``), and what to do instead (``fix``)."""

    exit_code = 2
    explained_by = ""  # the code of PyTorch's own error for it: ``convcli explain --code``
    excerpt: Sequence[str] = ()  # the line of a text that it is about, and a mark below the place

    def __init__(self, why: str = "", fix: str = "") -> None:
        super().__init__(why, fix)

    def words(self, spell: Spelling = in_python) -> Words:
        """Why it can't be, and what to do instead, with the arguments spelled as the reader knows them."""
        return self.said(spell)

    def said(self, spell: Spelling) -> Words:
        """:meth:`words` as a rule defines them."""
        why, fix = self.args
        return why, fix

    @property
    def why(self) -> str:
        return self.words()[0]

    @property
    def fix(self) -> str:
        return self.words()[1]

    def __str__(self) -> str:
        return ": ".join(filter(None, bounded_words(*self.words())))


class Failure(ConvcliError):
    """A right request that could not be carried out."""

    exit_code = 1


@dataclass_transform(eq_default=False, kw_only_default=True)
class Refusal(ConvcliError):
    """A rule broken; a class of its own for each, whose annotated names are the numbers it is made with.

    >>> class NotPositive(Refusal):
    ...     name: str
    ...     value: int
    ...
    ...     def said(self, spell):
    ...         return f"{self.name} is {self.value}; it has to be at least 1", f"try {spell(self.name, 1)}"
    >>> NotPositive(name="kernel_size", value=0).why
    'kernel_size is 0; it has to be at least 1'
    >>> NotPositive(name="kernel_size", value=0).fix
    'try kernel_size=1'

    Whoever knows more of the request says so: what it is ``refused_by`` once a change is made, and the shape of the
    input as it was ``given``.
    """

    refused_by: Callable[[Change], ConvcliError | None] = staticmethod(lambda change: None)
    given: Sequence[int] = ()
    offered: Sequence[Change] = ()  # the changes that its words last spoke of

    def __init__(self, **numbers: Any) -> None:
        super().__init__()
        self.__dict__.update(numbers)

    def offer(self, spell: Spelling, *changes: Change, most: int = 3) -> str:
        """Those changes with which the request is right, each tried before it is said.

        Where more is wrong than this rule knows of, the first is said together with what mends the rest.
        """
        self.offered = (list(filter(self.accepts, changes)) or self._with_more(spell, changes[0]))[:most]
        words = ", or ".join(_changed(spell, change) for change in self.offered)
        return words if words.startswith("leave") else f"try {words}"

    def accepts(self, change: Change) -> bool:
        """Whether the request is right with a change."""
        return self.refused_by(change) is None

    def _with_more(self, spell: Spelling, change: Change) -> list[Change]:
        """A change together with those that the next rule offers, where that is enough; else the change alone."""
        more = self.refused_by(change)
        if not isinstance(more, Refusal):
            return [change]
        more.words(spell)
        return [both for each in more.offered if self.accepts(both := change | each)] or [change]


def _changed(spell: Spelling, change: Change) -> str:
    """Arguments with their new values, and those that are to be left out."""
    said = " ".join(spell(name, _once(value)) for name, value in change.items() if value is not None)
    out = " and ".join(spell(name) for name, value in change.items() if value is None)
    return " without ".join(filter(None, (said, out))) if said else f"leave {out} out"


def _once(value: Any) -> Any:
    """The same number for each axis said once."""
    same = isinstance(value, tuple) and len(set(value)) == 1 and value[0] is not None
    return value[0] if same else value


def shape_names(shape: Sequence[int]) -> str:
    """A shape with each axis named.

    >>> shape_names((8, 1, 28, 28))
    'batch 8, channels 1, height 28, width 28'
    """
    names = ("batch", "channels", *AXIS_NAMES[len(shape) - 2])
    return ", ".join(f"{name} {size:,}" for size, name in zip(shape, names, strict=True))


NO_MEMORY = ("can't allocate memory", "failed to map segment")  # as torch says it, and the loader of its libraries


def lacks_memory(error: Exception) -> bool:
    """Whether an error says that memory is short, in whatever way."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in NO_MEMORY)
