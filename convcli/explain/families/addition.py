"""Two tensors, element by element, whose sizes don't meet: residuals, masks, positions, comparisons."""

import re
from collections.abc import Iterator, Sequence
from math import isqrt

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.batchwise import OfSamples
from convcli.explain.families.compared import OfCompared
from convcli.explain.families.grids import OfGrids
from convcli.explain.families.losses import too_short
from convcli.explain.families.sequences import is_longest
from convcli.explain.families.shortcuts import SHORTCUT, OfMaps
from convcli.explain.families.tokens import MASKS, POSITIONS
from convcli.explain.families.unpacked import unpacked
from convcli.explain.rule import Hypothesis, Rule, certain, likely, possible

FAMILY = "addition"

REPLICAS = r"Trainer(?![a-z])|DataParallel|(?i:multi.?gpu)"
MOST_AXES = 64  # of a tensor
CLASSES = (10, 100, 1000)  # of CIFAR and MNIST, and of ImageNet


def _is_grid(tokens: int) -> bool:
    """Whether so many tokens are a square picture's patches, with or without one for the class.

    >>> [n for n in (100, 197, 256, 1000, 4097) if _is_grid(n)]
    [197, 4097]
    """
    power_of_two = tokens & (tokens - 1) == 0  # a length or a width as well
    return tokens > 144 and not power_of_two and any(isqrt(n) ** 2 == n for n in (tokens, tokens - 1))


def of_odd_size(rule: Rule, a: int, b: int, names: Sequence[str]) -> Iterator[Hypothesis]:
    """Maps that differ by one; of two that are named, the doubled one, whose size is even, is brought to the other."""
    odd, rounded = (a, "up" if b > a else "down") if a % 2 else (b, "up" if a > b else "down")
    says = f"{a} and {b} differ by one: an odd size, {odd}, was halved (rounded {rounded}) and doubled again"
    advice = "bring the doubled one to the other's size, or resize the input: a multiple of 2 for each halving"
    short = too_short(rule.case, min(a, b), max(a, b))
    if short and rule.case.source.made:
        doubling = rule.case.source.fitting("ConvTranspose2d")
        padded = rule.remade(doubling[0], output_padding=1) if len(doubling) == 1 else None
        yield likely(f"{a} and {b} differ by one: {short[0]}", "model", short[1], padded)
        yield possible(says, "model", advice)
        return
    fix = None
    if len(names) == 2:
        doubled, kept = names if a % 2 == 0 else names[::-1]
        fix = rule.changed(doubled, f"F.interpolate({{}}, size={kept}.shape[2:])")
    yield likely(says, "model", advice, fix)
    if short and max(a, b) % 8 == 0:
        yield possible(f"no size was odd, and it was {short[0]}", "model", short[1])


def halved(high: int, low: int) -> int:
    """How often a size was halved, and rounded each time; 0 if it wasn't.

    >>> halved(56, 14), halved(65, 33), halved(65, 32), halved(64, 40)
    (2, 1, 1, 0)
    """
    return next((times for times in range(1, 7) if low in (high >> times, -(-high >> times))), 0)


class AdditionSize(OfGrids, OfMaps, OfCompared, OfSamples):
    code = "addition-size"
    signatures = ("The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {axis}",)
    says = "axis {axis} has {a} in one tensor and {b} in the other"
    lookalike = "cat-size"
    example = """
        down = nn.Conv2d(8, 8, kernel_size=2, stride=2)
        up = nn.ConvTranspose2d(8, 8, kernel_size=2, stride=2)
        skip = torch.rand(1, 8, 27, 27)
        x = up(down(skip))
        # RuntimeError: The size of tensor a (26) must match the size of tensor b (27) at non-singleton dimension 3
        y = x + skip
        assert y.shape == (1, 8, 27, 27)
    """
    not_that = "x[..., :n] cuts the larger one and drops what the network saw there"

    def warning(self) -> str:
        """A cut is right for what is made for the longest."""
        return "" if any("isn't cut" in each.says for each in self.hypotheses()) else super().warning()

    def deciding(self) -> str:
        if self.axis >= 2 and abs(self.a - self.b) in (1, 2, 4, 6, 8):
            return "the height and width of what goes into the network: are they multiples of 32?"
        if self.of_channels and not self.line.code:
            return "the last file of the traceback: is it your own block, or a library's model?"
        return f"print({self.sides[0]}.shape, {self.sides[1]}.shape) before the line"

    @property
    def of_channels(self) -> bool:
        return bool(
            self.axis == 1
            and self.a % 8 == self.b % 8 == 0
            and max(self.a, self.b) <= min(2048, 8 * min(self.a, self.b))
        )

    def operands(self) -> Iterator[tuple[str, str]]:
        if self.met or not self.line.code:
            yield self.sides[0], f"{self.a} on axis {self.axis}"
            yield self.sides[1], f"{self.b} on axis {self.axis}"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.axis < MOST_AXES:
            yield from super().hypotheses()

    def empty(self) -> Iterator[Hypothesis]:
        if min(self.a, self.b) == 0:
            says = f"one of both is empty on axis {self.axis}: a sample without objects, or a filter that kept nothing"
            yield likely(says, "data", "leave such samples out, or see to the case len(x) == 0")

    def dropped(self) -> Iterator[Hypothesis]:
        if re.match(r"[\w.]+ - [\w.]+\(.*\)$", self.line.code):
            says = f"{self.line.code!r} computes a difference and drops it: a minus where = was meant"
            yield certain(says, "call", "assign it", self.replaced(" - ", " = ", 1))

    def cut_by_the_batch(self) -> Iterator[Hypothesis]:
        if self.axis == 1 and self.line.has(r"\[.*\.size\(0\)"):
            says = f"size(0) is the batch, {min(self.a, self.b)}, and the {max(self.a, self.b)} steps are on axis 1"
            fix = self.replaced(".size(0)", ".size(1)")
            yield likely(says, "call", "slice by size(1): [batch, steps, features]", fix)

    def unpacked(self) -> Iterator[Hypothesis]:
        yield from unpacked(self, self.sides, (self.a, self.b), {self.axis})

    def located_or_masked(self) -> Iterator[Hypothesis]:
        if self.line.has(POSITIONS) or self.case.through(r"(?i)embedding|position"):
            yield from self.of_positions()
        elif products := list(self.of_a_product()):
            yield from products
        elif self.line.has(MASKS) or re.search(MASKS, self.case.frame.function if self.case.frame else ""):
            yield from self.of_mask()

    def standardised(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.a, self.b))
        if self.line.has(r"(?i)[-/]\s*\(?(?:self\.)?\w*(?:mean|std)|normali[sz]e"):
            says = f"mean and std have {low} values, one a channel, and meet the {high} of axis {self.axis}"
            if low in (1, 3, 4) and self.axis >= 2:
                says += ", the last: axes are matched from there on"
            advice = "[channels, 1, 1] for pictures [channels, height, width]: mean.view(-1, 1, 1), and std alike"
            yield likely(says, "data", advice, self.statistics_spread(low))

    def scores_of_words(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.a, self.b))
        if high > 20_000 > low >= 64 and high % low:
            says = f"{high} is the size of a vocabulary, {low} that of a hidden state: scores met features"
            advice = "take the same of both outputs: hidden_states (or last_hidden_state), not logits"
            yield likely(says, "call", advice)

    def by_axis(self) -> Iterator[Hypothesis]:
        yield from (self.of_batches, self.of_rows, self.of_maps)[min(self.axis, 2)]()

    def of_batches(self) -> Iterator[Hypothesis]:
        """Axis 0: all axes after it agree."""
        a, b = self.a, self.b
        low, high = sorted((a, b))
        if self.case.through(r"[/\\]optim[/\\]"):
            says = f"the optimizer's state has {b} numbers for a weight of {a}: it was saved with another model"
            yield likely(says, "checkpoint", "load the weights alone (new heads left out), and start a fresh optimizer")
        elif high % low == 0 and re.search(REPLICAS, self.case.raised.text):
            says = f"{high} = {high // low} · {low}: one GPU's share of a batch, cut by DataParallel, meets the whole"
            advice = "one process for each GPU (torchrun, accelerate launch), or one GPU: CUDA_VISIBLE_DEVICES=0"
            yield likely(says, "device", advice)
        elif low > 512 and high % low == 0:
            says = f"{high} = {high // low} · {low}: one was flattened with its {high // low} classes, one without"
            yield likely(says, "call", f"as many classes in labels and model; [{low}, classes] meets labels one_hot")
        elif self.case.may_have("(?i)batch|loader"):
            says = f"the first axes, {a} and {b}, differ: other batches (the last of an epoch), or an axis less"
            yield likely(says, "call", "build both for the batch at hand, x.size(0), not for a fixed batch_size")
        else:
            says = f"{self.sides[0]} has {a} rows and {self.sides[1]} {b}: they count different things, or lack an axis"
            advice = "make both from the same samples (nodes, edges); what filters or adds to one goes for both"
            if loops := self.case.elsewhere("self_?loops"):
                says += f"; self loops are edges that are added at {lines_told(loops)}"
                advice = f"add as many to the other, torch.cat([w, w.new_ones({high - low})]): PyG returns both"
            yield likely(says, "data", advice)

    def of_rows(self) -> Iterator[Hypothesis]:
        """Axis 1: channels of maps that are equally large, tokens, or classes."""
        (one, two), a, b = self.sides, self.a, self.b
        low, high = sorted((a, b))
        named = self.line.has(SHORTCUT) or self.case.through(r"(?i)resnet|resid|unet|block")
        classes = f"{a} and {b}: the model's classes and the labels', or [batch] with [batch, classes]"
        lengths = f"{a} and {b} tokens or steps: mask, positions or features of another length"
        as_many = "as many outputs as classes; class numbers go through F.one_hot for MSE and the like"
        one_length = "make both from one and the same input, padded or cut to one length"
        if (self.of_channels or named or self.projected_unless()) and not self.line.has(r"\*"):
            yield from self.of_channels_that_differ()
        elif low > 256 and high % low == 0:
            says = f"{high} = {high // low} · {low}: one was repeated, joined or flattened, and the other wasn't"
            yield likely(says, "call", "do the same to both: samples, prompts or frames go in pairs; keep the batch")
        elif self.line.has(r"(?i)hidden|state") and self.line.has(r"(?i)encoder|outputs|memory"):
            says = f"a decoder's state meets the encoder's {b} steps, and stands on their axis"
            advice = "the last layer's state, one for each sample, over all steps: hidden[-1].unsqueeze(1)"
            yield likely(says, "call", advice)
        elif self.line.code:
            says = f"axis {self.axis} has {a} in {one} and {b} in {two}: one size for both is wanted, or 1"
            advice = "shapes match from the last axis on: unsqueeze what has an axis less, or mend a size"
            if not self.met:
                says = f"{a} meets {b} within what this line calls: one size for both is wanted, or 1"
                advice = f"print the shapes there, where the traceback ends; {advice}"
            yield likely(says, "call", advice)
        elif _is_grid(a) or _is_grid(b):
            yield self.other_grid()
        elif a > b and is_longest(b):
            yield from self.of_positions()
        elif (low >= 64 and high < 1.5 * low) or low > 1024:
            yield likely(lengths, "data", one_length)
            yield possible(classes, "call", as_many)
        else:
            batch = next((n for n in (a, b) if n >= 8 and n & (n - 1) == 0), 0)
            labels = f"the labels, [{batch}], meet scores of {a + b - batch} classes"
            yield likely(labels if batch else classes, "call", as_many)
            yield possible(lengths, "call", one_length)

    def other_grid(self) -> Hypothesis:
        says = f"{self.a} tokens meet positions for {self.b}: made for another picture, patch size or length"
        return likely(says, "data", "one picture, patch size and length for both: [batch, tokens, features]")

    def of_maps(self) -> Iterator[Hypothesis]:
        """Axis 2 and on. Axes are compared from the last on, so axis 2 is the last, or the widths agree."""
        yield from self.applying(self.maps)

    @property
    def shrunk(self) -> bool:
        low, high = sorted((self.a, self.b))
        times = halved(high, low)
        return times > 0 and (high / low < 4.5 or high == low << times)

    def other_inputs(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.a, self.b))
        if self.axis == 2 and high > 5000 and low <= 128 and not _is_grid(high):
            says = f"{high} samples of sound arrive where {low} features of a spectrogram are expected"
            yield likely(says, "data", "run the feature extractor (MelSpectrogram, fbank) before the model")
        elif self.axis == 2 and low != 3 and high > 4.5 * low and (_is_grid(self.a) or _is_grid(self.b)):
            yield self.other_grid()

    def one_vector(self) -> Iterator[Hypothesis]:
        low, high = sorted((self.a, self.b))
        far = high > 4.5 * low or (self.line.has(r"\*") and high - low > 1)
        if not (spread := self.vectors_spread()) and (not far or self.shrunk):
            return
        says = f"{self.a} and {self.b} on axis {self.axis}: a vector with one value a channel is matched with the last "
        ones, more = ", 1" * self.axis, ", None" * (self.axis - 1)
        advice = f"bring it to the channels' axis: v.view(1, -1{ones[3:]}), v[:, :{more}] of a batch"
        if not spread:
            says = says.replace("a channel", "a channel, or a sample,")
            advice += f"; with one value a sample, v.view(-1{ones})"
        yield likely(f"{says}axis", "call", advice, spread)

    def other_features(self) -> Iterator[Hypothesis]:
        a, b = self.a, self.b
        if self.axis != 2 or self.shrunk:
            return
        if not self.line.code and min(a, b) >= 128 and a % 64 == b % 64 == 0:
            says = f"{a} and {b} features on the last axis: two parts have other hidden sizes"
            yield likely(says, "model", f"one hidden size for both, or nn.Linear({b}, {a}) between them")
        elif a > b and is_longest(b):
            yield from self.of_positions()

    def one_path_shrunk(self) -> Iterator[Hypothesis]:
        a, b = self.a, self.b
        if causal := self.of_causal():
            yield causal
        elif abs(a - b) == 1:
            yield from of_odd_size(self, a, b, self.sides if self.line.operands() else ())
        elif self.shrunk:
            says = f"{a} and {b}: one path was shrunk {max(a, b) / min(a, b):.3g}-fold (stride, pooling) and the other "
            small, large = self.sides if a < b else self.sides[::-1]
            shortcut = "give the shortcut the same stride (a 1×1 convolution)"
            enlarged = f"upsample the small one: F.interpolate({small}, size={large}.shape[2:])"
            advice = f"{shortcut}, or {enlarged}"
            if self.line.has(r"\*") or self.case.through(r"(?i)decod|_up\b|upsampl"):
                advice = f"{enlarged}; or see that the level and the picture size are those that it was made for"
            yield likely(f"{says}wasn't", "model", advice)

    def cells_lost(self) -> Iterator[Hypothesis]:
        a, b, high, lost = self.a, self.b, max(self.a, self.b), abs(self.a - self.b)
        if lost not in (2, 4, 6, 8):
            return
        says = f"{a} and {b} differ by {lost}: a convolution without padding took away kernel − 1 cells"
        advice = f"padding={lost // 2} in the convolutions between, or make both sizes agree"
        padding = likely(says, "model", advice)
        says = f"{a} and {b}: a size that isn't a multiple of the network's strides was shrunk and enlarged again"
        rounded = likely(says, "data", "pad or resize the inputs to a multiple of 32")
        enlarged = high % 8 == 0 and high % 7 and high & (high - 1)  # 152 is 8 · 19; no usual size, as 224 and 256
        yield from (rounded, padding) if enlarged else (padding, rounded)

    def other_sizes(self) -> Iterator[Hypothesis]:
        a, b = self.a, self.b
        says = f"{a} and {b} cells on axis {self.axis}: they come from inputs of different sizes"
        advice = "resize the inputs to what the model, its grids or its positions were made for"
        classes = next((n for n in (a, b) if n in CLASSES), 0)
        if classes and not self.line.code:
            scores = f"the scores of {classes} classes met maps that are {a + b - classes} wide, by their last axes"
            operator = "look at the operator in forward: x = self.classifier(x), and no x - … or x + …"
            yield likely(scores, "call", operator)
            yield possible(says, "data", advice)
            return
        yield likely(says, "data", advice)
        if self.axis == 3 and not self.line.code:
            says = f"an attention's mask is for {b} keys, and there are {a}"
            yield possible(says, "call", "make the mask from the batch at hand: [batch, 1, queries, keys]")

    maps = (other_inputs, one_vector, other_features, one_path_shrunk, cells_lost, other_sizes)

    causes = (
        empty,
        dropped,
        OfSamples.for_a_fixed_batch,
        OfCompared.in_a_loss,
        cut_by_the_batch,
        unpacked,
        located_or_masked,
        OfCompared.hits,
        standardised,
        scores_of_words,
        OfSamples.one_value_a_sample,
        by_axis,
    )


class InPlaceSize(Rule):
    code = "inplace-size"
    signatures = (
        "output with shape {shape:shape} doesn't match the broadcast shape {broadcast:shape}",
        "inconsistent tensor size, expected r_ {shape:shape}, t {broadcast:shape}",
    )
    says = "the result {broadcast} doesn't fit into the tensor {shape} that it is written to"
    lookalike = "addition-size"
    example = """
        x, y = torch.rand(1, 4), torch.rand(3, 4)
        # RuntimeError: output with shape [1, 4] doesn't match the broadcast shape [3, 4]
        x += y
        assert x.shape == (3, 4)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if self.case.through("normalize|transforms") or self.line.has(r"(?i)normali[sz]e|transform"):
            return  # the data's rule
        says = "an operation in place keeps the shape of what it changes, and the other side is larger"
        found = re.fullmatch(r"([\w.]+) ([-+*/])= (.+)", self.line.code)
        fix = self.instead(f"{found[1]} = {found[1]} {found[2]} {found[3]}") if found else None
        yield likely(says, "call", "x = x + y makes a new tensor where x += y and x.add_(y) can't", fix)
