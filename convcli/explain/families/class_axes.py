"""Class numbers whose axes aren't those of the scores."""

import re
from collections.abc import Iterator

from convcli.explain.families.targets import Targets
from convcli.explain.families.unpacked import of_its_batch
from convcli.explain.rule import Fix, Hypothesis, likely, possible

FAMILY = "targets"
INDEXED = r"\w\[[\w.]*(?:mask|idx|ind(?:ex|ices))\w*\]"
MOST_CLASSES = 200  # that are one-hot; a row of a mask is longer
LONGEST_ROW = 4096  # cells of a mask's row; a flattened mask has more


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

    axes: int = 0
    size: tuple[int, ...] = ()

    def without_batch(self) -> Iterator[Hypothesis]:
        if "count" in self.facts:
            says = "the prediction has no batch axis: [classes], for several targets"
            yield likely(says, "model", "keep it: [batch, classes]")

    def channels(self) -> Iterator[Hypothesis]:
        size = self.size
        if self.axes == 1:
            says = "the labels are one number for each sample, and the scores maps, [batch, classes, height, width]"
            advice = "x.mean((2, 3)), or pool and flatten before the last nn.Linear: [batch, classes]; for segmentation"
            yield likely(says, "model", f"{advice} labels are masks")
        elif (self.axes and not size) or (len(size) == 4 and size[1] == 1):
            says = f"the mask has {f'a channel axis, {list(size)}' if size else f'{self.axes} axes, one for channels'}"
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
            if size[1] in (3, 4):
                says = f"the mask has {size[1]} channels {list(size)}: it was read as a colour picture, or is one-hot"
                advice = (
                    "no convert('RGB') where it is read, or each colour to a class number, [batch, height, width]; "
                )
                advice += "masks.argmax(1) for one-hot, of which masks.unique() is 0 and 1"
            yield likely(says, "data", advice)

    def few_axes(self) -> Iterator[Hypothesis]:
        size = self.size
        if len(size) == 2 and size[1] > 1:
            says = f"the masks {list(size)} have lost an axis: masks of a batch are [batch, height, width]"
            if size[1] > LONGEST_ROW:
                yield likely(f"{says}, and these are flattened", "data", "masks.view(batch, height, width)")
                return
            advice = "targets[:, 0] takes a channel axis away; of masks without one it takes one row: leave it out, "
            advice += "there or where labels are read"
            yield likely(f"{says}; {size[1]} are one row or column of each", "data", advice)
            if size[1] < MOST_CLASSES:
                says = f"they are {size[1]} classes, one-hot, one label a picture"
                yield possible(says, "model", "pool and flatten before the last nn.Linear; labels.argmax(1)")
        elif size and len(size) != 3:
            says = f"the scores are maps [batch, classes, H, W] and the targets {list(size)}: one label a picture"
            advice = "pool and flatten before the last nn.Linear; for one label a pixel give masks [batch, H, W]"
            yield likely(says, "model", advice)

    def second_axis(self) -> Iterator[Hypothesis]:
        if not self.size and self.case.through("cosine_embedding|margin_ranking"):
            says = "the target is 1 or −1 for each pair: [batch], and it has a second axis"
            yield likely(says, "data", "target.squeeze(1)", self.mend("{}.squeeze(1)"))
        elif not self.size:
            says = "the labels have a second axis: a column [batch, 1], as tables and (n, 1) arrays give them"
            advice = "labels.squeeze(1): [batch], of class numbers"
            yield likely(says, "data", advice, self.mend("{}.squeeze(1).long()"))
            says = "they are one-hot, several labels a sample [batch, n], or masks for [batch, classes]"
            advice = "argmax(1) for one-hot; BCEWithLogitsLoss for several; scores for each pixel or step"
            yield possible(says, "data", advice)

    causes = (without_batch, channels, few_axes, second_axis)


class TargetSteps(Targets):
    code = "target-steps"
    decide = "print {x}.shape and the batch_size: a batch_size of 1 makes such a batch, else something else made it"
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
        elif len(got) == len(expected) == 2 and got[0] == expected[0] == 1:
            yield from self.of_one_row(got[1], expected[1])
        elif self.turned() and (padded := list(of_its_batch(self, expected, got))):
            yield from padded
        elif len(got) == len(expected) == 2 and got[0] == expected[0] and not self.turned():
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

    def turned(self) -> bool:
        """Whether the classes are put on axis 1 already, in the user's line or where it has the scores from."""
        made = next(iter(self.case.behind(self.outputs).values()), "") if self.outputs.isidentifier() else self.outputs
        return bool(re.search(r"\.(?:transpose|permute|movedim|swapaxes)\([^()]*\)$|\.mT$", made))

    def of_one_row(self, steps: int, classes: int) -> Iterator[Hypothesis]:
        """The first axis of 1 is a batch of one, or none: an index with a mask of [1, n] makes such an axis."""
        read_as = f"the loss reads {steps} steps as classes, and {classes} classes as steps"
        stray = f"scores [1, {steps}, {classes}] and targets [1, {steps}] have a first axis of 1 that is no batch: "
        scores, labels = (f"{name}.squeeze(0)" for name in (self.outputs, self.targets))
        squeeze = f"take it away from both, {scores} and {labels}, and where it comes from: an index or mask of "
        squeeze += f"[1, {steps}], or an unsqueeze"
        frames = [frame.code for frame in self.case.raised.frames if not frame.of_library]
        if any(re.search(INDEXED, code) for code in frames):
            yield likely(f"{stray}{read_as}", "data", squeeze, *self.without_first())
            says = "it is a batch of one sequence, [batch, steps, classes]"
            yield possible(says, "loss", "transpose the scores: transpose(1, 2)")
        else:
            says = f"the scores are [batch, steps, classes], of one sample: {read_as}"
            advice = "transpose them, or flatten both: out.reshape(-1, classes), labels.reshape(-1)"
            yield likely(says, "loss", advice, self.changed(self.outputs, "{}.transpose(1, 2)"))
            yield possible(f"{stray}{steps} samples", "data", squeeze)

    def without_first(self) -> list[Fix | None]:
        fixes = [self.changed(self.outputs, "{}.squeeze(0)"), self.mend("{}.squeeze(0)")]
        return fixes if all(fix and fix.where == "before" for fix in fixes) else []
