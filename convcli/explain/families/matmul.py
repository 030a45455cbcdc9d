"""Products of matrices and batches of them whose sizes don't meet."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.lines import NAME, PRODUCT
from convcli.explain.evidence.origin import MAKES, Told
from convcli.explain.evidence.source import Made
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "linear"

TURNED = re.compile(r"transpose\(|permute\(|\.m?T\b|\.t\(\)")
SOUND = r"(?i)audio|pitch|(?<![a-z])f0|wav(?:e|s|_|\b)|vocod|speech|stereo|spectrogram"
WEIGHTS = r"(?i)att|alpha|weights$|scores?$|prob"  # of steps, one row a sample
PARAMETER = r"(?i)weight|kernel|matri|(?:^|\.)w\d*$|param|basis"


class MatmulSize(Rule):
    code = "matmul-size"
    signatures = (
        "Expected size for first two dimensions of batch2 tensor to be: {expected:shape} but got: {got:shape}",
        "size mismatch, got input ({rows}), mat ({matrix:words}), vec ({vector})",
        "mat1 dim 1 must match mat2 dim 0",
        "equal number of batches expected",
        "batch1 and batch2 must have same number of batches, got {expected} and {got}",
        "size mismatch at /{}THC",
        "Expected tensor to have size {expected} at dimension {axis}, but got size {got} for argument #{} 'batch2'",
        "inconsistent tensor size, expected tensor [{expected}] and src [{got}] to have the same number of elements",
        "einsum(): subscript {subscript:word} has size {got} for operand {operand} which does not broadcast with "
        "previously seen size {expected}",
        "einsum(): operands do not broadcast with remapped shapes",
        "einsum() operands do not broadcast with remapped shapes",
        "size of dimension does not match previous size, operand {operand}, dim {axis}",
        "bilinear(): input{which} size does not match weight size: got {got} but expected {expected}",
        "X1 and X2 must have the same number of columns. X1: {expected} X2: {got}",
        "contracted dimensions need to match, but first has size {expected} in dim {} and second has size {got} in dim",
    )
    says = "the sizes that are multiplied away don't agree"
    lookalike = "linear-size"
    example = """
        queries, keys = torch.rand(2, 5, 8), torch.rand(2, 7, 8)
        # RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [2, 8] but got: [2, 7].
        scores = torch.bmm(queries, keys)
        assert scores.shape == (2, 5, 7)
    """
    not_that = "reshape makes the sizes agree and mixes up what they stand for; transpose turns them"

    @property
    def batches(self) -> tuple[int, int] | None:
        """The batches of both sides, if these differ."""
        expected, got = self.facts.get("expected"), self.facts.get("got")
        if isinstance(expected, tuple) and isinstance(got, tuple):
            expected, got = next(iter(expected), None), next(iter(got), None)
        elif "number of batches" not in self.case.raised.text:
            return None
        return (expected, got) if expected != got and isinstance(expected, int) and isinstance(got, int) else None

    def told(self, words: str) -> str:
        if words == self.says and self.batches:
            return f"a batch of {self.batches[0]} is multiplied by one of {self.batches[1]}"
        if words == self.says and "einsum" in self.case.raised.text:
            return "a letter of the equation has other sizes in its operands"
        return super().told(words)

    def hypotheses(self) -> Iterator[Hypothesis]:
        expected, got = self.facts.get("expected"), self.facts.get("got")
        of_torch = any(
            frame.of_library and not frame.file for frame in self.case.raised.frames
        )  # quoted: addmm(bias, …
        if self.case.through(r"linear") or (
            not self.facts and (of_torch or self.line.has(r"self\.(?:fc|lin|class|head)"))
        ):
            says = "an nn.Linear gets other features than its in_features; this version of torch says no numbers"
            advice = "print(x.shape) before the layer: its last axis has to be in_features; a picture's size changes it"
            yield likely(says, "model", advice)
            return
        if self.batches:
            yield self.of_unlike_batches(*self.batches)
        elif isinstance(expected, tuple) and len(expected) == len(got) == 2:
            yield from self.of_batches(expected, got)
        elif "vector" in self.facts:
            says = f"a vector of {self.vector} was multiplied by a matrix {self.matrix}"
            advice = "the matrix has as many columns as the vector has elements; for a layer, in_features"
            yield likely(says, "model", advice)
        else:
            if "number of batches" in self.case.raised.text:
                says = "the batches of both sides differ, the last of an epoch perhaps"
                advice = "make both for the batch at hand, x.size(0); with one matrix for all, torch.matmul or expand"
                yield likely(says, "call", advice)
                return
            if known := self.letter():
                yield known
                return
            pairs = {(expected, got)} if got else self.remapped()
            differ = " and ".join(f"{a} in one side and {b} in the other" for a, b in sorted(pairs))
            says = f"one axis (letter) is {differ}" if differ else "the inner sizes differ"
            advice = "print both shapes: letters in another order, or sides of other settings, picture sizes or batches"
            yield likely(says, "call", advice)

    def letter(self) -> Hypothesis | None:
        """What is said of a letter of an einsum, where the user's line shows its operands."""
        call = self.line.call("einsum")
        named = [self.line.text(each) for each in call.args[1:]] if call else []
        equation = self.line.text(call.args[0]).strip("'\"").split("->")[0].replace(" ", "").split(",") if call else []
        letter, one, other, expected, got = self.unequal(equation) or ("", 0, 0, 0, 0)
        if one == other or max(one, other) >= len(named):
            return None
        first, second = named[one], named[other]
        says = f"the letter {letter} is {expected} in {first} and {got} in {second}"
        if (stacked := self.stacked(second)) and equation[other][:1] == letter:
            says += f": {second} is stacked along a new axis 0, which its letters have elsewhere"
            return likely(
                says, "call", f"torch.stack(…, dim=1), or {second}'s letters in its order", self.remade(stacked, dim=1)
            )
        told = [self.case.origin.told(self.calls_behind(side)) for side in (first, second)]
        if known := self.of_two(told[0], told[1], expected, got, says):
            return known
        low, high = sorted((expected, got))
        if low and high % low == 0 and equation[one][:1] == letter == equation[other][:1]:
            says += (
                f", the first axis of both: batches (times heads, perhaps) that differ, {high} = {high // low} · {low}"
            )
            few = first if expected == low else second
            advice = f"repeat what {few} is made of {high // low} times, as one text's embedding for so many pictures; "
            advice += "or make both for one batch"
            return likely(says, "call", advice)
        return likely(says, "call", f"print both shapes; letters in another order, or {second} made for another size")

    def unequal(self, equation: list[str]) -> tuple[str, int, int, int, int] | None:
        """The letter whose sizes differ, the two operands, by their places, that hold it, and its size in each."""
        if "subscript" in self.facts:
            first = next((place for place, letters in enumerate(equation) if self.subscript in letters), self.operand)
            return self.subscript, first, self.operand, self.expected, self.got
        seen: dict[str, tuple[int, int]] = {}
        shown = re.findall(r"\[([\d, ]{1,200})\] ?->", self.case.raised.text)
        for place, (letters, shape) in enumerate(zip(equation, shown, strict=False)):
            for letter, size in zip(letters, map(int, shape.split(",")), strict=False):
                known, at = seen.setdefault(letter, (size, place))
                if size != known and 1 not in (size, known):
                    return letter, at, place, known, size
        return None

    def stacked(self, name: str) -> Made | None:
        """The torch.stack, without a dim, that the user's file makes a tensor with."""
        frame = self.case.frame
        behind = self.case.source.names.behind([name], frame.file, frame.number) if frame and not self.generic else ()
        value = next((each.value for each in behind), None)
        made = self.case.origin.by_call.get(value) if isinstance(value, ast.Call) else None
        return made if made and made.callee == "stack" and len(made.call.args) == 1 and not made.call.keywords else None

    def of_two(self, one: Told, other: Told, expected: int, got: int, says: str) -> Hypothesis | None:
        """What is said of two sides if the file says which layer made each, and how wide."""
        if not one.layer or not other.layer or (one.makes, other.makes) != (expected, got):
            return None
        argument, width = MAKES[other.layer.callee], one.layer.written(MAKES[one.layer.callee])
        says += f": {one.layer.callee} at {one.layer.place} makes {expected}, {other.layer.callee} at "
        advice = f"the same {argument} in both: {width}, or {other.layer.written(argument)}"
        return likely(
            f"{says}{other.layer.place} {got}", "model", advice, self.remade(other.layer, **{argument: width})
        )

    def remapped(self) -> set[tuple[int, int]]:
        """The sizes that differ of an einsum's operands, which torch shows with their axes in one order."""
        shown = re.findall(r"->\s?\[([\d, ]{1,200})\]", self.case.raised.text)[:2]
        sides = [[int(size) for size in side.split(",")] for side in shown]
        return {pair for pair in zip(*sides, strict=False) if len(set(pair) - {1}) > 1} if len(sides) == 2 else set()

    def of_batches(self, expected: tuple[int, ...], got: tuple[int, ...]) -> Iterator[Hypothesis]:
        """A batched product; torch names the first two axes of its second side, and not the third."""
        first, second = self.line.factors() or ("a", "b")
        what = f"{second} has {list(got)} as its first two axes; the product needs {list(expected)}"
        turned = f"{what}: its last two axes are to be swapped"
        wanted = "[batch, n, d] times [batch, m, d] wants the second transposed"
        if self.case.through("attention") or self.line.has("attention\\("):
            says = f"{what}: query and key of other widths, or keys and values of other lengths"
            yield likely(
                says, "call", "print the shapes of all three; weights, caches and library have to be of one model"
            )
        elif TURNED.search(second) or re.search(PARAMETER, second):
            says = f"{first} has {expected[1]} on its last axis, {second} is made for {got[1]}: of other settings"
            advice = "give the parameter (or map) the size that arrives, or the input the size that it was made for"
            one, other = (self.case.origin.told(self.calls_behind(side)) for side in (first, second))
            yield self.of_two(one, other, expected[1], got[1], says) or likely(says, "model", advice)
        else:
            yield likely(turned, "call", wanted, self.changed(second, "{}.transpose(1, 2)"))
            says = f"{first} and {second} are of different sizes, {expected[1]} and {got[1]}, however they are turned"
            yield possible(says, "model", "make both for one size where they are made")

    def of_unlike_batches(self, expected: int, got: int) -> Hypothesis:
        """The two sides have other batches, which torch.bmm doesn't spread over one another."""
        named = (side if NAME.fullmatch(side) else "" for side in self.line.factors() or ("", ""))
        first, second = (name or side for name, side in zip(named, ("the first", "the second"), strict=True))
        one, many = (first, second) if expected < got else (second, first)
        low, high = sorted((expected, got))
        says = f"{first} is a batch of {expected}, {second} one of {got}"
        expanded = f"expand the one, expand({high}, -1, -1)"
        if (low, high) == (1, 2) and any(re.search(SOUND, f"{f.file} {f.code}") for f in self.case.raised.frames):
            says += f": sound, whose two channels (stereo) were read as a batch in {many}"
            advice = "mono where it is loaded, x.mean(0, keepdim=True) or x[:1]; if two are meant, "
            return likely(says, "data", advice + expanded)
        if low == 1:
            advice = f"if {one} is for all, torch.matmul, or {expanded}; otherwise hand over what belongs to one: x[:1]"
            return likely(says, "call", advice)
        if low and high % low == 0:
            says += f", {high // low} times the other: repeated on one side alone (heads, beams, a prompt and none)"
            return likely(says, "call", "repeat the other as well (repeat_interleave, expand), or neither")
        advice = "make both for the batch at hand, x.size(0): the last one of an epoch is smaller (drop_last=True)"
        return likely(says, "call", advice)

    def deciding(self) -> str:
        if self.batches:
            return "print both shapes where they are made: which of the two batches is meant?"
        wanted = self.expected[1] if isinstance(self.facts.get("expected"), tuple) else "as long as the other's"
        return f"print the shape of the second side: is its last axis {wanted}?"


class MatmulRank(Rule):
    code = "matmul-rank"
    signatures = (
        "batch{which} must be a 3D tensor",
        "Expected 3-dimensional tensor, but got {got}-dimensional tensor for argument #{place} 'batch{which}'",
        "self must be a matrix",
        "mat2 must be a matrix",
        "matrices expected, got {axes}D, {others}D tensors",
        "vector + matrix @ vector expected, got {sum}, {axes}, {others}",
        "1D tensors expected, but got",
        "both arguments to matmul need to be at least 1D",
        "einsum(): the number of subscripts in the equation ({expected}) does not match the number of dimensions "
        "({got})",
        "t() expects a tensor with <= 2 dimensions, but self is {rank}D",
        "t() expects a 2D tensor, but self is {rank}D",
    )
    says = "the product is for tensors with another number of axes"
    decide = "print both shapes: is the first axis of each the batch?"
    lookalike = "matmul-size"
    example = """
        queries, keys = torch.rand(2, 5, 8), torch.rand(8, 7)
        # RuntimeError: batch2 must be a 3D tensor
        scores = torch.bmm(queries, keys)
        assert scores.shape == (2, 5, 7)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "torch.mm is for two matrices, torch.bmm for two batches of them, torch.mv for one and a vector"
        if self.facts.get("axes", 0) > 3 and self.others == 2:
            left = (self.line.factors() or ("x", ""))[0]
            says = f"torch.mm is for matrices, and {left} has {self.axes} axes: a batch that isn't flattened"
            advice = f"{left}.flatten(1), [batch, features]; torch.matmul would multiply along its last axis alone"
            yield likely(says, "call", advice, self.changed(left, "{}.flatten(1)"))
            return
        if "rank" in self.facts:
            yield self.of_turned()
            return
        place = self.facts.get("which", 0)
        side = (self.line.factors() or ("", ""))[place - 1] if place in (1, 2) else ""
        squeezed = any(".squeeze(" in line for line in self.case.behind(side).values())
        rows = side and self.of_rows(side, place, squeezed)
        if rows and (squeezed or re.search(WEIGHTS, side)):
            yield rows
            return
        fixes = (self.replaced(f"torch.{name}(", "torch.matmul(") for name in ("bmm", "mm", "dot"))
        advice = "torch.matmul, or @, takes any number of axes and lets the batch axes follow"
        yield likely(says, "call", advice, next(filter(None, fixes), None))
        if rows:
            yield possible(rows.says, rows.change, rows.advice)

    def of_turned(self) -> Hypothesis:
        """``t()`` of a batch of matrices."""
        call = self.line.call(r"(?:^|\.)t$")
        owner = call.func.value if call and isinstance(call.func, ast.Attribute) else None
        node = call.args[0] if call and call.args else owner
        name = self.line.text(node) or "x"
        says = f"t() turns matrices, and {name} has {self.rank} axes: a batch of them, whose axis 0 is to stay"
        turned = f"{name}.transpose({'1, 2' if self.rank == 3 else '-2, -1'})"
        return likely(says, "call", f"swap its last two axes: {turned}", self.replaced(self.line.text(call), turned, 1))

    def of_rows(self, side: str, place: int, squeezed: bool) -> Hypothesis:
        """A side of torch.bmm with one row, or column, for each sample of the batch."""
        what = "row" if place == 1 else "column"
        says = f"{side} has two axes: one {what} for each sample"
        says += ", whose axis of 1 was squeezed" if squeezed else ""
        spread, call = f"{side}.unsqueeze({place})", self.line.text(self.line.call(PRODUCT))
        kept = self.line.assigned
        after = bool(kept) and bool(self.case.elsewhere(rf"\b{re.escape(kept)}\.squeeze\("))
        whole = call.replace(side, spread, 1) if place == 1 else spread.join(call.rsplit(side, 1))
        whole += "" if after or ".squeeze(" in self.line.code else f".squeeze({place})"
        advice = f"{spread}, and squeeze({place}) of the product; @ would take {side} for one matrix of all samples"
        return likely(says, "call", advice, self.replaced(call, whole, 1))


class LinearBias(Rule):
    code = "bias-size"
    signatures = (
        "Given weight of size {weight:shape}, expected bias to be 1-dimensional with {expected} elements, but got "
        "bias of "
        "size {got:shape}",
        "weight should have at least three dimensions",
    )
    says = "a weight is [out, in/groups, *kernel], and a bias has one number for each out"
    lookalike = "norm-channels"
    example = """
        x, weight, bias = torch.rand(1, 3, 8, 8), torch.rand(4, 3, 3, 3), torch.rand(3)
        # RuntimeError: Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 elements, but
        # got bias of size [3] instead
        y = F.conv2d(x, weight, bias)
        assert y.shape == (1, 4, 6, 6)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "expected" in self.facts:
            says = f"the weight {list(self.weight)} makes {self.expected} channels; the bias is {list(self.got)}"
        else:
            says = "the kernel was given without its channels"
        yield certain(says, "call", "give the weight as [out, in/groups, *kernel], the bias as [out]")
