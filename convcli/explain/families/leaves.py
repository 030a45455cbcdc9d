"""Tensors that are learned, the leaves of a graph, and those that are computed and carry one."""

from collections.abc import Iterator

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families import graph
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely

FAMILY = "autograd"


class LeafInPlace(Rule):
    code = "leaf-inplace"
    signatures = (
        "a leaf Variable that requires grad is being used in an in-place operation",
        "a leaf Variable that requires grad has been used in an in-place operation",
        "a view of a leaf Variable that requires grad is being used in an in-place operation",
        "leaf variable has been moved into the graph interior",
    )
    says = "a parameter is changed by hand while autograd watches"
    lookalike = "backward-inplace"
    example = """
        weight = torch.rand(3, requires_grad=True)
        # RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
        weight -= 0.1
    """
    usual = (
        certain(
            "a parameter (or an input with requires_grad) is written to in place",
            "call",
            "with torch.no_grad(): around initialisation and updates by hand; x = x - 0.1 makes a new tensor",
        ),
    )


class NonLeaf(Rule):
    code = "optimizer-leaf"
    signatures = ("Can't optimize a non-leaf {}",)
    says = "an optimizer takes tensors that were made, not computed"
    lookalike = "leaf-inplace"
    example = """
        weight = torch.rand(3, requires_grad=True) * 2
        # ValueError: can't optimize a non-leaf Tensor
        optimizer = torch.optim.SGD([weight], lr=0.1)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if calculated := graph.computed(self.case):
            number, fix = calculated
            says = f"line {number} calculates with a tensor that requires_grad, and so makes another, which is no leaf"
            yield certain(says, "call", "requires_grad_() on the result, or nn.Parameter(…) around it", fix)
            return
        if self.line.has(r"\.param\w*\("):
            says = "a parameter of the model was replaced by a tensor that was computed, moved or cast"
            advice = "layer.weight = nn.Parameter(tensor), or layer.weight.data.copy_(tensor); model.to(device) after"
            yield likely(says, "model", advice)
            return
        says = ".to(device), .cuda() or arithmetic after requires_grad=True makes a new tensor, which is no leaf"
        advice = "torch.rand(3, device=device, requires_grad=True), or x = x.detach().requires_grad_()"
        yield certain(says, "model", advice)


class NumpyGrad(Rule):
    code = "numpy-gradient"
    signatures = ("Can't call numpy() on {kind:word} that requires grad",)
    says = "NumPy can't carry gradients"
    lookalike = "device-numpy"
    example = """
        y = nn.Linear(3, 4)(torch.rand(2, 3))
        # RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
        values = y.numpy()
        assert values.shape == (2, 4)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.frame and self.case.frame.function == "forward" and self.line.has(r"\bnp\.\w+\("):
            says = "NumPy calculates within forward, and .detach() would cut the parameters off from the loss"
            yield likely(says, "call", "torch's own: torch.stack(parts).sum(0) for np.sum, torch.cat, x.exp()")
            return
        fix = self.replaced(".numpy()", ".detach().numpy()")
        says = "the tensor is part of a graph: an output of the model, or a parameter"
        advice = ".detach().cpu().numpy(), or with torch.no_grad(): around predictions"
        if not fix and self.case.through("matplotlib|__array__|seaborn|sklearn"):
            says = "plots and NumPy's functions were handed tensors of a graph, or a list of them, of losses mostly"
            advice = "losses.append(loss.item()) keeps numbers; tensor.detach() for all else"
        yield certain(says, "call", advice, fix)


class Inference(Rule):
    code = "inference-tensor"
    signatures = (
        "Inference tensors cannot be saved for backward",
        "Inplace update to inference tensor outside InferenceMode is not allowed",
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed",
        "Inference tensors do not track version counter",
    )
    says = "what is computed in inference mode can't take part in training"
    lookalike = "leaf-inplace"
    example = """
        net = nn.Linear(3, 1)
        with torch.inference_mode():
            features = torch.rand(2, 3) * 2
        # RuntimeError: Inference tensors cannot be saved for backward. Please do not use Tensors created in inference
        # mode in computation tracked by autograd.
        loss = net(features).sum()
        assert loss.requires_grad
    """
    not_that = "requires_grad_() and detach() leave it an inference tensor"

    def hypotheses(self) -> Iterator[Hypothesis]:
        frame, lines = self.case.frame, self.case.elsewhere("inference_mode")
        says = f"{self.x} was computed under torch.inference_mode(){f' ({lines_told(lines)})' if lines else ''}"
        advice = f"torch.no_grad() in the place of that; or a copy made outside of it, {self.x}.clone()"
        if "Lightning" in self.case.raised.text or self.case.through("lightning"):
            advice += "; Trainer(inference_mode=False)"
        fix = None
        if frame and len(lines) == 1:
            code = self.case.source.texts[frame.file][lines[0] - 1].strip()
            fix = Fix(code.replace("inference_mode", "no_grad"), "instead", frame.file, lines[0])
        yield likely(says, "call", advice, fix)


class DeepCopy(Rule):
    code = "copy-gradient"
    signatures = ("Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol",)
    says = "a tensor that was computed can't be deep-copied"
    lookalike = "optimizer-leaf"
    example = """
        import copy
        y = torch.rand(3, requires_grad=True) * 2
        # RuntimeError: Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at
        # the moment.  If you were attempting to deepcopy a module, this may be because of a
        # torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001
        z = copy.deepcopy(y)
    """
    usual = (
        certain("a module or list keeps an output with its graph", "call", "store x.detach(), or x.detach().clone()"),
    )


class OptimizerParameters(Rule):
    code = "optimizer-parameters"
    signatures = (
        "params argument given to the optimizer should be an iterable of Tensors or dicts, but got {kind:class}",
        "optimizer can only optimize Tensors, but one of the params is {kind:word}",
        "some parameters appear in more than one parameter group",
    )
    says = "an optimizer takes the parameters, each of them once"
    lookalike = "optimizer-leaf"
    example = """
        net = nn.Linear(3, 4)
        # TypeError: optimizer can only optimize Tensors, but one of the params is Module.parameters
        optimizer = torch.optim.SGD([net.parameters()], lr=0.1)
    """
    by_message = (
        (
            "more than one",
            likely(
                "a parameter is in two groups: the head is part of model.parameters() as well, or two parts share one",
                "call",
                "head = set(model.head.parameters()); [p for p in model.parameters() if p not in head] for the other",
            ),
        ),
        (
            "Module.parameters",
            certain(
                "a list of model.parameters() holds what gives the parameters, not them",
                "call",
                "list(a.parameters()) + list(b.parameters()), or itertools.chain; SGD(model.parameters(), …) for one",
            ),
        ),
        (
            "params is str",
            certain("names came: of a state_dict, or of a dict", "call", "model.parameters(), or state.values()"),
        ),
    )
    usual = (
        likely(
            "{kind} came, where the model's parameters are taken",
            "call",
            "SGD(model.parameters(), lr=…); [tensor] for one tensor that is learned",
        ),
    )
