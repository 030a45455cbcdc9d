"""Losses, and targets that aren't what they take."""

import ast
import re
from collections.abc import Callable, Iterator
from math import gcd, isqrt

from convcli.explain.evidence.names import whole
from convcli.explain.families.unpacked import of_its_batch
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible
from convcli.wording import counted

FAMILY = "targets"

BINARY = r"binary_cross_entropy|BCE"
ONE_HOT = r"one_hot|\beye\(|\[(?:0\.?0?, ?)*1\.?0?(?:, ?0\.?0?)*\]"
LEAST_HIGH = 48  # pixels of a mask
PROGRESS = r"(\d{1,9})/(\d{1,9}) \[\d\d:"  # a bar of tqdm's


def is_chosen(batch: int) -> bool:
    """Whether it is a batch_size as people choose it, and not what is left over for the last batch.

    >>> is_chosen(64), is_chosen(37)
    (True, False)
    """
    return batch >= 4 and batch & (batch - 1) == 0


class Targets(Rule):
    layer_named = r"(?i)criterion|loss|entropy|crit"

    @property
    def outputs(self) -> str:
        return self.handed(0, "outputs")

    @property
    def targets(self) -> str:
        place = 2 if self.case.through("cosine_embedding|margin_ranking") else 1  # after two predictions
        return self.line.text(self.line.argument(self._call, place, "target")) or "targets"

    @property
    def at_the_end(self) -> bool:
        """Whether a progress bar in the text stands at the last batch of an epoch."""
        bars = re.findall(PROGRESS, self.case.raised.text)
        return bool(bars) and int(bars[-1][0]) >= int(bars[-1][1]) - 1 > 0

    def folds(self, rows: int, samples: int) -> Hypothesis | None:
        """The view(-1, n) of the user's file, before an nn.Linear(n, …), that makes so many rows of these samples."""
        made = self.case.source.made
        steps = {self.case.origin.makes(each) for each in made if re.match("LSTM|GRU|RNN", each.callee)}
        wide = {each.value("in_features") for each in made if each.callee == "Linear"} - steps
        for view in made:
            n = whole(view.call.args[1]) if view.callee in ("view", "reshape") and len(view.call.args) == 2 else None
            if not n or n not in wide or ast.unparse(view.call.args[0]) != "-1" or rows * n % (samples or 1):
                continue
            features = rows * n // samples
            says = f"view(-1, {n}) in {view.place}: a sample has {features} features there, so that {samples} samples "
            advice = f"x.view(x.size(0), -1) there, and in_features={features} in the next nn.Linear"
            return likely(f"{says}became {rows} rows", "model", advice)
        return None

    def mend(self, template: str) -> Fix | None:
        """The targets made right, where the user's line has them."""
        return self.changed(self.targets, template) if self.targets != "targets" or not self.line.code else None


def folded(rows: int, samples: int) -> tuple[str, str, str]:
    """What is said where a view made other rows of a batch than it has samples; Targets.folds knows which view."""
    says = f"{samples} samples went in and {rows} rows came out: a view(-1, n) with another n than a sample's features"
    return says, "call", "x.flatten(1), or x.view(x.size(0), -1); then mend in_features of the next nn.Linear"


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
        differ = "batch" not in self.facts or self.batch != self.targets_
        apart = self.case.in_loss if "no dimensions" in self.case.raised.text else differ
        if "target" in self.facts or (apart and "target" in self.facts.get("argument", "target")):  # else a product's
            yield from super().hypotheses()

    def of_maps(self) -> Iterator[Hypothesis]:
        if "target" not in self.facts:
            return
        given, target = self.input, self.target
        without = [given[:i] + given[i + 1 :] for i in range(len(given))]
        if target in without[2:] and target != without[1]:
            axis = without.index(target, 2)
            says = f"the {given[axis]} classes stand on axis {axis} of scores {list(given)}, the loss reads axis 1"
            moved = self.changed(self.outputs, f"{{}}.movedim({axis}, 1)")
            yield likely(says, "loss", f"outputs.movedim({axis}, 1): [batch, classes, …]", moved)
        elif len(given) == 4 and len(target) == 3 and given[0] == target[0]:
            says = f"the scores are {given[2]}×{given[3]} and the masks {target[1]}×{target[2]}"
            advice = "resize the scores to the masks (bilinear), or the masks, by nearest neighbour, to the scores"
            resized = f'F.interpolate({{}}, size={self.targets}.shape[-2:], mode="bilinear")'
            yield likely(says, "model", advice, self.changed(self.outputs, resized))
        elif len(given) == 4 and len(target) == 3:
            says = f"batches of {given[0]} and {target[0]} differ"
            yield likely(says, "data", "pictures and masks of one batch, and no view in between")
        elif len(given) == len(target) == 1:
            says = f"the scores {list(given)} are one sample's and the targets {list(target)} a batch's"
            yield likely(says, "call", "hand over [batch, classes]: no model(x)[0] and no squeeze() before the loss")
        else:
            yield likely(f"scores {list(given)} and targets {list(target)} don't belong together", "loss", "print both")

    def unsized(self) -> Iterator[Hypothesis]:
        if "no dimensions" in self.case.raised.text:
            says = "the target (or the prediction) is a single number, and the loss counts a batch of them"
            yield likely(says, "data", "targets.unsqueeze(0): one sample alone is a batch of one")
        elif "batch" not in self.facts:
            yield likely("predictions and targets have other sizes", "loss", "print both shapes before the loss")

    def in_code(self) -> Iterator[Hypothesis]:
        if found := self.folds(self.batch, self.targets_) or self.of_steps():
            yield found

    def no_targets(self) -> Iterator[Hypothesis]:
        if self.targets_ == 0 and self.batch < 64:
            says = f"the target is a single number (0 axes), and there are {self.batch} predictions"
            yield likely(says, "data", "one target a sample, shape [batch]: torch.tensor([label]) for one sample alone")
        elif self.targets_ == 0:
            says = f"there is no target for {self.batch} predictions: the labels are empty"
            advice = "see what makes the labels (the collate_fn, a mask, a filter): print(labels.shape)"
            yield likely(says, "data", advice)

    def few_targets(self) -> Iterator[Hypothesis]:
        if self.targets_ == 1 and self.squeezed():
            says = f"squeeze() took the batch of one, and {self.batch} classes were read as a batch: {self.squeezed()}"
            yield certain(says, "call", "squeeze(dim) with the one axis that is meant, or no squeeze")
        elif self.at_the_end and self.targets_ < self.batch:
            yield self.last_batch(likely)
        elif self.targets_ == 1 and not self.line.has(r"\.view\(|reshape\("):
            says = f"one target and {self.batch} predictions: steps, tokens or pixels of one sample, each with a target"
            advice = "a target for each of them, flattened as the outputs are; or pool the outputs to one a sample"
            yield likely(says, "data", advice)
            yield self.last_batch(possible)

    def flattened(self) -> Iterator[Hypothesis]:
        batch, targets = self.batch, self.targets_
        if (steps := self.steps()) is not None:
            samples, given, wanted = steps
            says = f"{batch} = {samples} · {given} and {targets} = {samples} · {wanted}: {given} steps for {wanted}"
            advice = "leave the first token (or last) out on one side, targets[:, 1:], before both are flattened"
            yield likely(says, "loss", advice)
        elif batch > targets and batch % targets and is_chosen(targets) and not is_chosen(batch) and batch < 1024:
            yield likely(*folded(batch, targets))

    def unpacked(self) -> Iterator[Hypothesis]:
        yield from of_its_batch(self, (self.batch,), (self.targets_,))

    def mixed_up(self) -> Iterator[Hypothesis]:
        batch, targets = self.batch, self.targets_
        if max(batch, targets) <= 256 and batch % targets and targets % (batch or 1):
            if fixed := batch > targets and is_chosen(batch):
                yield self.last_batch(likely)
            says = f"{batch} predictions and {targets} targets: of different batches, or rows were dropped from one"
            advice = "predictions and targets of one batch: filter and shuffle both, or neither"
            yield (possible if fixed else likely)(says, "call", advice)

    def multiplied(self) -> Iterator[Hypothesis]:
        """Each sample has become several predictions: its steps or tokens, the cells of its maps, or parts of it."""
        if self.batch % self.targets_:
            return
        factor = self.batch // self.targets_
        product = f"{self.batch} = {factor} · {self.targets_}"
        if any(map(self.case.source.says, ("nn.LSTM(", "nn.GRU(", "nn.RNN("))):
            says = f"{product}: each of the {factor} steps of a sequence became a row"
            advice = "out[:, -1], or the mean over the steps, goes into the last layer, not all of them"
            yield likely(says, "model", advice)
        elif (side := isqrt(factor - 1)) > 5 and side * side == factor - 1:
            says = f"{product} and {factor} = 1 + {side}·{side}: the tokens of a transformer, each a row of its own"
            yield likely(says, "model", "its class token, x[:, 0], or the mean x.mean(1), goes into the classifier")
        else:
            yield from self.of_cells(factor, product)
        if self.batch <= 64:
            yield self.last_batch(possible)

    def one_hot(self) -> Iterator[Hypothesis]:
        batch, targets = self.batch, self.targets_
        if batch == 1:
            yield from self.of_one_row(targets)
        elif batch and targets % batch == 0:
            factor = targets // batch
            says = f"{targets} = {factor} · {batch}: {factor} targets for each prediction, one-hot or flattened steps"
            advice = "targets.argmax(1) for one-hot; for a sequence flatten the outputs too: out.view(-1, classes)"
            yield likely(says, "loss", advice)
            says = "the output was pooled to one prediction for a whole sequence"
            yield possible(says, "model", "predict at every step")

    def unrelated(self) -> Iterator[Hypothesis]:
        batch, targets = self.batch, self.targets_
        says = f"{batch} predictions and {targets} targets share no batch: a view or a filter changed one of them"
        if max(batch, targets) > 256:
            says += ", or steps were cut or padded in one alone"
        advice = "x.flatten(1), not x.view(-1, n); one padding and mask for both, labels as long as inputs"
        yield likely(says, "call", advice)

    causes = (
        of_maps,
        unsized,
        in_code,
        no_targets,
        few_targets,
        unpacked,
        flattened,
        mixed_up,
        multiplied,
        one_hot,
        unrelated,
    )

    def of_steps(self) -> Hypothesis | None:
        """The last row of an RNN that takes the batch for steps, where the user's file takes it."""
        source, frame = self.case.source, self.case.frame
        made = [each for each in source.fitting("LSTM GRU RNN") if each.is_set("batch_first") is False]
        last = self.case.elsewhere(r"\w\[-1\]")
        moved = self.case.elsewhere(r"\bview\(|permute\(")
        if self.generic or frame is None or len(made) != 1 or len(last) != 1 or moved:
            return None
        says = f"{made[0].callee} at {made[0].place} has no batch_first=True, so [-1] in line {last[0]} took the "
        says += f"{self.batch} steps of one sample, where {self.targets_} samples have a target each"
        line = source.texts[frame.file][last[0] - 1].strip()
        of_samples = Fix(line.replace("[-1]", "[:, -1]"), "instead", frame.file, last[0])
        advice = "batch_first=True for [batch, steps, features], and out[:, -1] for the last step"
        return likely(says, "model", advice, self.remade(made[0], batch_first=True), of_samples)

    def of_cells(self, factor: int, product: str) -> Iterator[Hypothesis]:
        says = f"{product}: each sample became {factor} rows, in a view(-1, n) or a flatten"
        advice = "x.flatten(1) keeps a row for each sample; then mend in_features of the next nn.Linear"
        if factor <= 8:
            says += ", or in a torch.cat along the batch"
            advice += "; torch.cat(…, 1) joins features"
        side = isqrt(factor)
        maps = f"{product} and {factor} = {side}·{side}: each of {side}×{side} cells of the last maps became a row, so "
        maps += "they weren't pooled"
        pooling = "nn.AdaptiveAvgPool2d(1) and x.flatten(1) before the classifier, whose in_features stay; or the "
        pooling += "version of a library whose backbone pools, as the code counts on"
        square = side * side == factor and side > 3
        if square and factor % 10 and not is_chosen(factor):
            yield likely(maps, "model", pooling)
            yield possible(says, "call", advice)
        else:
            yield likely(says, "call", advice)
            if square:
                yield possible(maps, "model", pooling)

    def last_batch(self, sure: Callable[[str, str, str], Hypothesis]) -> Hypothesis:
        says = f"the last batch has {counted(self.targets_, 'sample')}, and the output is always made for {self.batch}"
        return sure(says, "model", "build it for the batch at hand, x.size(0), or DataLoader(…, drop_last=True)")

    def of_one_row(self, targets: int) -> Iterator[Hypothesis]:
        says = "a view(1, -1), a mean or model(x)[0] took the batch from the outputs"
        lost = (says, "model", "outputs [batch, classes]: x.flatten(1) keeps the batch")
        says = f"one prediction and {targets} targets: "
        high = f"{says}of one mask, {targets} high, that has lost the batch of one"
        target = (high, "data", "targets.unsqueeze(0), and no squeeze() where they are made")
        made = " ".join([self.targets, *self.case.behind(self.targets).values()])
        one_hot = bool(re.search(ONE_HOT, made))
        if one_hot or targets < LEAST_HIGH:
            class_number = "the number of its class alone is wanted: torch.tensor([label]), or targets.argmax().view(1)"
            target = (f"{says}one-hot for one sample, where {targets} is the number of classes", "data", class_number)
        batch = targets <= 128 and not one_hot and (is_chosen(targets) or targets % 10 == 0)
        first, second = (lost, target) if batch else (target, lost)
        yield likely(*first)
        yield possible(*second)

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
