"""What all errors of a convolution's channels share: their message, and what the user's file says of them."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import takewhile
from math import gcd, prod
from typing import Self

from convcli.explain.case import Case
from convcli.explain.evidence.names import handed_over, last_name
from convcli.explain.evidence.origin import Told, joined
from convcli.explain.evidence.source import Made
from convcli.explain.families.features import JOINS
from convcli.explain.families.kernel import LAYERS
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible, shaped
from convcli.refusals import AXIS_NAMES
from convcli.wording import counted

FAMILY = "channels"


def dense(case: Case, got: int, expected: int) -> Hypothesis | None:
    """What is said of a class of the user's whose forward returns its input with more joined to it."""
    file, names = case.frame.file if case.frame else "", case.source.names
    for number, line in enumerate(case.source.texts.get(file, ()), 1):
        if joins := re.search(r"return torch\.cat\([\[(](\w+), ", line):
            owner, found = names.around(file, number, ast.ClassDef), names.parameter(joins[1], file, number)
            if isinstance(owner, ast.ClassDef) and found and found[1] == [joins[1]]:
                says = f"{got} = {expected} + {got - expected}: each {owner.name} joins what it makes to its input "
                says += f"(line {number}), and {expected} was counted without what they add"
                advice = "add what the blocks join to the count, layers · growth, before the layer behind them is made"
                return likely(says, "model", advice)
    return None


def batch_parted(rule: Rule, got: int, expected: int, axis: int) -> Hypothesis | None:
    """What is said of a chunk without its axis in the user's class, which parts the batch and not the features."""
    parts, frame, around = got // expected, rule.case.frame, rule.case.source.names.around
    lines = rule.case.elsewhere(rf"\bchunk\((?:[^,]+, )?{parts}\)")
    if rule.generic or got % expected or not frame or len(lines) != 1:
        return None
    if around(frame.file, lines[0], ast.ClassDef) is not around(frame.file, frame.number, ast.ClassDef):
        return None
    code = rule.case.source.texts[frame.file][lines[0] - 1].strip()
    fixed = re.sub(rf"(\bchunk\((?:[^,]+, )?{parts})\)", rf"\1, dim={axis})", code)
    says = f"{got} = {parts} · {expected}: chunk({parts}) at line {lines[0]} parts axis 0, the batch"
    advice = f"chunk({parts}, dim={axis}) parts the {'features' if axis < 0 else 'channels'}"
    return likely(says, "call", advice, Fix(fixed, "instead", frame.file, lines[0]))


class OfChannels(Rule):
    signatures = (
        "Given groups={groups}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given transposed={transposed}, weight of size {weight:shape}, expected input{input:shape} to have {expected} "
        "channels, but got {got} channels instead",
        "Given groups={groups}, weight{weight:shape}, so expected input{input:shape} to have {expected} channels, "
        "but got {got} channels instead",
        "Need input of dimension {axes} and input.size[1] == {expected} but got input to be of shape: {input:shape}",
    )
    says = "the convolution takes {expected} channels, axis 1 of its input {input} has {got}"
    layer_named = r"(?i)conv|down|proj|stem|features|inc$"
    not_that = "x.view(…) to a shape that fits runs, and mixes pixels of different channels and places"
    groups = 1  # a transposed convolution's message doesn't say them

    @classmethod
    def read(cls, case: Case) -> Self | None:
        rule = super().read(case)
        if rule and "axes" in rule.facts:  # of torch 0.3, which doesn't say the weight
            weight = (1, rule.expected, *[1] * (len(rule.input) - 2))
            rule = cls(case, {**rule.facts, "got": rule.input[1], "weight": weight})
        return rule if rule and rule.ndim in AXIS_NAMES else None

    @property
    def ndim(self) -> int:
        return len(self.weight) - 2

    def operands(self) -> Iterator[tuple[str, str]]:
        names = ("batch", "channels?", *AXIS_NAMES.get(self.ndim, ()))
        weight = (
            f"weight {list(self.weight)}: [{'in, out' if 'transposed' in self.facts else 'out, in/groups'}, *kernel]"
        )
        yield self.x, shaped(self.input, *names)
        yield self.layer, f"takes {counted(self.expected, 'channel')}" if "axes" in self.facts else weight

    def rebuilt(self) -> str:
        transposed = "transposed" in self.facts
        ins, outs = (self.weight[:2]) if transposed else (self.expected, self.weight[0])
        kind = "ConvTranspose" if transposed else "Conv"
        layer = f"nn.{kind}{self.ndim}d({ins}, {outs}, {self.weight[2:]}, groups={self.groups})"
        return f"layer = {layer}\nx = torch.rand({self.input})\ny = layer(x)"

    @cached_property
    def written(self) -> Made | None:
        outs = {} if "axes" in self.facts else {"out_channels": self.weight["transposed" in self.facts]}
        return self.made(LAYERS, in_channels=self.expected, **outs)

    @cached_property
    def came(self) -> Told:
        """What the user's file says of the tensor; of what is joined also for an nn.Sequential that isn't seen."""
        call = self._call if self.case.in_sequential and not self.written else None
        given = self.line.argument(call, 0)
        told = self.case.origin.told(self.case.origin.steps(given)) if given and not self.generic else None
        return Told(joined=told.joined) if told and told.joined else super().came

    def weight_made(self) -> str:
        """The weight that the user's line hands to a function, if it is no layer's."""
        call = self.line.call(r"(?:^|\.)conv(?:_transpose)?\dd$") if self.case.direct else None
        weight = self.line.text(self.line.argument(call, 1, "weight"))
        return "" if re.search(r"weight|^$", weight) else weight

    def of_weight(self, weight: str) -> Hypothesis:
        """A weight that the program makes: a filter, or patches of a picture."""
        got, expected, part = self.got, self.expected, gcd(self.got, self.expected)
        says = f"{weight} {list(self.weight)} is made for {counted(expected, 'channel')}, and {self.x} has {got}"
        if expected == self.facts.get("groups") == 1:
            advice = f"{weight}.expand({got}, …) to [{got}, 1, …], and groups={got}; or one channel at a time"
            return likely(f"{says}: one filter, which is to go over each channel", "call", advice)
        if abs(got - expected) == part > 8:
            says += f": {expected} = {expected // part} · {part}, {got} = {got // part} · {part}, so it was cut from a "
            says += "map with one row or column more or fewer"
            return likely(says, "data", "pad or crop the input so that its sides divide by the strides and scales")
        return likely(says, "call", f"print both shapes where they are made: the channels of {weight} are {self.x}'s")

    def shuffled(self) -> Hypothesis | None:
        """What a PixelShuffle before the layer leaves of the channels of the convolution before it."""
        shuffle = next(iter(self.case.source.fitting("PixelShuffle")), None) if self.case.frame else None
        factor = shuffle.value("upscale_factor") if shuffle else None
        if self.generic or not shuffle or not factor or not self.behind_it(shuffle):
            return None
        makes, needed = self.got * factor**2, self.expected * factor**2
        before = [each for each in self.case.source.fitting(LAYERS, out_channels=makes) if each.file == shuffle.file]
        before = [each for each in before if each.number <= shuffle.number and each.value("out_channels")][-1:]
        if not before:
            return None
        says = f"PixelShuffle({factor}) makes {self.got} channels of the {makes} = {self.got} · {factor}·{factor} that "
        says += f"{before[0].callee} at {before[0].place} makes, and {self.named} was made for {self.expected}"
        words, times = before[0].written("out_channels"), f" * {shuffle.written('upscale_factor')}"
        squared = makes * factor == needed and words.endswith(times) and not times[3:].isdigit()
        fix = self.remade(before[0], out_channels=f"{words} ** 2" if squared else needed)
        return likely(says, "model", f"out_channels={needed} = {self.expected} · {factor}·{factor} there", fix)

    def behind_it(self, shuffle: Made) -> bool:
        """Whether the layer gets what a shuffle made, in its nn.Sequential or by the user's line or the one before."""
        if self.written and next(iter(self.case.origin.before(self.written)), None) is shuffle:
            return True
        names, frame = self.case.source.names, self.case.frame
        came = " ".join([self.x, *self.case.behind(self.x).values()][: 1 + self.x.isidentifier()])
        made = [names.assigned(name, frame.file, frame.number) for name in re.findall(r"[\w.]+(?=\()", came) if frame]
        calls = {last_name(getattr(value, "func", value)) for each in made for _, value in each}
        owner = names.around(shuffle.file, shuffle.number, ast.ClassDef)
        return bool(calls & {"PixelShuffle", getattr(owner, "name", "PixelShuffle")})

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
        names, made, (call, _, name) = self.case.source.names, self.written, self.called_with()
        if not call or not made:
            return ""
        inner = names.loop(made.file, call.lineno)
        for statement, _ in names.assigned(name, made.file, call.lineno):
            outer = names.loop(made.file, statement.lineno)
            if inner and outer and outer is not inner:
                line = f"{ast.unparse(statement)} (line {statement.lineno})"
                return f"{line} stands outside of the loop of line {inner.lineno}, which makes them"
        return ""

    def called_with(self) -> tuple[ast.Call | None, str, str]:
        """The one call that hands the layer's input channels over, for which parameter, and what it hands over.

        Where several do, only the parameter is told.
        """
        names, made = self.case.source.names, self.written
        node = made.node("in_channels") if made and not self.generic else None
        found = names.parameter(node.id, made.file, node.lineno) if made and isinstance(node, ast.Name) else None
        calls = names.callers(found[0], made.file) if found and made else []
        if len(calls) != 1 or not found or not isinstance(node, ast.Name):
            return None, ast.unparse(node) if node and len(calls) > 1 else "", ""
        handed = handed_over(calls[0], node.id, found[1])
        return calls[0], node.id, ast.unparse(handed) if handed else ""

    def in_call(self) -> str:
        """What is to be changed in a call that makes the layer for its channels, in a loop or as others do."""
        call, parameter, handed = self.called_with()
        if parameter and not call:
            return f"{parameter}={self.got} where this one is made, not in the class that others are made of too:"
        made = next((each for each in self.case.source.made if each.call is call), None)
        if not made or not handed or call not in self.case.source.names.repeated:
            return ""
        place = f"{ast.unparse(made.call)} at {made.place}, in a loop"
        return f"{parameter}={self.got} in {place}: in the place of {handed}"

    def of_gates(self) -> tuple[int, int]:
        """The hidden channels and the gates of a recurrent cell that joins them to its input; zeros if it is none.

        Its convolution makes 4 (LSTM) or 2 (GRU) gates, and what arrives is the hidden state of the layer below.
        """
        cell = self.case.through(r"(?i)lstm|gru|rnn") or any(map(self.case.source.says, ("ConvLSTM", "ConvGRU")))
        for gates in (4, 2) if cell else (4,):
            hidden, rest = divmod(self.weight[0], gates)
            data = self.expected - hidden
            if not rest and self.got == 2 * hidden > 4 and 0 < data != hidden and (cell or data in (1, 3)):
                return (hidden, gates) if self.case.may_have(JOINS) else (0, 0)
        return 0, 0

    def recurrent(self) -> Iterator[Hypothesis]:
        hidden, gates = self.of_gates() if self.groups == 1 else (0, 0)
        if not hidden:
            return
        data, cell = self.expected - hidden, "LSTM" if gates == 4 else "GRU"
        says = f"the numbers are those of a Conv{cell}'s cell, {self.weight[0]} = {gates} · {hidden}, which joins its "
        says += f"{hidden} hidden channels to its input: {self.expected} = {data} + {hidden} were counted, "
        says += f"and {self.got} = {hidden} + {hidden} arrive, as in a layer above the first"
        advice = f"each layer after the first gets the {hidden} hidden channels of the one below: make it for {hidden}"
        yield likely(says, "model", f"{advice}, and only the first for {data}")
        says = f"it is the first layer, and its input has {hidden} channels in the place of {data}"
        yield possible(says, "data", "[batch, time, channels, height, width]: see which axis is taken for each step")

    def generates(self) -> bool:
        """Whether the layer is one of an image generator: by its numbers, which no first layer over pixels has."""
        named = r"(?i)diffusers|comfy|latent|(?:^|[^a-z])vae|autoencoder|denois"
        by_numbers = set(self.weight[2:]) == {1} or (self.weight[0] >= 320 and self.layer == "layer")
        return by_numbers or self.case.through(named) or self.line.has(named)

    def known(self, made: Fix | None) -> Iterator[Hypothesis]:
        """What the user's file says of the channels."""
        got, expected, came = self.got, self.expected, self.came
        taken, own = f"{self.named} was made for {expected}", self.setting(self.written, "in_channels", got)
        if came.joined:
            part = gcd(got, expected)
            parts = part >= 4 and max(got, expected) <= 16 * part
            says = f"{joined(came.joined)} are joined, {got} channels in all, and {taken}"
            says += f": {got} = {got // part} · {part}, {expected} = {expected // part} · {part}" if parts else ""
            own = self.in_call() or f"{own},"
            yield likely(says, "model", f"{own} the sum of what is joined", made)
        elif came.layer:
            says = f"{came.layer.callee} at {came.layer.place} makes {counted(got, 'channel')}, and {taken}"
            yield likely(says, "model", f"{own}, or out_channels={expected} in the one before", made)

    def multiple(self) -> str:
        """What is behind channels that are a multiple of what was counted, or of a part that both share."""
        got, expected, part = self.got, self.expected, gcd(self.got, self.expected)
        if got % expected == 0 and expected >= 8:
            says = f"{got} = {got // expected} · {expected}: "
            says += "concatenated maps arrive, or " if self.case.may_have(JOINS) else ""
            return f"{says}a width that is multiplied before this layer and not in it"
        if part >= 32 and 2 <= min(got, expected) // part < max(got, expected) // part <= 32:
            here, there = got // part, expected // part
            return (
                f"{here} times {part} channels arrive, {there} times were counted: other parts joined, or other classes"
            )
        return ""

    def passed_by(self) -> str:
        """What is behind maps of an early layer, or of an attention, that reach a layer which is made for many."""
        got, expected, cells = self.got, self.expected, prod(self.input[2:])
        if expected < 16 or self.groups > 1:
            return ""
        if got == 1 and cells == 1:
            return f"one number a sample arrives: an attention's map, or a score, in the place of the {expected} maps"
        if got in (1, 3) and min(self.input[2:]) > 16:
            return f"the picture itself ({got} channels) arrives where {expected} maps are taken: layers are skipped"
        far = 4 if "transposed" in self.facts else 8
        if expected % got == 0 and expected // got >= far and got >= 8:
            return (
                f"an early map ({got} channels) arrives where {expected} are taken: layers between are skipped or lost"
            )
        return ""

    def first(self) -> bool:
        """Whether the numbers are those of data, and of no layer's maps."""
        plain = self.facts.get("groups", 0) == 1
        grey = self.expected <= 3 and min(self.weight[2:]) >= 7 and self.weight[0] >= 16  # the first layer of a network
        return plain and (grey or all(size <= 12 or size % 4 for size in (self.got, self.expected)))
