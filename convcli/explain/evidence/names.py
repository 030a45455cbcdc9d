"""What the names in a user's files come to: whole numbers, as far as the files say, without running them."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.options import options

LOOP = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp)
ROW = (ast.List, ast.Tuple)
DEEPEST = 8  # names that stand for names
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (*FUNCTION, ast.ClassDef)
BLOCK = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.ExceptHandler)


class Names:
    """The assignments, parameters and calls of parsed files, and the calls that a traceback came through."""

    def __init__(self, trees: Mapping[str, ast.Module], frames: Sequence[Frame]) -> None:
        self.trees = trees
        self.numbers: dict[tuple[str, str, int], int | None] = {}
        self.nodes = {file: list(ast.walk(tree)) for file, tree in trees.items()}
        self.calls = [node for nodes in self.nodes.values() for node in nodes if isinstance(node, ast.Call)]
        self.scopes = {file: [n for n in nodes if isinstance(n, SCOPE)] for file, nodes in self.nodes.items()}
        self.made_at = dict(self._came_through([frame for frame in frames if frame.file in trees]))

    def around(self, file: str, number: int, *kinds: type) -> ast.AST | None:
        """The innermost function or class around a line."""
        scopes = self.scopes.get(file, [])
        holding = [node for node in scopes if isinstance(node, kinds) and holds(node, number)]
        return holding[-1] if holding else None

    @cached_property
    def called(self) -> dict[str, list[ast.Call]]:
        """The calls of each function, as it is written and by its last name alone."""
        called: dict[str, list[ast.Call]] = {}
        for call in self.calls:
            for name in {ast.unparse(call.func), last_name(call.func)}:
                called.setdefault(name, []).append(call)
        return called

    @cached_property
    def repeated(self) -> set[ast.Call]:
        """The calls within loops and comprehensions, which are made with other numbers each time."""
        loops = (node for nodes in self.nodes.values() for node in nodes if isinstance(node, LOOP))
        return {part for loop in loops for part in ast.walk(loop) if isinstance(part, ast.Call)}

    def loop(self, file: str, number: int) -> ast.For | None:
        """The innermost loop around a line."""
        loops = (node for node in self.nodes.get(file, []) if isinstance(node, ast.For) and holds(node, number))
        return max(loops, key=lambda loop: loop.lineno, default=None)

    @cached_property
    def assignments(self) -> dict[tuple[str, str], list[tuple[ast.stmt, ast.expr]]]:
        """The statements that assign to each name of each file, and what they assign."""
        made: dict[tuple[str, str], list[tuple[ast.stmt, ast.expr]]] = {}
        for file, nodes in self.nodes.items():
            for statement in (node for node in nodes if isinstance(node, ast.Assign)):
                for name, value in assigned_by(statement):
                    made.setdefault((file, name), []).append((statement, value))
        return made

    def assigned(self, name: str, file: str, number: int) -> list[tuple[ast.stmt, ast.expr]]:
        """The statements that assign to a name in the function around a line, or to an attribute in its class.

        Without one, those of the whole file count.
        """
        kinds = (ast.ClassDef,) if "." in name else FUNCTION
        inner = self.around(file, number, *kinds)
        everywhere = self.assignments.get((file, name), [])
        return [each for each in everywhere if inner and holds(inner, each[0].lineno)] or everywhere

    def behind(self, names: Iterable[str], file: str, number: int) -> Iterator[ast.Assign]:
        """The statements above a line, in its function, that make these names or what these are made of.

        The last comes first.
        """
        scope = self.around(file, number, *FUNCTION) or self.trees.get(file)
        above = [each for each in _assigning(scope) if each.lineno < number] if scope else []
        wanted, inner = set(names), set[str]()
        for statement in sorted(above, key=lambda each: each.lineno, reverse=True):
            made = {name for name, _ in assigned_by(statement)}
            if wanted & made:
                parts = [node for node in ast.walk(statement.value) if isinstance(node, ast.Name | ast.Attribute)]
                inner |= set(map(ast.unparse, parts))
            elif not inner & made:
                continue
            else:
                inner -= made
            wanted -= made
            yield statement

    def parameter(self, name: str, file: str, number: int) -> tuple[ast.AST, list[str]] | None:
        """The function around a line that has this parameter, and its parameters without ``self``."""
        function = self.around(file, number, *FUNCTION)
        if not isinstance(function, FUNCTION):
            return None
        names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
        names = names[names[:1] in (["self"], ["cls"]) :]
        return (function, names) if name in [*names, *(each.arg for each in function.args.kwonlyargs)] else None

    def callers(self, function: ast.AST, file: str) -> list[ast.Call]:
        """The calls of a function, or of the class that it makes; the one that the traceback came through, if any."""
        name = getattr(function, "name", "")
        if name == "__init__" and isinstance(
            owner := self.around(file, getattr(function, "lineno", 0), ast.ClassDef), ast.ClassDef
        ):
            name = owner.name
        if name in self.made_at:
            return [self.made_at[name]]
        return [call for call in self.called.get(name, []) if last_name(call.func) == name]

    @cached_property
    def functions(self) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
        """The functions and methods of each name."""
        found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for each in (each for scopes in self.scopes.values() for each in scopes if isinstance(each, FUNCTION)):
            found.setdefault(each.name, []).append(each)
        return found

    def makers(self, call: ast.Call, file: str, number: int) -> set[str]:
        """The classes, by their last names, that may have made the layer that a call at a line runs."""
        made = self.assigned(ast.unparse(call.func), file, number)
        return {last_name(value.func) for _, value in made if isinstance(value, ast.Call)}

    def returns(self, call: ast.Call, file: str, number: int) -> list[ast.Return]:
        """The returns of the function that a call at a line runs, or of the forward of the layer that it calls.

        Where nothing says which layer that is, those of the only forward that returns several values.
        """
        makers = self.makers(call, file, number)
        unknown = not any(name[:1].isupper() for name in makers)
        classes = [each for scopes in self.scopes.values() for each in scopes if isinstance(each, ast.ClassDef)]
        inner = [each for owner in classes if unknown or {owner.name} & makers for each in owner.body]
        several = [
            each for each in self.functions.get("forward", []) if each in inner and any(map(_several, _returns(each)))
        ]
        functions = self.functions.get(last_name(call.func), [])
        found = functions or several
        return _returns(found[0]) if len(found) == 1 else []

    def made_for(self, pattern: str, file: str, number: int) -> tuple[str, str, str] | None:
        """The class around a line, its parameter of such a name, and what the call that made it hands over for that."""
        owner = self.around(file, number, ast.ClassDef)
        call = self.made_at.get(owner.name) if isinstance(owner, ast.ClassDef) else None
        if not isinstance(owner, ast.ClassDef) or not call:
            return None
        methods = {each.name: each for each in owner.body if isinstance(each, FUNCTION)}
        made = methods.get("__init__")
        names = [each.arg for each in made.args.args[1:]] if made else []
        named = next((name for name in names if re.fullmatch(pattern, name)), "")
        handed = handed_over(call, named, names) if named else None
        return (owner.name, named, ast.unparse(handed)) if handed else None

    def number(self, node: ast.expr, file: str, number: int, depth: int = 0) -> int | None:
        """What a name or attribute comes to, if that is one whole number wherever it is set.

        Each is worked out once, so that names in sums of names take no time, and nothing while that is under way.
        """
        place = ast.unparse(node), file, number
        if place not in self.numbers and depth <= DEEPEST:
            self.numbers[place] = None
            self.numbers[place] = self._number(node, file, number, depth)
        return self.numbers.get(place)

    def _number(self, node: ast.expr, file: str, number: int, depth: int) -> int | None:
        numbers = {
            self._whole(each, place, depth + 1) if each else None for place, each in self._set(node, file, number)
        }
        return numbers.pop() if len(numbers) == 1 else None

    def _set(self, node: ast.expr, file: str, number: int) -> list[tuple[str, ast.expr | None]]:
        """What a name, an attribute or an element is set to, each with its file."""
        name = ast.unparse(node)
        if found := self.parameter(name, file, number):
            function, names = found
            handed = [handed_over(call, name, names) for call in self.callers(function, file)]
            return [(file, each or default(function, name)) for each in handed or [None]]
        if assigned := self.assigned(name, file, number):
            return [(file, value) for _, value in assigned]
        match node:
            case ast.Attribute(attr=key) | ast.Subscript(slice=ast.Constant(value=str(key))):
                return list(self.options.get(key, ()))
            case ast.Subscript(value=listed, slice=ast.Constant(value=int(index))):
                rows = [(place, each.elts) for place, each in self._set(listed, file, number) if isinstance(each, ROW)]
                return [(place, row[index]) for place, row in rows if -len(row) <= index < len(row)]
        return []

    @cached_property
    def options(self) -> dict[str, list[tuple[str, ast.expr]]]:
        """What each option of the files is set to, with the file that does it."""
        set_to: dict[str, list[tuple[str, ast.expr]]] = {}
        for file, nodes in self.nodes.items():
            for name, value in options(nodes):
                set_to.setdefault(name, []).append((file, value))
        return set_to

    def _whole(self, node: ast.expr, file: str, depth: int) -> int | None:
        return whole(node, lambda part: self.number(part, file, node.lineno, depth))

    def _came_through(self, frames: Sequence[Frame]) -> Iterator[tuple[str, ast.Call]]:
        """The classes whose methods raised, each with the call that made the one that was called."""
        for outer, inner in pairwise(frames):
            owner = self.around(inner.file, inner.number, ast.ClassDef)
            line = Line(outer.code, outer.marked)
            called = [last_name(call.func) for call in filter(None, [line.call()])]
            if isinstance(owner, ast.ClassDef):
                names = [f"self.{name}" for name in called] + called
                made = [value for name in names for _, value in self.assigned(name, outer.file, outer.number)]
                fits = [each for each in made if isinstance(each, ast.Call) and last_name(each.func) == owner.name]
                fits = fits or self._listed(owner.name, outer)
                if len(fits) == 1:
                    yield owner.name, fits[0]
        if frames:
            yield from self._called_last(frames[-1])

    def _listed(self, name: str, outer: Frame) -> list[ast.Call]:
        """The calls of a class that fill the lists which the loop around a line goes through."""
        loop = self.loop(outer.file, outer.number)
        lists = attributes(loop.iter) if loop else set()
        filling = [node for node in self.nodes[outer.file] if isinstance(node, ast.Assign | ast.Expr)]
        inner = [part for node in filling if lists & attributes(node) for part in ast.walk(node)]
        return [part for part in inner if isinstance(part, ast.Call) and last_name(part.func) == name]

    def _called_last(self, frame: Frame) -> Iterator[tuple[str, ast.Call]]:
        """The class or function of the user's that made what the innermost line calls, with the call that did."""
        called = Line(frame.code, frame.marked).call()
        made = self.assigned(ast.unparse(called.func), frame.file, frame.number) if called else []
        calls = [value for _, value in made if isinstance(value, ast.Call)]
        own = {getattr(scope, "name", "") for scopes in self.scopes.values() for scope in scopes}
        if len(calls) == 1 and last_name(calls[0].func) in own:
            yield last_name(calls[0].func), calls[0]


def handed_over(call: ast.Call, name: str, names: Sequence[str]) -> ast.expr | None:
    """What a call hands over for a parameter."""
    named = [each.value for each in call.keywords if each.arg == name]
    place = names.index(name) if name in names else len(call.args)
    return named[0] if named else call.args[place] if place < len(call.args) else None


def _returns(function: ast.AST) -> list[ast.Return]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Return)]


def _several(node: ast.Return) -> bool:
    return isinstance(node.value, ast.Tuple)


def default(function: ast.AST, name: str) -> ast.expr | None:
    if not isinstance(function, FUNCTION):
        return None
    args = [*function.args.posonlyargs, *function.args.args]
    defaults: list[ast.expr | None] = [None] * (len(args) - len(function.args.defaults)) + [*function.args.defaults]
    pairs = zip([*args, *function.args.kwonlyargs], [*defaults, *function.args.kw_defaults], strict=False)
    return next((default for arg, default in pairs if arg.arg == name), None)


def _assigning(scope: ast.AST) -> Iterator[ast.Assign]:
    """The assignments of a function or a file, without those of functions and classes in it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.Assign):
            yield node
        elif isinstance(node, BLOCK):
            yield from _assigning(node)


def holds(node: ast.AST, number: int) -> bool:
    return bool(getattr(node, "lineno", 0) <= number <= (getattr(node, "end_lineno", 0) or 0))


def assigned_by(statement: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement assigns to, and what each of them gets; all of it where it is taken apart."""
    for target in statement.targets:
        yield from _taken_apart(target, statement.value)


def _taken_apart(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if not isinstance(target, ast.Tuple):
        yield ast.unparse(target), value
        return
    values = getattr(value, "elts", [])
    if len(values) != len(target.elts):
        values = [value] * len(target.elts)
    for part, each in zip(target.elts, values, strict=True):
        yield from _taken_apart(part, each)


def whole(node: ast.expr, known: Callable[[ast.expr], int | None] = lambda node: None) -> int | None:
    """What a whole number, or a product, sum or quotient of some, comes to; ``known`` tells what a name does.

    >>> whole(ast.parse("16 * 5 * 5", mode="eval").body), whole(ast.parse("n", mode="eval").body)
    (400, None)
    """
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return known(node)
    if isinstance(node, ast.BinOp):
        left, right = whole(node.left, known), whole(node.right, known)
        if left is None or right is None:
            return None
        match node.op:
            case ast.Mult():
                return left * right
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.FloorDiv():
                return left // right if right else None
            case ast.Pow():
                return int(left**right) if 0 <= right <= 4 and abs(left) < 10**4 else None
    return None


def attributes(node: ast.AST) -> set[str]:
    return {ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
