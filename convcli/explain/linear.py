"""Linear layers and matrix products whose sizes don't meet."""

import re
from collections.abc import Iterator
from math import gcd, isqrt

from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely, possible, shaped

LARGEST_CHANNELS = 2048  # of the last maps of a network that people build
# What text and picture encoders are wide: sizes that don't come from counting maps.
WIDTHS = {256, 320, 384, 512, 640, 768, 896, 1024, 1152, 1280, 1408, 1536, 1664, 2048, 2560, 3072, 3584, 4096, 5120}
JOINED = {16, 32, 64, 128, 256, 512, 768, 1024, 2048, 4096}  # features that are often concatenated to others


def maps_counted(features: int, expected: int) -> tuple[int, int, int] | None:
    """Channels and the sides of square maps that make these features, and those that were counted on.

    >>> maps_counted(512, 2048), maps_counted(256, 400), maps_counted(57, 320)
    ((512, 1, 2), (16, 4, 5), None)
    """
    channels = gcd(features, expected)
    side, counted = isqrt(features // channels), isqrt(expected // channels)
    fits = channels * side**2 == features and channels * counted**2 == expected
    return (channels, side, counted) if fits and 4 <= channels <= LARGEST_CHANNELS and counted <= 128 else None


def times(features: int, expected: int) -> int:
    """How many times as long the sides of maps are as was counted, where that alone tells them apart; 0 otherwise.

    >>> times(131072, 32768), times(800, 512)
    (2, 0)
    """
    whole = features // expected if expected and features % expected == 0 else 0
    return isqrt(whole) if whole > 1 and isqrt(whole) ** 2 == whole and expected > LARGEST_CHANNELS else 0


class LinearSize(Rule):
    code = "linear-size"
    family = "linear"
    signatures = (
        "mat1 and mat2 shapes cannot be multiplied ({rows}x{features} and {in_features}x{out_features})",
        "input and weight.T shapes cannot be multiplied ({rows}x{features} and {in_features}x{out_features})",
        "size mismatch, m1: [{rows} x {features}], m2: [{in_features} x {out_features}]",
        "size mismatch, [{rows} x {features}], m2: [{in_features} x {out_features}]",
        "must have same reduction dim, but got [{rows}, {features}] X [{in_features}, {out_features}]",
    )
    says = "nn.Linear gets {features} features, its weight takes {in_features}"
    layer_named = r"(?i)fc|lin|class|head|dense|proj|mlp"
    lookalike = "running_mean should contain 32 elements not 16"
    rebuild = "layer = nn.Linear({in_features}, {out_features})\nx = torch.rand({rows}, {features})\ny = layer(x)"
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

    def operands(self) -> Iterator[tuple[str, str]]:
        yield self.x, shaped((self.rows, self.features), "rows", "features")
        made = self.made("Linear", in_features=self.in_features, out_features=self.out_features)
        where = f"   {made.place}" if made else ""
        yield self.layer, f"nn.Linear({self.in_features}, {self.out_features}){where}"

    @property
    def samples(self) -> int:
        """How many samples there are if all the features of one are spread over several rows; 0 if they can't be."""
        return 0 if self.rows * self.features % self.in_features else self.rows * self.features // self.in_features

    def warning(self) -> str:
        merged = self.samples
        if not merged or merged >= self.rows:
            return ""
        return (
            f"{self.x}.reshape({merged}, {self.in_features}) runs, but merges {self.rows // merged} rows into "
            "one sample"
        )

    def why(self) -> str:
        if maps := maps_counted(self.features, self.in_features):
            channels, side, counted = maps
            return (
                f"{self.in_features} = {channels} · {counted}·{counted} and {self.features} = {channels} · "
                f"{side}·{side}: "
                f"the last maps are {side}×{side} where {counted}×{counted} were counted."
            )
        return f"The last axis of {self.x} has {self.features}, and each row of the weight {self.in_features}."

    def deciding(self) -> str:
        if self.samples:
            return f"print({self.x}.shape) before the line: two axes mean in_features, more a flatten that is missing"
        return "whether the layer's size is yours to choose, or weights that were loaded fix it"

    def hypotheses(self) -> Iterator[Hypothesis]:
        rows, features, ins, outs = self.rows, self.features, self.in_features, self.out_features
        made = self.made("Linear", in_features=ins, out_features=outs)
        remade = self.remade(made, f"nn.Linear({features}, {outs})", in_features=features)
        if self.line.has(r"@|\bmat_?mul\(|\bmm\(|einsum") or (rows, features) == (ins, outs):
            yield from self.products()
        elif ins == 1 and outs > 10**5:
            says = (
                f"the weight [{ins}, {outs}] is packed: a quantised (4-bit) one that is multiplied without "
                "being unpacked"
            )
            advice = "let the library that quantised it run the layer, or load the weights unquantised"
            yield likely(says, "model", advice)
        elif rows == 1 and features > ins and features % ins == 0 and not made_of_maps(features, ins):
            says = f"{features} = {features // ins} · {ins}: the batch was flattened with the features"
            yield likely(
                says, "call", "x.flatten(1) keeps the batch axis; x.flatten() and view(-1) don't", self.unmerge()
            )
        elif self.unflattened() and not self.flattened():
            samples, per_row = self.samples, ins // features
            says = (
                f"{rows}·{features} = {samples}·{ins}: each of {samples} samples has {ins} features over "
                f"{per_row} rows; "
                "it isn't flattened"
            )
            flat = self.changed(self.x, "{}.flatten(1)")
            yield likely(says, "call", "flatten the maps before the layer: nn.Flatten() or x.flatten(1)", flat)
            yield possible(
                f"{features} features are meant", "model", f"in_features={features} where {self.layer} is made"
            )
        elif self.of_another_model() and not made:
            says = (
                f"a part that makes {features} features feeds one made for {ins}: they are of different models "
                "or versions"
            )
            yield likely(
                says, "checkpoint", f"take parts that belong together: a {ins}-wide encoder, or weights for {features}"
            )
            yield possible("the layer is your own", "model", f"in_features={features} where {self.layer} is made")
        else:
            yield from self.miscounted(remade)

    def miscounted(self, remade: Fix | None) -> Iterator[Hypothesis]:
        rows, features, ins = self.rows, self.features, self.in_features
        advice = f"in_features={features} where {self.layer} is made"
        if rows == ins:
            says = f"in_features={ins} is the number of rows (the batch), not of the {features} features of one"
        elif maps := maps_counted(features, ins):
            channels, side, counted = maps
            smaller = "larger" if side < counted else "smaller"
            says = (
                f"the net was sized for {smaller} pictures: its {channels} last maps are {side}×{side}, not "
                f"{counted}×{counted}"
            )
            advice += ", or resize the pictures to what it was sized for (pretrained weights stay)"
        elif longer := times(features, ins):
            says = (
                f"the net was sized for smaller pictures: {features} = {longer}² · {ins}, so the last maps are "
                f"{longer} times as high and wide as was counted"
            )
            advice += ", or resize the pictures to what it was sized for (pretrained weights stay)"
        elif features == 2 * ins:
            says = f"{features} = 2 · {ins}: two vectors arrive, of both directions of an RNN or concatenated"
        elif features - ins in JOINED:
            says = (
                f"{features} = {ins} + {features - ins}: {features - ins} more features are concatenated to the {ins}"
            )
        elif features > 1 and ins % features == 0 and ins // features <= 16:
            parts = ins // features
            says = f"{ins} = {parts} · {features}: {parts} vectors were to be joined, and one arrives"
            advice = f"join them before the layer (torch.cat, F.unfold), or {advice}"
        elif abs(features - ins) <= 3 and features != ins:
            more = "more" if features > ins else "fewer"
            says = f"the data have {features} columns, {abs(features - ins)} {more} than the {ins} the net was made for"
            advice += "; see that the target isn't among the columns, and that training and test data have the same"
        else:
            says = f"{features} features arrive, and in_features={ins} was counted for others"
        yield likely(says, "model", advice, remade)
        if self.samples and self.samples < rows and not self.flattened():
            yield possible(
                f"{self.x} isn't flattened yet (it then has more than 2 axes here)", "call", "x = x.flatten(1)"
            )

    def flattened(self) -> bool:
        """Whether the user's line, or one shortly above, flattens."""
        frame = self.case.frame
        lines = [self.line.code, *(self.case.source.above(frame)[:5] if frame else [])]
        return any(re.search(r"flatten|\.view\(|reshape\(|Flatten\(", line) for line in lines)

    def of_another_model(self) -> bool:
        """Whether these are widths of text or picture encoders, and not features that somebody counted."""
        widths = (self.features, self.in_features)
        if self.rows % 77 == 0:
            return True
        if self.case.through(r"(?i)transformers|diffusers|comfy|clip|attention|lora|encoder|bert"):
            return all(width in WIDTHS or (width > 1024 and width % 256 == 0) for width in widths)
        return set(widths) <= WIDTHS and not maps_counted(*widths)

    def unflattened(self) -> bool:
        """Whether rows and features can be the maps of samples: the rows of square maps for each channel, or steps."""
        rows, features, ins = self.rows, self.features, self.in_features
        return (
            bool(self.samples)
            and ins > features > 0
            and ins // features % features == 0
            and rows % (ins // features) == 0
        )

    def unmerge(self) -> Fix | None:
        """The flatten that spares the batch, where the user's line has one."""
        for merged in (".flatten()", ".view(-1)", ".reshape(-1)", ".ravel()"):
            if merged in self.line.code:
                return self.instead(self.line.code.replace(merged, ".flatten(1)", 1))
        return None

    def products(self) -> Iterator[Hypothesis]:
        """A product of two tensors, not a layer."""
        sides = self.line.operands() or (self.handed(0, "a"), self.handed(1, "b"))
        left, right = sides
        shapes = f"{left} is [{self.rows}, {self.features}] and {right} [{self.in_features}, {self.out_features}]"
        if self.features == self.out_features:
            says = f"{shapes}: the {self.features} features of both are on the last axis, so one has to be turned"
            yield likely(says, "call", f"multiply by {right}.T", self.instead(self.line.edited(right, f"{right}.T")))
        elif self.rows == self.in_features:
            says = f"{shapes}: they share {self.rows} rows, so the first has to be turned"
            yield likely(says, "call", f"multiply {left}.T", self.instead(self.line.edited(left, f"{left}.T")))
        else:
            says = f"{shapes}: the columns of the first, {self.features}, have to be as many as the rows of the second"
            yield likely(says, "call", "print both shapes where they are made, and mend the one that isn't as meant")


def made_of_maps(features: int, expected: int) -> bool:
    """Whether one sample with larger maps is likelier than several samples flattened into one."""
    maps = maps_counted(features, expected)
    return maps is not None and maps[1] > maps[2] > 2


class MatmulSize(Rule):
    code = "matmul-size"
    family = "linear"
    signatures = (
        "Expected size for first two dimensions of batch2 tensor to be: {expected:shape} but got: {got:shape}",
        "size mismatch, got input ({rows}), mat ({matrix:words}), vec ({vector})",
        "mat1 dim 1 must match mat2 dim 0",
        "xpected tensor to have size {expected} at dimension {axis}, but got size {got} for argument #{place} 'batch2'",
        "inconsistent tensor size, expected tensor [{expected}] and src [{got}] to have the same number of elements",
        "einsum(): subscript {subscript:word} has size {got} for operand {operand} which does not broadcast with "
        "previously seen size {expected}",
        "einsum(): operands do not broadcast with remapped shapes",
        "bilinear(): input{which} size does not match weight size: got {got} but expected {expected}",
        "X1 and X2 must have the same number of columns. X1: {expected} X2: {got}",
    )
    says = "the sizes that are multiplied away don't agree"
    lookalike = "mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)"
    example = """
        queries, keys = torch.rand(2, 5, 8), torch.rand(2, 7, 8)
        # RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [2, 8] but got: [2, 7].
        scores = torch.bmm(queries, keys)
        assert scores.shape == (2, 5, 7)
    """
    not_that = "reshape makes the sizes agree and mixes up what they stand for; transpose turns them"

    def hypotheses(self) -> Iterator[Hypothesis]:
        sides = None if self.line.has("einsum") else self.line.operands()
        second = sides[1] if sides else self.handed(1, "b")
        expected, got = self.facts.get("expected"), self.facts.get("got")
        if isinstance(expected, tuple) and len(expected) == len(got) == 2:
            what = f"{second} has {list(got)} as its first two axes; the product needs {list(expected)}"
            if expected[0] != got[0]:
                yield likely(
                    f"{what}: the batches differ", "call", "print both shapes, and mend the one that isn't as meant"
                )
                return
            turned = self.changed(second, "{}.transpose(1, 2)")
            says = f"{what}: its last two axes are to be swapped"
            yield likely(says, "call", "[…, n, d] times [..., m, d] wants the second transposed", turned)
        elif "vector" in self.facts:
            says = f"a vector of {self.vector} was multiplied by a matrix {self.matrix}"
            yield likely(
                says, "model", "the matrix has as many columns as the vector has elements; for a layer, in_features"
            )
        else:
            says = f"one side has {got} where the other has {expected}" if got else "the inner sizes differ"
            yield likely(says, "call", "the axes that are summed over have to be as long in both; print both shapes")


class MatmulRank(Rule):
    code = "matmul-rank"
    family = "linear"
    signatures = (
        "batch{which} must be a 3D tensor",
        "Expected 3-dimensional tensor, but got {got}-dimensional tensor for argument #{place} 'batch{which}'",
        "self must be a matrix",
        "mat2 must be a matrix",
        "matrices expected, got {axes}, {others} tensors",
        "1D tensors expected, but got",
        "both arguments to matmul need to be at least 1D",
        "einsum(): the number of subscripts in the equation ({expected}) does not match the number of dimensions "
        "({got})",
    )
    says = "the product is for tensors with another number of axes"
    lookalike = "mat1 dim 1 must match mat2 dim 0"
    example = """
        queries, keys = torch.rand(2, 5, 8), torch.rand(8, 7)
        # RuntimeError: batch2 must be a 3D tensor
        scores = torch.bmm(queries, keys)
        assert scores.shape == (2, 5, 7)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "torch.mm is for two matrices, torch.bmm for two batches of them, torch.dot for two vectors"
        code = self.line.code
        general = [
            self.instead(code.replace(f"torch.{n}(", "torch.matmul("))
            for n in ("bmm", "mm", "dot")
            if f"torch.{n}(" in code
        ]
        advice = "torch.matmul, or @, takes any number of axes and lets the batch axes follow"
        yield likely(says, "call", advice, *general[:1])


class LinearBias(Rule):
    code = "bias-size"
    family = "linear"
    signatures = (
        "iven weight of size {weight:shape}, expected bias to be 1-dimensional with {expected} elements, but got "
        "bias of "
        "size {got:shape}",
        "weight should have at least three dimensions",
    )
    says = "a weight is [out, in/groups, *kernel], and a bias has one number for each out"
    lookalike = "running_mean should contain 32 elements not 16"
    example = """
        x, weight, bias = torch.rand(1, 3, 8, 8), torch.rand(4, 3, 3, 3), torch.rand(3)
        # RuntimeError: Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 elements, but
        # got bias of size [3] instead
        y = F.conv2d(x, weight, bias)
        assert y.shape == (1, 4, 6, 6)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "expected" in self.facts:
            says = (
                f"the weight {list(self.weight)} makes {self.expected} channels; the bias has {list(self.got)} numbers"
            )
        else:
            says = "the kernel was given without its channels"
        yield certain(says, "call", "give the weight as [out, in/groups, *kernel], the bias as [out]")
