"""Calls: what is handed over isn't what the layer or function takes. Only where torch had a part in it."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from convcli.explain.case import Case
from convcli.explain.evidence.lines import NAME, lines_told
from convcli.explain.evidence.names import FUNCTION
from convcli.explain.families.returned import handed_on
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely
from convcli.wording import counted

FAMILY = "arguments"

MODULES = (
    r"\b(?:Conv|ConvTranspose|Linear|BatchNorm|LayerNorm|MaxPool|AvgPool|Dropout|Embedding|LSTM|GRU|RNN|Transformer|ReLU"
    r"|LeakyReLU|GELU|Sigmoid|Tanh|Softmax|LogSoftmax|Flatten|Sequential|Upsample|\w+Loss)\d?d?"
)
RETURNS_TWO = dict.fromkeys(("LSTM", "GRU", "RNN"), "(output, state)") | {"MultiheadAttention": "(output, weights)"}
RETURNS_TWO |= {"LSTMCell": "(h, c)"}
STEPS = "output[:, -1] with batch_first=True is the last step, output all of them"
# What tensors alone have, and what others have too that are often taken for one.
OF_TORCH = (
    "unsqueeze|cuda|permute|detach|backward|log_softmax|softmax|requires_grad|is_nested|numel|contiguous|cpu|new_zeros"
    "|expand|expand_as|masked_fill_?|masked_select|index_select|gather|scatter_|unflatten|movedim|narrow|unfold|chunk|topk"
)
ATTRIBUTES = (
    "size|shape|dim|ndim|view|reshape|to|float|long|data|squeeze|transpose|t|flatten|device|dtype|mean|sum|argmax|max|item|"
    + OF_TORCH
)
KINDS = (
    r"tuple|list|NoneType|(?:numpy\.)?ndarray|dict|str|\w*Image\w*|DataFrame|Series|OrderedDict|\w*Outputs?|int|float"
)
PLAIN = ("Tensor", "Parameter", "int", "float", "str", "bool")  # taken in many places: it matters in which they came
PICTURE = r"(?i)^(?:ori_?|raw_?)?im(?:g|age)?\d*$|pic"
WITH_RESULTS = "dropout|linear|layer_norm|softmax|relu|tanh|gelu|matmul"  # what follows a model within a model


def uncalled(case: Case) -> list[Fix]:
    """The statements of a forward that take a layer for what it computes, x = self.fc, with the call that is meant."""
    layers = {made.name for made in case.source.made if made.callee[:1].isupper()}
    fixes = []
    for file, scopes in case.source.names.scopes.items():
        for node in (node for scope in scopes if isinstance(scope, FUNCTION) for node in ast.walk(scope)):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as layer):
                    scope = case.source.names.around(file, node.lineno, *FUNCTION)
                    if ast.unparse(layer) in layers and scope and _is_value(name, scope, node.lineno):
                        fixes.append(Fix(f"{name} = {ast.unparse(layer)}({name})", "instead", file, node.lineno))
    return [fix for fix in fixes if ";" not in case.source.texts[fix.file][fix.number - 1]]


def _is_value(name: str, scope: ast.AST, number: int) -> bool:
    """Whether a name of a function stands for a value before a line, and is nowhere called."""
    nodes = list(ast.walk(scope))
    called = any(isinstance(node, ast.Call) and ast.unparse(node.func) == name for node in nodes)
    known = [node for node in nodes if isinstance(node, ast.arg | ast.Name) and node.lineno < number]
    return not called and name in {node.arg if isinstance(node, ast.arg) else node.id for node in known}


class NotTensor(Rule):
    code = "not-a-tensor"
    signatures = (
        "{function:word}() received an invalid combination of arguments - got ({given:word}, ",
        "{function:word}(): argument '{argument:word}' (position {place}) must be Tensor, not {given:word}",
        "{function:word}(): argument '{argument:word}' must be Tensor, not {given:word}",
        "'{given:word}' object has no attribute '{attribute:word}'",
        "Expected Tensor as argument {place}, but got {given:word}",
        "{function:word}(): input must be Tensor, not {given:word}",
        "unsupported operand type(s) for {}: 'Tensor' and '{given:word}'",
        "unsupported operand type(s) for {}: '{given:word}' and 'Tensor'",
    )
    says = "a tensor is taken, and {given} came"
    lookalike = "'Net' object has no attribute 'fc1'"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=3)
        x = torch.rand(1, 3, 8, 8)
        x = conv(x),
        # TypeError: relu(): argument 'input' (position 1) must be Tensor, not tuple
        x = F.relu(x)
        assert x.shape == (1, 8, 6, 6)
    """
    decide = "print(type({x}))"

    argument, function, attribute = "input", "", ""  # where a message names none

    def hypotheses(self) -> Iterator[Hypothesis]:
        named = "argument" in self.facts or self.attribute
        if (named or self.kind not in PLAIN) and (self.unset or self.of_torch()):
            yield from super().hypotheses()

    @property
    def kind(self) -> str:
        return str(self.given).rpartition(".")[2]

    @property
    def unset(self) -> re.Match[str] | None:
        """What the user's line takes of a gradient or a bias that is None."""
        return re.search(r"([\w.\[\]]+)\.(grad|bias)\.", self.line.code) if self.kind == "NoneType" else None

    def left_out(self) -> Iterator[Hypothesis]:
        owner, part = self.unset.groups() if self.unset else ("", "")
        if part == "grad":
            says = f"{owner}.grad is None: {owner} had no part in the loss, is frozen, or backward() hasn't run yet"
            yield likely(says, "call", f"leave out what has none: if {owner}.grad is not None")
        elif part == "bias":
            says = f"{owner}.bias is None: the layer was made with bias=False"
            yield certain(says, "model", f"bias=True, or leave it out: if {owner}.bias is not None")

    def comma(self) -> Iterator[Hypothesis]:
        above = self.made_above()
        if self.line.makes_tuple:
            says = "the comma at the end of the line makes a tuple of what it computes"
            advice = "take the comma away"
            if self.x == self.line.assigned and "argument" in self.facts:
                says += f"; {self.x} was one before already, so a line above ends in a comma as well"
                advice = "take both commas away"
            yield certain(says, "call", advice, above, self.instead(self.line.code.rstrip(",")))
        elif self.kind == "tuple" and above:
            yield certain(f"the comma at the end of {above.code + ','!r} makes a tuple", "call", "take it away", above)

    def lstm_state(self) -> Iterator[Hypothesis]:
        if self.kind in ("tuple", "list") and self.case.deeper and re.search(r"\bhx\.", self.case.deeper[-1].code):
            says = f"{self.handed(1, 'the state')} is a {self.kind}, as an LSTM's state (h, c) is; a GRU or RNN takes "
            yield certain(f"{says}one tensor", "call", "make and hand over h alone, and no c: out, h = gru(x, h)")

    def listed(self) -> Iterator[Hypothesis]:
        if self.kind != "list":
            return
        says, advice = f"{self.what} is a list, and a tensor is taken", "torch.stack(list) for tensors of one size"
        if stacked := self.stacked():
            says += f": line {stacked.number} returns it"
            yield likely(says, "data", advice + ", where it is made", stacked)
        elif re.match("conv|batch_norm|relu|max_pool", self.function) and self.case.frame:
            advice = "one after the other, [layer(f) for f in list], or the one that is meant; or torch.stack"
            yield likely(says, "data", advice)
        else:
            yield likely(says, "data", advice + ", torch.tensor(list) for numbers")

    def levels(self) -> Iterator[Hypothesis]:
        listed = re.search(r"tuple of \((Tensor(?:, Tensor){2,40})\)", self.case.raised.text)
        if self.kind == "tuple" and listed:
            count = listed[1].count("Tensor")
            says = f"{self.what} is a tuple of {count} tensors, as a backbone or a feature pyramid returns its levels"
            advice = "each by itself, [layer(f) for f in features], or the one that is meant, features[-1]; where that "
            advice += "loop is there, what makes the levels returns them within another tuple: hand over its part"
            yield likely(says, "call", advice)

    def several(self) -> Iterator[Hypothesis]:
        what = self.what
        if self.kind.endswith("Outputs") and self.kind[0] in "GI":
            says = f"{what} is {self.kind}: in training the model returns its auxiliary outputs too"
            advice = "outputs.logits, plus 0.4 (0.3) times the loss of .aux_logits; or aux_logits=False"
            yield likely(says, "call", advice)
        elif self.kind != "tuple":
            return
        elif told := self.of_call(what):
            yield told
        elif self.case.in_sequential and (came := list(handed_on(self))):
            yield from came
        elif (caller := self.case.caller) and (owner := re.search(r"(?i)\b(\w*(?:target|label)\w*)\.", caller.code)):
            says = f"{owner[1]} is a tuple: the loader puts strings, and what else makes no tensor, into tuples"
            yield likely(says, "data", "labels as numbers, in the dataset or by a map from names to 0, 1, …")
        elif any(map(self.case.source.says, ("LSTM(", "GRU(", "RNN(", "MultiheadAttention("))):
            says = f"{what} is a tuple: LSTM, GRU and attention return (output, state)"
            if not self.case.in_sequential:
                yield likely(says, "call", f"take it apart where it is made: out, _ = …; {STEPS}")
                return
            says += f"{self.in_a_row()}, and nn.Sequential hands that on as it is"
            advice = (
                "a small module behind it that takes its part: class Last(nn.Module): def forward(self, out): return "
            )
            yield likely(says, "model", f"{advice}out[0][:, -1]. {STEPS}")
        else:
            says = f"{what} is a tuple: what makes it returns several values, as an LSTM does (output, state), or its "
            says += "line ends in a comma"
            part = "" if what.startswith("what ") else f": {what}[0]"
            first = what if NAME.fullmatch(what) else "out"
            yield likely(says, "call", f"take it apart where it is made, {first}, … = …, or take the part meant{part}")

    def in_a_row(self) -> str:
        """Where the user's file puts a recurrent layer into an nn.Sequential, in words."""
        inside = self.case.origin.inside
        made = [each for each in self.case.source.made if each.callee in RETURNS_TWO and each.call in inside]
        return f" (nn.{made[0].callee} at {made[0].place})" if len(made) == 1 else ""

    def nothing(self) -> Iterator[Hypothesis]:
        of_data = self.case.frame and self.case.frame.function == "__getitem__"
        if self.kind == "NoneType" and (of_data or re.search(PICTURE, self.what)):
            says = f"{self.what} is None: cv2.imread gives None where it can't read a picture, and says nothing"
            yield likely(says, "data", "print the path: is the file there, and spelt and mounted like this?")
        elif self.kind == "NoneType":
            says = f"{self.what} is None: a forward (or function) without return, or an optional argument that was "
            yield likely(f"{says}left out", "model", "return x at the end of forward; see where it is made")

    def data(self) -> Iterator[Hypothesis]:
        of_numpy, named = self.kind == "ndarray", self.kind == "str" and re.match(WITH_RESULTS, self.function)
        if self.kind in ("ndarray", "DataFrame", "Series", "matrix"):
            converted = "torch.from_numpy({}).float()" if of_numpy else "torch.tensor({}.to_numpy()).float()"
            says = f"{self.what} is {'a NumPy array' if of_numpy else f'a pandas {self.kind}'}, no torch.Tensor"
            fix = self.changed(self.culprit, converted) if self.line.code or not self.case.frame else None
            advice = "torch.from_numpy(array).float(), or a Dataset and DataLoader that make tensors"
            yield certain(says, "data", advice, fix)
        elif "Image" in self.kind:
            says = f"{self.what} is a Pillow picture, and the layer takes a tensor"
            yield certain(says, "data", "transforms.ToTensor()(image).unsqueeze(0): a batch of one")
        elif self.kind in ("str", "PosixPath") and not named:
            says = f"{self.what} is a path or text, and the layer takes a tensor"
            yield certain(says, "data", "open and transform the file, or tokenise the text, first")

    def by_name(self) -> Iterator[Hypothesis]:
        if self.kind == "str":
            says = f"{self.what} is the name of a result: the model returns a dict, and taking that apart gives its "
            advice = "outputs = model(…), then outputs.pooler_output or .last_hidden_state; or return_dict=False"
            yield likely(f"{says}names", "call", advice)
        elif self.kind.endswith(("OrderedDict", "dict", "BatchEncoding")) or "Output" in self.kind:
            part = "['out']" if self.kind in ("OrderedDict", "dict") else ".logits"
            says = f"{self.what} is a {self.kind}: the model returns its results by name"
            yield likely(says, "call", f"take the part that is meant: outputs{part}, or outputs.last_hidden_state")

    def number(self) -> Iterator[Hypothesis]:
        if self.attribute == "backward":
            says = f"the loss is a Python {self.kind}: .item(), float() or numpy was applied to it before"
            yield likely(says, "loss", "call backward() on the tensor, and item() only to print or sum up")
        elif self.kind in ("int", "float", "bool"):
            says = f"{self.what} is a Python number"
            yield likely(says, "data", f"torch.tensor({self.kind}), with the shape and type that are taken")

    def not_called(self) -> Iterator[Hypothesis]:
        if self.kind in ("builtin_function_or_method", "method", "function"):
            says = f"{self.what} is a function that wasn't called: its brackets are missing"
            yield certain(says, "call", "call it: x.cuda(), x.float(), self.layer(x)")
        elif re.match(r"[A-Z]\w+$", self.kind) and (re.fullmatch(MODULES, self.kind) or "argument" in self.facts):
            says = f"{self.what} is a layer, {self.kind}: it was made, and not called"
            advice = f"nn.{self.kind}(…)(x): the settings when it is made, the tensor when it is called"
            if fixes := uncalled(self.case):
                says += f", in {lines_told([fix.number for fix in fixes])}"
                advice = f"call it: {fixes[0].code}"
            yield certain(says, "call", advice, *fixes)

    def other(self) -> Iterator[Hypothesis]:
        if "argument" in self.facts or "place" in self.facts:
            says = f"{self.what} is a {self.kind}"
            yield likely(says, "call", "hand over a tensor: torch.as_tensor, or the part of it that is one")

    causes = (left_out, comma, lstm_state, listed, levels, several, nothing, data, by_name, number, not_called, other)

    @property
    def _call(self) -> Any:
        """The call of the layer whose function raised, as conv2d does for self.conv, where its name tells."""
        kind = re.match("conv|linear|dropout|embedding|relu|[a-z]+_norm", self.function)
        return (self.case.direct and kind and self.line.call(rf"(?i){kind[0]}")) or super()._call

    @property
    def what(self) -> str:
        if self.case.in_sequential and self.given in ("tuple", "NoneType"):  # as layers give them
            return "what the layer before hands over"
        if "operand" in self.signature:
            one, other = self.line.operands() or ("one side", "one side")
            return other if "'Tensor' and" in self.signature else one
        known = self.culprit != "x" or re.search(r"(?<![\w.])x(?!\w)", self.line.code)
        return self.culprit if known else f"what is handed over as {self.argument}"

    @property
    def culprit(self) -> str:
        """What the line hands over there."""
        if self.attribute:
            nodes = ast.walk(self.line.tree) if self.line.tree else []
            owners = [node.value for node in nodes if isinstance(node, ast.Attribute) and node.attr == self.attribute]
            return self.line.text(owners[0]) if owners else "x"
        handed = self.handed(1, self.argument) if self.argument in ("target", "other") else self.x
        repeated = re.fullmatch(r"([\w.]+) \* [\w.]+", handed) if self.given in ("tuple", "list") else None
        return repeated[1] if repeated else handed  # a number times a tuple is a longer tuple

    def of_torch(self) -> bool:
        """Whether torch takes a tensor there: one of its functions, or who asks for an attribute that tensors have."""
        if "received" in self.case.raised.text and not re.match(r"[a-z_]+\d?d?$", self.function):
            return False
        if not self.attribute:
            return True
        code = self.case.caller.code if self.case.caller else ""
        called = rf"\bnn\.|\bF\.|torch\.|\.(?:size|view|dim|to)\(|\.{self.attribute}\(.*(?:tensor|cuda)"
        torch = self.case.in_torch or re.search(called, code) or re.fullmatch(OF_TORCH, self.attribute)
        known = (re.fullmatch(KINDS, self.given) and torch) or re.fullmatch(MODULES, self.given)
        return bool(known and re.fullmatch(ATTRIBUTES, self.attribute))

    def made_above(self) -> Fix | None:
        """A line above, in the user's file, without the comma that makes a tuple of what is handed over."""
        frame = self.case.frame
        if frame is None or self.generic:
            return None
        made = re.compile(rf"{re.escape(self.x)} = .*\),$")
        above = enumerate(self.case.source.above(frame), 1)
        found = [Fix(line[:-1], "instead", frame.file, frame.number - i) for i, line in above if made.match(line)]
        return found[0] if found else None

    def made_by(self, name: str) -> ast.Assign | None:
        """The statement of the user's file that makes what a name stands for."""
        frame = self.case.frame
        if frame is None or self.generic or not NAME.fullmatch(name):
            return None
        return next(self.case.source.names.behind([name], frame.file, frame.number), None)

    def stacked(self) -> Fix | None:
        """The return of the user's file that makes a list of the tensors, with the tensor that was meant."""
        source = self.case.source
        for step in [] if self.generic else self.case.origin.arriving(None, self.line, self._call, False):
            for node in source.names.returns(step.call, step.file, step.number):
                calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
                lists = [ast.unparse(call) for call in calls if ast.unparse(call.func) == "list"]
                line = source.texts[step.file][node.lineno - 1].strip()
                if len(lists) == 1 and lists[0] in line:
                    code = line.replace(lists[0], "torch.stack" + lists[0].removeprefix("list"))
                    return Fix(code, "instead", step.file, node.lineno)
        return None

    def of_call(self, what: str) -> Hypothesis | None:
        """A tuple that a layer of torch's returns, or a function or forward of the user's file."""
        frame, made = self.case.frame, self.made_by(what)
        value = made.value if made else self.line.argument(self._call, 0)
        if frame is None or self.generic or not isinstance(value, ast.Call):
            return None
        names, at, called = self.case.source.names, made.lineno if made else frame.number, ast.unparse(value)
        apart = f"take it apart where it is made: {what}, _ = {called}" if made else f"the first of them is {called}[0]"
        if layers := names.makers(value, frame.file, at) & set(RETURNS_TWO):
            layer = layers.pop()
            says = f"{what} is a tuple: {ast.unparse(value.func)} is an nn.{layer}, which returns {RETURNS_TWO[layer]}"
            return likely(says, "call", apart, self.first_of(what, called, made, 2))
        returns = names.returns(value, frame.file, at)
        node = next((each.value for each in returns if isinstance(each.value, ast.Tuple)), None)
        if node is None:
            return None
        says = f"{what} is a tuple: line {node.lineno} returns {counted(len(node.elts), 'value')}, {ast.unparse(node)}"
        if "aux" in ast.unparse(node).lower():
            advice = f"out, aux = {called}; add 0.4 times the loss of aux to that of out, in training"
            return likely(says, "call", advice)
        return likely(says, "call", apart, self.first_of(what, called, made, len(node.elts)))

    def first_of(self, what: str, called: str, made: ast.Assign | None, count: int) -> Fix:
        """The first of the values that a call returns, where they are assigned or where they are handed over."""
        frame = self.case.frame
        if frame and made and ";" not in self.case.source.texts[frame.file][made.lineno - 1]:
            code = f"{what}{', _' * (count - 1)} = {called}"
            return Fix(code, "instead", frame.file, made.lineno, made.end_lineno or 0)
        return self.instead(self.line.code.replace(what, f"{what}[0]", 1))
