"""Calls: what is handed over isn't what the layer or function takes. Only where torch had a part in it."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

MODULES = r"\b(?:Conv|ConvTranspose|Linear|BatchNorm|LayerNorm|MaxPool|AvgPool|Dropout|Embedding|LSTM|GRU|RNN|Transformer|ReLU|Upsample)"
SETTINGS = r"\b(?:kernel_size|(?:in|out)_(?:channels|features)|num_features|(?:input|hidden)_size|embed(?:ding)?_dim|num_embeddings|num_heads)\b"


class NotTensor(Rule):
    code = "not-a-tensor"
    family = "arguments"
    signatures = (
        "{function:word}() received an invalid combination of arguments - got ({given:word}, ",
        "{function:word}(): argument '{argument:word}' (position {place}) must be Tensor, not {given:word}",
        "{function:word}(): argument '{argument:word}' must be Tensor, not {given:word}",
        "'{given:word}' object has no attribute '{attribute:word}'",
        "xpected Tensor as argument {place}, but got {given:word}",
        "{function:word}(): input must be Tensor, not {given:word}",
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

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, function = self.given.rpartition(".")[2], self.facts.get("function", "")
        if given in ("Tensor", "Parameter", "int", "float", "str", "bool") and "argument" not in self.facts:
            return
        if "attribute" in self.facts and not self.of_tensors():
            return
        argument = self.facts.get("argument", "input")
        if "received" in self.case.raised.text and not re.match(r"[a-z_]+\d?d?$", function):
            return
        what = self.what(argument)
        if self.line.makes_tuple:
            says = "the comma at the end of the line makes a tuple of what it computes"
            yield certain(says, "call", "take the comma away", self.instead(self.line.code.rstrip(",")))
        elif given == "tuple" and self.before_tuple():
            made = self.before_tuple()
            yield certain(f"the comma at the end of {made!r} makes a tuple", "call", f"take it away: {made.rstrip(',')}")
        elif given in ("tuple", "list") or given.endswith("Outputs") and given[0] in "GI":
            yield from self.several(given, what)
        elif given in ("NoneType",):
            says = f"{what} is None: a forward (or function) without return, or an optional argument that was left out"
            yield likely(says, "model", "return x at the end of forward; see where it is made")
        elif given in ("ndarray", "DataFrame", "Series", "matrix"):
            converted = "torch.from_numpy({}).float()" if given == "ndarray" else "torch.tensor({}.to_numpy()).float()"
            says = f"{what} is {'a NumPy array' if given == 'ndarray' else 'a pandas ' + given}, and the layer takes a torch.Tensor"
            fix = self.changed(self.culprit(argument), converted) if self.line.code or not self.case.frame else None
            yield certain(says, "data", "torch.from_numpy(array).float(), or a Dataset and DataLoader that make tensors", fix)
        elif "Image" in given or given in ("str", "PosixPath"):
            says = f"{what} is a {'Pillow picture' if 'Image' in given else 'path or text'}, and the layer takes a tensor"
            advice = "transforms.ToTensor()(image).unsqueeze(0): a batch of one" if "Image" in given else "open and transform the file, or tokenise the text, first"
            yield certain(says, "data", advice)
        elif given.endswith(("Output", "Outputs", "OrderedDict", "dict", "BatchEncoding")) or "Output" in given:
            part = "['out']" if given in ("OrderedDict", "dict") else ".logits"
            says = f"{what} is a {given}: the model returns its results by name"
            yield likely(says, "call", f"take the part that is meant: outputs{part}, or outputs.last_hidden_state")
        elif given in ("int", "float", "bool"):
            says = f"{what} is a Python number"
            yield likely(says, "data", f"torch.tensor({given}), with the shape and type that are taken")
        elif re.match(r"[A-Z]\w+$", given) and (self.in_nn(given) or "argument" in self.facts):
            says = f"{what} is a layer, {given}: it was made, and not called"
            yield certain(says, "call", f"nn.{given}(…)(x): the settings when it is made, the tensor when it is called")
        elif "argument" in self.facts or "place" in self.facts:
            yield likely(f"{what} is a {given}", "call", "hand over a tensor: torch.as_tensor, or the part of it that is one")

    def what(self, argument: str) -> str:
        culprit = self.culprit(argument)
        return culprit if culprit != "x" else f"what is handed over as {argument}"

    def culprit(self, argument: str) -> str:
        """What the line hands over there."""
        if "attribute" in self.facts:
            found = re.search(rf"([\w.]+)\.{self.attribute}\b", self.line.code)
            return found[1] if found else self.x
        if argument in ("target", "other"):
            return self.handed(1, argument)
        return self.x

    def of_tensors(self) -> bool:
        """Whether an attribute that is missing is one that tensors have, on something that went through torch."""
        asked = r"size|shape|dim|view|to|cuda|cpu|float|long|unsqueeze|squeeze|permute|flatten|detach|reshape|device|dtype|ndim|mean|backward|log_softmax|softmax|argmax|max|new_zeros|is_nested|requires_grad|numel|contiguous|transpose|item|data|t|sum|values"
        kinds = r"tuple|list|NoneType|(?:numpy\.)?ndarray|dict|str|Image|JpegImageFile|PngImageFile|DataFrame|Series|OrderedDict|\w*Outputs?$|int|float"
        known = re.fullmatch(kinds, self.given) and re.fullmatch(asked, self.attribute)
        layer = self.in_nn(self.given) and re.fullmatch(asked, self.attribute)
        torch = self.case.in_torch or self.line.has(r"\bnn\.|\bF\.|torch\.")
        return bool((known and torch) or layer)

    def in_nn(self, name: str) -> bool:
        return bool(re.fullmatch(r"(?:Conv|ConvTranspose|BatchNorm|MaxPool|AvgPool|Dropout|LSTM|GRU|Linear|ReLU|LeakyReLU|GELU|Sigmoid|Tanh|Softmax|LogSoftmax|Flatten|Sequential|Upsample|Embedding|LayerNorm|\w+Loss)\d?d?", name))

    def before_tuple(self) -> str:
        """A line above in the user's file that ends in a comma after the same name was assigned."""
        frame = self.case.frame
        if frame is None or self.generic:
            return ""
        name = re.escape(self.x)
        above = self.case.source.above(frame)
        return next((line for line in above if re.match(rf"{name} = .*\),$", line)), "")

    def several(self, given: str, what: str) -> Iterator[Hypothesis]:
        mentions = self.case.source.mentions
        if given.endswith("Outputs"):
            says = f"{what} is {given}: in training the model returns its auxiliary outputs too"
            yield likely(says, "call", "outputs.logits, plus 0.4 (0.3) times the loss of .aux_logits; or aux_logits=False")
        elif given == "list":
            says = f"{what} is a list, and a tensor is taken"
            yield likely(says, "data", "torch.stack(list) for tensors of one size, torch.tensor(list) for numbers")
        elif mentions("LSTM(") or mentions("GRU(") or mentions("RNN(") or mentions("MultiheadAttention("):
            says = f"{what} is a tuple: LSTM, GRU and attention return (output, state)"
            yield likely(says, "call", f"out, _ = …, or {what}[0]; inside nn.Sequential it can't be taken apart")
        else:
            says = f"{what} is a tuple: an LSTM's (output, state), a return of two values, or a comma at a line's end"
            yield likely(says, "call", f"take the part that is meant: {what}[0], or out, state = …")


class CallArguments(Rule):
    code = "call-arguments"
    family = "arguments"
    signatures = (
        "{function:words}() missing {count} required positional argument{}: {names:words}",
        "{function:words}() takes {} positional argument{} but {given} {} given",
        "{function:words}() takes from {least} to {most} positional arguments but {given} were given",
        "{function:words}() got an unexpected keyword argument '{keyword:word}'",
        "{function:words}() got multiple values for argument '{keyword:word}'",
        "multiple values for keyword argument '{keyword:word}'",
    )
    says = "the call doesn't have the arguments that are taken"
    lookalike = "conv2d() received an invalid combination of arguments - got (tuple, Parameter, Parameter, tuple, tuple, tuple, int)"
    example = """
        # TypeError: Conv2d.__init__() got an unexpected keyword argument 'strides'
        conv = nn.Conv2d(3, 8, kernel_size=3, strides=2)
        y = conv(torch.rand(1, 3, 8, 8))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        function, text = self.facts.get("function", "").rpartition(" ")[2], self.case.raised.text
        keyword = self.facts.get("keyword", "")
        layer = re.search(MODULES, function + " " + self.line.code) or re.search(SETTINGS, f"{self.facts.get('names', '')} {keyword}")
        if not (self.case.in_torch or layer or re.search(r"(?:^|\.)forward$", function)):
            return
        if function.endswith("forward") or (self.case.in_torch and "forward" in function):
            says = "forward takes other arguments than the model was called with"
            if "given" in self.facts:
                says += f" ({self.given} with self): a batch that was starred (model(*batch)), or an input too many or too few"
            elif keyword:
                says = f"forward has no argument {keyword!r}: it is of another version or model, or a wrapper passes it on"
            else:
                says += f": {self.facts.get('names', '')} is missing".rstrip(": ")
            yield likely(says, "call", "compare the call with def forward(self, …); nn.Sequential hands over one tensor alone")
        elif "__init__" in function or layer:
            name = layer[0] if layer and layer[0][0].isupper() else function.removesuffix(".__init__") or "the layer"
            name = "the layer" if name == "__init__" else name
            if keyword:
                known = {"strides": "stride", "filters": "out_channels", "activation": "a layer of its own", "kernel": "kernel_size"}
                meant = f": {known[keyword]}" if keyword in known else " of this version"
                says = f"{name} has no argument {keyword!r}{meant}"
            else:
                lacks = f": {self.names} is missing" if self.facts.get("names") else ""
                says = f"{name} was made with too {'few' if 'missing' in text else 'many'} arguments{lacks}"
            advice = "nn.Conv2d(in_channels, out_channels, kernel_size), nn.Linear(in_features, out_features): both sides are given"
            yield certain(says, "model", advice)


class FloatSize(Rule):
    code = "float-size"
    family = "arguments"
    signatures = (
        'type must be tuple of ints,but got {given:word}"',
        "must be tuple of ints, but found element of type {given:word} at pos",
        "must be tuple of ints, not {given:word}",
        "new(): {} must be {}, but found element of type {given:word}",
        "empty() received an invalid combination of arguments - got (tuple, dtype=NoneType, device=NoneType)",
        "'{given:word}' object cannot be interpreted as an integer",
        "{function:word}() received an invalid combination of arguments - got (Tensor, {kinds:words}), but expected",
    )
    says = "sizes are whole numbers"
    lookalike = "Conv2d.__init__() missing 1 required positional argument: 'kernel_size'"
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
            says = f"a setting of the layer (stride, padding or dilation) is {'of type ' + kind[1] if kind else 'no whole number'}"
            advice = "whole numbers where the layer is made: // for /, int(…); older versions took what newer ones refuse"
            yield likely(says, "model", advice)
            return
        if "interpreted" in self.case.raised.text and not self.case.in_torch:
            return
        if given == "float":
            says = "a size is a float: / divides to one, even where nothing is left over"
            whole = self.instead(re.sub(r"(?<![/*])/(?!/)", "//", code)) if re.search(r"[^/]/[^/]", code) else None
            yield certain(says, "model", "// divides to a whole number; int(…) makes one", whole)
        elif given == "Tensor":
            says = "a tensor stands where a layer's size is wanted: the layer is made, and the tensor comes when it is called"
            yield certain(says, "call", "layer = nn.Linear(3, 10) first, then layer(x)")
        else:
            yield certain(f"a size is of type {given}", "model", "give a whole number, or a tuple of them")


class Modules(Rule):
    code = "module-made"
    family = "arguments"
    signatures = (
        "cannot assign module before Module.__init__() call",
        "cannot assign parameters before Module.__init__() call",
        "Module [{module:word}] is missing the required \"forward\" function",
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
            yield certain("__init__ sets a layer before nn.Module is ready for it", "model", "super().__init__() as the first line of __init__")
        elif "forward" in text:
            name = self.facts.get("module", "the module")
            if name in ("ModuleList", "ModuleDict"):
                says, advice = f"an nn.{name} only holds layers", "for layer in self.layers: x = layer(x), or nn.Sequential"
            else:
                says = f"{name} has no forward: misspelt, or indented so that it stands inside of __init__"
                advice = "def forward(self, x): at the depth of __init__"
            yield certain(says, "model", advice)
        elif "Module subclass" in text:
            if self.given in ("list", "tuple", "generator"):
                says, advice = f"nn.Sequential takes layers, and got a {self.given}", "nn.Sequential(*layers)"
                parts = self.line.argument(self.line.call(r"Sequential$"), 0)
                fix = self.instead(self.line.edited(self.line.text(parts), "*" + self.line.text(parts))) if parts else None
                yield certain(says, "model", advice, fix)
            else:
                last = self.given.rpartition(".")[2]
                yield certain(f"{last} is a class or function, not a layer that was made", "model", f"nn.{last}() with brackets")
        elif "optimizer" in text:
            says = "the model has no parameters: its layers stand in a plain list or dict, or were never assigned to self"
            yield likely(says, "model", "nn.ModuleList or nn.Sequential registers layers; self.layer = … in __init__")
        elif "attribute" in self.facts and self.case.through(r"__getattr__.*torch[/\\]nn[/\\]modules[/\\]module"):
            if self.model in ("DataParallel", "DistributedDataParallel"):
                yield certain(f"the model is inside of {self.model}", "call", f"model.module.{self.attribute}")
                return
            says = f"{self.model} has no {self.attribute!r}: misspelt, never set in __init__, or saved with other code"
            yield likely(says, "model", f"self.{self.attribute} = … in __init__, named as in forward")


class Scalar(Rule):
    code = "number-wanted"
    family = "arguments"
    signatures = (
        "a Tensor with {count} elements cannot be converted to Scalar",
        "only integer tensors of a single element can be converted to an index",
    )
    says = "one number is wanted, and the tensor has another count of them"
    lookalike = "Boolean value of Tensor with more than one value is ambiguous"
    example = """
        losses = torch.rand(3)
        # RuntimeError: a Tensor with 3 elements cannot be converted to Scalar
        loss = losses.item()
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = f"the tensor has {self.facts.get('count', 'several')} elements: a loss with reduction='none', or a batch of values"
        yield likely(says, "call", ".mean() or .sum() before .item(); .tolist() for all of them")
