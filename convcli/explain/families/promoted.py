"""The lines that make float64 tensors: of NumPy's numbers, or of a float32 tensor that is calculated with them."""

import ast
import re
from collections.abc import Sequence

from convcli.explain.evidence.source import Made
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "dtype"

SINGLE = r"float32|FloatTensor|\.float\(\)$"
REGRESSION = r"(?i)mse|l1_?loss|huber|binary_cross|bce"


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


def of_numpy(rule: Rule, steps: Sequence[Made]) -> list[Fix]:
    """The lines that make the layer's input of NumPy's numbers, and a regression's targets, with ``.float()``."""
    source = rule.case.source
    calls = [made for made in source.made if made.callee == "from_numpy" and made.file in source.texts]
    came = [step for step in steps if step.callee == "from_numpy" and step.file in source.texts]
    of_loader = not came and looped(rule)
    first = next(iter(came or (calls if of_loader else ())), None)
    if first is None:
        return []
    lines = source.texts[first.file]
    compared = " ".join(line for line in lines if re.search(REGRESSION, line))
    targets = [
        each for each in calls if each.file == first.file and (of_loader or is_named(lines[each.number - 1], compared))
    ]
    chosen = {each.number: each.file for each in (first, *(targets if compared else ()))}
    return [fix for number, file in chosen.items() if (fix := single(file, number, lines, calls, bool(compared)))]


def is_named(line: str, words: str) -> bool:
    """Whether what a line makes has a name that stands in these words."""
    name = re.match(r"\s*(\w+) = ", line)
    return bool(name and re.search(rf"\b{name[1]}\b", words))


def looped(rule: Rule) -> bool:
    """Whether the layer's input is what a loop goes through, as of a loader."""
    frame = None if rule.generic else rule.case.frame
    loop = rule.case.source.names.loop(frame.file, frame.number) if frame else None
    return loop is not None and rule.x in {ast.unparse(node) for node in ast.walk(loop.target)}


def single(file: str, number: int, lines: Sequence[str], calls: Sequence[Made], all_of_it: bool) -> Fix | None:
    """A line that makes tensors of NumPy's numbers, of float32: all of them, or the first."""
    code = line = lines[number - 1].strip()
    here = [ast.unparse(each.call) for each in calls if (each.file, each.number) == (file, number)]
    for call in dict.fromkeys(here if all_of_it else here[:1]):
        code = code.replace(call, f"{call}.float()")
    settled = re.search(r"\.float\(|float32|\.to\(|\.long\(", line)
    return Fix(code, "instead", file, number) if code != line and not settled else None
