"""Losses whose own settings don't fit, and losses that are made where they should be called."""

import re
from collections.abc import Iterator
from math import prod

from convcli.explain.families.targets import Targets
from convcli.explain.rule import Hypothesis, certain, likely, possible
from convcli.wording import counted

FAMILY = "targets"


class LossWeights(Targets):
    code = "loss-weights"
    signatures = (
        "weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
        "shape: {given:shape}",
        "weight tensor should be defined either for all or no classes",
        "weight tensor should be defined either for all {classes} classes or no classes",
    )
    says = "a loss's weight has one number for each class"
    lookalike = "target-range"
    example = """
        scores, labels = torch.rand(4, 3), torch.tensor([0, 1, 2, 1])
        # RuntimeError: weight tensor should be defined either for all 3 classes or no classes but got weight tensor
        # of shape: [2]
        loss = F.cross_entropy(scores, labels, weight=torch.tensor([1.0, 2.0]))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, classes = self.facts.get("given", ()), self.facts.get("classes", "another number of")
        if prod(given) == classes:
            says = f"the {classes} weights have an axis too many: {list(given)}"
            yield certain(says, "loss", "weight=weights.flatten(): one axis alone")
            return
        says = f"{f'{prod(given)} weights' if given else 'the weights are'} for {classes} outputs"
        advice = "one weight for each output, background and ignored classes counted; or the outputs are too many"
        if self.case.source.says("bincount(") and not self.case.source.says("minlength"):
            says += ": bincount counts up to the largest label there is, and the last classes have none"
            advice = f"torch.bincount(labels, minlength={classes}); a class without samples gets a weight of its own"
        yield likely(says, "loss", advice)


class LossMade(Targets):
    code = "loss-made"
    signatures = (
        "Boolean value of Tensor with more than one value is ambiguous",
        "bool value of Tensor with more than one value is ambiguous",
        "Boolean value of Tensor with no values is ambiguous",
    )
    says = "Python asked a tensor of many values whether it is true"
    lookalike = "number-wanted"
    decide = "the line that raised: a name in …Loss(a, b) with tensors means the second"
    example = """
        scores, labels = torch.rand(4, 3), torch.tensor([0, 1, 2, 1])
        # RuntimeError: Boolean value of Tensor with more than one value is ambiguous
        loss = nn.CrossEntropyLoss(scores, labels)
        assert loss.ndim == 0
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        made = re.search(r"(nn\.|\b)([A-Z]\w*Loss)\((?!\))", self.line.code)
        if made or self.case.through(r"loss\.py"):
            says = "the loss was made with the tensors as its settings, and not called"
            fix = self.replaced(f"{made[2]}(", f"{made[2]}()(", 1) if made else None
            advice = "make it first, then call it: criterion = nn.CrossEntropyLoss(); criterion(outputs, labels)"
            yield certain(says, "loss", advice, fix)
        else:
            says = "if, and, or, in or max() compares tensors element by element"
            advice = "(a == b).all() or .any() for one answer; & and | instead of and and or; x is None for None"
            yield likely(says, "call", advice)
            if not self.line.code:
                yield possible("a loss was made with tensors as its settings", "loss", "nn.MSELoss()(outputs, targets)")


class LossTargetGradient(Targets):
    code = "loss-target-gradient"
    signatures = (
        "nn criterions don't compute the gradient w.r.t. targets",
        "derivative for 'target' is not implemented",
        "is not differentiable with respect to argument 'target'",
        "is not differentiable with respect to argument 'weight'",
    )
    says = "a loss has a gradient for its prediction, and none for its target"
    lookalike = "leaf-inplace"
    example = """
        scores, labels = torch.rand(4, requires_grad=True), torch.ones(4)
        # RuntimeError: The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This
        # input cannot have requires_grad True.
        loss = F.soft_margin_loss(labels, scores)
    """
    decide = "print(outputs.requires_grad, targets.requires_grad)"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "'weight'" in self.signature:
            says = "the weights of the classes are learned or computed, and a loss takes them as given"
            yield likely(says, "loss", "weight=weight.detach(); or reduction='none', times weight[labels]")
            return
        yield likely("prediction and target are swapped", "call", "criterion(outputs, targets), the prediction first")
        says = "the target was computed by a network, or made with requires_grad"
        yield possible(says, "loss", "criterion(outputs, targets.detach())")


class CtcLengths(Targets):
    code = "ctc-lengths"
    signatures = (
        "Expected input_lengths to have value at most {most}, but got value {got}",
        "Expected tensor to have size at least {most} at dimension {axis}, but got size {got} for argument "
        "#{place} 'targets'",
        "input_lengths must be of size batch_size",
        "target_lengths must be of size batch_size",
    )
    says = "CTC's lengths don't fit its tensors, [steps, batch, classes] and [batch, longest]"
    lookalike = "target-range"
    example = """
        scores = torch.rand(10, 4, 5).log_softmax(2)
        targets = torch.ones(4, 4, dtype=torch.long)
        # RuntimeError: Expected input_lengths to have value at most 10, but got value 11 (while checking arguments
        # for ctc_loss_allocate_outputs)
        loss = F.ctc_loss(scores, targets, torch.tensor([11] * 4), torch.tensor([4] * 4))
    """
    decide = "print the scores' shape, and both lengths"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "place" in self.facts:
            says = f"a target has the length {self.most}, and the padded targets have {counted(self.got, 'column')}"
            yield likely(says, "data", "count target_lengths on the encoded targets, not on the texts they come from")
        elif "most" in self.facts:
            says = f"a length of {self.got} was given for scores of {self.most} steps"
            advice = "input_lengths in steps after the network, which pools or strides: lengths // factor"
            yield likely(says, "loss", advice)
            yield possible("batch and steps are swapped", "loss", "the scores as [steps, batch, classes]")
        else:
            says = "the lengths are for another number of samples than axis 1 of the scores [steps, batch, classes]"
            yield likely(says, "loss", "log_probs.permute(1, 0, 2) where the batch comes first")
            says = "the last batch is smaller, and lengths are made for a fixed batch_size"
            yield possible(says, "data", "torch.full((x.size(0),), steps), made for the batch at hand")
