"""Gradients of another type, or on another device, than what they are for."""

import re
from collections.abc import Iterator

from convcli.explain.families.device import on_gpu
from convcli.explain.families.dtype import SMALL, method
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "dtype"


class GradientKind(Rule):
    code = "gradient-kind"
    signatures = (
        "Function {function:word} returned an invalid gradient at index {} - expected type {weight:word} but got "
        "{given:word}",
        "Function {function:word} returned an invalid gradient at index {} - expected device {weight:word} but got "
        "{given:word}",
        "Expected tensor for argument #{} 'grad_output' to have the same type as tensor for argument #{} '{}'; but "
        "type {given:word} does not equal {weight:word}",
        "attempting to assign a gradient with dtype '{given:word}' to a tensor with grad_dtype '{weight:word}'",
        "attempting to assign a gradient with device type '{given:word}' to a tensor with device type '{weight:word}'",
        "assigned grad has data of a different type",
        "assigned grad has data located on a different device",
    )
    says = "a gradient is of the type, and on the device, of what it is for"
    lookalike = "device-mixed"
    example = """
        weight, half = torch.rand(3, requires_grad=True), torch.rand(3).half()
        # RuntimeError: attempting to assign a gradient with dtype 'c10::Half' to a tensor with grad_dtype 'Float'.
        weight.grad = half
    """
    decide = "print(out.dtype, loss.dtype, loss.device) before backward(), and run it once without autocast"

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, weight = self.facts.get("given", ""), self.facts.get("weight", "")
        types = {method(given), method(weight)}
        if "assign" in self.signature:
            says = f"a gradient set by hand is {given or 'another'} and its weight {weight or 'not'}"
            yield likely(says, "call", "p.grad = gradient.to(p), of the weight's type and device")
        elif on_gpu(given) != on_gpu(weight) or not any(types):
            yield from self.of_devices()
        elif types & set(SMALL):
            half = next(each for each in SMALL if each in types)
            says = f"the forward went well and its backward met {half} and full precision in one layer: autocast, or"
            says += f" .{half}() by hand, around a part of it"
            advice = (
                "model and loss under autocast, scaler.scale(loss).backward() outside of it; no .half() or .float()"
            )
            yield likely(says, "call", f"{advice} by hand on model, output or loss")
            says = "backward() runs within autocast, or a function of your own casts in forward and not in backward"
            yield possible(says, "call", "take loss.backward() out of the with; custom_fwd and custom_bwd do the casts")
        else:
            says = f"a gradient is {method(given)} where {method(weight)} is taken: the loss calculated in another type"
            yield likely(says, "data", "targets and constants of the loss to float32: targets.float()")

    def of_devices(self) -> Iterator[Hypothesis]:
        of_torch = re.match(r"(?:Add|Sub|Mul|Div|Sum|Stack|Cat|Copy)\w*Backward", self.facts.get("function", ""))
        made = (
            "a number or tensor that the loss is calculated with was made on another device: torch.tensor(0.0), zeros"
        )
        own = "a backward of your own, or .data, put a gradient on another device than its input"
        advice = "device=x.device where it is made; a sum of losses starts at 0, a plain number"
        first, second = (made, "loss", advice), (own, "call", "return gradient.to(x.device) from it")
        if "function" in self.facts and not of_torch:
            first, second = second, first
        yield likely(*first)
        yield possible(*second)


class AutocastScaled(Rule):
    code = "dtype-scaled"
    signatures = ("Attempting to unscale FP16 gradients",)
    says = "a GradScaler is for float32 weights, and these are half"
    lookalike = "dtype"
    example = """
        net = nn.Linear(3, 4).half()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        scaler = torch.amp.GradScaler("cpu")
        scaler.scale(net(torch.rand(2, 3).half()).sum()).backward()
        # ValueError: Attempting to unscale FP16 gradients.
        scaler.step(optimizer)
    """
    usual = (
        likely(
            "the model was converted with .half() (or loaded as float16) and trained with a scaler",
            "model",
            "keep the weights float32 and let autocast choose types; model.half() is for inference",
        ),
        possible("only some weights are trained (LoRA, say)", "model", "make the trained ones float32"),
    )
    decide = "print(set(p.dtype for p in model.parameters() if p.requires_grad))"


class ScalerOrder(Rule):
    code = "scaler-order"
    signatures = (
        "No inf checks were recorded for this optimizer",
        "unscale_() has already been called on this optimizer since the last update()",
        "unscale_() is being called after step()",
        "step() has already been called since the last update()",
    )
    says = "a GradScaler has its order: scale(loss).backward(), unscale_, step, update"
    lookalike = "dtype-scaled"
    example = """
        net = nn.Linear(3, 4)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        scaler = torch.amp.GradScaler("cpu")
        scaler.scale(net(torch.rand(2, 3)).sum())
        # AssertionError: No inf checks were recorded for this optimizer.
        scaler.step(optimizer)
    """
    by_message = (
        (
            "No inf checks",
            likely(
                "no parameter of the optimizer has a gradient: backward() wasn't called on the scaled loss, or the "
                "loss depends on none of them (frozen, another model's, of an optimizer that this loss isn't for)",
                "loss",
                "scaler.scale(loss).backward() before scaler.step(optimizer); print([p.grad is None for p in …])",
            ),
        ),
        (
            "update",
            likely(
                "scaler.update() is missing: after accumulation, a skipped batch, or for one of two optimizers",
                "call",
                "unscale_ and step once for each optimizer, then scaler.update() once; in accumulation, all of them in "
                "the batch that steps",
            ),
        ),
    )
    usual = (
        certain("gradients are unscaled before the step, to be clipped", "call", "scaler.unscale_ first, then step"),
    )


class FunctionBackward(Rule):
    code = "function-backward"
    signatures = (
        "function {function:word} returned an incorrect number of gradients (expected {wanted}, got {given})",
        "Legacy autograd function with non-static forward method is deprecated",
        "save_for_backward can only save variables, but argument {place} is of type {kind:word}",
    )
    says = "an autograd function of your own isn't written as torch takes it"
    lookalike = "gradient-kind"
    example = """
        class Scaled(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                return x * factor
            @staticmethod
            def backward(ctx, gradient):
                return gradient
        loss = Scaled.apply(torch.rand(3, requires_grad=True), 2).sum()
        # RuntimeError: function ScaledBackward returned an incorrect number of gradients (expected 2, got 1)
        loss.backward()
    """
    by_message = (
        (
            "Legacy",
            certain(
                "the function is written as before torch 1.3: an object, with self in the place of ctx",
                "model",
                "@staticmethod def forward(ctx, …) and backward(ctx, …), called by Name.apply(…)",
            ),
        ),
        (
            "save_for_backward",
            certain(
                "tensors alone are saved so", "model", "ctx.size = x.shape for what is no tensor; ctx.needs_input_grad"
            ),
        ),
    )
    usual = (
        certain(
            "forward takes {wanted} arguments after ctx, and backward returns {given} gradients",
            "model",
            "one for each argument of forward, in its order; None for what has none (numbers, flags, indices)",
        ),
    )
