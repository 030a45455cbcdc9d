"""Writing over tensors: what a backward still needs, what shares its memory with others; flags of what was computed."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families import graph, order
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "autograd"

IN_PLACE = ("Add", "Sub", "Mul", "Div", "Relu", "CopySlices", "Sigmoid", "Tanh", "MaskedFill")


class InPlace(Rule):
    code = "backward-inplace"
    signatures = ("one of the variables needed for gradient computation has been modified by an inplace operation",)
    says = "a value that backward needs was written over"
    lookalike = "leaf-inplace"
    example = """
        x = torch.rand(3, requires_grad=True)
        y = x.exp()
        y += 1
        # RuntimeError: one of the variables needed for gradient computation has been modified by an inplace
        # operation: [torch.FloatTensor [3]], which is output 0 of Exp, is at version 1; expected version 0 instead.
        # Hint: enable anomaly detection to find the operation that failed to compute its gradient, with
        # torch.autograd.set_detect_anomaly(True, check_nan=False).
        y.sum().backward()
    """
    decide = "torch.autograd.set_detect_anomaly(True): its traceback ends at the operation whose value is lost"

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = " ".join(self.case.raised.text.split())
        made = re.search(r"which is output \d+ of (\w{1,60}?)(?:Backward\d*)?,", text)
        weight = re.search(
            r"Tensor \[[\d, ]+\]\](?:, which is output \d+ of (?:T|AsStrided)(?:Backward\d*)?,)? is at", text
        )
        written = f"the result of {made[1]} was" if made and not weight else "a tensor was"
        if made and made[1].rstrip("0") in IN_PLACE:
            written = f"a tensor, last by {made[1]}, was"  # which may be the operation in place itself
        says = f"{written} changed after it was used: x += y, x[i] = y, relu_ or inplace=True"
        advice = "x = x + y, inplace=False, or .clone() before writing"
        stepped = "a weight was changed: optimizer.step() came between the forward and the backward of a loss (GANs)"
        steps = "both backward() first, then the steps; or compute the second loss anew after the step, a "
        steps += "discriminator's on what doesn't reach the other network: D(fake.detach())"
        if re.search(r"operation: \[torch\.(?:cuda\.)?(?:Long|Int)Tensor", text):
            yield self.of_indices()
            return
        writes = graph.writes(self.case, made[1] if made else "")
        if weight and self.case.elsewhere(r"\.backward\("):
            writes = []  # several losses, and a step between them
        if (weight or not writes) and (early := order.too_early(self.case)):
            yield self.of_step(*early)
            yield possible(says, "call", advice)
        elif writes:
            yield self.of_writes(writes)
            yield possible(stepped, "loss", steps)
        elif weight:
            yield likely(stepped, "loss", steps)
            yield possible(says, "call", advice)
        else:
            yield likely(says, "call", advice)
            yield possible(stepped, "loss", steps)

    def of_indices(self) -> Hypothesis:
        """Whole numbers, which no weight has, and which a look-up keeps for its backward."""
        says = "whole numbers were changed after they were looked up by: token ids, class numbers, an index of gather"
        advice = "a copy before the change, ids = ids.clone(); or torch.where(mask, new, ids), which makes another"
        return likely(says, "data", advice)

    def of_step(self, early: list[ast.Assign], step: ast.stmt) -> Hypothesis:
        """A loss whose network is run before a step that changes it, and that goes backward after it."""
        loss, frame = self.line.code.partition(".backward")[0], self.case.frame
        numbers = lines_told([each.lineno for each in early])
        says = f"line {step.lineno}, {ast.unparse(step)}, changes weights in place that {loss} went through before "
        says += f"({numbers}), and {loss} goes backward after that"
        advice = f"compute it after the step: {numbers} below line {step.lineno}. Both backward() before both steps "
        advice += "runs as well, and what that leaves in the other network's gradients is to be zeroed"
        return likely(says, "loss", advice, order.moved_below(self.case, frame.file, early, step) if frame else None)

    def of_writes(self, writes: list[graph.Write]) -> Hypothesis:
        """The places of the user's file that write over a tensor in forward."""
        says = f"{lines_told([each.number for each in writes])} write{'' if writes[1:] else 's'} over a tensor in place"
        says += f"{', and one of them over one' if writes[1:] else ''} that an operation before needs for its gradient"
        advice = "x = x + y makes a new tensor; inplace=False; torch.where or .clone() before x[i] = y"
        return likely(says, "call", advice, graph.written(self.case, writes[0]) if len(writes) == 1 else None)


class ViewInPlace(Rule):
    code = "view-inplace"
    signatures = (
        "is a view and is being modified inplace",
        "is a view and its base or another view of its base has been modified inplace",
        "A view was created in {mode:word} mode and is being modified inplace",
        "Can't detach views in-place",
    )
    says = "a view shares its memory with its tensor, and not every view may be written over"
    lookalike = "leaf-inplace"
    example = """
        x = nn.Linear(3, 4)(torch.rand(2, 3))
        first, second = x.chunk(2)
        # RuntimeError: Output 0 of Split is a view and is being modified inplace. This view is the output of a function
        # that returns multiple views. Such functions do not allow the output views to be modified inplace. You should
        # replace the inplace operation by an out-of-place one.
        first += 1
    """
    by_message = (
        (
            "Hook",
            likely(
                "a hook on the whole module (register_full_backward_hook, as for Grad-CAM) hands values on as views, "
                "and a layer writes over them",
                "model",
                "ReLU(inplace=False) and x = x + y in that module; or a hook on the tensor: out.register_hook(…)",
            ),
        ),
        (
            "multiple views",
            certain(
                "chunk, split and unbind (and a loop over a tensor) give views of one tensor, and one is written over",
                "call",
                "make a new one, part = part + 1, or part = part.clone() before",
            ),
        ),
        (
            "custom Function",
            likely(
                "a function of your own returns its input, or a part of it, and that is written over",
                "call",
                "return x.clone() from its forward; x = x + y in the place of x += y",
            ),
        ),
        ("detach", certain("detach_() is asked of a view", "call", "x = x.detach(), without the underscore")),
    )
    usual = (
        likely(
            "the view was made in no_grad or inference mode, and is written over outside of it",
            "call",
            "both within the with, or both outside of it; x.clone() cuts them apart",
        ),
    )


class MemoryShared(Rule):
    code = "memory-shared"
    signatures = (
        "more than one element of the written-to tensor refers to a single memory location",
        "some elements of the input tensor and the written-to tensor refer to a single memory location",
    )
    says = "what is written over has one memory for several elements"
    lookalike = "view-inplace"
    example = """
        mask = torch.zeros(1, 3).expand(2, 3)
        # RuntimeError: unsupported operation: more than one element of the written-to tensor refers to a single memory
        # location. Please clone() the tensor before performing the operation.
        mask += 1
    """
    by_message = (
        (
            "input tensor",
            certain(
                "a part of the tensor is written over with another part of it, which overlaps",
                "call",
                "copy first: x[1:] = x[:-1].clone()",
            ),
        ),
    )
    usual = (
        likely(
            "expand() (expand_as, broadcast_to) repeats without copying: a write to one row would be one to all",
            "call",
            "x = x.expand(…).clone() or repeat(…) before it is written to; or x = x + y, which makes a new one",
        ),
    )


class GradientFlag(Rule):
    code = "gradient-flag"
    signatures = ("you can only change requires_grad flags of leaf variables",)
    says = "requires_grad is set for what is learned, not for what is computed"
    lookalike = "optimizer-leaf"
    example = """
        features = nn.Linear(3, 4)(torch.rand(2, 3))
        # RuntimeError: you can only change requires_grad flags of leaf variables. If you want to use a computed
        # variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().
        features.requires_grad = False
    """
    usual = (
        certain(
            "the tensor was computed, and carries a graph",
            "call",
            "x = x.detach() cuts it off; to freeze layers: for p in layer.parameters(): p.requires_grad = False",
        ),
    )
