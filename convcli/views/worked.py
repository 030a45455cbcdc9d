"""The output-size formula in words, in symbols, and worked with one axis's numbers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Adaptive, Windows
from convcli.sizing import Sized
from convcli.views.equations import Aligned, Lines, Numbers, coloured
from convcli.views.widgets import labelled
from convcli.wording import counted, unread_words

SLIDING = "⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1"
TRANSPOSED = "({size} − 1)·{stride} − 2·{padding} + {dilation}·({kernel} − 1) + {output_padding} + 1"
LEFT_OUT = {"padding": (" + 2·{padding}", ""), "dilation": ("{dilation}·({kernel} − 1) − 1", "{kernel}")}
THE_POST = "⌊({size} + 2·{padding} − {kernel}) / {stride}⌋ + 1"
SYMBOLS = {
    "size": "cells of the input along this axis",
    "padding": "cells added at each end",
    "dilation": "cells from one tap of the kernel to the next; 1: no gaps",
    "kernel": "taps of the kernel (kernel_size)",
    "stride": "cells from one window to the next",
    "⌊ ⌋": "rounds down: a window that doesn't fit whole isn't made",
}
UNREAD = (
    "Cells can stay unread: those that the rounding leaves over at the end (where they are padding, nothing is lost), "
    "those between windows, where the stride is longer than the kernel reaches, and those a dilated kernel steps over."
)
NEXT = {
    "yours": "convcli formula --size 224 --kernel 7 --stride 2 --padding 3",
    "counts": "convcli formula --size 224x224 --kernel 3 --in 3 --out 64",
    "backwards": "convcli formula --size 224 --output 112",
}
CONVENTION = "MACs of one sample: padded taps counted, bias not; FLOPs are twice as many"


def in_symbols(axis: Axis, lacks: Iterable[str] = ()) -> str:
    """The formula of this kind of axis, as PyTorch's documentation has it, without what the layer ``lacks``.

    >>> in_symbols(Axis(10, 3))
    '⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1'
    >>> in_symbols(Axis(10, 3), ["dilation"])
    '⌊(size + 2·padding − kernel) / stride⌋ + 1'
    """
    return _template(axis, lacks=lacks).format_map({name: name for name in _numbers(axis)})


def _template(axis: Axis, uneven: bool = False, lacks: Iterable[str] = ()) -> str:
    """The formula with its names in braces; with ``uneven`` the padding of each end by itself.

    What the layer ``lacks``, as a mean lacks dilation, is left out.
    """
    template = TRANSPOSED if axis.transposed else SLIDING
    for name in lacks:
        template = template.replace(*LEFT_OUT[name])
    if uneven or axis.before != axis.after:
        template = template.replace("2·{padding}", "{before} − {after}" if axis.transposed else "{before} + {after}")
    return _rounded(axis, *re.split("[⌊⌋]", template)) if "⌊" in template else template


def _rounded(axis: Axis, before: str, quotient: str, after: str = " + 1") -> str:
    return f"{before}⌈{quotient}⌉{after}" if axis.ceil_mode else f"{before}⌊{quotient}⌋{after}"


def _numbers(axis: Axis) -> Numbers:
    """The formula's numbers by their names."""
    names = ("size", "before", "after", "dilation", "kernel", "stride", "output_padding")
    numbers = {name: getattr(axis, name) for name in names} | {"padding": axis.before}
    return {name: _factor(number) for name, number in numbers.items()}


def _factor(number: int) -> str:
    return f"({number})" if number < 0 else f"{number}"


def worked(axis: Axis, lacks: Iterable[str] = ()) -> list[str]:
    """Line by line with the numbers in it, each line the last with one more thing computed.

    >>> for line in worked(Axis(10, 3, stride=2)): print(line)
    ⌊(10 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1
    ⌊(10 + 0 − 1·(3 − 1) − 1) / 2⌋ + 1
    ⌊(10 + 0 − 1·2 − 1) / 2⌋ + 1
    ⌊(10 + 0 − 2 − 1) / 2⌋ + 1
    ⌊7 / 2⌋ + 1
    ⌊3.5⌋ + 1
    3 + 1
    4
    """
    formula, past_first = _template(axis, lacks=lacks), axis.kernel - 1
    rows = [formula]
    for part, result in (
        (r"2·{padding}|{before} [+−] {after}", _factor(axis.before + axis.after)),
        (r"\({size} − 1\)", f"{axis.size - 1}"),
        (r"\d+·{stride}", f"{(axis.size - 1) * axis.stride}"),
        (r"\({kernel} − 1\)", f"{past_first}"),
        (r"{dilation}·\d+", f"{axis.dilation * past_first}"),
    ):
        rows.append(formula := re.sub(part, result, formula))
    rows = [row.format_map(_numbers(axis)) for row in rows]
    if axis.transposed:
        return [*dict.fromkeys(rows), f"{axis.output}"]
    spare, stride = axis.spare, axis.stride
    windows = (-(-spare // stride) if axis.ceil_mode else spare // stride) + 1
    rows.append(_rounded(axis, "", f"{spare} / {stride}"))
    if spare % stride:
        rows.append(_rounded(axis, "", decimal(spare, stride)))
    rows += [f"{windows - 1} + 1", f"{windows}"]
    if axis.drops_last_window:
        rows.append(f"{windows} − 1, the last window would start in the padding behind the input")
        rows.append(f"{windows - 1}")
    return list(dict.fromkeys(rows))


def decimal(numerator: int, denominator: int) -> str:
    """A quotient as a reader would write it; ``≈`` where digits are dropped.

    >>> decimal(7, 2), decimal(7, 3)
    ('3.5', '≈2.333')
    """
    whole, rest = divmod(abs(numerator), denominator)
    thousandths, dropped = divmod(rest * 1000, denominator)
    sign = "-" if numerator < 0 else ""
    digits = f"{thousandths:03d}"
    return ("≈" if dropped else "") + f"{sign}{whole}.{digits if dropped else digits.rstrip('0') or '0'}"


def worked_short(axis: Windows, lacks: Iterable[str] = ()) -> str:
    """The same on one line.

    >>> worked_short(Axis(10, 3, stride=2))
    '⌊(10 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊7 / 2⌋ + 1 = 3 + 1 = 4'
    """
    if isinstance(axis, Adaptive):
        parts = f"{axis.size}/{axis.output}"
        return f"output i reads cells ⌊i·{parts}⌋ to ⌈(i + 1)·{parts}⌉ − 1, i from 0 to {axis.output - 1}"
    assert isinstance(axis, Axis)
    rows = worked(axis, lacks)
    if axis.transposed:
        return " = ".join((rows[0], rows[-2], rows[-1]))
    spare = next(i for i, row in enumerate(rows) if row[1:].startswith(f"{axis.spare} / "))
    return " = ".join([rows[0], *(row for row in rows[spare:] if "." not in row)])


def in_colour(axis: Windows, lacks: Iterable[str] = ()) -> Text:
    """The same, its first numbers in the colours of their names."""
    words = worked_short(axis, lacks)
    if not isinstance(axis, Axis):
        return Text(words)
    formula = coloured(_template(axis, lacks=lacks), _numbers(axis))
    return formula.append(words[len(formula) :])


Idea = tuple[str, int, Text]  # what is counted, the number, and how it comes about


def ideas(axis: Axis) -> list[Idea]:
    """What the formula counts, one thing at a time; the last number is the output.

    >>> [(name, number) for name, number, _ in ideas(Axis(224, 7, 2, 3, 3))]
    [('padded size', 230), ('kernel reach', 7), ('last start', 223), ('strides in it', 111), ('windows', 112)]
    """
    numbers = _numbers(axis)
    pads = "2·{padding}" if axis.before == axis.after else "{before} + {after}"
    reach = "kernel reach", axis.extent, coloured("{dilation}·({kernel} − 1) + 1", numbers)
    if axis.transposed:
        start = (axis.size - 1) * axis.stride
        written, cut = start + axis.extent, start + axis.extent - axis.before - axis.after
        return [
            ("last start", start, coloured("({size} − 1)·{stride}", numbers)),
            reach,
            ("cells written", written, Text(f"{start} + {axis.extent}")),
            ("padding cut off", cut, coloured(f"{written} − {pads.replace('+', '−')}", numbers)),
            ("output", axis.output, coloured(f"{cut} + {{output_padding}}", numbers)),
        ]
    strides = -(-axis.spare // axis.stride) if axis.ceil_mode else axis.spare // axis.stride
    quotient = _rounded(axis, "", f"{axis.spare} / {{stride}}", "")
    if axis.spare % axis.stride:
        quotient += _rounded(axis, " = ", decimal(axis.spare, axis.stride), "")
    dropped = ("one dropped", strides, Text(f"{strides + 1} − 1"))
    return [
        ("padded size", axis.padded, coloured(f"{{size}} + {pads}", numbers)),
        reach,
        ("last start", axis.spare, Text(f"{axis.padded} − {axis.extent}")),
        ("strides in it", strides, coloured(quotient, numbers)),
        ("windows", strides + 1, Text(f"{strides} + 1")),
        *([dropped] if axis.drops_last_window else []),
    ]


def left_over(axis: Axis) -> Text | None:
    """What becomes of the cells that no window stands on."""
    if unread := unread_words(axis):
        return Text(unread, style="warning")
    if axis.transposed:
        return None
    if axis.drops_last_window:
        start = axis.output * axis.stride - axis.before
        return Text(f"the dropped window would start at cell {start}, behind the last one, {axis.size - 1}")
    rest = axis.spare - (axis.output - 1) * axis.stride
    if rest < 0:
        return Text(f"the last window reaches {counted(-rest, 'cell')} beyond the end, where nothing is read")
    if rest:
        return Text(f"{counted(rest, 'cell')} left over at the end: padding, nothing of the input", style="muted")
    return None


def introduction() -> RenderableType:
    """The formula with the post's example in it, its names, the post's own formula, and what to ask next."""
    axis = Axis(10, kernel=3, stride=2)
    names = {name: name for name in _numbers(axis)}
    return Group(
        Text("The output size of a convolution, one axis at a time", style="bold"),
        "",
        Aligned(_template(axis), [("", _numbers(axis))]),
        Text("the post's cnn1d_2: size 10, kernel 3, stride 2", style="muted"),
        _in_lines(axis),
        left_over(axis) or "",
        "",
        labelled(SYMBOLS.items()),
        "",
        Text("The post leaves dilation out, and so has it at 1:"),
        Text("  ").append_text(coloured(THE_POST, names)),
        "",
        Text(UNREAD),
        "",
        labelled(NEXT.items()),
    )


def worked_out(sized: Sized, counted: bool = False, remark: str = "", algebra: bool = False) -> RenderableType:
    """The output first; then each axis worked, in ideas or token by token; ``counted``: parameters and MACs."""
    axes = sized.axes
    parts: list[RenderableType] = [Text(f"output {' × '.join(str(axis.output) for axis in axes)}", style="bold")]
    parts += [Text(sized.layer.code)] if counted else []
    parts += [Text(remark, style="muted")] if remark else []
    alike = [next(other for other in axes if replace(axis, name=other.name) == other) for axis in axes]
    uneven = any(axis.before != axis.after for axis in axes)
    for axis, first in zip(axes, alike, strict=True):
        parts.append("")
        if first is not axis:
            parts.append(Text(f"{axis.name}: the same as {first.name}"))
            continue
        if len(axes) > 1:
            parts.append(Text(axis.name, style="muted"))
        parts.append(Aligned(_template(axis, uneven), [("", _numbers(axis))]))
        if algebra:
            parts += [Text(f"  {'= ' * (i > 0)}{row}") for i, row in enumerate(worked(axis))]
        else:
            parts.append(_in_lines(axis))
        parts += [rest] if (rest := left_over(axis)) else []
    return Group(*parts, *(_counts(sized) if counted else []))


def _in_lines(axis: Axis) -> Lines:
    return Lines([(name, f"{number}", how) for name, number, how in ideas(axis)])


def _counts(sized: Sized) -> Iterator[RenderableType]:
    """Parameters and MACs, and how they are counted."""
    layer = sized.layer
    weights = "·".join(map(str, layer.weight_shape or ()))
    places = "·".join(str(axis.size if axis.transposed else axis.output) for axis in sized.axes)
    bias = f" + {layer.bias_size}" * (layer.bias_size > 0)
    yield ""
    yield Lines(
        [
            ("parameters", f"{layer.parameters:,}", coloured(f"{{kernel}}{bias}", {"kernel": weights})),
            ("MACs", f"{sized.macs:,}", coloured(f"{{kernel}} × {places}", {"kernel": weights})),
        ],
        answers=2,
    )
    yield Text(CONVENTION, style="muted")
