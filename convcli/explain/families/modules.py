"""Modules that aren't put together as torch wants them, and sizes that are no whole numbers."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.evidence.names import last_name
from convcli.explain.families.calls import ATTRIBUTES, MODULES
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely

FAMILY = "arguments"

IN_ITS_PLACE = "its layers one by one in its place: nn.Sequential(model.stem, *model.blocks)"
CHILDREN = (
    "; what the network's forward does between its layers is lost all the same (class token, positions, flatten): its "
    "own way to the features (forward_features, a hook) has it"
)
# How __init__ is misspelt.
MISSPELT = r"def (_init_|_init__|__init_|__int__|__inti__)\(self"
DIVIDES = r"(?<![/*])/(?!/)"
# In the order in which functions like F.conv2d take them, behind input, weight and bias.
SETTINGS = ("stride", "padding", "dilation", "groups", "kernel_size", "output_padding")
# The functions whose layers are called as they are.
FUNCTIONS = {"relu": "ReLU", "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "leaky_relu": "LeakyReLU", "tanh": "Tanh"}
FUNCTIONS |= {"sigmoid": "Sigmoid", "softplus": "Softplus", "mish": "Mish", "flatten": "Flatten"}


class FloatSize(Rule):
    code = "float-size"
    signatures = (
        'type must be tuple of ints,but got {given:word}"',
        "must be tuple of SymInts, but found element of type {given:word} at pos",
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
            if re.match(r"(?:conv|max_pool|avg_pool|unfold|fold)", self.function):
                yield self.of_setting()
            return
        if "interpreted" in self.signature and not self.case.in_torch:
            return
        if given == "float":
            says = "a size is a float: / divides to one, even where nothing is left over"
            if code and not re.search(DIVIDES, code):
                says = "a size is a float: what it is computed from is one, a ratio say, or was divided by / before"
            yield certain(says, "model", "// divides to a whole number; int(…) makes one", self.divided(code))
        elif given == "Tensor":
            says = "a tensor stands where a layer's size is wanted: the tensor comes when the layer is called"
            yield certain(says, "call", "layer = nn.Linear(3, 10) first, then layer(x)")
        else:
            yield certain(f"a size is of type {given}", "model", "give a whole number, or a tuple of them")

    def divided(self, code: str) -> Fix | None:
        return self.instead(re.sub(DIVIDES, "//", code)) if re.search(DIVIDES, code) else None

    def of_setting(self) -> Hypothesis:
        """A layer's setting that is no whole number: named in the message, or told by its place in the call."""
        text = self.case.raised.text
        listed = re.search(r"invalid types: \((.{1,600}?)\)\s*(?:\*|$)", text.replace("\n", " ").replace("!", ""))
        named = re.search(rf"\b({'|'.join(SETTINGS)})=(float|bool|str|NoneType)\b", text)
        parts = re.split(r", (?![^(]*\))", listed[1]) if listed else []
        odd = [(i, kind[1]) for i, part in enumerate(parts) if (kind := re.search(r"\b(float|bool|str)\b", part))]
        name, what = (named[1], named[2]) if named else ("", odd[0][1] if odd else "")
        if not named and odd and self.function.startswith("conv") and 3 <= odd[0][0] < 7:
            name = SETTINGS[odd[0][0] - 3]
        says = f"{name or 'a setting of the layer (stride, padding or dilation)'} is "
        says += f"of type {what}" if what else "no whole number"
        if what == "float":
            says += ": / makes one, even where nothing is left over"
        advice = f"{name or 'whole numbers'}: // for /, or int(…), where the layer is made; None and bias are not it"
        if what == "bool":
            says += ": a flag (bias, an activation) that was handed over by its place, and stands one off"
            advice = "hand flags over by name where the layer is made; a checkpoint's code and yours are of one version"
        fix = self.divided(self.line.code) if what == "float" else None
        made = [each for each in self.case.source.made if name and re.search(DIVIDES, each.written(name))]
        if len(made) == 1 and not self.generic and not fix:
            fix = self.remade(made[0], **{name: re.sub(DIVIDES, "//", made[0].written(name))})
        return likely(says, "model", advice, fix)


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
        if "cannot assign" in self.signature:
            says = "__init__ sets a layer before nn.Module is ready for it"
            yield certain(says, "model", "super().__init__() as the first line of __init__")
        elif "forward" in self.signature:
            yield self.of_forward(self.facts.get("module", "the module"))
        elif "Module subclass" in self.signature:
            yield self.of_what_is_no_module()
        elif misspelt := self.misspelt():
            says = f"{misspelt} isn't __init__, so Python never calls it, and the model has no layers of its own"
            yield certain(says, "model", "def __init__(self, …), with two underscores on either side")
        elif "optimizer" in self.signature and (passed := self.gone_through()):
            says = f"{passed.partition(' = ')[0]} can be gone through once, and was before this line: {passed}"
            yield likely(says, "call", "params = list(model.parameters()), or [p for p in … if p.requires_grad]")
        elif "optimizer" in self.signature:
            says = "the model has no parameters: its layers are in a plain list or dict, or not in self"
            yield likely(says, "model", "nn.ModuleList or nn.Sequential registers layers; self.layer = … in __init__")
        elif "attribute" in self.facts:
            parallel = self.model in ("DataParallel", "DistributedDataParallel")
            raised_by = self.case.through(r"__getattr__.*torch[/\\]nn[/\\]modules[/\\]module")
            as_tensor = re.fullmatch(MODULES, self.model) and re.fullmatch(ATTRIBUTES, self.attribute)  # wasn't called
            if as_tensor or not (parallel or raised_by or self.case.raised.kind == "ModuleAttributeError"):
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

    def gone_through(self) -> str:
        """The statement that makes what the optimizer gets an iterator, where a line between uses that up."""
        name, frame = self.handed(0, ""), self.case.frame
        for number, line in self.case.behind(name).items() if frame and name.isidentifier() else ():
            between = self.case.source.texts[frame.file][number : frame.number - 1] if frame else []
            used = any(re.search(rf"\b{name}\b", each) for each in between)
            if used and re.search(r"= (?:filter\(|map\(|\(.* for |[\w.]+\.(?:named_)?parameters\(\)$)", line):
                return line
        return ""

    def misspelt(self) -> str:
        """How the user's code spells __init__, where it is meant and not written."""
        lines = "\n".join(line for text in self.case.source.texts.values() for line in text)
        found = re.search(MISSPELT, lines)
        return found[1] if found else ""

    def of_forward(self, name: str) -> Hypothesis:
        """A module without a forward, or a list of layers that is taken for one with it."""
        if name not in ("ModuleList", "ModuleDict"):
            says = f"{name} has no forward: misspelt, or indented so that it stands inside of __init__"
            return certain(says, "model", "def forward(self, x): at the depth of __init__")
        says, advice = f"an nn.{name} only holds layers", "for layer in self.layers: x = layer(x)"
        if self.case.in_sequential or self.case.source.says("children()"):
            says += ", and stands in an nn.Sequential, which calls it"
            advice = IN_ITS_PLACE + (CHILDREN if self.case.source.says("children()") else "")
        elif name == "ModuleList":
            advice += ", or an nn.Sequential in its place"
        return certain(says, "model", advice)

    def of_what_is_no_module(self) -> Hypothesis:
        """What a container of layers got in place of a layer."""
        last, call = self.given.rpartition(".")[2], self.line.call(r"(?:Sequential|ModuleList|ModuleDict)$")
        container = f"nn.{last_name(call.func)}" if call else "nn.Sequential"
        if last in ("list", "tuple", "generator"):
            return self.of_lists(last, container, call)
        if last.endswith("Tensor"):
            says = f"a tensor came, and {container} takes layers: a layer was called where it is to be handed over"
            return certain(says, "model", "hand the layers over, made and not called: nn.Linear(3, 4)")
        if last == "NoneType":
            says = f"None came, and {container} takes layers: what makes one of them has no return"
            return likely(
                says, "model", "return the layer; leave out what isn't wanted: [each for each in layers if each]"
            )
        if last[0].islower():
            says = f"{last} is a function, and {container} takes layers"
            layer = FUNCTIONS.get(last, "")
            made = self.replaced(f"F.{last}", f"nn.{layer}()") if layer else None
            advice = f"nn.{layer}(), the layer of it" if layer else "a module whose forward calls it"
            return certain(says, "model", advice, made)
        if self.given.startswith("torch.nn"):
            says, name = f"{last} is a class, not a layer that was made of it", rf"\b{last}\b(?!\()"
            code = re.sub(name, f"{last}()", self.line.code) if re.search(name, self.line.code) else ""
            return certain(says, "model", f"nn.{last}() with brackets", self.instead(code) if code else None)
        says = f"{last} is no layer: its class isn't one of nn.Module's, or it was handed over and not made"
        return likely(says, "model", f"class {last}(nn.Module), with super().__init__(); {last}(…) with brackets")

    def of_lists(self, kind: str, container: str, call: ast.Call | None) -> Hypothesis:
        """A list where a layer is taken: all of them in one, or one of several."""
        one = call.args[0] if call and len(call.args) == 1 else None
        says = f"{container} takes layers, and got a {kind}"
        if one is not None and not isinstance(one, ast.Starred) and container == "nn.Sequential":
            text = self.line.text(one)
            return certain(says, "model", "nn.Sequential(*layers)", self.instead(self.line.edited(text, f"*{text}")))
        if not call:
            return certain(says, "model", "nn.Sequential(*layers), and layers.extend(…) for what is a list itself")
        says += f": one of its elements is a {kind} itself"
        name = self.line.text(one.value) if isinstance(one, ast.Starred) else self.line.text(one)
        advice = "layers.extend(block) or layers += block in place of append, or *block; or a block that is an "
        return certain(says, "model", advice + "nn.Sequential itself", self.extended(name) or self.starred(call))

    def extended(self, name: str) -> Fix | None:
        """The line of the user's file that appends a list to the layers, extending them."""
        files = self.case.source.texts if name.isidentifier() and not self.generic else {}
        names = self.case.source.names
        for file, lines in files.items():
            appended = [call for call in names.called.get(f"{name}.append", []) if call in names.nodes[file]]
            for call in appended:
                value = call.args[0]
                returns = names.returns(value, file, call.lineno) if isinstance(value, ast.Call) else []
                several = [value, *(each.value for each in returns)]
                if any(isinstance(each, ast.List | ast.Tuple | ast.ListComp) for each in several):
                    line = lines[call.lineno - 1].strip()
                    return Fix(line.replace(f"{name}.append(", f"{name}.extend("), "instead", file, call.lineno)
        return None

    def starred(self, call: ast.Call) -> Fix | None:
        lists = [self.line.text(each) for each in call.args if isinstance(each, ast.List | ast.Tuple)]
        return self.replaced(lists[0], f"*{lists[0]}", 1) if len(lists) == 1 and len(call.args) > 1 else None


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


class ParameterAssigned(Rule):
    code = "parameter-assigned"
    signatures = (
        "cannot assign '{given:word}' as {place:words} '{name:word}' (torch.nn.{wanted:word}",
        "cannot assign '{given:word}' object to {place:words} '{name:word}' (torch.nn.{wanted:word}",
    )
    says = "{name} is a {place} of the module, and {given} came"
    lookalike = "module-made"
    example = """
        layer = nn.Linear(3, 4)
        # TypeError: cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)
        layer.weight = torch.zeros(4, 3)
        assert layer.weight.sum() == 0
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.place == "parameter":
            says = f"{self.name} is learned, and was given a plain tensor"
            advice = (
                f"nn.Parameter(tensor) for a new one; with torch.no_grad(): layer.{self.name}.copy_(tensor) keeps the "
            )
            yield certain(says, "model", f"{advice}one that the optimizer has", self.learned())
        elif "module" in self.place:
            says = (
                f"self.{self.name} is a layer, and was given {self.given}: what a layer computes has a name of its own"
            )
            yield certain(
                says, "model", f"{self.name} = … without self for a tensor, or another name; nn.Identity() for none"
            )
        else:
            yield certain(f"{self.name} is a buffer", "model", "torch.tensor(…), or register_buffer anew")

    def learned(self) -> Fix | None:
        left, equals, right = self.line.code.partition(" = ")
        return self.instead(f"{left} = nn.Parameter({right})") if equals and left.endswith(f".{self.name}") else None
