"""A norm that gets one value for each channel: a batch of one, and the loader that makes it."""

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from math import prod

from convcli.explain.evidence.names import last_name, whole
from convcli.explain.evidence.source import Made
from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible, redefined

FAMILY = "norm"

SIZES = (16, 32, 64)
MAKES_DATA = r"^(?:rand|randn|randint|zeros|ones|empty|range|arange|normal|uniform|make_\w+)$"


def counts(node: ast.AST) -> list[tuple[int, int]]:
    """The numbers in a part of a file that can be how many samples there are, with their lines."""
    match node:
        case ast.Assign(value=value):
            parts = [value]
        case ast.arguments(defaults=defaults):
            parts = defaults
        case ast.Call(func=function, args=args, keywords=keywords) if re.search(MAKES_DATA, last_name(function)):
            parts = [*args[:1], *(each.value for each in keywords)]
        case _:
            parts = []
    return [(number, part.lineno) for part in parts if (number := whole(part)) is not None]


class NormOne(Rule):
    code = "norm-one"
    signatures = (
        "Expected more than 1 value per channel when training, got input size {input:shape}",
        "Expected more than 1 spatial element when training, got input size {input:shape}",
    )
    says = "one value for each channel has no spread to be divided by: {input}"
    lookalike = "norm-channels"
    rebuild = "layer = nn.BatchNorm1d({input}[1])\nx = torch.rand({input})\ny = layer(x)"
    example = """
        net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16))
        # ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 16])
        y = net(torch.rand(1, 8))
    """
    decide = "whether this line trains or predicts"
    not_that = "GroupNorm or no norm at all makes another network of it; pretrained statistics are lost"

    def hypotheses(self) -> Iterator[Hypothesis]:
        cells = prod(self.input[2:])
        if self.each_sample and cells == 1:
            yield self.of_one_cell()
        if len(self.input) < 2 or cells * self.input[0] != 1 or self.each_sample:
            return
        pooled = "; a 1×1 map after pooling counts as one value" if len(self.input) > 2 else ""
        says = f"a batch of one sample is trained on, often the last of an epoch{self.counted}{pooled}"
        advice = "batch_size of 2 or more, and DataLoader(…, drop_last=True) where the last batch may have one"
        if self.loader and self.size == 1:
            says = f"each batch of the DataLoader at {self.loader.place} is one sample{pooled}"
            advice = f"a larger batch_size there, {', '.join(map(str, SIZES))} say; it is 1 where none is given"
        train = likely(says, "data", advice, self.dropping)
        alone = "a single sample is predicted, and the model is still in training mode"
        evaluate = "model.eval() before (and model.train() before training goes on)"
        if self.predicts():
            yield likely(alone, "call", evaluate)
            yield possible(train.says, train.change, train.advice)
        else:
            yield train
            yield possible(alone, "call", evaluate)

    @property
    def each_sample(self) -> bool:
        """Whether each channel of each sample is normalised by itself."""
        return "spatial" in self.case.raised.text

    def of_one_cell(self) -> Hypothesis:
        says = (
            f"{list(self.input)} has one cell a channel: it was halved or pooled so often, and an InstanceNorm needs "
        )
        advice = "no norm where one cell is left (the innermost block), a halving less before it, or larger inputs"
        return likely(f"{says}several cells", "model", advice)

    def warning(self) -> str:
        helps = "a larger batch doesn't help: an InstanceNorm looks at each sample by itself"
        return helps if self.each_sample else super().warning()

    @cached_property
    def loader(self) -> Made | None:
        """The one DataLoader of the user's files, or the one of several that shuffles, as for training."""
        loaders = [] if self.generic else self.case.source.fitting("DataLoader")
        shuffling = [each for each in loaders if each.is_set("shuffle")]
        return next((each[0] for each in (loaders, shuffling) if len(each) == 1), None)

    @property
    def size(self) -> int | None:
        """The batch_size of the loader."""
        given = self.loader and (self.loader.node("batch_size") or self.loader.call.args[1:])
        return self.loader.value("batch_size") if given and self.loader else 1

    @property
    def counted(self) -> str:
        """How the one number of samples that the file can have leaves a batch of one."""
        size, made = self.size or 0, self.loader
        nodes = self.case.source.names.nodes.get(made.file, []) if made and size > 1 else []
        numbers = {each for node in nodes for each in counts(node)}
        left = [(value, line) for value, line in numbers if value > size and value % size == 1]
        if len(left) != 1:
            return ""
        value, line = left[0]
        return f": {value} (line {line}) = {value // size} · {size} + 1"

    @property
    def dropping(self) -> Fix | None:
        """The loader's own line, with what leaves out the last batch if that is smaller."""
        made = self.loader
        settled = made and ({each.arg for each in made.call.keywords} & {None, "drop_last", "batch_sampler"})
        if not made or settled or self.size == 1:
            return None
        return redefined(made, drop_last=True)

    def predicts(self) -> bool:
        """Whether the innermost of the user's functions and lines that speaks of training or predicting predicts."""
        own = [f"{frame.function} {frame.code}" for frame in self.case.raised.frames if not frame.of_library]
        named = own or re.findall(r"line \d{1,9}, in (\w{1,80})", self.case.raised.text)
        predicting = r"(?i)test|eval|valid|infer|predict|dummy|sample|export|onnx|summary"
        place = next((each for each in reversed(named) if re.search(rf"{predicting}|train|fit\b|loss", each)), "")
        return bool(re.search(predicting, place))
