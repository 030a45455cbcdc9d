"""Linear layers whose input has other features than they take."""

import re
from collections.abc import Iterator
from math import isqrt

from convcli.explain.evidence.lines import lines_told
from convcli.explain.families.features import WIDTHS, made_of_maps, maps_counted
from convcli.explain.families.matmul import PARAMETER
from convcli.explain.families.projected import OfProjected
from convcli.explain.families.trained import as_trained
from convcli.explain.rule import Fix, Hypothesis, likely, possible, shaped
from convcli.wording import counted as counted_as

FAMILY = "linear"

GRAPH = r"(?i)adj|lapl|graph|^a(?:_hat)?$"
DATA_NAMED = r"(?i)(?:x|\w*(?:batch|data|inputs?|sample|obs|state)|(?:x|batch|inputs?)_\w+)"


class LinearSize(OfProjected):
    code = "linear-size"
    signatures = (
        "mat1 and mat2 shapes cannot be multiplied ({rows}x{features} and {in_features}x{out_features})",
        "input and weight.T shapes cannot be multiplied ({rows}x{features} and {in_features}x{out_features})",
        "size mismatch, m1: [{rows} x {features}], m2: [{in_features} x {out_features}]",
        "size mismatch, [{rows} x {features}], m2: [{in_features} x {out_features}]",
        "must have same reduction dim, but got [{rows}, {features}] X [{in_features}, {out_features}]",
    )
    says = "{features} features arrive, and the weight takes {in_features}"
    layer_named = r"(?i)fc|lin|class|head|dense|proj|mlp"
    lookalike = "norm-channels"
    example = """
        net = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=5),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * 5 * 5, 10),
        )
        # RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x256 and 400x10)
        scores = net(torch.rand(4, 3, 12, 12))
        assert scores.shape == (4, 10)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        yield from as_trained(self, super().hypotheses(), self.features, self.in_features)

    def operands(self) -> Iterator[tuple[str, str]]:
        if self.product:
            left, right = self.sides()
            yield left, str([self.rows, self.features])
            yield right, str([self.in_features, self.out_features])
            return
        yield self.x, shaped((self.rows, self.features), "rows", "features")
        where = f"   {self.written.place}" if self.written else ""
        weight = f"({self.in_features}, {self.out_features})"
        yield self.layer, f"keys and values by {weight}" if self.projected else f"nn.Linear{weight}{where}"

    def rebuilt(self) -> str:
        rows = f"{self.samples}, {self.rows // self.samples}" if self.unflattened() else f"{self.rows}"
        layer = f"layer = nn.Linear({self.in_features}, {self.out_features})"
        return f"{layer}\nx = torch.rand({rows}, {self.features})\ny = layer(x)"

    def warning(self) -> str:
        merged = self.samples
        if self.product or not merged or merged >= self.rows or self.unbatched() or self.unflattened():
            return ""
        return (
            f"{self.x}.reshape({merged}, {self.in_features}) runs, but merges {self.rows // merged} rows into "
            "one sample"
        )

    def told(self, words: str) -> str:
        return super().told(
            "rows of {features} meet columns of {in_features}" if words == self.says and self.product else words
        )

    def why(self) -> str:
        if self.maps:
            channels, side, counted = self.maps
            return (
                f"{self.in_features} = {channels} · {counted}·{counted} and {self.features} = {channels} · "
                f"{side}·{side}: the last maps are {side}×{side} where {counted}×{counted} were counted."
            )
        if self.product:
            return f"Each row of the first has {self.features}, each column of the second {self.in_features}."
        return f"The last axis of {self.x} has {self.features}, and each row of the weight {self.in_features}."

    def deciding(self) -> str:
        if self.rows == self.in_features:
            return f"print({self.x}.shape) where it is made: is its first axis the batch, or the features?"
        if self.rows == 1 and self.samples > 1:
            return f"print({self.x}.shape) before it is flattened: is its first axis {self.samples}?"
        if self.samples and not self.of_another_model():
            return f"print({self.x}.shape) before the line: two axes mean in_features, more a flatten that is missing"
        return "whether the layer's size is yours to choose, or weights that were loaded fix it"

    def in_file(self) -> Iterator[Hypothesis]:
        if self.features == self.in_features:
            return
        if self.product:
            yield from self.products()
        elif self.rows and (known := self.known()):
            yield known

    def no_size(self) -> Iterator[Hypothesis]:
        features, ins = self.features, self.in_features
        if not self.rows:
            says = "no rows arrive: the tensor is empty"
            yield likely(says, "data", "see where what it is made of loses its last row")
        elif features == ins:
            says = f"the sizes do fit ({features} and {ins}): the cause is another, and shapes needn't change"
            yield likely(says, "device", "run it on the CPU, whose messages are exact; memory, drivers, mixed devices")

    def columns(self) -> Iterator[Hypothesis]:
        """A script, not a network's forward, calls the layer on what it has of a loader or a file."""
        own = self.layer != "layer" and not self.layer.startswith("self.") and not self.case.in_sequential
        if own and re.fullmatch(DATA_NAMED, self.x) and (self.features < 4 or not self.unflattened()):
            arrive = f"{counted_as(self.features, 'feature')} a sample"
            says = f"{self.x} has {arrive}, and {self.layer} takes {self.in_features}"
            advice = f"make the {self.in_features} where the batch is made: every column, powers of one, codes of "
            yield likely(says, "data", f"{advice}categories")
            yield likely(f"{arrive}, no more, is meant", "model", self.own, *self.remade_for_features)

    def own_scores(self) -> Iterator[Hypothesis]:
        features, ins = self.features, self.in_features
        if features == self.out_features and 4 * features <= ins and not self.written:
            says = f"{features} is what the layer makes: scores of the same layer arrive in the place of {ins} features"
            yield likely(says, "model", f"hand over the {ins} features from before the last layer, or leave it out")
            yield possible(f"{features} features are meant", "model", self.own)

    def packed(self) -> Iterator[Hypothesis]:
        if self.in_features == 1 and self.out_features > 10**5:
            says = f"the weight [1, {self.out_features}] is packed: a quantised (4-bit) one that wasn't unpacked"
            advice = "let the library that quantised it run the layer, or load the weights unquantised"
            yield likely(says, "model", advice)

    def batch_axis(self) -> Iterator[Hypothesis]:
        rows, features, ins = self.rows, self.features, self.in_features
        times, rest = divmod(features, ins)
        if (rows, features) == (ins, 1):
            says = f"one sample of {ins} features came as a column, [{ins}, 1]: as {ins} samples of one feature"
            yield likely(says, "data", "a row is a sample: [[a, b, …]], or x.T here")
        elif self.unbatched():
            says = f"{ins} = {rows} · {features}: one sample without its batch axis, whose {rows} channels (or steps) "
            says += "the flatten took for a batch"
            yield likely(says, "data", "x.unsqueeze(0) before the network: a batch of one")
        elif rows == 1 < times and not rest and not made_of_maps(features, ins) and not self.squeezes():
            yield from self.merged(times)

    def not_flattened(self) -> Iterator[Hypothesis]:
        rows, features, ins = self.rows, self.features, self.in_features
        samples, cells = self.samples, ins * features
        if self.unflattened() and not self.flattened():
            says = f"{rows}·{features} = {samples}·{ins}: each sample is {ins // features} rows; it isn't flattened"
            flat = self.changed(self.x, "{}.flatten(1)")
            yield likely(says, "call", "flatten the maps before the layer: nn.Flatten() or x.flatten(1)", flat)
            yield possible(f"{features} features are meant", "model", self.own)
        elif 0 < features <= 64 and rows % cells == 0:
            says = f"maps [{rows // cells}, {ins}, {features}, {features}] arrive ({rows} rows of {features}), not "
            says += f"pooled to 1×1 and not flattened: {ins} is their channels"
            advice = "nn.AdaptiveAvgPool2d(1), and x.flatten(1) before the layer"
            yield likely(says, "call", f"{advice}; AvgPool2d(7) counts on pictures of 224")

    def other_part(self) -> Iterator[Hypothesis]:
        features, ins = self.features, self.in_features
        if self.written:
            return
        if ins == self.out_features and max(features, ins) >= 16 * min(features, ins) and not self.samples:
            says = f"{features} values arrive at a layer between two hidden states of {ins}: the input itself, or what"
            says += " a part before it makes (its out_dim, or classes)"
            advice = f"{ins} from that part; or the input first through the layer (or embedding) that makes a hidden "
            yield likely(says, "call", f"{advice}state")
        elif features <= 32 and ins >= 256 and not self.samples:
            says = f"{features} on the last axis are hardly the {ins} features: these are elsewhere"
            advice = f"print(x.shape) where it is made; in_features={features} only if they really are the features"
            yield likely(says, "call", advice)
        elif self.of_another_model():
            says = f"a part that makes {features} features feeds one for {ins}: of different models or versions"
            advice = f"take parts that belong together: a {ins}-wide encoder, or weights for {features}"
            yield likely(says, "checkpoint", advice)
            yield possible("the layer is your own", "model", self.own)

    causes = (
        OfProjected.other_memory,
        in_file,
        no_size,
        columns,
        own_scores,
        packed,
        batch_axis,
        not_flattened,
        other_part,
        *OfProjected.counts,
    )

    def of_another_model(self) -> bool:
        """Whether these are widths of text or picture encoders, and not features that somebody counted."""
        widths = (self.features, self.in_features)
        told = re.search(r"(?i)comfyui|diffusers", self.case.raised.text)  # frames below a bare message are no frames
        if (self.rows and self.rows % 77 == 0) or (
            self.out_features in (320, 640, 1280) and self.in_features in WIDTHS
        ):
            return True
        if told or self.case.through(r"(?i)transformers|diffusers|comfy|clip|attention|lora|encoder|bert"):
            return all(width in WIDTHS or (width > 1024 and width % 256 == 0) for width in widths)
        directions = widths[0] == 2 * widths[1] <= 1024 or widths[1] == 2 * widths[0] <= 512  # of an RNN, perhaps
        return set(widths) <= WIDTHS and not maps_counted(*widths) and not directions

    def unbatched(self) -> bool:
        """Whether all rows together are one sample: of channels, or of what the user's line has flattened."""
        square = isqrt(self.features) ** 2 == self.features
        one = self.samples == 1 < self.rows and self.came.makes in (None, 0, self.rows)
        return one and (self.flattened() or (square and not self.unflattened()))

    @property
    def product(self) -> bool:
        """Whether two tensors are multiplied, and no layer's weight."""
        alike = (self.rows, self.features) == (self.in_features, self.out_features)
        return alike or self.line.has(r"@|\bmat_?mul\(|\bmm\(|einsum")

    def sides(self) -> tuple[str, str]:
        """Both factors, in the user's words if the line is one that multiplies."""
        multiplies = not self.line.code or self.line.has(r"einsum|linear|mm\(|mul")
        handed = (self.handed(0, "a"), self.handed(1, "b")) if multiplies else ("the first", "the second")
        return self.line.factors() or handed

    def transposed(self, side: str) -> Fix | None:
        return self.instead(self.line.edited(side, f"{side}.T")) if side in self.line.code else None

    def turned_round(self, left: str, right: str) -> bool:
        """Whether the sides fit in the other order, and one of them isn't where such a matrix stands."""
        weights = [
            not re.search(GRAPH, side) and bool(re.search(rf"{PARAMETER}|^self\.", side)) for side in (left, right)
        ]
        square = self.in_features == self.out_features
        return self.rows == self.out_features and (weights[0] or (square and not weights[1]))

    def products(self) -> Iterator[Hypothesis]:
        """A product of two tensors, not a layer."""
        left, right = self.sides()
        shapes = f"{left} is [{self.rows}, {self.features}] and {right} [{self.in_features}, {self.out_features}]"
        if self.turned_round(left, right) and (swapped := self.line.swapped()):
            says = f"{shapes}: they stand in the wrong order, as the {self.rows} columns of {right} belong to the "
            says += f"{self.rows} rows of {left}"
            advice = f"{swapped[1]} gives [{self.in_features}, {self.features}]"
            yield likely(says, "call", advice, self.replaced(*swapped, 1))
        elif self.features == self.out_features:
            says = f"{shapes}: the {self.features} features of both are on the last axis, so one has to be turned"
            yield likely(says, "call", f"multiply by {right}.T", self.transposed(right))
        elif self.rows == self.in_features:
            says = f"{shapes}: they share {self.rows} rows, so the first has to be turned"
            yield likely(says, "call", f"multiply {left}.T", self.transposed(left))
        elif self.rows == self.features and re.search(GRAPH, left):
            lines = self.case.elsewhere(r"max\(\)\)? ?\+ 1")
            says = f"{left} is made for {self.features} nodes, and {right} has {self.in_features} rows, one a node"
            counted = f" ({lines_told(lines)})" if lines else ""
            advice = f"make {left} for features.size(0) nodes: the largest number of an edge + 1{counted} misses nodes"
            yield likely(says, "data", f"{advice} that have none")
        else:
            own = next((side for side in (left, right) if side.startswith("self.")), "")
            says = f"{shapes}: the columns of the first, {self.features}, have to be as many as the rows of the second"
            advice = "print both shapes where they are made, and mend the one that isn't as meant"
            if own:
                advice = f"make {own} for the size that arrives where it is defined, or hand over the size that it has"
            yield likely(says, "model" if own else "call", advice)
