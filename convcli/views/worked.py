"""The output-size formula in words, in symbols, and worked with one axis's numbers."""

from collections.abc import Sequence
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.text import Text

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.inverse import DILATIONS, KERNELS
from convcli.arithmetic.windows import Adaptive, Windows
from convcli.sizing import Answer
from convcli.views.widgets import labelled, table
from convcli.wording import unread_words

SYMBOLS = {
    "size": "cells of the input along this axis",
    "kernel": "taps of the kernel (kernel_size)",
    "stride": "cells from one window to the next",
    "padding": "cells added at each end",
    "dilation": "cells from one tap to the next; 1: no gaps",
    "⌊ ⌋": "the floor: rounds down; what it drops is never read",
}
THE_POST = "⌊(size + 2·padding − kernel) / stride⌋ + 1   the same at dilation 1"
SHOWN = 8


def in_symbols(axis: Axis) -> str:
    """The formula of this kind of axis, as PyTorch's documentation has it.

    >>> in_symbols(Axis(10, 3))
    '⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1'
    """
    sign = "−" if axis.transposed else "+"
    padding = "2·padding" if axis.before == axis.after else f"padding before {sign} padding after"
    line, last = ("(size − 1)·stride", "output_padding") if axis.transposed else ("size", "stride")
    return _formula(axis, line, padding, "dilation·(kernel − 1)", last)


def _formula(axis: Axis, line: str, padding: str, gaps: str, last: str) -> str:
    """The formula of either kind of axis, its parts written as they are given."""
    if axis.transposed:
        return f"{line} − {padding} + {gaps} + {last} + 1"
    return _rounded(axis, f"({line} + {padding} − {gaps} − 1) / {last}") + " + 1"


def _rounded(axis: Axis, quotient: str) -> str:
    return f"⌈{quotient}⌉" if axis.ceil_mode else f"⌊{quotient}⌋"


def worked(axis: Axis) -> list[str]:
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
    n, k, s, d, p, q = axis.size, axis.kernel, axis.stride, axis.dilation, axis.before, axis.after
    pads = f"2·{p}" if p == q else f"{p} {'−' if axis.transposed else '+'} {q}"
    if p < 0:
        pads = f"2·({p})"
    summed = f"({p + q})" if p + q < 0 else f"{p + q}"
    gaps = (f"{d}·({k} − 1)", f"{d}·{k - 1}", f"{d * (k - 1)}")
    lines, last = (f"{n}",) * 3, s
    if axis.transposed:
        lines, last = (f"({n} − 1)·{s}", f"{n - 1}·{s}", f"{(n - 1) * s}"), axis.output_padding
    parts = [(lines[0], pads, gaps[0]), (lines[1], summed, gaps[0]), *((lines[2], summed, gap) for gap in gaps)]
    rows = [_formula(axis, *each, f"{last}") for each in parts]
    if axis.transposed:
        return [*rows, f"{axis.output}"]
    spare = axis.spare
    windows = (-(-spare // s) if axis.ceil_mode else spare // s) + 1
    rows.append(f"{_rounded(axis, f'{spare} / {s}')} + 1")
    if spare % s:
        rows.append(f"{_rounded(axis, decimal(spare, s))} + 1")
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


def worked_short(axis: Windows) -> str:
    """The same on one line.

    >>> worked_short(Axis(10, 3, stride=2))
    '⌊(10 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊7 / 2⌋ + 1 = 3 + 1 = 4'
    """
    if isinstance(axis, Adaptive):
        parts = f"{axis.size}/{axis.output}"
        return f"output i reads cells ⌊i·{parts}⌋ to ⌈(i + 1)·{parts}⌉ − 1, i from 0 to {axis.output - 1}"
    assert isinstance(axis, Axis)
    rows = worked(axis)
    if axis.transposed:
        return " = ".join((rows[0], rows[-2], rows[-1]))
    spare = next(i for i, row in enumerate(rows) if row[1:].startswith(f"{axis.spare} / "))
    return " = ".join([rows[0], *(row for row in rows[spare:] if "." not in row)])


def introduction() -> RenderableType:
    """The formula as PyTorch has it and as the post has it, its symbols, and the post's example."""
    axis = Axis(10, kernel=3, stride=2)
    return Group(
        Text("The output size of a convolution, one axis at a time", style="bold"),
        "",
        labelled([("PyTorch", in_symbols(axis)), ("the post", THE_POST)]),
        "",
        labelled(SYMBOLS.items()),
        "",
        Text("Worked on the post's cnn1d_2: size 10, kernel 3, stride 2", style="bold"),
        _equations(axis),
        "",
        Text("With your numbers: convcli formula --size 224 --kernel 7 --stride 2 --padding 3", style="muted"),
    )


def worked_out(axes: Sequence[Axis]) -> RenderableType:
    """Each axis worked line by line, the answer first."""
    shape = " × ".join(str(axis.output) for axis in axes)
    parts: list[RenderableType] = [Text(f"output {shape}", style="bold")]
    for before, axis in zip((None, *axes), axes, strict=False):
        if before and replace(axis, name=before.name) == before:
            parts += ["", Text(f"{axis.name}: the same as {before.name}")]
        else:
            parts += ["", *([Text(axis.name, style="muted")] if len(axes) > 1 else []), _equations(axis)]
    return Group(*parts)


def _equations(axis: Axis) -> RenderableType:
    lines = labelled([("output =", in_symbols(axis)), *(("       =", row) for row in worked(axis))])
    unread = unread_words(axis)
    return Group(lines, *([Text(unread)] if unread else []))


def settings(family: str, answered: Answer) -> RenderableType:
    """The settings that give an output, the commonest first, or the input sizes that do."""
    output, answer = answered.output, answered.settings
    first, last = answer.listed[0], answer.listed[-1]
    title = Text(f"{answered.name}: " if answered.name else "", style="muted")
    # Settings that differ in size alone.
    if first.size != last.size or answer.count == 1 < len(answer.listed):
        span = f"{first.size:,} to {first.size + answer.count - 1:,}"
        title.append(f"input sizes {span} give an output of {output:,}", style="bold default")
        why = f"the floor swallows the difference: {answer.count:,} sizes, one stride of them, give the same output"
        if family == "transposed":
            why = "padding leaves the same output"
        return Group(title, Text(why, style="muted"))
    title.append(f"size {first.size:,} → output {output:,}", style="bold default")
    columns = ["kernel", "stride", "padding", "dilation", *(["output_padding"] if family == "transposed" else [])]
    rows = table(*columns, left=0)
    for setting in answer.listed[:SHOWN]:
        rows.add_row(*(f"{getattr(setting, column):,}" for column in columns))
    parts: list[RenderableType] = [title, "", rows]
    if answer.count > SHOWN:
        limits = f"kernels to {max(KERNELS)} and dilations to {max(DILATIONS)} where they aren't fixed"
        more = f"and {answer.count - SHOWN:,} more ({limits}); a flag fixes any of them, --json lists up to a thousand"
        parts += ["", Text(more, style="muted")]
    if family == "conv" and first.size == output and all(setting.stride == 1 for setting in answer.listed):
        same = "--padding same keeps the size for any kernel: the effective kernel − 1 cells, an odd one on the right"
        parts += ["", Text(same, style="muted")]
    return Group(*parts)
