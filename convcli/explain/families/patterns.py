"""Patterns of einops, which name the axes of a tensor, where its shape isn't as they say."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, likely, possible
from convcli.wording import counted

FAMILY = "rank"

PATTERN = r"pattern \"([^\"\n]{1,200}?) *->"
PLACES = r"\b(?:p[hw12]?|patch\w*|ws\d?|window\w*)\b"  # of pictures that are cut into parts


class EinopsShape(Rule):
    code = "einops-shape"
    signatures = (
        "Wrong shape: expected {wanted} dims. Received {given}-dim tensor",
        "Expected {wanted} dimensions, got {given}",
        "Number of dimensions in pattern ({wanted}) must be equal to the number of dimensions in the tensor ({given})",
        "Shape mismatch, can't divide axis of length {length} in chunks of {chunk}",
        "Shape mismatch, {length} != {chunk}",
    )
    says = "a pattern names each axis of the tensor, and the sizes that it joins or splits"
    lookalike = "axis-range"
    example = """
        from functorch.einops import rearrange
        signal = torch.rand(23, 2000)
        # ValueError: Number of dimensions in pattern (3) must be equal to the number of dimensions in the tensor (2)
        patches = rearrange(signal, "b n (a t) -> b n a t", t=200)
    """
    decide = "print({x}.shape) before the line"

    def hypotheses(self) -> Iterator[Hypothesis]:
        pattern = re.search(PATTERN, self.case.raised.text) or re.search(r"[\"']([^\"'>]+?) *->", self.line.code)
        if not (pattern or self.case.raised.kind == "EinopsError" or self.case.through("einops")):
            return  # another library's
        shape = re.search(r"Input tensor shape: torch\.Size\((\[[\d, ]*\])\)", self.case.raised.text)
        named, of = pattern[1] if pattern else "", shape[1] if shape else self.x
        first = (re.findall(r"[^\W\d]\w*", named) or [""])[0]
        if "length" in self.facts:
            yield self.split(named, list(map(int, re.findall(r"\d+", shape[1]))) if shape else [])
            return
        says = f"the pattern{f' {named!r}' if named else ''} names {counted(self.wanted, 'axis')}, "
        says += f"and {of} has {self.given}"
        if self.given == self.wanted - 1 and first.lower() in ("b", "bs", "batch"):
            says += f": that for {first} is missing, as of one sample without its batch"
            yield likely(says, "call", "x.unsqueeze(0) where the network is called, or a DataLoader's batches")
            yield possible(
                "another axis was squeezed or indexed away", "call", "squeeze(1) names one; x[:, :1] keeps it"
            )
        else:
            yield likely(says, "call", "name every axis in the pattern, or bring the tensor to those that it names")

    def split(self, named: str, sizes: list[int]) -> Hypothesis:
        """An axis that the pattern splits into parts, and that isn't of their size."""
        groups = zip(re.findall(r"\(([^()]*)\)|\S+", named), sizes, strict=False)
        found = [group for group, size in groups if group and size == self.length]
        says = f"an axis{f' ({found[0]})' if len(found) == 1 else ''} is {self.length} long, which isn't "
        says += f"{'a multiple of ' if 'divide' in self.case.raised.text else ''}{self.chunk}"
        if found and re.search(PLACES, found[0]):
            advice = f"resize or pad the input, so that {self.chunk} divides what is left of it here"
            return likely(says, "data", advice)
        return likely(says, "model", "a number of heads, groups or frames that divides it; print the tensor's shape")
