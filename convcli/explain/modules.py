"""Modules that aren't put together as torch wants them, and sizes that are no whole numbers."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "arguments"


class FloatSize(Rule):
    code = "float-size"
    signatures = (
        'type must be tuple of ints,but got {given:word}"',
        "must be tuple of ints, but found element of type {given:word} at pos",
        "must be tuple of ints, not {given:word}",
        "new() received an invalid combination of arguments - got ({given:word}, ",
        "new(): {} must be {}, but found element of type {given:word}",
        "empty() received an invalid combination of arguments - got (tuple, dtype=NoneType, device=NoneType)",
        "'{given:word}' object cannot be interpreted as an integer",
        "{function:word}() received an invalid combination of arguments - got (Tensor, {kinds:words}), but expected",
    )
    says = "sizes are whole numbers"
    lookalike = "call-arguments"
    example = """
        width = 64
        # TypeError: empty(): argument 'size' failed to unpack the object at pos 2 with error "type must be tuple of
        # ints,but got float"
        layer = nn.Linear(width / 2, 10)
        assert layer.weight.shape == (10, 32)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, code = self.facts.get("given", "float"), self.line.code
        if "kinds" in self.facts:
            if not re.match(r"(?:conv|max_pool|avg_pool|unfold|fold)", self.function):
                return
            kind = re.search(r"tuple of \((float|bool|str|NoneType)", self.case.raised.text)
            says = (
                "a setting of the layer (stride, padding or dilation) is "
                f"{'of type ' + kind[1] if kind else 'no whole number'}"
            )
            advice = "whole numbers where the layer is made: // for /, int(…); older versions took fractions"
            yield likely(says, "model", advice)
            return
        if "interpreted" in self.case.raised.text and not self.case.in_torch:
            return
        if given == "float":
            says = "a size is a float: / divides to one, even where nothing is left over"
            whole = self.instead(re.sub(r"(?<![/*])/(?!/)", "//", code)) if re.search(r"[^/]/[^/]", code) else None
            yield certain(says, "model", "// divides to a whole number; int(…) makes one", whole)
        elif given == "Tensor":
            says = "a tensor stands where a layer's size is wanted: the tensor comes when the layer is called"
            yield certain(says, "call", "layer = nn.Linear(3, 10) first, then layer(x)")
        else:
            yield certain(f"a size is of type {given}", "model", "give a whole number, or a tuple of them")


class Modules(Rule):
    code = "module-made"
    signatures = (
        "cannot assign module before Module.__init__() call",
        "cannot assign parameters before Module.__init__() call",
        'Module [{module:word}] is missing the required "forward" function',
        "{given:word} is not a Module subclass",
        "optimizer got an empty parameter list",
        "'{model:word}' object has no attribute '{attribute:word}'",
        "Module {model:word} has no attribute {attribute:word}",
        "_forward_unimplemented() {}",
    )
    says = "the module isn't put together as nn.Module wants it"
    lookalike = "'tuple' object has no attribute 'size'"
    example = """
        # TypeError: list is not a Module subclass
        net = nn.Sequential([nn.Linear(3, 4), nn.ReLU()])
        y = net(torch.rand(2, 3))
        assert y.shape == (2, 4)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        if "cannot assign" in text:
            says = "__init__ sets a layer before nn.Module is ready for it"
            yield certain(says, "model", "super().__init__() as the first line of __init__")
        elif "forward" in text:
            name = self.facts.get("module", "the module")
            if name in ("ModuleList", "ModuleDict"):
                says, advice = (
                    f"an nn.{name} only holds layers",
                    "for layer in self.layers: x = layer(x), or nn.Sequential",
                )
            else:
                says = f"{name} has no forward: misspelt, or indented so that it stands inside of __init__"
                advice = "def forward(self, x): at the depth of __init__"
            yield certain(says, "model", advice)
        elif "Module subclass" in text:
            if self.given in ("list", "tuple", "generator"):
                says, advice = f"nn.Sequential takes layers, and got a {self.given}", "nn.Sequential(*layers)"
                parts = self.line.argument(self.line.call(r"Sequential$"), 0)
                fix = (
                    self.instead(self.line.edited(self.line.text(parts), "*" + self.line.text(parts)))
                    if parts
                    else None
                )
                yield certain(says, "model", advice, fix)
            else:
                last = self.given.rpartition(".")[2]
                says = f"{last} is a class or function, not a layer that was made"
                yield certain(says, "model", f"nn.{last}() with brackets")
        elif "optimizer" in text:
            says = "the model has no parameters: its layers are in a plain list or dict, or not in self"
            yield likely(says, "model", "nn.ModuleList or nn.Sequential registers layers; self.layer = … in __init__")
        elif "attribute" in self.facts:
            parallel = self.model in ("DataParallel", "DistributedDataParallel")
            raised_by = self.case.through(r"__getattr__.*torch[/\\]nn[/\\]modules[/\\]module")
            if not (parallel or raised_by or self.case.raised.kind == "ModuleAttributeError"):
                return
            if parallel:
                yield certain(f"the model is inside of {self.model}", "call", f"model.module.{self.attribute}")
                return
            if self.attribute == "module":
                says = f"{self.model} isn't inside of DataParallel here, so there is no .module"
                yield certain(says, "call", "take the model itself, without .module", self.replaced(".module.", ".", 1))
                return
            says = f"{self.model} has no {self.attribute!r}: misspelt, never set in __init__, or saved with other code"
            yield likely(says, "model", f"self.{self.attribute} = … in __init__, named as in forward")


class Scalar(Rule):
    code = "number-wanted"
    signatures = (
        "a Tensor with {count} elements cannot be converted to Scalar",
        "only integer tensors of a single element can be converted to an index",
    )
    says = "one number is wanted, and the tensor has another count of them"
    lookalike = "loss-made"
    example = """
        losses = torch.rand(3)
        # RuntimeError: a Tensor with 3 elements cannot be converted to Scalar
        loss = losses.item()
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = (
            f"the tensor has {self.facts.get('count', 'several')} elements: a loss with reduction='none', or a "
            "batch of values"
        )
        yield likely(says, "call", ".mean() or .sum() before .item(); .tolist() for all of them")
