"""What the user's files freeze: some parameters, or all of a model, a new layer among them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convcli.explain.case import Case
from convcli.explain.evidence.names import FUNCTION, Names, handed_over, last_name
from convcli.explain.families.order import moved_below
from convcli.explain.rule import Fix

FREEZES = r"requires_grad_\(False\)|\.requires_grad ?= ?False"
THAWS = r"requires_grad_\((?:True)?\)|requires_grad ?= ?True"
# What a whole model is called, a layer that is put into one for new classes, and a class of a part of one.
WHOLE = r"(?i)^(?:self\.)?(?:self|m|mdl|model(?:_ft)?|net(?:work)?|module)$"
HEAD = r"(?i)head|fc|class|out|proj|linear"
PART = r"(?i)back|enc|extract|feat|teach|emb|trunk|vgg|loss|percep|stem|block|layer"
MADE = ("__init__",)
MOST = 5  # statements that a line is moved above


def lines(case: Case) -> list[int]:
    return case.elsewhere(FREEZES)


@dataclass(frozen=True)
class Whole:
    """A statement that freezes all of a model, and the one above it that puts a layer in; a fix turns the two."""

    freezing: str  # its place
    owner: str
    put: str = ""
    fix: Fix | None = None


def whole(case: Case) -> Whole | None:
    """What freezes a whole model, here or in a file that is imported, if nothing is put in or set free after it."""
    wide = Case(case.raised, case.source.with_imported)
    names = wide.source.names
    if not case.frame or any(_thaws(names, nodes) for nodes in names.nodes.values()):
        return None
    found = [each for file, nodes in names.nodes.items() for each in _frozen(names, file, nodes)]
    for file, owner, freezing in found:
        bodies = (getattr(node, "body", None) for node in names.nodes[file])
        body = next((each for each in bodies if isinstance(each, list) and freezing in each), [])
        put = [each for each in body if _puts(each, owner)]
        elsewhere = [each for nodes in names.nodes.values() for each in nodes if _puts(each, owner) and each not in put]
        later = any(each.lineno > freezing.lineno for each in put) or (elsewhere and owner != "self")
        if later or _built_on(names, owner):
            continue
        here = file == case.frame.file
        place, *above = (_place(file, each.lineno, here) for each in (freezing, *put[-1:]))
        moved = body[body.index(put[-1]) : body.index(freezing)] if put else []
        fix = moved_below(wide, file, moved, freezing) if 0 < len(moved) <= MOST else None
        return Whole(place, owner, "".join(above), fix)
    return None


def _place(file: str, number: int, here: bool) -> str:
    return f"line {number}" if here else f"{Path(file).name}:{number}"


def _thaws(names: Names, nodes: list[ast.AST]) -> bool:
    """Whether a file sets parameters free, in no function or in one that is called."""
    thawing = [node for node in nodes if isinstance(node, ast.Assign | ast.Expr)]
    thawing = [node for node in thawing if re.search(THAWS, ast.unparse(node))]
    functions = [node for node in nodes if isinstance(node, FUNCTION)]
    around = [[each for each in functions if node in ast.walk(each)] for node in thawing]
    return any({each.name for each in inner} <= {*names.called, *MADE} for inner in around)


def _frozen(names: Names, file: str, nodes: list[ast.AST]) -> Iterator[tuple[str, str, ast.stmt]]:
    """The statements that freeze a whole model, with their files and what they call it: a loop or the call of one."""
    for node in (node for node in nodes if isinstance(node, ast.stmt)):
        owner = _owner(node)
        function = names.around(file, node.lineno, *FUNCTION) if owner else None
        parameter = names.parameter(owner, file, node.lineno)
        if isinstance(function, FUNCTION) and (parameter or (owner == "self" and function.name not in MADE)):
            listed = parameter[1] if parameter else []
            yield from _calling(names, function.name, owner, listed)
        elif re.search(WHOLE, owner) and not (owner == "self" and _of_part(names, file, node)):
            yield file, owner, node


def _owner(node: ast.stmt) -> str:
    """What a statement freezes all parameters of, as it is written; empty if it doesn't."""
    if isinstance(node, ast.For):
        found = re.fullmatch(r"([\w.]+)\.(?:named_)?parameters\(\)", ast.unparse(node.iter))
        return found[1] if found and any(map(_freezes, node.body)) else ""
    found = re.fullmatch(r"([\w.]+)\.requires_grad_\(False\)", ast.unparse(node)) if _freezes(node) else None
    return found[1] if found else ""


def _freezes(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.Expr) and bool(re.search(FREEZES, ast.unparse(node)))


def _of_part(names: Names, file: str, node: ast.stmt) -> bool:
    """Whether the class around a statement is a part of a model, by its name."""
    return bool(re.search(PART, getattr(names.around(file, node.lineno, ast.ClassDef), "name", "")))


def _calling(names: Names, function: str, owner: str, listed: list[str]) -> Iterator[tuple[str, str, ast.stmt]]:
    """The statements that call a function with a whole model, or such a method of one."""
    for file, nodes in names.nodes.items():
        for node in (node for node in nodes if isinstance(node, ast.Expr | ast.Assign)):
            call = node.value
            if not isinstance(call, ast.Call) or last_name(call.func) != function:
                continue
            method = call.func.value if isinstance(call.func, ast.Attribute) else None
            model = handed_over(call, owner, listed) if listed else method
            written = ast.unparse(model) if model else ""
            if re.search(WHOLE, written) and not (written == "self" and _of_part(names, file, node)):
                yield file, written, node


def _built_on(names: Names, owner: str) -> bool:
    """Whether a module is made with a model as a part of it."""
    classes = [each for scopes in names.scopes.values() for each in scopes if isinstance(each, ast.ClassDef)]
    modules = ["Sequential", *(each.name for each in classes if any("Module" in ast.unparse(b) for b in each.bases))]
    return any(owner in map(ast.unparse, call.args) for name in modules for call in names.called.get(name, ()))


def _puts(node: ast.AST, owner: str) -> bool:
    """Whether a statement puts a layer into a model: in the place of one, or as the last of its own."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    target = target.value if isinstance(target, ast.Subscript) else target
    made = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and last_name(node.value.func)
    if not made or not made[:1].isupper() or not isinstance(target, ast.Attribute):
        return False
    return ast.unparse(target.value) == owner and (owner != "self" or bool(re.search(HEAD, target.attr)))
