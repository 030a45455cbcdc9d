"""Concatenations whose other axes don't agree, and lists that can't be put together."""

import ast
import re
from collections.abc import Iterator
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.names import holds
from convcli.explain.evidence.source import Made
from convcli.explain.families.addition import halved, of_odd_size
from convcli.explain.families.sequences import is_longest
from convcli.explain.families.tokens import parameter
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely
from convcli.wording import counted

JOINS = r"(?:^|\.)(?:cat|concat|concatenate)$"
REDUCES = ("amax", "amin", "argmax", "logsumexp", "max", "mean", "median", "min", "norm", "prod", "std", "sum", "var")
OLD_TORCH = range(200, 1130)  # lines of module.py that call forward, before 1.12
FEATURES = r"(?i)feat|emb|vec|hidden|state"

FAMILY = "cat"

COLLATE = r"collate|worker|fetch"


def parts_of(rule: Rule) -> list[str]:
    """What the user's line concatenates, where it is listed there."""
    listed = rule.line.argument(rule._call, 0, "tensors")
    return [rule.line.text(part) for part in getattr(listed, "elts", [])]


def joined_along(line: Line) -> int | None:
    """The axis that a line concatenates along, if it says so.

    >>> [joined_along(Line(code)) for code in ("y = f(torch.cat([a, b], dim=-1))", "y = torch.cat(a)", "y = f(a, 1)")]
    [-1, 0, None]
    """
    call = line.call(JOINS)
    written = line.text(line.argument(call, 1, "dim") or line.argument(call, 1, "axis"))
    return int(written) if re.fullmatch(r"-?\d", written) else 0 if call and not written else None


def last_is_first(text: str) -> bool:
    """Whether a message of an old torch names the size of the list's last tensor first, as it did on the GPU.

    It compared with the last one there, so that the first can be the offending one. On the CPU that can't be.
    """
    return bool(re.search(r"THC|offending index is 0\b|Got \d+ and \d+ \(The off", text))


class CatSize(Rule):
    code = "cat-size"
    signatures = (
        "must match except in dimension {dim}. Expected size {expected} but got size {got} for tensor "
        "number {number} in the list",
        "must match except in dimension {dim}. Got {expected} and {got} in dimension {axis} (The offending index is "
        "{number})",
        "must match except in dimension {axis}. Got {expected} and {got} (The offending index is {number})",
        "must match except in dimension {dim}. Expected size {expected} in dimension {axis} but got size {got}",
        "must match except in dimension {dim}. Got {expected} and {got} in dimension {axis}",
        "must match except in dimension {dim}. Got {expected} and {got}",
        "must match except in dimension {dim}. Expected size {expected} but got size {got}",
    )
    says = "sizes {expected} and {got} differ, on another axis than the one that is joined"
    layer_named = r"cat|stack"
    lookalike = "batch-sizes"
    example = """
        up = nn.ConvTranspose2d(8, 8, kernel_size=2, stride=2)
        skip = torch.rand(1, 8, 27, 27)
        x = up(F.max_pool2d(skip, 2))
        # RuntimeError: Sizes of tensors must match except in dimension 1. Expected size 26 but got size 27 for
        # tensor number 1 in the list.
        y = torch.cat([x, skip], dim=1)
        assert y.shape == (1, 16, 27, 27)
    """
    decide = "print the shapes of all that is concatenated"
    not_that = "torch.cat along another dim only hides the difference"

    @classmethod
    def read(cls, case: Case) -> Self | None:
        rule = super().read(case)
        written = joined_along(case.line)
        if not rule or written is None or "Expected" in case.raised.text:
            return rule
        if "dim" not in rule.facts:  # torch 1.5 to 1.9 named the axis that differs
            return cls(case, {**rule.facts, "dim": written})
        return rule if written == rule.dim else cls(case, {**rule.facts, "dim": written, "axis": rule.dim})

    @property
    def along(self) -> int:
        """The axis that is joined; where only the other one is told, the channels' if that is one of maps."""
        known: int | None = self.facts.get("dim")
        return known if known is not None else 1 if self.axis > 1 else -1

    @property
    def sized(self) -> list[str]:
        """What has the first size and what the second, in the user's words, if the message tells them apart."""
        parts, text = parts_of(self), self.case.raised.text
        number = self.facts.get("number", 0 if "THC" in text else -1)
        first = len(parts) - 1 if last_is_first(text) else 0
        return [parts[first], parts[number]] if 0 <= number < len(parts) and number != first else []

    def operands(self) -> Iterator[tuple[str, str]]:
        if self.sized:
            yield self.sized[0], str(self.expected)
            yield self.sized[1], str(self.got)

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.through(r"[/\\]_utils[/\\]collate|default_collate"):
            return  # the data's rule
        a, b = self.expected, self.got
        rows = [part for part in parts_of(self) if re.search(FEATURES, part)]
        ratio = max(a, b) / max(min(a, b), 1)
        of_batch = self.facts.get("axis") == 0
        if token := self.of_token():
            yield token
        elif min(a, b) == 1 or of_batch:
            says = f"{a} and {b}: a batch of other size, or an axis of 1, which torch.cat doesn't repeat as a sum would"
            advice = "bring all parts to one batch first: part.expand(x.size(0), …), or the doubling (guidance) for all"
            if min(a, b) > 1:
                says = f"the parts are of batches of {a} and {b}: one was made for a fixed size, or the last is smaller"
                advice = "make each part for the batch at hand, x.size(0); drop_last=True; double all for guidance"
            if self.along in (2, -1) and not of_batch:
                advice = "[layers, batch, features], as a state is, beside [batch, steps, …]: part.transpose(0, 1)"
            yield likely(says, "call", advice)
        elif self.along == 0 and not of_batch:
            says = f"samples of {a} and {b} are put into one batch: sequences, clouds or pictures of other sizes"
            if self.facts.get("axis") == 1:
                says = f"rows of {a} and {b} numbers: sequences of other lengths, or a result left unprocessed"
            advice = "pad or resize them to one size, or keep them in a list; [1, n, …] joins along axis 1"
            if is_longest(min(a, b)) and max(a, b) % min(a, b) == 0:
                says = f"texts of {a} and {b} tokens, cut in windows of {min(a, b)}: one has more of them"
                advice = "pad the shorter one (an empty prompt, too) to as many windows, or truncate"
            yield likely(says, "data", advice)
        elif rows and self.along in (1, -1):
            says = f"{a} and {b} rows: {rows[-1]} was made from other numbers of samples, frames or words"
            yield likely(says, "data", "one row for each of the same things in all parts: count them")
        elif abs(a - b) == 1:
            yield from of_odd_size(self, a, b, self.sized)
        elif self.along == 1 and abs(a - b) > 2 and halved(max(a, b), min(a, b)):
            says = f"{a} and {b}: one is {ratio:.3g} times as large: an upsampling is missing, or one too many"
            advice = "concatenate maps of one level; F.interpolate(x, size=skip.shape[2:]) upsamples the small one"
            yield likely(says, "model", advice)
        elif self.along == 1 and abs(a - b) % 2 == 0 and min(a, b) > 4 and ratio < 1.5:
            says = f"{a} and {b} differ by {abs(a - b)}: convolutions without padding took cells away at the border"
            advice = "padding=kernel // 2 in the convolutions, or crop the skip as the U-Net's authors did"
            unpadded = likely(says, "model", advice)
            says = "a cell was lost before a doubling: an odd size was halved, or a pooling of stride 1 isn't padded"
            advice = "resize or pad the input to a multiple of 32; tiny YOLO pools after nn.ZeroPad2d((0, 1, 0, 1))"
            rounded = likely(says, "data", advice)
            yield from (rounded, unpadded) if abs(a - b) == 2 else (unpadded, rounded)
        else:
            says = f"beside the axis that is joined, the sizes have to be equal: {a} and {b} are not"
            advice = "a last batch that is smaller, sequences of other lengths, axes in another order, or the wrong dim"
            yield likely(says, "call", advice)

    def of_token(self) -> Hypothesis | None:
        """A learned tensor with a batch axis of 1, joined to those of a batch."""
        parts = dict(zip(self.sized, (self.expected, self.got), strict=False))
        learned = [part for part, size in parts.items() if size == 1 and shape_of_parameter(self, part)[:1] == ("1",)]
        if not learned:
            return None
        (token,), other = learned, next(part for part in parts if part not in learned)
        kept = ", -1" * (len(shape_of_parameter(self, token)) - 1)
        spread = f"{token}.expand({other}.size(0){kept})"
        says = f"{token} is learned, one for all {max(parts.values())} samples of the batch, and needs one for each"
        return likely(says, "call", spread, self.instead(self.line.edited(token, spread)))


class CatRank(Rule):
    code = "cat-rank"
    signatures = (
        "Tensors must have same number of dimensions: got {a} and {b}",
        "Tensors must have the same number of dimensions: got {a} and {b}",
        "zero-dimensional tensor (at position {position}) cannot be concatenated",
    )
    says = "what is concatenated has other numbers of axes"
    layer_named = r"cat|stack"
    lookalike = "cat-size"
    example = """
        losses = [torch.tensor(0.5), torch.tensor(0.25)]
        # RuntimeError: zero-dimensional tensor (at position 0) cannot be concatenated
        every = torch.cat(losses)
        assert every.tolist() == [0.5, 0.25]
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "position" in self.facts:
            yield self.of_numbers()
            return
        low, high = sorted((self.a, self.b))
        shorter, longer = self.told_apart()
        says = f"{longer} has {counted(high, 'axis')}, {shorter} {low}"
        dim = self.line.text(self.line.argument(self._call, 1, "dim"))
        if longer in self.pooled:
            says = f"{longer} is maps, pooled to one cell each, {high} axes with those, and {shorter} has {low}"
            flat = self.instead(self.line.edited(longer, f"{longer}.flatten(1)"))
            yield likely(says, "model", f"{longer}.flatten(1): [batch, channels]", flat)
        elif {self.a, self.b} == {2, 4}:
            says += ": maps [batch, channels, height, width] and a vector for each sample"
            advice = "pool and flatten the maps, x.mean((2, 3)), or spread the vector: v[:, :, None, None].expand(…)"
            spread = f"{{}}[:, :, None, None].expand(-1, -1, *{longer}.shape[2:])"
            joined = self.line.code and dim == "1" and {shorter, longer} <= set(parts_of(self))
            yield likely(says, "call", advice, self.changed(shorter, spread) if joined else None)
        elif reduced := self.reduced(shorter):
            says += f": {reduced.callee}() at {reduced.place} took an axis away"
            kept = Fix(reduced.edited(keepdim=True).strip(), "instead", reduced.file, reduced.number, reduced.last)
            yield likely(says, "call", "keepdim=True there keeps it, with size 1", kept)
        elif {self.a, self.b} == {2, 3} and dim == "1" and shape_of_parameter(self, shorter):
            says += f": {shorter} is learned, a token for all samples alike, and needs one for each"
            spread = f"{{}}.expand({longer}.size(0), 1, -1)"
            token = spread.format(shorter)
            yield likely(says, "call", token, self.instead(self.line.edited(shorter, token)))
        elif {self.a, self.b} == {2, 3} and dim in ("-1", "2") and {shorter, longer} <= set(parts_of(self)):
            says += ": steps [batch, steps, features], and features [batch, features] that all steps share"
            spread = f"{{}}.unsqueeze(1).expand(-1, {longer}.size(1), -1)"
            advice = f"repeat them for each step: {spread.format(shorter)}"
            yield likely(says, "call", advice, self.changed(shorter, spread))
        else:
            says += ": one axis was squeezed, indexed away, reduced (max, mean) or left out"
            lacks = "unsqueeze the one with fewer axes"
            if shorter in parts_of(self):
                lacks = f"{shorter}.unsqueeze({dim})" if high - low == 1 and dim else f"unsqueeze {shorter}"
            advice = f"{lacks}, or keep the axis where it went: no squeeze(), and keepdim=True; expand() it where the "
            yield likely(says, "call", f"{advice}other sizes differ then")

    def of_numbers(self) -> Hypothesis:
        parts, listed = parts_of(self), self.handed(0, "parts")
        number = parts[self.position] if self.position < len(parts) else ""
        if not self.position:
            stacked = self.replaced("torch.cat(", "torch.stack(")
            return likely("single numbers have no axis to be joined along", "call", "torch.stack makes one", stacked)
        if number:
            with_axis = self.changed(number, "{}.reshape(1)")
            return likely(f"{number} is a single number, without an axis", "call", "reshape(1) gives it one", with_axis)
        says = f"element {self.position} of {listed} is a single number, and those before it have an axis"
        with_axes = self.changed(listed, "[part.reshape(-1) for part in {}]")
        return likely(says, "call", "give each an axis, part.reshape(-1); torch.stack takes no mixture", with_axes)

    def told_apart(self) -> tuple[str, str]:
        """What has fewer axes and what has more, in the user's words as far as message and file tell them apart."""
        parts, text = parts_of(self), self.case.raised.text
        shrunk, pooled = [part for part in parts if self.reduced(part)], self.pooled
        others = [part for part in parts if part not in (*shrunk, *pooled)]
        other = others[0] if len(parts) == 2 and others else "another part"
        if len(shrunk) == 1 and not pooled:
            return shrunk[0], other
        if len(pooled) == 1 and {self.a, self.b} == {2, 4}:
            return other, pooled[0]
        old = any(f.file.endswith("module.py") and f.number in OLD_TORCH for f in self.case.raised.frames)
        gpu = last_is_first(text)
        if len(parts) < 2 or ((old or "invalid argument" in text) and not gpu and "/TH/" not in text):
            one = f"one of {parts[0]} and {parts[1]}" if len(parts) == 2 else "one part"
            return ("the other" if len(parts) == 2 else "another"), one
        one = parts[-1] if gpu else parts[0]
        two = parts[1 - parts.index(one)] if len(parts) == 2 else "another part"
        return (two, one) if self.a > self.b else (one, two)

    @property
    def pooled(self) -> list[str]:
        """The parts that are maps of one cell, and weren't flattened."""
        origin, listed = self.case.origin, getattr(self.line.argument(self._call, 0, "tensors"), "elts", [])
        told = {self.line.text(part): origin.told(origin.steps(part)) for part in listed}
        return [part for part, came in told.items() if came.pooled and came.layer and not came.flat]

    def reduced(self, part: str) -> Made | None:
        """The call that took an axis of a part away, in the line of the user's file that made it last."""
        made_in = self.case.behind(part).items()
        lines = [number for number, made in made_in if re.match(rf"\(?{re.escape(part)}\b", made)]
        calls = [made for made in self.case.source.made if made.number in lines[:1] and made.callee in REDUCES]
        axis = r"(?s)^(?!.*keepdim).*[(,] ?(?:dim=|axis=)?-?\d\b"
        axes = [made for made in calls if re.search(axis, made.code)]
        return axes[0] if axes else None


def shape_of_parameter(rule: Rule, name: str) -> tuple[str, ...]:
    """The sizes of an nn.Parameter as they are written in the user's file; empty if it is none."""
    made = parameter(rule, name)
    return tuple(map(ast.unparse, made.call.args)) if made else ()


class CatList(Rule):
    code = "cat-list"
    signatures = (
        "argument 'tensors' (position 1) must be tuple of Tensors, not {given:word}",
        "{function:word}at() takes from 1 to 2 positional arguments but {count} were given",
        "expected a non-empty list of Tensors",
        "expects a non-empty TensorList",
        "expected Tensor as element {element} in argument 0, but got {given:word}",
        "expected Variable as element {element} in argument 0, but got {given:word}",
        "cat received an invalid combination of arguments - got ({received:words})",
    )
    says = "torch.cat and torch.stack take a list of tensors"
    layer_named = r"cat|stack"
    lookalike = "cat-rank"
    example = """
        a, b = torch.rand(2, 3), torch.rand(2, 3)
        # TypeError: cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor
        both = torch.cat(a, b)
        assert both.shape == (4, 3)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given = "Tensor" if "count" in self.facts else self.facts.get("given", "")
        if self.facts.get("received", "").startswith(("list", "tuple")):
            says = "the list's tensors are of several types, or on CPU and GPU (before 0.4: Variables beside tensors)"
            yield likely(says, "data", "print([part.type() for part in parts]), and make them one type on one device")
        elif given == "NoneType" and self.case.through(COLLATE):
            says = f"the dataset returned None for sample {self.element} of a batch: a way without return, a bad file"
            advice = "return a tensor on every way, or leave such samples out: of the dataset, or in a collate_fn"
            yield likely(says, "data", advice)
        elif given == "NoneType":
            says = f"element {self.element} of the list is None: what makes it returned nothing"
            yield likely(says, "data", "see where it is made: a forward or function without return, or leave it out")
        elif "element" in self.facts:
            says = f"element {self.element} of the list is of type {given}, not a tensor"
            advice = "torch.as_tensor(…) each of them, or return tensors where they are made"
            if re.search(r"tuple|list|Output", given):
                advice = "take the tensor out of it: an index more (states[-1]), or unpack what the layer returns"
            yield likely(says, "call", advice)
        elif given:
            says = f"the tensors were given one by one ({given} first), not as a list"
            call = self._call
            fix = None
            if call and len(call.args) > 1 and given == "Tensor":
                parts = ", ".join(self.line.text(part) for part in call.args if not isinstance(part, ast.Constant))
                fix = self.replaced(parts, f"[{parts}]")
            yield certain(says, "call", "torch.cat([a, b], dim=…)", fix)
        else:
            if filtered := self.filtered():
                yield filtered
                return
            says = "the list is empty: nothing was collected, or a filter kept nothing"
            advice = "see why: a loader without batches, a threshold that nothing passes, an empty folder"
            yield likely(says, "data", advice)

    def filtered(self) -> Hypothesis | None:
        """A list that gets something under a condition alone, in the user's file."""
        name, frame = self.handed(0, ""), self.case.frame
        numbers = self.case.elsewhere(rf"(?<![\w.]){re.escape(name)}\.append\(") if name else []
        if not frame or len(numbers) != 1:
            return None
        nodes = self.case.source.names.nodes.get(frame.file, [])
        test = [each for each in nodes if isinstance(each, ast.If) and holds(each, numbers[0])][-1:]
        says = "".join(f"where {ast.unparse(each.test)} (line {each.lineno})" for each in test)
        advice = f"if that can be, see to it: if not {name}, return torch.empty(0, …) with the axes of one, or go on"
        says = f"{name} is empty: it gets something only {says}, and that never was so"
        return likely(says, "data", f"{advice}; print how many pass") if test else None
