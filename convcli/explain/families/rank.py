"""Tensors with an axis too many or too few for what is done with them."""

import ast
import re
from collections.abc import Iterator, Sequence
from math import isqrt
from textwrap import dedent

from convcli.explain.evidence.origin import Told, input_of
from convcli.explain.evidence.source import Made
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible
from convcli.wording import counted

FAMILY = "rank"

MELS = (40, 64, 80, 96, 128)  # features of a step of sound


class Rank(Rule):
    code = "rank"
    signatures = (
        "Expected {least}D (unbatched) or {most}D (batched) input to {function:word}, but got input of size: "
        "{input:shape}",
        "Expected {most}-dimensional input for {most2}-dimensional weight {weight:shape}, but got "
        "{got}-dimensional input of size "
        "{input:shape} instead",
        "Expected {most}-dimensional input for {most2}-dimensional weight {weight:shape}, but got input of size "
        "{input:shape} instead",
        "Expected {most}-dimensional tensor, but got {got}-dimensional tensor for argument #{} (while checking "
        "arguments for "
        "{function:word})",
        "Expected {least} to {most} dimensions, but got {got}-dimensional tensor for argument",
        "Expected {least}D or {most}D (batch mode) tensor with optional 0 dim batch size for input, but "
        "got:{input:shape}",
        "non-empty {least}D or {most}D (batch mode) tensor expected for input",
        "non-empty {least}D or {most}D input tensor expected but got: {got}",
        "{least}D or {most}D input tensor expected but got: {input:shape}",
        "non-empty {least}D or {most}D (batch mode) tensor expected for input, but got:{input:shape}",
        "{function:word}(): Expected {least}D or {most}D tensor, but got {input:shape}",
        "expected {most}D tensor as input, got {got}D tensor instead",
    )
    says = "the layer takes {most} axes, batch and channels first"
    layer_named = r"(?i)conv|pool|down|proj|stem|features"
    lookalike = "channels-last"
    example = """
        conv = nn.Conv2d(1, 8, kernel_size=3)
        digits = torch.rand(64, 784)  # flattened 28 × 28
        # RuntimeError: Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [64, 784]
        maps = conv(digits)
        assert maps.shape == (64, 8, 26, 26)
    """
    decide = "print({x}.shape) before the line, and say what each axis is"

    def rebuilt(self) -> str:
        shape, weight, ndim = list(self.facts.get("input", ())), self.facts.get("weight", ()), self.most - 2
        if len(shape) < 2 or ndim not in (1, 2, 3):
            return ""
        noise = "transpose" in self.facts.get("function", "")
        if self.of_sound(shape):
            del shape[-1]
        elif len(shape) > self.most and 1 in shape[:-2]:
            shape.remove(1)
        bare = len(shape) == self.most - 2
        flat = 1 if bare and not noise else shape[bare or len(self.input) > self.most]
        channels = weight[1] if len(weight) == self.most else flat
        kind = "ConvTranspose" if noise else "Conv"
        return f"layer = nn.{kind}{ndim}d({channels}, 8, 1)\nx = torch.rand({list(self.input)})\ny = layer(x)"

    def of_sound(self, shape: Sequence[int]) -> bool:
        """Whether these are samples of sound with its channels last, and an axis of channels besides."""
        return self.most == 3 and len(shape) == 4 and shape[-1] <= 2 and shape[-2] > 256

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "mm" in self.facts.get("function", "") or not 2 <= self.most <= 6:
            return  # a product's rule, or no layer's
        if not self.axes and "input" not in self.facts:
            says = f"{self.x} hasn't the {self.most} axes that are taken"
            yield likely(says, "call", "don't flatten before it; for one sample, unsqueeze(0)")
        elif "input" in self.facts and len(self.shape) != self.axes:
            return
        elif 0 in self.shape:
            yield likely(f"{list(self.shape)} is empty: nothing arrived", "data", "see where the axis of 0 comes from")
        elif self.axes > self.most:
            yield from self.too_many(self.shape, self.axes)
        elif self.axes < self.most and self.axes != self.facts.get("least", 0):
            yield from super().hypotheses()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.facts.get("input") or ()

    @property
    def axes(self) -> int:
        return int(self.facts.get("got") or len(self.shape))

    @property
    def ndim(self) -> int:
        return int(self.most) - 2

    @property
    def channels(self) -> int:
        """The channels that the weight takes; 0 where it isn't shown."""
        weight = self.facts.get("weight", ())
        return weight[0 if self.noise else 1] if len(weight) > 1 else 0

    @property
    def taken(self) -> int:
        """The same where the file shows how the layer is made, too."""
        made = None if self.channels or self.generic else self.case.source.layer(f"Conv{self.ndim}d", self.layer)
        return self.channels or (made.value("in_channels") if made else 0) or 0

    @property
    def noise(self) -> bool:
        """Whether a transposed convolution gets vectors; its weight is [in, out/groups, *kernel]."""
        shape, weight = self.facts.get("input") or (), self.facts.get("weight", ())
        transposed = "transpose" in self.facts.get("function", "") or weight[:1] == shape[1:] != weight[1:2]
        return len(shape) == 2 == self.most - 2 and transposed

    def flat_maps(self) -> tuple[int, int]:
        """Channels and side of the pictures or maps that [batch, features] can be; zeros if it can be none."""
        batch, features = self.input
        made = [each.value("in_channels") for each in self.case.source.fitting(f"ConvTranspose{self.ndim}d")]
        likeliest = filter(None, made) if self.noise else (1, 3)
        for channels in (self.channels,) if self.channels else likeliest:
            side = isqrt(features // channels)
            if channels * side * side == features and side > (1 if channels > 3 else 3) and batch != features:
                return channels, side
        return 0, 0

    @property
    def what(self) -> str:
        return f"{self.x} {list(self.shape)}" if self.shape else self.x

    @property
    def wanted(self) -> str:
        return f"[batch, {self.channels or 'channels'}, {', '.join(['…'] * self.ndim)}]"

    def flat(self) -> Made | None:
        """The call of the user's files that flattens what the layer gets, where no layer takes it in between."""
        origin, call = self.case.origin, None if self.generic else self._call
        given = self.line.argument(call, 0)
        first = [each.callee for each in origin.within(call)][:1] if self.case.in_sequential else ["Conv"]
        came = origin.told(origin.steps(given)) if given and first and first[0].startswith("Conv") else Told()
        between = came.layer is not None and not came.layer.callee.startswith("Conv")
        return None if between or came.flat not in self.case.source.made else came.flat

    def flattened_in_file(self) -> Iterator[Hypothesis]:
        if len(self.shape) != 2 or self.noise or not (flat := self.flat()):
            return
        says = (
            f"{self.x} is {list(self.shape)}: line {flat.number} flattens it, {ast.unparse(flat.call)}, as a network "
        )
        fix = self.unflattened(flat)
        out = f"line {flat.number}" if fix and fix.last > flat.last else "that"
        advice = f"leave {out} out, and flatten behind the last convolution alone"
        yield likely(f"{says}of linear layers takes it", "call", advice, fix)
        channels, side = self.flat_maps() if self.ndim == 2 else (0, 0)
        if side:
            says = f"the flat form is needed between line {flat.number} and the layer"
            yield possible(says, "call", f"{self.x}.unflatten(1, ({channels}, {side}, {side})) before the layer")

    def unflattened(self, flat: Made) -> Fix | None:
        """The line that flattens, without that; the next line in its place if it does nothing else."""
        lines = self.case.source.texts[flat.file]
        tensor = input_of(flat.call, False)
        whole, part = (each and ast.get_source_segment("\n".join(lines), each) for each in (flat.call, tensor))
        code = dedent(flat.code).strip().replace(whole or "", part or "", 1)
        if code != f"{part} = {part}":
            return Fix(code, "instead", flat.file, flat.number, flat.last) if whole and part else None
        here, below = lines[flat.number - 1], lines[flat.last] if flat.last < len(lines) else ""
        after = re.fullmatch(rf"{here[: len(here) - len(here.lstrip())]}(\S.*[^\s:([{{,\\])", below)
        return Fix(after[1], "instead", flat.file, flat.number, flat.last + 1) if after else None

    def flattened(self) -> Iterator[Hypothesis]:
        if len(self.shape) == self.ndim == 2 and (flat := self.flat_maps())[0]:
            channels, side = flat
            says = f"{self.x} is flattened: {self.shape[1]} = {channels} · {side} · {side}"
            unflat = self.changed(self.x, f"{{}}.unflatten(1, ({channels}, {side}, {side}))")
            advice = "give the picture back its axes, or don't flatten it before a convolution"
            yield likely(says, "call", advice, unflat)
        elif self.noise:
            batch, features = self.shape
            says = f"noise [{batch}, {features}] has no height and width; [{batch}, {features}, 1, 1] has"
            advice = "noise of shape [batch, channels, 1, 1]"
            yield likely(says, "data", advice, self.changed(self.x, "{}[:, :, None, None]"))

    def squeezed_away(self) -> Iterator[Hypothesis]:
        if squeezed := self.squeezed():
            says = f"squeeze() took an axis of size 1, of the batch or the channels: {squeezed}"
            yield likely(says, "call", "squeeze(dim) with the one axis that is meant")

    def bare(self) -> Iterator[Hypothesis]:
        """As many axes as the layer has places: a picture or volume alone, or samples with their features."""
        shape, channels, ndim = self.shape, self.channels, self.ndim
        if ndim < 2 or len(shape) != ndim:
            return
        alone = (
            f"{self.x} is one {'grey picture' if ndim == 2 else 'volume'} {list(shape)} without channel and batch axes"
        )
        features = f"{self.x} is [batch, features], {list(shape)}: flattened before, or a last layer's scores"
        maps = f"[batch, {channels or 'channels'}, {'' if ndim == 2 else 'depth, '}height, width]"
        back = f"hand over the maps, {maps}; flatten after the last convolution"
        picture = len(set(shape)) == 1 or (min(shape) >= 16 and (ndim > 2 or max(shape) <= 4 * min(shape)))
        if ndim == 2 and channels > 1 and shape[1] == channels:
            says = f"{self.x} is [batch, channels], {list(shape)}: pooled, and its two axes of 1 squeezed or flattened"
            yield likely(says, "call", "add them", self.changed(self.x, "{}[:, :, None, None]"))
        elif picture and channels == 3:
            advice = 'convert("RGB"), or [None, None].expand(-1, 3, -1, -1)'
            yield likely(f"{alone}, and colour is taken", "data", advice)
        elif picture and channels < 2:
            yield likely(alone, "data", "x[None, None]", self.changed(self.x, "{}[None, None]"))
            if ndim == 2:
                yield possible(features, "call", back)
        elif ndim == 2:
            yield likely(features, "call", back)
            if channels < 2:
                yield possible(alone, "data", "x[None, None]")
        else:
            says = f"{list(shape)} are hardly a volume's sides: it was flattened, or batch and channels are missing"
            yield likely(says, "call", f"{maps} is wanted")

    def several_missing(self) -> Iterator[Hypothesis]:
        if self.axes != self.most - 1:
            says = f"{self.what} has {counted(self.axes, 'axis')}: it was flattened, or batch and channels are missing"
            advice = f"{self.wanted}: don't flatten or squeeze before it, or unsqueeze what is missing"
            yield likely(says, "call", advice)

    def side_missing(self) -> Iterator[Hypothesis]:
        channels, ndim = self.channels, self.ndim
        if not channels or self.shape[1:2] != (channels,):
            return
        if channels == 1:
            says = f"{self.what} has its channel axis and lacks another: a batch of one (or a side of 1) was squeezed"
            yield likely(says, "call", "squeeze(dim) with the one axis that is meant, or a batch of 2 and more")
        elif ndim == 1:
            says = f"{self.what} is [batch, channels], without a length"
            advice = f"a length of 1, x.unsqueeze(-1), or nn.Linear({channels}, …), which takes [batch, features]"
            yield likely(says, "call", advice, self.changed(self.x, "{}.unsqueeze(-1)"))
        else:
            says = f"{self.what} is a batch for a {ndim - 1}-d layer, and this one is {ndim}-d"
            advice = f"the {ndim - 1}-d layer of the same kind (nn.Conv{ndim - 1}d, BatchNorm{ndim - 1}d)"
            yield likely(says, "model", advice)

    def picture_alone(self) -> Iterator[Hypothesis]:
        *sides, last = self.shape or (0,)
        if self.ndim == 2 and last in (1, 3, 4) and min(sides) > 4:
            says = f"{self.x} is one picture {list(self.shape)}, its channels last"
            one = self.changed(self.x, "{}.permute(2, 0, 1)[None]") if self.channels == last else None
            if self.channels > 4:
                says += (
                    f"; maps of {self.channels} channels are taken, not pictures: what makes features of it is left out"
                )
            yield likely(says, "data", "[batch, channels, height, width]: x.permute(2, 0, 1)[None]", one)

    def channels_missing(self) -> Iterator[Hypothesis]:
        shape, channels = self.shape, self.channels
        frames, rest = divmod(shape[1], channels) if channels and self.ndim == 3 else (0, 0)
        if channels == 1 and shape[0] > 4:
            says = f"a channel axis is missing from {self.what}: [batch, …] without channels"
            yield likely(says, "data", "add it", self.changed(self.x, "{}.unsqueeze(1)"))
        elif frames > 1 and not rest:
            says = f"{shape[1]} = {frames} · {channels}: frames and channels are on one axis of {self.what}"
            apart = self.changed(self.x, f"{{}}.unflatten(1, ({frames}, {channels})).transpose(1, 2)")
            advice = "take them apart, [batch, channels, frames, height, width], or load them so for a 3-d network"
            yield likely(says, "data", advice, apart)
        elif channels > 1 and shape[0] != channels:
            says = f"{self.what} has no axis of {channels} channels, and no unsqueeze makes one: they were lost before"
            advice = f"{self.wanted}: see where an index (x[:, 0]), a mean or a squeeze takes the channels off"
            if channels == 3:
                advice += ', or load the pictures in colour, convert("RGB")'
            yield likely(says, "data", advice)

    def no_batch(self) -> Iterator[Hypothesis]:
        says = f"a batch axis is missing from {self.what}: one sample, where a batch is taken"
        yield likely(says, "data", "one sample alone is a batch of one", self.changed(self.x, "{}.unsqueeze(0)"))
        if not self.channels:
            yield possible("the batch is there and the channel axis isn't", "data", "x.unsqueeze(1)")

    causes = (
        flattened_in_file,
        flattened,
        squeezed_away,
        bare,
        several_missing,
        side_missing,
        picture_alone,
        channels_missing,
        no_batch,
    )

    def too_many(self, shape: tuple[int, ...], got: int) -> Iterator[Hypothesis]:
        ndim = self.most - 2
        ones = [i for i, size in enumerate(shape[: -min(ndim, 2)]) if size == 1]
        if self.of_sound(shape):
            says = f"{self.x} {list(shape)} is sound with its {counted(shape[-1], 'channel')} last"
            advice = "[batch, channels, samples]: mono by x.mean(-1), and channels before samples where it is loaded"
            yield likely(says, "data", advice, self.changed(self.x, "{}.mean(-1)"))
            return
        if summary := self.of_summary(shape):
            yield summary
            return
        volumes = len(shape) == 5 and ndim == 2 and shape[2] > 4
        if volumes and (shape[1] in (1, 3, 4, 16) or not ones):
            says = f"{list(shape)} are volumes or clips [batch, channels, depth, height, width], and the layer is 2-d"
            advice = "a 3-d network (nn.Conv3d), or slice by slice: x.transpose(1, 2).flatten(0, 1)"
            yield likely(says, "model", advice)
        elif got == self.most + 1 and (not shape or ones):
            yield from self.one_too_many(shape, ones[0] if ones else 0)
        elif got == self.most + 1 == 5:
            says = f"{list(shape) or 'the input'} has an axis of frames or views, or a batch axis was added to a batch"
            says += " (summary and DataLoader add it by themselves)"
            advice = "x.flatten(0, 1) makes one batch of all (unflatten afterwards); nn.Conv3d reads frames together"
            yield likely(says, "call", advice)
        else:
            says = f"{list(shape) or 'the input'} has {counted(got, 'axis')} and the layer takes {self.most}"
            yield likely(says, "model", f"the {got - 2}-d layer of the same kind, or merge axes with flatten")

    def one_too_many(self, shape: tuple[int, ...], axis: int) -> Iterator[Hypothesis]:
        says = f"{self.x} {list(shape) or ''} has one axis too many, of size 1: unsqueezed once more than needed"
        advice = "a DataLoader adds the batch axis by itself; leave unsqueeze(0) out in the dataset"
        template = f"{{}}.squeeze({axis})" if shape else ""
        if re.search(r"\bsummary\(", self.case.raised.text) and shape[:1] == (2,):
            says = f"{list(shape)} has one axis too many: torchsummary adds the batch, of 2, by itself"
            advice = "summary(model, size) with the size of one sample, without what forward adds to it (unsqueeze)"
            yield likely(says, "call", advice)
            return
        if self.ndim == 1 and shape[:2] == (1, 1) and shape[-1] in MELS:
            advice = f"squeeze(1), and transpose(1, 2) if the {shape[-1]} are features: [batch, channels, length]"
            template = ""
        elif shape[:2] == (1, 1) and shape[2] > 4 and self.taken != shape[2]:
            says += f"; the {shape[2]} on axis 2 are {'samples' if self.taken == 1 else 'channels or samples'}"
            template = "{}.squeeze(0).transpose(0, 1)"
            if self.taken != 1:
                advice = f"{self.x}.squeeze(0) for channels, {template.format(self.x)} for samples; {advice}"
                template = ""
        yield likely(says, "data", advice, self.changed(self.x, template) if template else None)
        if self.ndim == 1:
            yield possible("pictures went into a 1-d layer", "model", "the 2-d layer of the same kind")

    def of_summary(self, shape: tuple[int, ...]) -> Hypothesis | None:
        """torchsummary's summary, which makes a batch of two of a size that is to be one sample's."""
        size, one = (f"({', '.join(map(str, part))})" for part in (shape[1:], shape[2:]))
        for made in self.case.source.made if shape[:1] == (2,) else ():
            if made.callee == "summary" and size in ast.unparse(made.call):
                says = f"summary at line {made.number} adds a batch axis to {size}, which is a batch already: "
                says += f"{list(shape)} goes through the network"
                code = re.sub(r",\s*".join(map(str, shape[1:])), one[1:-1], dedent(made.code).strip())
                fix = Fix(code, "instead", made.file, made.number, made.last)
                return likely(says, "call", f"the size of one sample alone, {one}; the network is right", fix)
        return None
