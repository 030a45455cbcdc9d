"""Numbers written as text: nested lists, and rows of a table. Nothing is evaluated."""

import ast
import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from itertools import chain, islice
from typing import Any

from convcli.data.arrays import Array
from convcli.refusals import ConvcliError
from convcli.wording import counted, quoted

MOST_CHARACTERS = 1_000_000  # of lists that aren't JSON: their syntax tree takes 300 bytes for each
DEEPEST = 64  # no tensor has more axes
IN_LISTS = "write lists of numbers: [[1, 2], [3, 4]]"


def text_array(text: str, source: str) -> Array:
    """Read numbers written as text: ``1,2,3``, ``[[1, 2], [3, 4]]``, or rows of a table."""
    notes: tuple[str, ...] = ()
    if text.lstrip().startswith(("[", "(")):
        values = _nested(text.strip().translate(str.maketrans("()", "[]")), source)
    else:
        values, notes = _table(text, source)
    return Array(source, shape_of(values, source), values, notes=notes, spelled_out=True)


def load_json(text: str, source: str) -> Any:
    """What a JSON text says; a json.JSONDecodeError where it is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise _too_deep(source) from None
    except ValueError:  # more digits than Python makes a whole number of
        raise _too_large(source) from None


def shape_of(values: Any, source: str, depth: int = 0) -> tuple[int, ...]:
    """The shape of nested lists; turns every number into a float in place of what was there."""
    if not isinstance(values, list):
        _float(values, source)
        return ()
    if not values:
        raise ConvcliError(f"{source} holds an empty list", "give at least one number: [1]")
    if depth == DEEPEST:
        raise _too_deep(source)
    first: tuple[int, ...] = ()
    for i, item in enumerate(values):
        shape = shape_of(item, source, depth + 1) if isinstance(item, list) else ()
        if not shape:
            values[i] = _float(item, source)
        first = first if i else shape
        if shape != first:
            why = f"{source} is ragged: item {i} has {_said(shape)}, item 0 has {_said(first)}"
            raise ConvcliError(why, "give every row the same number of values")
    return (len(values), *first)


def _said(shape: tuple[int, ...]) -> str:
    return f"shape {list(shape)}" if len(shape) > 1 else counted(shape[0], "value") if shape else "one number"


def _float(item: Any, source: str) -> float:
    if isinstance(item, bool) or not isinstance(item, (int, float)):
        shown = "an object" if isinstance(item, dict) else json.dumps(item, ensure_ascii=False)
        raise ConvcliError(f"{source} holds {shown}, which isn't a number", "give numbers only")
    try:
        return float(item)
    except OverflowError:
        raise _too_large(source) from None


def _too_deep(source: str) -> ConvcliError:
    return ConvcliError(f"{source} is nested too deeply", "five axes are the most")


def _too_large(source: str) -> ConvcliError:
    return ConvcliError(f"a number in {source} is too large for a float")


def _nested(text: str, source: str) -> Any:
    """JSON, or lists as Python writes them: with ``nan``, ``1.``, ``.5``, a comma at the end."""
    with suppress(json.JSONDecodeError):
        return load_json(text, source)
    # Numbers, commas and closed brackets are all that the parser will see.
    for word in re.finditer(r"[^\s,\[\]]+", text):
        if _number(word[0], source) is None:
            raise ConvcliError(f"{quoted(word[0])} in {source} isn't a number", IN_LISTS)
    opening, closing = text.count("["), text.count("]")
    if opening != closing:
        raise ConvcliError(f"{source} has {opening} opening and {closing} closing brackets", IN_LISTS)
    if len(text) > MOST_CHARACTERS:
        why = f"{source} is too long for lists that aren't JSON"
        raise ConvcliError(why, "write NaN, Infinity, 0.5 and no comma before a bracket, or save it as .npy")
    try:
        return _values(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        at, line = error.offset or 1, error.text or text
        why = f"{source} can't be read as numbers near {quoted(line[max(0, at - 9) : at + 7])}"
        raise (_too_deep(source) if "nested" in error.msg else ConvcliError(why, IN_LISTS)) from None


def _values(node: ast.expr) -> Any:
    match node:
        case ast.List():
            return [_values(item) for item in node.elts]
        case ast.UnaryOp(op=ast.USub()):
            return -_values(node.operand)
        case ast.UnaryOp(op=ast.UAdd()):
            return _values(node.operand)
        case ast.Constant(value=int() | float()):
            return node.value
        case ast.Name():  # of all words, nan, inf and infinity alone came so far
            return float(node.id)
    raise SyntaxError("no number", ("", node.lineno, 1, ast.unparse(node)))


def _table(text: str, source: str) -> tuple[Any, tuple[str, ...]]:
    """Rows of numbers, a plain list where there is one row or one column; and what to say of a heading."""
    rows = _rows(text)
    begun = list(islice(rows, 2))
    notes: tuple[str, ...] = ()
    if len(begun) > 1 and all(_number(cell, source) is None for cell in begun[0]):
        notes = (f"{source}: the first line, {quoted(', '.join(begun[0]))}, was taken as a heading",)
        begun = [*begun[1:], *islice(rows, 1)]
    if not begun:
        raise ConvcliError(f"{source} holds no numbers", "give some, for example 1,2,3")
    table: list[Any] = []
    for i, row in enumerate(chain(begun, rows)):
        place = f"{source}, row {i}" if len(begun) > 1 else source
        numbers = [_number(cell, place) for cell in row]
        if None in numbers:
            cell = row[numbers.index(None)]
            why = f"{quoted(cell)} in {place} isn't a number" if cell else f"{place}: a cell is empty"
            raise ConvcliError(why, "give numbers only, for example 1,2,3")
        table.append(numbers if len(numbers) > 1 else numbers[0])
    return table if len(table) > 1 or not isinstance(table[0], list) else table[0], notes


def _rows(text: str) -> Iterator[list[str]]:
    """The cells of each line, without comments; one line after another, as all at once would take much memory."""
    for line in StringIO(text, newline=None):
        if written := line.split("#")[0].strip():
            yield _cells(written)


def _cells(line: str) -> list[str]:
    separator = "," if "," in line else ";" if ";" in line else None
    cells = [cell.strip() for cell in line.split(separator)]
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells


def _number(text: str, source: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if math.isinf(number) and text.lstrip("+-").isdigit():
        raise _too_large(source)
    return number
