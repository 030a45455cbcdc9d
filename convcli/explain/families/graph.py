"""What the user's file does to the graph of a loss: where it is cut, frozen, written over, carried on or shared."""

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from convcli.explain.case import Case
from convcli.explain.evidence.names import FUNCTION, assigned_by, handed_over, last_name
from convcli.explain.evidence.source import Source
from convcli.explain.families.order import names_in, runs_network
from convcli.explain.rule import Fix, redefined

CUTS = r"\.detach\(|\.item\(|\.numpy\(|\.data\b|argmax\(|torch\.tensor\(|\.tolist\("
LEARNED_FROM, NUMBER = r"(?i)log_?p|loss|nll|entrop", CUTS + r"|^float\("  # of lists, and what is put into them
OFF = r"no_grad|inference_mode|set_grad_enabled\(False\)"
WRITES = (
    r"^(?:add|sub|mul|div|relu|leaky_relu|clamp|sigmoid|tanh|exp|fill|zero|copy|masked_fill|scatter\w*|index_\w+)_$"
)
LOSS = r"(?i)loss|err|cost"
OF_TORCH = ("torch.", "F.", "nn.functional.")
JUDGE = r"(?i)^(?:self\.)?(?:net)?_?d(?:is\w*)?(?:net)?$|critic(?![a-z])|discr"
ADVERSARIAL = r"(?i)fake|\bgen|_gen|discr|critic(?![a-z])|\b[dg]_"
# The operations whose in-place forms torch names by the same word.
WRITTEN = {ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow"}


@dataclass(frozen=True)
class Write:
    """A place of the file that writes over a tensor, what torch calls the operation, and the line without it."""

    number: int
    operation: str
    code: str


def _nodes(case: Case) -> list[ast.AST]:
    return case.source.names.nodes.get(case.frame.file, []) if case.frame else []


def _fix(case: Case, node: ast.stmt, code: str) -> Fix | None:
    frame = case.frame
    if frame is None or ";" in case.source.texts[frame.file][node.lineno - 1]:
        return None
    return Fix(code, "instead", frame.file, node.lineno, node.end_lineno or 0)


def cuts(case: Case, loss: str) -> list[int]:
    """The lines above that cut what a loss is made of from the parameters."""
    made, nodes = case.behind(loss.partition(".backward")[0]), _nodes(case)
    off = [
        node for node in nodes if isinstance(node, ast.With) and any(re.search(OFF, ast.unparse(i)) for i in node.items)
    ]
    within = [node.lineno for node in off for number in made if node.lineno < number <= (node.end_lineno or 0)]
    decorated = [each for each in case.source.names.functions.get("forward", []) if each in nodes]
    within += [each.lineno for each in decorated if any(re.search(OFF, ast.unparse(d)) for d in each.decorator_list)]
    cut = {number for number, code in made.items() if re.search(CUTS, code) and not _of_data(case, code, made)}
    return sorted(cut | set(within))


def _of_data(case: Case, code: str, made: dict[int, str]) -> bool:
    """Whether a statement only makes a tensor of data, which nothing has learned from yet."""
    (tree,) = ast.parse(code).body
    if re.search(CUTS, code.replace("torch.tensor(", "")) or runs_network(tree):
        return False
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = names_in(
        *(argument for call in calls if ast.unparse(call.func) == "torch.tensor" for argument in call.args)
    )
    collected = any(f"{name}.append" in case.source.names.called for name in names)
    learned = any(re.search(LEARNED_FROM, name) for name in names)
    chain = [statement for each in made.values() for statement in ast.parse(each).body]
    sources = [
        each for each in chain if isinstance(each, ast.Assign) and names & {name for name, _ in assigned_by(each)}
    ]
    return not (collected or learned or any(map(runs_network, sources)))


def copied(case: Case, numbers: list[int]) -> tuple[int, str, Fix | None] | None:
    """The line that copies a list of losses or log-probabilities, its name, and the line that stacks it instead."""
    for node in (node for node in _nodes(case) if isinstance(node, ast.stmt) and node.lineno in numbers):
        for name in re.findall(r"torch\.tensor\((\w+)\)", ast.unparse(node)):
            calls = case.source.names.called.get(f"{name}.append", [])
            added = [ast.unparse(call.args[0]) for call in calls if call.args]
            if re.search(LEARNED_FROM, name) and added and not any(re.search(NUMBER, each) for each in added):
                code = ast.unparse(node).replace(f"torch.tensor({name})", f"torch.stack({name})")
                return node.lineno, name, _fix(case, node, code)
    return None


def once(case: Case) -> bool:
    """Whether the user's code goes backward once, by a loss that it computes there, and in no loop or function."""
    nodes = [node for nodes in case.source.names.nodes.values() for node in nodes]
    back = [
        ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call) and last_name(node.func) == "backward"
    ]
    losses = [name for _, name in case.source.names.assignments if [f"{name}.backward"] == back]
    return bool(losses) and not any(isinstance(node, (*FUNCTION, ast.For, ast.While)) for node in nodes)


def writes(case: Case, operation: str) -> list[Write]:
    """What writes over a tensor in forward: by this operation, or else by any, or else layers with inplace=True."""
    inside = set(_nodes(case))
    forwards = [each for each in case.source.names.functions.get("forward", []) if each in inside]
    nodes = [node for forward in forwards for node in ast.walk(forward)]
    found = [write for node in nodes if isinstance(node, ast.stmt) for write in _writes(node)]
    made = [each for each in case.source.made if each.is_set("inplace") and case.frame and each.file == case.frame.file]
    layers = [Write(each.number, "", each.edited(inplace="False").strip()) for each in made]
    alike = [each for each in found if operation and each.operation == operation]
    return sorted(alike or found or layers, key=lambda each: each.number)


def _writes(node: ast.stmt) -> Iterator[Write]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
    call = node.value if isinstance(node, ast.Assign | ast.Expr) else None
    if any(isinstance(target, ast.Subscript) for target in targets):
        yield Write(node.lineno, "CopySlices", "")
    elif isinstance(node, ast.AugAssign) and not isinstance(getattr(node.value, "value", None), int):
        yield Write(node.lineno, WRITTEN.get(type(node.op), ""), _plain(node))
    elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and re.search(WRITES, call.func.attr):
        owner, name = ast.unparse(call.func.value), call.func.attr[:-1]
        target = ast.unparse(targets[0]) if targets else owner
        arguments = ast.unparse(call).removeprefix(f"{owner}.{name}_")
        code = "" if name in ("fill", "zero", "copy") else f"{target} = {owner}.{name}{arguments}"
        yield Write(node.lineno, name.capitalize(), code)


def _plain(node: ast.AugAssign) -> str:
    """``x += y`` as ``x = x + y``."""
    return ast.unparse(ast.Assign([node.target], ast.BinOp(node.target, node.op, node.value), lineno=node.lineno))


def written(case: Case, write: Write) -> Fix | None:
    statements = [node for node in _nodes(case) if isinstance(node, ast.stmt) and node.lineno == write.number]
    return _fix(case, statements[0], write.code) if statements and write.code else None


def _around(case: Case) -> list[ast.For | ast.While]:
    """The loops around the user's line, the innermost first."""
    number = case.frame.number if case.frame else 0
    loops = [node for node in _nodes(case) if isinstance(node, ast.For | ast.While)]
    return [loop for loop in loops if loop.lineno < number <= (loop.end_lineno or 0)][::-1]


def _names(*nodes: ast.AST) -> set[str]:
    return {node.id for each in nodes for node in ast.walk(each) if isinstance(node, ast.Name)}


def _kept(name: str, loop: ast.For | ast.While) -> bool:
    """Whether a name goes from one round of a loop into the next, with its graph."""
    assigned = [each for each in ast.walk(loop) if isinstance(each, ast.Assign) and name in _names(*each.targets)]
    anew = any(name not in _names(each.value) or "detach" in ast.unparse(each.value) for each in assigned)
    return not anew and not (isinstance(loop, ast.For) and name in _names(loop.target))


def carried(case: Case) -> tuple[str, int] | None:
    """A name that a loop around the user's line computes from itself, with a call: an RNN's state; and its line."""
    for loop in _around(case):
        for statement in (each for each in ast.walk(loop) if isinstance(each, ast.Assign)):
            call = statement.value
            if isinstance(call, ast.Call) and not ast.unparse(call.func).startswith(OF_TORCH):
                for name in sorted(_names(*statement.targets) & _names(*call.args)):
                    if _kept(name, loop):
                        return name, statement.lineno
    return None


def summed(case: Case) -> tuple[str, int] | None:
    """What the user's line goes backward from, if a loop around it adds to it each time; and the line that does."""
    wanted = {case.line.code.partition(".backward")[0]}
    for loop in _around(case):
        added = [each for each in ast.walk(loop) if isinstance(each, ast.AugAssign)]
        added = [each for each in added if ast.unparse(each.target) in wanted and _kept(ast.unparse(each.target), loop)]
        if added:
            return ast.unparse(added[0].target), added[0].lineno
    return None


def in_a_row(case: Case) -> tuple[list[str], str, Fix | None] | None:
    """Losses or outputs that go backward one below the other, the user's line after the first; a line for them all."""
    number = case.frame.number if case.frame else 0
    for body in (getattr(node, "body", None) for node in _nodes(case)):
        run: list[tuple[str, str, ast.stmt]] = []
        for statement in body if isinstance(body, list) else ():
            found = _backward(statement)
            if not found and run and run[-1][-1].lineno >= number:
                break
            run = [*run, (*found, statement)] if found else []
        names, gradients = [name for name, *_ in run], [gradient for _, gradient, _ in run]
        if len(set(names)) == len(names) > 1 and run[0][-1].lineno < number <= run[-1][-1].lineno:
            code = f"({' + '.join(names)}).backward()"
            if any(gradients):
                handed = ", ".join(each or "None" for each in gradients)
                code = f"torch.autograd.backward([{', '.join(names)}], [{handed}])"
            fix = _fix(case, run[0][-1], code)
            return names, code, replace(fix, last=run[-1][-1].lineno) if fix else None
    return None


def _backward(statement: ast.stmt) -> tuple[str, str] | None:
    """What a statement goes backward from, and the gradient that it hands over."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward")) as call):
            gradient = handed_over(call, "gradient", ["gradient"])
            return name, ast.unparse(gradient) if gradient else ""
    return None


def derived(case: Case) -> tuple[str, Fix | None] | None:
    """What the user's line takes the gradient of with torch.autograd.grad, if that is no loss, and the line mended."""
    frame, alone = case.frame, Source.of_text(case.line.code)
    files = [made for made in case.source.fitting("grad") if frame and made.file == frame.file]
    made = next((each for each in files if frame and each.number <= frame.number <= each.last), None)
    call = made or next(iter(alone.fitting("grad")), None)
    output = handed_over(call.call, "outputs", ["outputs"]) if call else None
    name = ast.unparse(output) if output else "loss"
    if not call or isinstance(output, ast.List | ast.Tuple) or re.search(LOSS, name):
        return None
    fix = redefined(call, grad_outputs=f"torch.ones_like({name})")
    place = (made.file, made.number, made.last) if made else (frame.file, frame.number, 0) if frame else ("", 0, 0)
    return name, None if isinstance(output, ast.Call) else Fix(fix.code, "instead", *place)


def shared(case: Case) -> Iterator[tuple[str, ast.Call, ast.Call]]:
    """What a generator made, and two calls below that it is handed to and that each go backward."""
    nodes = _nodes(case)
    functions = [node for node in nodes if isinstance(node, FUNCTION)]
    backward = {each.name for each in functions if ".backward(" in ast.unparse(each)}
    into: dict[str, list[ast.Call]] = {}
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        for name in (each.id for each in call.args if isinstance(each, ast.Name)):
            into.setdefault(name, []).append(call)
    for statement in (node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
        name = ast.unparse(statement.targets[0])
        made_by = ast.unparse(statement.value.func) if isinstance(statement.value, ast.Call) else ""
        if name not in into or made_by.startswith(OF_TORCH):
            continue
        handed = [call for call in into[name] if call.lineno > statement.lineno]
        steps = [call for call in handed if last_name(call.func) in backward]
        steps = [call for call in steps if re.search(ADVERSARIAL, f"{name} {ast.unparse(call.func)}")]
        judged = [call for call in handed if re.search(JUDGE, ast.unparse(call.func))]
        for found in (steps, judged):
            if len(found) >= 2:
                first, second, *_ = sorted(found, key=lambda call: (call.lineno, call.col_offset))
                yield name, first, second


def detached(case: Case, name: str, call: ast.Call) -> Fix | None:
    """The line with a call, which gets a tensor without its graph."""
    frame = case.frame
    line = case.source.texts[frame.file][call.lineno - 1] if frame else ""
    code = line.encode()[call.col_offset : call.end_col_offset].decode()
    new = re.sub(rf"(?<=[( ]){name}(?=[,)])", f"{name}.detach()", code, count=1)
    return (
        Fix(line.replace(code, new, 1).strip(), "instead", frame.file, call.lineno) if frame and new != code else None
    )


def computed(case: Case) -> tuple[int, Fix | None] | None:
    """The line that calculates with a tensor made to be learned, and the same with a leaf of what is calculated."""
    for statement in (node for node in _nodes(case) if isinstance(node, ast.Assign)):
        value, inner = copy.deepcopy(statement.value), []
        for node in ast.walk(value):
            if isinstance(node, ast.Call) and any(each.arg == "requires_grad" for each in node.keywords):
                inner.append(node)
                node.keywords = [each for each in node.keywords if each.arg != "requires_grad"]
        outer = isinstance(value, ast.BinOp) or (isinstance(value, ast.Call) and value not in inner)
        if len(inner) == 1 and outer:
            of = ast.unparse(value) if isinstance(value, ast.Call) else f"({ast.unparse(value)})"
            target = ast.unparse(statement.targets[0])
            return statement.lineno, _fix(case, statement, f"{target} = {of}.detach().requires_grad_()")
    return None
