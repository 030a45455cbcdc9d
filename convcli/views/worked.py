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
    "output_padding": "cells added to one end of a transposed output",
    "⌊ ⌋": "the floor: rounds down; what it drops is never read",
    "⌈ ⌉": "the ceiling: rounds up",
}


def in_symbols(axis: Axis) -> str:
    """The formula of this kind of axis, as PyTorch's documentation has it.

    >>> in_symbols(Axis(10, 3))
    '⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1'
    """
    padding = "2·padding" if axis.before == axis.after else "padding before {} padding after"
    if axis.transposed:
        padding = padding.format("−")
        return f"(size − 1)·stride − {padding} + dilation·(kernel − 1) + output_padding + 1"
    left, right = _brackets(axis)
    return f"{left}(size + {padding.format('+')} − dilation·(kernel − 1) − 1) / stride{right} + 1"


def _brackets(axis: Axis) -> tuple[str, str]:
    return ("⌈", "⌉") if axis.ceil_mode else ("⌊", "⌋")


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
    both = p + q
    pads = f"2·{p}" if p == q else f"{p} + {q}"
    if p < 0:
        pads = f"2·({p})"
    summed = f"({both})" if both < 0 else f"{both}"
    gaps = (f"{d}·({k} − 1)", f"{d}·{k - 1}", f"{d * (k - 1)}")
    if axis.transposed:
        op = axis.output_padding
        minus = f"2·{p}" if p == q else f"{p} − {q}"
        rows = [
            f"({n} − 1)·{s} − {minus} + {gaps[0]} + {op} + 1",
            f"{n - 1}·{s} − {both} + {gaps[0]} + {op} + 1",
            f"{(n - 1) * s} − {both} + {gaps[0]} + {op} + 1",
            f"{(n - 1) * s} − {both} + {gaps[1]} + {op} + 1",
            f"{(n - 1) * s} − {both} + {gaps[2]} + {op} + 1",
        ]
        return [*rows, f"{axis.output}"]
    left, right = _brackets(axis)
    spare = axis.spare
    rounded = -(-spare // s) if axis.ceil_mode else spare // s
    rows = [
        f"{left}({n} + {pads} − {gaps[0]} − 1) / {s}{right} + 1",
        f"{left}({n} + {summed} − {gaps[0]} − 1) / {s}{right} + 1",
        f"{left}({n} + {summed} − {gaps[1]} − 1) / {s}{right} + 1",
        f"{left}({n} + {summed} − {gaps[2]} − 1) / {s}{right} + 1",
        f"{left}{spare} / {s}{right} + 1",
    ]
    if spare % s:
        rows.append(f"{left}{decimal(spare, s)}{right} + 1")
    rows.append(f"{rounded} + 1")
    rows.append(f"{rounded + 1}")
    if axis.drops_last_window:
        rows.append(f"{rounded + 1} − 1, the last window would start in the padding behind the input")
        rows.append(f"{rounded}")
    return [row for i, row in enumerate(rows) if row not in rows[:i]]


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
    kept = [row for row in rows[spare:] if "." not in row]
    return " = ".join([rows[0], *kept])


THE_POST = "⌊(size + 2·padding − kernel) / stride⌋ + 1"


def introduction() -> RenderableType:
    """The formula as PyTorch has it and as the post has it, its symbols, and the post's example."""
    axis = Axis(10, kernel=3, stride=2)
    symbols = [row for row in SYMBOLS.items() if row[0] not in ("output_padding", "⌈ ⌉")]
    return Group(
        Text("The output size of a convolution, one axis at a time", style="bold"),
        "",
        labelled([("PyTorch", in_symbols(axis)), ("the post", THE_POST + "   the same at dilation 1")]),
        "",
        labelled(symbols),
        "",
        Text("Worked on the post's cnn1d_2: size 10, kernel 3, stride 2", style="bold"),
        _equations(axis),
        "",
        Text("With your numbers: convcli formula --size 224 --kernel 7 --stride 2 --padding 3", style="dim"),
    )


def worked_out(axes: Sequence[Axis]) -> RenderableType:
    """Each axis worked line by line, the answer first."""
    shape = " × ".join(str(axis.output) for axis in axes)
    parts: list[RenderableType] = [Text(f"output {shape}", style="bold")]
    for i, axis in enumerate(axes):
        if axes[:i] and _same_numbers(axis, axes[i - 1]):
            parts += ["", Text(f"{axis.name}: the same as {axes[i - 1].name}")]
            continue
        parts += ["", *([Text(axis.name, style="cyan")] if len(axes) > 1 else []), _equations(axis)]
    return Group(*parts)


SHOWN = 8


def settings(family: str, answered: Answer) -> RenderableType:
    """The settings that give an output, the commonest first, or the input sizes that do."""
    name, output, answer = answered.name, answered.output, answered.settings
    first = answer.listed[0]
    sizes = [setting.size for setting in answer.listed]
    title = Text(f"{name}: " if name else "", style="cyan")
    if len(set(sizes)) > 1 or answer.count == 1 < len(answer.listed):
        span = f"{sizes[0]:,} to {sizes[0] + answer.count - 1:,}"
        title.append(f"input sizes {span} give an output of {output:,}", style="bold default")
        why = f"the floor swallows the difference: {answer.count:,} sizes, one stride of them, give the same output"
        if family == "transposed":
            why = "padding leaves the same output"
        return Group(title, Text(why, style="dim"))
    title.append(f"size {first.size:,} → output {output:,}", style="bold default")
    columns = ["kernel", "stride", "padding", "dilation"]
    if family == "transposed":
        columns.append("output_padding")
    rows = table(*columns, left=0)
    for setting in answer.listed[:SHOWN]:
        rows.add_row(*(f"{getattr(setting, column):,}" for column in columns))
    parts: list[RenderableType] = [title, "", rows]
    if answer.count > SHOWN:
        limits = f"kernels to {max(KERNELS)} and dilations to {max(DILATIONS)} where they aren't fixed"
        more = f"and {answer.count - SHOWN:,} more ({limits}); a flag fixes any of them, --json lists up to a thousand"
        parts += ["", Text(more, style="dim")]
    if family == "conv" and first.size == output and all(setting.stride == 1 for setting in answer.listed):
        same = "--padding same keeps the size for any kernel: the effective kernel − 1 cells, an odd one on the right"
        parts += ["", Text(same, style="dim")]
    return Group(*parts)


def _same_numbers(one: Axis, other: Axis) -> bool:
    return replace(one, name=other.name) == other


def _equations(axis: Axis) -> RenderableType:
    first = ("output =", in_symbols(axis))
    lines = labelled([first, *(("=".rjust(8), row) for row in worked(axis))])
    unread = unread_words(axis)
    return Group(lines, *([Text(unread)] if unread else []))
