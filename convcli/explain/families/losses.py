"""Targets that haven't the shape or the values that a loss compares them in."""

from collections.abc import Iterator, Sequence
from math import isqrt, prod

from convcli.explain.case import Case
from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.targets import BINARY, Targets, folded, is_chosen
from convcli.explain.families.unpacked import of_its_batch
from convcli.explain.rule import Hypothesis, certain, likely, possible
from convcli.wording import counted

FAMILY = "targets"


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


def scale(small: Sequence[int], large: Sequence[int]) -> int:
    """How many times larger maps are on both axes, 0 if that is no whole number.

    >>> scale((96, 128), (768, 1024)), scale((96, 128), (768, 1023)), scale((8, 8), (4, 4))
    (8, 0, 0)
    """
    times = large[0] // small[0] if small[0] else 0
    return times if [times * each for each in small] == [*large] else 0


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
        if self.shapes[0] != self.shapes[1]:
            yield from super().hypotheses()

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of predictions and targets; of one axis where the message counts elements alone."""
        bare = "input_count" in self.facts
        return ((self.input_count,), (self.target_count,)) if bare else (self.input, self.target)

    @property
    def counts(self) -> tuple[int, int]:
        """How many predictions there are, and how many targets."""
        given, target = self.shapes
        return (given or (1,))[0], (target or (1,))[0]

    def one_more_axis(self) -> Iterator[Hypothesis]:
        """The same numbers, with an axis of 1 on one side."""
        given, target = self.shapes
        if len(target) == len(given) or [n for n in target if n > 1] != [n for n in given if n > 1]:
            return
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
        yield likely(says, "loss", advice, view)

    def reshaped(self) -> Iterator[Hypothesis]:
        given, target = self.shapes
        if sorted(given) == sorted(target):
            says = f"{list(given)} and {list(target)} have the same axes in another order"
            moved = [i for i, (a, b) in enumerate(zip(given, target, strict=True)) if a != b]
            turned = self.mend(f"{{}}.transpose({moved[0]}, {moved[1]})") if len(moved) == 2 else None
            advice = "transpose or permute one of them; view and reshape would mix up the samples"
            yield likely(says, "loss", advice, turned)
        elif prod(given) == prod(target):
            says = f"{list(given)} and {list(target)} are as many numbers: a view or flatten took axes of one side away"
            yield likely(says, "call", f"keep the batch in it: outputs.view({', '.join(map(str, target))})")

    def unpacked(self) -> Iterator[Hypothesis]:
        yield from of_its_batch(self, *self.shapes)

    def other_pictures(self) -> Iterator[Hypothesis]:
        """Larger than what the network was made for, or than the masks."""
        (given, target), (rows, samples) = self.shapes, self.counts
        flat, least, most = len(given) == len(target) == 1, max(min(self.counts), 1), max(self.counts)
        if target == (rows,) and (places := self.places(given)):
            says = f"{places} places a sample {list(given)}, and one target: the network was made for smaller pictures"
            advice = "resize the pictures to what it was made for, or end in one number: pool the last maps to 1×1"
            yield likely(says, "data", advice)
        elif flat and samples and rows % samples == 0 and (places := self.places((1, rows // samples))):
            says = f"{rows} = {samples} · {places} places: the network was made for smaller pictures"
            yield likely(says, "data", "resize the pictures, or end in one number: pool the last maps to 1×1")
        elif flat and most > 4096:
            says = f"both are flattened, of {rows} and {samples} elements: maps of other heights and widths"
            if most % least == 0:
                says = f"both are flattened, and {most} = {most // least} · {least}: {most // least} channels for one"
            yield likely(says, "data", "print both shapes before they are flattened; resize masks as the pictures are")

    def other_kind(self) -> Iterator[Hypothesis]:
        given, target = self.shapes
        if len(given) == 2 and given[1] > 1 and target in (given[:1], (given[0], 1)):
            what = "two" if given[1] == 2 else given[1]
            says = f"{what} outputs a sample {list(given)}, and one class number each {list(target)}"
            yes_or_no = "for a single yes or no, one output and BCEWithLogitsLoss"
            other = yes_or_no if what == "two" else "several labels at once want one-hot targets"
            yield likely(says, "loss", f"nn.CrossEntropyLoss takes class numbers; {other}")
        elif len(given) == len(target) == 4 and given[1] == 1 and target[1] in (3, 4):
            says = f"the masks are colour pictures ({target[1]} channels), and one channel is predicted"
            yield likely(says, "data", 'Image.open(path).convert("L") for the masks; then 0 and 1, not 0 and 255')

    def other_batch(self) -> Iterator[Hypothesis]:
        (given, target), (batch, targets) = self.shapes, self.counts
        if given[1:] != target[1:]:
            return
        if batch > targets and batch % (targets or 1) == 0:
            says = f"{batch} = {batch // targets} · {targets}: {batch // targets} predictions for each target"
            advice = "targets for all that is predicted: both of several outputs, pictures or GPUs, or of one"
            if targets == 1:
                says = f"{batch} predictions and one target: of every step, or of a batch with one sample's target"
                advice = "out[-1], or out[:, -1], is the last step alone; or targets of the same batch"
            yield likely(says, "data", advice)
        elif batch == 1:
            says = f"one prediction for a batch of {targets}: a view, mean or index in the model took the batch"
            yield likely(says, "model", "keep the first axis: x.flatten(1), mean(dim) with the axis that is meant")
        elif batch > targets and is_chosen(targets) and not is_chosen(batch):
            yield likely(*folded(batch, targets))
        elif len(given) == len(target):
            says = f"{batch} predictions and {targets} targets: the last batch is smaller than a fixed batch_size"
            advice = "make them for the batch at hand: torch.ones_like(outputs), or torch.full((x.size(0),), …)"
            yield likely(says, "data", advice)

    def other_maps(self) -> Iterator[Hypothesis]:
        given, target = self.shapes
        if not (len(given) == len(target) == 4 and given[2:] != target[2:]):
            return
        says = f"predicted maps are {given[2]}×{given[3]} and targets {target[2]}×{target[3]}"
        advice = "F.interpolate the prediction to the target's size, or padding=kernel // 2 in the network"
        pairs = "input and target come from pictures of other sizes"
        crops = "look at the sizes of both; one Resize((height, width)), or one crop, for both"
        if (given[2] == target[2]) != (given[3] == target[3]) and abs(sum(given) - sum(target)) > 16:
            yield likely(f"{says}: {pairs}", "data", crops)
            yield possible("the network changes the size", "model", advice)
            return
        if (times := scale(given[2:], target[2:])) > 1:
            yield from self.of_strides(f"{says}, {times} times larger", times)
            yield possible(pairs, "data", crops)
            return
        alike = given[2] - target[2] == given[3] - target[3]
        if alike and (short := too_short(self.case, given[3], target[3])):
            says, advice = f"{says}: {short[0]}", short[1]
        yield likely(says, "model", advice)
        yield possible(pairs, "data", crops)

    def of_strides(self, says: str, times: int) -> Iterator[Hypothesis]:
        """Maps that are smaller than the targets by what the network strides and pools."""
        says += f": strides and poolings of the network come to {times}"
        small = (
            f"make the targets as small, F.avg_pool2d(targets, {times}), times {times**2} where their sum counts (a "
        )
        small += "density map)"
        large = 'enlarge the prediction: F.interpolate(outputs, size=targets.shape[-2:], mode="bilinear")'
        if self.line.has(BINARY) or self.case.through(BINARY):
            yield likely(says, "model", f"{large}, or upsampling layers at the network's end")
        else:
            yield likely(says, "data", f"{small}; or {large}")

    def one_axis(self) -> Iterator[Hypothesis]:
        """One batch, and another axis that differs."""
        given, target = self.shapes
        if not (len(given) == len(target) >= 2 and given[0] == target[0]):
            return
        axis = next(i for i, (a, b) in enumerate(zip(given, target, strict=True)) if a != b)
        says = f"on axis {axis}, {given[axis]} are predicted for {target[axis]}: classes, channels or steps"
        advice = f"as many outputs as the target has ({target[axis]}), or one-hot targets for {given[axis]} classes"
        change = "model"
        if target[axis] == 1 < given[axis] and len(given) > 2:
            says = f"{given[axis]} are predicted on axis {axis} for one target, which is compared with each of them"
            advice = f"targets.expand_as(outputs) where that is meant; else pick one, outputs.select({axis}, i)"
            if axis == 1 and min(given[2:]) > 8:
                says = f"{given[1]} scores a pixel {list(given)}, and one class number each {list(target)}"
                change, advice = "loss", "nn.CrossEntropyLoss()(outputs, targets.squeeze(1).long()); or one-hot targets"
        yield likely(says, change, advice)

    def other(self) -> Iterator[Hypothesis]:
        given, target = self.shapes
        if len(given) == len(target) + 1 and given[0] == target[0] and given[1] == 1:
            says = f"{list(given)} has an axis that {list(target)} lacks"
            yield likely(says, "loss", "targets.unsqueeze(1)", self.mend("{}.unsqueeze(1)"))
        else:
            says = f"{list(given)} was predicted and {list(target)} is the target"
            advice = "one target for each predicted number: the same shape; print both where they are made"
            yield likely(says, "loss", advice)

    causes = (one_more_axis, reshaped, unpacked, other_pictures, other_kind, other_batch, other_maps, one_axis, other)

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
        "binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast",
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
        if "target" in self.signature:
            says = "targets above 1 or below 0: class numbers, or masks of 0 and 255"
            yield likely(says, "data", "masks / 255, or (mask > 0).float(); for several classes nn.CrossEntropyLoss")
            return
        if "autocast" in self.signature:
            says = "autocast makes half numbers, in which the logarithm of a probability near 0 or 1 is inf"
            advice = (
                "nn.BCEWithLogitsLoss on the raw scores, without the sigmoid before; or this loss outside of autocast"
            )
            yield certain(says, "loss", f"{advice}, on scores.float()")
            return
        says = "raw scores came in, without a sigmoid before (or they are NaN)"
        logits = self.replaced("F.binary_cross_entropy(", "F.binary_cross_entropy_with_logits(")
        advice = "nn.BCEWithLogitsLoss takes the raw scores, and is the more exact; or torch.sigmoid before"
        yield likely(says, "loss", advice, logits)
