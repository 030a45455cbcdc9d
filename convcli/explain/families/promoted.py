"""A tensor that is float32, and that a later line calculates with float64 numbers."""

import ast
import re
from collections.abc import Sequence

from convcli.explain.evidence.source import Made
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "dtype"

SINGLE = r"float32|FloatTensor|\.float\(\)$"


def promoted(rule: Rule, steps: Sequence[Made]) -> Hypothesis | None:
    """What is said of the one line that calculates with a tensor which the first of these calls made as float32."""
    source = rule.case.source
    first = steps[0] if steps and re.search(SINGLE, ast.unparse(steps[0].call)) else None
    if not first or not first.name:
        return None
    last = max((frame.number for frame in source.frames if frame.file == first.file), default=0)
    made = source.names.assigned(first.name, first.file, first.number)
    since = [each for each in made if first.number < each[0].lineno < last]
    if len(since) != 1 or not isinstance(since[0][1], ast.BinOp):
        return None
    statement, value = since[0]
    if not {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} - {first.name, "torch", "np"}:
        return None
    number, lines = statement.lineno, source.texts[first.file]
    says = f"{first.name} is float32 at line {first.number}, and line {number} calculates with float64 numbers, as a "
    says += "mean or std of NumPy's are: what comes out is float64"
    part = ast.get_source_segment("\n".join(lines), value) or ""
    code = lines[number - 1].strip().replace(part, f"({part}).float()", 1)
    fix = Fix(code, "instead", first.file, number) if statement.end_lineno == number else None
    return likely(says, "data", f".float() of what line {number} makes, or of its numbers from NumPy", fix)
