"""Axes that are named, indexed or taken apart, and aren't there."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "rank"


LABELS = r"((?:y[ti]?|y_(?!pred|hat|out|prob)\w+|(?:\w+_)?(?:label|target)s?|\w+_y)(?<!_pred))"
ALONG = r"(?:(?:dim|axis) ?= ?)?1\)(?:\[1\])?"
OF_LABELS = rf"(?:torch\.)?(?:arg)?max\({LABELS}, {ALONG}|(?<![\w.]){LABELS}\.(?:arg)?max\({ALONG}"  # class numbers


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
        elif self.axis == axes and re.search(r"\bcat\(", self.words):
            says = f"torch.cat joins along an axis that is there, and the parts have {counted(axes, 'axis')}"
            yield likely(says, "call", f"dim={self.high} joins them; torch.stack(parts, dim={self.axis}) makes an axis")
        elif axes == 1 and (found := re.search(OF_LABELS, self.words)):
            labels = found[1] or found[2]
            says = f"{labels} has one axis: labels are class numbers already"
            chosen = "arg" in found[0] or found[0].endswith("[1]")
            fix = self.replaced(found[0], labels) if chosen else None
            yield likely(says, "call", f"take them as they are, {labels}", fix)
        elif self.squeezed() and "squeeze(" not in self.line.code and not self.case.in_loss:
            says = (
                f"{missing}: squeeze() took it, with a batch of one (the last, say) its batch axis: {self.squeezed()}"
            )
            yield likely(says, "call", squeezed)
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
        elif self.line.has(r"squeeze\(|squeeze\b"):
            yield likely(f"{missing}: fewer axes arrive than are squeezed", "call", squeezed)
        else:
            lost = self.axis - self.high if self.axis > 0 else -self.axis - axes
            lacking = "a batch or channel axis is missing" if lost == 1 else f"{lost} axes are missing"
            says = f"{missing}: {lacking}, or squeeze() or a reduction took it"
            keep = "; max, sum and mean drop their axis without keepdim=True" if self.high else ""
            yield likely(says, "call", f"x.unsqueeze(0) for one sample alone; {squeezed}{keep}")
            if self.high:
                says = f"another axis is meant: they go from 0 to {self.high}"
                yield possible(says, "call", f"dim={self.high} or dim=-1")

    @property
    def words(self) -> str:
        """The user's line, or else the text that may quote it."""
        return self.line.code or self.case.raised.text

    def reduced(self) -> str:
        """What the user's line takes the mean, the largest or the sum of along the axis that is missing."""
        along = rf"(?:dim|axis)? ?=? ?{self.axis}\b"
        of = r"(?:mean|sum|max|min|argmax|argmin|std|var|norm)"
        found = re.search(rf"([\w.\[\]]+)\.{of}\({along}|torch\.{of}\(([\w.]+), {along}", self.words)
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
            alone = "permute(2, 0, 1)" if got == 3 else ".T" if got == 2 else f"{got} axes"
            yield likely(says, "call", f"unsqueeze(0) before it, or name the axes of one sample: {alone}")
        elif got == 2:
            says = "the picture has two axes: it is grey, and has no channel axis to be moved"
            yield likely(says, "data", 'convert("RGB") where it is loaded, or unsqueeze(0) instead of permute')
        elif got and got > named:
            yield self.of_more(f"{counted(named, 'axis')} are named, and the tensor has {got}", got - named)
        else:
            says = "the line names another number of axes than the tensor has"
            if got:
                says = f"{named} axes are named, and the tensor has {got}: some were lost before, or never there"
            advice = "print its shape where it comes from; movedim(-1, 1) moves one axis whatever the rest"
            yield likely(says, "call", advice)

    def of_more(self, says: str, over: int) -> Hypothesis:
        """More axes than the line counts with."""
        says += ": what makes it gives more than this line counts with, "
        if over == 1:
            says += "a batch of what was to come alone, say, or an axis of 1"
            advice = "permute(0, …) names the batch as well, where all of it is meant; x[0] is one of it, and "
            return likely(says, "call", f"{advice}squeeze(dim) takes an axis of 1")
        says += "maps [N, C, H, W] in the place of vectors, say, or the axis of a stack"
        advice = "print its shape where it is made, and pool or flatten it there, x.mean((2, 3)) or x.flatten(1), or "
        return likely(says, "call", f"{advice}cat in place of stack. To name all axes here only moves the error on")


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
    signatures = (
        "invalid index of a 0-dim tensor",
        "iteration over a 0-d tensor",
        "len() of a 0-d tensor",
        "imension specified as {axis} but tensor has no dimensions",
    )
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
        advice = "x.item() reads a single number (x.data[0] did, before 0.4); squeeze(1) keeps a batch of one"
        yield certain(says, "call", advice, self.replaced(".data[0]", ".item()"))


class SizeCalled(Rule):
    code = "size-called"
    signatures = ("'torch.Size' object is not callable", "'builtin_function_or_method' object is not subscriptable")
    says = "x.size is called, x.size(0), and x.shape is not: x.shape[0]"
    lookalike = "axis-range"
    example = """
        x = torch.rand(2, 3)
        # TypeError: 'torch.Size' object is not callable
        rows = x.shape(0)
        assert rows == 2
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        code = self.line.code
        mended = re.sub(r"\.shape\(([^()]*)\)", lambda found: f".shape[{found[1]}]" if found[1] else ".shape", code)
        mended = re.sub(r"\.size\[([^\[\]]*)\]", r".size(\1)", mended)
        if "Size" in self.signature or mended != code:
            says = "shape is a tuple, and was called; or size a function, and was indexed"
            fix = self.instead(mended) if mended != code else None
            yield certain(says, "call", "x.shape[0] or x.size(0); x.shape or x.size() for all", fix)
