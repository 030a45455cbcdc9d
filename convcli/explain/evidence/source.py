"""The user's files, where they stand on this machine: parsed to see how a layer was made, never run."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isqrt
from pathlib import Path
from typing import Self

from convcli.explain.evidence.frames import Frame
from convcli.explain.evidence.names import DEEPEST, Names, assigned_by, handed_over, last_name, whole

MOST_ALIKE = 20  # layers that are looked at for whether they get one tensor
LOADS = r"pretrained|weights=|load_state_dict\((?!\w+\.state_dict)|torch\.load\(|load_checkpoint|to_empty|device_map"
LARGEST = 150_000  # bytes of a file that are read; what people write by hand is shorter
# Where an argument stands if it isn't named.
PLACES = {"in_channels": 0, "in_features": 0, "num_features": 0, "normalized_shape": 0, "input_size": 0, "embed_dim": 0}
PLACES |= {
    "num_embeddings": 0,
    "num_parameters": 0,
    "output_size": 0,
    "upscale_factor": 0,
    "out_channels": 1,
    "out_features": 1,
    "hidden_size": 1,
    "embedding_dim": 1,
}
PLACES |= {"kernel_size": 2, "stride": 3, "padding": 4, "num_layers": 2}


@dataclass(frozen=True)
class Made:
    """A call that makes a layer, and the line or lines of the file that hold it."""

    file: str
    number: int
    last: int
    call: ast.Call
    code: str
    name: str = ""  # what it is assigned to
    known: Mapping[str, int] = field(default_factory=dict, compare=False)  # the numbers that an error tells
    names: Names = field(default_factory=lambda: Names({}, ()), compare=False, repr=False)
    places: dict[str, int] = field(default_factory=lambda: PLACES, compare=False, repr=False)

    @property
    def callee(self) -> str:
        return last_name(self.call.func)

    @property
    def place(self) -> str:
        return f"{Path(self.file).name}:{self.number}"

    def value(self, argument: str) -> int | None:
        """The whole number handed over for an argument, if it is written out or the file says what its names are."""
        node = self.node(argument)
        number = self.number_of(node) if node else None
        return self.known.get(argument) if number is None else number

    def fits(self, values: Mapping[str, int]) -> bool:
        """Whether it can have been made with these numbers."""
        return all(self.value(argument) in (None, value) for argument, value in values.items())

    def number_of(self, node: ast.expr) -> int | None:
        return whole(node, lambda part: self.names.number(part, self.file, part.lineno))

    def is_set(self, argument: str) -> bool | None:
        """Whether a setting of true or false is on, and None where that can't be seen."""
        if any(each.arg is None for each in self.call.keywords):
            return None
        values = [each.value for each in self.call.keywords if each.arg == argument]
        if not values:
            return False
        return values[0].value if isinstance(values[0], ast.Constant) and isinstance(values[0].value, bool) else None

    def written(self, argument: str) -> str:
        """An argument as it is written."""
        node = self.node(argument)
        return ast.unparse(node) if node else ""

    def factors(self, argument: str) -> tuple[int, ...]:
        """The numbers that an argument is written as the product of, one alone where it is no product.

        >>> Source.of_text("fc = nn.Linear(16 * 5 * 5, 10)").made[0].factors("in_features")
        (16, 5, 5)
        """
        parts = factors_of(self.node(argument))
        numbers = [self.number_of(part) for part in parts]
        return tuple(number for number in numbers if number is not None) if None not in numbers else ()

    def reworded(self, argument: str, value: int, joined: bool = False) -> str:
        r"""A number for an argument in the words that it is written in, as far as they can be kept.

        >>> Source.of_text("n = 8\nfc = nn.Linear(n * 4, 10)").made[-1].reworded("in_features", 16)
        'n * 2'
        """
        node = self.node(argument)
        sum_or_product = isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant)
        first = node.left if isinstance(node, ast.BinOp) and sum_or_product else node
        named = isinstance(first, ast.Name | ast.Attribute | ast.Subscript)
        known = self.number_of(first) if first and named else None
        known = self.value(argument) if first is node and named else known
        if first and known and value >= known:
            name = ast.unparse(first)
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                return f"{name} + {self._name_for(value - known)}" if value > known else name
            if joined and value % known:
                return f"{name} + {self._name_for(value - known)}"
            if value % known == 0:
                return f"{name} * {value // known}" if value > known else name
        channels, *rest = self.factors(argument) or (0,)
        side = isqrt(value // channels) if channels else 0
        square = len(rest) == 2 and rest[0] == rest[1] and channels * side * side == value
        return f"{ast.unparse(factors_of(node)[0])} * {side} * {side}" if square else str(value)

    def _name_for(self, value: int) -> str:
        """The one parameter around that comes to a number, or the number."""
        function = self.names.around(self.file, self.number, ast.FunctionDef)
        args = [*function.args.args, *function.args.kwonlyargs] if isinstance(function, ast.FunctionDef) else []
        nodes = [ast.Name(each.arg, lineno=self.number) for each in args]
        named = [node.id for node in nodes if self.number_of(node) == value]
        return named[0] if len(named) == 1 else str(value)

    def node(self, argument: str) -> ast.expr | None:
        named = [each.value for each in self.call.keywords if each.arg == argument]
        place = self.places.get(argument, len(self.call.args))
        return named[0] if named else self.call.args[place] if place < len(self.call.args) else None

    def edited(self, type: str = "", **changes: object) -> str:
        """The same lines with another class or other arguments; everything else stays as it is written."""
        edits = [(self.node(argument), argument, value) for argument, value in changes.items()]
        lines = self.code.split("\n")
        nodes = [(node, str(value)) for node, _, value in edits if node is not None]
        if type:
            nodes.append((self.call.func, ast.unparse(self.call.func).removesuffix(self.callee) + type))
        for node, new in sorted(nodes, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
            first, last = node.lineno - self.number, (node.end_lineno or node.lineno) - self.number
            before = lines[first].encode()[: node.col_offset].decode()
            after = lines[last].encode()[node.end_col_offset :].decode()
            lines[first : last + 1] = [before + new + after]
        added = "".join(f", {argument}={value}" for node, argument, value in edits if node is None)
        if added:
            end = (self.call.end_col_offset or 0) + len(lines[-1].encode()) - len(self.code.split("\n")[-1].encode())
            before, after = lines[-1].encode()[: end - 1].decode(), lines[-1].encode()[end - 1 :].decode()
            ended = "\n".join([*lines[:-1], before]).rstrip()[-1:] in ("(", ",")
            lines[-1] = before + (added.removeprefix(", ") if ended else added) + after
        return "\n".join(lines)


class Source:
    """The calls of the files that a traceback names, as far as they are still what they were then."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        own = [frame for frame in frames if not frame.of_library]
        places = {frame.file: frame for frame in own}
        self.texts = {file: lines for file, frame in places.items() if (lines := _lines(frame))}
        self.frames = [frame for frame in own if frame.file in self.texts]
        self._parse()

    def _parse(self) -> None:
        trees = {file: tree for file, lines in self.texts.items() if (tree := _parsed(lines))}
        self.names = Names(trees, self.frames)
        self.made = [made for file, nodes in self.names.nodes.items() for made in self._calls(file, nodes)]

    def fitting(self, types: str, **values: int) -> list[Made]:
        """The calls that can have made a layer of these types with these numbers."""
        return [made for made in self.made if made.callee in types.split() and made.fits(values)]

    def layer(self, types: str, name: str = "", **values: int) -> Made | None:
        """The one call that made a layer of these types with these numbers, told from others by what it is called."""
        fits = self.fitting(types, **values)
        written = [made for made in fits if all(made.value(each) is not None for each in values)]
        called = [made for made in fits if name and made.name == name]
        for chosen in (called, written):
            if len(chosen) == 1:
                return chosen[0]
        return None

    @classmethod
    def of_text(cls, text: str, file: str = "", frames: Sequence[Frame] = ()) -> Self:
        """The calls of a text, in which frames stand."""
        source = cls(())
        source.texts = {file: text.split("\n")}
        source.frames = [frame for frame in frames if frame.file == file]
        source._parse()
        return source

    def alike(self, made: Made, argument: str) -> list[Made]:
        """The calls that make layers of a type with the same argument, and that get the same tensor."""
        fed = self._fed(made)
        written = made.callee, made.written(argument), made.file
        others = [each for each in self.made if (each.callee, each.written(argument), each.file) == written]
        return [each for each in others[:MOST_ALIKE] if each is made or (fed and self._fed(each) == fed)] or [made]

    def _fed(self, made: Made) -> set[tuple[str, int]]:
        """What a layer is called with, and the line that assigned it last."""
        fed = set()
        for call in self.names.called.get(made.name, ()) if made.name else ():
            if ast.unparse(call.func) == made.name and call.args:
                name = ast.unparse(call.args[0])
                lines = [each.lineno for each, _ in self.names.assigned(name, made.file, call.lineno)]
                fed.add((name, max((line for line in lines if line < call.lineno), default=0)))
        return fed

    def maker(self, made: Made, argument: str) -> tuple[Made, str] | None:
        """The call and the parameter that an argument comes from, where it is handed on as it is, and only there."""
        node = made.node(argument)
        found = self.names.parameter(node.id, made.file, node.lineno) if isinstance(node, ast.Name) else None
        if not found or not isinstance(node, ast.Name):
            return None
        function, names = found
        uses = [each for each in ast.walk(function) if isinstance(each, ast.Name) and each.id == node.id]
        callers = self.names.callers(function, made.file)
        calls = [each for each in self.made if each.call in callers]
        if len(uses) != 1 or len(calls) != 1 or any(isinstance(each, ast.Starred) for each in calls[0].call.args):
            return None
        known = {node.id: made.known[argument]} if argument in made.known else {}
        made = replace(calls[0], places={name: place for place, name in enumerate(names)}, known=known)
        return self.maker(made, node.id) or (made, node.id)

    def counted(self, made: Made, argument: str) -> tuple[ast.Assign, str, bool] | None:
        """The statement with the sum or product that an argument is the name of, or that one name in it stands for.

        With it come its file, and whether it is all of the argument.
        """
        node, file = made.node(argument), made.file
        for _ in range(DEEPEST):
            if not isinstance(node, ast.Name):
                break
            if found := self.names.parameter(node.id, file, node.lineno):
                calls = self.names.callers(found[0], file)
                node = handed_over(calls[0], node.id, found[1]) if len(calls) == 1 else None
                file = next((made.file for made in self.made if calls and made.call is calls[0]), file)
                continue
            return self._calculated(node, file, True)
        names = {each.id: each for each in ast.walk(node) if isinstance(each, ast.Name)} if node else {}
        found_in = [each for name in names.values() if (each := self._calculated(name, file, False))]
        return found_in[0] if len(found_in) == 1 else None

    def _calculated(self, name: ast.Name, file: str, whole: bool) -> tuple[ast.Assign, str, bool] | None:
        match self.names.assigned(name.id, file, name.lineno):
            case [(ast.Assign(targets=[ast.Name()], value=ast.BinOp()) as statement, _)]:
                return statement, file, whole
        return None

    def shared(self, made: Made, argument: str) -> bool:
        """Whether several layers get an argument from where it stands, by other calls or in a loop."""
        node = made.node(argument)
        found = self.names.parameter(node.id, made.file, node.lineno) if isinstance(node, ast.Name) else None
        callers = self.names.callers(found[0], made.file) if found else []
        return len(callers) > 1 or any(call in self.names.repeated for call in (*callers, made.call))

    def worded(self, made: Made, changes: dict[str, object], joined: bool) -> tuple[Made, dict[str, object]]:
        """The call that is to be changed, and its changes in the words that stand there."""
        for argument, value in changes.items():
            if isinstance(value, int):
                made, name = self.maker(made, argument) or (made, argument)
                return made, {name: made.reworded(name, value, joined)}
        return made, changes

    def above(self, frame: Frame) -> list[str]:
        """The twenty lines above a place, the nearest first."""
        lines = self.texts.get(frame.file, [])
        return [line.strip() for line in lines[max(0, frame.number - 21) : frame.number - 1]][::-1]

    def _calls(self, file: str, nodes: Sequence[ast.AST]) -> Iterator[Made]:
        lines = self.texts[file]
        pairs = (pair for node in nodes if isinstance(node, ast.Assign) for pair in assigned_by(node))
        named: dict[ast.expr, str] = {}
        for name, value in pairs:
            named[value] = f"{named[value]}, {name}" if value in named else name
        for node in nodes:
            if isinstance(node, ast.Call):
                first, last = node.lineno, node.end_lineno or node.lineno
                code = "\n".join(lines[first - 1 : last])
                yield Made(file, first, last, node, code, named.get(node, ""), names=self.names)

    def says(self, word: str) -> bool:
        return any(word in line for lines in self.texts.values() for line in lines)

    @cached_property
    def with_imported(self) -> "Source":
        """These files, and those beside them that they import."""
        source = Source(self.frames)
        source.texts = dict(self.texts)
        for file, nodes in self.names.nodes.items():
            for path in (Path(file).parent / name for name in _imported(nodes) if Path(file).is_file()):
                source.texts.setdefault(str(path), _read(path))
        source._parse()
        return source

    @property
    def loads(self) -> bool:
        """Whether some line loads weights that were trained before."""
        code = (line.partition("#")[0] for lines in self.texts.values() for line in lines)
        return any(re.search(LOADS, line) for line in code)


def _lines(frame: Frame) -> list[str]:
    """The lines of a file, if it still has the traceback's line where it was."""
    lines = _read(Path(frame.file))
    return lines if [line.strip() for line in lines[frame.number - 1 : frame.number]] == [frame.code] else []


def _read(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").split("\n") if path.is_file() and path.stat().st_size <= LARGEST else []
    except (OSError, ValueError):
        return []


def _imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The files that modules which are imported would stand in, seen from the file that imports them."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level < 2:
            names = [node.module] if node.module else [each.name for each in node.names]
        else:
            continue
        yield from (f"{name.replace('.', '/')}.py" for name in names)


def _parsed(lines: list[str]) -> ast.Module | None:
    try:
        return ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def factors_of(node: ast.expr | None) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), *factors_of(node.right)]
    return [node] if node else []
