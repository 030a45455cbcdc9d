"""What the layers on both sides of a norm are made for, in the words of the class or function that makes them all."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.names import FUNCTION, holds
from convcli.explain.evidence.origin import KEEPS, MAKES, Told
from convcli.explain.evidence.source import Made
from convcli.explain.rule import Rule

FAMILY = "norm"

# What layers take, by the argument that says how much.
TAKES = {kind: each.replace("out_", "in_") for kind, each in MAKES.items() if each[:3] == "out" and kind[:4] != "Lazy"}


def other_words(rule: Rule, norm: Made, came: Told, got: int) -> tuple[str, str] | None:
    """The words of a neighbour for the channels, where they are others than the norm's, and a sentence of it."""
    own, before = norm.written("num_features"), came.layer
    if before and _together(rule, norm, before):
        words = "" if came.joined or came.flat or came.makes else before.written(MAKES[before.callee])
        told = f"{before.callee} at {before.place} makes {words}"
        return (words, told) if words not in ("", own) else None
    behind = [each for each in after(rule, norm) if _together(rule, norm, each)]
    taken = {each.written(TAKES[each.callee]) for each in behind}
    numbers = {each.value(TAKES[each.callee]) for each in behind}
    if len(taken) != 1 or taken & {own, ""} or not numbers <= {None, got}:
        return None
    words = taken.pop()
    return words, f"{behind[0].callee} at {behind[0].place}, behind the norm, takes {words}"


def after(rule: Rule, norm: Made) -> Iterator[Made]:
    """The layers that take what a norm gives: behind it in its nn.Sequential, or in the user's line or those below."""
    origin = rule.case.origin
    container = origin.inside.get(norm.call)
    for part in container[container.index(norm.call) + 1 :] if container else ():
        made = origin.by_call.get(part) if isinstance(part, ast.Call) else None
        if made and made.callee in TAKES:
            yield made
        if not made or not re.search(KEEPS, made.callee):
            return
    for call in () if container else _taking(rule):
        made = origin.defined(ast.unparse(call.func), len(origin.frames) - 1, call.lineno)
        if made and made.callee in TAKES:
            yield made


def _taking(rule: Rule) -> Iterator[ast.Call]:
    """The calls around the norm's, or else those of what the user's line assigns, until that is assigned again."""
    frame, names, given = rule.case.frame, rule.case.source.names, rule.line.assigned
    function = names.around(frame.file, frame.number, *FUNCTION) if frame and rule.layer != "layer" else None
    if not frame or not function:
        return
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and node.args]
    here = [each for each in calls if holds(each, frame.number) and f"{rule.layer}(" in ast.unparse(each.args[0])]
    again = [each.lineno for each, _ in names.assigned(given, frame.file, frame.number) if each.lineno > frame.number]
    last = min(again, default=getattr(function, "end_lineno", 0))
    below = [each for each in calls if frame.number < each.lineno <= last and ast.unparse(each.args[0]) == given]
    yield from (*here, *below)


def _together(rule: Rule, norm: Made, layer: Made) -> bool:
    """Whether both are made in one function, so that the words of one mean the same for the other."""
    around = rule.case.source.names.around
    inner, outer = (around(each.file, each.number, ast.FunctionDef) for each in (norm, layer))
    return layer.file == norm.file and inner is outer


def of_samples(rule: Rule, norm: Made | None) -> bool:
    """Whether what is made with a norm reads the last axis alone, or each element, of what has a name."""
    around, made = rule.case.source.names.around, rule.case.source.made
    function = around(norm.file, norm.number, ast.FunctionDef) if norm else None
    inner = set(ast.walk(function)) if function else set()
    layers = {each.callee for each in made if each.call in inner and each.callee[:1].isupper()}
    others = {name for name in layers if not re.search(KEEPS, name)}
    return rule.x.isidentifier() and {"Linear"} <= others <= {"Linear", "Sequential"}
