"""Tensors that the user's file makes without saying on which device, in reach of the line that raised."""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

from convcli.explain.case import Case
from convcli.explain.evidence.lines import Line, lines_told
from convcli.explain.rule import Fix, Hypothesis, Rule, likely

FAMILY = "device"

MAKES = (
    r"^torch\.(?:zeros|ones|rand|randn|randint|randperm|arange|linspace|full|eye|empty|tensor|as_tensor|from_numpy)$"
)
PLACED = r"\bdevice\b|\.to\(|\.cuda\(|_like\(|type_as\(|\.new_\w+\(|Parameter\(|set_default"
LAYERS = r"\bnn\.|(?<![\w.])[A-Z]\w*\(|from_pretrained"
NO_TENSORS = {"torch", "F", "nn", "np", "math", "self", "int", "float", "len"}
LAYER = r"^self\.\w+$|(?i:(?:^|\.)(?:\w*model|\w*net))$"


@dataclass(frozen=True)
class Unplaced:
    """What a line hands over, the statement that makes it on the CPU, and how that is reached."""

    name: str
    statement: ast.stmt
    reached: str  # "here", as an "attribute", or through a "function"


def unplaced(case: Case) -> list[Unplaced]:
    """The tensors of the user's line that were made without a device; what a layer gets first is its input."""
    marked = Line(case.line.marked)
    return _of_line(case, case.line) if _of_line(case, marked) or marked.tree is None else []


def _of_line(case: Case, line: Line) -> list[Unplaced]:
    tree = line.tree
    if tree is None or case.frame is None or re.search(PLACED, line.code):
        return []
    layer = line.call(LAYER)
    layer = layer if layer and re.search(LAYER, ast.unparse(layer.func)) else None
    inputs = set(ast.walk(layer.args[0])) if layer and layer.args else set[ast.AST]()
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and node not in inputs | called]
    parts.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(found for node in parts for found in _of(node, case)))


def _of(node: ast.expr, case: Case) -> Iterator[Unplaced]:
    frame, names = case.frame, case.source.names
    if frame is None:
        return
    if isinstance(node, ast.Call) and re.search(MAKES, ast.unparse(node.func)):
        yield Unplaced(ast.unparse(node), ast.Expr(node), "here")
    elif isinstance(node, ast.Call):
        functions = names.returns(node, frame.file, frame.number)
        yield from (Unplaced(ast.unparse(node), each, "function") for each in functions if makers(each))
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        behind = []
        for statement in names.behind([node.id], frame.file, frame.number):
            behind.append(statement)
            if makers(statement):
                if not any(re.search(PLACED, ast.unparse(each)) for each in behind):
                    yield Unplaced(node.id, statement, "here")
                return
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        made = names.assigned(ast.unparse(node), frame.file, frame.number)
        if made and all(_anew(case, value, frame.file) for _, value in made):
            yield Unplaced(ast.unparse(node), made[0][0], "attribute")


def _anew(case: Case, value: ast.expr, file: str) -> bool:
    """Whether a value is a tensor that is made there, or calculated from one that is, and nothing puts it elsewhere."""
    of = {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
    behind = case.source.names.behind(of, file, value.lineno) if not re.search(LAYERS, ast.unparse(value)) else ()
    made = [value, *(each.value for each in behind)]
    placed = any(re.search(PLACED, ast.unparse(each)) for each in made)
    return any(map(makers, made)) and not placed


def makers(node: ast.AST) -> list[ast.Call]:
    """The calls that make a tensor, where nothing around them says a device."""
    if re.search(PLACED, ast.unparse(node)):
        return []
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    return [call for call in calls if re.search(MAKES, ast.unparse(call.func))]


def beside(case: Case, found: list[Unplaced]) -> str:
    """The name of a tensor in the user's line that was made elsewhere, on whose device the others belong."""
    made = {each.name for each in found}
    every = list(ast.walk(case.line.tree)) if case.line.tree else []
    made |= {ast.unparse(node.func) for node in every if isinstance(node, ast.Call)}
    nodes = [node for node in every if isinstance(node, ast.Name)]
    names = [node.id for node in nodes if isinstance(node.ctx, ast.Load)]
    return next((name for name in names if name not in NO_TENSORS | made), "")


def on_device(case: Case, made: Unplaced, device: str) -> Fix | None:
    """A statement of the user's file that makes its tensors on a device."""
    frame = case.frame
    if frame is None or not isinstance(made.statement, ast.Assign | ast.Return):
        return None
    statement = copy.deepcopy(made.statement)
    for call in makers(statement):
        call.keywords.append(ast.keyword("device", ast.parse(device, mode="eval").body))
    return Fix(ast.unparse(statement), "instead", frame.file, statement.lineno, statement.end_lineno or 0)


def of_module(case: Case, number: int) -> bool | None:
    """Whether a line stands in a class of nn.Module's, and None where it stands in no class."""
    frame = case.frame
    owner = case.source.names.around(frame.file, number, ast.ClassDef) if frame else None
    return is_module(owner) if owner else None


def is_module(owner: ast.AST | None) -> bool:
    """Whether it is a class of layers."""
    return isinstance(owner, ast.ClassDef) and any("Module" in ast.unparse(base) for base in owner.bases)


def known_above(case: Case, name: str, number: int) -> bool:
    """Whether a name is a parameter of the function around a line, or assigned above it."""
    frame, names = case.frame, case.source.names
    if frame is None:
        return False
    above = any(statement.lineno < number for statement, _ in names.assigned(name, frame.file, number))
    return above or names.parameter(name, frame.file, number) is not None


class MadeWithout(Rule):
    """What a rule of devices says of tensors that the file makes without a device."""

    def made_without(self, found: list[Unplaced], there: str) -> Hypothesis:
        first, other = found[0], beside(self.case, found)
        if first.reached == "attribute":
            return self.of_attributes([each for each in found if each.reached == "attribute"], other)
        number = getattr(first.statement, "lineno", 0) if isinstance(first.statement, ast.Assign | ast.Return) else 0
        what = first.name if first.reached == "here" else f"what {first.name} returns"
        says = f"{what} is made{f' in line {number}' if number else ''} without a device, so on the CPU, and what it "
        says += f"meets is on {there or 'another'}"
        device = f"{other or 'x'}.device"
        if first.reached == "function":
            device = "next(self.parameters()).device" if of_module(self.case, number) else "x.device"
            fix = on_device(self.case, first, device) if device[0] == "n" else None
        else:
            known = other and known_above(self.case, other, number)
            fix = (on_device(self.case, first, device) if known else None) or self.moved([first], other)
        change = "data" if of_module(self.case, number) is None else "model"
        return likely(says, change, f"device={device} where it is made", fix)

    def of_attributes(self, found: list[Unplaced], other: str) -> Hypothesis:
        first, lines = found[0], sorted({getattr(each.statement, "lineno", 0) for each in found})
        says = f"{' and '.join(each.name for each in found)}, made in {lines_told(lines)}, "
        says += f"stay{'' if found[1:] else 's'} on the CPU: "
        says += "model.to(device) moves parameters and buffers alone"
        kept = f'self.register_buffer("{first.name.removeprefix("self.")}", …) in an nn.Module'
        advice = f"{kept}, which moves with the model; or {first.name}.to({other or 'x'}.device) here"
        return likely(says, "model", advice, *(self.buffers(found) or [self.moved(found, other)]))

    def buffers(self, found: list[Unplaced]) -> list[Fix | None]:
        """The lines of an nn.Module that keep tensors as attributes, keeping them as buffers."""
        frame = self.case.frame
        fixes: list[Fix | None] = []
        for each in found:
            made = each.statement
            single = (
                isinstance(made, ast.Assign) and len(made.targets) == 1 and ast.unparse(made.targets[0]) == each.name
            )
            if frame and single and isinstance(made, ast.Assign) and of_module(self.case, made.lineno):
                name = each.name.removeprefix("self.")
                code = f'self.register_buffer("{name}", {ast.unparse(made.value)})'
                fixes.append(Fix(code, "instead", frame.file, made.lineno, made.end_lineno or 0))
        return fixes if len(fixes) == len(found) else []

    def moved(self, found: list[Unplaced], other: str) -> Fix | None:
        """The user's line with what was made on the CPU moved to where the rest is."""
        code = self.line.code
        for each in found:
            code = re.sub(rf"(?<![\w.]){re.escape(each.name)}(?!\w)", f"{each.name}.to({other}.device)", code)
        return self.instead(code) if other and code != self.line.code else None
