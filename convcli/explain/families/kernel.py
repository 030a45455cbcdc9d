"""Windows that don't fit their input, and settings that no window can have."""

import re
from collections.abc import Iterator

from convcli.explain.rule import Hypothesis, Rule, likely, possible
from convcli.refusals import AXIS_NAMES

FAMILY = "kernel"

SHRINKS = ("stride", "Pool", "pool")
LAYERS = "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d"


class KernelLarger(Rule):
    code = "kernel-larger"
    signatures = ("Calculated padded input size per channel: {padded:shape}. Kernel size: {kernel:shape}",)
    says = "the kernel spans {kernel} cells, and the padded input has {padded}"
    layer_named = r"(?i)conv|down"
    lookalike = "pool-too-small"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=7, stride=2)
        # RuntimeError: Calculated padded input size per channel: (5 x 5). Kernel size: (7 x 7). Kernel size can't
        # be greater than actual input size
        maps = conv(torch.rand(1, 3, 5, 5))
    """
    decide = "print {x}.shape before the line: is this the size that was meant to arrive?"
    not_that = "enlarging the small maps with F.pad or interpolate runs, and convolves mostly what isn't there"

    def rebuilt(self) -> str:
        return (
            f"layer = nn.Conv{len(self.kernel)}d(1, 1, {self.kernel})\nx = "
            f"torch.rand({(1, 1, *self.padded)})\ny = layer(x)"
        )

    def hypotheses(self) -> Iterator[Hypothesis]:
        if len(self.padded) == len(self.kernel) and len(self.kernel) in AXIS_NAMES:
            yield from super().hypotheses()

    @property
    def short(self) -> tuple[str, int, int]:
        """The first axis that the kernel is too long for: its name, its cells, and the kernel's."""
        each = zip(AXIS_NAMES[len(self.kernel)], self.padded, self.kernel, strict=True)
        short = [(name, cells, size) for name, cells, size in each if cells < size]
        return short[0]

    def along(self) -> str:
        return "along {} there are {} cells, padding included, for {}".format(*self.short)

    def only_padding(self) -> Iterator[Hypothesis]:
        axis, cells, size = self.short
        if not self.emptied(cells, size):
            return
        says = f"with a padding of {size // 2} on both sides nothing of the {cells} cells along {axis} "
        says += "is the input's: it is empty there"
        advice = "print x.shape after each slice or crop before it: one begins at or beyond the end, or the inputs are "
        yield likely(says, "data", f"{advice}no pairs, frames or tiles of the size that is sliced")
        says = f"{cells} cells do arrive, if there is no padding: a narrow crop, or axes in another order"
        yield possible(says, "data", "[batch, channels, height, width] is wanted")

    def short_text(self) -> Iterator[Hypothesis]:
        words = self.kernel[0]
        if len(self.kernel) == 1 and self.of_words():
            says = f"the longest text or sequence of this batch has {self.padded[0]} steps, padding included, and the "
            says += f"kernel spans {words}; other batches may be long enough"
            advice = f"pad every batch to at least {words} steps where it is put together, F.pad(x, (0, max(0, {words} "
            advice += f"- x.size(1)))) of [batch, steps], or padding={words // 2} in the layer"
            yield likely(says, "data", advice)
        elif self.of_words():
            says = f"a text of {self.padded[0]} words is shorter than the kernel's {words}"
            advice = f"pad every batch to at least {words} words, or padding=({words - 1}, 0) in the convolution"
            yield likely(says, "data", advice)

    def turned_axes(self) -> Iterator[Hypothesis]:
        _, cells, size = self.short
        fits = any(cells >= size for cells, size in zip(self.padded, self.kernel, strict=True))
        if fits and cells <= 4 and max(self.padded) > 8 * cells and size > 1:
            says = f"{self.along()}: the axes are in another order, channels last perhaps, or one is an axis of 1"
            advice = "print the shape; [batch, channels, height, width] is wanted, x.permute moves axes"
            yield likely(says, "data", advice)
            yield possible("the maps really are as flat as that", "model", "a kernel of 1 along that axis")

    def small_input(self) -> Iterator[Hypothesis]:
        _, cells, size = self.short
        says = "strides and poolings shrank it, or the input is smaller than the net is for"
        advice = f"larger inputs, fewer strides before, or padding larger by {(size - cells + 1) // 2} in the layer"
        if size > 3 and self.case.source.says("dilation="):
            says = "dilated convolutions without padding take dilation · (kernel − 1) cells each, and those before it "
            says += "left no more"
            advice = (
                "an input longer than all of them together reach (convcli network tells the receptive field), fewer "
            )
            advice += "of them, or padding = dilation · (kernel − 1), on the left alone for a causal one"
        if self.case.through("pool") or re.search("(?i)avg_?pool", self.case.raised.text):
            advice = f"nn.AdaptiveAvgPool{len(self.kernel)}d(1) averages maps of any size; or larger inputs"
        elif self.case.in_use:
            says = "what the trained model gets is smaller or shorter than it takes, or its axes are turned"
            advice = "print the shape of what goes in, and pad or resize that; the model stays as it was trained"
        yield likely(f"{self.along()}: {says}", "data", advice)

    causes = (only_padding, short_text, turned_axes, small_input)

    def of_words(self) -> bool:
        """Whether the kernel goes over words or steps, as wide as their features are."""
        padded, kernel = self.padded, self.kernel
        if len(kernel) == 1 and not self.generic:
            embedded = self.came.layer is not None and self.came.layer.callee == "Embedding"
            return embedded or (self.case.source.says("pad_sequence(") and not any(map(self.case.source.says, SHRINKS)))
        wide = len(kernel) == 2 and padded[0] < kernel[0] <= 12 and padded[1] == kernel[1]
        return wide and (kernel[1] > 20 or self.case.source.says("Embedding("))

    def warning(self) -> str:
        return "" if len(self.kernel) == len(self.padded) and self.of_words() else super().warning()

    def emptied(self, cells: int, size: int) -> bool:
        """Whether an axis is all padding, as another one tells: less that padding it is as long as sizes mostly are."""
        if cells != size - 1 or size % 2 == 0:
            return False
        given = [(cells, cells - size + 1) for cells, size in zip(self.padded, self.kernel, strict=True)]
        return any(cells % 8 and inputs > 0 == inputs % 8 for cells, inputs in given)

    def why(self) -> str:
        return "A dilated kernel counts as wide as it reaches, dilation·(kernel − 1) + 1."


class OutputSmall(Rule):
    code = "pool-too-small"
    signatures = (
        "Given input size: {input:shape}. Calculated output size: {output:shape}",
        "max_pool1d() Invalid computed output size: {length}",
        "input image (T: {depth} H: {height} W: {width}) smaller than kernel size",
    )
    says = "not one window of the pooling fits into what arrives"
    layer_named = r"(?i)pool"
    lookalike = "kernel-larger"
    example = """
        net = nn.Sequential(nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1), nn.AvgPool2d(7), nn.Flatten())
        # RuntimeError: Given input size: (8x4x4). Calculated output size: (8x0x0). Output size is too small
        features = net(torch.rand(2, 3, 8, 8))
        assert features.shape == (2, 8)
    """
    not_that = "padding the pooling until it runs pools cells that aren't there"

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "height" in self.facts:
            cells = [self.depth, self.height, self.width]
        else:
            cells = list(self.facts.get("input", ()))[1:]
        output = self.facts.get("output", ())
        if self.case.through("conv") or (cells and (output[0] != self.input[0] or output[-1] == 1 < 20 < cells[-1])):
            short = next((cell for cell, made in zip(cells, output[1:], strict=False) if made < 1), "the")
            says = f"{short} words or steps are fewer than the convolution's kernel spans"
            yield likely(says, "data", "pad every text or sequence to the longest kernel, or a smaller kernel")
            return
        arrives = f"maps of {'×'.join(map(str, cells))} arrive" if cells else "the line has become too short"
        says = f"{arrives}: the inputs are smaller than the net was made for, or it pools once too often"
        advice = "resize the inputs to what it was made for (224×224 for ImageNet's), or leave a pooling or stride out"
        pools = [made for made in self.case.source.made if made.callee.startswith("AvgPool")]
        pool = None
        if len(pools) == 1 and len(pools[0].call.args) == 1 and not pools[0].call.keywords and not self.generic:
            pool = self.remade(pools[0], type="Adaptive" + pools[0].callee, output_size=1)
        average = "; nn.AdaptiveAvgPool2d(1) averages maps of any size" if self.case.through("avg_pool") else ""
        pooled = re.search(r"\b(avg_pool\dd)\(([\w.]+), (?:kernel_size=)?(?:[3-9]|\d\d)\)", self.line.code)
        if pooled and self.case.direct:
            one = f"adaptive_{pooled[1]}({pooled[2]}, 1)"
            says = f"{arrives} at {pooled[0]}, less than its window: it was counted for inputs of another size"
            advice = f"F.{one} averages maps of any size to one cell; or inputs of the size that was counted on"
            yield likely(says, "model", advice, self.replaced(pooled[0], one, 1))
            return
        yield likely(says, "data", advice + average, pool)


class NoOutput(Rule):
    code = "transposed-nothing"
    signatures = (
        "Given input size per channel: {input:shape}. Calculated output size per channel: {output:shape}. Output "
        "size is too small",
    )
    says = "a transposed convolution's padding cuts all of its output away"
    layer_named = r"(?i)conv|up"
    lookalike = "kernel-larger"
    example = """
        up = nn.ConvTranspose1d(16, 8, kernel_size=2, padding=9)
        # RuntimeError: Given input size per channel: (1 x 4). Calculated output size per channel: (1 x -13). Output
        # size is too small
        y = up(torch.rand(1, 16, 4))
    """
    usual = (
        likely(
            "of {input} cells {output} would be left: padding in a transposed convolution takes cells off both ends",
            "model",
            "less padding; (kernel_size − stride) / 2 makes the output exactly stride times as large",
        ),
    )
