"""Two tensors that a line calculates with, no layer between, where the message names the one on another device."""

import ast
import re
from pathlib import Path

from convcli.explain.evidence.lines import NAME, PRODUCT, Line
from convcli.explain.rule import Hypothesis, Rule, likely

FIRST = ("self", "mat1", "batch1", "tensor1", "input")
OF_PRODUCT = r"mat\d?|batch\d|vec\d?|tensor"
# Methods of a tensor that take another one, element by element.
ELEMENTWISE = r"(?:gt|lt|ge|le|eq|ne|add|sub|mul|div|pow|fmod|remainder|max|min|atan2|dot|dist|__\w+__)_?$"
LAYER = r"[/\\]torch[/\\]nn[/\\](?:functional|modules[/\\](?!module|container))"


def pairs(line: Line, product: bool) -> list[tuple[str, str]]:
    """Both sides of each product of matrices in a line, or of each operation on elements."""
    found: list[tuple[ast.expr, ast.expr]] = []
    for node in ast.walk(line.tree) if line.tree else ():
        match node:
            case ast.BinOp(left=one, op=op, right=other) if isinstance(op, ast.MatMult) is product:
                found.append((one, other))
            case ast.Compare(left=one, comparators=[other]) if not product:
                found.append((one, other))
            case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr=name), args=[one, other]):
                found += [(one, other)] * bool(re.match(PRODUCT if product else ELEMENTWISE, name))
            case ast.Call(func=ast.Attribute(value=one, attr=name), args=[other]):
                found += [(one, other)] * bool(re.match(PRODUCT if product else ELEMENTWISE, name))
    of_tensors = [both for both in found if not any(isinstance(each, ast.Constant) for each in both)]
    return [(line.text(one), line.text(other)) for one, other in of_tensors]


def sides(rule: Rule) -> tuple[str, str] | None:
    """Both sides of the one operation of the innermost line outside of torch, where no layer of torch's raised."""
    caller, product = rule.case.caller, bool(re.match(OF_PRODUCT, rule.argument))
    if not caller or not caller.code or any(re.search(LAYER, frame.file) for frame in rule.case.deeper):
        return None
    line = Line(caller.marked or caller.code)
    if line.tree is None and product:
        line = Line(f"torch.matmul({caller.code}")  # the last line of a call that takes several
    found = pairs(line, product)
    return found[0] if len(found) == 1 else None


def on_two(rule: Rule, got_there: bool) -> Hypothesis | None:
    """What is on which device, by the message; ``got_there`` says whether the named one is on the GPU."""
    both = sides(rule)
    if both is None:
        return None
    first_there = got_there == (rule.argument in FIRST)
    here, there = both[::-1] if first_there else both
    places = (rule.got, rule.other)[:: 1 if rule.argument in FIRST else -1]
    says = f"{both[0]} is on {places[0]} and {both[1]} on {places[1]}"
    caller, own = rule.case.caller, rule.case.frame
    if caller and own and caller.of_library:
        return of_library(rule, says, here)
    if re.search(r"\)\.(?:cuda|to)\(", rule.case.line.code):
        says += "; what moves the result comes too late"
    if kept := re.match(r"self\.(\w+)", here):
        advice = f'register_buffer("{kept[1]}", …) for a constant, model.to(device) for what is a parameter or layer'
        return likely(f"{says}: the model wasn't moved, or {here} is no part that moves with it", "model", advice)
    moved = f"{here if NAME.fullmatch(here) else f'({here})'}.to({there}.device)"
    fix = rule.instead(rule.case.line.edited(here, moved)) if NAME.fullmatch(there) else None
    advice = f"{moved}; or make it there, device=…, or move it with the data"
    advice += "" if re.match(OF_PRODUCT, rule.argument) else f"; {here}.item() if it is one number"
    return likely(says, "device", advice, fix)


def of_library(rule: Rule, says: str, here: str) -> Hypothesis:
    """A library's own line: which of its layers the user's line calls, and what that was given."""
    call = rule.case.line.call()
    name = rule.case.line.text(call.func) if call else ""
    name = name if NAME.fullmatch(name) else "the library's layer"
    place = f" ({Path(rule.case.frame.file).name}:{rule.case.frame.number})" if rule.case.frame else ""
    if not here.startswith("self."):
        says += f": what {name}{place} was given wasn't moved, all of it or one argument, and {name} was"
        return likely(says, "data", f"x.to(device) for each tensor that {name} takes")
    says += f": {name}{place}, of which {here} is a part, wasn't moved, and what it was given was"
    advice = f"{name}.to(device) where it is made, and one device for all that it takes. If {here} stays behind then, "
    return likely(says, "model", f"{advice}it is no buffer in that version: hand over x.cpu()")
