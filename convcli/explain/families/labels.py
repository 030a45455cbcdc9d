"""Class numbers: out of range, or of a type that a loss doesn't take."""

import re
from collections.abc import Iterator

from convcli.explain.families.dtype import WHOLE, method
from convcli.explain.families.targets import Targets
from convcli.explain.rule import Fix, Hypothesis, certain, likely, possible

FAMILY = "targets"

CLASSES = r"(?<!binary_)cross_entropy|CrossEntropy|nll_loss|NLLLoss"
MARKS = (-1, -100, -99, -999, -9999)  # for what isn't known, or is to be left out
LARGEST = 2**31 - 1  # of labels that people count
DIFFERENT = r"\.n?unique\(|\bnp\.unique\(|len\(set\("  # counts the labels that differ
GREY_VALUES = "the labels are the grey values of a mask (0 to 255), not class numbers"
MAPPED = "map each grey value (or colour) to a class number 0, 1, … where masks are read"
NAN = "-9223372036854775808"  # as a whole number


class TargetRange(Targets):
    code = "target-range"
    signatures = (
        "Target {target} is out of bounds",
        f"Target {NAN} is out of bounds",
        "Assertion t >= 0 && t < n_classes failed",
        "Assertion cur_target >= 0 && cur_target < n_classes",
        "Assertion target >= 0 && target < {} failed",
        "Assertion label >= 0 && label < {} failed",
        "Assertion idx_dim >= 0 && idx_dim < index_size && {} failed",
        "target out of range",
        "Class values must be smaller than num_classes",
        "Class values must be non-negative",
        "device-side assert triggered",
        "CUBLAS_STATUS_{} when calling",
        "nll_loss_nd{} out of bounds",
    )
    says = "class numbers go from 0 to classes − 1"
    lookalike = "target-batch"
    example = """
        scores = torch.rand(4, 3)
        labels = torch.tensor([1, 2, 3, 1])  # counted from 1
        # IndexError: Target 3 is out of bounds.
        loss = F.cross_entropy(scores, labels)
    """
    decide = "print(labels.unique(), outputs.shape)"
    not_that = "labels.clamp(…) or labels % classes runs, and trains on wrong labels"

    target: int | None = None

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        if "device-side" not in text or "CUDA_LAUNCH" in text or not self.case.through("(?i)embedding"):
            yield from super().hypotheses()

    @property
    def enough(self) -> str:
        return "one output a class" + (f" ({self.target + 1} or more)" if self.target and self.target > 0 else "")

    def no_class_number(self) -> Iterator[Hypothesis]:
        target = self.target or 0
        if NAN in self.case.raised.text or abs(target) > LARGEST:
            says = "the label is no class number: NaN made a whole number, or memory that nothing was written to"
            yield likely(says, "data", "look for NaN where labels are made, and torch.empty; print(labels)")
        elif target < 0 and target not in MARKS:
            says = f"{target} is no class number: labels are computed (scaled, shifted, rounded) and leave their range"
            advice = f"bring them to 0 … classes − 1 where they are made; {target} as ignore_index would hide it"
            yield likely(says, "data", advice)

    def mark(self) -> Iterator[Hypothesis]:
        target = self.target
        if (target is not None and target < 0) or "non-negative" in self.case.raised.text:
            says = f"a label is {target if target is not None else 'negative'}: a mark for what is to be left out"
            ignored = f"nn.CrossEntropyLoss(ignore_index={target})" if target is not None else "ignore_index=-1"
            yield likely(says, "loss", f"{ignored} leaves it out, or give these samples a class")
            says = "classes are counted from −1 (as −1, 0, 1), or 1 was taken from labels that start at 0"
            yield possible(says, "data", "labels - labels.min() where they are made: 0, 1, …")
        elif target in (255, 254):
            says = f"{target} marks borders or what isn't labelled in masks (VOC, Cityscapes), or is a grey value"
            advice = f"nn.CrossEntropyLoss(ignore_index={target}), or map grey values to class numbers 0, 1, …"
            yield likely(says, "loss", advice)
            yield possible("a binary mask is 0 and 255", "data", "mask = (mask > 127).long()")

    def on_gpu(self) -> Iterator[Hypothesis]:
        if "device-side" in self.signature or "CUBLAS" in self.signature:
            says = "an index is out of range on the GPU: mostly a label below 0 or not below the number of classes"
            advice = f"make labels 0 to classes − 1 and {self.enough}; the line is a later one: run it once on the CPU"
            yield likely(says, "loss", advice)
            says = "a token id is not below num_embeddings"
            yield possible(says, "data", "the tokenizer and vocabulary of this very model")
            if "CUBLAS" in self.signature:
                says = "the GPU's memory ran out, or the sizes of a product don't agree, which the CPU says plainly"
                yield possible(says, "device", "a smaller batch; one batch with model and data on the CPU")

    def grey_value(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        of_maps = re.search(r"(?i)nll_?loss2d|SpatialClass", text) or self.case.through("_loss2d")
        grey = self.target is not None and 127 < self.target < 255 and not self.case.source.made
        if of_maps or grey or re.search(r"(?i)mask|segm|u-?net", f"{self.line.code} {text}"):
            yield likely(GREY_VALUES, "data", MAPPED)
            yield possible(*self.too_few_outputs())

    def counted_from_one(self) -> Iterator[Hypothesis]:
        target = self.target
        outputs = [made.value("out_features") or made.value("out_channels") for made in self.case.source.made]
        lines = [line for text in self.case.source.texts.values() for line in text]
        if target is not None and any(re.search(DIFFERENT, line) for line in lines):
            says = f"there are as many outputs as labels that differ, and a label is {target}: they start at 1, or "
            advice = "labels - 1 where they are made; torch.unique(labels, return_inverse=True)[1] closes gaps"
            yield likely(f"{says}have gaps", "data", advice, self.from_zero())
        elif target is not None and target in outputs:
            says = f"there are {target} outputs, for classes 0 to {target - 1}, and a label is {target}: the labels "
            yield likely(f"{says}start at 1", "data", "labels - 1 where they are made", self.from_zero())
            yield possible(f"there are {target + 1} classes, with background, say", "model", self.enough)

    def one_output(self) -> Iterator[Hypothesis]:
        if self.target == 1:
            says = "a label is 1 and there is one output: for cross entropy that is one class, number 0"
            advice = "two outputs; or for a single yes or no nn.BCEWithLogitsLoss()(outputs.squeeze(1), labels.float())"
            yield likely(says, "loss", advice)

    def few_outputs(self) -> Iterator[Hypothesis]:
        yield likely(*self.too_few_outputs())
        if self.target is None:
            advice = "labels - 1 where they are made; CrossEntropyLoss(ignore_index=…) for a mark"
            yield possible("the labels start at 1, or hold a mark such as −1 or 255", "data", advice)
        elif 100 < self.target < 255:
            yield possible(GREY_VALUES, "data", MAPPED)
        else:
            says = f"the labels start at 1, and there are {self.target} outputs, for classes 0 to {self.target - 1}"
            yield possible(says, "data", "labels - 1 where they are made")

    def deciding(self) -> str:
        if self.target is None or not 0 <= self.target <= 100:
            return super().deciding()
        return "print(labels.min(), outputs.shape): the smallest label is 1 if they start at 1, and 0 if outputs lack"

    causes = (no_class_number, mark, on_gpu, one_output, grey_value, counted_from_one, few_outputs)

    def too_few_outputs(self) -> tuple[str, str, str]:
        text, target = self.case.raised.text, self.target
        says = f"a label{f' is {target}' if target is not None else ' is out of range'}, and the outputs are fewer"
        if "one_hot" in self.line.code or "Class values" in text:
            says = "a class number is not below num_classes"
        advice = f"{self.enough}, background counted; or labels that start at 0 and have no gaps"
        if ".cu" in text:
            advice += "; the GPU reports it late: the line in the traceback is a later one"
        return says, "model", advice

    def from_zero(self) -> Fix | None:
        """The user's line with its labels counted from 0; not a line before it, as that may be in a loop."""
        known = self.targets in self.line.code and self.case.direct
        return self.instead(self.line.edited(self.targets, f"{self.targets} - 1")) if known else None


class TargetType(Targets):
    code = "target-dtype"
    signatures = (
        "expected target dtype to be Long or Byte, but got {given:word}",
        "Expected floating point type for target with class probabilities, got {given:word}",
        "Expected object of scalar type Long but got scalar type {given:word} for argument #{place} 'target'",
        "Expected object of type torch.{}LongTensor but found type torch.{given:words} for argument #{place} 'target'",
        "argument 'target' (position {place}) must be Tensor, not {given:word}",
        "found type Variable[torch.{given:word}] for argument #{place} 'target'",
        "is_same_size received an invalid combination of arguments - got (torch.{wanted:word}), but expected "
        "(torch.{given:word} other)",
        "expected scalar type {wanted:word} but found {given:word}",
        "Found dtype {given:word} but expected {wanted:word}",
        "expected dtype {wanted:word} but got dtype {given:word}",
        "result type {wanted:word} can't be cast to the desired output type {given:word}",
        "Expected object of scalar type {wanted:word} but got scalar type {given:word} for argument #{place} "
        "'{argument:word}'",
        "\"{function:word}\" not implemented for '{given:word}'",
        "Subtraction, the - operator, with {} bool tensors is not supported",
        "ignore_index is not supported for floating point target",
    )
    says = "a loss compares numbers of one type, and takes class numbers as int64 (long)"
    lookalike = "dtype"
    example = """
        scores = torch.rand(4, 3)
        labels = torch.tensor([0.0, 1.0, 2.0, 1.0])
        # RuntimeError: expected target dtype to be Long or Byte, but got Float
        loss = F.cross_entropy(scores, labels)
        assert loss.ndim == 0
    """
    decide = "print both dtypes and shapes before the loss"

    function, wanted, given = "", "", "bool"  # where a message names none

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        in_place = "result type" in text and self.line.has(r"\w_\(|[-+*/]=")
        of_types = re.search("target with class|point target|ound dtype|is_same_size|Variable", text)
        at_backward = "backward" in self.line.code and "got dtype" in text
        of_loss = self.case.in_loss or self.of_classes or of_types or at_backward or "host_softmax" in self.function
        if "must be Tensor" in text or (of_loss and not in_place):
            yield from super().hypotheses()

    @property
    def of_classes(self) -> bool:
        text = self.case.raised.text
        if self.kinds[0] in WHOLE and re.search(r"Variable|is_same_size", text):
            return False
        return "nll" in self.function or "'target'" in text or "target dtype" in text

    @property
    def kinds(self) -> tuple[str, str]:
        """The types that are given and wanted, as tensors' methods are called."""
        return method(self.given), method(self.wanted)

    def no_tensor(self) -> Iterator[Hypothesis]:
        if "must be Tensor" in self.case.raised.text:
            what = {"NoneType": "None, not made or not returned", "int": "a number", "float": "a number"}.get(
                self.given, f"a {self.given}, of texts or numbers, as the dataset or the batch has them"
            )
            advice = "class numbers as a tensor, made where samples are: torch.tensor(label), texts numbered before"
            yield likely(f"the labels are {what}", "data", advice)

    def whole_numbers(self) -> Iterator[Hypothesis]:
        if "ignore_index" in self.signature:
            says = (
                "the targets are floats of the scores' shape, and so read as probabilities, of which none is left out"
            )
            yield likely(
                says, "data", "class numbers without the class axis, long: targets.argmax(1), or targets.long()"
            )
        elif "target with class probabilities" in self.signature:
            says = "targets of the scores' shape are read as probabilities, and these are whole numbers: one-hot"
            advice = "targets.argmax(1), class numbers, are the plain way; targets.float() as well"
            yield likely(says, "loss", advice, self.mend("{}.float()"))
            says = "the scores lost their class or batch axis and only look like the targets"
            yield possible(says, "model", "keep [batch, classes]")
        elif re.search("softmax|sigmoid", self.function) and self.kinds[0] in WHOLE:
            says = "the loss got whole numbers as scores: outputs and labels are swapped, or argmax was taken before"
            yield likely(says, "loss", "criterion(outputs, labels), the raw scores first")

    def class_numbers(self) -> Iterator[Hypothesis]:
        of_classes = self.of_classes or self.case.through(CLASSES) or self.line.has(CLASSES) or self.wants_long
        if of_classes and set(self.kinds) == {"double", "float"}:
            says = "the class weights are float64, as NumPy and scikit-learn give them"
            yield certain(says, "loss", "weight=weights.float()")
        elif of_classes:
            given = self.kinds[0]
            says = f"the labels are {self.given.rpartition('.')[2] or given}, and class numbers are long (int64)"
            advice, fix = "labels.long(), or dtype=torch.long where they are made", self.mend("{}.long()")
            if self.before_shapes and self.of_maps:
                advice = "masks [N, H, W] are to be long: masks.long(); those of one channel, [N, 1, H, W], "
                advice += "masks.squeeze(1).long(); one-hot ones, [N, classes, H, W], masks.argmax(1)"
                fix = None
            yield likely(says, "data", advice, fix)
            if given not in WHOLE:
                yield self.of_values()

    @property
    def wants_long(self) -> bool:
        """Whether a loss asks for long numbers alone; one that compares values tells both types by dtype."""
        of_values = self.case.through(r"mse|l1_|binary") or self.line.has(r"(?i)mse|l1|bce|binary")
        return bool(re.search(r"xpected scalar type Long but", self.case.raised.text)) and not of_values

    @property
    def before_shapes(self) -> bool:
        """Whether this torch, of before 1.5, looks at the labels' type before their axes."""
        return bool(re.search(r"_thnn_|xpected object of (?:scalar )?type", self.case.raised.text))

    @property
    def of_maps(self) -> bool:
        """Whether the labels are masks, as the loss or the words around it say."""
        words = f"{self.line.code} {self.case.raised.text}"
        return self.case.through("_loss2d") or bool(re.search(r"(?i)loss2d|mask|segm|u-?net|dice", words))

    def of_values(self) -> Hypothesis:
        says = "they are probabilities, one for each class, or values to be met, and no class numbers"
        advice = "cross_entropy takes probabilities of the scores' shape (1.10 and later); MSELoss meets values"
        if self.before_shapes:
            advice = (
                "argmax(1) makes class numbers of probabilities (this torch's cross_entropy takes no other); MSELoss "
            )
            advice += "meets values"
        if self.of_maps:
            says = "the masks are of 0 and 1, for one channel of scores"
            advice = "nn.BCEWithLogitsLoss takes float masks of the scores' shape"
        return possible(says, "loss", advice)

    def two_types(self) -> Iterator[Hypothesis]:
        """A loss that compares one by one; of the two types the message names the target's as the one that is given."""
        text, (given, wanted) = self.case.raised.text, self.kinds
        alike = self.mend(f"{{}}.to({self.outputs}.dtype)") if self.outputs.isidentifier() else None
        if {given, wanted} == {"double", "float"} and re.search("got dtype|scalar type \\w+ but found", text):
            says = "predictions and targets are float and double, or double and float: the message doesn't tell which"
            advice = "float32 for both where data are loaded; targets.to(outputs.dtype) in the loss's line mends either"
            yield likely(says, "data", advice, alike)
            yield possible("the loss's weight is float64, as NumPy makes it", "loss", "weight=weights.float()")
        elif given == "float" and wanted == "double":
            says = "the predictions are double, as the model or its input is, and the targets float"
            advice = "float32 for all where data are loaded, and no model.double(); or targets.to(outputs.dtype)"
            yield likely(says, "data", advice, alike)
        elif given not in WHOLE and wanted in WHOLE and "ound dtype" in text:
            says = f"the predictions are {wanted}: argmax, rounding or a comparison came before the loss"
            yield likely(says, "loss", "the raw scores go into the loss, the predicted classes into a metric")
        else:
            whole = given if given in WHOLE or given == "double" else wanted
            says = f"the targets are {whole or 'of another type'} and the loss compares them with float predictions"
            sure = likely if "double" in (given, wanted) else certain
            yield sure(says, "data", "targets.float(), or float32 where they are made", self.mend("{}.float()"))
            if sure is likely:
                yield possible("the loss's weight is float64, as NumPy makes it", "loss", "weight=weights.float()")

    causes = (no_tensor, whole_numbers, class_numbers, two_types)
