"""Settings that no window can have."""

import ast
from collections.abc import Iterator

from convcli.explain.evidence.lines import Line
from convcli.explain.evidence.names import handed_over, last_name
from convcli.explain.evidence.source import Made
from convcli.explain.families.kernel import LAYERS
from convcli.explain.rule import Hypothesis, Rule, certain, likely

FAMILY = "kernel"


class SettingCount(Rule):
    code = "setting-count"
    signatures = (
        "expected {name:word} to be a single integer value or a list of {count} values to match the convolution "
        "dimensions, but "
        "got {}={given:shape}",
        "pool{count}d: {name:word} must either be a single int, or a tuple of",
        "pool{count}d: {name:word} must be either a single int, or a tuple of",
        "pool{count}d: {name:word} must either be omitted, a single int, or a tuple of",
        "pool{count}d() {name:word} must be an int",
    )
    says = "{name} is one number, or {count} for the layer's {count} axes"
    lookalike = "setting-range"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=3, stride=(1, 1, 1))
        # RuntimeError: expected stride to be a single integer value or a list of 2 values to match the convolution
        # dimensions, but got stride=[1, 1, 1]
        y = conv(torch.rand(1, 3, 8, 8))
    """
    usual = (
        certain(
            "{name} was written for a layer with another number of axes",
            "model",
            "give one number, or {count}; or take the layer for as many axes as there are numbers",
        ),
    )


class SettingRange(Rule):
    code = "setting-range"
    signatures = (
        "non-positive stride is not supported",
        "stride should not be zero",
        "stride must be greater than zero",
        "stride should be greater than zero",
        "dilation should be greater than zero",
        "dilation must be greater than zero",
        "negative padding is not supported",
        "padding must be non-negative",
        "pad must be non-negative",
        "kernel_size must be greater than zero",
        "kernel size should be greater than zero",
        "divisor must be not zero",
        "groups must be a positive integer",
    )
    says = "kernel_size, stride, dilation and groups start at 1, padding at 0"
    lookalike = "expected stride to be a single integer value or a list of 2 values to match the convolution dimensions"
    example = """
        conv = nn.Conv2d(3, 8, kernel_size=3, stride=0)
        # RuntimeError: non-positive stride is not supported
        y = conv(torch.rand(1, 3, 8, 8))
    """
    usual = (
        certain(
            "a setting is below what a window can have: given as 0, or worked out by a division that rounded down",
            "model",
            "print the settings where the layer is made; no gaps is dilation=1, every cell stride=1",
        ),
    )


class Groups(Rule):
    code = "groups"
    signatures = (
        "{name:word} must be divisible by groups",
        "Given groups={groups}, expected weight to be at least {least} at dimension 0, but got weight of size "
        "[{weight:shape}",
        "Given groups={groups}, expected weight to be divisible by {divisor} at dimension 0, but got weight of size "
        "[{weight:shape}",
    )
    says = "groups split the channels into equal parts"
    lookalike = "norm-groups"
    example = """
        # ValueError: in_channels must be divisible by groups
        conv = nn.Conv2d(3, 8, kernel_size=3, groups=2)
        y = conv(torch.rand(1, 3, 8, 8))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "the channels, in or out, don't divide by groups"
        advice = "groups has to divide in_channels and out_channels; depthwise is groups=in_channels, out a multiple"
        outs = (*self.facts.get("weight", ()), -1)[0]
        frame = self.case.frame
        written = [each for each in self.case.source.made if frame and each.number <= frame.number <= each.last]
        made = next((each for each in written if each.written("groups")), None)
        if made and "name" in self.facts and made.written(self.name):
            groups, sizes = made.written("groups"), ", ".join(map(made.written, ("in_channels", "out_channels")))
            says = f"{self.name}, {made.written(self.name)}, doesn't divide by groups={groups}"
            if groups == made.written("in_channels"):
                advice = f"a depthwise layer keeps its channels: ({groups}, {groups}, …, groups={groups})"
                advice += f", and a layer of kernel 1 makes ({sizes}) of them, in place of what follows"
            elif given := self.given(made):
                says += f": {given[0]}"
                advice = f"groups that divide every width, or widths rounded to a multiple: round(c / {given[1]}) * "
                advice += f"{given[1]}, and {given[1]} at least"
        if outs == 0:
            says = (
                f"the layer has no outputs: weight {list(self.weight)}; a division (channels // reduction) rounded to 0"
            )
            advice = "more channels there, or a smaller reduction: max(1, channels // reduction)"
        elif outs > 0:
            says = f"the weight {list(self.weight)} makes {outs} channels, which don't divide by groups={self.groups}"
            advice += "; where groups follows the input's channels, these aren't the ones that the layer was made for"
        yield certain(says, "model", advice)

    def given(self, made: Made) -> tuple[str, str] | None:
        """What the call that the traceback came through hands over for both, and how many groups these are."""
        own = [frame for frame in self.case.raised.frames if not frame.of_library]
        names = self.case.source.names
        found = names.parameter(made.written("groups"), made.file, made.number)
        if found is None or len(own) < 2:
            return None
        function, parameters = found
        owner = names.around(made.file, made.number, ast.ClassDef)
        wanted = {getattr(owner, "name", ""), getattr(function, "name", "")}
        calls = [call for call in Line(own[-2].code, own[-2].marked).calls if last_name(call.func) in wanted]
        width, groups = (
            handed_over(calls[0], made.written(each), parameters) if calls else None for each in (self.name, "groups")
        )
        if width is None or groups is None:
            return None
        count = names.number(groups, own[-2].file, own[-2].number)
        says = f"in line {own[-2].number} they are {ast.unparse(width)} and {ast.unparse(groups)}"
        return says + (f", which is {count}" if count else ""), str(count or ast.unparse(groups))


class SameStride(Rule):
    code = "same-stride"
    signatures = ("padding='same' is not supported for strided convolutions",)
    says = "padding='same' keeps the size, and a stride above 1 shrinks it"
    lookalike = "padding-kind"
    example = """
        # ValueError: padding='same' is not supported for strided convolutions
        conv = nn.Conv2d(3, 8, kernel_size=3, stride=2, padding="same")
        y = conv(torch.rand(1, 3, 8, 8))
        assert y.shape == (1, 8, 4, 4)
    """
    not_that = (
        "TensorFlow's 'same' with a stride pads unevenly: F.pad before the layer copies it where weights "
        "come from there"
    )

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "the layer was copied from Keras, where 'same' with a stride means the size divided by the stride"
        made = [each for each in self.case.source.made if each.callee in LAYERS.split() and "same" in each.code]
        half = (made[0].value("kernel_size") or 0) // 2 if len(made) == 1 and not self.generic else 0
        fix = self.remade(made[0], padding=half) if half else None
        advice = "padding=kernel_size // 2 gives the size divided by the stride, for odd kernels"
        yield certain(says, "model", advice, fix)


class PaddingKind(Rule):
    code = "padding-kind"
    signatures = (
        "Invalid padding string",
        "padding_mode must be one of",
        'Only "zeros" padding mode is supported',
        "Padding length must be divisible by 2",
        "Padding length too large",
        "Padding length should be less than or equal to two times the input dimension but got padding length {size} "
        "and input of dimension {dims}",
        "Padding size {size} is not supported for {axes}D input tensor",
        "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported",
        "conv_transpose{axes}d(): argument 'padding' (position {place}) must be tuple of ints",
    )
    says = "padding is a number for each axis, or 'same' or 'valid' where the layer has them"
    lookalike = "same-stride"
    example = """
        x = torch.rand(1, 3, 8, 8)
        # RuntimeError: Padding length must be divisible by 2
        y = F.pad(x, (1, 1, 1))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        says = "the padding isn't of a kind that is taken here"
        advice = "F.pad takes two numbers an axis, the last axis first"
        if self.facts.get("axes", 0) > 2 and "size" in self.facts:
            pads = 2 * (self.axes - 2)
            says = f"reflect, replicate and circular take {pads} numbers for {self.axes} axes; {self.size} came"
            advice += f": give all {pads}, with 0 for what isn't to be padded: (1, 1{', 0, 0' * (pads // 2 - 1)})"
        elif "dims" in self.facts:
            says = f"{self.size} numbers pad {self.size // 2} axes, and the input has {self.dims}"
            advice += ": no more than there are, or an unsqueeze before it"
        else:
            advice += "; padding_mode is zeros, reflect, replicate or circular, and zeros alone for transposed layers"
        yield certain(says, "model", advice)


class PaddingWide(Rule):
    code = "padding-wide"
    signatures = (
        "Padding size should be less than the corresponding input dimension, but got: padding {padding:shape} at "
        "dimension {axis} "
        "of input {input:shape}",
        "Padding value causes wrapping around more than once",
    )
    says = "reflect and circular padding take their cells from the input, and it is too small"
    lookalike = "kernel-larger"
    example = """
        pad = nn.ReflectionPad2d(9)
        # RuntimeError: Argument #4: Padding size should be less than the corresponding input dimension, but got:
        # padding (9, 9) at dimension 3 of input [1, 3, 9, 9]
        y = pad(torch.rand(1, 3, 9, 9))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "input" in self.facts:
            size = self.input[self.axis]
            says = (
                f"axis {self.axis} has {size} cells; reflecting gives at most {size - 1}, and "
                f"{max(self.padding)} are wanted"
            )
        else:
            says = "the input wraps around once, and more is wanted"
        most = f"padding of at most {self.input[self.axis] - 1}, " if "input" in self.facts else ""
        advice = "larger inputs (or fewer layers that shrink them), "
        modes = "nn.ReplicationPad2d or nn.ZeroPad2d (padding_mode 'replicate', 'zeros')"
        if self.line.has(r"\bpad\(") or len(set(self.facts.get("padding", ()))) > 1:  # a layer's are alike
            modes = "F.pad with mode='replicate', or mode='constant' for zeros, which take any"
        advice += f"{most}or {modes}"
        yield likely(says, "data", advice)


class PoolPadding(Rule):
    code = "pool-padding"
    signatures = (
        "at most half of effective kernel size, but got pad={padding}, kernel_size={kernel} and dilation={dilation}",
        "at most half of kernel size, but got pad={padding}, kernel_size={kernel}",
        "at most half of kernel size, but got padding={padding} and kernel_size={kernel}",
        "half of kernel size, but got padW = {width}, padH = {height}, kW = {kernel_width}, kH = {kernel_height}",
        "pad should be smaller than or equal to half of kernel size",
        "pad should be at most half of",
    )
    says = "a pooling's padding is at most half of its kernel"
    lookalike = "setting-range"
    example = """
        pool = nn.MaxPool2d(2, padding=2)
        # RuntimeError: pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and
        # dilation=1
        y = pool(torch.rand(1, 3, 8, 8))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        pairs = [(self.facts.get("padding"), self.facts.get("kernel"))]
        if "width" in self.facts:
            pairs = [(self.width, self.kernel_width), (self.height, self.kernel_height)]
        wide = [f": {padding} for a kernel of {kernel}" for padding, kernel in pairs if kernel and 2 * padding > kernel]
        says = f"a window would lie on padding alone{''.join(wide[:1])}"
        advice = "padding=kernel_size // 2 at most; to keep the size, an odd kernel with half of it"
        yield certain(says, "model", advice)


class OutputPadding(Rule):
    code = "output-padding"
    signatures = (
        "output padding must be smaller than either stride or dilation, but got output_padding_height: {height} "
        "output_padding_width: {width} stride_height: {stride_height} stride_width: {stride_width}",
        "output padding must be smaller than either stride or dilation",
        "requested an output size of {asked:shape}, but valid sizes range from {low:shape} to {high:shape}",
        "output_size must have {} elements",
    )
    says = "output_padding chooses among the sizes that a stride rounds to one"
    lookalike = "padding-kind"
    example = """
        up = nn.ConvTranspose2d(16, 8, kernel_size=2, stride=2, output_padding=2)
        # RuntimeError: output padding must be smaller than either stride or dilation, but got
        # output_padding_height: 2 output_padding_width: 2 stride_height: 2 stride_width: 2 dilation_height: 1
        # dilation_width: 1
        y = up(torch.rand(1, 16, 4, 4))
    """

    def hypotheses(self) -> Iterator[Hypothesis]:
        if "asked" in self.facts:
            says = f"{list(self.asked)} is out of reach: the layer makes {list(self.low)} to {list(self.high)} of this"
            yield likely(says, "call", "ask for one of these; another size needs another stride, kernel or input")
        else:
            says = "it is no padding: it adds less than one stride to the output's size"
            advice = "output_padding below the stride; mostly 1 with stride=2, and 0 with stride=1"
            pairs = [(self.facts.get(axis, 0), self.facts.get(f"stride_{axis}", 1)) for axis in ("height", "width")]
            wide = [pair for pair in pairs if pair[0] >= pair[1]]
            if wide:
                says += f", and {wide[0][0]} is asked for with a stride of {wide[0][1]}"
            if wide and wide[0][0] > 16 * wide[0][1]:
                advice = f"it seems worked out from other lengths (a sample rate) than the data's; {advice}"
            yield certain(says, "model", advice)


class NegativeSize(Rule):
    code = "negative-size"
    signatures = (
        "Trying to create tensor with negative dimension {size}",
        "Dimension size must be non-negative",
        "length must be non-negative",
        "Negative output size",
        "resulted in a negative output size",
    )
    says = "a size came out below 0"
    lookalike = "setting-range"
    example = """
        x = torch.rand(1, 1, 3, 3)
        # RuntimeError: narrow(): length must be non-negative.
        y = F.pad(x, (-2, -2, 0, 0))
    """
    usual = (
        likely(
            "more is cut off than there is, or an argument was worked out as a negative number",
            "call",
            "print the sizes that go in; a vocabulary or length of -1 is often a value that was never set",
        ),
    )
