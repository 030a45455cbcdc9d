"""What isn't a state_dict though it is loaded or used as one: models, reports, other optimizers' states."""

import ast
from collections.abc import Iterator

from convcli.explain.evidence.lines import NAME, Line
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely

FAMILY = "state_dict"

OF_MODELS = ("eval", "to", "cuda", "train", "parameters", "forward", "load_state_dict", "modules", "half")


class StateDictKind(Rule):
    code = "state-dict-kind"
    signatures = (
        "Expected state_dict to be dict-like, got {given:class}",
        "OrderedDict' object has no attribute '{attribute:word}'",
        "'dict' object has no attribute '{attribute:word}'",
        "'{report:word}' object has no attribute '{attribute:word}'",
        "'{report:word}' object is not callable",
    )
    says = "a state_dict holds tensors by their names; it is no model"
    layer_named = r"load"
    lookalike = "'tuple' object has no attribute 'size'"
    example = """
        saved = nn.Linear(3, 4)  # torch.save(net) saves the whole of it
        net = nn.Linear(3, 4)
        # TypeError: Expected state_dict to be dict-like, got <class 'torch.nn.modules.linear.Linear'>.
        net.load_state_dict(saved)
        assert net.weight.shape == (4, 3)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "report" in self.facts:
            yield from self.of_report()
        elif "given" in self.facts:
            says = f"{self.x} is a whole model ({self.given}), not a state_dict"
            fix = self.copied() or (self.changed(self.x, "{}.state_dict()") if self._call else None)
            yield certain(says, "checkpoint", "it can be used as it is, or its state_dict() kept and loaded", fix)
        elif self.attribute == "state_dict":
            fix = self.replaced(".state_dict()", "", 1)
            yield certain("torch.load gave the state_dict itself", "checkpoint", "leave out .state_dict()", fix)
        elif self.attribute in OF_MODELS:
            says = "torch.load gave the parameters alone, and they are used as the model"
            yield certain(says, "checkpoint", "model = Net(); model.load_state_dict(torch.load(path)); model.eval()")

    def of_report(self) -> Iterator[Hypothesis]:
        """What load_state_dict returns was taken for the model."""
        if "IncompatibleKeys" not in self.report:
            return
        says = "load_state_dict loads in place and returns a report of keys, and that was assigned as the model"
        loads = [each for each in self.case.source.made if each.callee == "load_state_dict" and each.name]
        fix = None
        if len(loads) == 1 and isinstance(loads[0].call.func, ast.Attribute):
            name, owner = loads[0].name, ast.unparse(loads[0].call.func.value)
            says += f" in {loads[0].place}"
            arguments = ast.unparse(loads[0].call).removeprefix(f"{owner}.")
            code = f"{owner}.{arguments}" if NAME.fullmatch(owner) else f"{name} = {owner}\n{name}.{arguments}"
            fix = Fix(code, "definition", loads[0].file, loads[0].number, loads[0].last)
        yield certain(says, "call", "call it for itself: model.load_state_dict(…), with no model = before it", fix)

    def copied(self) -> Fix | None:
        """The one line of the user's file that keeps a copy of the whole model under this name."""
        name = self.x.rpartition(".")[2]
        copies = [each for each in self.case.source.made if each.callee == "deepcopy" and each.call.args]
        copies = [each for each in copies if each.name.rpartition(".")[2] == name]
        if len(copies) != 1:
            return None
        model = ast.unparse(copies[0].call.args[0])
        code = Line(copies[0].code).edited(model, f"{model}.state_dict()")
        return Fix(code, "definition", copies[0].file, copies[0].number, copies[0].last)


class OptimizerState(Rule):
    code = "optimizer-state"
    signatures = (
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
        "loaded state dict has a different number of parameter groups",
    )
    says = "the optimizer in the checkpoint was made for other parameters"
    lookalike = "state-dict-kind"
    example = """
        saved = torch.optim.SGD(nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)).parameters(), lr=0.1).state_dict()
        optimizer = torch.optim.SGD(nn.Linear(3, 4).parameters(), lr=0.1)
        # ValueError: loaded state dict contains a parameter group that doesn't match the size of optimizer's group
        optimizer.load_state_dict(saved)
    """
    usual = (
        likely(
            "the model has other layers than when it was saved, or other ones are frozen",
            "checkpoint",
            "build model and parameter groups as they were; or load the weights alone and start a fresh optimizer",
        ),
    )
