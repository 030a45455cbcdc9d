"""What the layers of a real module see, followed along the graph that ``torch.fx`` traces: branches, sums, joins."""

import contextlib
import io
import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import fx, nn

from convcli.layers import Layer
from convcli.layers.base import Shape
from convcli.network.answering import Answering
from convcli.network.building import ENDS, first_line
from convcli.network.notation import read_text
from convcli.network.parts import known
from convcli.network.sight import Sight
from convcli.network.tensor_calls import SAME, View, of_function
from convcli.refusals import Refusal

SUMS = (operator.add, operator.iadd, operator.sub, operator.mul, operator.imul, torch.add, torch.mul, torch.sub)
SUM_METHODS = ("add", "add_", "mul", "mul_", "sub", "sub_")
VIEWS = ("view", "reshape")
JOINS = (torch.cat, torch.concat)


def shape_of(value: Any) -> Shape | None:
    """The shape of the first tensor within what a module takes or gives."""
    if isinstance(value, torch.Tensor):
        return tuple(value.shape)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        if (shape := shape_of(each)) is not None:
            return shape
    return None


def layer_of(module: nn.Module) -> Layer | None:
    """The layer of the house that a module is, if it is one of torch.nn's own."""
    if not type(module).__module__.startswith("torch.nn.") or known(type(module).__name__) is None:
        return None
    try:
        [part] = read_text(repr(module)).parts
    except Refusal:
        return None
    return part.layer


class Untraceable(Exception):
    """Why there is no graph."""


def traced(module: nn.Module, inputs: Sequence[torch.Tensor], notes: list[str]) -> dict[tuple[str, int], Sight]:
    """The sight of each call of a module, by its name and its turn; unknown ones aren't there, and a note says why.

    Raises:
        Untraceable: the module's way depends on its numbers, or isn't Python that fx follows.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            graph = fx.symbolic_trace(module)
    except ENDS as error:  # whatever a user's forward raises on symbols
        raise Untraceable(first_line(error) or type(error).__name__) from None
    ran = _Shapes(graph)
    with contextlib.suppress(ENDS), contextlib.redirect_stdout(io.StringIO()), torch.no_grad(), Answering():
        ran.run(*inputs)  # what fails has no shape, nor what comes after it
    modules = dict(module.named_modules())
    sights: dict[fx.Node, Sight | None] = {}
    turns: dict[str, int] = {}
    found: dict[tuple[str, int], Sight] = {}
    first = 1 if not inputs[0].dtype.is_floating_point else 2
    main = next((node for node in graph.graph.nodes if node.op == "placeholder"), None)
    for node in graph.graph.nodes:
        shape = _shape(node)
        if node.op == "placeholder":
            # Fields are told of the first input; other inputs see nothing of it.
            sights[node] = Sight.of_input(shape or (), first) if node is main else None
        elif shape is not None and node.op != "output":
            sights[node] = _sight(node, modules, sights)
            seen = [sights.get(each) for each in _tensors(node)]
            if sights[node] is None and not notes and any(seen):
                notes.append(f"receptive fields aren't known from {node.name} on: {_why(node)}")
        if node.op == "call_module":
            name = str(node.target)
            turn = turns[name] = turns.get(name, -1) + 1
            if (sight := sights.get(node)) is not None:
                found[name, turn] = sight
    return found


def _tensors(node: fx.Node) -> list[fx.Node]:
    return [each for each in node.all_input_nodes if _shape(each) is not None]


def _why(node: fx.Node) -> str:
    name = getattr(node.target, "__name__", node.target)
    return "paths join that are not aligned" if len(_tensors(node)) > 1 else f"{name} can't be followed"


class _Shapes(fx.Interpreter):  # type: ignore[misc]
    """Runs a graph, and leaves each node's shape in its ``meta``."""

    extra_traceback = False  # what fails is told elsewhere

    def run_node(self, node: fx.Node) -> Any:
        output = super().run_node(node)
        if isinstance(output, torch.Tensor):
            node.meta["shape"] = tuple(output.shape)
        elif isinstance(output, int | torch.Size):
            node.meta["number"] = output
        return output


def _shape(node: Any) -> Shape | None:
    return node.meta.get("shape")  # type: ignore[no-any-return]


def _sight(node: fx.Node, modules: dict[str, nn.Module], sights: dict[fx.Node, Sight | None]) -> Sight | None:
    """What a node sees; None where it can't be told."""
    tensors = _tensors(node)
    joins = node.target in JOINS
    if joins or node.target in SUMS or (node.op == "call_method" and node.target in SUM_METHODS):
        return _joined(node, tensors, sights, joins)
    if len(tensors) != 1:
        return None
    before, shape = sights.get(tensors[0]), _shape(tensors[0])
    if before is None or shape is None:
        return None
    if node.op == "call_module":
        layer = layer_of(modules[str(node.target)])
    else:
        name = node.target if isinstance(node.target, str) else node.target.__name__
        if name in SAME:
            return before
        try:
            values, named = _arguments(node)
            layer = View(_shape(node) or ()) if name in VIEWS else of_function(name.rstrip("_"), values, named)
        except (Refusal, TypeError, AttributeError):
            return None
    try:
        return before.through(layer.paths(shape), shape) if layer else None
    except (Refusal, IndexError, TypeError):
        return None


def _arguments(node: fx.Node) -> tuple[list[Any], dict[str, Any]]:
    """What a function is called with besides the tensor; sizes that were worked out on the way as numbers."""

    def plain(value: Any) -> Any:
        if isinstance(value, fx.Node):
            return value.meta.get("number", value)
        return tuple(map(plain, value)) if isinstance(value, list | tuple) else value

    return [plain(each) for each in node.args[1:]], {name: plain(each) for name, each in node.kwargs.items()}


def _joined(node: fx.Node, tensors: list[fx.Node], sights: dict[fx.Node, Sight | None], joins: bool) -> Sight | None:
    """What a sum sees: all that is summed; a join along channels likewise."""
    known = [sights.get(each) for each in tensors]
    if any(each is None for each in known):
        return None
    if joins:
        dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
        rank = len(_shape(node) or ())
        if not isinstance(dim, int) or dim % rank != 1:
            return None
    first, *others = [each for each in known if each is not None]
    return first.joined(others)
