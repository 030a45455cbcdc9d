"""The user's own line of code: what it calls, with what, and the same line with a part of it replaced."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property

PRODUCT = r"(?:^|\.)(?:mat_?mul|b?mm)$"
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def lines_told(numbers: list[int]) -> str:
    """Numbers of lines, in a sentence.

    >>> lines_told([7]), lines_told([7, 9])
    ('line 7', 'lines 7, 9')
    """
    return f"line{'s' if numbers[1:] else ''} {', '.join(map(str, numbers[:6]))}"


class Line:
    """A line of Python, parsed as far as it can be and never run; ``marked`` is the part that raised."""

    def __init__(self, code: str = "", marked: str = "") -> None:
        self.code = code.strip().removeprefix(">>> ")
        self.parsed = self.code
        self.marked = marked if marked and marked in self.code else self.code

    @cached_property
    def tree(self) -> ast.AST | None:
        """The statement; a header has an empty body, and brackets that stay open are closed."""
        for before, after in (("", ""), ("", " pass"), ("", ")"), ("", "))"), ("if x: pass\n", " pass")):
            self.parsed = before + self.code + after
            try:
                return ast.parse(self.parsed)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        return None

    def text(self, node: ast.AST | None) -> str:
        """The code of a part of the line."""
        return (node and ast.get_source_segment(self.parsed, node)) or ""

    def _nodes(self, *types: type[ast.AST]) -> Iterator[ast.AST]:
        """Parts of these types, those within the marked part if there are some, the outermost first."""
        every = [node for node in ast.walk(self.tree) if isinstance(node, types)] if self.tree else []
        closed = self.parsed[self.parsed.find(self.code) + len(self.code) :]
        marked = self.marked + closed if self.code.endswith(self.marked) else self.marked
        within = [node for node in every if self.text(node) and self.text(node) in marked]
        yield from within or every

    @property
    def calls(self) -> list[ast.Call]:
        return [node for node in self._nodes(ast.Call) if isinstance(node, ast.Call)]

    def call(self, pattern: str = "") -> ast.Call | None:
        """The call of a name that a pattern fits; without one that of a layer, ``self.…(…)``, or else the outermost."""
        for fits in (pattern,) if pattern else (r"^self\.", ""):
            for call in self.calls:
                if re.search(fits, self.text(call.func).rpartition(")")[2]):  # not what x(…).y comes from
                    return call
        return None

    def argument(self, call: ast.Call | None, index: int, name: str = "input") -> ast.expr | None:
        """What is handed over at a place or under a name."""
        if call is None:
            return None
        named = [each.value for each in call.keywords if each.arg == name]
        return named[0] if named else call.args[index] if index < len(call.args) else None

    def operands(self) -> tuple[str, str] | None:
        """Both sides of the operator that raised; a number fits every tensor.

        >>> Line("return F.relu(self.conv(x) + skip)").operands(), Line("loss = ((a - b) ** 2).mean()").operands()
        (('self.conv(x)', 'skip'), ('a', 'b'))
        """
        for node in self._nodes(ast.BinOp, ast.AugAssign, ast.Compare):
            match node:
                case ast.BinOp(left=one, right=other) | ast.AugAssign(target=one, value=other):
                    sides = one, other
                case ast.Compare(left=one, comparators=[other, *_]):
                    sides = one, other
                case _:
                    continue
            if not any(isinstance(side, ast.Constant) for side in sides):
                return self.text(sides[0]), self.text(sides[1])
        return None

    def factors(self) -> tuple[str, str] | None:
        """Both sides of the product of matrices that raised.

        >>> Line("h = F.relu(torch.matmul(x, self.w) + b)").factors(), Line("s = q.bmm(k)").factors()
        (('x', 'self.w'), ('q', 'k'))
        """
        if call := self.call(PRODUCT):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            sides = call.args if len(call.args) > 1 or owner is None else [owner, *call.args]
            return (self.text(sides[0]), self.text(sides[1])) if len(sides) > 1 else None
        for node in self._nodes(ast.BinOp):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
                return self.text(node.left), self.text(node.right)
        return None

    def swapped(self) -> tuple[str, str] | None:
        """The product of matrices that raised, as it is written and with its sides in the other order.

        >>> Line("return relu(h @ adj + b)").swapped(), Line("s = (a * q).mm(k)").swapped()
        (('h @ adj', 'adj @ h'), ('(a * q).mm(k)', 'k.mm(a * q)'))
        """
        call = self.call(PRODUCT)
        operators = (node for node in self._nodes(ast.BinOp) if isinstance(node, ast.BinOp))
        operator = next((node for node in operators if isinstance(node.op, ast.MatMult)), None)
        match call, operator:
            case ast.Call(func=function, args=[one, other]), _:
                return self.text(call), f"{self.text(function)}({self.text(other)}, {self.text(one)})"
            case ast.Call(func=ast.Attribute(value=one, attr=name), args=[other]), _:
                return self.text(call), f"{self._bracketed(other)}.{name}({self.text(one)})"
            case None, ast.BinOp(left=one, right=other):
                return self.text(operator), f"{self._bracketed(other)} @ {self._bracketed(one)}"
        return None

    def _bracketed(self, node: ast.expr) -> str:
        """The code of a part of the line, in brackets if others may not stand beside it."""
        alone = isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript)
        return self.text(node) if alone else f"({self.text(node)})"

    @property
    def assigned(self) -> str:
        """The name that the line assigns to.

        >>> Line("x = self.conv(x),").assigned
        'x'
        """
        statement = self.tree.body[0] if isinstance(self.tree, ast.Module) and self.tree.body else None
        return self.text(statement.targets[0]) if isinstance(statement, ast.Assign) else ""

    @property
    def makes_tuple(self) -> bool:
        """Whether a comma at the end makes a tuple of what is assigned."""
        return bool(re.search(r"=.*\),$", self.code)) and self.assigned.isidentifier()

    def has(self, pattern: str) -> bool:
        return bool(re.search(pattern, self.code))

    def edited(self, old: str, new: str) -> str:
        """The line with one part replaced, the marked one where there are several.

        >>> Line("y = f(x) + g(x)", "g(x)").edited("x", "x.float()")
        'y = f(x) + g(x.float())'
        """
        start = self.code.find(self.marked)
        pattern = re.compile(r"(?<![\w.])" + re.escape(old) + r"(?!\w)")
        found = pattern.search(self.code, start) or pattern.search(self.code)
        return self.code[: found.start()] + new + self.code[found.end() :] if found else self.code
