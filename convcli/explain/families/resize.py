"""Resizing, sampling and shuffling of pixels."""

import re
from collections.abc import Iterator
from math import prod

from convcli.explain.evidence.lines import NAME
from convcli.explain.rule import Fix, Hypothesis, Rule, certain, likely
from convcli.wording import counted

FAMILY = "resize"

MODES = {"linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5}  # and the axes of what each is for
COLOURS = (1, 3, 4)
ADDED = r"\.unsqueeze\((?:dim=)?-?\d\)|\[(?:[:.]+, )*None(?:, (?:None|[:.]+))*\]"  # an axis
SINGLE = r"(?i)mask|depth|disp|label|target|seg|heat"  # what has no axis for channels


class Interpolate(Rule):
    code = "interpolate"
    signatures = (
        "must have the same number of spatial dimensions, but got input with {}spatial dimensions of {input:shape} "
        "and output size of {size:shape}",
        "must have the same number of spatial dimensions, but got input with {}spatial dimensions of {input:shape} "
        "and scale_factor of shape {size:shape}",
        "Only 3D, 4D and 5D input Tensors supported (got {axes}D) for the modes: {modes:words} (got {mode:words})",
        "Got {axes}D input, but {mode:word} mode needs {wanted}D input",
        "It is expected {name:word} equals to {wanted}, but got size {axes}",
        "Expected {} equals to {wanted}, but got {axes}",
        "only one of size or scale_factor should be defined",
        "either size or scale_factor should be defined",
        "Anti-alias option is only supported for bilinear and bicubic modes",
        "align_corners option can only be set with the interpolating modes",
        "Input and output sizes should be greater than 0, but got input (H: {height}, W: {width})",
        "Input and output sizes should be greater than 0",
        "scale_factor shape must match input shape",
        "size shape must match input shape. Input is {spatial}D, size is {count}",
        "scale_factor shape must match input shape. Input is {spatial}D, scale_factor is {count}",
    )
    says = "interpolate wants [batch, channels, …] and one size for each axis after them"
    layer_named = r"interpolate|up"
    lookalike = "grid-sample"
    example = """
        image = torch.rand(3, 8, 8)
        # ValueError: Input and output must have the same number of spatial dimensions, but got input with spatial
        # dimensions of [8] and output size of (16, 16). Please provide input tensor in (N, C, d1, d2, ...,dK)
        # format and output size in (o1, o2, ...,oK) format.
        larger = F.interpolate(image, size=(16, 16))
        assert larger.shape == (1, 3, 16, 16)
    """

    input: tuple[int, ...] = ()
    size: tuple[int, ...] = ()

    def colours(self) -> Iterator[Hypothesis]:
        input, size = self.input, self.size
        if size and input[-1:] and input[-1] in COLOURS and len(input) > len(size):
            says = f"{list(input)} ends in {input[-1]}: a picture with its channels last, read as it came from a file"
            advice = "a depth map or mask has one, convert('L'); of colours channels come second, and no axis is added "
            yield likely(says, "data", f"{advice}for them: x.squeeze(1).permute(0, 3, 1, 2)")
        elif len(size) == 3 > len(input) and size[-1] in COLOURS and size[0] > 16:
            says = f"the size {list(size)} is a colour picture's, [height, width, channels], where a label map is meant"
            advice = "size=(height, width); load labels as class numbers, [batch, height, width], not as colours"
            yield likely(says, "data", advice)

    def newer_mode(self) -> Iterator[Hypothesis]:
        if "modes" in self.facts and self.mode not in self.modes.split(" | "):
            says = f"this version of torch doesn't know mode={self.mode!r}"
            yield likely(says, "call", "a newer torch: bicubic came with 1.1, nearest-exact with 1.11; or another mode")

    def fewer_axes(self) -> Iterator[Hypothesis]:
        if (missing := self.missing_axes()) <= 0:
            return
        says = f"{self.x} has {counted(missing, 'axis')} too few: batch and channels aren't counted as places"
        if self.size:
            says += f", and {list(self.input)} is left for sizes {list(self.size)}"
        advice = "picture [channels, height, width]: x.unsqueeze(0); batch without channels: x.unsqueeze(1)"
        fix = self.changed(self.x, "{}.unsqueeze(0)")
        after = " before, and .squeeze(1) of what comes out"
        if missing == 1 and self.facts.get("mode") == "bilinear" and self.case.source.says("1d("):
            says = f"{self.x} is [batch, channels, length], with one axis of places, and bilinear is for two"
            advice, fix = 'mode="linear"', self.replaced("bilinear", "linear")
        elif missing > 1:
            advice = "[height, width] becomes [1, 1, height, width]: x[None, None]"
            fix = self.changed(self.x, "{}[None, None]")
        elif re.search(r"\.squeeze\((?:dim=)?1\)$|\[:, \d+\]$", made := self.made_by()):
            says += f": {made} took the axis of the channels"
            advice = f"squeeze (or index) after it, not before: unsqueeze(1){after}"
            fix = self.squeezed_after()
        elif re.search(SINGLE, self.x):
            advice = f"a batch without channels: x.unsqueeze(1){after}"
            fix = self.squeezed_after()
        yield likely(says, "data", advice, fix)

    def more_axes(self) -> Iterator[Hypothesis]:
        if self.missing_axes() >= 0:
            return
        says, advice = "more axes than the size or the mode is for", "[batch, channels, height, width]"
        bare, made = re.sub(ADDED, "", self.x), self.made_by()
        if bare != self.x:
            says += f": this line adds one, {self.x}, and what it gets has its axis of channels already"
            yield likely(says, "call", f"leave it out here: {bare}", self.replaced(self.x, bare, 1))
        elif re.search(rf"(?:{ADDED})$", made):
            yield likely(f"{says}: {made} adds one", "call", f"leave that out: {advice} is wanted")
        else:
            ways = ["leave out an unsqueeze", "x.flatten(0, 1) makes one batch of frames or views"]
            if self.input[:1] == (1,) and self.size and not self.generic:
                says += f": of {list(self.input)} behind batch and channels the 1 is one frame or slice"
                ways = [f"{self.x}.squeeze(2) before, and .unsqueeze(2) of what comes out, where it is one", ways[0]]
                yield likely(says, "call", "; or ".join(ways))
                return
            yield likely(says, "call", f"{advice}: {'; or '.join(ways[self.input[:1] > (1,) :])}")

    def no_pixels(self) -> Iterator[Hypothesis]:
        if "greater than 0" not in self.case.raised.text:
            return
        if 0 in (self.facts.get("height"), self.facts.get("width")):
            says = "what arrives is empty: a crop outside of the picture, a box without area, a picture not read"
            yield likely(says, "data", f"print({self.x}.shape), and leave out what has no pixels")
        else:
            advice = "print the input's shape; a scale_factor below 1 rounds small maps down to 0"
            yield likely("the size wanted came out as 0", "call", advice)

    def options(self) -> Iterator[Hypothesis]:
        if "defined" in self.signature:
            yield certain("size and scale_factor say the same thing in two ways", "call", "give one of them")
        elif "Anti-alias" in self.signature:
            says = "antialias=True is for bilinear and bicubic over 4 axes: another mode, or an input without its batch"
            yield likely(says, "data", f"[batch, channels, height, width]: {self.x}.unsqueeze(0) for one picture")
        elif "align_corners" in self.signature:
            yield certain("align_corners has no meaning for nearest", "call", "leave it out, or mode='bilinear'")

    causes = (colours, newer_mode, fewer_axes, more_axes, no_pixels, options)

    def made_by(self) -> str:
        """The statement of the user's file that made the input last; empty where it isn't a name."""
        return next(iter(self.case.behind(self.x).values()), "") if NAME.fullmatch(self.x) else ""

    def squeezed_after(self) -> Fix | None:
        """The call with an axis of channels added before and taken off after, so that the lines after it still fit."""
        call = self.line.text(self._call)
        inner = self.line.edited(self.x, f"{self.x}.unsqueeze(1)")
        start, rest = self.line.code.find(call), len(self.line.code) - self.line.code.find(call) - len(call)
        if not call or not NAME.fullmatch(self.x):
            return None
        end = len(inner) - rest
        return self.instead(f"{inner[:end]}.squeeze(1){inner[end:]}") if start >= 0 else None

    def missing_axes(self) -> int:
        """How many axes the input has too few, below 0 if too many."""
        facts = self.facts
        if "size" in facts:
            return len(self.size) - len(self.input)
        if "spatial" in facts:
            return int(facts.get("count", self.spatial) - self.spatial)
        return int(facts.get("wanted", MODES.get(facts.get("mode", ""), facts.get("axes", 0))) - facts.get("axes", 0))


class GridSample(Rule):
    code = "grid-sample"
    signatures = (
        "expected grid and input to have same batch size, but got input with sizes {input:shape} and grid with "
        "sizes {grid:shape}",
        "expected grid to have size {wanted} in last dimension, but got grid with sizes {grid:shape}",
        "input and grid with same number of dimensions, but got input with sizes {input:shape} and grid with "
        "sizes {grid:shape}",
        "expected {}D or {}D input and grid with same number of dimensions, but got input with sizes "
        "{input:shape} and grid with sizes {grid:shape}",
        "Expected a batch of {ndim}D affine matrices of shape {} for size {size:shape}. Got {got:shape}",
    )
    says = "grid_sample takes a grid [batch, height, width, 2] of places, x before y, from -1 to 1"
    layer_named = r"grid"
    lookalike = "interpolate"
    example = """
        image, grid = torch.rand(2, 3, 8, 8), torch.zeros(1, 4, 4, 2)
        # RuntimeError: grid_sampler(): expected grid and input to have same batch size, but got input with sizes
        # [2, 3, 8, 8] and grid with sizes [1, 4, 4, 2]
        warped = F.grid_sample(image, grid, align_corners=False)
        assert warped.shape == (2, 3, 4, 4)
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        grid = self.handed(1, "grid")
        if "got" in self.facts:
            yield self.of_matrices(self.ndim, self.got)
        elif self.facts.get("input", (1,))[0] == 0:
            says = f"the input is empty, {list(self.input)}: no picture was found, read or kept"
            yield likely(
                says, "data", "print the path, and how many files it holds; see to a batch of none before this"
            )
        elif "input" in self.facts and len(self.input) == len(self.grid) and self.grid[0] == 1:
            says = f"one grid was made for a batch of {self.input[0]}"
            spread = self.changed(grid, f"{{}}.expand({self.x}.size(0), -1, -1, -1)")
            yield likely(says, "call", "expand it over the batch", spread)
        elif "wanted" in self.facts and self.grid[1:2] == (self.wanted,):
            says = f"the {self.wanted} coordinates are on axis 1 of {list(self.grid)}, as in a flow field"
            last = f"{{}}.permute{(0, *range(2, len(self.grid)), 1)}"
            yield likely(says, "call", "move them last", self.changed(grid, last))
        elif "input" in self.facts and self.grid[0] != self.input[0]:
            says = f"the input is a batch of {self.input[0]} and the grid one of {self.grid[0]}"
            cells = prod(self.input[2:])
            if 1 < cells <= self.input[0] and self.input[0] % cells == 0:
                says += (
                    f": each of {' · '.join(map(str, self.input[2:]))} places became a sample, other ones of the grid"
                )
                advice = "pad or resize the pictures to a multiple of the network's stride (8, say): sizes were rounded"
                yield likely(says, "data", advice)
            else:
                yield likely(says, "call", "make the grid for the batch at hand, of the input's shape")
        elif "input" in self.facts and len(self.input) == len(self.grid) + 1 and self.input[-1] in COLOURS:
            says = f"{list(self.input)} ends in {self.input[-1]}: colour pictures where masks or label maps are meant"
            yield likely(says, "data", "load them as class numbers, [batch, height, width]: convert('L') or a palette")
        else:
            yield self.of_another_grid(grid)

    def of_another_grid(self, grid: str) -> Hypothesis:
        """A grid of other axes than are taken, as far as they tell what happened to it."""
        wanted = self.facts.get("wanted", 0)
        says, advice = [f"the grid is {list(self.grid)}"], list[str]()
        if wanted and len(self.grid) > wanted + 2:
            says.append(f"{len(self.grid)} axes where {wanted + 2} are taken")
            advice.append(f"leave out a [None] or unsqueeze(0) on a grid that has its batch, or take {grid}[0]")
        if wanted and self.grid[-1] in (2 * wanted, 3 * wanted):
            says.append(f"and {self.grid[-1]} values at the end: {self.grid[-1] // wanted} places of {wanted} each")
            advice.append(
                f"slice the last axis, {grid}[..., :{wanted}] or {grid}[..., {wanted}:], and not one before it"
            )
        shapes = "[batch, height, width, 2] for pictures, [batch, depth, height, width, 3] for volumes"
        return likely(", ".join(says), "call", "; ".join(advice) or shapes)

    def of_matrices(self, ndim: int, got: tuple[int, ...]) -> Hypothesis:
        """affine_grid got other matrices than it takes."""
        theta = self.handed(0, "theta")
        says = f"affine_grid takes [batch, {ndim}, {ndim + 1}] and got {list(got)}"
        if len(got) == 2 and got[1] == ndim * (ndim + 1):
            says += f": each row of {got[1]} is such a matrix, flat"
            view = f"{{}}.view(-1, {ndim}, {ndim + 1})"
            return likely(says, "call", view.format(theta), self.changed(theta, view))
        if got[1:] == (ndim + 1, ndim + 1):
            first = f"{{}}[:, :{ndim}]"
            return likely(says, "call", f"the first {ndim} rows: {first.format(theta)}", self.changed(theta, first))
        return likely(says, "call", f"one matrix of {ndim} rows and {ndim + 1} columns for each sample of the batch")


class PixelShuffle(Rule):
    code = "pixel-shuffle"
    signatures = (
        "input.size(-3)={channels} is not divisible by {factor}",
        "pixel_unshuffle expects {side:word} to be divisible by downscale_factor, but input.size({axis})={size} "
        "is not divisible by {factor}",
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor",
    )
    says = "pixel shuffling makes r·r channels into r × r pixels"
    lookalike = "norm-groups"
    example = """
        shuffle = nn.PixelShuffle(2)
        # RuntimeError: pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of
        # upscale_factor, but input.size(-3)=3 is not divisible by 4
        y = shuffle(torch.rand(1, 3, 4, 4))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "size" in self.facts:
            says = f"{self.side} {self.size} isn't a multiple of {self.factor}"
            advice = "pad or resize the input to one"
            yield likely(says, "data", advice)
            return
        says = (
            f"{self.facts.get('channels', 'the channels')} channels don't divide by r·r = "
            f"{self.facts.get('factor', '…')}"
        )
        yield likely(says, "model", "the convolution before it makes out_channels · r·r")


class Folded(Rule):
    code = "fold"
    signatures = (
        "Expected size of input's dimension {axis} to match the calculated number of sliding blocks {count:words}, "
        "but got",
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
        "input.size(1)={channels}",
        "calculated shape of the array of sliding blocks as",
        "Expected shape of indices to be same as that of the input tensor ({input:shape}) but got indices tensor "
        "with shape: {got:shape}",
        "Found an invalid max index: {index} (output volumes are of size",
        "output_size should be {}",
    )
    says = "fold and unpooling put back what their other half took out, with the same settings"
    lookalike = "interpolate"
    example = """
        fold = nn.Fold((4, 4), kernel_size=2)
        # RuntimeError: Given output_size=(4, 4), kernel_size=(2, 2), dilation=(1, 1), padding=(0, 0), stride=(1,
        # 1), expected size of input's dimension 2 to match the calculated number of sliding blocks 3 * 3 = 9, but
        # got input.size(2)=5.
        y = fold(torch.rand(1, 4, 5))
    """
    usual = (
        likely(
            "size, kernel, stride or padding differ from those of the unfold (or pooling) whose output it gets",
            "model",
            "fold: [batch, channels·kernel, windows] with the input's size as output_size; unpooling: that "
            "pooling's indices",
        ),
    )

    def hypotheses(self) -> Iterator[Hypothesis]:
        input, got = self.facts.get("input", ()), self.facts.get("got", ())
        if len(input) != len(got) or input == got:
            yield from super().hypotheses()
        elif input[-2:] == got[-2:]:
            says = f"the indices are for {got[-3]} channels, {input[-3]} arrive: a layer between has changed them"
            yield likely(says, "model", f"{got[-3]} channels from the layer before, or unpool before they change")
        else:
            says = f"maps of {list(input[-2:])} arrive, and the indices are of a pooling that made {list(got[-2:])}"
            if max(abs(one - other) for one, other in zip(input[-2:], got[-2:], strict=True)) == 1:
                says += ": an odd size was halved, rounded down, and comes back doubled"
                advice = "unpool(x, indices, output_size=size), with the size that the maps had before that pooling, "
                yield likely(says, "model", f"{advice}x.shape[-2:]; or inputs whose sides divide by all poolings")
                return
            advice = "the last pooling is undone first: each one's indices in the opposite order"
            advice += ", pop() and not pop(0)" if self.line.has(r"\.pop\(0\)") else ""
            yield likely(says, "model", advice, self.replaced(".pop(0)", ".pop()", 1))
