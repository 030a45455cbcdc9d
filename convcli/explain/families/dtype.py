"""Numbers of one type where those of another are taken."""

import re
from collections.abc import Iterator
from itertools import chain

from convcli.explain.evidence.lines import NAME, lines_told
from convcli.explain.evidence.source import Made
from convcli.explain.families import by_hand
from convcli.explain.families.promoted import of_numpy, promoted
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely

FAMILY = "dtype"

# How torch, in its many messages, calls a type; and what a tensor's method for it is.
METHODS = {name: name for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2", "bool", "short")}
METHODS |= {"float": "float", "float32": "float", "double": "double", "float64": "double", "half": "half"}
METHODS |= {"float16": "half", "long": "long", "int64": "long", "longlong": "long", "longint": "long", "int": "int"}
METHODS |= {"int32": "int", "byte": "byte", "uint8": "byte", "unsignedchar": "byte", "char": "char"}
METHODS |= {"signedchar": "char", "complexfloat": "cfloat", "complexdouble": "cdouble"}
METHODS |= {"complex<float>": "cfloat", "complex<double>": "cdouble"}
WHOLE = ("long", "int", "byte", "char", "bool", "short")
SMALL = ("half", "bfloat16")
COMPLEX = ("cfloat", "cdouble")
NUMBERED = r"(?i)mask|label|seg|target|annot|(?:^|_)gt(?:_|$)"  # class numbers, where they are int64
FULL = {"half": "float16", "bfloat16": "bfloat16", "double": "float64", "float": "float32"}
ADAPTED = r"(?i)\bpeft|\blora|bitsandbytes|load_in_[48]bit|unsloth|from_pretrained|[/\\]transformers[/\\]"


def method(name: str) -> str:
    """The tensor's method that makes a type.

    >>> method("torch.cuda.DoubleTensor"), method("c10::Half"), method("unsigned char"), method("torch.Size")
    ('double', 'half', 'byte', '')
    """
    bare = name.lower().replace(" ", "").rpartition(".")[2].rpartition(":")[2].removesuffix("tensor")
    return METHODS.get(bare, "")


class Dtype(Rule):
    code = "dtype"
    signatures = (
        "Input type ({given:words}) and bias type ({weight:words}) should be the same",
        "Input type ({given:words}) and weight type ({weight:words}) should be the same",
        "mat1 and mat2 must have the same dtype, but got {given:word} and {weight:word}",
        "mat1 and mat2 must have the same dtype",
        "expected m1 and m2 to have the same dtype, but got: {given:word} != {weight:word}",
        "expected mat1 and mat2 to have the same dtype, but got: {given:word} != {weight:word}",
        "self and mat2 must have the same dtype, but got {given:word} and {weight:word}",
        "RNN input dtype ({given:word}) does not match weight dtype ({weight:word})",
        "Input and parameter tensors are not the same dtype, found input tensor with {given:word} and parameter "
        "tensor with "
        "{weight:word}",
        "Expected object of scalar type {weight:word} but got scalar type {given:word} for sequence element {element}",
        "Expected object of scalar type {weight:word} but got scalar type {given:word} for",
        "Expected object of type {weight:word} but found type {given:word} for",
        "expected dtype {weight:word} but got dtype {given:word}",
        "expected dtype {weight:word} for weights but got dtype {given:word}",
        "expected scalar type {weight:word} but found {given:word}",
        "expected input and grid to have same dtype, but input has {given:word} and grid has {weight:word}",
        "Expected object of data type {} but got data type {} for",
        "mixed dtype (CPU): {}",
        "all inputs must share same datatype",
        "Cannot convert a MPS Tensor to float64 dtype",
        "expected both vectors to have same dtype, but found {given:word} and {weight:word}",
        "addmv input tensors must have the same dtype, but got {}, {given:word}, and {weight:word}",
        "Input dtypes must be the same, got: input {}, batch1: {given:word}, batch2: {weight:word}",
        "All tensors must have the same dtype, got input1: {given:word}, input2: {}, weight: {weight:word}",
        "prelu: Type promoting not supported. Got {given:word} and {weight:word}",
        "expected dtype {weight:word} for end but got dtype {given:word}",
        "to have the same dtype, but found A of type {given:word} and B of type {weight:word}",
        "Expected tensor for argument #{place} '{argument:word}' to have the same type as tensor for argument #{} "
        "'{}'; but type {given:word} does not equal {weight:word}",
    )
    says = "one calculation has numbers of one type"
    lookalike = "device-mixed"
    example = """
        net = nn.Linear(3, 8)
        table = torch.from_numpy(np.ones((4, 3)))  # NumPy's default is float64
        # RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float
        y = net(table)
        assert y.shape == (4, 8) and y.dtype == torch.float32
    """
    decide = "print({x}.dtype, next(model.parameters()).dtype)"
    not_that = "model.double() runs as well, at half the speed or less and twice the memory; torch works in float32"

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, weight = method(self.facts.get("given", "")), method(self.facts.get("weight", ""))
        types = {given, weight}
        if "given" in self.facts and (not given or not weight or given == weight or self.on_other_devices()):
            return
        if self.case.in_loss and "input type" not in self.case.raised.text.lower():
            return  # the targets' rule
        if "given" not in self.facts and "float64" not in self.case.raised.text:
            says = "two types met: a model in half precision and float32 data, or float64 data of NumPy's"
            yield likely(says, "data", f"{self.x}.to(next(model.parameters()).dtype), or autocast around all of it")
        elif "grid has" in self.case.raised.text:
            says = f"the input is {given} and the grid {weight}: autocast (or NumPy) made one of them, not the other"
            yield likely(says, "call", "F.grid_sample(x.float(), grid.float()), or both of x.dtype")
        elif weight.startswith("float8"):
            says = "the weights are kept in 8 bits, in which layers can't calculate"
            yield likely(says, "model", "a loader that casts them for each layer, or model.to(torch.bfloat16)")
        elif "element" in self.facts:
            yield from self.concatenated(given, weight)
        elif types & set(COMPLEX):
            says = f"{self.x} is complex, as torch.fft makes numbers, and the layer's weights are real"
            advice = "x.abs(), or both parts as real channels: torch.cat([x.real, x.imag], 1), torch.view_as_real(x)"
            yield likely(says, "data", advice)
        elif types <= {"double", "float", *SMALL} and (filters := by_hand.kernel(self)):
            says = f"of {self.x} and {filters} one is {given} and the other {weight}"
            if "nput type" in self.case.raised.text:
                says = f"{filters} was made as {weight}, and {self.x} is {given}"
            cast = self.cast(filters, self.x) if NAME.fullmatch(filters) else None
            name = filters if cast else "kernel"
            yield likely(says, "call", f"{name}.to({self.x}), its type and device, or a buffer: register_buffer", cast)
        elif types & {"double"} or not any(types):
            yield from self.doubles(weight)
        elif types & set(SMALL) and "float" in types:
            yield from self.halves(given, weight)
        elif weight == "long" and "weight" not in self.case.raised.text and not self.multiplied:
            says = f"indices or labels are {given}, and whole numbers (int64) are taken"
            yield likely(says, "data", "labels.long(), or token ids and indices as int64 where they are made")
        elif given in WHOLE or weight in WHOLE:
            whole = given if given in WHOLE else weight
            says = f"{self.created or self.x} holds whole numbers ({whole}), as pictures and labels come"
            scaled = ", and divide pictures by 255: ToTensor does both" if whole == "byte" else ""
            fractions = weight if weight in (*SMALL, "double") else "float"
            of_pictures = " / 255" if whole == "byte" and self.case.through("conv") else ""
            made = f"{{}}.{fractions}(){of_pictures}"
            fix = self.of_type(f"torch.{FULL[fractions]}") or self.changed(self.x, made)
            yield certain(says, "data", f".{fractions}() before the layer{scaled}", fix)
        else:
            says = f"{self.x} is {given} and the weights are {weight}"
            yield likely(says, "data", "give both one type", self.changed(self.x, "{}." + weight + "()"))

    @property
    def created(self) -> str:
        """The call in the user's line that makes a tensor of numbers, without saying of which type."""
        call = self.line.call(r"^torch\.(?:tensor|as_tensor|arange|full)$")
        return self.line.text(call) if call and "dtype" not in self.line.code else ""

    def of_type(self, dtype: str) -> Fix | None:
        return self.replaced(self.created, f"{self.created[:-1]}, dtype={dtype})")

    @property
    def multiplied(self) -> bool:
        """Whether it is a layer with weights that raised."""
        named = re.search(r"'mat[12]'|'self'|\bmm\b", self.case.raised.text)
        called = self.line.has(r"(?i)linear|conv|fc|mm\(|@")
        return bool(named or called or self.case.through(r"\b(?:linear|conv|_conv_forward|rnn)"))

    @property
    def sides(self) -> tuple[str, str] | None:
        """Of the product in the user's line the side of the given type, then the other, where the message tells."""
        text = self.case.raised.text
        told = re.search(r"\bmat2\b|\bm2\b|vectors|addmv|batch2", text) and "given" in self.facts
        factors = self.line.factors() if told and self.case.direct else None
        return (factors[1], factors[0]) if factors and re.search(r"argument #2\b", text) else factors

    @property
    def x(self) -> str:
        """What a layer gets, or the side of a product that isn't float32."""
        return self.sides[method(self.given) == "float"] if self.sides else super().x

    def cast(self, name: str, like: str, to: str = "") -> Fix:
        """A tensor cast where it stands in the user's line, which leaves a parameter what it is."""
        code = f"{name if NAME.fullmatch(name) else f'({name})'}.{to}()" if to else f"{name}.to({like}.dtype)"
        return self.instead(self.line.edited(name, code))

    def without_autocast(self) -> bool:
        """Whether the user's file switches autocast off right above."""
        frame = self.case.frame
        return bool(frame and any("enabled=False" in line for line in self.case.source.above(frame)[:4]))

    def concatenated(self, given: str, weight: str) -> Iterator[Hypothesis]:
        """Of a list that torch.cat or torch.stack got: the elements before the one named are of another type."""
        says = f"element {self.element} of the list (counted from 0) is {given}, and those before it are {weight}"
        better = "float" if {given, weight} & {"double", *WHOLE} and "float" in (given, weight) else weight
        other = given if better == weight else weight
        advice = f".{better}() for the {other} ones where they are made; print([t.dtype for t in …]) of the list"
        yield likely(says, "data", advice)

    def on_other_devices(self) -> bool:
        return ("cuda" in self.given.lower()) != ("cuda" in self.weight.lower())

    def doubles(self, weight: str) -> Iterator[Hypothesis]:
        if weight == "double" and re.search("input type|'mat1'", self.case.raised.text.lower()):
            says = f"the weights are float64 (.double(), or set_default_dtype) and {self.x} is float32"
            advice = "model.float(): float32 is what torch works in; or x.double() for double precision"
            yield likely(says, "model", advice)
            return
        single = weight if weight in SMALL else "float"
        says = f"float64 data met {'float32' if single == 'float' else single} weights: NumPy, pandas and Python's "
        if self.sides:
            says = f"{self.x} is float64 and what it is multiplied with isn't: NumPy, pandas and Python's "
        says += "numbers are float64"
        advice = "float32 where they are loaded: array.astype(np.float32), torch.tensor(…, dtype=torch.float32)"
        if weight in SMALL:
            advice = f"{self.x}.{weight}() before the model, or autocast around a float32 model"
        if single == "float" and not self.sides and (told := promoted(self, self.arrived())):
            yield told
            return
        made = of_numpy(self, self.arrived()) if single == "float" and not self.sides else []
        if made:
            says += f": {lines_told([fix.number for fix in made])} made tensors of them"
            yield likely(
                says, "data", ".float() where they are made, of inputs and of the targets of a regression", *made
            )
            return
        fix = self.cast(self.x, "", single) if self.sides else self.changed(self.x, f"{{}}.{single}()")
        yield likely(says, "data", advice, fix)

    def arrived(self) -> list[Made]:
        """The calls that made what the layer gets, the last first."""
        seen = not self.generic
        return self.case.origin.arriving(None, self.line, self._call, self.case.in_sequential) if seen else []

    def halves(self, given: str, weight: str) -> Iterator[Hypothesis]:
        half = next(each for each in (given, weight) if each in SMALL)
        if self.sides:
            says = "{} is {} and {} is {}".format(*chain(*zip(self.sides, (given, weight), strict=True)))
            fixed = None
            if self.without_autocast():
                says += f": autocast made {half} before, and casts nothing where enabled=False"
                fixed = self.cast(self.x, "", "float")
            advice = f"{self.x}.float(), which loses nothing, or both {half}; autocast around it does the latter"
            yield likely(says, "call", advice, fixed)
        elif self.line.has(r"(?:^|\W)(?:ext|_ext|_C|_backend|\w*_cuda|\w*_ext)\.\w+\("):
            says = f"a compiled extension has no {half} version of this operation, and autocast gave it {half}"
            yield likely(says, "call", "x.float() before it, or torch.autocast(device, enabled=False) around it")
        elif not self.line.code and self.adapted():
            says = f"{half} weights, as they were loaded, meet float32 ones (adapters, norms, a head) or activations"
            advice = "torch.autocast('cuda') around it (fp16=True, bf16=True in a Trainer), or one dtype for all"
            yield likely(says, "model", advice)
        elif weight == half:
            says = f"the model is {half} (.{half}(), torch_dtype) and {self.x} is float32"
            advice = f"{self.x}.{half}() before the model, or with torch.autocast around a float32 model"
            fix = self.changed(self.x, "{}." + half + "()")
            if not self.line.code:
                advice = "one type for all: autocast around it (also in evaluation), model.float(), or data in "
                advice, fix = f"{advice}{half}, but for token ids", None
            yield likely(says, "data", advice, fix)
        else:
            says = f"{self.x} is {half} and the weights float32: half the model was converted, or autocast ended"
            yield likely(says, "model", f"one type for both: model.{half}(), x.float(), or autocast around all of it")

    def adapted(self) -> bool:
        """Whether the text tells of a model that a library loaded and put adapters on."""
        return bool(re.search(ADAPTED, self.case.raised.text)) or self.case.through(ADAPTED)


class WholeNumbers(Rule):
    code = "dtype-unsupported"
    signatures = (
        "\"{function:word}\" not implemented for '{given:word}'",
        "{function:word} is not implemented for type torch.{given:word}",
        "{function:word} not supported on CPUType for {given:word}",
        "could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {given:word}",
        "Can only calculate the mean of floating types. Got {given:word} instead",
        "input dtype should be either floating point or complex dtypes. Got {given:word} instead",
        "Only Tensors of floating point and complex dtype can require gradients",
        "only Tensors of floating point dtype can require gradients",
        "Input tensor should be a float tensor. Got torch.{given:word}",
        "Expected a floating point or complex tensor as input. Got {given:word}",
        "expected common dtype to be floating point, yet common dtype is {given:word}",
        "multinomial only supports floating-point dtypes for input, got: {given:word}",
        "std and var only support floating point",
        "var_mean only support floating point",
        "Boolean inputs not supported for relu",
    )
    says = "torch has no such calculation for numbers of this type"
    lookalike = "dtype"
    example = """
        norm = nn.BatchNorm2d(3)
        images = torch.ones(2, 3, 4, 4, dtype=torch.int64)
        # NotImplementedError: "batch_norm" not implemented for 'Long'
        y = norm(images)
        assert y.dtype == torch.float32
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        given, function = method(self.facts.get("given", "")), self.facts.get("function", "")
        if self.case.in_loss or any(word in function for word in ("nll_loss", "host_softmax", "_thnn")):
            return  # the targets' rule
        if given in SMALL and "cuda" in function:
            says = f"{function}, a compiled extension, has no {given} version, and autocast or .{given}() gave it that"
            advice = "x.float() for what it takes, or torch.autocast('cuda', enabled=False) around it"
            yield likely(says, "call", advice)
        elif given in SMALL:
            says = f"{given} numbers on the CPU: much of it has no {given} arithmetic there"
            advice = "run on the GPU, or take float32 on the CPU: model.float(), torch_dtype=torch.float32"
            yield likely(says, "device", advice)
        elif given in WHOLE or "given" not in self.facts:
            if given == "long" and function.startswith("upsample") and re.search(NUMBERED, self.x):
                yield self.resized(given)
                return
            x = self.x if self.line.call(r"^self\.|^\w+$") else self.owner()
            says = f"{x} holds whole numbers{f' ({given})' if given else ''}, and the calculation is for fractions"
            code = self.changed(x, "{}.float()") if "given" in self.facts else None
            advice = f"{x}.float(), or float32 where it is loaded"
            advice += ", and / 255 for pictures: ToTensor does both" if given == "byte" else ""
            yield certain(says, "data", advice, code)
        else:
            says = f"the numbers are {self.given}, and {function} is there for whole numbers, if at all"
            yield likely(says, "data", ".long() before it where they are counts, bits or class numbers")

    def resized(self, given: str) -> Hypothesis:
        """Class numbers, which are taken from the nearest pixel and not mixed."""
        says = f"{self.x} holds class numbers ({given}), and no mixture of two classes is a class"
        call = self.line.text(self.line.call(r"(?:interpolate|upsample)$"))
        nearest = re.sub(r", align_corners=\w+", "", re.sub(r"mode=['\"]\w+['\"]", 'mode="nearest"', call))
        nearest = nearest.replace(f"({self.x},", f"({self.x}.float(),", 1) + ".long()"
        return certain(
            says, "data", 'mode="nearest" of .float(), and .long() of what comes out', self.replaced(call, nearest)
        )

    def owner(self) -> str:
        """What the method that raised belongs to: x in ``x.mean()``."""
        name = self.line.text(self._call.func) if self._call else ""
        base, _, last = name.rpartition(".")
        return base if base and base not in ("F", "torch", "nn") and last else self.x
