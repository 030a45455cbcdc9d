"""Predictions and targets that meet element by element: in a loss that is written out, or counted as hits."""

import re
from collections.abc import Iterator

from convcli.explain.families.losses import too_short
from convcli.explain.families.meeting import Meeting
from convcli.explain.rule import Hypothesis, likely, possible

FAMILY = "addition"

PREDICTED, TRUE = r"(?i)pred|output|logit", r"(?i)target|label|mask|true|\bgt\b|\by\b"
BOXES = r"(?i)b?box|rois?\b|anchor|rcnn"


class OfCompared(Meeting):
    def in_a_loss(self) -> Iterator[Hypothesis]:
        function = self.case.frame.function if self.case.frame else ""
        if (
            self.case.in_loss
            or "loss" in function.lower()
            or (self.line.has(PREDICTED) and self.line.has(TRUE) and not self.line.has("==|!="))
        ):
            yield from self.applying(self.of_a_loss)

    def masked_loss(self) -> Iterator[Hypothesis]:
        if self.line.has(r"(?i)mask|\beye\b") and self.axis < 2:
            says = f"mask and matrix have {self.a} and {self.b}: made for a fixed batch; the last is smaller"
            yield likely(says, "call", "make it from the batch at hand, torch.eye(x.size(0)), or drop_last=True")

    def boxes_of_classes(self) -> Iterator[Hypothesis]:
        """A detector's boxes, of as many numbers as a target has, for each class beside those for one."""
        low, high = sorted((self.a, self.b))
        place = f"{self.line.code} {self.case.frame.file if self.case.frame else ''}"
        if self.axis != 1 or low not in (4, 5, 7) or high % low or not re.search(BOXES, place):
            return
        boxes, one = self.sides if self.a == high else self.sides[::-1]
        says = f"{high} = {high // low} · {low}: {boxes} has a box of {low} numbers for each of {high // low} classes, "
        chosen = f"{boxes}.view(-1, {high // low}, {low})[torch.arange(len(labels)), labels]"
        advice = f"take the box of each one's own class, {chosen}; or a last layer of {low} outputs, one box for all "
        yield likely(f"{says}and {one} a single box", "loss", f"{advice}classes (class_agnostic)")

    def default_classes(self) -> Iterator[Hypothesis]:
        """Scores of all of ImageNet's classes, as a network has them that isn't told how many there are."""
        low, high = sorted((self.a, self.b))
        if self.axis == 1 and high in (1000, 1001) and low < 1000:
            says = f"{high} is how many classes ImageNet has, and what a network has by default; the other side has "
            advice = f"num_classes={low} where that network is made; of a student and its teacher both need the same"
            yield likely(f"{says}{low}", "model", advice)

    def other_shapes(self) -> Iterator[Hypothesis]:
        says = f"prediction and target have {self.a} and {self.b} on axis {self.axis}, and are compared one by one"
        if self.axis >= 2 and (short := too_short(self.case, self.a, self.b)):
            yield likely(f"{says}: {short[0]}", "model", short[1])
            return
        advice = "give both the same shape: as many outputs as there are targets, or a target of the output's size"
        if self.axis == 0:
            says += ": batches of other sizes, or one that lacks an axis"
        yield likely(says, "loss", advice)
        if self.axis == 1 and self.b > 1 and self.case.through("mse_loss|l1_loss"):
            says = f"the target has one axis: {self.b} class numbers for {self.b} samples with {self.a} scores each"
            yield possible(says, "loss", "nn.CrossEntropyLoss takes class numbers; or F.one_hot(target).float()")

    of_a_loss = (masked_loss, boxes_of_classes, default_classes, other_shapes)

    def hits(self) -> Iterator[Hypothesis]:
        if not self.line.has("==|!=|\\.eq\\("):
            return
        says = f"predictions and labels have {self.a} and {self.b} on axis {self.axis}"
        if self.line.has(r"argmax|\.max\(|topk"):
            says += ": an axis is left beside the classes, of maps or steps"
            yield likely(says, "model", "scores [batch, classes]: pool or flatten before the last layer")
            return
        scores = ", so one still holds a score for each class" if max(self.a, self.b) < 2000 else ""
        yield likely(says + scores, "call", "compare class numbers: outputs.argmax(dim=1) == labels, both [batch]")
