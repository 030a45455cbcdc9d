"""The rules of PyTorch's layers and the silent traps, in plain words: each rule's words stand here once."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from convcli.errors import Refusal
from convcli.geometry import Axis
from convcli.layers import AXIS_NAMES, PADDING_MODES

if TYPE_CHECKING:
    from convcli.layers import Layer
    from convcli.plan import Plan

__all__ = ["traps", "words"]

FLAGS = {
    "in_channels": "--in",
    "out_channels": "--out",
    "kernel_size": "--kernel",
    "count_include_pad": "--no-count-include-pad",
}


def flag(name: str) -> str:
    """The flag of a constructor's argument.

    >>> flag("kernel_size"), flag("output_padding")
    ('--kernel', '--output-padding')
    """
    return FLAGS.get(name, "--" + name.replace("_", "-"))


def shape_names(shape: Sequence[int]) -> str:
    """A shape with each axis named.

    >>> shape_names((1, 3, 28, 28))
    '1 batch, 3 channels, 28 height, 28 width'
    """
    names = ("batch", "channels", *AXIS_NAMES[len(shape) - 2])
    return ", ".join(f"{size} {name}" for size, name in zip(shape, names, strict=True))


def words(refusal: Refusal) -> tuple[str, str]:
    """Say a refusal to a person: why it can't be, and what to type instead."""
    return RULES[refusal.kind](**refusal.facts)


# --- the rules --------------------------------------------------------------------------------
# Each takes the numbers of its refusal and answers (why, fix).


def _not_positive(name: str, value: int, axis: str = "") -> tuple[str, str]:
    where = f" along {axis}" if axis else ""
    return f"{name}{where} is {value}; it has to be at least 1", f"try {flag(name)} 1 or more"


def _negative(name: str, value: int, axis: str) -> tuple[str, str]:
    return f"{name} along {axis} is {value}; it can't be negative", f"try {flag(name)} 0 or more"


def _axis_count(name: str, values: Sequence[int], axes: Sequence[str]) -> tuple[str, str]:
    count = len(axes)
    given = "x".join(map(str, values))
    return (
        f"{flag(name)} {given} has {len(values)} values; this layer has {count} "
        f"{'axis' if count == 1 else 'axes'}: {', '.join(axes)}",
        f"try {flag(name)} {values[0]}" + (f" or {'x'.join([str(values[0])] * count)}" if count > 1 else ""),
    )


def _groups(name: str, value: int, groups: int) -> tuple[str, str]:
    fits = [g for g in range(1, min(value, 1000) + 1) if value % g == 0]
    above = -(-value // groups) * groups
    return (
        f"{name} (={value}) can't be split into groups (={groups}) of equal size",
        f"{value} divides by {_some(fits)}; or take {flag(name)} {above}",
    )


def _some(values: Sequence[int]) -> str:
    shown = [str(v) for v in values]
    return ", ".join(shown if len(shown) <= 8 else [*shown[:6], "...", shown[-1]])


def _same_stride(stride: Sequence[int], kernel: Sequence[int]) -> tuple[str, str]:
    half = "x".join(str(k // 2) for k in dict.fromkeys(kernel))
    return (
        f"padding 'same' keeps the size, and stride {max(stride)} shrinks it: torch refuses both together",
        f"try --padding {half}, which gives the size divided by the stride, or --stride 1",
    )


def _padding_word(value: str) -> tuple[str, str]:
    return f"padding {value!r} is unknown", "padding is a number for each axis, same, or valid"


def _padding_mode(value: str) -> tuple[str, str]:
    return f"padding mode {value!r} is unknown", f"choose one of {', '.join(PADDING_MODES)}"


def _padding_word_here(value: str, type: str) -> tuple[str, str]:
    return f"nn.{type} takes no padding {value!r}, only numbers", "try --padding 1"


def _transposed_mode(value: str) -> tuple[str, str]:
    return f"a transposed convolution takes only padding mode zeros, not {value}", "leave --padding-mode out"


def _zero(name: str) -> tuple[str, str]:
    return f"{name} is 0, and it would be divided by", f"leave {flag(name)} out, or give another number"


def _pool_padding(value: int, axis: str, most: int) -> tuple[str, str]:
    return (
        f"a pooling's padding may be at most half its kernel: along {axis}, padding {value} is more than {most}",
        f"try --padding {most} or less, or --kernel {2 * value}",
    )


def _output_padding(value: int, axis: str, bound: int) -> tuple[str, str]:
    chooses = (
        f"it chooses among the {bound} output sizes that a convolution of these settings shrinks to the same input"
        if bound > 1
        else "with stride 1 only one size leads to this input, so there is nothing to choose"
    )
    return (
        f"output padding {value} along {axis} is out of range: {chooses}",
        f"give 0 to {bound - 1}" if bound > 1 else "leave --output-padding out",
    )


def _padding_too_wide(axis: Axis, mode: str, limit: int, value: int) -> tuple[str, str]:
    why = {
        "reflect": "mirrors the input without its border cell, so there are only",
        "circular": "wraps around once, so there are only",
    }[mode]
    return (
        f"{mode} padding of {value} along {axis.name}: it {why} {limit} cells to take from",
        f"try --padding {limit} or less, or --padding-mode replicate",
    )


def _kernel_larger(axis: Axis) -> tuple[str, str]:
    spans = f"the kernel spans {axis.extent} cells"
    if axis.dilation > 1:
        spans = (
            f"a kernel of {axis.kernel} with dilation {axis.dilation} spans "
            f"{axis.dilation}·({axis.kernel} − 1) + 1 = {axis.extent} cells"
        )
    padded = f"{axis.size} cell{'s' * (axis.size > 1)}"
    if axis.before or axis.after:
        padded = f"{axis.size} cells + {axis.before + axis.after} of padding = {axis.padded}"
    fixes = []
    biggest = (axis.padded - 1) // axis.dilation + 1
    if biggest >= 1:
        fixes.append(f"--kernel {biggest} or less")
    fixes.append(f"--padding {axis.before + -(-(axis.extent - axis.padded) // 2)}")
    fixes.append(f"an input of at least {axis.extent - axis.before - axis.after}")
    return (
        f"along {axis.name}, {spans}, but the input has only {padded}: not one window fits",
        "try " + ", or ".join(fixes),
    )


def _pool3d_larger(axis: Axis, type: str) -> tuple[str, str]:
    return (
        f"along {axis.name}, the kernel has {axis.kernel} taps and the input {axis.size} cells; nn.{type} takes no "
        "input smaller than its kernel, however it is padded",
        f"try --kernel {axis.size} or less",
    )


def _no_output(axis: Axis) -> tuple[str, str]:
    full = (axis.size - 1) * axis.stride + axis.extent
    return (
        f"along {axis.name}, ({axis.size} − 1)·{axis.stride} + {axis.extent} = {full} cells are written and "
        f"padding cuts {axis.before + axis.after} of them away: nothing is left",
        f"try --padding {max(0, (full - 1) // 2)} or less",
    )


def _channels(layer: "Layer", shape: Sequence[int], given: Sequence[int]) -> tuple[str, str]:
    expected, got = layer.in_channels, shape[1]
    added = "" if len(given) == len(shape) else f"{list(given)} → "
    fix = f"--in {got}" if got % layer.groups == 0 else f"--in {got} --groups 1"
    if shape[-1] == expected:
        order = (0, len(shape) - 1, *range(1, len(shape) - 1))
        fix += f"; or, if the channels are last, x = x.permute{order} first"
    elif expected in given[:-1] and len(given) < len(shape):
        fix += f"; or give the input as [batch, {expected}, {', '.join(layer.axis_names)}]"
    return (
        f"{layer.code} expects {expected} channel{'s' * (expected > 1)}, but the input {added}{list(shape)} has "
        f"{got}: {shape_names(shape)}",
        f"try {fix}",
    )


def _rank(shape: Sequence[int], ndim: int) -> tuple[str, str]:
    axes = ", ".join(AXIS_NAMES[ndim])
    better = len(shape) if len(shape) in AXIS_NAMES else None
    other = f"; {list(shape)} would suit a {better}d layer" if better else ""
    return (
        f"the input has shape {list(shape)}: {len(shape)} axes; a {ndim}d layer takes [{axes}], "
        f"[channels, {axes}] or [batch, channels, {axes}]",
        f"give {ndim} to {ndim + 2} axes{other}",
    )


def _size_count(values: Sequence[int], ndim: int) -> tuple[str, str]:
    axes = AXIS_NAMES[ndim]
    return (
        f"--size {'x'.join(map(str, values))} has {len(values)} values; this layer's input has "
        f"{', '.join(axes)}, and optionally channels and batch before them",
        f"try --size {'x'.join(['28'] * ndim)} or --size {'x'.join(['3', *['28'] * ndim])}",
    )


def _weight_rank(shape: Sequence[int], ndim: int) -> tuple[str, str]:
    axes = ", ".join(AXIS_NAMES[ndim])
    return (
        f"the weight has shape {list(shape)}: {len(shape)} axes",
        f"give the kernel alone, [{axes}], or all of it, [out, in/groups, {axes}]",
    )


def _weight_kernel(shape: Sequence[int], kernel: Sequence[int]) -> tuple[str, str]:
    return (
        f"the weight has shape {list(shape)}, which is not the kernel {list(kernel)}",
        "leave --kernel out: it follows from the weight",
    )


def _weight_channels(shape: Sequence[int], name: str, value: int, fits: int) -> tuple[str, str]:
    return (
        f"the weight has shape {list(shape)}, which makes {name} {fits}, not {value}",
        f"leave {flag(name)} out, or give {flag(name)} {fits}",
    )


def _bias_shape(shape: Sequence[int], out_channels: int) -> tuple[str, str]:
    return (
        f"the bias has shape {list(shape)}; the layer has {out_channels} output channels, one number for each",
        f"give {out_channels} number{'s' * (out_channels > 1)}",
    )


def _memory(needed: int, free: int, plan: "Plan") -> tuple[str, str]:
    return (
        f"{list(plan.shape)} → {list(plan.output_shape)} needs {size_words(needed)} of memory; "
        f"{size_words(free)} are free",
        "try smaller sizes; convcli formula works the sizes out without running anything",
    )


def size_words(count: int) -> str:
    """Bytes for a person.

    >>> size_words(3 * 2**30)
    '3.0 GiB'
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**power:,.1f} {units[power]}"


RULES: dict[str, Callable[..., tuple[str, str]]] = {
    "axis_count": _axis_count,
    "bias_shape": _bias_shape,
    "channels": _channels,
    "groups": _groups,
    "kernel_larger": _kernel_larger,
    "memory": _memory,
    "negative": _negative,
    "no_output": _no_output,
    "not_positive": _not_positive,
    "padding_mode": _padding_mode,
    "padding_too_wide": _padding_too_wide,
    "output_padding": _output_padding,
    "padding_word": _padding_word,
    "padding_word_here": _padding_word_here,
    "pool3d_larger": _pool3d_larger,
    "pool_padding": _pool_padding,
    "transposed_mode": _transposed_mode,
    "zero": _zero,
    "rank": _rank,
    "same_stride": _same_stride,
    "size_count": _size_count,
    "weight_channels": _weight_channels,
    "weight_kernel": _weight_kernel,
    "weight_rank": _weight_rank,
}


# --- the silent traps -------------------------------------------------------------------------


def traps(plan: "Plan") -> list[str]:
    """What torch accepts and a learner may not have meant, in sentences."""
    return [*_input_traps(plan), *_padding_traps(plan), *filter(None, map(unread_words, plan.axes))]


def _input_traps(plan: "Plan") -> Iterator[str]:
    array, shape, names = plan.input, plan.shape, plan.layer.axis_names
    if array.dtype not in ("float32", "float16"):
        yield f"the input was {array.dtype}; it was converted to float32, as the layer's weights are"
    last, channels = shape[-1], shape[1]
    if len(shape) > 3 and plan.added < 2 and last in (3, 4) and channels > last:
        order = (0, len(shape) - 1, *range(1, len(shape) - 1))
        yield (
            f"{list(array.shape)} looks like channels last: PyTorch takes axis 1 of {list(shape)} as its {channels} "
            f"channels; if they are the {last} at the end, use x.permute{order}"
        )
    elif plan.added == 1 and channels > 4:
        yield (
            f"{list(array.shape)} went in as one sample with {channels} channels; if it is a batch of {channels}, use "
            f"x.unsqueeze(1): [{channels}, 1, {', '.join(names)}]"
        )
    if len(shape) == 3 and channels == last > 1:
        yield f"channels and length are both {last}, so an input the wrong way round would pass unnoticed"


def _padding_traps(plan: "Plan") -> Iterator[str]:
    for axis in plan.axes:
        if axis.before != axis.after:
            yield (
                f"'same' pads {axis.name} unevenly, {axis.before} before and {axis.after} after: "
                f"the kernel's {axis.extent} cells are even in number"
            )
        if not axis.transposed and axis.padding_mode == "zeros" and axis.before >= axis.extent:
            yield (
                f"padding {axis.before} along {axis.name} is no less than the {axis.extent} cells a window spans: "
                "the first window sees zeros only"
            )


def unread_words(axis: Axis, values: Sequence[float] | None = None) -> str:
    """What no window reads along an axis, and why; empty where everything is read.

    >>> unread_words(Axis(10, kernel=3, stride=2))
    'element 9 is never read: the last window ends at element 8'
    """
    ranges = axis.unread_ranges()
    count = sum(map(len, ranges))
    if not count:
        return ""
    cell = {"height": "row", "width": "column", "depth": "slice"}.get(axis.name, "element")
    indices = sorted(i for r in ranges for i in (*r[:4], r[-1]))
    if count <= 4:
        unique = sorted(set(indices))
        shown = ", ".join(map(str, unique))
    elif indices[-1] - sorted({i for r in ranges for i in r[:1]})[0] + 1 == count:
        shown = f"{indices[0]} to {indices[-1]}"
    else:
        first = sorted(set(indices))[:3]
        shown = f"{', '.join(map(str, first))}, ... {indices[-1]}"
    if values is not None and count == 1:
        shown += f" (value {values[indices[0]]:g})"
    subject = f"{cell} {shown} is" if count == 1 else f"{cell}s {shown} ({count:,} of {axis.size:,}) are"
    if axis.transposed:
        return f"{subject} never used: padding cuts away all that they would write"
    last = (axis.output - 1) * axis.stride - axis.before + axis.extent - 1
    if indices[0] > last or count == axis.size - 1 - last:
        why = f"the last window ends at {cell} {last}"
    elif axis.stride > axis.extent:
        why = f"stride {axis.stride} steps over them" if count > 1 else f"stride {axis.stride} steps over it"
    elif axis.before < 0:
        why = "negative padding cuts them off"
    else:
        why = f"stride {axis.stride} and dilation {axis.dilation} pass between them"
    return f"{subject} never read: {why}"
