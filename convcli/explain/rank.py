"""Tensors with an axis too many or too few for what is done with them."""

import re
from collections.abc import Iterator, Sequence
from math import isqrt

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "rank"


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
        shape = self.facts.get("input") or ()
        got = self.facts.get("got") or len(shape)
        if "mm" in self.facts.get("function", "") or not 2 <= self.most <= 6:
            return  # a product's rule, or no layer's
        if not got and "input" not in self.facts:
            says = f"{self.x} hasn't the {self.most} axes that are taken"
            yield likely(says, "call", "don't flatten before it; for one sample, unsqueeze(0)")
        elif "input" in self.facts and len(shape) != got:
            return
        elif 0 in shape:
            yield likely(f"{list(shape)} is empty: nothing arrived", "data", "see where the axis of 0 comes from")
        elif got > self.most:
            yield from self.too_many(shape, got)
        elif got < self.most and got != self.facts.get("least", 0):
            yield from self.too_few(shape, got)

    def too_few(self, shape: tuple[int, ...], got: int) -> Iterator[Hypothesis]:
        ndim, function = self.most - 2, self.facts.get("function", "")
        if got == 2 and ndim == 2 and len(shape) == 2:
            batch, features = shape
            if "transpose" in function:
                says = f"noise [{batch}, {features}] has no height and width; [{batch}, {features}, 1, 1] has"
                advice = "noise of shape [batch, channels, 1, 1]"
                yield likely(says, "data", advice, self.changed(self.x, "{}[:, :, None, None]"))
                return
            for channels in (1, 3):
                side = isqrt(features // channels)
                if channels * side * side == features and side > 3 and batch != features:
                    says = f"{self.x} is flattened: {features} = {channels} · {side} · {side}"
                    unflat = self.changed(self.x, f"{{}}.unflatten(1, ({channels}, {side}, {side}))")
                    advice = "give the picture back its axes, or don't flatten it before a convolution"
                    yield likely(says, "call", advice, unflat)
                    return
        if got == self.most - 2 == ndim > 1 and len(shape) == ndim and (min(shape) > 8 or len(set(shape)) == 1):
            what = "one grey picture" if ndim == 2 else "one volume"
            says = f"{self.x} is {what} {list(shape)} without channel and batch axes"
            yield likely(says, "data", "x[None, None]", self.changed(self.x, "{}[None, None]"))
            if ndim == 2:
                says, advice = "it is [batch, features]: flattened before", "flatten only after the last convolution"
                yield possible(says, "call", advice)
            return
        axes = f" {list(shape)}" if shape else ""
        if squeezed := self.squeezed():
            says = f"squeeze() took an axis of size 1, of the batch or the channels: {squeezed}"
            yield likely(says, "call", "squeeze(dim) with the one axis that is meant")
            return
        weight: tuple[int, ...] = self.facts.get("weight") or (0, 0)
        if got == self.most - 1 and shape[1:2] == weight[1:2] and weight[1] != 1:
            says = f"{self.x}{axes} is a batch for a {ndim - 1}-d layer, and this one is {ndim}-d"
            advice = f"the {ndim - 1}-d layer of the same kind (nn.Conv{ndim - 1}d, BatchNorm{ndim - 1}d)"
            yield likely(says, "model", advice)
            return
        if got == 3 == self.most - 1 and shape[-1:] in ((1,), (3,), (4,)) and min(shape[:2]) > 4:
            says = f"{self.x} is one picture {list(shape)}, its channels last"
            one = self.changed(self.x, "{}.permute(2, 0, 1)[None]") if weight[1] == shape[-1] else None
            if weight[1] > 4 and not one:
                says += f"; maps of {weight[1]} channels are taken, not pictures: what makes features of it is left out"
            yield likely(says, "data", "[batch, channels, height, width]: x.permute(2, 0, 1)[None]", one)
            return
        if got == self.most - 1 and shape[1:2] == (1,) == weight[1:2]:
            says = (
                f"{self.x}{axes} has its channel axis and lacks another: a batch of one (or a side of 1) was squeezed"
            )
            yield likely(says, "call", "squeeze(dim) with the one axis that is meant, or a batch of 2 and more")
            return
        if got == self.most - 1:
            says = f"a batch axis is missing from {self.x}{axes}: one sample, where a batch is taken"
            if shape and shape[0] > 4 and self.facts.get("weight", (0, 0))[1] == 1:
                says = f"a channel axis is missing from {self.x}{axes}: [batch, …] without channels"
                yield likely(says, "data", "add it", self.changed(self.x, "{}.unsqueeze(1)"))
                return
            yield likely(says, "data", "one sample alone is a batch of one", self.changed(self.x, "{}.unsqueeze(0)"))
            yield possible("the batch is there and the channel axis isn't", "data", "x.unsqueeze(1)")
        else:
            says = f"{self.x}{axes} has {counted(got, 'axis')}: it was flattened, or batch and channels are missing"
            wanted = f"[batch, channels, {', '.join(['…'] * ndim)}]"
            advice = f"{wanted}: don't flatten or squeeze before it, or unsqueeze what is missing"
            yield likely(says, "call", advice)

    def too_many(self, shape: tuple[int, ...], got: int) -> Iterator[Hypothesis]:
        ndim = self.most - 2
        ones = [i for i, size in enumerate(shape[: -min(ndim, 2)]) if size == 1]
        if self.of_sound(shape):
            says = f"{self.x} {list(shape)} is sound with its {counted(shape[-1], 'channel')} last"
            advice = "[batch, channels, samples]: mono by x.mean(-1), and channels before samples where it is loaded"
            yield likely(says, "data", advice, self.changed(self.x, "{}.mean(-1)"))
            return
        volumes = len(shape) == 5 and ndim == 2 and shape[2] > 4
        if volumes and (shape[1] in (1, 3, 4, 16) or not ones):
            says = f"{list(shape)} are volumes or clips [batch, channels, depth, height, width], and the layer is 2-d"
            advice = "a 3-d network (nn.Conv3d), or slice by slice: x.transpose(1, 2).flatten(0, 1)"
            yield likely(says, "model", advice)
        elif got == self.most + 1 and (not shape or ones):
            axis = ones[0] if ones else 0
            says = f"{self.x} {list(shape) or ''} has one axis too many, of size 1: unsqueezed once more than needed"
            advice = "a DataLoader adds the batch axis by itself; leave unsqueeze(0) out in the dataset"
            squeeze = self.changed(self.x, f"{{}}.squeeze({axis})") if shape else None
            yield likely(says, "data", advice, squeeze)
            if ndim == 1:
                yield possible("pictures went into a 1-d layer", "model", "the 2-d layer of the same kind")
        elif got == self.most + 1 == 5:
            says = f"{list(shape) or 'the input'} has an axis of frames or views, or a batch axis was added to a batch"
            says += " (summary and DataLoader add it by themselves)"
            advice = "x.flatten(0, 1) makes one batch of all (unflatten afterwards); nn.Conv3d reads frames together"
            yield likely(says, "call", advice)
        else:
            says = f"{list(shape) or 'the input'} has {counted(got, 'axis')} and the layer takes {self.most}"
            yield likely(says, "model", f"the {got - 2}-d layer of the same kind, or merge axes with flatten")


class AxisRange(Rule):
    code = "axis-range"
    signatures = ("Dimension out of range (expected to be in range of [{low}, {high}], but got {axis})",)
    says = "there is no axis {axis}: the tensor has axes {low} to {high}"
    lookalike = "axis-index"
    example = """
        scores = torch.rand(1, 10).squeeze()  # a batch of one loses its axis
        # IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)
        probabilities = scores.softmax(dim=1)
    """
    decide = "print the tensor's shape before the line"

    def hypotheses(self) -> Iterator[Hypothesis]:
        axes = self.high + 1
        missing = f"axis {self.axis} of a tensor with {counted(axes, 'axis')}"
        squeezed = "squeeze() takes every axis of size 1, the batch of one as well: squeeze(-1) names one"
        if self.line.has(r"\bstack\(") and axes == 1:  # one more than the parts have
            yield likely("what is stacked are single numbers, without axes", "call", "torch.stack(parts), along axis 0")
        elif found := re.search(r"(?i)max\((\w*(?:y|label|target)\w*), (?:dim ?= ?)?1\)", self.line.code):
            says = f"{found[1]} has one axis: labels are class numbers already"
            yield likely(says, "call", f"take them as they are, {found[1]}")
        elif reduced := self.reduced():
            says = (
                f"{reduced} has {counted(axes, 'axis')} already: what made it pooled, flattened, reduced or squeezed it"
            )
            yield likely(
                says, "call", f"leave the reduction out, or name an axis up to {self.high}; keepdim=True keeps one"
            )
        elif self.case.in_loss and self.axis == 1 and axes == 1:
            taken = f"by {self.squeezed()}" if self.squeezed() else "or without its batch"
            says = f"the prediction has one axis where the loss wants [batch, classes]: squeezed, {taken}"
            yield likely(says, "loss", f"hand over [batch, classes]; {squeezed}")
        elif self.axis == -3 or any("pool" in frame.function for frame in self.case.deeper):
            says = f"{missing}: a 2-d layer got what was flattened before"
            yield likely(says, "call", "pool before the flatten, on [batch, channels, height, width]")
        elif self.squeezed() and "squeeze(" not in self.line.code:
            yield likely(f"{missing}: squeeze() took it: {self.squeezed()}", "call", squeezed)
        elif self.line.has(r"squeeze\(|squeeze\b"):
            yield likely(f"{missing}: fewer axes arrive than are squeezed", "call", squeezed)
        else:
            says = f"{missing}: a batch or channel axis is missing, or squeeze() or a reduction took it"
            keep = "; max, sum and mean drop their axis without keepdim=True" if self.high else ""
            yield likely(says, "call", f"x.unsqueeze(0) for one sample alone; {squeezed}{keep}")
            if self.high:
                says = f"another axis is meant: they go from 0 to {self.high}"
                yield possible(says, "call", f"dim={self.high} or dim=-1")

    def reduced(self) -> str:
        """What the user's line takes the mean, the largest or the sum of along the axis that is missing."""
        along = rf"(?:dim|axis)? ?=? ?{self.axis}\b"
        of = r"(?:mean|sum|max|min|argmax|argmin|std|var|norm)"
        found = re.search(rf"([\w.\[\]]+)\.{of}\({along}|torch\.{of}\(([\w.]+), {along}", self.line.code)
        return (found[1] or found[2]) if found else ""


class PermuteAxes(Rule):
    code = "permute-axes"
    signatures = (
        "input.dim() = {got} is not equal to len(dims) = {named}",
        "number of dims don't match in permute",
    )
    says = "permute names every axis of the tensor once"
    lookalike = "axis-range"
    example = """
        image = torch.rand(28, 28, 3)
        # RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match the length of
        # the desired ordering of dimensions i.e. input.dim() = 3 is not equal to len(dims) = 4
        x = image.permute(0, 3, 1, 2)
    """
    decide = "print the tensor's shape before the line"

    def hypotheses(self) -> Iterator[Hypothesis]:
        got, named = self.facts.get("got"), self.facts.get("named")
        if got and named == got + 1:
            says = f"{named} axes are named and the tensor has {got}: one sample, without its batch axis"
            yield likely(says, "call", "unsqueeze(0) before it, or name the axes of one sample: permute(2, 0, 1)")
        elif got == 2:
            says = "the picture has two axes: it is grey, and has no channel axis to be moved"
            yield likely(says, "data", 'convert("RGB") where it is loaded, or unsqueeze(0) instead of permute')
        else:
            says = f"{named or 'other'} axes are named than the {got or ''} that the tensor has".replace("  ", " ")
            yield likely(says, "call", "print its shape; movedim(-1, 1) moves one axis whatever the rest")


class Unpack(Rule):
    code = "rank-unpack"
    signatures = (
        "values to unpack (expected {expected}, got {got})",
        "too many values to unpack (expected {expected})",
    )
    says = "a shape is taken apart into {expected} sizes, and has another number of them"
    lookalike = "axis-range"
    example = """
        x = torch.rand(3, 28, 28)
        # ValueError: not enough values to unpack (expected 4, got 3)
        b, c, h, w = x.shape
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        raised = self.case.raised.frames[-1].code if self.case.raised.frames else ""
        found = re.match(r"(?P<names>.*?)\s*=\s*(?P<x>[\w.\[\]()]+?)\.(?:shape\b|size\(\))", raised)
        if not found:
            return
        x, names = found["x"], re.findall(r"\w+", found["names"])
        got = self.facts.get("got", f"more than {self.expected}")
        says = f"{x} has {got} axes and {self.expected} are named"
        if self.expected == 3 and got == 2 and {"h", "w"} <= {name[0].lower() for name in names}:
            says += ": a grey picture has no axis for channels"
            yield likely(says, "data", 'Image.open(path).convert("RGB"), cv2.imread(path, cv2.IMREAD_COLOR)')
        elif self.case.through("multi_head_attention_forward"):
            says += " (length, batch, features): one sample without its batch"
            yield likely(says, "call", "unsqueeze the batch axis; PyTorch 1.11 and later take two axes as well")
        elif self.expected == 2 and re.search(r"(?i)im(?:g|age)|pic|mask|slice", x):
            says += ": it has channels (or slices) as well"
            yield likely(says, "data", 'Image.open(path).convert("L"), one channel or slice of it, or name three sizes')
        elif got == self.expected - 1:
            says += ": the batch axis is missing, or was squeezed away"
            yield likely(says, "call", f"{x}.unsqueeze(0) for one sample alone, before it goes in")
        else:
            advice = "print its shape where it comes from; flatten before it, or a layer that returns a tuple"
            yield likely(says, "call", advice)


class Indices(Rule):
    code = "axis-index"
    signatures = ("too many indices for tensor of dimension {axes}",)
    says = "more axes are indexed than there are: {axes}"
    lookalike = "axis-range"
    example = """
        scores = torch.rand(10)
        # IndexError: too many indices for tensor of dimension 1
        first = scores[:, 0]
    """
    usual = (
        likely(
            "the tensor is {axes}-dimensional here: squeeze took an axis, [0] was taken of what is no tuple, or the "
            "data never had it",
            "call",
            "print its shape before the line; squeeze(dim) and unsqueeze(dim) name the axis that is meant",
        ),
    )


class ZeroDim(Rule):
    code = "number-index"
    signatures = ("invalid index of a 0-dim tensor", "iteration over a 0-d tensor", "len() of a 0-d tensor")
    says = "a tensor that is a single number has no elements to be picked"
    lookalike = "axis-index"
    example = """
        losses = [torch.tensor(0.5)]
        # IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to
        # convert a 0-dim tensor to a number
        total = sum(loss.data[0] for loss in losses)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "a loss, a mean or a squeezed batch of one is a single number"
        fix = self.instead(self.line.code.replace(".data[0]", ".item()")) if ".data[0]" in self.line.code else None
        advice = "x.item() reads a single number (x.data[0] did, before 0.4); squeeze(1) keeps a batch of one"
        yield certain(says, "call", advice, fix)
