"""Expressions worked out from their syntax alone, as far as they are numbers, words and plain arithmetic on them.

Nothing is executed: a call, an attribute or a comprehension is no constant, whatever it would give.
"""

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from convcli.refusals import ConvcliError

LARGEST = 2**63
LONGEST = 1000  # characters of a text that is put together
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}
# Calls whose value follows from their argument.
CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": int, "float": float, "tuple": tuple, "list": tuple, "Size": tuple, "len": len, "max": max, "min": min
}  # fmt: skip


def syntax(text: str, mode: str = "exec") -> Any:
    """The syntax of a text as ``ast`` has it, without Python's remarks on its style.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it isn't Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


class NotConstant(Exception):
    """What can't be known without running it, ``node``."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(shortened(ast.unparse(node)))
        self.node = node


def shortened(text: str, most: int = 60) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def constant(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """The value of an expression; ``names`` are those that are known.

    >>> constant(ast.parse("16 * k * k", mode="eval").body, {"k": 5})
    400

    Raises:
        NotConstant: it would have to be run.
    """
    match node:
        case ast.Constant(value=value) if not isinstance(value, bytes | complex):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if f"{owner}.{name}" in names:
            return names[f"{owner}.{name}"]
        case ast.Attribute(value=ast.Name(id="math" | "np" | "torch"), attr="inf"):
            return float("inf")
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(constant(part, names) for part in parts)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand, names)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _number(operand, names)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not constant(operand, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            return _worked_out(node, ARITHMETIC[type(op)], _number(left, names), _number(right, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return _compared(node, COMPARISONS[type(op)], constant(left, names), constant(right, names))
        case ast.BoolOp(op=op, values=values):
            each = [bool(constant(value, names)) for value in values]
            return all(each) if isinstance(op, ast.And) else any(each)
        case ast.IfExp(test=test, body=body, orelse=other):
            return constant(body if constant(test, names) else other, names)
        case ast.JoinedStr(values=parts):
            return _joined(node, [str(constant(part, names)) for part in parts])
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return constant(value, names)
        case ast.Slice(lower=lower, upper=upper, step=step):
            return slice(*(None if each is None else constant(each, names) for each in (lower, upper, step)))
        case ast.Subscript(value=value, slice=index):
            return _item(node, constant(value, names), constant(index, names))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[argument], keywords=[]):
            if name in CONVERSIONS:
                return _converted(node, CONVERSIONS[name], constant(argument, names))
    raise NotConstant(node)


def _number(node: ast.AST, names: Mapping[str, Any]) -> Any:
    value = constant(node, names)
    if isinstance(value, int | float):
        return value
    raise NotConstant(node)


def _worked_out(node: ast.AST, operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if operation is operator.pow and (abs(left) > LARGEST or abs(right) > 64):
        raise NotConstant(node)
    try:
        value = operation(left, right)
    except (ArithmeticError, ValueError):
        raise NotConstant(node) from None
    if isinstance(value, complex) or abs(value) > LARGEST:
        raise NotConstant(node)
    return value


def _compared(node: ast.AST, comparison: Callable[[Any, Any], Any], left: Any, right: Any) -> bool:
    try:
        return bool(comparison(left, right))
    except TypeError:
        raise NotConstant(node) from None


def _joined(node: ast.AST, texts: list[str]) -> str:
    if sum(map(len, texts)) > LONGEST:
        raise NotConstant(node)
    return "".join(texts)


def _item(node: ast.AST, value: Any, index: Any) -> Any:
    try:
        return value[index]
    except (TypeError, LookupError):
        raise NotConstant(node) from None


def _converted(node: ast.AST, convert: Callable[[Any], Any], value: Any) -> Any:
    try:
        return convert(value)
    except (TypeError, ValueError, OverflowError):
        raise NotConstant(node) from None


def arguments_of(text: str) -> tuple[list[Any], dict[str, Any]]:
    """The values of arguments as they are typed: ``3, width=64``.

    >>> arguments_of("3, width=2 * 32")
    ([3], {'width': 64})

    Raises:
        ConvcliError: they aren't numbers, words or lists of them.
    """
    try:
        call = syntax(f"f({text})", "eval").body
        assert isinstance(call, ast.Call)
        values = [constant(value, {}) for value in call.args]
        return values, {str(each.arg): constant(each.value, {}) for each in call.keywords}
    except (SyntaxError, ValueError, NotConstant, AssertionError, RecursionError, MemoryError):
        raise ConvcliError(
            f"{shortened(text)!r} aren't arguments", "write them as Python has them: 10, width=64"
        ) from None
