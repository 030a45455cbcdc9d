"""``formula``: the output size, worked step by step, without torch."""

from dataclasses import dataclass

from convcli.cli.streams import show, write
from convcli.cli.typed import EACH, PADDING, PER_AXIS, Sizes, flag, typed_command
from convcli.refusals import ConvcliError
from convcli.sizing import backwards, forwards
from convcli.views.worked import introduction, settings, worked_out


@dataclass(frozen=True, eq=False, repr=False)
class FormulaFlags:
    """What ``formula`` is asked."""

    size: Sizes | None = flag("--size", "-n", help=f"Cells of the input. {EACH}", **PER_AXIS)
    kernel_size: Sizes | None = flag("--kernel", "-k", help="Taps of the kernel.  [default: 3]", **PER_AXIS)
    stride: Sizes | None = flag("--stride", "-s", help="Cells between windows.  [default: 1]", **PER_AXIS)
    padding: Sizes | str | None = flag("--padding", "-p", help="Cells at each end, same, or valid.", **PADDING)
    dilation: Sizes | None = flag("--dilation", "-d", help="Cells between taps.  [default: 1]", **PER_AXIS)
    output_padding: Sizes | None = flag("--output-padding", help="With --transposed.", **PER_AXIS)
    transposed: bool = flag("--transposed", help="A transposed convolution.", default=False)
    pool: bool = flag("--pool", help="A pooling: kernel 2, stride = kernel.", default=False)
    ceil_mode: bool = flag("--ceil-mode", help="A pooling that rounds up.", default=False)
    output: Sizes | None = flag("--output", "-o", help="Backwards: what gives this output?", **PER_AXIS)
    keep: bool = flag("--keep", help="Backwards: what keeps the size?", default=False)
    as_json: bool = flag("--json", help="One JSON object on stdout.", default=False)


SIZES = ("size", "kernel_size", "stride", "padding", "dilation", "output_padding", "output")


def formula(flags: FormulaFlags) -> None:
    """The output-size formula, worked step by step, or backwards with --output or --keep.

    \b
    convcli formula
    convcli formula --size 224 --kernel 7 --stride 2 --padding 3
    convcli formula --size 7 --kernel 2 --ceil-mode
    convcli formula --size 224 --output 112
    convcli formula --output 112 --kernel 3 --stride 2 --padding 1
    convcli formula --size 28 --keep --kernel 5
    """
    pool = flags.pool or flags.ceil_mode
    if flags.transposed and pool:
        raise ConvcliError("--transposed and a pooling (--pool, --ceil-mode) exclude each other", "choose one")
    if flags.output_padding is not None and not flags.transposed:
        raise ConvcliError("--output-padding belongs to a transposed convolution", "add --transposed")
    if flags.keep and flags.output:
        raise ConvcliError("--keep and --output contradict each other", "choose one")
    family = "transposed" if flags.transposed else "pool" if pool else "conv"
    asked = {name: value for name in SIZES if (value := getattr(flags, name)) is not None}
    if flags.as_json:
        from convcli.views.as_json import answers_object, as_text, formula_object

    if not (asked or flags.as_json or flags.transposed or pool or flags.keep):
        show(introduction())
    elif flags.keep or flags.output:
        answers = backwards(family, asked, flags.ceil_mode, flags.keep)
        if flags.as_json:
            write(as_text(answers_object(answers)))
        else:
            show(*(settings(family, answer) for answer in answers))
    else:
        axes = forwards(family, asked, flags.ceil_mode)
        if flags.as_json:
            write(as_text(formula_object(family, axes)))
        else:
            show(worked_out(axes))


command = typed_command(formula, FormulaFlags)
