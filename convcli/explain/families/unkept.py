"""Statements that make a new tensor of one and keep nothing of it, as if the call changed that one in place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from convcli.explain.case import Case
from convcli.explain.evidence.names import FUNCTION, last_name
from convcli.explain.evidence.origin import input_of
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "rank"

SHAPES = r"view|reshape|(?:un)?flatten|(?:un)?squeeze|permute|transpose|movedim|swapaxes|t|expand|repeat"
KINDS = r"float|double|half|bfloat16|long|int|bool|type|astype|to"
CHANGED = {"dtype": KINDS, "targets": f"{SHAPES}|{KINDS}"}  # by a rule's family; in the others, shapes are
CHANGED |= dict.fromkeys(("arguments", "autograd", "device", "state_dict"), "")
# What modules, and batches of two libraries, are told by; these are moved and cast in place.
MODULES = (
    r"torch_geometric|transformers|(?<![\w.]){0}(?:\(|\.(?:parameters|train|eval|\w*state_dict|named_\w+)\()"
    r"|(?<![\w.]){0} = (?!torch\.)(?:\w+\.)?[A-Z]"
)


def dropped(case: Case, methods: str) -> Iterator[tuple[str, str, Fix]]:
    """The tensors of lines that led to the error which such a call above was to change, with the call, and it kept.

    A line in between that sets the name anew makes the call matter no more.
    """
    names = case.source.names
    for frame in case.source.frames[::-1]:
        file, text = frame.file, "\n".join(case.source.texts[frame.file])
        scope = names.around(file, frame.number, *FUNCTION)
        for node in (node for node in names.nodes.get(file, ()) if isinstance(node, ast.Expr)):
            name, first, last = changed_by(node.value, methods, text), node.lineno, node.end_lineno or node.lineno
            if not name or last >= frame.number or names.around(file, first, *FUNCTION) is not scope:
                continue
            again = any(first <= each.lineno < frame.number for each, _ in names.assigned(name, file, first))
            if not again and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w(])", frame.code):
                kept = Fix(f"{name} = {ast.get_source_segment(text, node)}", "instead", file, first, last)
                yield name, ast.unparse(node), kept


def changed_by(node: ast.expr, methods: str, text: str) -> str:
    """The name of what a call makes a new tensor of by one of these methods; empty for other code."""
    owner, calls = node, list[str]()
    while isinstance(owner, ast.Call) and re.fullmatch(f"{SHAPES}|{KINDS}|cuda", last_name(owner.func)):
        calls.append(last_name(owner.func))
        owner = input_of(owner, False) or ast.Constant(None)
    if not isinstance(owner, ast.Name | ast.Attribute) or not any(re.fullmatch(methods, call) for call in calls):
        return ""
    name = ast.unparse(owner)
    changes_itself = not re.fullmatch(SHAPES, calls[-1]) and re.search(MODULES.format(re.escape(name)), text)
    return "" if changes_itself else name


def unkept(rule: Rule) -> Iterator[Hypothesis]:
    """What is said where a call above was to change what the error is about."""
    methods = "" if rule.generic else CHANGED.get(rule.family, SHAPES)
    for name, call, fix in dropped(rule.case, methods) if methods else ():
        frame, place = rule.case.frame, f"{Path(fix.file).name}:{fix.number}"
        where = f"line {fix.number}" if frame and frame.file == fix.file else place
        says = f"{call} ({where}) makes a new tensor that nothing keeps, and {name} stays as it is"
        yield likely(says, "call", fix.code.split("\n")[0], fix)
