"""Rules that a layer and its input, or its weights, break together."""

from collections.abc import Sequence

from convcli.arithmetic.axis import Axis
from convcli.refusals.refusal import AXIS_NAMES, Refusal, Spelling, in_python, shape_names


class PaddingTooWide(Refusal):
    axis: Axis
    mode: str
    limit: int
    value: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        why = {
            "reflect": "mirrors the input without its border cell, so there are only",
            "circular": "wraps around once, so there are only",
        }[self.mode]
        return (
            f"{self.mode} padding of {self.value} along {self.axis.name}: it {why} {self.limit} cells to take from",
            f"try {spell('padding', self.limit)} or less, or {spell('padding_mode', 'replicate')}",
        )


class KernelLarger(Refusal):
    axis: Axis

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        axis = self.axis
        spans = f"the kernel spans {axis.extent} cells"
        if axis.dilation > 1:
            spans = (
                f"a kernel of {axis.kernel} with dilation {axis.dilation} spans "
                f"{axis.dilation}·({axis.kernel} − 1) + 1 = {axis.extent} cells"
            )
        padded = f"{axis.size} cell{'s' * (axis.size > 1)}"
        if axis.before or axis.after:
            padded = f"{axis.size} cells + {axis.before + axis.after} of padding = {axis.padded}"
        biggest = (axis.padded - 1) // axis.dilation + 1
        fixes = [f"{spell('kernel_size', biggest)} or less"] if biggest >= 1 else []
        fixes.append(spell("padding", axis.before + -(-(axis.extent - axis.padded) // 2)))
        fixes.append(f"an input of at least {axis.extent - axis.before - axis.after}")
        return (
            f"along {axis.name}, {spans}, but the input has only {padded}: not one window fits",
            "try " + ", or ".join(fixes),
        )


class Pool3dLarger(Refusal):
    axis: Axis
    type: str

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        axis = self.axis
        return (
            f"along {axis.name}, the kernel has {axis.kernel} taps and the input {axis.size} cells; nn.{self.type} "
            "takes no input smaller than its kernel, however it is padded",
            f"try {spell('kernel_size', axis.size)} or less",
        )


class NoOutput(Refusal):
    axis: Axis

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        axis = self.axis
        full = (axis.size - 1) * axis.stride + axis.extent
        return (
            f"along {axis.name}, ({axis.size} − 1)·{axis.stride} + {axis.extent} = {full} cells are written and "
            f"padding cuts {axis.before + axis.after} of them away: nothing is left",
            f"try {spell('padding', max(0, (full - 1) // 2))} or less",
        )


class Channels(Refusal):
    """``shape`` is the input's; ``given``, what it was before axes were added."""

    code: str
    expected: int
    groups: int
    shape: Sequence[int]
    given: Sequence[int] = ()

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        shape, expected, got = self.shape, self.expected, self.shape[1]
        given = self.given or shape
        added = "" if len(given) == len(shape) else f"{list(given)} → "
        fix = spell("in_channels", got) + ("" if got % self.groups == 0 else f" {spell('groups', 1)}")
        if shape[-1] == expected:
            order = (0, len(shape) - 1, *range(1, len(shape) - 1))
            fix += f"; or, if the channels are last, x = x.permute{order} first"
        elif expected in given[:-1] and len(given) < len(shape):
            fix += f"; or give the input as [batch, {expected}, {', '.join(AXIS_NAMES[len(shape) - 2])}]"
        return (
            f"{self.code} expects {expected} channel{'s' * (expected > 1)}, but the input {added}{list(shape)} has "
            f"{got}: {shape_names(shape)}",
            f"try {fix}",
        )


class Rank(Refusal):
    shape: Sequence[int]
    ndim: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        axes, shape = ", ".join(AXIS_NAMES[self.ndim]), list(self.shape)
        other = f"; {shape} would suit a {len(shape)}d layer" if len(shape) in AXIS_NAMES else ""
        return (
            f"the input has shape {shape}: {len(shape)} axes; a {self.ndim}d layer takes [{axes}], "
            f"[channels, {axes}] or [batch, channels, {axes}]",
            f"give {self.ndim} to {self.ndim + 2} axes{other}",
        )


class Features(Refusal):
    """A linear layer whose input's last axis isn't as long as its weight takes."""

    code: str
    expected: int
    shape: Sequence[int]

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        got = self.shape[-1] if self.shape else 1
        return (
            f"{self.code} takes {self.expected} features on the last axis; {list(self.shape)} has {got}",
            f"try {spell('in_features', got)}, or flatten what comes before it",
        )


class NoSuchAxis(Refusal):
    name: str
    value: int
    shape: Sequence[int]

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        rank = len(self.shape)
        return (
            f"{spell(self.name, self.value)}: {list(self.shape)} has {rank} axes and no such one in this place",
            f"axes go from {-rank} to {rank - 1}, the first before the last",
        )


class SizeCount(Refusal):
    values: Sequence[int]
    ndim: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return (
            f"{spell('size', self.values)} has {len(self.values)} values; this layer's input has "
            f"{', '.join(AXIS_NAMES[self.ndim])}, and optionally channels and batch before them",
            f"try {spell('size', (28,) * self.ndim)} or {spell('size', (3, *(28,) * self.ndim))}",
        )


class WeightRank(Refusal):
    shape: Sequence[int]
    ndim: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        axes = ", ".join(AXIS_NAMES[self.ndim])
        return (
            f"the weight has shape {list(self.shape)}: {len(self.shape)} axes",
            f"give the kernel alone, [{axes}], or all of it, [out, in/groups, {axes}]",
        )


class WeightKernel(Refusal):
    shape: Sequence[int]
    kernel: Sequence[int | None]

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return (
            f"the weight has shape {list(self.shape)}, which is not the kernel {list(self.kernel)}",
            f"leave {spell('kernel_size')} out: it follows from the weight",
        )


class WeightChannels(Refusal):
    shape: Sequence[int]
    name: str
    value: int
    fits: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return (
            f"the weight has shape {list(self.shape)}, which makes {self.name} {self.fits}, not {self.value}",
            f"leave {spell(self.name)} out, or give {spell(self.name, self.fits)}",
        )


class BiasShape(Refusal):
    shape: Sequence[int]
    out_channels: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return (
            f"the bias has shape {list(self.shape)}; the layer has {self.out_channels} output channels, one number "
            "for each",
            f"give {self.out_channels} number{'s' * (self.out_channels > 1)}",
        )


class Memory(Refusal):
    """``needed`` and ``free`` are in bytes."""

    needed: int
    free: int
    shape: Sequence[int]
    output_shape: Sequence[int]

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return (
            f"{list(self.shape)} → {list(self.output_shape)} needs {bytes_in_words(self.needed)} of memory; "
            f"{bytes_in_words(self.free)} are free",
            "try smaller sizes; convcli formula works the sizes out without running anything",
        )


def bytes_in_words(count: int) -> str:
    """Bytes for a person.

    >>> bytes_in_words(3 * 2**30)
    '3.0 GiB'
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**power:,.1f} {units[power]}"
