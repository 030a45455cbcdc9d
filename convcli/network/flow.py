"""What a ``forward`` does, followed through its syntax as long as one tensor goes from layer to layer."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from convcli.network.constants import NotConstant, constant, shortened
from convcli.network.making import assign
from convcli.network.parts import Part
from convcli.network.tensor_calls import SAME, AxisSize, keeps_batch, of_function
from convcli.refusals import Refusal

MOST_STEPS = 10_000
ELEMENTWISE = (ast.Mult, ast.Div, ast.Add, ast.Sub)
JOINING = ("cat", "concat", "stack", "add", "mul", "matmul", "bmm", "einsum")


class NotAChain(Exception):
    """Where a tensor's way isn't a chain, and why."""

    def __init__(self, node: ast.AST, why: str) -> None:
        super().__init__(f"line {getattr(node, 'lineno', '?')}: {shortened(ast.unparse(node))} {why}")


@dataclass(frozen=True)
class Tensor:
    """The tensor after so many steps."""

    steps: int


@dataclass(frozen=True)
class SizeOf:
    """The size of an axis of the tensor after so many steps, or with ``rest`` the sizes from that axis on."""

    axis: int
    steps: int
    rest: bool = False


@dataclass
class Flow:
    """The chain that a ``forward`` makes; ``scope`` has what names stand for: parts, numbers and the tensor itself.

    ``inline`` gives the method of that name of the same class, or None.
    """

    scope: dict[str, Any]
    inline: Callable[[str], ast.FunctionDef | None]
    chain: list[Part] = field(default_factory=list)
    within: dict[int, Part] = field(default_factory=dict)  # parts of parts under their full names, by the part's id
    budget: int = MOST_STEPS

    def run(self, body: Sequence[ast.stmt]) -> Tensor | None:
        """Follow statements; the tensor that is returned, None if none is."""
        for statement in body:
            self.budget -= 1
            if self.budget < 0:
                raise NotAChain(statement, "goes on for too long to be followed")
            match statement:
                case ast.Return(value=ast.AST() as value):
                    return self.tensor(value, "isn't the tensor alone")
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.AST() as value)
                ):
                    self.scope[name] = self.value(value)
                case ast.AugAssign(target=ast.Name() as target, op=op, value=value):
                    left = ast.copy_location(ast.Name(target.id, ast.Load()), target)
                    self.scope[target.id] = self.value(ast.copy_location(ast.BinOp(left, op, value), statement))
                case ast.For(target=target, iter=items, orelse=[]):
                    for item in self._items(items):
                        assign(target, item, self.scope)
                        if (returned := self.run(statement.body)) is not None:
                            return returned
                case ast.If(test=test):
                    if (returned := self.run(statement.body if self._holds(test) else statement.orelse)) is not None:
                        return returned
                case ast.Expr(value=ast.Constant() | ast.Call(func=ast.Name(id="print"))) | ast.Pass() | ast.Assert():
                    pass
                case _:
                    raise NotAChain(statement, "can't be followed without running it")
        return None

    def _holds(self, test: ast.expr) -> bool:
        if ast.unparse(test) == "self.training":
            return False
        try:
            return bool(constant(test, self.scope))
        except NotConstant:
            raise NotAChain(test, "decides which way the tensor goes") from None

    def _items(self, node: ast.expr) -> list[Any]:
        match node:
            case ast.Call(func=ast.Name(id="range"), args=bounds):
                counted = range(*(int(self.value(each)) for each in bounds))
                if len(counted) > self.budget:
                    raise NotAChain(node, "goes on for too long to be followed")
                return list(counted)
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner]):
                return list(enumerate(self._items(inner)))
            case ast.Call(func=ast.Name(id="zip"), args=inners):
                return list(zip(*map(self._items, inners), strict=False))
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                return self._items(inner)[::-1]
        value = self.value(node)
        if isinstance(value, Part) and value.parts is not None:
            return [self._inner(value, part) for part in value.parts]
        if isinstance(value, list):
            return value
        raise NotAChain(node, "can't be gone through without running it")

    def tensor(self, node: ast.expr, otherwise: str) -> Tensor:
        """The tensor that an expression gives; it has to be the latest."""
        value = self.value(node)
        if not isinstance(value, Tensor):
            raise NotAChain(node, otherwise)
        if value.steps != len(self.chain):
            raise NotAChain(node, "takes up a tensor from further back: two paths")
        return value

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for: the tensor, a part, a number."""
        match node:
            case ast.Name(id=name) if name in self.scope:
                return self.scope[name]
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if f"self.{name}" in self.scope:
                return self.scope[f"self.{name}"]
            case ast.Call():
                return self._call(node)
            case ast.Subscript(value=ast.Call(func=ast.Attribute(attr="max")) as call, slice=ast.Constant(value=0)):
                return self._call(call)
            case ast.Subscript(
                value=ast.Attribute(value=tensor, attr="shape")
                | ast.Call(func=ast.Attribute(value=tensor, attr="size"), args=[]),
                slice=index,
            ):
                return self._size(tensor, index)
            case ast.Subscript(value=value, slice=index) if isinstance(holder := self._known(value), Part):
                return self._part(node, holder, index)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(map(self.value, parts))
            case ast.IfExp(test=test, body=body, orelse=other):
                return self.value(body if self._holds(test) else other)
            case ast.BinOp(left=left, op=op, right=right):
                sides = [self.value(left), self.value(right)]
                tensors = [side for side in sides if isinstance(side, Tensor)]
                if len(tensors) == 2:
                    raise NotAChain(node, "brings two paths together")
                if tensors and isinstance(op, ELEMENTWISE):
                    return tensors[0]
        try:
            return constant(node, self.scope)
        except NotConstant as reason:
            raise NotAChain(reason.node, "can't be known without running it") from None

    def _known(self, node: ast.expr) -> Any:
        return self.value(node) if isinstance(node, ast.Name | ast.Attribute) else None

    def _part(self, node: ast.expr, holder: Part, index: ast.expr) -> Part:
        parts = holder.parts or []
        try:
            return self._inner(holder, parts[int(constant(index, self.scope))])
        except (NotConstant, TypeError, ValueError, LookupError):
            raise NotAChain(node, "can't be known without running it") from None

    def _inner(self, holder: Part, part: Part) -> Part:
        """A part of a part, the same each time that it is taken."""
        return self.within.setdefault(id(part), replace(part, name=f"{holder.name}.{part.name}"))

    def _size(self, node: ast.expr, index: ast.expr) -> SizeOf:
        tensor = self.value(node)
        if not isinstance(tensor, Tensor):
            raise NotAChain(node, "isn't the tensor")
        match index:
            case ast.Slice(lower=ast.expr() as first, upper=None, step=None):
                return SizeOf(int(constant(first, {})), tensor.steps, rest=True)
            case _:
                return SizeOf(int(constant(index, {})), tensor.steps)

    def _now(self, node: ast.expr, value: Any) -> Any:
        """An argument, sizes being those of the latest tensor; the batch is what it was, where all has kept it."""
        if isinstance(value, tuple):
            return tuple(self._now(node, each) for each in value)
        if not isinstance(value, SizeOf):
            return value
        since = self.chain[value.steps :]
        if since and not (value.axis == 0 and not value.rest and all(map(_keeps_batch, since))):
            raise NotAChain(node, "takes the size of a tensor from further back")
        return AxisSize(value.axis, value.rest)

    def _call(self, node: ast.Call) -> Any:
        match node.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if (method := self.inline(name)) is not None:
                return self._inlined(node, method)
            case ast.Attribute(value=ast.Name(id=module) | ast.Attribute(attr=module), attr=name) if (
                module in ("F", "functional", "torch", "nn") and module not in self.scope
            ):
                if not node.args:
                    raise NotAChain(node, "can't be known without running it")
                if name in JOINING:
                    raise NotAChain(node, "brings paths together")
                return self._function(node, name, node.args[0], node.args[1:])
            case ast.Name(id="len" | "int" | "tuple" | "list"):
                return constant(node, self.scope)
            case ast.Name(id="getattr") if (part := self._attribute(node)) is not None:
                return part
            case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Call() if isinstance(
                called := self._called(node.func), Part
            ):
                return self._applied(node, called)
            case ast.Attribute(value=tensor, attr="size") if len(node.args) == 1:
                return self._size(tensor, node.args[0])
            case ast.Attribute(value=tensor, attr=name):
                return self._function(node, name, tensor, node.args)
            case ast.Name(id=name) if name.islower() and node.args:  # from torch.nn.functional import relu
                return self._function(node, name, node.args[0], node.args[1:])
        raise NotAChain(node, "can't be known without running it")

    def _attribute(self, node: ast.Call) -> Any:
        """What ``getattr(self, "conv1")`` gives."""
        match node.args:
            case [ast.Name(id="self"), name, *_]:
                return self.scope.get(f"self.{self.value(name)}")
        return None

    def _called(self, node: ast.expr) -> Any:
        """What stands before the brackets, if it is a part."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            return self._attribute(node)
        if isinstance(node, ast.Attribute) and not isinstance(node.value, ast.Name):
            return None
        if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) not in self.scope:
            return None
        return self.value(node)

    def _applied(self, node: ast.Call, part: Part) -> Tensor:
        if len(node.args) != 1 or node.keywords:
            raise NotAChain(node, "takes more than the tensor")
        self.tensor(node.args[0], "is called with something else than the tensor")
        self.chain.append(part)
        return Tensor(len(self.chain))

    def _inlined(self, node: ast.Call, method: ast.FunctionDef) -> Any:
        values = [self.value(argument) for argument in node.args]
        names = [argument.arg for argument in method.args.args[1:]]
        if len(values) != len(names) or node.keywords:
            raise NotAChain(node, "is called with other arguments than it has")
        kept = dict(self.scope)
        self.scope.update(zip(names, values, strict=True))
        returned = self.run(method.body)
        self.scope = kept
        return returned

    def _function(self, node: ast.Call, name: str, tensor: ast.expr, rest: Sequence[ast.expr]) -> Any:
        self.tensor(tensor, "isn't the tensor that goes through")
        if name in SAME:
            return Tensor(len(self.chain))
        given = [each for each in node.keywords if each.arg not in (None, "training")]
        named = {each.arg: self._now(each.value, self.value(each.value)) for each in given}
        values = [self._now(each, self.value(each)) for each in rest if ast.unparse(each) != "self.training"]
        try:
            layer = of_function(name, values, {str(key): value for key, value in named.items()})
        except (TypeError, AttributeError, Refusal) as reason:
            raise NotAChain(node, f"can't be read: {reason}") from None
        if layer is None:
            raise NotAChain(node, "isn't known here")
        self.chain.append(Part(name, layer.type, layer=layer))
        return Tensor(len(self.chain))


def _keeps_batch(part: Part) -> bool:
    """Whether the first axis is surely what it was before this part."""
    return keeps_batch(part.layer) if part.parts is None else all(map(_keeps_batch, part.parts))
