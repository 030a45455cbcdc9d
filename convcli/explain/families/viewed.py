"""What a view's sizes tell, and the names that the user's line has for them."""

import ast
import re
from math import isqrt, prod

from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.names import whole
from convcli.explain.evidence.source import factors_of
from convcli.explain.rule import Fix, Rule

FAMILY = "view"

ENDS = (256, 512, 1024, 2048, 320, 768, 1280)  # channels that backbones end in
HEADS = r"(?i:heads?\b|\bn?h\b)"


class OfView(Rule):
    """A view with its facts: the shape that is wanted, and the elements that there are."""

    @property
    def viewed(self) -> ast.Call | None:
        """The view or reshape in the user's line."""
        return self.line.call(r"(?:^|\.)(?:view|reshape)$") if self.case.direct else None

    @property
    def x(self) -> str:
        owner = self.line.text(self.viewed.func).rpartition(".")[0] if self.viewed else ""
        return (self.line.text(self.line.argument(self.viewed, 0)) if owner == "torch" else owner) or "x"

    def fitting(self) -> list[tuple[int, int]]:
        """The axes that alone are wrong, each with the size that would make it right."""
        fits = []
        for i, size in enumerate(self.shape):
            rest = prod(self.shape[:i] + self.shape[i + 1 :])
            if size > 0 and rest > 0 and self.elements % rest == 0:
                fits.append((i, self.elements // rest))
        return fits

    def suspects(self) -> list[tuple[int, int]]:
        """The axes that alone may be wrong, with what would be right, the likeliest first.

        A size that stands twice is wrong at neither place alone, and one that is the tensor's own is right.
        """
        sizes, several = self.sizes() or [""] * len(self.shape), len(self.shape) > 2
        twice = {n for n in self.shape[1:] if self.shape[1:].count(n) > 1} if several else set()
        own = re.compile(rf"(?<![\w.]){re.escape(self.x)}\.(?:size\(|shape\[)")
        fits = [
            (axis, size)
            for axis, size in self.fitting()
            if not (own.search(sizes[axis]) or self.shape[axis] in twice or (axis == 0 and self.of_batch()))
        ]
        batch = bool(re.search(r"(?i)batch|\bbs\b|\bbsz\b|^b$", sizes[0]))
        return sorted(fits, key=lambda fit: (fit[0] == 0 and not batch, fit[0] if several else -fit[0]))

    def of_batch(self) -> bool:
        """Whether the first size is read off a tensor, so that it follows the batch."""
        return bool(re.search(r"\.size\(0\)|\.shape\[0\]|^len\(", "".join(self.sizes()[:1])))

    def in_brackets(self, axis: int) -> str:
        """The name of a size in the user's line, in brackets; empty where it is a number."""
        name = "".join(self.sizes()[axis : axis + 1])
        return f" ({name})" if re.search("[a-zA-Z]", name) else ""

    def maps(self) -> tuple[str, bool]:
        """How the maps differ from what was counted of them, if their two sides alone do, and if by one cell a side."""
        places = range(1, len(self.shape) - 1)  # square maps first
        for i in sorted(places, key=lambda i: (self.shape[i] != self.shape[i + 1], -i)):
            high, wide = self.shape[i : i + 2]
            rest = prod(self.shape[:i] + self.shape[i + 2 :])
            if min(high, wide, rest) < 1 or max(high, wide) < 2 or self.elements % rest:
                continue
            cells = self.elements // rest
            side = isqrt(cells)
            rounded = [(high + i, wide + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (high + i) * (wide + j) == cells]
            if high == wide and side * side == cells > 1:
                rounded = [(side, side)]
            if rounded and min(high, wide) > (1 if high == wide else 4):
                by_one = max(abs(rounded[0][0] - high), abs(rounded[0][1] - wide)) == 1
                return f"the maps are {rounded[0][0]}×{rounded[0][1]}, {high}×{wide} were counted", by_one
            if not self.fitting() and min(high, wide) > 4:
                return f"{cells} positions arrive, and {high}·{wide} = {high * wide} were counted", False
        return "", False

    def otherwise_split(self) -> str:
        """The maps of a sample in words, with as many channels as were counted, or as many as backbones end in."""
        if len(self.shape) != 4 or self.shape[2] != self.shape[3] or min(self.shape) < 1:
            return ""
        each, over = divmod(self.elements, self.shape[0])
        sides = {channels: isqrt(each // channels) for channels in (self.shape[1], *ENDS)}
        fits = [(n, side) for n, side in sides.items() if n * side * side == each and side > 3 and not over]
        told = ", or ".join(f"{channels} maps of {side}×{side}" for channels, side in fits)
        return f"a sample has {each} values: {told}" if len(fits) > 1 else ""

    def windowed(self) -> tuple[int, int]:
        """The side of square maps, and the window or patch that doesn't divide it; zeros for other views.

        They are [batch, n, window, n, window, channels], or [batch, channels, n, window, n, window].
        """
        if len(self.shape) != 6 or min(self.shape) < 1:
            return 0, 0
        batch, second, third, fourth, fifth, last = self.shape
        for window, again, channels in ((third, fifth, last), (fourth, last, second)):
            cells, rest = divmod(self.elements, batch * channels)
            side = isqrt(cells)
            if window == again and not rest and side * side == cells and side % window:
                return side, window
        return 0, 0

    def of_anchors(self) -> int:
        """The channels that arrive at a detector's head, [batch, anchors, classes + 5, height, width]; 0 for others."""
        if len(self.shape) != 5 or min(self.shape) < 1 or self.shape[1] > 9 or self.shape[2] < 6:
            return 0
        named = " ".join(self.sizes()[1:3])
        if re.search("[a-z]", named) and not re.search(r"(?i)anch|class|attr|bbox|box|\bn[aco]\b|out", named):
            return 0
        batch, _, _, high, wide = self.shape
        return 0 if self.elements % (batch * high * wide) else self.elements // (batch * high * wide)

    def size_nodes(self) -> list[ast.expr]:
        """The sizes in the user's line, as many as the shape has; none where they stand in one name."""
        args = self.viewed.args if self.viewed else []
        args = args[self.line.text(self.viewed and self.viewed.func).startswith("torch.") :]
        nodes = args[0].elts if len(args) == 1 and isinstance(args[0], ast.Tuple | ast.List) else args
        return list(nodes) if len(nodes) == len(self.shape) else []

    def sizes(self) -> list[str]:
        """The sizes as the user's line writes them."""
        return [self.line.text(node) for node in self.size_nodes()]

    def counted_maps(self, axis: int) -> tuple[int, int]:
        """Channels and side of the maps that the user's line multiplies for a size, ``16 * 5 * 5``; zeros without."""
        factors = [whole(node) or 0 for node in factors_of(self.size_nodes()[axis])] if self.size_nodes() else []
        sides = [n for n in factors if factors.count(n) > 1]
        rest = [n for n in factors if n not in sides[:1]]
        return (rest[0], sides[0]) if len(factors) == 3 and len(rest) == 1 and sides[0] > 0 < rest[0] else (0, 0)

    def heads(self) -> int:
        """The axis that the user's line names heads, if that alone is wrong; 0 otherwise."""
        fewer = [axis for axis, size in self.fitting() if self.shape[axis] % size == 0]
        return next((axis for axis in fewer if re.search(r"heads?\b", "".join(self.sizes()[axis : axis + 1]))), 0)

    def uneven(self) -> tuple[int, int]:
        """A width and the heads, in the last two axes, that don't divide it, so that a division rounded; or zeros."""
        width, rest = divmod(self.elements, prod(self.shape[:-2])) if min(self.shape) > 0 else (0, 1)
        last = "".join(self.sizes()[-1:])
        heads = self.shape[-1 if re.search(HEADS, last) and "/" not in last else -2]
        lost = width - prod(self.shape[-2:])
        return (width, heads) if not rest and 0 < lost < heads and self.line.has(rf"{HEADS}|d_?k\b") else (0, 0)

    def free_batch(self) -> Fix | None:
        """The user's line with its first size left to follow from the others."""
        sizes = self.size_nodes()
        return self.instead(cut(self.line, sizes[0], "-1")) if len(sizes) > 1 and -1 not in self.shape else None

    def flat(self) -> Fix | None:
        return self.instead(cut(self.line, self.viewed, f"{self.x}.flatten(1)")) if self.viewed else None


def cut(line: Line, node: ast.expr, new: str) -> str:
    """The line with one part of its tree replaced."""
    code = line.code.encode()
    return (code[: node.col_offset] + new.encode() + code[node.end_col_offset :]).decode()
