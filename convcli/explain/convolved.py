"""What all errors of a convolution's channels share: their message, and what the user's file says of them."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from typing import Self

from convcli.explain.case import Case
from convcli.explain.kernel import LAYERS
from convcli.explain.names import handed_over
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, shaped
from convcli.explain.source import Made
from convcli.refusals import AXIS_NAMES

FAMILY = "channels"


class OfChannels(Rule):
    signatures = (
        "Given groups={groups}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given transposed={transposed}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given groups={groups}, weight{weight:shape}, so expected input{input:shape} to have {expected} channels, "
        "but got {got} channels instead",
    )
    says = "the convolution takes {expected} channels, axis 1 of its input {input} has {got}"
    layer_named = r"(?i)conv|down|proj|stem|features|inc$"
    not_that = "x.view(…) to a shape that fits runs, and mixes pixels of different channels and places"

    @classmethod
    def read(cls, case: Case) -> Self | None:
        rule = super().read(case)
        return rule if rule and rule.ndim in AXIS_NAMES else None

    @property
    def ndim(self) -> int:
        return len(self.weight) - 2

    def operands(self) -> Iterator[tuple[str, str]]:
        names = ("batch", "channels?", *AXIS_NAMES.get(self.ndim, ()))
        yield self.x, shaped(self.input, *names)
        yield (
            self.layer,
            f"weight {list(self.weight)}: [{'in, out' if 'transposed' in self.facts else 'out, in/groups'}, *kernel]",
        )

    def rebuilt(self) -> str:
        transposed = "transposed" in self.facts
        ins, outs = (self.weight[:2]) if transposed else (self.expected, self.weight[0])
        kind = "ConvTranspose" if transposed else "Conv"
        layer = f"nn.{kind}{self.ndim}d({ins}, {outs}, {self.weight[2:]}, groups={self.facts.get('groups', 1)})"
        return f"layer = {layer}\nx = torch.rand({self.input})\ny = layer(x)"

    @cached_property
    def written(self) -> Made | None:
        outs = self.weight["transposed" in self.facts]
        return self.made(LAYERS, in_channels=self.expected, out_channels=outs)

    @property
    def of_layers(self) -> bool:
        """Whether the file says that the channels are those of layers before, and so in their place."""
        return bool(self.came.joined or self.came.makes == self.got)

    def taking(self, channels: int) -> str:
        """The sentence that has the layer take other channels."""
        return f"{self.setting(self.written, 'in_channels', channels)}; pretrained weights then no longer fit it"

    def widened(self, channels: int) -> Fix | None:
        """The layer's own line with other input channels; no code where its stride and padding aren't known."""
        return self.remade(self.written, in_channels=channels)

    def of_block(self) -> str:
        """The class whose instance, one of an nn.Sequential's parts, calls the layer; empty for others."""
        frames, own = self.case.raised.frames, self.case.frame
        before = frames[: frames.index(own)] if own in frames else ()
        since = list(takewhile(lambda frame: frame.of_library, reversed(before)))
        block = self.case.source.names.around(own.file, own.number, ast.ClassDef) if own else None
        in_parts = any(re.search(r"torch.*[/\\]container\.py", frame.file) for frame in since)
        return getattr(block, "name", "block") if in_parts else ""

    def paired(self) -> tuple[str, str]:
        """The lists that a loop takes the layer and its input from side by side; empty where none does."""
        frame = self.case.frame
        nodes = self.case.source.names.nodes.get(frame.file, []) if frame else []
        loops = [node for node in nodes if isinstance(node, ast.For) and frame and node.lineno <= frame.number]
        for loop in reversed([each for each in loops if frame and frame.number <= (each.end_lineno or 0)]):
            sides = loop.iter.args if isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter.func) == "zip" else []
            names = [ast.unparse(each) for each in getattr(loop.target, "elts", [])]
            places = [names.index(each) for each in (self.layer, self.x) if each in names]
            if len(places) == 2 and len(sides) == len(names):
                return ast.unparse(sides[places[0]]), ast.unparse(sides[places[1]])
        return "", ""

    def of_pairs(self, layers: str, inputs: str) -> Hypothesis:
        """A loop over layers and maps side by side."""
        says = (
            f"{layers} and {inputs} are gone through side by side, and {self.layer} of one doesn't fit {self.x} of the "
        )
        turned = r"\[::-1\]|\breversed\("
        behind = list(self.case.behind(inputs).values())
        if there := next((each for each in [inputs, layers, *behind] if re.search(turned, each)), ""):
            says += f"other: one is turned round, {there}"
            return likely(says, "model", f"turn both or neither: {layers} made from the channels in that order, [::-1]")
        says += "other: their orders differ, or the layers were made for other maps"
        return likely(says, "model", "print the channels of both lists; one order for both, [::-1] turns one")

    def of_blocks(self, block: str, made: Fix | None) -> Hypothesis:
        """Blocks of an nn.Sequential that don't fit one another."""
        says = f"{self.got} channels come into this {block}, from what stands before it in its nn.Sequential, and "
        says += f"{self.named} was made for {self.expected}"
        advice = "each block has to be made for what the last one makes; print what each is made with"
        if carried := self.carried():
            says += f": {carried}"
            advice = f"set it after each block, in the loop that makes them; {advice}"
        return likely(says, "model", advice, made)

    def carried(self) -> str:
        """What is said of a loop that makes blocks and doesn't carry on for what the next one is to be made."""
        names, made = self.case.source.names, self.written
        node = made.node("in_channels") if made else None
        found = names.parameter(node.id, made.file, node.lineno) if made and isinstance(node, ast.Name) else None
        calls = names.callers(found[0], made.file) if found and made else []
        if len(calls) != 1 or not found or not made or not isinstance(node, ast.Name):
            return ""
        handed = handed_over(calls[0], node.id, found[1])
        name, inner = ast.unparse(handed) if handed else "", names.loop(made.file, calls[0].lineno)
        for statement, _ in names.assigned(name, made.file, calls[0].lineno):
            outer = names.loop(made.file, statement.lineno)
            if inner and outer and outer is not inner:
                line = f"{ast.unparse(statement)} (line {statement.lineno})"
                return f"{line} stands outside of the loop of line {inner.lineno}, which makes them"
        return ""
