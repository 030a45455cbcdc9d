"""Targets that haven't the shape or the values that a loss compares them in."""

from collections.abc import Iterator
from math import isqrt, prod

from convcli.explain.case import Case
from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.targets import BINARY, Targets, folded, is_chosen
from convcli.explain.rule import Hypothesis, likely, possible
from convcli.wording import counted

FAMILY = "targets"
MOST_CLASSES = 200  # that are one-hot; a row of a mask is longer
LONGEST_ROW = 4096  # cells of a mask's row; a flattened mask has more


def undershot(got: int, wanted: int) -> int:
    """How often a size was doubled less one, where it should have been doubled; 0 if it wasn't.

    >>> undershot(25, 28), undershot(31, 32), undershot(24, 28)
    (2, 1, 0)
    """
    return next((n for n in range(1, 6) if wanted - got == 2**n - 1 and wanted % 2**n == 0), 0)


def too_short(case: Case, got: int, wanted: int) -> tuple[str, str] | None:
    """What is said of maps that transposed convolutions made too small, and what is to be changed."""
    lines = sorted({made.number for made in case.source.made if made.callee == "ConvTranspose2d"})
    doublings = undershot(got, wanted)
    if not doublings or (case.source.made and not lines):
        return None
    says = f"{counted(doublings, 'doubling')} to 2n − 1, as of ConvTranspose2d(…, 3, stride=2, padding=1)"
    where = f" in {lines_told(lines)}" if lines else ""
    return says, f"output_padding=1 in each ConvTranspose2d{where}, or kernel_size=4 (2n); or F.interpolate"


class TargetSize(Targets):
    code = "target-size"
    signatures = (
        "Target size ({target:shape}) must be the same as input size ({input:shape})",
        "Using a target size ({target:shape}) that is different to the input size ({input:shape})",
        "Target and input must have the same number of elements. target nelement ({target_count}) != input "
        "nelement ({input_count})",
        "All input tensors should have same dimension but got sizes: input1: {input:shape}, input2: {}, target: "
        "{target:shape}",
        "input and target shapes do not match: input {input:shape}, target {target:shape}",
    )
    says = "the loss compares element by element, and target and prediction have other shapes"
    lookalike = "target-batch"
    rebuild = "x = torch.rand({input})\nlabels = torch.rand({target})\ny = F.binary_cross_entropy(x, labels)"
    example = """
        scores = torch.rand(16, 1)
        labels = torch.ones(16)
        # ValueError: Target size (torch.Size([16])) must be the same as input size (torch.Size([16, 1]))
        loss = F.binary_cross_entropy_with_logits(scores, labels)
        assert loss.ndim == 0
    """
    decide = "print both shapes before the loss"

    not_that = "a loss that only warns (mse_loss) broadcasts [n] with [n, 1] to [n, n], and learns the targets' mean"

    def hypotheses(self) -> Iterator[Hypothesis]:
        target: tuple[int, ...] = self.facts.get("target", (self.facts.get("target_count"),))
        given: tuple[int, ...] = self.facts.get("input", (self.facts.get("input_count"),))
        if target == given:
            return
        batch_t, batch_i = (target or (1,))[0], (given or (1,))[0]
        flat = len(given) == len(target) == 1
        if len(target) != len(given) and [n for n in target if n > 1] == [n for n in given if n > 1]:
            yield self.of_one_more_axis(given, target)
        elif sorted(given) == sorted(target):
            says = f"{list(given)} and {list(target)} have the same axes in another order"
            moved = [i for i, (a, b) in enumerate(zip(given, target, strict=True)) if a != b]
            turned = self.mend(f"{{}}.transpose({moved[0]}, {moved[1]})") if len(moved) == 2 else None
            advice = "transpose or permute one of them; view and reshape would mix up the samples"
            yield likely(says, "loss", advice, turned)
        elif prod(given) == prod(target):
            says = f"{list(given)} and {list(target)} are as many numbers: a view or flatten took axes of one side away"
            yield likely(says, "call", f"keep the batch in it: outputs.view({', '.join(map(str, target))})")
        elif target == (batch_i,) and (places := self.places(given)):
            says = f"{places} places a sample {list(given)}, and one target: the network was made for smaller pictures"
            advice = "resize the pictures to what it was made for, or end in one number: pool the last maps to 1×1"
            yield likely(says, "data", advice)
        elif len(given) == 2 and given[1] > 1 and (target in ((batch_i,), (batch_i, 1))):
            what = "two outputs" if given[1] == 2 else f"{given[1]} outputs"
            says = f"{what} a sample {list(given)}, and one class number each {list(target)}"
            yes_or_no = "for a single yes or no, one output and BCEWithLogitsLoss"
            other = yes_or_no if given[1] == 2 else "several labels at once want one-hot targets"
            yield likely(says, "loss", f"nn.CrossEntropyLoss takes class numbers; {other}")
        elif len(given) == len(target) == 4 and given[1] == 1 and target[1] in (3, 4):
            says = f"the masks are colour pictures ({target[1]} channels), and one channel is predicted"
            yield likely(says, "data", 'Image.open(path).convert("L") for the masks; then 0 and 1, not 0 and 255')
        elif flat and batch_t and batch_i % batch_t == 0 and (places := self.places((1, batch_i // batch_t))):
            says = f"{batch_i} = {batch_t} · {places} places: the network was made for smaller pictures"
            yield likely(says, "data", "resize the pictures, or end in one number: pool the last maps to 1×1")
        elif flat and max(batch_i, batch_t) > 4096:
            most, least = max(batch_i, batch_t), max(min(batch_i, batch_t), 1)
            says = f"both are flattened, of {batch_i} and {batch_t} elements: maps of other heights and widths"
            if most % least == 0:
                says = f"both are flattened, and {most} = {most // least} · {least}: {most // least} channels for one"
            yield likely(says, "data", "print both shapes before they are flattened; resize masks as the pictures are")
        elif given[1:] == target[1:] and batch_i > batch_t and batch_i % (batch_t or 1) == 0:
            says = f"{batch_i} = {batch_i // batch_t} · {batch_t}: {batch_i // batch_t} predictions for each target"
            advice = "targets for all that is predicted: both of several outputs, pictures or GPUs, or of one"
            if batch_t == 1:
                says = f"{batch_i} predictions and one target: of every step, or of a batch with one sample's target"
                advice = "out[-1], or out[:, -1], is the last step alone; or targets of the same batch"
            yield likely(says, "data", advice)
        elif given[1:] == target[1:] and batch_i == 1:
            says = f"one prediction for a batch of {batch_t}: a view, mean or index in the model took the batch"
            yield likely(says, "model", "keep the first axis: x.flatten(1), mean(dim) with the axis that is meant")
        elif given[1:] == target[1:] and batch_i > batch_t and is_chosen(batch_t) and not is_chosen(batch_i):
            yield likely(*folded(batch_i, batch_t))
        elif len(given) == len(target) and batch_t != batch_i and given[1:] == target[1:]:
            says = f"{batch_i} predictions and {batch_t} targets: the last batch is smaller than a fixed batch_size"
            advice = "make them for the batch at hand: torch.ones_like(outputs), or torch.full((x.size(0),), …)"
            yield likely(says, "data", advice)
        elif len(given) == len(target) == 4 and given[2:] != target[2:]:
            yield from self.of_other_maps(given, target)
        elif len(given) == len(target) >= 2 and given[0] == target[0]:
            yield self.of_one_axis(given, target)
        elif len(given) == len(target) + 1 and given[0] == target[0] and given[1] == 1:
            says = f"{list(given)} has an axis that {list(target)} lacks"
            yield likely(says, "loss", "targets.unsqueeze(1)", self.mend("{}.unsqueeze(1)"))
        else:
            says = f"{list(given)} was predicted and {list(target)} is the target"
            advice = "one target for each predicted number: the same shape; print both where they are made"
            yield likely(says, "loss", advice)

    def of_one_more_axis(self, given: tuple[int, ...], target: tuple[int, ...]) -> Hypothesis:
        """The same numbers, with an axis of 1 on one side."""
        says = f"{list(given)} and {list(target)} are the same numbers; one has an axis of 1 that the other lacks"
        kind = ".float()" if self.line.has(BINARY) or self.case.through(BINARY) else ""
        longer = max(target, given, key=len)
        axis = longer.index(1, 1) if 1 in longer[1:] else 0  # the first is the batch
        known, change = self.line.argument(self._call, 1, "target"), f"{{}}.view_as({self.outputs}){kind}"
        if not self.outputs.isidentifier() and abs(len(target) - len(given)) == 1:  # is called in the line
            change = f"{{}}.{'unsqueeze' if longer == given else 'squeeze'}({axis}){kind}"
        view = self.mend(change) if known else None
        squeezed, other = ("outputs", "targets") if longer == given else ("targets", "outputs")
        advice = f"{squeezed}.squeeze({axis}), or {other}.unsqueeze({axis}): both with that axis, or both without"
        if not given:
            says = "the prediction is a number without an axis: a sum or mean, or squeeze() took the batch of one"
            advice = "outputs.squeeze(1) names the one axis that is meant; or outputs.view_as(targets)"
        return likely(says, "loss", advice, view)

    def of_other_maps(self, given: tuple[int, ...], target: tuple[int, ...]) -> Iterator[Hypothesis]:
        """Maps of other heights and widths."""
        says = f"predicted maps are {given[2]}×{given[3]} and targets {target[2]}×{target[3]}"
        advice = "F.interpolate the prediction to the target's size, or padding=kernel // 2 in the network"
        pairs = "input and target come from pictures of other sizes"
        crops = "look at the sizes of both; one Resize((height, width)), or one crop, for both"
        unlike = (given[2] == target[2]) != (given[3] == target[3]) and abs(sum(given) - sum(target)) > 16
        if unlike:
            yield likely(f"{says}: {pairs}", "data", crops)
            yield possible("the network changes the size", "model", advice)
        elif given[2] - target[2] == given[3] - target[3] and (short := too_short(self.case, given[3], target[3])):
            says, advice = f"{says}: {short[0]}", short[1]
            yield likely(says, "model", advice)
            yield possible(pairs, "data", crops)
        else:
            yield likely(says, "model", advice)
            yield possible(pairs, "data", crops)

    def of_one_axis(self, given: tuple[int, ...], target: tuple[int, ...]) -> Hypothesis:
        """One batch, and another axis that differs."""
        axis = next(i for i, (a, b) in enumerate(zip(given, target, strict=True)) if a != b)
        says = f"on axis {axis}, {given[axis]} are predicted for {target[axis]}: classes, channels or steps"
        advice = f"as many outputs as the target has ({target[axis]}), or one-hot targets for {given[axis]} classes"
        if target[axis] == 1 < given[axis] and len(given) > 2:
            says = f"{given[axis]} are predicted on axis {axis} for one target, which is compared with each of them"
            advice = f"targets.expand_as(outputs) where that is meant; else pick one, outputs.select({axis}, i)"
            if axis == 1 and min(given[2:]) > 8:
                says = f"{given[1]} scores a pixel {list(given)}, and one class number each {list(target)}"
                advice = "nn.CrossEntropyLoss()(outputs, targets.squeeze(1).long()); or one-hot targets"
                return likely(says, "loss", advice)
        return likely(says, "model", advice)

    def places(self, given: tuple[int, ...]) -> str:
        """The places of a map that is left of each sample; rows count where a GAN's critic flattened them."""
        of_a_critic = self.line.has(r"(?i)real|fake|discr|critic|\bself\.D|\bD_?\w*\(|net_?D")
        if len(given) == 2 and of_a_critic and 1 < isqrt(given[1]) ** 2 == given[1]:
            return f"{given[1]} = {isqrt(given[1])}·{isqrt(given[1])}"
        square = len(given) == 3 and given[1] == given[2] > 1
        return f"{given[-2]}·{given[-1]}" if square or (len(given) == 4 and given[1] == 1 < min(given[2:])) else ""


class TargetBetween(Targets):
    code = "target-between"
    signatures = (
        "all elements of input should be between 0 and 1",
        "all elements of target should be between 0 and 1",
        "Assertion input_val >= zero && input_val <= one failed",
        "Assertion target_val >= zero && target_val <= one failed",
        "Assertion x >= 0. && x <= 1.",
        "Assertion *input >= 0. && *input <= 1. failed",
        "Assertion input >= 0 && input <= 1 failed",
    )
    says = "binary cross entropy takes probabilities, from 0 to 1"
    lookalike = "target-range"
    example = """
        scores = torch.tensor([2.5, -1.0])
        labels = torch.tensor([1.0, 0.0])
        # RuntimeError: all elements of input should be between 0 and 1
        loss = F.binary_cross_entropy(scores, labels)
        assert loss.ndim == 0
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "target" in self.case.raised.text.split("should")[0]:
            says = "targets above 1 or below 0: class numbers, or masks of 0 and 255"
            yield likely(says, "data", "masks / 255, or (mask > 0).float(); for several classes nn.CrossEntropyLoss")
            return
        says = "raw scores came in, without a sigmoid before (or they are NaN)"
        logits = self.replaced("F.binary_cross_entropy(", "F.binary_cross_entropy_with_logits(")
        advice = "nn.BCEWithLogitsLoss takes the raw scores, and is the more exact; or torch.sigmoid before"
        yield likely(says, "loss", advice, logits)


class TargetAxes(Targets):
    code = "target-axes"
    signatures = (
        "multi-target not supported",
        "1D target tensor expected",
        "only batches of spatial targets supported (3D tensors) but got targets of dimension: {axes}",
        "only batches of spatial targets supported (3D tensors) but got targets of size: : {size:shape}",
        "only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: : {size:shape}",
        "only batches of spatial targets supported (non-empty 3D tensors) but got targets of size: {size:shape}",
        "For 1D input, 1D target must have size 1, but got target size: {count}",
    )
    says = "class numbers have no class axis: [batch] for [batch, classes], [batch, H, W] for maps of scores"
    lookalike = "target-range"
    example = """
        scores = torch.rand(4, 3)
        labels = torch.tensor([[0], [1], [2], [1]])
        # RuntimeError: 0D or 1D target tensor expected, multi-target not supported
        loss = F.cross_entropy(scores, labels)
        assert labels.shape == (4,) or loss.ndim == 0
    """
    decide = "print the targets' shape: an axis of 1 means the first, any other size the second"

    def hypotheses(self) -> Iterator[Hypothesis]:
        size, axes = self.facts.get("size", ()), self.facts.get("axes")
        if "count" in self.facts:
            says = "the prediction has no batch axis: [classes], for several targets"
            yield likely(says, "model", "keep it: [batch, classes]")
        elif axes or size:
            if (size and len(size) == 4 and size[1] == 1) or not size:
                says = f"the mask has {f'a channel axis, {list(size)}' if size else f'{axes} axes, one for channels'}"
                advice = f"{self.targets}.squeeze(1).long(): masks are [batch, height, width]"
                yield likely(says, "data", advice, self.mend("{}.squeeze(1).long()"))
                says = "it is one-hot, or a colour picture of classes"
                yield possible(says, "data", "argmax(1), or map colours to numbers")
            elif len(size) == 4 and size[-1] in (3, 4):
                says = f"the mask is a colour picture {list(size)}, channels last"
                advice = "read it as class numbers: map each colour to one, or take the palette's indices"
                yield likely(says, "data", advice)
            elif len(size) == 4:
                says = f"the mask has {size[1]} channels {list(size)}: one-hot, or a colour picture"
                advice = "one-hot: masks.argmax(1); colours: map each to a class number, [batch, height, width]"
                yield likely(says, "data", advice)
            elif len(size) == 3:
                return
            elif len(size) == 2 and size[1] > 1:
                says = f"the masks {list(size)} have lost an axis: masks of a batch are [batch, height, width]"
                if size[1] > LONGEST_ROW:
                    yield likely(f"{says}, and these are flattened", "data", "masks.view(batch, height, width)")
                    return
                advice = "targets[:, 0] takes a channel axis away; of masks without one it takes one row: leave it "
                advice += "out, there or where labels are read"
                yield likely(f"{says}; {size[1]} are one row or column of each", "data", advice)
                if size[1] < MOST_CLASSES:
                    says = f"they are {size[1]} classes, one-hot, one label a picture"
                    yield possible(says, "model", "pool and flatten before the last nn.Linear; labels.argmax(1)")
            else:
                says = f"the scores are maps [batch, classes, H, W] and the targets {list(size)}: one label a picture"
                advice = "pool and flatten before the last nn.Linear; for one label a pixel give masks [batch, H, W]"
                yield likely(says, "model", advice)
        else:
            if self.case.through("cosine_embedding|margin_ranking"):
                says = "the target is 1 or −1 for each pair: [batch], and it has a second axis"
                yield likely(says, "data", "target.squeeze(1)", self.mend("{}.squeeze(1)"))
                return
            says = "the labels have a second axis: a column [batch, 1], as tables and (n, 1) arrays give them"
            advice = "labels.squeeze(1): [batch], of class numbers"
            yield likely(says, "data", advice, self.mend("{}.squeeze(1).long()"))
            says = "they are one-hot, several labels a sample [batch, n], or masks for [batch, classes]"
            advice = "argmax(1) for one-hot; BCEWithLogitsLoss for several; scores for each pixel or step"
            yield possible(says, "data", advice)


class TargetSteps(Targets):
    code = "target-steps"
    signatures = (
        "Expected target size {expected:shape}, got {got:shape}",
        "Expected target size ({batch}, {size}), got {got:shape}",
    )
    says = "the loss wants the classes on axis 1: [batch, classes, steps]"
    lookalike = "target-range"
    example = """
        scores = torch.rand(4, 7, 3)  # batch, steps, classes
        labels = torch.zeros(4, 7, dtype=torch.long)
        # RuntimeError: Expected target size [4, 3], got [4, 7]
        loss = F.cross_entropy(scores, labels)
        assert loss.ndim == 0
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        expected = self.expected if "expected" in self.facts else (self.batch, self.size)
        got = self.got
        if len(got) == 3 and len(expected) == 2:
            says = f"the targets {list(got)} have as many axes as the scores: one-hot, or an axis too many"
            yield likely(says, "data", f"class numbers {list(expected)}: argmax over the classes, or squeeze")
        elif len(got) == len(expected) == 2 and got[0] == expected[0]:
            says = f"the scores are [batch, steps, classes]: the loss reads {got[1]} steps as classes"
            says += f", and {expected[1]} classes as steps"
            turned = self.changed(self.outputs, "{}.transpose(1, 2)")
            advice = "transpose them, or flatten both: out.reshape(-1, classes), labels.reshape(-1)"
            yield likely(says, "loss", advice, turned)
        elif len(got) == len(expected):
            axis = next((i for i, (a, b) in enumerate(zip(expected, got, strict=True)) if a != b), 0)
            says = f"targets {list(got)} for scores that want {list(expected)}: axis {axis} differs"
            yield likely(says, "loss", "print both shapes")
        else:
            says = f"targets of {list(got)}, and scores of {len(expected) + 1} axes, which want {list(expected)}"
            if len(got) == 1:
                says += ": an axis of steps too many"
            advice = "one prediction a sample: scores[:, -1], mean(1) or squeeze(1); or a target for every position"
            yield likely(says, "loss", advice)
