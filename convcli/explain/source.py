"""The user's files, where they stand on this machine: parsed to see how a layer was made, never run."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from convcli.explain.frames import Frame

LARGEST = 2_000_000  # bytes of a file that are read
# Where an argument stands if it isn't named.
PLACES = {"in_channels": 0, "in_features": 0, "num_features": 0, "normalized_shape": 0, "input_size": 0, "embed_dim": 0}
PLACES |= {"num_embeddings": 0, "output_size": 0, "out_channels": 1, "out_features": 1, "kernel_size": 2, "stride": 3}
PLACES |= {"padding": 4}


@dataclass(frozen=True)
class Made:
    """A call that makes a layer, and the line or lines of the file that hold it."""

    file: str
    number: int
    last: int
    call: ast.Call
    code: str
    name: str = ""  # what it is assigned to

    @property
    def callee(self) -> str:
        return _last_name(self.call.func)

    @property
    def place(self) -> str:
        return f"{Path(self.file).name}:{self.number}"

    def value(self, argument: str) -> int | None:
        """The whole number handed over for an argument, if it is written out."""
        node = self._node(argument)
        return whole(node) if node else None

    def _node(self, argument: str) -> ast.expr | None:
        named = [each.value for each in self.call.keywords if each.arg == argument]
        place = PLACES.get(argument, len(self.call.args))
        return named[0] if named else self.call.args[place] if place < len(self.call.args) else None

    def edited(self, type: str = "", **changes: object) -> str:
        """The same lines with another class or other arguments; everything else stays as it is written."""
        edits = [(self._node(argument), argument, value) for argument, value in changes.items()]
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
            lines[-1] = lines[-1].encode()[: end - 1].decode() + added + lines[-1].encode()[end - 1 :].decode()
        return "\n".join(lines)


class Source:
    """The calls of the files that a traceback names, as far as they are still what they were then."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        places = {frame.file: frame for frame in frames if not frame.of_library}
        self.texts = {file: lines for file, frame in places.items() if (lines := _lines(frame))}
        self.made = [made for file, lines in self.texts.items() for made in _calls(file, lines)]

    def layer(self, types: str, name: str = "", **values: int) -> Made | None:
        """The one call that made a layer of these types with these numbers, told from others by what it is called."""
        fits = []
        for made in self.made:
            if made.callee in types.split() and all(
                made.value(each) in (None, value) for each, value in values.items()
            ):
                fits.append(made)
        written = [made for made in fits if all(made.value(each) is not None for each in values)]
        called = [made for made in fits if name and made.name == name]
        for chosen in (called, written):
            if len(chosen) == 1:
                return chosen[0]
        return None

    @classmethod
    def of_text(cls, text: str, file: str = "") -> Self:
        """The calls of a text."""
        source = cls(())
        source.made = list(_calls(file, text.split("\n")))
        return source

    def above(self, frame: Frame) -> list[str]:
        """The twenty lines above a place, the nearest first."""
        lines = self.texts.get(frame.file, [])
        return [line.strip() for line in lines[max(0, frame.number - 21) : frame.number - 1]][::-1]

    def mentions(self, word: str) -> bool:
        return any(word in made.code for made in self.made)


def _lines(frame: Frame) -> list[str]:
    """The lines of a file, if it still has the traceback's line where it was."""
    try:
        path = Path(frame.file)
        if not path.is_file() or path.stat().st_size > LARGEST:
            return []
        lines = path.read_text("utf-8").split("\n")
    except (OSError, ValueError):
        return []
    return lines if [line.strip() for line in lines[frame.number - 1 : frame.number]] == [frame.code] else []


def _calls(file: str, lines: list[str]) -> Iterator[Made]:
    try:
        nodes = list(ast.walk(ast.parse("\n".join(lines))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    names = {node.value: ast.unparse(node.targets[0]) for node in nodes if isinstance(node, ast.Assign)}
    for node in nodes:
        if isinstance(node, ast.Call):
            last = node.end_lineno or node.lineno
            yield Made(file, node.lineno, last, node, "\n".join(lines[node.lineno - 1 : last]), names.get(node, ""))


def whole(node: ast.expr) -> int | None:
    """What a written whole number, or a product, sum or quotient of some, comes to.

    >>> whole(ast.parse("16 * 5 * 5", mode="eval").body), whole(ast.parse("n", mode="eval").body)
    (400, None)
    """
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.BinOp):
        left, right = whole(node.left), whole(node.right)
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
    return None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
