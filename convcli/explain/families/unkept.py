"""Statements that make a new tensor of one and keep nothing of it, as if the method changed that one in place."""

import ast
import re
from collections.abc import Iterable, Iterator

from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.names import FUNCTION
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "rank"

NO_SHAPES = ("arguments", "autograd", "device", "state_dict")
SHAPES = r"view|reshape|(?:un)?flatten|(?:un)?squeeze|permute|transpose|movedim|swapaxes|t|expand|repeat"
KINDS = r"float|double|half|bfloat16|long|int|bool|type|to"

# What modules, and batches of two libraries, are told by; these are moved and cast in place.
MODULES = (
    r"torch_geometric|transformers|(?<![\w.]){0}(?:\(|\.(?:parameters|train|eval|\w*state_dict|named_\w+)\()"
    r"|(?<![\w.]){0} = (?!torch\.)(?:\w+\.)?[A-Z]"
)


def changes_itself(name: str, text: str) -> bool:
    """Whether a name in a file is that of a module, say, which is moved and cast in place."""
    return bool(re.search(MODULES.format(name), text))


def dropped(nodes: Iterable[ast.AST], pattern: str) -> Iterator[tuple[str, ast.Expr]]:
    """The statements that are a call which a pattern fits, and what has a name in its first group, with that."""
    for node in nodes:
        found = re.match(pattern, ast.unparse(node)) if isinstance(node, ast.Expr) else None
        if found and isinstance(node, ast.Expr) and NAME.fullmatch(found[1]):
            yield found[1], node


def unkept(rule: Rule) -> Iterator[Hypothesis]:
    """A statement above the user's line, in its function, that leaves what the line takes as it is."""
    frame, source = rule.case.frame, rule.case.source
    methods = "" if rule.generic or rule.family in NO_SHAPES else KINDS if rule.family == "dtype" else SHAPES
    scope = source.names.around(frame.file, frame.number, *FUNCTION) if frame and methods else None
    if not frame or not scope:
        return
    read = [node for node in ast.walk(rule.line.tree or scope) if isinstance(node, ast.Name | ast.Attribute)]
    taken = {ast.unparse(node) for node in read if isinstance(node.ctx, ast.Load)}
    text = "\n".join(source.texts[frame.file])
    for name, node in dropped(ast.walk(scope), rf"([\w.]+)\.(?:{methods})\("):
        again = [each.lineno for each, _ in source.names.assigned(name, frame.file, frame.number)]
        last = node.end_lineno or node.lineno
        if name not in taken or last >= frame.number or any(last < line < frame.number for line in again):
            continue
        if methods is KINDS and changes_itself(name, text):
            continue
        lines = text.split("\n")[node.lineno - 1 : last]
        code = f"{name} = " + "\n".join(lines).strip()
        says = (
            f"{ast.unparse(node)} (line {node.lineno}) makes a new tensor that nothing keeps, and {name} stays as it "
        )
        yield likely(f"{says}is", "call", code.split("\n")[0], Fix(code, "instead", frame.file, node.lineno, last))
