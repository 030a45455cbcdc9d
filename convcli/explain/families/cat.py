"""Concatenations whose other axes don't agree."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.source import Made
from convcli.explain.families.addition import halved, of_odd_size
from convcli.explain.families.batchwise import for_fixed_batch
from convcli.explain.families.columns import kept_columns
from convcli.explain.families.sequences import is_longest
from convcli.explain.families.tokens import parameter
from convcli.explain.families.unpacked import unpacked
from convcli.explain.rule import Hypothesis, Rule, likely, redefined
from convcli.wording import counted

JOINS = r"(?:^|\.)(?:cat|concat|concatenate)$"
REDUCES = ("amax", "amin", "argmax", "logsumexp", "max", "mean", "median", "min", "norm", "prod", "std", "sum", "var")
OLD_TORCH = range(200, 1130)  # lines of module.py that call forward, before 1.12
FEATURES = r"(?i)feat|emb|vec|hidden|state"

FAMILY = "cat"


def listed(rule: Rule) -> list[ast.expr]:
    """What the user's line concatenates, where it is listed there."""
    return list(getattr(rule.line.argument(rule._call, 0, "tensors"), "elts", ()))


def parts_of(rule: Rule) -> list[str]:
    """The same as it is written."""
    return [rule.line.text(part) for part in listed(rule)]


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
        if not self.case.through(r"[/\\]_utils[/\\]collate|default_collate"):  # the data's rule
            yield from super().hypotheses()

    def learned_token(self) -> Iterator[Hypothesis]:
        """A learned tensor with a batch axis of 1, joined to those of a batch."""
        parts = dict(zip(self.sized, (self.expected, self.got), strict=False))
        learned = [part for part, size in parts.items() if size == 1 and shape_of_parameter(self, part)[:1] == ("1",)]
        if learned:
            (token,), other = learned, next(part for part in parts if part not in learned)
            kept = ", -1" * (len(shape_of_parameter(self, token)) - 1)
            spread = f"{token}.expand({other}.size(0){kept})"
            says = f"{token} is learned, one for all {max(parts.values())} samples of the batch, and needs one for each"
            yield likely(says, "call", spread, self.instead(self.line.edited(token, spread)))

    def fixed_batch(self) -> Iterator[Hypothesis]:
        if self.along != 0 and self.facts.get("axis", 0) == 0 and len(self.sized) == 2:
            one, two = self.sized
            yield from for_fixed_batch(self, (one, two), (self.expected, self.got), 0)

    def unpacked(self) -> Iterator[Hypothesis]:
        if self.sized:
            axes = {self.axis} if "axis" in self.facts else {0, 1} - {self.along}
            yield from unpacked(self, self.sized, (self.expected, self.got), axes)

    def other_batch(self) -> Iterator[Hypothesis]:
        a, b, of_batch = self.expected, self.got, self.facts.get("axis") == 0
        if min(a, b) != 1 and not of_batch:
            return
        says = f"{a} and {b}: a batch of other size, or an axis of 1, which torch.cat doesn't repeat as a sum would"
        advice = "bring all parts to one batch first: part.expand(x.size(0), …), or the doubling (guidance) for all"
        if min(a, b) > 1:
            says = f"the parts are of batches of {a} and {b}: one was made for a fixed size, or the last is smaller"
            advice = "make each part for the batch at hand, x.size(0); drop_last=True; double all for guidance"
        if self.along in (2, -1) and not of_batch:
            advice = "[layers, batch, features], as a state is, beside [batch, steps, …]: part.transpose(0, 1)"
        yield likely(says, "call", advice)

    def other_samples(self) -> Iterator[Hypothesis]:
        a, b = self.expected, self.got
        rows = [part for part in parts_of(self) if re.search(FEATURES, part)]
        if self.along == 0:
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

    def other_maps(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.expected, self.got))
        of_both, differ, ratio = f"{self.expected} and {self.got}", high - low, high / max(low, 1)
        if differ == 1 and any("pool" in name for name in self.sized):
            says = f"{of_both}: a convolution with padding rounds half of an odd size up, a pooling without it down"
            advice = "the padding of the convolution in the pooling too, or ceil_mode=True; or sides that divide by 32"
            yield likely(says, "model", advice)
        elif differ == 1:
            yield from of_odd_size(self, self.expected, self.got, self.sized)
        elif self.along == 1 and differ > 2 and halved(high, low):
            says = f"{of_both}: one is {ratio:.3g} times as large: an upsampling is missing, or one too many"
            advice = "concatenate maps of one level; F.interpolate(x, size=skip.shape[2:]) upsamples the small one"
            yield likely(says, "model", advice)
        elif self.along == 1 and differ % 2 == 0 and low > 4 and ratio < 1.5:
            says = f"{of_both} differ by {differ}: convolutions without padding took cells away at the border"
            advice = "padding=kernel // 2 in the convolutions, or crop the skip as the U-Net's authors did"
            unpadded = likely(says, "model", advice)
            says = "a cell was lost before a doubling: an odd size was halved, or a pooling of stride 1 isn't padded"
            advice = "resize or pad the input to a multiple of 32; tiny YOLO pools after nn.ZeroPad2d((0, 1, 0, 1))"
            rounded = likely(says, "data", advice)
            yield from (rounded, unpadded) if differ == 2 else (unpadded, rounded)

    def sliced_columns(self) -> Iterator[Hypothesis]:
        yield from kept_columns(self, listed(self), f"{self.expected} and {self.got} beside the axis that is joined")

    causes = (sliced_columns, learned_token, fixed_batch, unpacked, other_batch, other_samples, other_maps)
    usual = (
        likely(
            "beside the axis that is joined, the sizes have to be equal: {expected} and {got} are not",
            "call",
            "a last batch that is smaller, sequences of other lengths, axes in another order, or the wrong dim",
        ),
    )


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

    @property
    def written_dim(self) -> str:
        return self.line.text(self.line.argument(self._call, 1, "dim"))

    @property
    def differ(self) -> str:
        shorter, longer = self.told_apart()
        low, high = sorted((self.a, self.b))
        return f"{longer} has {counted(high, 'axis')}, {shorter} {low}"

    def numbers(self) -> Iterator[Hypothesis]:
        if "position" not in self.facts:
            return
        parts, every = parts_of(self), self.handed(0, "parts")
        number = parts[self.position] if self.position < len(parts) else ""
        if not self.position:
            stacked = self.replaced("torch.cat(", "torch.stack(")
            yield likely("single numbers have no axis to be joined along", "call", "torch.stack makes one", stacked)
        elif number:
            with_axis = self.changed(number, "{}.reshape(1)")
            yield likely(f"{number} is a single number, without an axis", "call", "reshape(1) gives it one", with_axis)
        else:
            says = f"element {self.position} of {every} is a single number, and those before it have an axis"
            with_axes = self.changed(every, "[part.reshape(-1) for part in {}]")
            advice = "give each an axis, part.reshape(-1); torch.stack takes no mixture"
            yield likely(says, "call", advice, with_axes)

    def maps_and_vector(self) -> Iterator[Hypothesis]:
        shorter, longer = self.told_apart()
        low, high = sorted((self.a, self.b))
        if longer in self.pooled:
            says = f"{longer} is maps, pooled to one cell each, {high} axes with those, and {shorter} has {low}"
            flat = self.instead(self.line.edited(longer, f"{longer}.flatten(1)"))
            yield likely(says, "model", f"{longer}.flatten(1): [batch, channels]", flat)
        elif {low, high} == {2, 4}:
            says = f"{self.differ}: maps [batch, channels, height, width] and a vector for each sample"
            advice = "pool and flatten the maps, x.mean((2, 3)), or spread the vector: v[:, :, None, None].expand(…)"
            spread = f"{{}}[:, :, None, None].expand(-1, -1, *{longer}.shape[2:])"
            joined = self.line.code and self.written_dim == "1" and {shorter, longer} <= set(parts_of(self))
            yield likely(says, "call", advice, self.changed(shorter, spread) if joined else None)

    def sliced_columns(self) -> Iterator[Hypothesis]:
        if {self.a, self.b} == {2, 3}:
            yield from kept_columns(self, listed(self), self.differ)

    def reduced_axis(self) -> Iterator[Hypothesis]:
        if reduced := self.reduced(self.told_apart()[0]):
            says = f"{self.differ}: {reduced.callee}() at {reduced.place} took an axis away"
            kept = replace(redefined(reduced, keepdim=True), where="instead")
            yield likely(says, "call", "keepdim=True there keeps it, with size 1", kept)

    def one_for_all(self) -> Iterator[Hypothesis]:
        (shorter, longer), dim = self.told_apart(), self.written_dim
        if {self.a, self.b} != {2, 3}:
            return
        if dim == "1" and shape_of_parameter(self, shorter):
            says = f"{self.differ}: {shorter} is learned, a token for all samples alike, and needs one for each"
            token = f"{shorter}.expand({longer}.size(0), 1, -1)"
            yield likely(says, "call", token, self.instead(self.line.edited(shorter, token)))
        elif dim in ("-1", "2") and {shorter, longer} <= set(parts_of(self)):
            says = f"{self.differ}: steps [batch, steps, features], and features [batch, features] that all steps share"
            spread = f"{{}}.unsqueeze(1).expand(-1, {longer}.size(1), -1)"
            advice = f"repeat them for each step: {spread.format(shorter)}"
            yield likely(says, "call", advice, self.changed(shorter, spread))

    def lost_axis(self) -> Iterator[Hypothesis]:
        shorter, dim = self.told_apart()[0], self.written_dim
        says = f"{self.differ}: one axis was squeezed, indexed away, reduced (max, mean) or left out, or another part "
        kept = "keep the axis where it went (no squeeze(), keepdim=True), or take the one of 1 away where the other "
        kept += "has it: x[:, 0] for x[:, 0:1], squeeze(1)"
        if shorter in parts_of(self) and abs(self.a - self.b) == 1 and dim:
            fitting = "if its other sizes are those of the other part (expand() one of 1)"
            kept = f"{shorter}.unsqueeze({dim}), {fitting}; or {kept}"
        yield likely(f"{says}has one of 1 too many", "call", kept)

    causes = (numbers, maps_and_vector, sliced_columns, reduced_axis, one_for_all, lost_axis)

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
        origin = self.case.origin
        told = {self.line.text(part): origin.told(origin.steps(part)) for part in listed(self)}
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
