"""Tokens whose masks or positions don't meet them, element by element."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from math import isqrt

from convcli.explain.evidence.lines import NAME
from convcli.explain.evidence.source import Made
from convcli.explain.families.meeting import FILLS, Meeting
from convcli.explain.families.sequences import is_longest
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible, redefined

FAMILY = "addition"

MASKS = r"(?i)mask|attn|attention|energy|-?1e9|-?1e10|-?inf\b"
MASK = r"(?i)mask|causal|tri[lu]|(?:^|\.)bias\b"
POSITIONS = r"(?i)(?<![a-z])pos|position|embed|(?:^|\W)pe\b"
OF_PICTURES = r"(?i)grid|patch|img|image"
SCORES = r"(?i)att|score|energy|logit|weight|dots|\bsim"
ALLOCATES = ("randn", "rand", "zeros", "ones", "empty", "full")
CUT = r"\[[^\]]*:\s*[\w.]*\w"  # a slice with an end


def parameter(rule: Rule, name: str) -> Made | None:
    """The call with the sizes of an nn.Parameter of the user's file."""
    source = rule.case.source
    parts = [part for made in source.fitting("Parameter") if made.name == name for part in ast.walk(made.call)]
    return next((made for made in source.made if made.call in parts and made.callee in ALLOCATES), None)


def is_grid(tokens: int) -> bool:
    """Whether so many tokens are a square, with or without one for the class."""
    return any(isqrt(n) ** 2 == n for n in (tokens, tokens - 1))


class OfTokens(Meeting):
    """Tokens, and what masks them or is added to them."""

    def of_heads(self) -> Hypothesis | None:
        """Fewer heads of keys than of queries, in attention that isn't told so."""
        few, many = sorted((self.a, self.b))
        attends = self.line.has(r"scaled_dot_product_attention\(") and not self.line.has("attn_mask|enable_gqa")
        if not attends or self.axis != 1 or many % max(few, 1):
            return None
        says = f"queries have {many} heads, keys and values {few}: grouped, which attention takes where it is told so"
        advice = f"enable_gqa=True (2.5 and later), or k.repeat_interleave({many // max(few, 1)}, dim=1), and v as well"
        call = self.line.text(self.line.call("scaled_dot_product_attention$"))
        return likely(says, "call", advice, self.replaced(call, f"{call[:-1]}, enable_gqa=True)"))

    def of_mask(self) -> Iterator[Hypothesis]:
        if heads := self.of_heads():
            yield heads
            return
        one, two = self.sides
        place = next((i for i, side in enumerate(self.sides) if re.search(MASK, side)), 1)
        if all(re.search(MASK, side) for side in self.sides):
            place = 1
        masked, scores = ((self.a, self.b), (self.b, self.a))[place]
        named = next((name for name in NAME.findall((one, two)[place]) if re.search(MASK, name)), "")
        says = f"mask and scores have {masked} and {scores} positions on axis {self.axis}"
        advice = "make the mask for the lengths that arrive: [batch, 1, queries, keys] broadcasts over the heads"
        of_scores = re.search(SCORES, (two, one)[place])
        made = self.made_square(named)
        if made and "batch" in made:
            says += f": {named} is made for a fixed batch, and the one at hand (the last of an epoch) has another size"
            yield likely(
                says, "call", "make it where it is used, for x.size(0) at hand, or drop_last=True of the loader"
            )
            return
        if not made and named and (of_scores or (self.axis == 2 and self.line.call(FILLS))) and self.axis in (1, 2):
            says = f"mask and scores agree behind axis {self.axis}, and {masked}, the batch it seems, meets {scores}"
            spread = f"{named}.unsqueeze(1)"
            advice = f"{spread}: an axis of 1 for the heads, or for the queries of scores that have no heads"
            if self.axis == 2:
                says = f"the keys agree, and {masked} stands where the {scores} queries are: the mask is [batch, keys]"
                spread = f"{named}[:, None, None, :]"
                advice = f"{spread}: [batch, 1, 1, keys], for all heads and queries"
            yield likely(says, "call", advice, self.instead(self.line.edited(named, spread)))
            return
        if scores % masked == 0 and scores > masked and self.folded(masked, scores):
            says = f"{scores} = {scores // masked} · {masked}: the batch was folded into the steps of the scores, "
            says += "and the mask is right"
            advice = "the batch at hand in the view that splits the heads: q.view(q.shape[0], -1, heads, head_dim)"
        elif named.startswith("self.") and masked > scores and (name := (two, one)[place]).isidentifier():
            says += f": {named} is made once, for the longest, and isn't cut to what arrives"
            advice = f"{named}[..., :{name}.size(-2), :{name}.size(-1)]"
            yield likely(says, "call", advice, self.instead(self.line.edited(named, advice)))
            return
        elif abs(self.b - 2 * self.a) <= 1 and self.a > 2 and place == 1:
            says += ": twice as many, so that cached tokens are counted again"
            advice = "take the library version that the model's code is for, or count the past once in the mask"
        yield likely(says, "call", advice)

    def made_square(self, named: str) -> str:
        """The line of the user's file that makes a square mask, kept with the network."""
        lines = self.case.source.texts.get(self.case.frame.file, []) if self.case.frame else []
        kept = rf"\b{named.removeprefix('self.')}\b.*\b(?:eye|tri[lu])\("
        return next((line for line in lines if named.startswith("self.") and re.search(kept, line)), "")

    def folded(self, masked: int, scores: int) -> bool:
        """Whether shapes that are printed below the message have the scores' batch in their steps."""
        shapes = [
            tuple(map(int, re.findall(r"\d+", sizes)))
            for sizes in re.findall(r"Size\(\[([\d, ]{1,60})\]", self.case.raised.text)
        ]
        batches = {shape[0] for shape in shapes if shape[-1:] == (masked,)}
        return any(shape[0] * (scores // masked) in batches for shape in shapes if shape[-1:] == (scores,))

    def of_positions(self) -> Iterator[Hypothesis]:
        yield from self.applying(self.positions)

    @cached_property
    def located(self) -> tuple[str, str, int, int]:
        """What arrives and what holds the positions, in the user's words, and the size of each."""
        one, two = self.sides
        swapped = re.search(POSITIONS, one) and not re.search(POSITIONS, two)
        return (two, one, self.b, self.a) if swapped else (one, two, self.a, self.b)

    @property
    def cut(self) -> bool:
        return bool(re.search(CUT, self.located[1]))

    def other_width(self) -> Iterator[Hypothesis]:
        one, two, a, b = self.located
        if self.axis == 2 and self.line.has(POSITIONS) and (self.cut or not self.line.has(OF_PICTURES)):
            says = f"{one} has {a} features on its last axis and {two} has {b}: it wasn't brought to d_model before, or"
            says += " the positions were made for another"
            yield likely(says, "model", f"nn.Linear({a}, {b}) before, or positions made with d_model={a}")
            if not self.cut:
                says = f"of maps, axis 2 is the height: the positions are for {b}, of another picture size"
                yield possible(says, "data", "one picture size for both, or interpolate the positions")

    def other_lengths(self) -> Iterator[Hypothesis]:
        one, two, a, b = self.located
        first, second = (re.findall(r"\((\w+)\)", side) for side in (one, two))
        if first and second and not set(first) & set(second):
            says = f"{first[-1]} has {a} steps and {second[-1]} has {b}: cut from the data to other lengths"
            yield likely(says, "data", "one length for both, by the arguments that cut them (seq_len, label_len, …)")

    def too_many_tokens(self) -> Iterator[Hypothesis]:
        _, _, a, b = self.located
        if a > b > 1 and self.cut and self.axis < 2 and not self.line.has(OF_PICTURES):
            says = f"{a} tokens arrive, and the table of positions has {b} rows: this text is longer than it was made "
            advice = (
                f"a larger table (max_len={a} or more) if it is computed or not yet trained; or cut the data to {b}"
            )
            yield likely(f"{says}for", "model", advice)
        elif a > b and is_longest(b):
            says = f"there are {a} tokens, and room (positions, a mask) for {b}: {a - b} too many"
            yield likely(says, "data", f"truncate to {b} tokens (cutoff, max_length), or raise the maximum length")

    def token_of_the_class(self) -> Iterator[Hypothesis]:
        one, two, a, b = self.located
        if a == b + 1 and (self.joins(one) or isqrt(b) ** 2 == b):
            says = f"{a} tokens arrive and {two} holds {b}: one was put before them (a class token) and has no position"
            advice = f"positions for {a}, one more than patches; or add them before the token is joined"
            yield likely(says, "model", advice, self.one_more(two))

    def not_cut(self) -> Iterator[Hypothesis]:
        one, two, a, b = self.located
        if not b > a > 1 or self.cut or not NAME.fullmatch(two) or (is_grid(a) and is_grid(b)):
            return
        says = f"{two} has positions for {b}, and {a} arrive: it isn't cut to the length"
        made = parameter(self, two)
        known = one.isidentifier() and made and len(made.call.args) in (2, 3)
        start = ":, " * (len(made.call.args) - 2) if made else ""
        fix = self.instead(self.line.edited(two, f"{two}[{start}:{one}.size(1)]")) if known else None
        advice = f"{two}[:, :x.size(1)] of [1, positions, features], [:x.size(1)] without the 1"
        yield likely(says, "call", advice, fix)
        says = f"it was made for another picture or patch size, and all {b} are meant"
        yield possible(says, "data", "feed what it was made for, or interpolate the positions")

    def other_number(self) -> Iterator[Hypothesis]:
        _, two, a, b = self.located
        says = f"{a} tokens arrive and {two} holds {b}: made for another picture size, patch size or length"
        advice = "feed what it was made for, or make (interpolate) the positions for the new number"
        yield likely(says, "data", advice)
        says = "a batch axis stands where the length is expected"
        yield possible(says, "call", "batch_first, or transpose(0, 1)")

    positions = (other_width, other_lengths, too_many_tokens, token_of_the_class, not_cut, other_number)

    def joins(self, value: str) -> bool:
        """Whether the user's file concatenates something to a value, in a line above."""
        return any(re.search(r"\bcat\(|concat", line) for line in self.case.behind(value).values())

    def one_more(self, table: str) -> Fix | None:
        """The line that makes a parameter of positions, [1, tokens, features], with one more."""
        made = parameter(self, table)
        if made is None or len(made.call.args) != 3:
            return None
        made = replace(made, places={"tokens": 1})
        return redefined(made, tokens=f"{made.written('tokens')} + 1")
