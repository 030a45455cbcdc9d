"""What the user's code computes too early: before a step that changes the weights, or before what it depends on."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import dedent

from convcli.explain.case import Case
from convcli.explain.evidence.names import assigned_by
from convcli.explain.rule import Fix

STEP = r"(?<!sched)(?<!scheduler)(?<!lr)\.(?:\w+_)?step\("
# What a network may be called as, and what isn't one: a loss, what makes or loads data, what Python has itself.
NETWORK = r"(?i)^(?:self\.)?\w+$|model|net|cod|gen|discr|critic|polic|actor|head|backbone|forward"
NO_NETWORK = (
    r"(?i)loss|crit(?!ic)|mse|bce|entropy|^F\.|^torch\.|load|batch|get_|make|sampl|^(?:next|iter|zip|len|list|tuple)$"
)


@dataclass(frozen=True)
class Twice:
    """What two losses are computed from, made once, and a step between their backward()."""

    made: ast.Assign
    losses: tuple[ast.stmt, ast.stmt]
    step: ast.stmt
    file: str


def names_in(*nodes: ast.AST) -> set[str]:
    """The names whose values are read, without those that are only called."""
    every = [node for each in nodes for node in ast.walk(each)]
    called = {node.func for node in every if isinstance(node, ast.Call)}
    read = (node for node in every if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return {node.id for node in read if node not in called}


def _made(statement: ast.Assign) -> set[str]:
    return {name for name, _ in assigned_by(statement)}


def _bodies(case: Case) -> Iterator[tuple[str, list[ast.stmt]]]:
    for file, nodes in case.source.names.nodes.items():
        yield from ((file, body) for node in nodes if isinstance(body := getattr(node, "body", None), list))


def _goes_backward(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ".backward(" in ast.unparse(statement)


def _behind(case: Case, file: str, statement: ast.stmt) -> list[ast.Assign]:
    return list(case.source.names.behind(names_in(statement), file, statement.lineno))


def runs_network(statement: ast.stmt) -> bool:
    """Whether a statement calls what is likely to be a network."""
    called = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return any(re.search(NETWORK, name) and not re.search(NO_NETWORK, name) for name in called)


def twice(case: Case) -> Twice | None:
    """The output that goes backward again after a step, of the user's line or of pasted code."""
    frame = case.frame
    number = frame.number if frame and frame.file in case.source.texts else 0
    for file, body in _bodies(case):
        for first, second in pairwise(filter(_goes_backward, body)):
            steps = [s for s in body if first.lineno < s.lineno < second.lineno and re.search(STEP, ast.unparse(s))]
            if not steps or "retain_graph" in ast.unparse(first) or number not in (0, second.lineno):
                continue
            chain, again = _behind(case, file, first), _behind(case, file, second)
            both = [each for each in again if each in chain and each in body and each.lineno < first.lineno]
            read = names_in(first, *chain) & names_in(second, *again)
            if both := [each for each in both if runs_network(each) and _made(each) & read]:
                return Twice(both[0], (first, second), steps[0], file)
    return None


def made_anew(case: Case, found: Twice) -> Fix | None:
    """The output computed again, above what uses it after the first backward()."""
    (first, second), names = found.losses, _made(found.made)
    direct = [each for each in (*_behind(case, found.file, second), second) if names & names_in(each)]
    start = min(each.lineno for each in direct) if direct else 0
    return Fix(ast.unparse(found.made), "before", found.file, start) if start > first.lineno else None


def too_early(case: Case) -> tuple[list[ast.Assign], ast.stmt] | None:
    """What the loss of the user's line is computed by above a step, and by nothing else, and that step."""
    frame = case.frame
    for file, body in _bodies(case):
        here = [each for each in body if frame and (file, each.lineno) == (frame.file, frame.number)]
        if not here or not _goes_backward(here[0]):
            continue
        above = body[: body.index(here[0])]
        steps = [each for each in above if isinstance(each, ast.Expr) and re.search(STEP, ast.unparse(each))]
        moved: list[ast.Assign] = []
        for made in _behind(case, file, here[0]) if steps else ():
            users = [each for each in above if made.lineno < each.lineno <= steps[-1].lineno and each not in moved]
            if made in above and made.lineno < steps[-1].lineno and not _made(made) & names_in(*users):
                moved = [made, *moved]
        if any(map(runs_network, moved)):
            return moved, steps[-1]
    return None


def moved_below(case: Case, file: str, moved: Sequence[ast.stmt], last: ast.stmt) -> Fix | None:
    """The lines from the first of these statements to the last, with the moved ones at their end."""
    lines, end = case.source.texts[file], last.end_lineno or last.lineno
    late = {number for each in moved for number in range(each.lineno, (each.end_lineno or each.lineno) + 1)}
    numbers = range(moved[0].lineno, end + 1)
    ordered = [number for number in numbers if number not in late] + sorted(late)
    code = "\n".join(lines[number - 1] for number in ordered)
    return None if ";" in code else Fix(dedent(code).strip("\n"), "instead", file, moved[0].lineno, end)
