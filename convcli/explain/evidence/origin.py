"""Where a tensor comes from: the calls of the user's files that made it, the last first, as they are written."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.lines import NAME, Line
from convcli.explain.evidence.names import FUNCTION, holds, last_name
from convcli.explain.evidence.source import Made, Source

MOST = 60  # calls that are followed
CONTAINERS = ("Sequential",)
UNKNOWN = "?"
MODULES = ("F", "torch", "self", "nn.functional", "torch.nn.functional")
# What layers make, by the argument that says how much.
MAKES = {"Linear": "out_features", "LazyLinear": "out_features", "Embedding": "embedding_dim"}
MAKES |= {f"{kind}{ndim}d": "out_channels" for kind in ("Conv", "ConvTranspose", "LazyConv") for ndim in (1, 2, 3)}
MAKES |= {f"BatchNorm{ndim}d": "num_features" for ndim in (1, 2, 3)}
MAKES |= dict.fromkeys(("LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell"), "hidden_size")
KEEPS = (
    r"(?i)^(?:\w*(?:relu|elu|swish|mish|sigmoid|tanh|softmax|dropout)\w*|\w*norm\d?d?|identity|softplus|contiguous)$"
)
KEEPS += r"|^(?:float|half|to|cuda|cpu|clone|detach|max_?pool\dd|avg_?pool\dd|upsample|interpolate|pad|\w+pad\dd)$"
FLATTENS = r"(?i)^(?:flatten|view|reshape|ravel)$"
TURNS = r"^(?:permute|transpose|movedim|swapaxes)$"
DATA = r"^(?:rand|randn|randint|zeros|ones|tensor|from_numpy|as_tensor|FloatTensor|arange|load|stack)$"


@dataclass
class Told:
    """What is known of a tensor: the layer that made it and how much that makes, and what was done with it since."""

    layer: Made | None = None
    makes: int | None = None
    flat: Made | None = None
    pooled: Made | None = None  # to one cell
    turned: Made | None = None
    joined: Made | None = None
    of_data: bool = False  # no layer comes before

    def passes(self, made: Made) -> bool:
        """Note what a call does with a tensor; whether what comes before it matters still."""
        name = made.callee
        if re.search(FLATTENS, name):
            self.flat = self.flat or made
        elif re.search(TURNS, name):
            self.turned = self.turned or made
        elif name in ("cat", "concat", "concatenate", "hstack"):
            self.joined = made
            return False
        elif to_one_cell(made):
            self.pooled = made
        elif re.search(DATA, name):
            self.of_data = True
            return False
        elif not re.search(KEEPS, name) and name not in ("unsqueeze", "mean"):
            return False
        return True

    @property
    def merges(self) -> bool:
        """Whether it was flattened with its batch."""
        call = self.flat.call if self.flat else None
        if call is None or (self.flat and self.flat.callee == "Flatten"):
            return False
        of_module = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "torch"
        sizes = [ast.unparse(each) for each in call.args[of_module:]]
        return not call.keywords and sizes in ([], ["-1"])


def to_one_cell(made: Made) -> bool:
    """Whether a call pools maps to one cell each."""
    name, arguments = made.callee, [*made.call.args, *(each.value for each in made.call.keywords)]
    sizes = re.findall(r"(?<!\w)-?\d+", ast.unparse(arguments[-1])) if arguments else []
    if re.match(r"(?i)adaptive", name):
        return bool(sizes) and set(sizes) == {"1"}
    return name in ("mean", "amax") and len(re.findall(r"(?<!\w)-?\d+", " ".join(map(ast.unparse, arguments)))) >= 2


def joined(made: Made) -> str:
    """What a concatenation joins, in words."""
    first = made.call.args[0] if made.call.args else None
    parts = (
        [ast.unparse(each) for each in first.elts]
        if isinstance(first, ast.List | ast.Tuple)
        else [f"the parts in {ast.unparse(first)}"]
        if isinstance(first, ast.Name)
        else ["several parts"]
    )
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


class Origin:
    """Follows a tensor back through assignments, nn.Sequential, and the functions that the traceback came through."""

    def __init__(self, source: Source) -> None:
        self.source, self.frames = source, source.frames
        self.by_call = {made.call: made for made in source.made}
        self.inside: dict[ast.AST, list[ast.expr]] = {}  # the layers of the nn.Sequential that one is written in
        for made in source.made:
            for parts in (made.call.args, *self._lists(made)) if made.callee in CONTAINERS else ():
                self.inside.update(dict.fromkeys(parts, parts))

    def _lists(self, made: Made) -> Iterator[list[ast.expr]]:
        """The lists that are put together for ``nn.Sequential(*layers)``; others may stand before each."""
        starred = {ast.unparse(each.value) for each in made.call.args if isinstance(each, ast.Starred)}
        names = self.source.names
        scope = names.around(made.file, made.number, *FUNCTION) or names.trees[made.file] if starred else None
        for node in ast.walk(scope) if scope else ():
            match node:
                case ast.Assign(targets=[target], value=ast.List(elts=parts)):
                    pass
                case ast.AugAssign(target=target, value=ast.List(elts=parts)):
                    pass
                case ast.Call(func=ast.Attribute(value=target, attr="extend"), args=[ast.List(elts=parts)]):
                    pass
                case _:
                    continue
            if ast.unparse(target) in starred:
                yield [ast.Name(UNKNOWN), *parts]

    def arriving(self, made: Made | None, line: Line, call: ast.Call | None, in_sequential: bool) -> list[Made]:
        """What made the input of the layer that a line calls, which ``made`` made if that is known."""
        if not self.frames or call is None or (in_sequential and made is None):
            return []
        earlier = list(self.before(made)) if made else []
        argument = line.argument(call, 0)
        handed = self.of(argument, len(self.frames) - 1, self.frames[-1].number) if argument else []
        return [*earlier, *handed][:MOST]

    def within(self, call: ast.Call | None) -> list[Made]:
        """The layers of what the user's line calls, in their order, where the file says how that is made."""
        if not self.frames or call is None:
            return []
        defined = self.defined(ast.unparse(call.func), len(self.frames) - 1, self.frames[-1].number)
        return list(self._expanded(defined.call, defined))[::-1] if defined else []

    def taking(self, parts: Sequence[Made], types: str, **values: int) -> Made | None:
        """The one of these layers with these numbers that doesn't get from the layer before what it takes."""
        fits = [part for part in parts if part.callee in types.split() and part.fits(values)]
        wrong = [part for part in fits if not self._agrees(part, next(iter(values)))]
        return wrong[0] if len(wrong) == 1 else None

    def _agrees(self, made: Made, argument: str) -> bool:
        """Whether the layer before makes what a layer takes: the same number, or the same words for it."""
        told = self.told(list(self.before(made)))
        if told.layer is None or told.flat or told.joined:
            return False
        same = told.layer.written(MAKES[told.layer.callee]) == made.written(argument)
        return same or (told.makes is not None and told.makes == made.value(argument))

    def steps(self, node: ast.expr) -> list[Made]:
        """The calls that made a part of the user's line, the last first."""
        return self.of(node, len(self.frames) - 1, self.frames[-1].number) if self.frames else []

    def set_to(self, node: ast.expr, place: tuple[int, int] | None = None) -> tuple[ast.expr | None, tuple[int, int]]:
        """What a name is last set to, followed from the user's line or another; and the place, a frame and a line."""
        value: ast.expr | None = node
        at, number = place or (len(self.frames) - 1, self.frames[-1].number)
        while isinstance(value, ast.Name):
            value, at, number = self._value(value.id, at, number)
        return value, (at, number)

    def wrong(self, types: str, in_sequential: bool, **values: int) -> Made | None:
        """Of several layers with the same numbers the one that gets something else than it takes."""
        taken, *_ = values.values()
        fits = [each for each in self.source.fitting(types, **values) if all(map(each.value, values))]
        wrong = [each for each in fits if self.told(list(self.before(each))).makes not in (None, taken)]
        first = [each for each in fits if not list(self.before(each))] if in_sequential else []
        return next((chosen[0] for chosen in (wrong, first) if len(chosen) == 1), None)

    def batched(self, frames: Sequence[Frame]) -> tuple[str, Frame | None]:
        """The line that hands a sample to the network, with a batch axis added, and its place."""
        own = [frame for frame in frames if not frame.of_library]
        place = next((outer for outer, inner in pairwise(own) if inner.function == "forward"), None)
        line = Line(place.code, place.marked) if place else Line()
        name = line.text(line.argument(line.call(), 0))
        return (line.edited(name, f"{name}.unsqueeze(0)"), place) if NAME.fullmatch(name) else ("", None)

    def before(self, made: Made) -> Iterator[Made]:
        """The layers before one in its nn.Sequential, the last first."""
        parts = self.inside.get(made.call, [])
        for part in reversed(parts[: parts.index(made.call)] if parts else []):
            yield from self._expanded(part, made)

    def of(self, node: ast.expr, at: int, number: int) -> list[Made]:
        """The calls that made an expression at a line of a frame, the last first."""
        found = []
        for made in self._steps(node, at, number):
            found.append(made)
            if len(found) >= MOST:
                break
        return found

    def makes(self, made: Made) -> int | None:
        """How many features or channels a layer makes."""
        made_of = made.value(MAKES.get(made.callee, ""))
        twice = made.written("bidirectional") == "True"
        return made_of * 2 if made_of and twice else made_of

    def told(self, steps: Sequence[Made]) -> "Told":
        """What these calls, the last first, say of the tensor."""
        told = Told()
        for made in steps:
            if made.callee not in MAKES and (made.callee == UNKNOWN or not told.passes(made)):
                return told
            if made.callee in MAKES and not re.search(KEEPS, made.callee):
                told.layer, told.makes = made, self.makes(made)
                return told
        told.of_data = bool(steps)
        return told

    def _steps(self, node: ast.expr | None, at: int, number: int) -> Iterator[Made]:
        while node is not None:
            match node:
                case ast.Call(func=function):
                    layer = self.defined(ast.unparse(function), at, number)
                    if layer:
                        yield from self._expanded(layer.call, layer)
                    elif isinstance(function, ast.Name) and last_name(function) in self.classes:
                        return
                    else:
                        yield self.by_call.get(node) or self._written(node, at, number)
                    node = input_of(node, layer is not None)
                case ast.Subscript(value=inner) | ast.Starred(value=inner) | ast.BinOp(left=inner):
                    node = inner
                case ast.Name(id=name):
                    node, at, number = self._value(name, at, number)
                case _:
                    yield unknown(self.frames[at].file, number)
                    return

    def _value(self, name: str, at: int, number: int) -> tuple[ast.expr | None, int, int]:
        """What a name was set to above a line, or what was handed over for it a frame further out; with its place."""
        assigned = [(s, value) for s, value in self._assigned(name, at, number) if s.lineno < number]
        above = max((statement.lineno for statement, _ in assigned), default=0)
        if self._carried(name, at, number, above):
            return ast.Constant(None), at, number
        if assigned:
            statement, value = max(assigned, key=lambda each: each[0].lineno)
            return value, at, statement.lineno
        frame = self.frames[at]
        found = self.source.names.parameter(name, frame.file, frame.number)
        if not found or not at or name not in found[1]:
            return None, at, number  # what the program begins with
        function, outer = found[0], self.frames[at - 1]
        call = (line := Line(outer.code, outer.marked)).call()
        makes = call and last_name(call.func)[:1].isupper() and getattr(function, "name", "") != "__init__"
        if makes or function is self.source.names.around(outer.file, outer.number, ast.FunctionDef):
            return None, at, number  # a line that stands near, and doesn't call the function
        return line.argument(call, found[1].index(name), name), at - 1, outer.number

    def _carried(self, name: str, at: int, number: int, above: int) -> bool:
        """Whether a loop around a line sets a name for its next turn: what is set above it is for the first alone."""
        loop = self.source.names.loop(self.frames[at].file, number)
        again = (statement.lineno for statement, _ in self._assigned(name, at, number))
        return loop is not None and above < loop.lineno and any(holds(loop, each) for each in again)

    @property
    def classes(self) -> set[str]:
        nodes = (node for tree in self.source.names.trees.values() for node in tree.body)
        return {node.name for node in nodes if isinstance(node, ast.ClassDef)}

    def defined(self, name: str, at: int, number: int) -> Made | None:
        """The call that a layer's name is assigned to."""
        calls = [value for _, value in self._assigned(name, at, number) if isinstance(value, ast.Call)]
        made = self.by_call.get(calls[0]) if len(calls) == 1 else None
        return made if made and ("." in name or made.callee[:1].isupper()) else None

    def _assigned(self, name: str, at: int, number: int) -> list[tuple[ast.stmt, ast.expr]]:
        return self.source.names.assigned(name, self.frames[at].file, number)

    def _expanded(self, part: ast.expr, near: Made) -> Iterator[Made]:
        made = self.by_call.get(part) if isinstance(part, ast.Call) else None
        if made and made.callee in CONTAINERS:
            for each in reversed(made.call.args):
                yield from self._expanded(each, made)
        elif made:
            yield made
        else:
            yield unknown(near.file, near.number)

    def _written(self, node: ast.Call, at: int, number: int) -> Made:
        """A call of the line of a frame, which is parsed by itself."""
        frame, text = self.frames[at], ast.unparse(node)
        alike = [made for made in self.source.made if made.number == number and ast.unparse(made.call) == text]
        return alike[0] if alike else Made(frame.file, number, number, node, frame.code)


def unknown(file: str, number: int) -> Made:
    return Made(file, number, number, ast.Call(ast.Name(UNKNOWN), [], []), "")


def input_of(call: ast.Call, of_layer: bool) -> ast.expr | None:
    """What a call makes something of: what is handed to a layer or a function, or else the tensor of a method."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if of_layer or owner is None or ast.unparse(owner) in MODULES:
        return call.args[0] if call.args else None
    return owner
