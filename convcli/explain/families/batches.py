"""Data on their way into the network: samples that make no batch, pictures that are no tensors, wrong channels."""

import ast
import re
from collections.abc import Iterator
from math import prod

from convcli.explain.rule import Fix, Hypothesis, Rule, likely, possible

FAMILY = "data"

COLLATE = r"collate|[/\\]_utils[/\\](?:worker|fetch)|dataloader"
DEFAULT = r"default_collate|collate_tensor_fn"
LEAST_SIDE = 64  # pixels of a picture that isn't resized yet
LEAST_SOUND = 8000  # values: a second as telephones have it, and longer than texts are
CUT = "windows that a dataset cuts are of one length, and one is shorter: at the series' end, or by a wrong slice"
WHOLE_WINDOWS = (
    "x[i:i + size] for i in range(0, len(x) - size, stride) keeps whole windows alone; print len(dataset[i][0])"
)
TEXTS = "texts, which are of other lengths by nature"
BOXES = r"(?i)(?<![a-z])b?box(?:es)?(?![a-z])|yolo|coco|detect|rcnn|(?<![a-z])voc|annotation|keypoint|lidar"
SERIES = r"(?i)sequence|window|(?<![a-z])(?:imu|seq)|sensor|audio|time_?series|accel|gyro|signal|trajector|skeleton"
COLLATES = re.compile(r"(?i)collate|pad_batch")


class BatchSizes(Rule):
    code = "batch-sizes"
    signatures = (
        "stack expects each tensor to be equal size, but got {first:shape} at entry 0 and {other:shape} at entry "
        "{entry}",
        "Sizes of tensors must match except in dimension {dim}. Got {a} and {b} in dimension {axis}",
        "each element in list of batch should be of equal size",
        "Trying to resize storage that is not resizable",
        "inconsistent tensor sizes at",
        "Tensors must have same number of dimensions: got {axes} and {other_axes}",
    )
    says = "the samples of a batch have to be of one size"
    lookalike = "cat-size"
    example = """
        samples = [(torch.rand(3, 32, 32), 0), (torch.rand(3, 32, 40), 1)]
        loader = torch.utils.data.DataLoader(samples, batch_size=2)
        # RuntimeError: stack expects each tensor to be equal size, but got [3, 32, 32] at entry 0 and [3, 32, 40]
        # at entry 1
        for images, labels in loader:
            pass
    """
    not_that = "batch_size=1 hides it: nothing has to be stacked, and nothing is fast"
    decide = "print(sample.shape) for the samples of one batch"

    first: tuple[int, ...] = ()
    other: tuple[int, ...] = ()

    def hypotheses(self) -> Iterator[Hypothesis]:
        if not {"dim", "axes"} & set(self.facts) or self.case.through(COLLATE):
            yield from super().hypotheses()

    def without_collate(self) -> Iterator[Hypothesis]:
        """A loader of the user's file that doesn't get the function that another one gets, or that stands there."""
        loaders = self.case.source.fitting("DataLoader") if self.case.through(DEFAULT) else []
        bare = [each for each in loaders if all(word.arg not in (None, "collate_fn") for word in each.call.keywords)]
        given = [each for each in loaders if each.written("collate_fn")]
        known = self.case.source.names.functions
        outer = {name for name, defined in known.items() if [each.col_offset for each in defined] == [0]}
        functions = {each.written("collate_fn") for each in given} or set(filter(COLLATES.search, outer))
        tree = self.case.line.tree
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)] if tree else []
        came = [step for name in names for step in self.case.origin.steps(name) if step in loaders]
        mine = [each for each in bare if each in came] if came else bare
        if len(functions) != 1 or len(mine) != 1:
            return
        (function,), (made,) = functions, mine
        says = f"{list(self.first)} and {list(self.other)} differ: " if self.first else ""
        says += (
            f"{made.name or 'a DataLoader'} ({made.place}) is made without a collate_fn, and stacks samples as they "
        )
        says += f"are; {given[0].name or given[0].place} gets {function}" if given else f"are; none gets {function}"
        fix = self.remade(made, collate_fn=function) if function in outer else None
        yield likely(says, "data", f"collate_fn={function} there as well" if given else f"collate_fn={function}", fix)

    def grey_or_empty(self) -> Iterator[Hypothesis]:
        if "axes" in self.facts:
            says = "samples with other numbers of axes: grey pictures without an axis for channels among the others"
            yield likely(says, "data", 'Image.open(path).convert("RGB") for every picture, "L" for every mask')
        elif 0 in (*self.first, *self.other, self.facts.get("a"), self.facts.get("b")):
            says = "a sample is empty, as of a crop that lies beside its picture, or of a file that holds nothing"
            yield likely(says, "data", "print sizes before and after the crop; skip or resize pictures smaller than it")

    def without_shapes(self) -> Iterator[Hypothesis]:
        if "first" in self.facts:
            return
        says = "the samples have lists of other lengths"
        if "resizable" in self.signature:
            says = "the samples are of other sizes, and a worker stacks them in one block of memory"
        if "a" in self.facts:
            says = f"samples of {self.a} and {self.b} on axis {self.axis} went into one batch"
            if self.axis == 1 and {self.a, self.b} <= {1, 2, 3, 4}:
                says = f"{self.a} and {self.b} channels: grey or RGBA pictures among the others"
                yield likely(says, "data", 'Image.open(path).convert("RGB") for every picture')
                return
        small = "a" in self.facts and self.axis == 1 and min(self.a, self.b) < LEAST_SIDE
        if small or ("a" in self.facts and self.axis == 1 and abs(self.a - self.b) == 1):
            yield from self.of_first_axis(says)
        else:
            advice = "pad or resize them to one size, or collect them in a list: DataLoader(…, collate_fn=…)"
            yield likely(says, "data", advice)
        if not small:
            yield possible("pictures of other sizes", "data", "transforms.Resize((height, width)): both numbers")

    def of_first_axis(self, says: str) -> Iterator[Hypothesis]:
        """Axis 1 of a batch, the first of its samples, which counts a series' steps and seldom a picture's side."""
        ways = f"{self.padding} in a collate_fn, with the lengths beside it; or cut all to one length"
        if abs(self.a - self.b) == 1:
            yield likely(f"{says}: {CUT}", "data", WHOLE_WINDOWS)
            yield possible(TEXTS, "data", ways)
        else:
            yield likely(f"{says}: the samples' first, which counts their steps, words or boxes", "data", ways)

    def stacked_in_a_line(self) -> Iterator[Hypothesis]:
        first, other, parts = self.first, self.other, self.listed()
        if not parts or len(first) != len(other):
            return
        says = f"{parts[0]} is {list(first)} and {parts[self.entry]} {list(other)}, and stack takes one shape"
        differ = [axis for axis, (a, b) in enumerate(zip(first, other, strict=True)) if a != b]
        advice = "make both of one size where they are made"
        if len(differ) == 1:
            joined = f"torch.cat([…], dim={differ[0]}) joins them on the axis that differs, without a new one"
            advice = f"{joined}; or {advice}"
        yield likely(says, "call", advice)

    def other_channels(self) -> Iterator[Hypothesis]:
        """Recordings, or pictures of several modes; what the first entries are, most are, as the odd one is named."""
        first, other = self.first, self.other
        grey_first = self.channels(first) < self.channels(other) and len(first) < 4
        if {len(first), len(other)} == {1, 2}:
            says = f"{list(first)} and {list(other)}: recordings with an axis for channels, and without"
            yield likely(says, "data", "bring each to one channel where it is read: the mean over that axis")
        elif len(first) == len(other) and not 0 < self.channels(first) != self.channels(other) > 0:
            return
        elif self.entry > 1 and grey_first:
            says = f"entries 0 to {self.entry - 1} are grey, {list(first)}, and {self.entry} is not, {list(other)}"
            yield likely(says, "data", 'Image.open(path).convert("L") for all, masks too; "RGB" if colour is meant')
        else:
            says = f"{list(first)} and {list(other)}: grey, RGBA and colour pictures are mixed"
            masks = ', "L" for every mask' if grey_first else ""
            yield likely(says, "data", f'Image.open(path).convert("RGB") for every picture{masks}')

    def other_pictures_or_boxes(self) -> Iterator[Hypothesis]:
        first, other = self.first, self.other
        if len(first) == 3 and self.buckets(first, other):
            says = f"maps of {list(first[1:])} and {list(other[1:])}: two shapes of one area (aspect-ratio buckets)"
            yield likely(says, "data", "make each batch of one bucket; delete what was cached in other sizes")
        elif len(first) >= 3 and first[1:] != other[1:]:
            what = "pictures" if self.channels(first) else "maps or crops"
            turned = ": upright and lying ones" if first[-2:] == other[-2:][::-1] else ""
            says = f"{what} of {list(first[-2:])} and {list(other[-2:])} went into one batch{turned}"
            advice = "transforms.Resize((height, width)): with one number only the shorter side gets that size"
            yield likely(says, "data", f"{advice}, and a CenterCrop then; or a collate_fn that pads")
        elif len(first) == 2 and first[1] == other[1] and first[1] in (2, 4, 5, 6):
            yield from self.rows_of_few()

    def rows_of_few(self) -> Iterator[Hypothesis]:
        """Boxes or points, or a series with few values a step, as the words around it tell."""
        rows = f"samples have {self.first[0]} and {self.other[0]} rows"
        says = f"{rows}: boxes or points, as many as a picture shows"
        boxes = says, "data", "collate_fn=lambda batch: tuple(zip(*batch)) keeps them as lists, as detectors take them"
        steps = (
            f"{rows} of {self.first[1]} values: steps of a series, as many as a sample lasts",
            "data",
            f"windows of one length in the dataset; or {self.padding} in a collate_fn, with the lengths beside it",
        )
        places = [f"{each.file} {each.code}" for each in self.case.raised.frames if not each.of_library]
        texts = [line for lines in self.case.source.texts.values() for line in lines]
        words = "\n".join([self.case.raised.text, self.case.raised.code, *places, *texts])
        of_boxes, of_steps = bool(re.search(BOXES, words)), bool(re.search(SERIES, words))
        if of_boxes == of_steps:
            of_boxes = self.first[1] in (4, 5)
            yield likely(*(boxes if of_boxes else steps))
            yield possible(*(steps if of_boxes else boxes))
            return
        yield likely(*(boxes if of_boxes else steps))

    def recordings(self) -> Iterator[Hypothesis]:
        """Sound, which has thousands of values a second, in one channel."""
        if len(self.first) == len(self.other) == 1 and min(*self.first, *self.other) >= LEAST_SOUND:
            says = f"recordings of {self.first[0]} and {self.other[0]} values went into one batch"
            size = max(*self.first, *self.other)
            advice = f"cut or pad each to one length in __getitem__: F.pad(x, (0, {size} - len(x))) for shorter ones; "
            yield likely(says, "data", f"{advice}or pad_sequence in a collate_fn, with the lengths beside it")

    def sequences(self) -> Iterator[Hypothesis]:
        """Texts, which are padded, or windows of one series, which should be of one length."""
        says = f"sequences of {list(self.first)} and {list(self.other)} went into one batch"
        advice = f"{self.padding} in a collate_fn, or padding=… in the tokenizer"
        series = len(self.first) == 1
        if self.long_rows:
            yield likely(f"{says}: their lengths stand on the last axis", "data", self.padding_rows(), self.padded())
            return
        padded = self.padded() if series else None
        windows = self.line.has(r"(?i)\b(?:inputs?|x\w*)\b.*\b(?:targets?|y\w*)\b|window|chunk|block_size")
        windows = windows or abs(self.first[0] - self.other[0]) == 1
        if series and windows and not padded:
            yield likely(f"{says}: {CUT}", "data", WHOLE_WINDOWS)
            yield possible(TEXTS, "data", advice)
            return
        yield likely(says, "data", advice, padded)
        if series and not padded:
            yield possible(CUT, "data", WHOLE_WINDOWS)

    causes = (
        without_collate,
        grey_or_empty,
        without_shapes,
        stacked_in_a_line,
        other_channels,
        other_pictures_or_boxes,
        recordings,
        sequences,
    )

    @property
    def part(self) -> str:
        """Which entry of each sample is stacked, where samples are dictionaries or tuples."""
        codes = " ".join(frame.code for frame in self.case.raised.frames if frame.file.endswith("collate.py"))
        return "[key]" if re.search(r"key: ?collate\(|\[key\]", codes) else "[0]" if "collate(samples" in codes else ""

    @property
    def padding(self) -> str:
        batch = f"[sample{self.part} for sample in batch]" if self.part else "batch"
        return f"nn.utils.rnn.pad_sequence({batch}, batch_first=True)"

    @property
    def long_rows(self) -> bool:
        """Whether the samples are [channels, steps], with the same channels."""
        first, other = self.first, self.other
        return len(first) == len(other) == 2 and first[0] == other[0] and first[1] != other[1]

    def padding_rows(self) -> str:
        """How samples are padded on their last axis."""
        turned = f"nn.utils.rnn.pad_sequence([sample{self.part}.T for sample in batch], batch_first=True)"
        advice = f"in a collate_fn, {turned}.transpose(1, 2), as it pads the first axis; or F.pad(x, (0, longest - "
        others = ", and default_collate for the other entries" if self.part else ""
        return f"{advice}x.size(-1))) for each x, then torch.stack{others}"

    def padded(self) -> Fix | None:
        """The line of a collate_fn of the user's that stacks the samples, padding them."""
        call = self.line.call(r"^torch\.stack$")
        if call is None or len(call.args) != 1 or call.keywords or not self.case.direct:
            return None
        stacked = self.line.text(call)
        listed, turned = self.line.text(call.args[0]), ""
        if self.long_rows:
            listed, turned = f"[each.T for each in {listed}]", ".transpose(1, 2)"
        return self.replaced(stacked, f"torch.nn.utils.rnn.pad_sequence({listed}, batch_first=True){turned}")

    def warning(self) -> str:
        return "" if "entry" in self.facts and self.listed() else super().warning()

    def listed(self) -> list[str]:
        """What the user's own line stacks, where it is listed there."""
        stacked = self.line.argument(self.line.call(r"(?:^|\.)stack$"), 0, "tensors")
        parts = [self.line.text(part) for part in getattr(stacked, "elts", [])]
        return parts if self.entry < len(parts) and not self.case.through(COLLATE) else []

    def channels(self, shape: tuple[int, ...]) -> int:
        return shape[0] if len(shape) == 3 and shape[0] in (1, 2, 3, 4) else 0

    def buckets(self, first: tuple[int, ...], other: tuple[int, ...]) -> bool:
        """Whether two sizes of latents, none the other turned, hold about as many places and are multiples of 8."""
        a, b = prod(first[1:]), prod(other[1:])
        of_latents = first[0] not in (1, 3) and sorted(first[1:]) != sorted(other[1:])
        return of_latents and abs(a - b) < a / 20 and not any(n % 8 for n in first[1:] + other[1:])
