"""A network whose weights the user's file loads: it ran as it is when it was trained, so its sizes are given."""

import ast
from collections.abc import Iterator

from convcli.explain.evidence.names import FUNCTION, last_name
from convcli.explain.rule import Hypothesis, Rule, likely, possible

FAMILY = "linear"

CONDITIONS = (ast.If, ast.Try)


def loaded(rule: Rule) -> tuple[str, int]:
    """The class around the layer that raised and the line that loads weights into it, where nothing is trained."""
    source, names = rule.case.source, rule.case.source.names
    around = {(f.file, names.around(f.file, f.number, ast.ClassDef)) for f in source.frames}
    owners = {getattr(owner, "name", "") for _, owner in around}
    made = rule.written
    if rule.generic or source.says(".backward(") or (made and not names.around(made.file, made.number, *FUNCTION)):
        return "", 0
    for file, nodes in names.nodes.items():
        maybe = {part for node in nodes if isinstance(node, CONDITIONS) for part in ast.walk(node)}
        for call in (node for node in nodes if isinstance(node, ast.Call) and node not in maybe):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "load_state_dict":
                values = [value for _, value in names.assigned(ast.unparse(call.func.value), file, call.lineno)]
                classes = {last_name(value.func) for value in values if isinstance(value, ast.Call)}
                if len(classes) == 1 and classes <= owners:
                    return classes.pop(), call.lineno
    return "", 0


def as_trained(rule: Rule, told: Iterator[Hypothesis], got: int, expected: int) -> Iterator[Hypothesis]:
    """What can be behind sizes that don't meet: the data first where weights are loaded into the network."""
    hypotheses = list(told)
    first = hypotheses[0] if hypotheses else None
    remade = first and (first.change == "model" or any(fix.where == "definition" for fix in first.fixes))
    owner, line = loaded(rule) if remade else ("", 0)
    if owner:
        says = f"line {line} loads weights into {owner}, so it fitted its data when it was trained, and {rule.named} "
        says += f"takes {expected}: that {got} arrive is due to the data"
        advice = "prepare them as for training: the same picture size, colours, columns and order"
        yield likely(says, "data", advice)
        hypotheses = [possible(each.says, each.change, each.advice) for each in hypotheses]
    yield from hypotheses
