"""Concatenations whose other axes don't agree, and lists that can't be put together."""

import ast
import re
from collections.abc import Iterator
from typing import Self

from convcli.explain.addition import halved, of_odd_size
from convcli.explain.case import Case
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.explain.sequences import is_longest
from convcli.wording import counted

# The axis in a call that stands alone in its line.
WRITTEN = r"torch\.cat\(.*,\s*(?:dim=|axis=)?(-?\d)\)+$"
FEATURES = r"(?i)feat|emb|vec|hidden|state"

FAMILY = "cat"

COLLATE = r"collate|worker|fetch"


def parts_of(rule: Rule) -> list[str]:
    """What the user's line concatenates, where it is listed there."""
    listed = rule.line.argument(rule._call, 0, "tensors")
    return [rule.line.text(part) for part in getattr(listed, "elts", [])]


class CatSize(Rule):
    code = "cat-size"
    signatures = (
        "must match except in dimension {dim}. Expected size {expected} but got size {got} for tensor "
        "number {number} in the list",
        "must match except in dimension {dim}. Expected size {expected} in dimension {axis} but got size {got}",
        "must match except in dimension {dim}. Got {expected} and {got} in dimension {axis}",
        "must match except in dimension {dim}. Got {expected} and {got}",
        "must match except in dimension {dim}. Expected size {expected} but got size {got}",
    )
    says = "sizes {expected} and {got}, on another axis than {dim}, can't be concatenated along axis {dim}"
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
    not_that = "cropping the skip drops what it was kept for; torch.cat along another dim only hides the difference"

    @classmethod
    def read(cls, case: Case) -> Self | None:
        rule = super().read(case)
        written = re.search(WRITTEN, case.line.code)
        if rule and written and "Expected" not in case.raised.text and int(written[1]) != rule.dim:
            return cls(case, {**rule.facts, "dim": int(written[1]), "axis": rule.dim})  # torch 1.5 to 1.9 named that
        return rule

    @property
    def parts(self) -> list[str]:
        return parts_of(self)

    def operands(self) -> Iterator[tuple[str, str]]:
        number, parts = self.facts.get("number", 0), self.parts
        if 0 < number < len(parts):
            yield parts[0], f"{self.expected}, as all before the next"
            yield parts[number], f"{self.got}, the list's number {number}, counted from 0"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.through(r"[/\\]_utils[/\\]collate|default_collate"):
            return  # the data's rule
        a, b = self.expected, self.got
        rows = [part for part in self.parts if re.search(FEATURES, part)]
        ratio = max(a, b) / max(min(a, b), 1)
        of_batch = self.facts.get("axis") == 0
        if min(a, b) == 1 or of_batch:
            says = f"{a} and {b}: a batch of other size, or an axis of 1, which torch.cat doesn't repeat as a sum would"
            advice = "bring all parts to one batch first: part.expand(x.size(0), …), or the doubling (guidance) for all"
            if min(a, b) > 1:
                says = f"the parts are of batches of {a} and {b}: one was made for a fixed size, or the last is smaller"
                advice = "make each part for the batch at hand, x.size(0); drop_last=True; double all for guidance"
            if self.dim in (2, -1) and not of_batch:
                advice = "[layers, batch, features], as a state is, beside [batch, steps, …]: part.transpose(0, 1)"
            yield likely(says, "call", advice)
        elif self.dim == 0 and not of_batch:
            says = f"samples of {a} and {b} are put into one batch: sequences, clouds or pictures of other sizes"
            if self.facts.get("axis") == 1:
                says = f"rows of {a} and {b} numbers: sequences of other lengths, or a result left unprocessed"
            advice = "pad or resize them to one size, or keep them in a list; [1, n, …] joins along axis 1"
            if is_longest(min(a, b)) and max(a, b) % min(a, b) == 0:
                says = f"texts of {a} and {b} tokens, cut in windows of {min(a, b)}: one has more of them"
                advice = "pad the shorter one (an empty prompt, too) to as many windows, or truncate"
            yield likely(says, "data", advice)
        elif rows and self.dim in (1, -1):
            says = f"{a} and {b} rows: {rows[-1]} was made from other numbers of samples, frames or words"
            yield likely(says, "data", "one row for each of the same things in all parts: count them")
        elif abs(a - b) == 1:
            yield of_odd_size(self, a, b, self.parts)
        elif self.dim == 1 and abs(a - b) > 2 and halved(max(a, b), min(a, b)):
            says = f"{a} and {b}: one is {ratio:.3g} times as large: an upsampling is missing, or one too many"
            advice = "concatenate maps of one level; F.interpolate(x, size=skip.shape[2:]) upsamples the small one"
            yield likely(says, "model", advice)
        elif self.dim == 1 and abs(a - b) % 2 == 0 and min(a, b) > 4 and ratio < 1.5:
            says = f"{a} and {b} differ by {abs(a - b)}: convolutions without padding took cells away at the border"
            advice = "padding=kernel // 2 in the convolutions, or crop the skip as the U-Net's authors did"
            yield likely(says, "model", advice)
            says = "the input's size isn't a multiple of the network's strides"
            yield possible(says, "data", "resize or pad the input to a multiple of 32")
        else:
            says = f"beside axis {self.dim}, the sizes have to be equal: {a} and {b} are not"
            advice = "a last batch that is smaller, sequences of other lengths, axes in another order, or the wrong dim"
            yield likely(says, "call", advice)


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
            stacked = self.replaced("torch.cat(", "torch.stack(")
            yield certain("single numbers have no axis to be joined along", "call", "torch.stack makes one", stacked)
            return
        parts = parts_of(self)
        one, two = parts if len(parts) == 2 else ("one part", "another")
        longer, shorter = (one, two) if self.a > self.b else (two, one)
        says = f"{one} has {counted(self.a, 'axis')}, {two} {self.b}"
        dim = self.line.text(self.line.argument(self._call, 1, "dim"))
        if {self.a, self.b} == {2, 4}:
            says += ": maps [batch, channels, height, width] and a vector for each sample"
            advice = "pool and flatten the maps, x.mean((2, 3)), or spread the vector: v[:, :, None, None].expand(…)"
            joined = len(parts) == 2 and dim == "1"
            spread = f"{{}}[:, :, None, None].expand(-1, -1, *{longer}.shape[2:])"
            yield likely(says, "call", advice, self.changed(shorter, spread) if joined else None)
        elif {self.a, self.b} == {2, 3} and dim == "1" and self.is_parameter(shorter):
            says += f": {shorter} is learned, a token for all samples alike, and needs one for each"
            spread = f"{{}}.expand({longer}.size(0), 1, -1)"
            token = spread.format(shorter)
            yield likely(says, "call", token, self.instead(self.line.edited(shorter, token)))
        elif {self.a, self.b} == {2, 3} and dim in ("-1", "2") and len(parts) == 2:
            says += ": steps [batch, steps, features], and features [batch, features] that all steps share"
            spread = f"{{}}.unsqueeze(1).expand(-1, {longer}.size(1), -1)"
            advice = f"repeat them for each step: {spread.format(shorter)}"
            yield likely(says, "call", advice, self.changed(shorter, spread))
        else:
            says += ": one axis was squeezed, indexed away, or left out"
            advice = f"unsqueeze {shorter if len(parts) == 2 else 'the one with fewer axes'}, or don't squeeze() it "
            yield likely(says, "call", advice + "before; expand() it where the other sizes differ then")

    def is_parameter(self, name: str) -> bool:
        return any(made.callee == "Parameter" and made.name == name for made in self.case.source.made)


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
            says = "the list is empty: nothing was collected, or a filter kept nothing"
            advice = "see why: a loader without batches, a threshold that nothing passes, an empty folder"
            yield likely(says, "data", advice)
