"""Columns that were sliced, x[:, 0:1], and so kept an axis of 1 where one of them was to be taken, x[:, 0]."""

import ast
from collections.abc import Iterator
from pathlib import Path

from convcli.explain.rule import Fix, Hypothesis, Rule, likely

Column = tuple[ast.Subscript, str, int]  # with its file and line


def kept_columns(rule: Rule, parts: list[ast.expr], differ: str) -> Iterator[Hypothesis]:
    """Embeddings of such columns beside features that have no axis for them."""
    embeddings = {part: found for part in parts if rule.case.source.frames and (found := embedded(rule, part))}
    columns = {part: sliced for part, found in embeddings.items() if (sliced := column_of(rule, *found))}
    if not columns:
        return
    (part, (column, file, number)), *_ = columns.items()
    says = f"{differ}: {ast.unparse(column)} ({Path(file).name}:{number}) is a slice and keeps an axis of 1, to which "
    advice = f"take the column, {ast.unparse(indexed(column) or column)}, for each of them; or "
    fixes = taken(rule, list(columns.values())) if columns.keys() == embeddings.keys() else []
    yield likely(f"{says}an embedding adds its own", "call", f"{advice}{rule.line.text(part)}.squeeze(1)", *fixes)


def taken(rule: Rule, columns: list[Column]) -> list[Fix]:
    """The lines that slice columns, with indices in the place of all of these; none if one can't be written."""
    texts = {(file, number): rule.case.source.texts[file][number - 1].strip() for _, file, number in columns}
    if any(ast.unparse(column) not in texts[file, number] for column, file, number in columns):
        return []
    for column, file, number in columns:
        index = ast.unparse(indexed(column) or column)
        texts[file, number] = texts[file, number].replace(ast.unparse(column), index)
    return [Fix(code, "instead", file, number) for (file, number), code in texts.items()]


def embedded(rule: Rule, part: ast.expr) -> tuple[ast.expr, tuple[int, int]] | None:
    """What an nn.Embedding is called with to make a part, and where."""
    call, place = rule.case.origin.set_to(part)
    layer = rule.case.origin.defined(ast.unparse(call.func), *place) if isinstance(call, ast.Call) else None
    of_ids = layer and layer.callee == "Embedding" and isinstance(call, ast.Call) and call.args
    return (call.args[0], place) if of_ids and isinstance(call, ast.Call) else None


def column_of(rule: Rule, ids: ast.expr, place: tuple[int, int]) -> Column | None:
    """The slice of one column that these indices are, and its place."""
    value, (at, number) = rule.case.origin.set_to(ids, place)
    sliced = isinstance(value, ast.Subscript) and indexed(value)
    return (value, rule.case.source.frames[at].file, number) if sliced and isinstance(value, ast.Subscript) else None


def indexed(column: ast.Subscript) -> ast.Subscript | None:
    """A slice of one column as an index; None if it isn't one.

    >>> [ast.unparse(indexed(ast.parse(code, mode="eval").body)) for code in ("x[i, 2:3]", "x[:, :1]", "x[:, k:k + 1]")]
    ['x[i, 2]', 'x[:, 0]', 'x[:, k]']
    """
    axes = column.slice.elts if isinstance(column.slice, ast.Tuple) else []
    match axes[-1] if len(axes) == 2 else None:
        case ast.Slice(lower=ast.Constant(value=int(low)), upper=ast.Constant(value=int(high))) if high == low + 1:
            index: ast.expr = ast.Constant(low)
        case ast.Slice(lower=None, upper=ast.Constant(value=1)):
            index = ast.Constant(0)
        case ast.Slice(
            lower=ast.expr() as low_end, upper=ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1))
        ):
            if ast.unparse(left) != ast.unparse(low_end):
                return None
            index = low_end
        case ast.List(elts=[only]):
            index = only
        case _:
            return None
    return ast.Subscript(column.value, ast.Tuple([axes[0], index], ast.Load()), ast.Load())
