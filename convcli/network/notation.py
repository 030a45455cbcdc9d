"""A model's printed form, or calls as source code has them, read as text: nothing of it is executed.

Both are calls with what they hold in brackets. ``print(model)`` names each part, ``(features): Sequential(``, and may
have other lines around and between; source code may hold its parts in lists, dicts and OrderedDicts.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from convcli.layers import Layer
from convcli.network.constants import NotConstant, constant, shortened, syntax
from convcli.network.parts import ELSEWHERE, HOLDERS, IN_ORDER, MOST_LAYERS, Model, Part, known, nearest, renamed
from convcli.refusals import MissingArgument, Refusal, Spelling, Words, in_python
from convcli.wording import plain

LONGEST = 10_000  # characters of one layer's arguments
DEEPEST = 10_000  # brackets within brackets
STRING = (  # possessive throughout: what isn't closed is looked through once
    r"\'\'\'(?:[^\\\']++|\\.|\'(?!\'\'))*+\'\'\'|\"\"\"(?:[^\\\"]++|\\.|\"(?!\"\"))*+\"\"\""
    r"|\'(?:[^\'\\\n]++|\\.)*+\'|\"(?:[^\"\\\n]++|\\.)*+\""
)
TOKEN = re.compile(
    rf"""(?P<space>[^\S\n]+|\\\n|\#[^\n]*)
    |(?P<label>\([ ]?[\w.\-]+[ ]?\):)
    |(?P<times>[0-9]+[ ]x[ ])
    |(?P<call>[^\W\d][\w.]*[ \t]*\()
    |(?P<key>[^\W\d][\w.]*[ \t]*=(?!=)|(?>{STRING})[ \t]*:)
    |(?P<string>[rbfuRBFU]{{0,2}}(?:{STRING}))
    |(?P<open>[\[({{])
    |(?P<close>[\])}}])
    |(?P<line>\n)
    |(?P<mark>[,;])
    |(?P<word>[^\s,;()\[\]{{}}'"\#=]+|.)""",
    re.VERBOSE | re.DOTALL,
)
INSIDE = re.compile(rf"{STRING}|\#[^\n]*|[()\[\]{{}}]", re.DOTALL)  # what matters on the way to a closing bracket
FLAT = re.compile(r"""[^()\[\]{}'"#]*\)""")
PRINTED = re.compile(r"^[ \t]*\([\w.\-]+\): ", re.MULTILINE)
CLOSES = {"(": ")", "[": "]", "{": "}"}
# Words that a printed model has without quotes.
WORDS = {word: word for word in ("zeros", "reflect", "replicate", "circular", "same", "valid")} | {"inf": float("inf")}
DROPPED = ("device", "dtype")
NO_LAYERS = ("ParameterList", "ParameterDict")  # hold what learns, and aren't called
EXAMPLE = "Conv2d(3, 64, 3)"


class NotationError(Refusal):
    """What can't be read, and where: ``offset`` in ``text``."""

    text: str
    offset: int
    expected: str
    fix_: str = ""

    @property
    def place(self) -> tuple[int, int]:
        """Line and column, both from 1."""
        before = self.text[: self.offset]
        return before.count("\n") + 1, self.offset - before.rfind("\n")

    @property
    def excerpt(self) -> tuple[str, str]:  # type: ignore[override]
        """A part of the line, and a caret below the place."""
        start = self.text.rfind("\n", 0, self.offset) + 1
        line = self.text[start:].partition("\n")[0]
        at = self.offset - start
        before, behind = plain(line[max(0, at - 33) : at]), plain(line[at : at + 24])[:24]
        before = before if len(before) <= 32 else "..." + before[-32:]
        return before + behind, " " * len(before) + "^"

    def said(self, spell: Spelling) -> Words:
        line, column = self.place
        return f"line {line}, column {column}: {self.expected}", self.fix_


@dataclass(slots=True)
class _Open:
    """A bracket that is still open, and the part that it is of; None: it only holds together what is in it."""

    bracket: str
    offset: int
    part: Part | None = None
    label: str = ""  # of the next part
    said: str = ""  # the last text in quotes, which an OrderedDict has before its part
    times: int = 1


@dataclass(slots=True)
class _Reader:
    text: str
    printed: bool
    root: Part
    stack: list[_Open] = field(default_factory=list)
    holders: list[Part] = field(default_factory=list)
    made: dict[str, Layer] = field(default_factory=dict)
    position: int = 0
    count: int = 0

    def read(self) -> list[Part]:
        self.stack.append(_Open("", 0, self.root))
        self.holders.append(self.root)
        while self.position < len(self.text):
            token = TOKEN.match(self.text, self.position)
            assert token is not None
            self.position = token.end()
            if len(self.stack) > DEEPEST:
                raise self.error(token.start(), f"this is nested more than {DEEPEST:,} deep", "take brackets out")
            getattr(self, f"_{token.lastgroup}")(token[0], token.start())
        if len(self.stack) > 1:
            left = self.stack[-1]
            raise self.error(left.offset, f"this {left.bracket!r} is never closed", f"add {CLOSES[left.bracket]!r}")
        return self.root.parts or []

    def error(self, offset: int, expected: str, fix: str = "") -> NotationError:
        return NotationError(text=self.text, offset=offset, expected=expected, fix_=fix)

    def _space(self, token: str, offset: int) -> None:
        pass

    _mark = _line = _space

    def _label(self, token: str, offset: int) -> None:
        self.stack[-1].label = token[1:-2].strip()

    def _times(self, token: str, offset: int) -> None:
        self.stack[-1].times = int(token[:-3]) if len(token) < 20 else 0

    def _key(self, token: str, offset: int) -> None:
        if not self.printed:
            name = token[:-1].strip()
            self.stack[-1].label = name.strip("'\"") if token.endswith(":") else name

    def _string(self, token: str, offset: int) -> None:
        self.stack[-1].said = token.strip("'\"") if token[0] in "'\"" else ""

    def _open(self, token: str, offset: int) -> None:
        above = self.stack[-1]
        self.stack.append(_Open(token, offset, label=above.label))
        above.label = ""

    def _close(self, token: str, offset: int) -> None:
        closed = self.stack[-1]
        if not closed.bracket:
            raise self.error(offset, f"this {token!r} closes nothing", "take it out")
        if CLOSES[closed.bracket] != token:
            line, column = self.error(closed.offset, "").place
            where = f"the {closed.bracket!r} of line {line}, column {column}"
            raise self.error(offset, f"expected {CLOSES[closed.bracket]!r}, which closes {where}, not {token!r}")
        self.stack.pop()
        if closed.part is not None:
            self.holders.pop()
            self._finish(closed.part)

    def _finish(self, part: Part) -> None:
        """What held nothing was a layer that isn't known; numbered parts run in order, whatever holds them."""
        if not part.parts and part.class_name.lower() not in HOLDERS:
            part.parts = None
            near = nearest(part.class_name)
            part.note = f"{part.class_name} isn't known here" + (
                f"; {near} is" if near and near != part.class_name else ""
            )
        elif part.parts:
            part.parts = renamed(part.parts)
            numbers = [each.label for each in part.parts]
            counted = all(number.isdigit() for number in numbers)
            if self.printed and part.class_name.lower() not in HOLDERS:
                part.in_order = counted

    def _word(self, token: str, offset: int) -> None:
        if self.printed or self.stack[-1].part is None or token == "*" or self._in_unknown():
            return
        if known(token):
            raise self.error(offset, f"{token} is a class, not yet a layer", f"write {token}(), with its arguments")
        raise self.error(offset, f"expected a layer, not {shortened(token, 20)!r}", f"layers look like {EXAMPLE}")

    def _in_unknown(self) -> bool:
        return self.holders[-1] is not self.root and self.holders[-1].class_name.lower() not in HOLDERS

    def _call(self, token: str, offset: int) -> None:
        name, above = token[:-1].rstrip(), self.stack[-1]
        short = name.rpartition(".")[2]
        bracket = offset + len(token) - 1
        named = above.label or above.said
        if self.printed and not named and not self._stands_alone(short, offset):
            self.stack.append(_Open("(", bracket))  # words in brackets between the lines of a printed model
            return
        part = Part(named.removeprefix("self."), short, offset, times=max(1, above.times))
        above.label, above.said, above.times = "", "", 1
        layer = known(short)
        if layer is not None:
            part.layer = self._layer(layer, short, bracket + 1, offset)
            self._add(part, named)
        elif short.lower() in ("ordereddict", "list", "tuple", "dict"):
            self.stack.append(_Open("(", bracket, label=named))
        elif self.printed and short in NO_LAYERS:
            self.stack.append(_Open("(", bracket))
        else:
            if name.startswith(("nn.", "torch.nn.")) and short not in ELSEWHERE and short.lower() not in HOLDERS:
                near = nearest(short)
                raise self.error(offset, f"torch.nn has no {short}", f"did you mean {near}?" if near else "")
            part.parts, part.in_order = [], short.lower() in IN_ORDER
            self._add(part, named)
            self.stack.append(_Open("(", bracket, part))
            self.holders.append(part)
            if flat := FLAT.match(self.text, bracket + 1):  # nothing in it can be a layer
                self.position = flat.end() - 1

    def _stands_alone(self, name: str, offset: int) -> bool:
        """Whether a call without a name is a part all the same: a layer, or the model itself at the start of a line."""
        start = self.text.rfind("\n", 0, offset) + 1
        before = self.text[start:offset].strip()
        if known(name) or name.lower() in HOLDERS:
            return before[-1:] in ("", "(", ",", "[", "=")
        return self.holders[-1] is self.root and not before

    def _add(self, part: Part, named: str) -> None:
        holder = self.holders[-1]
        assert holder.parts is not None
        if named.startswith("self."):
            holder.in_order = False  # lines of an __init__, whose order needn't be that of forward
        holder.parts.append(part)
        self.count += 1
        if self.count > MOST_LAYERS:
            raise self.error(part.offset, f"there are more than {MOST_LAYERS:,} layers", "give a part of the model")

    def _layer(self, layer: type[Layer], name: str, start: int, offset: int) -> Layer:
        """The layer whose arguments begin here; moves on behind its closing bracket."""
        flat = FLAT.match(self.text, start)
        end = flat.end() if flat else self._closing(start)
        if end - start > LONGEST:
            raise self.error(
                start, f"{name} has {end - start:,} characters of arguments", f"layers look like {EXAMPLE}"
            )
        self.position = end
        arguments = self.text[start : end - 1]
        key = f"{layer.__name__}({arguments}"
        if key not in self.made:
            self.made[key] = made(layer, arguments, self.text, start, offset)
        return self.made[key]

    def _closing(self, start: int) -> int:
        depth = 1
        for token in INSIDE.finditer(self.text, start):
            depth += (token[0] in "([{") - (token[0] in ")]}")
            if not depth:
                return token.end()
            if token.end() - start > LONGEST:
                break
        raise self.error(start - 1, "this '(' is never closed", "add ')'")


def made(layer: type[Layer], arguments: str, text: str, start: int, offset: int) -> Layer:
    """A layer of arguments as they were written, from ``start`` on in the text.

    Raises:
        NotationError: they can't be read, or the layer refuses them.
    """

    def error(node: Any, expected: str, fix: str = "") -> NotationError:
        lines = arguments.splitlines(keepends=True) or [""]
        line = getattr(node, "lineno", 1) or 1
        column = node.offset - 1 if isinstance(node, SyntaxError) and node.offset else getattr(node, "col_offset", 2)
        before = "".join(lines[: line - 1])
        within = len(before) + column - (2 if line == 1 else 0)
        return NotationError(text=text, offset=start + max(0, min(within, len(arguments))), expected=expected, fix_=fix)

    try:
        call = syntax(f"f({arguments})", "eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as reason:
        said = getattr(reason, "msg", "this can't be read")
        raise error(reason, f"{said} in the arguments of {layer.__name__}") from None
    assert isinstance(call, ast.Call)
    try:
        return made_of(layer, call, WORDS)
    except NotConstant as reason:
        raise error(reason.node, f"{reason} isn't a number that can be known here", "write the number itself") from None
    except Refusal as refusal:
        why, fix = refusal.words(in_python)
        raise NotationError(text=text, offset=offset, expected=why, fix_=fix) from None


def made_of(layer: type[Layer], call: ast.Call, names: Mapping[str, Any]) -> Layer:
    """A layer of a call's arguments.

    Raises:
        NotConstant: an argument would have to be run.
        Refusal: the layer refuses them.
    """
    known_arguments = list(layer.defaults())
    values: dict[str, Any] = {}
    for argument in call.keywords:
        if argument.arg is None:
            raise NotConstant(argument.value)
        if argument.arg in DROPPED:
            continue
        value = constant(argument.value, names)
        fixed = argument.arg not in known_arguments and getattr(layer, argument.arg, None) == value
        if not fixed:  # UpsamplingNearest2d prints its mode, and takes none
            values[argument.arg] = value
    for i, value in enumerate(call.args):
        if isinstance(value, ast.Starred) or i >= len(known_arguments):
            raise NotConstant(value)
        values[known_arguments[i]] = constant(value, names)
    return checked(layer, values)


def checked(layer: type[Layer], values: Mapping[str, Any]) -> Layer:
    """A layer of these arguments; one of the wrong sort is refused too."""
    try:
        return layer.made_with(values)
    except (TypeError, AttributeError):
        wrong = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise MissingArgument(name=f"numbers; it got {wrong}", type=layer.__name__) from None


def _holds_layers(part: Part) -> bool:
    """Whether it is a layer, or a class that may be one, or holds one."""
    left = [part]
    while left:
        each = left.pop()
        if each.layer is not None or (each.parts is None and each.class_name[:1].isupper()):
            return True
        left += each.parts or ()
    return False


def read_text(text: str) -> Model:
    """The model of a printed form or of calls.

    >>> [part.code for part in read_text("Conv2d(1, 6, 5); ReLU(); Flatten()").parts]
    ['Conv2d(1, 6, kernel_size=5)', 'ReLU()', 'Flatten()']

    Raises:
        NotationError: it is neither, and where.
    """
    printed = PRINTED.search(text) is not None
    root = Part("", "", parts=[])
    parts = _Reader(text, printed, root).read()
    if printed:
        parts = [part for part in parts if part.parts or part.layer]
    if not any(map(_holds_layers, parts)):
        offset = parts[0].offset if parts else 0
        raise NotationError(text=text, offset=offset, expected="no layer is in it", fix_=f"layers look like {EXAMPLE}")
    if len(parts) == 1 and parts[0].parts:
        [model] = parts
        return Model(model.class_name, model.parts or [], model.in_order, text=text)
    return Model("", [replace(part) for part in renamed(parts)], root.in_order, text=text)
