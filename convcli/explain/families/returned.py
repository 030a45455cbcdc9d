"""Several values that a function or method of the user's returned, and that went on under other names."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.evidence.names import assigned_by
from convcli.explain.rule import Fix, Hypothesis, Rule, likely
from convcli.wording import counted


def handed_on(rule: Rule) -> Iterator[Hypothesis]:
    """A tuple that the user's line hands over, told by the return that made it, or else by the call alone."""
    frame, handed = rule.case.frame, rule.handed(0, "")
    if frame is None or rule.generic:
        return
    names = rule.case.source.names
    calls = list(calls_behind(rule, rule.line.argument(rule._call, 0), frame.number))
    for call, made in calls:
        number, called = made.lineno if made else frame.number, ast.unparse(call)
        values = [each.value for each in names.returns(call, frame.file, number) if isinstance(each.value, ast.Tuple)]
        if values:
            says = f"{handed} is a tuple: line {values[0].lineno} returns {counted(len(values[0].elts), 'value')}, "
            says += f"{ast.unparse(values[0])}, to {called} in line {number}"
            first = ast.unparse(made.targets[0]) if made else "out"
            apart = f"{first}{', _' * (len(values[0].elts) - 1)} = {called}"
            parted = rule.case.elsewhere(rf"\b{re.escape(first)}\[")
            alone = made if first == handed and not parted else None
            fix = Fix(apart, "instead", frame.file, number, alone.end_lineno or 0) if alone else None
            then = f", and no {first}[0] then" if parted else ""
            yield likely(says, "call", f"take it apart where it is made: {apart}{then}", fix)
            return
    above = calls[0][1] if calls else None
    first = ast.unparse(above.targets[0]) if above else ""
    if above and (taken := rule.case.elsewhere(rf"\b{re.escape(first)}\[[01]\]")):
        called = ast.unparse(calls[0][0])
        says = f"{handed} is made of {first} = {called} (line {above.lineno}), and "
        says += f"{lines_told(taken)} take{'' if taken[1:] else 's'} a part of that, {first}[…]: as it "
        advice = f"{first}, _ = {called} takes two values apart, and no {first}[0] then; print(type({first})) tells"
        yield likely(f"{says}seems, a tuple of several values", "call", advice)


def calls_behind(
    rule: Rule, node: ast.expr | None, number: int, made: ast.Assign | None = None
) -> Iterator[tuple[ast.Call, ast.Assign | None]]:
    """The calls that a value of the user's line stands for, also where a condition chooses; with their statements."""
    frame = rule.case.frame
    match node:
        case ast.Call():
            yield node, made
        case ast.IfExp(body=one, orelse=other):
            yield from calls_behind(rule, one, number, made)
            yield from calls_behind(rule, other, number, made)
        case ast.Name(id=name) if frame:
            above = next(rule.case.source.names.behind([name], frame.file, number), None)
            value = dict(assigned_by(above)).get(name) if above else None
            if above and value and (value is not above.value or isinstance(above.targets[0], ast.Name)):
                yield from calls_behind(rule, value, above.lineno, above)
