"""Models in Python source, read by its syntax: sequences and plain chains. Nothing of it is executed."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from convcli.network.constants import NotConstant, syntax
from convcli.network.flow import Flow, NotAChain, Tensor
from convcli.network.making import Maker, Unreadable
from convcli.network.notation import NotationError
from convcli.network.parts import Model, Part
from convcli.refusals import Refusal, Spelling, Words

LONGEST = 2_000_000  # characters


class WhichModel(Refusal):
    file: str
    names: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        first = f"{self.file or 'FILE.py'}:{self.names[0]}"
        return (
            f"{self.file or 'the source'} has {len(self.names)} models: {', '.join(self.names)}",
            f"name one: {first}",
        )


class NoSuchModel(Refusal):
    name: str
    names: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        there = f"it has {', '.join(self.names)}" if self.names else "it has no nn.Sequential and no nn.Module"
        return f"the source has no model {self.name!r}" if self.name else "no model is in the source", there


@dataclass
class Source(Maker):
    """A file's classes, functions, constants and sequences."""

    sequences: dict[str, ast.Call] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Source":
        source = cls(text)
        tree = parsed(text)
        for node in tree.body:
            match node:
                case ast.ClassDef(name=name):
                    source.classes[name] = with_self(node)
                case ast.FunctionDef(name=name):
                    source.functions[name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _is_sequence(call):
                    source.sequences[name] = call
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    with suppress(Unreadable, NotConstant):
                        source.constants[name] = source.value(value, source.constants)
        return source

    @property
    def modules(self) -> list[str]:
        """Classes with a forward, or derived from nn.Sequential."""
        return [name for name, node in self.classes.items() if _method(node, "forward") or _derives(node, "Sequential")]

    @property
    def models(self) -> list[str]:
        """What can be shown: modules that no other of the file is made of, and sequences."""
        roots = [name for name in self.modules if not self._within_another(name)]
        return [*(roots or self.modules), *self.sequences]

    def _within_another(self, name: str) -> bool:
        others = [self.classes[other] for other in self.modules if other != name]
        return any(name in _called(node) for other in others for node in ast.walk(other) if isinstance(node, ast.Call))

    def model(self, name: str) -> Model:
        if name in self.sequences:
            part = self.value(self.sequences[name], dict(self.constants))
        elif name in self.functions:
            part = self.call(self.functions[name], [], {})
        else:
            part = self.instance(name, [], {})
        if not isinstance(part, Part) or part.parts is None:
            raise NoSuchModel(name=name, names=self.models)
        return Model(name, part.parts, part.in_order, tuple(filter(None, [part.note])), text=self.text)

    def instance(self, name: str, values: Sequence[Any], named: Mapping[str, Any]) -> Part:
        """An object of a class of the file: what its ``__init__`` makes, in the order of its ``forward``."""
        node = self.classes[name]
        init, forward = _method(node, "__init__"), _method(node, "forward")
        scope = dict(self.constants)
        notes: list[str] = []
        for statement in node.body:  # what all objects of the class have
            match statement:
                case (
                    ast.Assign(targets=[ast.Name(id=held)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=held), value=ast.AST() as value)
                ):
                    with suppress(Unreadable, NotConstant):
                        scope[f"self.{held}"] = scope[f"{name}.{held}"] = self.value(value, self.constants)
        if init:
            scope |= self.bound(init, values, named, skip=1)
            around, self.methods = self.methods, _methods(node)
            self.run(init.body, scope, notes)
            self.methods = around
        made = {
            key.removeprefix("self."): value for key, value in scope.items() if isinstance(value, Part) and "." in key
        }
        for key, part in made.items():
            made[key] = scope[f"self.{key}"] = replace(part, name=key)
        if forward is None:
            return Part("", name, parts=list(made.values()), note="; ".join(notes))
        argument = [each.arg for each in forward.args.args[1:]][:1]
        flow = Flow(scope | {each: Tensor(0) for each in argument}, lambda method: _own_method(node, method))
        try:
            if flow.run(forward.body) is None:
                raise NotAChain(forward, "returns nothing")
        except NotAChain as reason:
            why = f"not a chain from here on: {reason}; --run follows any way"
            flow.chain.append(Part("forward", "...", note=why))
        chain = _numbered(flow.chain, [*made.values(), *flow.within.values()])
        return Part("", name, parts=[*chain, *_left_over(made, flow)], note="; ".join(notes))


def read_source(text: str, name: str = "", file: str = "") -> Model:
    """The model of Python source; ``name`` says which, where there are several.

    >>> source = "import torch.nn as nn\\nnet = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())"
    >>> [part.code for part in read_source(source).parts]
    ['Conv2d(1, 4, kernel_size=3)', 'ReLU()']

    Raises:
        NotationError: it isn't Python, or a layer of it is refused.
        WhichModel: there are several; NoSuchModel: there is none of this name.
    """
    source = Source.of(text)
    models = source.models
    if name and name not in {*source.modules, *source.sequences, *source.functions}:
        raise NoSuchModel(name=name, names=[*source.modules, *source.sequences])
    if not name and len(models) > 1:
        raise WhichModel(file=file, names=models)
    if not (name or models):
        raise NoSuchModel(name="", names=[])
    try:
        return source.model(name or models[0])
    except RecursionError:
        raise NoSuchModel(name=name, names=["classes or methods that call each other without end"]) from None
    except Unreadable as reason:
        raise NoSuchModel(name=name, names=[f"what can't be followed without running it: {reason}"]) from None


def parsed(text: str) -> ast.Module:
    """The syntax of Python source."""
    if len(text) > LONGEST:
        why = f"this has {len(text):,} characters; {LONGEST:,} are the most that are read as Python"
        raise NotationError(text=text, offset=LONGEST, expected=why, fix_="give the model alone")
    try:
        tree: ast.Module = syntax(text)
    except SyntaxError as error:
        lines = text.split("\n")
        before = sum(len(line) + 1 for line in lines[: (error.lineno or 1) - 1])
        offset = min(len(text), before + max(0, (error.offset or 1) - 1))
        raise NotationError(text=text, offset=offset, expected=f"this isn't Python: {error.msg}", fix_="") from None
    except (ValueError, RecursionError, MemoryError):
        raise NotationError(text=text, offset=0, expected="this is nested too deeply to be read", fix_="") from None
    return tree


def with_self(node: ast.ClassDef) -> ast.ClassDef:
    """The class with the object called ``self`` in each of its methods, whatever it is called there."""
    for method in _methods(node).values():
        arguments = [*method.args.posonlyargs, *method.args.args]
        if arguments and arguments[0].arg != "self":
            for each in ast.walk(method):
                if isinstance(each, ast.Name) and each.id == arguments[0].arg:
                    each.id = "self"
    return node


def _is_sequence(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] == "Sequential"


def _called(node: ast.Call) -> list[str]:
    """The name that is called, and those that are passed on."""
    return [each.id for each in (node.func, *node.args) if isinstance(each, ast.Name)]


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return _methods(node).get(name)


def _own_method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return None if name == "forward" else _method(node, name)


def _derives(node: ast.ClassDef, name: str) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] == name for base in node.bases)


def _numbered(chain: Sequence[Part], made: Iterable[Part]) -> list[Part]:
    """Functions get names of their own, ``relu``, ``relu_1``; a layer used again stays the same part."""
    layers = {id(part) for part in made}
    counts: dict[str, int] = {}
    named = []
    for part in chain:
        count = counts[part.name] = counts.get(part.name, -1) + 1
        again = count and id(part) not in layers
        named.append(replace(part, name=f"{part.name}_{count}") if again else part)
    return named


def _left_over(made: Mapping[str, Part], flow: Flow) -> list[Part]:
    """What was made and isn't called, or not as far as the chain goes."""
    called = {id(part) for part in flow.chain} | set(flow.within)
    unused = [part for part in made.values() if not {id(part), *map(id, part.parts or ())} & called]
    cut = bool(flow.chain) and flow.chain[-1].class_name == "..."
    return [replace(part, unused=not cut) for part in unused]
