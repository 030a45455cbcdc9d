"""Layers, losses and tensors that stay where they were made, though the user's file moves the rest."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from convcli.explain.case import Case
from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.names import FUNCTION, handed_over, last_name
from convcli.explain.families.placed import PLACED, is_module, known_above
from convcli.explain.families.unkept import dropped
from convcli.explain.rule import NEW, Fix, Hypothesis, likely

FAMILY = "device"

MOVE = r"^(?s:(.+))\.(to\([^()]*\)|cuda\([^()]*\))$"  # what is moved, and the call that does
DICTS = (ast.Dict, ast.DictComp)
ROWS = (ast.List, ast.ListComp, ast.Tuple)
# A list that becomes a module's after all, or whose layers are moved one by one.
KEPT = (
    r"(?:Sequential|ModuleList|ModuleDict)\(\*?self\.{0}\b|add_module\(|register_module\("
    r"|for (\w+) in [\w.]*{0}\b.{{0,200}}\n?.{{0,200}}\b\1\.(?:to|cuda)\("
    r"|\b(\w+)\.(?:to|cuda)\(.{{0,200}}for \2 in [\w.]*{0}\b"
)


def stayed(case: Case, argument: str, weights: bool | None) -> Iterator[Hypothesis]:
    """What the user's file leaves behind; ``weights`` says whether these are a layer's, where the message tells."""
    if case.frame is None or case.frame.file not in case.source.texts:
        return
    left = Left(case, case.frame)
    if case.in_loss and argument != "target":
        yield from left.losses()
    if not weights:
        yield from left.not_kept()
    if weights is not False and not case.in_loss:
        yield from left.made_anew()
        yield from left.listed()
        for file in case.source.texts:
            yield from Left(case, replace(case.frame, file=file)).replaced()


class Left:
    """What the file of the user's line doesn't move."""

    def __init__(self, case: Case, frame: Frame) -> None:
        self.case, self.frame, self.file, self.names = case, frame, frame.file, case.source.names
        self.frames = [each for each in case.source.frames if each.file == frame.file]
        self.nodes = self.names.nodes.get(frame.file, [])
        self.text = "\n".join(case.source.texts[frame.file])
        found = [(re.match(MOVE, ast.unparse(node)), node) for node in self.nodes if isinstance(node, ast.Call)]
        self.moves = [(move[1], move[2], node.lineno) for move, node in found if move]

    def segment(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.text, node) or ""

    def edited(self, statement: ast.stmt, old: str, new: str) -> Fix | None:
        """A statement of the file with other words in it."""
        last = statement.end_lineno or statement.lineno
        code = "\n".join(self.text.split("\n")[statement.lineno - 1 : last]).strip()
        found = list(re.finditer(rf"(?<![\w.]){re.escape(old)}(?!\w)", code))
        if len(found) != 1 or ";" in code:
            return None
        code = code[: found[0].start()] + new + code[found[0].end() :]
        return Fix(code, "instead", self.file, statement.lineno, last)

    def losses(self) -> Iterator[Hypothesis]:
        """The loss that the user's line calls, if it was made with numbers for the classes that nothing moves."""
        for name in (ast.unparse(call.func) for call in self.case.line.calls):
            for statement, made in self.names.assigned(name, self.file, self.frame.number):
                if not isinstance(made, ast.Call) or not last_name(made.func).endswith("Loss"):
                    continue
                named = [each.value for each in made.keywords if each.arg in ("weight", "pos_weight")]
                given = (named or made.args)[:1]
                if given and name not in [moved for moved, *_ in self.moves] and not self.is_placed(given[0]):
                    weight, to = self.segment(given[0]), self.move(statement.lineno)
                    says = f"{name}, made in line {statement.lineno}, has its weight, {weight}, on the CPU"
                    advice = f"{weight}.to(device) there, or {name}.to(device)"
                    yield likely(says, "device", advice, self.edited(statement, weight, weight + to) if to else None)

    def is_placed(self, node: ast.expr) -> bool:
        """Whether a value, or what it is made of, is put on a device or moves with a module."""
        owner = self.names.around(self.file, node.lineno, ast.ClassDef)
        behind = self.names.behind(NAME.findall(ast.unparse(node)), self.file, node.lineno)
        made = " ".join([ast.unparse(node), *map(ast.unparse, behind)])
        functions = [each for name in NAME.findall(made) for each in self.names.functions.get(name, [])]
        return is_module(owner) or bool(re.search(PLACED, " ".join([made, *map(ast.unparse, functions)])))

    def move(self, number: int) -> str:
        """The call by which the file moves most, if it can be written in a line as well."""
        for call, _ in Counter(call for _, call, _ in self.moves).most_common():
            name = call.removeprefix("to(")[:-1]
            if call == "cuda()" or name[:1] in "'\"" or known_above(self.case, name.partition(".")[0], number):
                return f".{call}"
        return ""

    def not_kept(self) -> Iterator[Hypothesis]:
        """Tensors that a line which led here hands over, and that a statement moves without keeping what is moved."""
        found = {name: kept for name, _, kept in dropped(self.case, "to|cuda")}
        if names := list(found):
            says = f"{' and '.join(names)} stay{'' if names[1:] else 's'} on the CPU: .to() returns the moved tensor, "
            says += "and nothing keeps that"
            yield likely(
                says, "data", f"{names[0]} = {names[0]}.to(…); in place it moves modules alone", *found.values()
            )

    def made_anew(self) -> Iterator[Hypothesis]:
        """A layer that the function of the user's line makes itself, in a module, and calls there."""
        owner = self.names.around(self.file, self.frame.number, ast.ClassDef)
        for call in self.case.line.calls if is_module(owner) else ():
            name = ast.unparse(call.func)
            made = self.names.behind([name], self.file, self.frame.number) if NAME.fullmatch(name) else ()
            lines = [each.lineno for each in made if "." not in name and self.is_layer(each.value)]
            if lines:
                says = f"{name} is made in line {lines[0]}, in every call: on the CPU each time, and untrained"
                yield likely(says, "model", f"make it in __init__ (self.{name} = …), so that model.to(device) moves it")

    def listed(self) -> Iterator[Hypothesis]:
        """Layers that a module keeps in a plain list or dict, where a line that led here takes them from."""
        for frame in self.frames[::-1]:
            owner = self.names.around(self.file, frame.number, ast.ClassDef)
            loops = [node for node in self.nodes if isinstance(node, ast.For) and node.lineno <= frame.number]
            within = [ast.unparse(loop.iter) for loop in loops if frame.number <= (loop.end_lineno or 0)]
            behind = self.names.behind(NAME.findall(frame.code), self.file, frame.number)
            used = " ".join([frame.code, *within, *map(ast.unparse, behind)])
            for made in ast.walk(owner) if owner and is_module(owner) else ():
                if not owner or not isinstance(made, ast.Assign) or not isinstance(made.value, (*DICTS, *ROWS)):
                    continue
                name = ast.unparse(made.targets[0])
                if re.search(rf"{re.escape(name)}\b", used) and self.holds_layers(owner, name, made.value):
                    kind = "Dict" if isinstance(made.value, DICTS) else "List"
                    says = f"{name} is a plain {kind.lower()} (line {made.lineno}): model.to(device) and the optimizer "
                    says += "don't find the layers in it"
                    text = self.segment(made.value)
                    fix = self.edited(made, f"= {text}", f"= nn.Module{kind}({text})")
                    yield likely(says, "model", f"{name} = nn.Module{kind}(…), which registers them", fix)
                    return

    def holds_layers(self, owner: ast.AST, name: str, value: ast.expr) -> bool:
        """Whether layers are put into a list or dict of a class, and it is no module's afterwards."""
        if re.search(KEPT.format(re.escape(name.removeprefix("self."))), self.text):
            return False
        parts = [getattr(value, "elt", None) or getattr(value, "value", None), *getattr(value, "elts", ())]
        parts += getattr(value, "values", ())
        for node in ast.walk(owner):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"{name}.append":
                parts += node.args
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith(f"{name}["):
                parts.append(node.value)
        parts = [part for part in parts if part]
        return bool(parts) and all(map(self.is_layer, parts))

    def is_layer(self, node: ast.expr) -> bool:
        """Whether a value is a layer that is made there, or the name of one."""
        values = [node]
        if isinstance(node, ast.Name):
            values = [value for _, value in self.names.assigned(node.id, self.file, node.lineno)]
        made = [ast.unparse(value.func) for value in values if isinstance(value, ast.Call)]
        modules = {each.name for scopes in self.names.scopes.values() for each in scopes if is_module(each)}
        return bool(made) and all(re.fullmatch(r"(?:torch\.)?nn\.[A-Z]\w*", name) or name in modules for name in made)

    def replaced(self) -> Iterator[Hypothesis]:
        """A layer that is put into a model after that was moved, where the traceback goes through it."""
        called = " ".join(frame.code for frame in self.case.raised.frames)
        puts = [each for each in self.nodes if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)]
        for node in puts:
            put, text = ast.unparse(node.targets[0]), ast.unparse(node.value)
            found = re.match(r"(?!self\.)(\w+)(?:\.module)?(?:\.(\w+)|\[)", put)
            came = found and (re.search(rf"\b{found[2]}\b", called) if found[2] else self.case.in_sequential)
            if not (found and came and re.search(NEW, text.partition("(")[0])) or re.search(PLACED, text):
                continue
            says = f"{put}, made in {self.told(node.lineno)}, is on the CPU: "
            advice = f"move {found[1]} when all of it is there, or the new layer too"
            if inside := self.names.parameter(found[1], self.file, node.lineno):
                yield from self.replaced_by(*inside, found[1], says, advice)
            elif before := self.moved_before(found[1], node.lineno):
                text, says = self.segment(node.value), f"{says}{found[1]} was moved before, in {self.told(before[1])}"
                yield likely(says, "model", advice, self.edited(node, text, f"{text}.{before[0]}"))

    def replaced_by(
        self, function: ast.AST, names: list[str], name: str, says: str, advice: str
    ) -> Iterator[Hypothesis]:
        """A function that puts a layer into a model, called with one that was moved before."""
        calls = self.names.callers(function, self.file)
        for call, file in ((call, file) for call in calls for file, nodes in self.names.nodes.items() if call in nodes):
            outer, handed = Left(self.case, replace(self.frame, file=file)), handed_over(call, name, names)
            if handed and (before := outer.moved_before(ast.unparse(handed), call.lineno)):
                text, moved = outer.segment(call), f"{ast.unparse(handed)} was moved before, in {outer.told(before[1])}"
                says += f"{outer.told(call.lineno)} calls {last_name(call.func)}, and {moved}"
                holding = [each for each in outer.nodes if isinstance(each, ast.Assign) and each.value is call]
                fix = outer.edited(holding[0], text, f"{text}.{before[0]}") if holding else None
                yield likely(says, "model", advice, fix)

    def told(self, number: int) -> str:
        """A line in a sentence, with its file if that isn't the user's innermost."""
        own = self.case.frame and self.case.frame.file == self.file
        return f"line {number}" if own else f"{Path(self.file).name}:{number}"

    def moved_before(self, name: str, number: int) -> tuple[str, int] | None:
        """The last move of a model and its line: by its name, where it is made, or of what a function returns.

        None where it is moved after a line as well.
        """
        function = getattr(self.names.around(self.file, number, *FUNCTION), "name", "") + "("
        made = {statement.lineno for statement, _ in self.names.assigned(name, self.file, number)}
        of = [move for move in self.moves if move[0] == name or move[2] in made or move[0].startswith(function)]
        last = max(((line, move) for _, move, line in of), default=None)
        return (last[1], last[0]) if last and last[0] < number else None
