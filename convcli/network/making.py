"""What constructors and builders of a source make, followed through their syntax: parts, lists of them, numbers."""

import ast
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from convcli.network.constants import NotConstant, constant, shortened
from convcli.network.notation import NotationError, made_of
from convcli.network.parts import HOLDERS, IN_ORDER, Part, known, renamed
from convcli.refusals import Refusal

MOST_STEPS = 20_000
DEEPEST = 40  # calls within calls


class Unreadable(Exception):
    """What can't be followed without running it."""


@dataclass
class Maker:
    """Follows statements and expressions; a scope has what names stand for."""

    text: str
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, ast.FunctionDef] = field(default_factory=dict)  # of the class whose object is being made
    budget: int = MOST_STEPS
    depth: int = 0

    def instance(self, name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Part:
        """An object of a class of the source."""
        raise NotImplementedError

    def bound(
        self, function: ast.FunctionDef, values: Sequence[Any], named: Mapping[str, Any], skip: int = 0
    ) -> dict[str, Any]:
        """What a function's parameters stand for: what it is called with, or what they are by default."""
        arguments = function.args
        names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)][skip:]
        scope: dict[str, Any] = {}
        for name, default in (
            *zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=False),
            *((each.arg, default) for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)),
        ):
            if default is not None:
                with suppress(Unreadable):
                    scope[name] = self.value(default, self.constants)
        return scope | dict(zip(names, values, strict=False)) | dict(named)

    def run(self, body: Sequence[ast.stmt], scope: dict[str, Any], notes: list[str]) -> Any:
        """Follow statements that make parts; what can't be followed is noted and passed over."""
        for statement in body:
            self.budget -= 1
            if self.budget < 0:
                raise Unreadable("it goes on for too long to be followed")
            try:
                match statement:
                    case ast.Return(value=ast.AST() as value):
                        return self.value(value, scope)
                    case ast.Assign(targets=targets, value=value):
                        made = self.value(value, scope)
                        for target in targets:
                            assign(target, made, scope)
                    case ast.AnnAssign(target=target, value=ast.AST() as value):
                        scope[ast.unparse(target)] = self.value(value, scope)
                    case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name in scope:
                        scope[name] = scope[name] + self.value(value, scope)
                    case ast.AugAssign(target=target, op=op, value=value):
                        scope[ast.unparse(target)] = self.value(ast.BinOp(target, op, value), scope)
                    case ast.For(target=target, iter=items):
                        for item in self._items(items, scope):
                            assign(target, item, scope)
                            self.run(statement.body, scope, notes)
                    case ast.If(test=test):
                        returned = self.run(
                            statement.body if self.holds(test, scope) else statement.orelse, scope, notes
                        )
                        if returned is not None:
                            return returned
                    case ast.Expr(value=ast.Call() as call):
                        self._statement(call, scope)
            except Unreadable as reason:
                if any(makes_layers(node) for node in ast.walk(statement)):
                    notes.append(f"line {statement.lineno} can't be followed without running it: {reason}")
        return None

    def holds(self, test: ast.expr, scope: Mapping[str, Any]) -> bool:
        return bool(self.value(test, scope))

    def _statement(self, call: ast.Call, scope: dict[str, Any]) -> None:
        """A call whose value isn't taken: something is added to a list, or to the object itself."""
        match call.func:
            case ast.Attribute(value=holder, attr="append" | "extend" as verb) if call.args:
                if (held := self._held(holder, scope)) is not None:
                    value = self.value(call.args[0], scope)
                    held.extend([value] if verb == "append" else value)
            case ast.Attribute(value=holder, attr="add_module") if len(call.args) == 2:
                name, part = (self.value(each, scope) for each in call.args)
                held = self._held(holder, scope)
                if isinstance(part, Part) and held is not None:
                    held.append(replace(part, name=str(name)))
                elif isinstance(part, Part):
                    scope[f"self.{name}"] = part
            case ast.Name(id="setattr") if len(call.args) == 3 and ast.unparse(call.args[0]) == "self":
                scope[f"self.{self.value(call.args[1], scope)}"] = self.value(call.args[2], scope)
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__") if call.args:
                held_by = self._holder(call, "Sequential", scope)  # what a subclass of nn.Sequential hands on
                scope.update({f"self.{part.name}": part for part in held_by.parts or ()})

    def _held(self, node: ast.expr, scope: dict[str, Any]) -> list[Any] | None:
        value = scope.get(ast.unparse(node))
        return value.parts if isinstance(value, Part) else value if isinstance(value, list) else None

    def _items(self, node: ast.expr, scope: dict[str, Any]) -> list[Any]:
        match node:
            case ast.Call(func=ast.Name(id="range"), args=arguments):
                bounds = [self.value(each, scope) for each in arguments]
                if all(isinstance(each, int) for each in bounds) and len(range(*bounds)) <= self.budget:
                    return list(range(*bounds))
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
                return list(enumerate(self._items(inner, scope)))
            case ast.Call(func=ast.Name(id="zip"), args=inners):
                return list(zip(*(self._items(inner, scope) for inner in inners), strict=False))
            case _:
                value = self.value(node, scope)
                if isinstance(value, list | tuple):
                    return list(value)
        raise Unreadable(shortened(ast.unparse(node)))

    def value(self, node: ast.expr, scope: Mapping[str, Any]) -> Any:
        """What an expression makes: a part, a list of parts, a constant."""
        match node:
            case ast.Call():
                return self._made(node, scope)
            case ast.Tuple(elts=parts):
                return tuple(self.value(part, scope) for part in parts)
            case ast.List(elts=parts):
                return [each for part in parts for each in self._each(part, scope)]
            case (
                ast.ListComp(elt=element, generators=[ast.comprehension(target=target, iter=items, ifs=[])])
                | ast.GeneratorExp(elt=element, generators=[ast.comprehension(target=target, iter=items, ifs=[])])
            ):
                return [
                    self.value(element, assign(target, item, dict(scope))) for item in self._items(items, dict(scope))
                ]
            case ast.BinOp(left=left, op=ast.Add(), right=right) if isinstance(left, ast.List) or isinstance(
                right, ast.List
            ):
                return list(self.value(left, scope)) + list(self.value(right, scope))
            case ast.BinOp(left=ast.List() as repeated, op=ast.Mult(), right=times):
                return self._repeated(node, repeated, times, scope)
            case ast.Dict(keys=keys, values=values) if all(keys):
                pairs = zip([key for key in keys if key], values, strict=True)
                return {self.value(key, scope): self.value(value, scope) for key, value in pairs}
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.value(body if self.holds(test, scope) else other, scope)
            case ast.Name(id=name) if name in scope:
                return scope[name]
            case ast.Attribute() if ast.unparse(node) in scope:
                return scope[ast.unparse(node)]
        try:
            return constant(node, scope)
        except NotConstant as reason:
            raise Unreadable(str(reason)) from None

    def _repeated(self, node: ast.expr, repeated: ast.List, times: ast.expr, scope: Mapping[str, Any]) -> list[Any]:
        """``[64] * 3``"""
        values, count = self.value(repeated, scope), self.value(times, scope)
        if not isinstance(count, int) or len(values) * count > self.budget:
            raise Unreadable(shortened(ast.unparse(node)))
        return list(values) * count

    def _each(self, node: ast.expr, scope: Mapping[str, Any]) -> list[Any]:
        value = self.value(node.value if isinstance(node, ast.Starred) else node, scope)
        if isinstance(node, ast.Starred):
            return list(value.parts or []) if isinstance(value, Part) else list(value)
        return [value]

    def _made(self, call: ast.Call, scope: Mapping[str, Any]) -> Any:
        written = ast.unparse(call.func)
        name = written.rpartition(".")[2]
        if name in self.classes:
            return self._deeper(lambda: self.instance(name, *self._arguments(call, scope)))
        if name in self.methods and written == f"self.{name}":
            return self._deeper(lambda: self.method(self.methods[name], call, scope))
        if name in self.functions and written == name:
            return self._deeper(lambda: self.call(self.functions[name], *self._arguments(call, scope)))
        if name.lower() in HOLDERS and name not in ("list", "tuple", "dict"):
            return self._holder(call, name, scope)
        layer = known(name) if name[:1].isupper() else None
        if layer is None:
            if name[:1].isupper() and not written.startswith("self."):
                return Part("", name, note=f"line {call.lineno}: {shortened(ast.unparse(call))} isn't known here")
            try:
                return constant(call, scope)
            except NotConstant as reason:
                raise Unreadable(str(reason)) from None
        try:
            return Part("", layer.__name__, layer=made_of(layer, call, scope))
        except NotConstant as reason:
            return Part("", name, note=f"line {call.lineno}: {reason} can't be known without running it")
        except Refusal as refusal:
            raise NotationError(
                text=self.text, offset=offset_of(self.text, call), expected=refusal.why, fix_=refusal.fix
            ) from None

    def _holder(self, call: ast.Call, name: str, scope: Mapping[str, Any]) -> Part:
        values = [each for argument in call.args for each in self._each(argument, scope)]
        if len(values) == 1 and isinstance(values[0], list | tuple | dict):
            values = list(values[0].items() if isinstance(values[0], dict) else values[0])
        parts = []
        for value in values:
            label, part = value if isinstance(value, tuple) and len(value) == 2 else ("", value)
            if isinstance(part, Part):
                parts.append(replace(part, name=str(label) or part.name if label else ""))
        if name.lower() == "ordereddict":
            return Part("", "Sequential", parts=parts)
        return Part("", name, parts=renamed(parts), in_order=name.lower() in IN_ORDER)

    def _arguments(self, call: ast.Call, scope: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        values = [each for argument in call.args for each in self._each(argument, scope)]
        return values, {each.arg: self.value(each.value, scope) for each in call.keywords if each.arg}

    def call(self, function: ast.FunctionDef, values: Sequence[Any], named: Mapping[str, Any]) -> Any:
        scope = dict(self.constants) | self.bound(function, values, named)
        return self.run(function.body, scope, [])

    def method(self, function: ast.FunctionDef, call: ast.Call, scope: Mapping[str, Any]) -> Any:
        """What a method gives; the attributes that it sets are the object's."""
        values, named = self._arguments(call, scope)
        inside = {name: value for name, value in scope.items() if name.startswith("self.")}
        inside |= self.constants | self.bound(function, values, named, skip=1)
        returned = self.run(function.body, inside, [])
        if isinstance(scope, dict):
            scope.update({name: value for name, value in inside.items() if name.startswith("self.")})
        return returned

    def _deeper(self, make: Callable[[], Any]) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("calls within calls go too deep to be followed")
        try:
            return make()
        finally:
            self.depth -= 1


def assign(target: ast.expr, value: Any, scope: dict[str, Any]) -> dict[str, Any]:
    """Give names their values; several of them, one each."""
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, list | tuple):
        for one, each in zip(target.elts, value, strict=False):
            assign(one, each, scope)
    else:
        scope[ast.unparse(target)] = value
    return scope


def makes_layers(node: ast.AST) -> bool:
    """Whether it is a call of what is called like a layer."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2][:1].isupper()


def offset_of(text: str, node: ast.AST) -> int:
    """Where a node stands in its text."""
    lines = text.split("\n")
    before = sum(len(line) + 1 for line in lines[: getattr(node, "lineno", 1) - 1])
    return min(len(text), before + getattr(node, "col_offset", 0))
