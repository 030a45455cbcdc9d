"""Normalisation layers: their channels, their axes, and batches of one."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from convcli.explain.case import Case
from convcli.explain.evidence.origin import MAKES
from convcli.explain.evidence.source import Made
from convcli.explain.families.convolved import dense
from convcli.explain.families.features import SAME_COLUMNS, columns, of_models
from convcli.explain.families.neighbours import of_samples, other_words
from convcli.explain.families.trained import as_trained
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible, redefined
from convcli.wording import counted

FAMILY = "norm"

NORMS = "BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d SyncBatchNorm"
MOVES = r"\b(?:permute|transpose|movedim|swapaxes|rearrange)\("
LAST = ("Linear", "Embedding", "LSTM", "GRU", "RNN")  # their features are on the last axis


class NormChannels(Rule):
    code = "norm-channels"
    signatures = (
        "running_mean should contain {got} elements not {expected}",
        "weight should contain {got} elements not {expected}",
        "expected input's size at dim=1 to match num_features ({expected}), but got: {got}",
        "Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape "
        "[{expected}] "
        "and input of shape {input:shape}",
    )
    says = "the norm was made for {expected} channels, and its input has {got}"
    layer_named = r"(?i)bn|norm"
    lookalike = "norm-rank"
    rebuild = "layer = nn.BatchNorm1d({expected})\nx = torch.rand(2, {got}, 2)\ny = layer(x)"
    example = """
        net = nn.Sequential(nn.Conv2d(3, 32, kernel_size=3), nn.BatchNorm2d(16, momentum=0.2))
        # RuntimeError: running_mean should contain 32 elements not 16
        maps = net(torch.rand(4, 3, 8, 8))
        assert maps.shape == (4, 32, 6, 6)
    """

    def __init__(self, case: Case, facts: dict[str, Any], generic: bool = False) -> None:
        super().__init__(case, {"got": facts["input"][1], **facts} if "input" in facts else facts, generic)

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.got != self.expected:
            yield from as_trained(self, super().hypotheses(), self.got, self.expected)

    @cached_property
    def written(self) -> Made | None:
        return self.made(NORMS, num_features=self.expected)

    @property
    def own(self) -> str:
        return (
            f"{self.setting(self.written, 'num_features', self.got)}, or {self.expected} channels from the layer before"
        )

    def other_axis(self) -> Iterator[Hypothesis]:
        shape, expected = self.facts.get("input", ()), self.expected
        if shape and expected == 1 < 5 < self.got:
            yield likely(f"{list(shape)} has no channel axis: [batch, …]", "data", "add it: x.unsqueeze(1)")
        elif expected in (*shape[: len(shape) == 3], *shape[2:]) and shape.count(expected) == 1:
            axis = shape.index(expected)
            says = f"the {expected} channels are on axis {axis} of {list(shape)}, and axis 1 is taken for them"
            advice = f"x.movedim({axis}, 1)" if axis else "one sample alone is a batch of one: x.unsqueeze(0)"
            if axis == 2 < len(shape) - 2:
                advice += ", or x.flatten(0, 1) where an axis of parts stands before it"
            yield likely(says, "data", advice)

    def in_words(self) -> Iterator[Hypothesis]:
        """The class that makes the norm makes its neighbours for other channels, as it writes them."""
        norm = None if self.generic else self.written
        if norm and (found := other_words(self, norm, self.came, self.got)):
            words, told = found
            says = f"{told}, and the norm at {norm.place} is made for {norm.written('num_features')}: here "
            says += f"{self.got} arrive, and it was made for {self.expected}"
            yield likely(says, "model", f"num_features={words} there", redefined(norm, num_features=words))

    def layer_before(self) -> Iterator[Hypothesis]:
        layer = self.came.layer
        if layer and self.came.makes == self.got:
            says = f"{layer.callee} at {layer.place} makes {counted(self.got, 'channel')}, and the norm behind it was "
            fix = self.remade(self.written, num_features=self.got)
            yield likely(f"{says}made for {self.expected}", "model", self.own, fix)

    def steps(self) -> Iterator[Hypothesis]:
        """The layer before makes what the norm was made for, and has it on the last axis."""
        came, layer = self.came, self.came.layer
        if not layer or came.makes != self.expected or layer.callee not in LAST or came.flat or came.turned:
            return
        says = f"{layer.callee} at {layer.place} makes the {self.expected} features on the last axis, and the norm "
        says += f"reads axis 1, which has {self.got}: steps, frames or tokens"
        turned = f"{self.layer}({self.x}.transpose(1, 2)).transpose(1, 2)"
        advice = f"transpose(1, 2) before the norm and after it, or nn.LayerNorm({self.expected}), which reads the last"
        if self.case.in_sequential:
            call = self.line.text(self._call and self._call.func)
            turned = f"{call}({self.x}.flatten(0, 1)).unflatten(0, {self.x}.shape[:2])"
            advice = f"nn.LayerNorm({self.expected}) in its place, which reads the last axis, or every step as a sample"
        fits = of_samples(self, self.written) if self.case.in_sequential else self.layer != "layer"
        fix = self.replaced(self.line.text(self._call), turned, 1) if fits else None
        yield likely(says, "call", f"{advice}; num_features={self.got} would tie it to the length", fix)

    def dense_blocks(self) -> Iterator[Hypothesis]:
        if self.expected < self.got and (grown := dense(self.case, self.got, self.expected)):
            yield grown

    def only_norm(self) -> Iterator[Hypothesis]:
        """The one norm of the user's files is made for others than the layer above it is written to make."""
        source = self.case.source
        norms = [] if self.generic else source.fitting(NORMS)
        if len(norms) != 1:
            return
        norm, around = norms[0], source.names.around
        function = around(norm.file, norm.number, ast.FunctionDef)
        layers = [each for each in source.made if each.callee in MAKES and each.callee not in NORMS.split()]
        layers = [each for each in layers if each.file == norm.file and each.number < norm.number]
        above = [each for each in layers if around(each.file, each.number, ast.FunctionDef) is function]
        makes = above[-1].written(MAKES[above[-1].callee]) if above else ""
        if makes not in ("", norm.written("num_features")):
            says = f"the norm at {norm.place} is made for {norm.written('num_features')}, and the layer above it makes "
            fix = self.remade(norm, num_features=makes)
            yield likely(f"{says}{makes}", "model", f"num_features={makes} there", fix)

    def believed(self) -> str:
        """What the numbers alone tell."""
        got, expected = self.got, self.expected
        uneven = expected & (expected - 1)  # layers double powers of two by themselves
        if uneven and got > expected and got % expected == 0:
            says = f"{got} = {got // expected} · {expected}: what the norm counts once (a person, a direction, a "
            return f"{says}vector) arrives {got // expected} times, concatenated"
        if uneven and expected > got > 8 and expected % got == 0:
            says = f"{expected} = {expected // got} · {got}: the norm was made for vectors that are concatenated"
            return f"{says} (both poolings, both directions), and one arrives"
        return f"the layer before makes {counted(got, 'channel')}, and the norm was made for {expected}"

    def other_columns(self) -> Iterator[Hypothesis]:
        """A size by one or two another than at training, and no width that layers have: of a table, it seems."""
        got, expected = self.got, self.expected
        flat = not self.written or self.written.callee.endswith("1d")
        if (told := columns(got, expected)) and flat and expected > 16 and expected % 8 and not self.came.layer:
            says = f"{told}, if it reads a table: new data were prepared in another way than those of training"
            advice = f"the columns of training, in their order, table[train.columns]; {SAME_COLUMNS}"
            yield likely(says, "data", advice)
            yield possible(self.believed(), "model", self.own)

    def odd_channels(self) -> Iterator[Hypothesis]:
        """Few channels, or an odd number of them, as hardly any layer makes them for such a norm."""
        got, expected = self.got, self.expected
        odd = got % 8 and got > 4 and expected % got and expected >= max(32, 2 * got)
        if odd or got == 1 < expected // 16:
            says = f"axis 1 has {got}, which may be steps, regions or a batch that was squeezed: the {expected} "
            turn = "x.squeeze(1)" if got == 1 else "x.transpose(1, 2) (and back), or x.flatten(0, 1) for all as samples"
            advice = f"BatchNorm1d takes [batch, features, length]: {turn}"
            yield likely(f"{says}features are on another axis", "call", advice)
            yield possible(self.believed(), "model", self.own)

    def other_models(self) -> Iterator[Hypothesis]:
        got, expected = self.got, self.expected
        if min(got, expected) >= 1024 and of_models(got, expected) and " = " not in self.believed():
            says = f"a part that makes {got} channels feeds one for {expected}: of different models or versions"
            yield likely(says, "checkpoint", "take parts, weights and a library that belong together")
            yield possible(self.believed(), "model", self.own)

    def miscounted(self) -> Iterator[Hypothesis]:
        yield likely(self.believed(), "model", self.own, self.remade(self.written, num_features=self.got))

    causes = (
        other_axis,
        in_words,
        layer_before,
        steps,
        dense_blocks,
        only_norm,
        other_columns,
        odd_channels,
        other_models,
        miscounted,
    )
    decide = "print the shape of what goes in: axis 1 is the channels"


class NormShape(Rule):
    code = "norm-shape"
    signatures = (
        "Given normalized_shape={expected:shape}, expected input with shape {}, but got input of size{input:shape}",
        "Expected weight to be of same shape as normalized_shape, but got weight of shape {weight:shape} and "
        "normalized_shape = "
        "{expected:shape}",
    )
    says = "LayerNorm({expected}) wants these sizes on the last axes"
    decide = "whether the norm's size is yours to choose, or weights that were loaded fix it"
    layer_named = r"(?i)ln|norm"
    lookalike = "norm-channels"
    rebuild = "layer = nn.LayerNorm({expected})\nx = torch.rand({input})\ny = layer(x)"
    example = """
        norm = nn.LayerNorm(64)
        maps = torch.rand(2, 64, 8, 8)
        # RuntimeError: Given normalized_shape=[64], expected input with shape [*, 64], but got input of size[2, 64,
        # 8, 8]
        y = norm(maps)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        expected, shape = self.expected, self.facts.get("input", ())
        ends = list(shape[-len(expected) :])
        if len(expected) == 1 and expected[0] in shape[1:-1] and len(shape) > 2:
            axis = shape.index(expected[0], 1)
            says = f"the {expected[0]} channels are on axis {axis} of {list(shape)}; LayerNorm takes the last axis"
            advice = (
                f"norm(x.movedim({axis}, -1)).movedim(-1, {axis}), or nn.GroupNorm(1, {expected[0]}), which "
                "reads axis 1"
            )
            if back := self.turned_back(axis):
                says += f", and line {back} moves that one back to axis 1: the way there is missing"
                order = ", ".join(map(str, (0, *range(2, len(shape)), 1)))
                call = self.line.text(self._call)
                fix = self.replaced(call, call.replace(f"({self.x}", f"({self.x}.permute({order})", 1), 1)
                yield likely(says, "call", f"{self.x}.permute({order}) for the norm, and nothing behind it", fix)
                return
            turned = self.turned_below(axis)
            if turned:
                advice = f"swap the two lines, the norm behind the turn; or {advice}"
                says += f", and line {turned.last} turns them there one line too late"
            yield likely(says, "call", advice, turned)
        elif len(shape) == 1:
            says = f"one axis of {shape[0]} is left, the batch or length: the {expected[-1]} features were averaged"
            advice = "mean(dim=1) or x[:, 0] keep [batch, features]; mean(dim=-1) and x[..., 0] don't"
            yield likely(says, "call", advice)
        elif shape and of_models(expected[-1], shape[-1]):
            says = (
                f"a part that makes {shape[-1]} features feeds one for {expected[-1]}: of different models or versions"
            )
            advice = f"take an encoder and weights that belong together: {expected[-1]} wide"
            yield likely(says, "checkpoint", advice)
            yield possible("the norm is your own", "model", f"normalized_shape={ends}")
        else:
            says = f"the input ends in {ends}, and the norm was made for {list(expected)}"
            made = self.made("LayerNorm", normalized_shape=expected[0]) if len(expected) == 1 and ends else None
            change = self.remade(made, normalized_shape=ends[0]) if made else None
            norms = [] if self.generic or len(expected) < 2 else self.case.source.fitting("LayerNorm")
            place = f" at {norms[0].place}: {norms[0].written('normalized_shape')}" if len(norms) == 1 else ""
            advice = f"normalized_shape={ends}{place}, or the input that it was made for"
            advice += ": one picture size for the data and the model" * bool(place)
            yield likely(says, "model", advice, change)

    def turned_back(self, axis: int) -> int:
        """The line below, in the same function, that moves the last axis to axis 1, before any other is moved."""
        frame, last = self.case.frame, len(self.facts["input"]) - 1
        function = self.case.source.names.around(frame.file, frame.number, ast.FunctionDef) if frame else None
        if not frame or not function or axis != 1 or last < 3 or self.generic:
            return 0
        lines = self.case.source.texts[frame.file][frame.number : getattr(function, "end_lineno", 0)]
        moves = ((i, line) for i, line in enumerate(lines, frame.number + 1) if re.search(MOVES, line.split("#")[0]))
        number, line = next(moves, (0, ""))
        order = ", ".join(map(str, (0, last, *range(1, last))))
        return number if re.search(rf"\.permute\(\(?{order}\)|\.movedim\((?:-1|{last}), 1\)", line) else 0

    def turned_below(self, axis: int) -> Fix | None:
        """The user's line behind the one below it, if that moves an axis to the end of the same tensor."""
        frame, name = self.case.frame, self.line.assigned
        lines = self.case.source.texts.get(frame.file, []) if frame and not self.generic else []
        below = lines[frame.number].strip() if frame and frame.number < len(lines) else ""
        end = rf"(?:permute\([\d, ]*\b{axis}\)|movedim\({axis}, -1\)|transpose\({axis}, -1\))"
        if not (frame and name.isidentifier() and re.fullmatch(rf"{name} = {name}\.{end}(?:\.contiguous\(\))?", below)):
            return None
        return Fix(f"{below}\n{self.line.code}", "instead", frame.file, frame.number, frame.number + 1)


class NormRank(Rule):
    code = "norm-rank"
    signatures = (
        "Expected {expected}D input (got {got}D input)",
        "Expected {least}D or {expected}D input (got {got}D input)",
        "Expected at least {expected}D input (got {got}D input)",
    )
    says = "the norm is for another number of axes than the {got} that arrive"
    decide = "print the shape before the network: is the batch its first axis?"
    layer_named = r"(?i)bn|norm"
    lookalike = "norm-channels"
    example = """
        net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm2d(16))
        # ValueError: expected 4D input (got 2D input)
        y = net(torch.rand(4, 8))
        assert y.shape == (4, 16)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        right = {2: 1, 3: 1, 4: 2, 5: 3}.get(self.got)
        wrong = 1 if "least" in self.facts else self.expected - 2
        arrives = {2: "[batch, features]", 3: "[batch, channels, length]", 4: "[batch, channels, height, width]"}
        arrives[5] = "[batch, channels, depth, height, width]"
        what = f"{arrives.get(self.got, f'a tensor of {self.got} axes')} went into a {wrong}-d norm"
        if right is None:
            squeezed = self.squeezed()
            advice = (
                "squeeze(dim) with the one axis that is meant"
                if squeezed
                else ("unsqueeze it, or don't squeeze before")
            )
            says = f"{what}: a batch or channel axis is missing" + (f", taken by {squeezed}" if squeezed else "")
            yield likely(says, "call", advice)
            return
        if 3 <= self.got == self.expected - 1 and not self.line.has(r"(?i)\bfc|linear|flat|1d\("):
            axes = arrives[self.got + 1][8:]
            says = f"a batch axis is missing: [{axes}, one sample; the convolution before takes that, a norm doesn't"
            advice = "one sample alone is a batch of one: x.unsqueeze(0) before the network"
            code, place = self.case.origin.batched(self.case.raised.frames)
            fix = Fix(code, "instead", place.file, place.number) if place else None
            yield likely(says, "data", advice, fix)
        kinds = (f"BatchNorm{wrong}d", f"InstanceNorm{wrong}d")
        norms = [made for made in self.case.source.made if made.callee in kinds]
        before = [self.case.origin.told(list(self.case.origin.before(norm))).layer for norm in norms]
        before += [self.arriving(norm).layer for norm in norms if norm.name == self.layer]
        if self.got == self.expected - 1 and any(layer and layer.callee.endswith(f"{wrong}d") for layer in before):
            return  # the norm is the right one for the convolution before it
        made = norms[0] if len(norms) == 1 and not self.generic else None
        kind = made.callee[:-2] if made else "BatchNorm"
        fix = self.remade(made, type=f"{kind}{right}d") if made else None
        advice = f"nn.{kind}{right}d is the one for {self.got} axes, or don't flatten (or unsqueeze) before it"
        yield likely(what, "model", advice, fix)


class NormGroups(Rule):
    code = "norm-groups"
    signatures = (
        "num_channels ({channels}) must be divisible by num_groups ({groups})",
        "num_channels must be divisible by num_groups",
        "Expected number of channels in input to be divisible by num_groups, but got input of shape {input:shape} and "
        "num_groups={groups}",
    )
    says = "GroupNorm splits the channels into groups of equal size"
    lookalike = "groups"
    example = """
        # ValueError: num_channels (48) must be divisible by num_groups (32)
        norm = nn.GroupNorm(32, 48)
        y = norm(torch.rand(2, 48, 4, 4))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        channels = self.facts.get("channels") or (self.facts.get("input") or (0, 0))[1]
        fits = [str(n) for n in range(2, channels + 1) if channels % n == 0][:8] if channels < 10**6 else []
        says = f"{channels or 'the'} channels don't divide by {self.facts.get('groups', 'num_groups')}"
        advice = f"num_groups of {', '.join(fits) or 'a divisor of the channels'}; the order is (groups, channels)"
        yield certain(says, "model", advice)
