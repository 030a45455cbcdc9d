"""Losses, and targets that aren't what they take."""

import re
from collections.abc import Callable, Iterator
from math import gcd

from convcli.explain.dtype import WHOLE, method
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "targets"

CLASSES = r"(?<!binary_)cross_entropy|CrossEntropy|nll_loss|NLLLoss"
BINARY = r"binary_cross_entropy|BCE"


class Targets(Rule):
    layer_named = r"(?i)criterion|loss|entropy|crit"

    @property
    def outputs(self) -> str:
        return self.handed(0, "outputs")

    @property
    def targets(self) -> str:
        place = 2 if self.case.through("cosine_embedding|margin_ranking") else 1  # after two predictions
        return self.line.text(self.line.argument(self._call, place, "target")) or "targets"

    def mend(self, template: str) -> Fix | None:
        """The targets made right, where the user's line has them."""
        return self.changed(self.targets, template) if self.targets != "targets" or not self.line.code else None


class TargetRange(Targets):
    code = "target-range"
    signatures = (
        "Target {target} is out of bounds",
        "Assertion t >= 0 && t < n_classes failed",
        "Assertion cur_target >= 0 && cur_target < n_classes",
        "Assertion target >= 0 && target < {} failed",
        "Assertion label >= 0 && label < {} failed",
        "Assertion idx_dim >= 0 && idx_dim < index_size && {} failed",
        "target out of range",
        "Class values must be smaller than num_classes",
        "Class values must be non-negative",
        "device-side assert triggered",
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

    def hypotheses(self) -> Iterator[Hypothesis]:
        text, target = self.case.raised.text, self.facts.get("target")
        if "device-side" in text and "CUDA_LAUNCH" not in text and self.case.through("(?i)embedding"):
            return
        classes = "one output a class" + (f" ({target + 1} or more)" if target and target > 0 else "")
        if (target is not None and target < 0) or "non-negative" in text:
            says = f"a label is {target if target is not None else 'negative'}: a mark for what is to be left out"
            ignored = f"nn.CrossEntropyLoss(ignore_index={target})" if target is not None else "ignore_index=-1"
            yield likely(says, "loss", f"{ignored} leaves it out, or give these samples a class")
            says = "classes are counted from −1 (as −1, 0, 1), or 1 was taken from labels that start at 0"
            yield possible(says, "data", "labels - labels.min() where they are made: 0, 1, …")
            return
        if target in (255, 254):
            says = f"{target} marks borders or what isn't labelled in masks (VOC, Cityscapes), or is a grey value"
            advice = f"nn.CrossEntropyLoss(ignore_index={target}), or map grey values to class numbers 0, 1, …"
            yield likely(says, "loss", advice)
            yield possible("a binary mask is 0 and 255", "data", "mask = (mask > 127).long()")
            return
        if "device-side" in text:
            says = "an index is out of range on the GPU: mostly a label below 0 or not below the number of classes"
            advice = f"make labels 0 to classes − 1 and {classes}; run it once on the CPU for the true line and message"
            yield likely(says, "loss", advice)
            says = "a token id is not below num_embeddings"
            advice = "the tokenizer and vocabulary of this very model"
            yield possible(says, "data", advice)
            return
        says = f"a label{f' is {target}' if target is not None else ' is out of range'}, and the outputs are fewer"
        if "one_hot" in self.line.code or "Class values" in text:
            says = "a class number is not below num_classes"
        advice = f"{classes}, background counted; or labels that start at 0 and have no gaps"
        of_maps = re.search(r"(?i)nll_?loss2d|SpatialClass", text) or self.case.through("_loss2d")
        spatial = of_maps or self.line.has(r"(?i)mask|seg")
        if spatial or (target is not None and 100 < target < 255):
            masks = "the labels are the grey values of a mask (0 to 255), not class numbers"
            mapped = "map each grey value (or colour) to a class number 0, 1, … where masks are read"
        if spatial:
            yield likely(masks, "data", mapped)
            yield possible(says, "model", advice)
            return
        yield likely(says, "model", advice)
        if target is not None and 100 < target < 255:
            yield possible(masks, "data", mapped)
        else:
            marks = ", or hold a mark such as −1 or 255" if target is None else ""
            left_out = "; CrossEntropyLoss(ignore_index=…) for a mark" if marks else ""
            yield possible(f"the labels start at 1{marks}", "data", f"labels - 1 where they are made{left_out}")


class TargetBatch(Targets):
    code = "target-batch"
    signatures = (
        "Expected input batch_size ({batch}) to match target batch_size ({targets_})",
        "size mismatch (got input: {input:shape} , target: {target:shape}",
        "size mismatch (got input: {input:shape}, target: {target:shape}",
        "Input and target batch or spatial sizes don't match: target {target:shape}, input {input:shape}",
        "input and target batch or spatial sizes don't match: target {target:shape} , input {input:shape}",
        "All input tensors must have the same size",
        "Expected tensor to have size {size} at dimension {axis}, but got size {got} for argument #{place} "
        "'{argument:word}'",
        "inconsistent target size",
        "dimension specified as {} but tensor has no dimensions",
    )
    says = "the loss compares one prediction with one target each, and their numbers differ"
    lookalike = "target-range"
    example = """
        net = nn.Sequential(nn.Conv2d(1, 4, kernel_size=3), nn.ReLU())
        maps = net(torch.rand(8, 1, 6, 6))
        scores = maps.view(-1, 16)  # 4 · 4 · 4 features a sample: 32 rows for 8 samples
        labels = torch.zeros(8, dtype=torch.long)
        # ValueError: Expected input batch_size (32) to match target batch_size (8).
        loss = F.cross_entropy(scores, labels)
    """
    decide = "print({x}.shape) and the targets' shape before the loss"
    not_that = "cutting the longer one runs, and compares predictions with the targets of other samples"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "target" in self.facts:
            yield from self.spatial()
            return
        if "target" not in self.facts.get("argument", "target"):
            return  # a product's rule
        if "no dimensions" in self.case.raised.text:
            if self.case.in_loss:
                says = "the target (or the prediction) is a single number, and the loss counts a batch of them"
                yield likely(says, "data", "targets.unsqueeze(0): one sample alone is a batch of one")
            return
        if "batch" not in self.facts:
            yield likely("predictions and targets have other sizes", "loss", "print both shapes before the loss")
            return
        batch, targets = self.batch, self.targets_
        if batch == targets:
            return
        if targets == 0 and batch < 64:
            says = f"the target is a single number (0 axes), and there are {batch} predictions"
            yield likely(says, "data", "one target a sample, shape [batch]: torch.tensor([label]) for one sample alone")
        elif targets == 0:
            says = f"there is no target for {batch} predictions: the labels are empty"
            advice = "see what makes the labels (the collate_fn, a mask, a filter): print(labels.shape)"
            yield likely(says, "data", advice)
        elif targets == 1 and self.squeezed():
            says = f"squeeze() took the batch of one, and {batch} classes were read as a batch: {self.squeezed()}"
            yield certain(says, "call", "squeeze(dim) with the one axis that is meant, or no squeeze")
        elif targets == 1 and not self.line.has(r"\.view\(|reshape\("):
            says = f"one target and {batch} predictions: steps, tokens or pixels of one sample, each with a target"
            advice = "a target for each of them, flattened as the outputs are; or pool the outputs to one a sample"
            yield likely(says, "data", advice)
            yield self.last_batch(possible)
        elif (steps := self.steps()) is not None:
            samples, given, wanted = steps
            says = f"{batch} = {samples} · {given} and {targets} = {samples} · {wanted}: {given} steps for {wanted}"
            advice = "leave the first token (or last) out on one side, targets[:, 1:], before both are flattened"
            yield likely(says, "loss", advice)
        elif max(batch, targets) <= 256 and batch % targets and targets % (batch or 1):
            fixed = batch > targets and not batch & (batch - 1)  # as people choose their batch_size
            if fixed:
                yield self.last_batch(likely)
            says = f"{batch} predictions and {targets} targets: of different batches, or rows were dropped from one"
            advice = "predictions and targets of one batch: filter and shuffle both, or neither"
            yield (possible if fixed else likely)(says, "call", advice)
        elif targets and batch % targets == 0:
            factor = batch // targets
            says = f"{batch} = {factor} · {targets}: each sample became {factor} rows, in a view(-1, n) or a flatten"
            if factor <= 8:
                says += ", or in a torch.cat along the batch"
            advice = "x.flatten(1) keeps a row for each sample; then mend in_features of the next nn.Linear"
            yield likely(says, "call", advice)
            if batch <= 64:
                yield self.last_batch(possible)
        elif batch and targets % batch == 0:
            factor = targets // batch
            if batch == 1:
                says = (
                    f"one prediction and {targets} targets: of one mask, {targets} high, that has lost the batch of one"
                )
                yield likely(says, "data", "targets.unsqueeze(0), and no squeeze() where they are made")
                says = "a view(1, -1), a mean or model(x)[0] took the batch from the outputs"
                yield possible(says, "call", "outputs [batch, classes]: x.flatten(1) keeps the batch")
                return
            says = f"{targets} = {factor} · {batch}: {factor} targets for each prediction, one-hot or flattened steps"
            advice = "targets.argmax(1) for one-hot; for a sequence flatten the outputs too: out.view(-1, classes)"
            yield likely(says, "loss", advice)
            says = "the output was pooled to one prediction for a whole sequence"
            advice = "predict at every step"
            yield possible(says, "model", advice)
        else:
            says = f"{batch} predictions and {targets} targets share no batch: a view or a filter changed one of them"
            if max(batch, targets) > 256:
                says += ", or steps were cut or padded in one alone"
            advice = (
                "x.flatten(1) and not x.view(-1, n); one padding and one mask for both, labels as long as the input"
            )
            yield likely(says, "call", advice)

    def last_batch(self, sure: Callable[[str, str, str], Hypothesis]) -> Hypothesis:
        says = f"the last batch has {counted(self.targets_, 'sample')}, and the output is always made for {self.batch}"
        return sure(says, "model", "build it for the batch at hand, x.size(0), or DataLoader(…, drop_last=True)")

    def deciding(self) -> str:
        if self.facts.get("batch", 0) > self.facts.get("targets_", 0):
            return "at which batch it stops: the last one is smaller, the first is not; and both shapes before the loss"
        return super().deciding()

    def steps(self) -> tuple[int, int, int] | None:
        """The batch, and the steps of a sample on either side, if sequences of nearly one length were flattened."""
        batch = gcd(self.batch, self.targets_)
        steps = self.batch // batch, self.targets_ // batch
        near = 0 < abs(steps[0] - steps[1]) <= 2 < min(steps)
        return (batch, *steps) if near and max(self.batch, self.targets_) > 512 else None

    def spatial(self) -> Iterator[Hypothesis]:
        given, target = self.input, self.target
        without = [given[:i] + given[i + 1 :] for i in range(len(given))]
        if target in without[2:] and target != without[1]:
            axis = without.index(target, 2)
            says = (
                f"the {given[axis]} classes stand on axis {axis} of the scores {list(given)}, and the loss reads axis 1"
            )
            moved = self.changed(self.outputs, f"{{}}.movedim({axis}, 1)")
            yield likely(says, "loss", f"outputs.movedim({axis}, 1): [batch, classes, …]", moved)
        elif len(given) == 4 and len(target) == 3 and given[0] == target[0]:
            says = f"the scores are {given[2]}×{given[3]} and the masks {target[1]}×{target[2]}"
            advice = "resize the scores to the masks (bilinear), or the masks, by nearest neighbour, to the scores"
            resized = self.changed(
                self.outputs, f'F.interpolate({{}}, size={self.targets}.shape[-2:], mode="bilinear")'
            )
            yield likely(says, "model", advice, resized)
        elif len(given) == 4 and len(target) == 3:
            says = f"batches of {given[0]} and {target[0]} differ"
            advice = "pictures and masks of one batch, and no view in between"
            yield likely(says, "data", advice)
        elif len(given) == len(target) == 1:
            says = f"the scores {list(given)} are one sample's and the targets {list(target)} a batch's"
            yield likely(says, "call", "hand over [batch, classes]: no model(x)[0] and no squeeze() before the loss")
        else:
            yield likely(f"scores {list(given)} and targets {list(target)} don't belong together", "loss", "print both")


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
    )
    says = "class numbers are int64 (long), all that is compared with numbers is float"
    lookalike = "dtype"
    example = """
        scores = torch.rand(4, 3)
        labels = torch.tensor([0.0, 1.0, 2.0, 1.0])
        # RuntimeError: expected target dtype to be Long or Byte, but got Float
        loss = F.cross_entropy(scores, labels)
        assert loss.ndim == 0
    """
    decide = "print both dtypes and shapes before the loss"

    def hypotheses(self) -> Iterator[Hypothesis]:
        text = self.case.raised.text
        given, wanted = method(self.facts.get("given", "bool")), method(self.facts.get("wanted", ""))
        function = self.facts.get("function", "")
        if "must be Tensor" in text:
            what = {"NoneType": "None, not made or not returned", "int": "a number", "float": "a number"}.get(
                self.given, f"a {self.given}, of texts or numbers, as the dataset or the batch has them"
            )
            advice = "class numbers as a tensor, made where samples are: torch.tensor(label), texts numbered before"
            yield likely(f"the labels are {what}", "data", advice)
            return
        of_classes = "nll" in function or "'target'" in text or "target dtype" in text
        if given in WHOLE and re.search(r"Variable|is_same_size", text):
            of_classes = False
        if "result type" in text and self.line.has(r"\w_\(|[-+*/]="):
            return  # written in place
        if not (
            self.case.in_loss
            or of_classes
            or "class probabilities" in text
            or "host_softmax" in function
            or re.search("ound dtype|is_same_size|Variable", text)
            or ("backward" in self.line.code and "got dtype" in text)
        ):
            return
        if "class probabilities" in text:
            says = "targets of the scores' shape are read as probabilities, and these are whole numbers: one-hot"
            advice = "targets.argmax(1), class numbers, are the plain way; targets.float() as well"
            yield likely(says, "loss", advice, self.mend("{}.float()"))
            says = "the scores lost their class or batch axis and only look like the targets"
            advice = "keep [batch, classes]"
            yield possible(says, "model", advice)
        elif "softmax" in function and given in WHOLE:
            says = "the loss got whole numbers as scores: outputs and labels are swapped, or argmax was taken before"
            yield likely(says, "loss", "criterion(outputs, labels), the raw scores first")
        elif of_classes or self.case.through(CLASSES) or self.line.has(CLASSES):
            if {given, wanted} == {"double", "float"}:
                says = "the class weights are float64, as NumPy and scikit-learn give them"
                advice = "weight=weights.float()"
                yield certain(says, "loss", advice)
                return
            kind = self.facts.get("given", "").rpartition(".")[2] or given
            says = f"the labels are {kind}, and class numbers are long (int64)"
            advice = "labels.long(), or dtype=torch.long where they are made"
            yield certain(says, "data", advice, self.mend("{}.long()"))
        else:
            whole = given if given in WHOLE or given == "double" else wanted
            says = f"the targets are {whole or 'of another type'} and the loss compares them with float predictions"
            sure = likely if "double" in (given, wanted) else certain
            yield sure(says, "data", "targets.float(), or float32 where they are made", self.mend("{}.float()"))
            if sure is likely:
                yield possible("the loss's weight is float64, as NumPy makes it", "loss", "weight=weights.float()")
