"""What a PyTorch error is told by, and what can be behind it: one class an error, all of them of this shape."""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import NAME, Line
from convcli.explain.evidence.origin import Told
from convcli.explain.evidence.pasted import FILE
from convcli.explain.evidence.signature import told_by
from convcli.explain.evidence.source import Made, Source

Likelihood = Literal["certain", "likely", "possible"]
Where = Literal["before", "instead", "definition"]  # of the line that raised, or of the layer
# What a line calls and that is no layer: functions, and whole models whose layers have other names.
NO_LAYER = (
    r"^(?:F|torch|nn|functional)\.|(?i:(?:^|[._])\w*(?:model|net|network|module|trainer|fit)$)"
    r"|(?i:writer|logger)\.|(?:^|[._])(?:get|set|run|load|save|log|export|trace|compute|train|test|evaluate)_\w+$"
)
# Parameters of a network that say how much goes into it.
INPUTS = r"(?i)n_?in(?:puts?)?|in(?:put)?_?(?:dim|features|size|channels|ch)?|d_?in|(?:n_|num_)features"
NEW = r"(?:^|\.)[A-Z]\w*$"  # a class that is called


@dataclass(frozen=True, slots=True)
class Fix:
    """Code that mends the cause, and the place where it is to stand."""

    code: str
    where: Where = "before"
    file: str = ""
    number: int = 0
    last: int = 0
    placeholder: bool = False  # has a part that only the user knows


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What may be behind an error: a sentence, what is to be changed (the data, say), how, and code that does it."""

    likelihood: Likelihood
    says: str
    change: str
    advice: str
    fixes: tuple[Fix, ...] = ()

    def applicability(self, fix: Fix) -> str:
        return "placeholder" if fix.placeholder else self.likelihood


def certain(says: str, change: str, advice: str, *fixes: Fix | None) -> Hypothesis:
    return Hypothesis("certain", says, change, advice, tuple(filter(None, fixes)))


def likely(says: str, change: str, advice: str, *fixes: Fix | None) -> Hypothesis:
    return Hypothesis("likely", says, change, advice, tuple(filter(None, fixes)))


def possible(says: str, change: str, advice: str) -> Hypothesis:
    """A guess comes without a fix: its advice says what to write where it holds."""
    return Hypothesis("possible", says, change, advice)


Cause = Callable[[Any], Iterator[Hypothesis]]  # of a rule: what can be behind it, or nothing if that can't be


class Rule:
    """An error: its messages, the facts in them, what can be behind it, and code that raises it.

    Facts are attributes, as their holes in ``signatures`` name them. A subclass is a rule if it has a ``code``; its
    family is the ``FAMILY`` of the module that it stands in.
    """

    code: ClassVar[str] = ""
    family: ClassVar[str] = ""
    signatures: ClassVar[tuple[str, ...]] = ()
    signature: str = ""  # the one that the message has
    says: ClassVar[str] = ""  # one sentence, with the facts
    example: ClassVar[str] = ""  # raises it, and would end well but for that
    lookalike: ClassVar[str] = ""  # the code of the rule whose example looks like it, or a message of none
    causes: ClassVar[tuple[Cause, ...]] = ()  # in the order in which they are tried; the first that applies is told
    by_message: ClassVar[tuple[tuple[str, Hypothesis], ...]] = ()  # what words of the message decide
    usual: ClassVar[tuple[Hypothesis, ...]] = ()  # where no fact decides
    decide: ClassVar[str] = ""  # what tells two hypotheses apart
    not_that: ClassVar[str] = ""  # the wrong fix that is often found
    rebuild: ClassVar[str] = ""  # for what is rebuilt
    layer_named: ClassVar[str] = ""  # how the layer is likely to be called in the user's line

    if TYPE_CHECKING:

        def __getattr__(self, fact: str) -> Any: ...

    def __init_subclass__(cls) -> None:
        cls.family = sys.modules[cls.__module__].__dict__["FAMILY"]

    def __init__(self, case: Case, facts: dict[str, Any], generic: bool = False) -> None:
        self.case, self.generic = case, generic
        self.facts: Any = facts
        self.__dict__.update(facts)

    @classmethod
    def read(cls, case: Case) -> Self | None:
        """The rule with the facts of a message, if one of its signatures is in it."""
        found = told_by(cls.signatures, case.raised.text)
        if found is None:
            return None
        rule = cls(case, found[1])
        rule.signature = found[0]
        return rule

    def hypotheses(self) -> Iterator[Hypothesis]:
        """What can be behind it, the likeliest first; nothing if it isn't this error after all."""
        if behind := list(self.applying(self.causes)):
            yield from behind
            return
        for each in self.foreseen():
            yield Hypothesis(each.likelihood, self.told(each.says), each.change, self.told(each.advice), each.fixes)

    def foreseen(self) -> Sequence[Hypothesis]:
        """What is told where no cause applies: by words of the message, or else what is usual."""
        message = self.signature + self.case.raised.text.partition("\n\n")[0]  # and not the code below it
        written = next((words for words, _ in self.by_message if words in message), "")
        return [behind for words, behind in self.by_message if words == written] or self.usual

    def applying(self, causes: Sequence[Cause]) -> Iterator[Hypothesis]:
        """What the first of these says that applies."""
        yield from next((behind for cause in causes if (behind := list(cause(self)))), ())

    def why(self) -> str:
        """The arithmetic of it."""
        return ""

    def deciding(self) -> str:
        return self.told(self.decide)

    def warning(self) -> str:
        return self.told(self.not_that)

    def rebuilt(self) -> str:
        """Code over x and layer, of the facts alone, that raises the error anew; empty where they don't suffice."""
        try:
            return self.rebuild.format_map(self.facts)
        except KeyError:
            return ""

    def operands(self) -> Iterator[tuple[str, str]]:
        """The names in the user's line, and what is known of each."""
        yield from ()

    def told(self, words: str) -> str:
        """Words with the facts, and with the user's name for the input."""
        shapes = {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}
        return words.format_map({"x": self.x, **shapes})

    # The user's names, or x and layer where none are known or none are wanted.

    @cached_property
    def written(self) -> Made | None:
        """How the user's file makes the layer that raised, where a rule knows its numbers."""
        return None

    @cached_property
    def came(self) -> Told:
        """What the user's file says of the tensor that the layer gets."""
        return self.arriving(self.written)

    def placed(self) -> Case | None:
        """The case at the one line of pasted code that calls what raised, where no traceback's frame stands there."""
        source = self.case.source
        if FILE not in source.texts or any(frame.function for frame in source.frames) or self.generic:
            return None
        if source.frames and len([line for line in source.texts[FILE] if line]) < 3:
            return None  # the line above the error is it
        of_layer = (
            rf"(?:^|\.){re.escape(self.written.name)}$" if self.written and self.written.name else self.layer_named
        )
        names = [name for name in source.names.called if of_layer and re.search(of_layer, name)]
        numbers = {call.lineno for name in names if not re.search(NEW, name) for call in source.names.called[name]}
        there = {frame.number for frame in source.frames}
        return self.case.at(FILE, numbers.pop()) if len(numbers) == 1 and not numbers & there else None

    @property
    def line(self) -> Line:
        return Line() if self.generic else self.case.line

    @property
    def _call(self) -> Any:
        named = self.layer_named or self.case.kind_called
        call = (self.line.call(named) or self.line.call()) if self.case.direct else None
        return next((each for each in self.line.calls if call and each.func is call), call)  # as of nn.Linear(3, 4)(x)

    def handed(self, index: int, default: str) -> str:
        """What the user's line hands over in a place, as it is written there."""
        return self.line.text(self._argument(self._call, index)) or default

    def _argument(self, call: Any, index: int) -> ast.expr | None:
        """What a call hands over in a place, behind the equation of an einsum."""
        equation = bool(call) and self.line.text(call.func).endswith("einsum")
        return self.line.argument(call, index + equation)

    @property
    def x(self) -> str:
        call = self._call
        while isinstance(self._argument(call, 0), ast.Constant):  # of net(x).max(1)
            call = call.func.value if isinstance(call.func, ast.Attribute) else None
            call = call if isinstance(call, ast.Call) else None
        return self.line.text(self._argument(call, 0)) or "x"

    @property
    def layer(self) -> str:
        name, names = self.line.text(self._call.func) if self._call else "", self.case.source.names
        own = name.rpartition(".")[2] in names.functions and all(made != name for _, made in names.assignments)
        return name if NAME.fullmatch(name) and not own and not re.search(NO_LAYER, name) else "layer"

    @property
    def named(self) -> str:
        """The layer, in a sentence."""
        return self.layer if self.layer != "layer" else "the layer"

    def squeezed(self) -> str:
        """The user's line, or one shortly above, that squeezes every axis of size 1, a batch of one among them."""
        frame = self.case.frame
        lines = [self.line.code, *(self.case.source.above(frame) if frame else [])]
        return next((line for line in lines if re.search(r"\.squeeze\(\)|torch\.squeeze\([\w.]+\)", line)), "")

    # Fixes, each standing where it belongs in the user's file.

    def before(self, code: str) -> Fix:
        return self._here(code, "before")

    def instead(self, code: str) -> Fix:
        return self._here(code, "instead")

    def _here(self, code: str, where: Where) -> Fix:
        frame = self.case.frame
        return Fix(code, where, frame.file, frame.number) if frame else Fix(code, where)

    def replaced(self, old: str, new: str, times: int = -1) -> Fix | None:
        """The user's line with other words in the place of these, if they stand in it."""
        code = self.line.code
        return self.instead(code.replace(old, new, times)) if old and old in code else None

    def changed(self, name: str, template: str) -> Fix | None:
        """A value made right: in a line before if it has a name, or else where it stands in the user's line."""
        new = template.format(name)
        code = self.line.code
        if code and not (self.case.direct and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", code)):
            return None  # the line doesn't hand it over
        if NAME.fullmatch(name) or not self.line.code:
            return self.before(f"{name} = {new}")
        return self.instead(self.line.edited(name, template.format(name if name[-1] in ")]" else f"({name})")))

    def made(self, types: str, **values: int) -> Made | None:
        """How the user's file makes the layer, or the code that raises the error anew.

        Of several that fit, it is the one that gets something else from the layer before than it takes.
        """
        if self.generic:
            return Source.of_text(self.rebuilt()).layer(types, self.layer, **values)
        source, origin = self.case.source, self.case.origin
        called = origin.within(self._call) if self.case.in_sequential else []
        made = origin.taking(called, types, **values) or source.layer(types, self.layer, **values)
        made = made or origin.wrong(types, self.case.in_sequential, **values)
        return replace(made, known=values) if made else None

    def layer_above(self, types: str) -> Made | None:
        """The nearest layer of these types above the user's line, the one that it calls if there is one of its name."""
        return None if self.generic else self.case.layer_above(types, self.layer)

    def arriving(self, made: Made | None = None) -> Told:
        """What the user's files say of the tensor that the layer gets."""
        if self.generic:
            return Told()
        return self.case.origin.told(self.case.origin.arriving(made, self.line, self._call, self.case.in_sequential))

    def calls_behind(self, side: str) -> list[Made]:
        """The calls of the user's files that made a part of the line, the last first."""
        parsed = None if self.generic else Line(side).tree
        statement = parsed.body[0] if isinstance(parsed, ast.Module) and parsed.body else None
        return self.case.origin.steps(statement.value) if isinstance(statement, ast.Expr) else []

    def remade(self, made: Made | None, code: str = "", type: str = "", **changes: object) -> Fix | None:
        """The line that makes the layer, changed; without a file, ``code`` if that is all there is to the layer."""
        if made:
            if not type and not self.generic:
                relative = self.written is not None and bool(self.came.joined)
                relative = relative or any(isinstance(value, str) for value in changes.values())
                made, changes = self.case.source.worded(made, changes, relative)
                if self.case.source.shared(made, *changes) and not (relative and self.for_all(made, changes)):
                    return None
            return redefined(made, type, **changes)
        if any(each.name == self.layer for each in self.case.source.fitting("Sequential")):
            return None  # it is one of several layers
        named = not self.line.code or re.search(self.layer_named, self.layer)  # and not a whole model
        return Fix(f"{self.layer} = {code}", "definition") if code and named else None

    def for_all(self, made: Made, changes: dict[str, object]) -> bool:
        """Whether words for several layers hold for each: no number is in them, and their class does the joining."""
        joined, around = self.came.joined if self.written else None, self.case.source.names.around
        if not joined:
            return True
        owner = around(made.file, made.number, ast.ClassDef)
        number = any(re.search(r"(?:^|\+ )\d+$", str(value)) for value in changes.values())
        return not number and around(joined.file, joined.number, ast.ClassDef) is owner

    def setting(self, made: Made | None, argument: str, value: int) -> str:
        """What is to be written where, in words."""
        if made and not self.generic:
            named = f"{made.callee} at {made.place}" if self.case.in_sequential else self.named
            found = self.case.source.maker(made, argument)
            return f"{found[1]}={value} where {found[0].callee} is made" if found else f"{argument}={value} in {named}"
        frame = None if self.generic or not argument.startswith("in_") else self.case.frame
        if frame and (made_for := self.case.source.names.made_for(INPUTS, frame.file, frame.number)):
            owner, parameter, handed = made_for
            counts = [fact for name, fact in self.facts.items() if name != "groups"]
            if not handed.isdigit() or int(handed) in counts:
                return f"{parameter}={value} where {owner} is made, in the place of {handed}"
        if self.case.in_sequential and self.layer != "layer" and (own := self.case.frame):
            defined = self.case.source.names.assigned(self.layer, own.file, own.number)
            place = f" ({Path(own.file).name}:{defined[0][0].lineno})" if len(defined) == 1 else ""
            return f"{argument}={value} in the layer of {self.named}{place} that takes it"
        return f"{argument}={value} where {self.named} is made"


def redefined(made: Made, type: str = "", **changes: object) -> Fix:
    """The lines of the user's file that make a layer or a tensor, with another class or other arguments."""
    return Fix(dedent(made.edited(type, **changes)).strip(), "definition", made.file, made.number, made.last)


def shaped(shape: Sequence[int], *names: str) -> str:
    """A shape with the names of its axes.

    >>> shaped((4, 512), "batch", "features")
    '[4 batch, 512 features]'
    """
    if len(shape) != len(names):
        return str(list(shape))
    return f"[{', '.join(f'{size} {name}' for size, name in zip(shape, names, strict=True))}]"
