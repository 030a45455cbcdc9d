"""Gradients: what autograd refuses. Advice alone, as no line shows what was meant."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families import frozen, graph, order
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "autograd"

# What is often behind a second backward, whatever the line is.
EARLIER = (
    "something computed in an earlier step is used in this one: an RNN's hidden state, a running loss",
    "call",
    "h = h.detach() between steps; compute it anew inside the loop; total += loss.item()",
)
SHARED = (
    "two backward() in one step go through one forward: of two losses, or of the same output",
    "loss",
    "(loss_a + loss_b).backward() once; run the model again between them where weights change",
)

# Said of training that keeps a base frozen and computes its blocks twice.
CHECKPOINTED = (
    r"(?i)\blora|\bpeft\b|[/\\]peft[/\\]|gradient.?checkpoint|None of the inputs have requires_grad"
    r"|(?<![a-z])trainer\.train(?![a-z_])|utils[/\\]checkpoint"
)


class NoGradient(Rule):
    code = "no-gradient"
    signatures = (
        "element {index} of tensors does not require grad and does not have a grad_fn",
        "element {index} of variables does not require grad and does not have a grad_fn",
        "One of the differentiated Tensors does not require grad",
    )
    says = "the loss doesn't depend on anything that is learned"
    lookalike = "backward-scalar"
    example = """
        net = nn.Linear(3, 1)
        with torch.no_grad():
            loss = net(torch.rand(2, 3)).sum()
        # RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
        loss.backward()
    """
    usual = (
        likely(
            "the way from the parameters to the loss is cut: no_grad(), .detach(), .item(), .numpy(), argmax, or "
            "torch.tensor(loss)",
            "loss",
            "keep every step from model to loss a differentiable torch operation; print(out.requires_grad) finds "
            "the cut",
        ),
        possible("all parameters are frozen (requires_grad=False)", "model", "leave some of them to be trained"),
    )

    def hypotheses(self) -> Iterator[Hypothesis]:
        checkpointed = re.search(CHECKPOINTED, self.case.raised.text) or self.case.through(CHECKPOINTED)
        if checkpointed:
            says = "gradient checkpointing over a frozen base (LoRA): its blocks get inputs without gradients, and cut"
            advice = "model.enable_input_require_grads() before training, or use_reentrant=False for the checkpoints"
            yield likely(says, "model", advice)
        cut, freezes = graph.cuts(self.case, self.line.code), frozen.lines(self.case)
        whole = frozen.whole(self.case)
        if not checkpointed and (cut or freezes or whole):
            frozen_by = self.frozen_all(whole) if whole else self.frozen_by(freezes) if freezes else None
            yield from self.in_file(cut, frozen_by)
            return
        for each in super().hypotheses():
            yield possible(each.says, each.change, each.advice) if checkpointed else each

    def in_file(self, cut: list[int], frozen_by: Hypothesis | None) -> Iterator[Hypothesis]:
        """What the user's file does to the gradients: where it cuts the way to the loss, and what it freezes."""
        if frozen_by and not cut:
            yield frozen_by
            each = self.usual[0]
            yield possible(each.says, each.change, each.advice)
            return
        says = f"{lines_told(cut)} cut{'' if cut[1:] else 's'} the way from the parameters to the loss"
        kept = "what the loss is made of stays a differentiable torch operation; detach only what is printed or stored"
        cuts = likely(says, "loss", kept)
        if copied := graph.copied(self.case, cut):
            number, name, stacked = copied
            says = f"line {number} cuts the way from the parameters to the loss: torch.tensor({name}) copies the "
            kept = f"torch.stack({name}) keeps it; torch.tensor is for numbers that nothing is learned from"
            cuts = likely(f"{says}numbers, without what they were computed from", "loss", kept, stacked)
        yield cuts
        if frozen_by:
            yield possible(frozen_by.says, frozen_by.change, frozen_by.advice)

    def frozen_by(self, numbers: list[int]) -> Hypothesis:
        says = f"{lines_told(numbers)} freeze{'' if numbers[1:] else 's'} parameters: all that the loss depends on"
        return likely(
            says, "model", "leave some to be trained: freeze first, then put the new layer in, or unfreeze it"
        )

    def frozen_all(self, whole: frozen.Whole) -> Hypothesis:
        if whole.put:
            says = f"{whole.put} puts a new layer in, and {whole.freezing} freezes it with all the others"
            advice = (
                f"freeze first, then put the new layer in: {whole.freezing} above {whole.put}; or freeze the others "
            )
            return likely(says, "model", f"{advice}alone, those of a backbone, say", whole.fix)
        says = f"{whole.freezing} freezes all parameters of {whole.owner}, and nothing sets requires_grad to True again"
        advice = "freeze a part alone, the parameters of a backbone, say; or freeze first, then put the new layer in"
        return likely(says, "model", advice)

    decide = "print(next(model.parameters()).requires_grad, out.requires_grad)"
    not_that = "loss.requires_grad_() runs, and nothing is learned"


class NotScalar(Rule):
    code = "backward-scalar"
    signatures = (
        "Grad can be implicitly created only for scalar outputs",
        "grad_output[{}] has a shape of {gradient:shape} and output[{}] has a shape of {output:shape}",
        "invalid gradient at index {} - expected shape {output:shape} but got {gradient:shape}",
    )
    says = "backward() starts from one number"
    lookalike = "no-gradient"
    example = """
        scores = nn.Linear(3, 4)(torch.rand(2, 3))
        # RuntimeError: grad can be implicitly created only for scalar outputs
        scores.backward()
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "output" in self.facts:
            says = f"backward(gradient) got a gradient of {list(self.gradient)} for a result of {list(self.output)}"
            advice = "(-loss).backward() needs none; or one of the result's shape, torch.tensor(-1.0) for a number"
            yield certain(says, "call", advice)
            return
        if derived := graph.derived(self.case):
            output, fix = derived
            says = f"torch.autograd.grad starts from one number as well, and {output} has one for each sample"
            advice = f"grad_outputs=torch.ones_like({output}), or {output}.sum(): each sample's own gradient, where "
            advice += f".mean() would divide it by the batch; of several columns, {output}[:, i] one by one"
            yield certain(says, "call", advice, fix)
            return
        says = "the loss has a value for each element or sample: reduction='none', or one for each GPU of DataParallel"
        yield certain(says, "loss", "loss.mean() or loss.sum() before backward()")


class BackwardTwice(Rule):
    code = "backward-twice"
    signatures = ("Trying to backward through the graph a second time",)
    says = "the graph is freed after backward, and a part of it is used again"
    lookalike = "backward-scalar"
    example = """
        x = torch.rand(3, requires_grad=True)
        loss = (x * x).sum()
        loss.backward()
        # RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after
        # they have already been freed). Saved intermediate values of the graph are freed when you call .backward()
        # or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or
        # if you need to access saved tensors after calling backward.
        loss.backward()
    """
    decide = "what is made outside of the loop and used within it, and how often backward() is called in a step"

    def output_of_both_losses(self) -> Iterator[Hypothesis]:
        if both := next(graph.shared(self.case), None):
            name, first, second = both
            says = f"{name} goes into {ast.unparse(first.func)} and {ast.unparse(second.func)}, and each goes backward "
            says += f"through what made it ({lines_told(sorted({first.lineno, second.lineno}))})"
            advice = f"{name}.detach() for the discriminator's loss, which doesn't train what made it"
            yield likely(says, "loss", advice, graph.detached(self.case, name, first))
            yield possible(*EARLIER)

    def kept_from_earlier(self) -> Iterator[Hypothesis]:
        if total := graph.summed(self.case):
            name, number = total
            says = (
                f"line {number} adds to {name} in every step, and so to what was computed, and freed, in those before"
            )
            advice = f"{name} = 0 at the start of each step; {name} += loss.item() for what is printed"
            yield likely(says, "call", advice)
            yield possible(*SHARED)
        elif state := graph.carried(self.case):
            name, number = state
            says = f"{name} of the step before goes into this one (line {number}), with a graph that is freed by now"
            pairs = self.case.source.says("LSTM")
            code = f"{name} = tuple(each.detach() for each in {name})" if pairs else f"{name} = {name}.detach()"
            yield likely(says, "call", f"{code} in each step", self.before(code))
            yield possible(*SHARED)

    def one_output_twice(self) -> Iterator[Hypothesis]:
        if found := order.twice(self.case):
            first, second = (each.lineno for each in found.losses)
            made = ast.unparse(found.made)
            says = f"what line {found.made.lineno} computes, {made}, goes backward in line {first} and again in line "
            says += f"{second}: the first frees its graph, and a step has changed the weights since (line "
            anew = order.made_anew(self.case, found)
            advice = f"run the network again for the second loss, with the weights of then: {made} before it"
            yield likely(f"{says}{found.step.lineno})", "loss", advice, anew)
            yield possible(*EARLIER)

    def two_losses(self) -> Iterator[Hypothesis]:
        adversarial = r"(?i)(?:^|[^a-z])[dg]_?loss|loss_?[dg](?:[^a-z]|$)|err_?[dg]|disc|gen(?:er|_|\b)|adv|critic"
        if self.line.has(adversarial):
            says = "the generator's output, or the discriminator's verdict, is used by both losses"
            advice = "discriminator(fake.detach()) for its own loss, and discriminator(fake) anew for the generator's"
            yield likely(says, "loss", advice)
        elif row := graph.in_a_row(self.case):
            says = f"{' and '.join(row[0])} each go backward through what made both, and the first of them frees that"
            yield likely(says, "loss", f"{row[1]} once", row[2])
        elif gradient := self.gradient:
            output = self.line.code.partition(".backward")[0]
            says = (
                f"{output} and another output of the same forward each go backward, and the first of them frees what "
            )
            says += "made both"
            advice = (
                f"torch.autograd.backward([{output}, other], [{gradient}, its_gradient]) once, or retain_graph=True "
            )
            yield likely(says, "loss", f"{advice}in the first of the two, not in the last")
        elif self.line.has(r"\w\(.+\)\.backward|retain_graph"):
            yield likely(*SHARED)
        else:
            return
        yield possible(*EARLIER)

    def no_loop(self) -> Iterator[Hypothesis]:
        if graph.once(self.case):
            says = "one forward and one backward stand here, and no loop: backward ran again without the forward, as a "
            says += "notebook's cell does, or what the forward takes was itself computed with gradients, before"
            yield likely(says, "call", "both in one cell or loop; detach() what is computed before it")

    causes = (output_of_both_losses, kept_from_earlier, one_output_twice, two_losses, no_loop)
    usual = (likely(*EARLIER), possible(*SHARED))

    @property
    def gradient(self) -> str:
        """What the user's line hands to backward() beside an output that is no loss: its gradient."""
        output, back, _ = self.line.code.partition(".backward")
        handed = self.line.text(self.line.argument(self.line.call(r"\.backward$"), 0, "gradient")) if back else ""
        return "" if handed == "None" or re.search(graph.LOSS, output) else handed

    not_that = "retain_graph=True in every step silences it, and then memory and time grow with each step"


class Unused(Rule):
    code = "unused-parameter"
    signatures = (
        "One of the differentiated Tensors appears {} have been used in the graph",
        "The differentiated Tensor at index {index} appears to not have been used in the graph",
        "Expected to have finished reduction in the prior iteration before starting a new one",
        "Expected to mark a variable ready only once",
        "has parameters that were not used in producing the loss",
    )
    says = "each parameter has a part in the loss, and for DDP one in each step"
    lookalike = "no-gradient"
    example = """
        a, b = torch.rand(3, requires_grad=True), torch.rand(3, requires_grad=True)
        # RuntimeError: The differentiated Tensor at index 0 appears to not have been used in the graph. Set
        # allow_unused=True if this is the desired behavior.
        gradients = torch.autograd.grad((a * a).sum(), b)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "ready only once" in self.case.raised.text:
            says = "a parameter got its gradient twice: two backward() a step, a use outside forward, a checkpoint"
            advice = "one backward() of all losses; checkpoint(…, use_reentrant=False); DDP(…, static_graph=True)"
            yield likely(says, "call", advice)
            return
        asked = self.line.text(self.line.argument(self.line.call(r"\bgrad$"), 1, "inputs"))
        if asked and "parameters" not in asked:
            says = f"the loss wasn't computed from {asked}: that was made afterwards, detached, or is a copy"
            if re.search(r"\.(?:clone|detach|view|reshape|to|cuda|float)\(", asked):
                says = f"{asked} makes a new tensor here, which the loss can't have been computed from"
            yield likely(says, "call", "ask for the very tensor that went in, and compute the loss after it")
            return
        named = re.search(r"Parameters which did not receive grad for rank \d+: (.{1,2000})", self.case.raised.text)
        layers = list(dict.fromkeys(re.findall(r"([\w.]+)\.\w+", named[1]))) if named else []
        which = ", ".join(layers[:3]) + (" …" if layers[3:] else "") or "a layer"
        says = f"{which}: made and not called in this forward, or the output isn't used in the loss"
        meant = "allow_unused=True, or find_unused_parameters=True for DDP"
        if "LightningModule" in self.case.raised.text:
            meant = 'Trainer(strategy="ddp_find_unused_parameters_true")'
        yield likely(says, "model", f"use it or leave it out; where that is meant, {meant}")
