"""``formula``: the output size, worked step by step, without torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from convcli.cli.streams import show, write
from convcli.cli.typed import EACH, NUMBER, PADDING, PER_AXIS, Sizes, flag, typed_command
from convcli.refusals import BelongsTo, Contradiction, Refusal, Spelling, Words
from convcli.sizing import backwards, forwards
from convcli.views.worked import introduction, worked_out
from convcli.wording import counted


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
    in_channels: int | None = flag("--in", help="Channels in: counts parameters and MACs.", **NUMBER)
    out_channels: int | None = flag("--out", help="Channels out, the same.", **NUMBER)
    groups: int | None = flag("--groups", "-g", help="Channel groups, with --in and --out.", **NUMBER)
    bias: bool = flag("--no-bias", help="No bias, with --in and --out.", default=True)
    algebra: bool = flag("--algebra", help="Token by token.", default=False)
    as_json: bool = flag("--json", help="One JSON object on stdout.", default=False)


SIZES = ("size", "kernel_size", "stride", "padding", "dilation", "output_padding", "output")
CHANNELS = ("in_channels", "out_channels", "groups")


class NothingToCount(Refusal):
    """``names`` ask for parameters and MACs where no layer has any."""

    names: Sequence[str]
    because: str

    def said(self, spell: Spelling) -> Words:
        names = " and ".join(map(spell, self.names))
        return f"no parameters are counted with {names}: {self.because}", f"leave {names} out"


class OneSideCounted(Refusal):
    """Of the channels, those that were said: None where none were; those out alone may have been meant for a size."""

    in_channels: int | None
    out_channels: int | None
    groups: int

    def said(self, spell: Spelling) -> Words:
        ins, outs = self.in_channels or 3 * self.groups, self.out_channels or 64 * self.groups
        fix = f"give both, {spell('in_channels', ins)} {spell('out_channels', outs)}"
        if self.out_channels and not self.in_channels:
            cells = counted(self.out_channels, "cell")
            fix += f"; or {spell('output', self.out_channels)} instead, for an output of {cells}"
        sides = f"{spell('in_channels')} and {spell('out_channels')}"
        return f"parameters and MACs need {sides}, the channels on either side", fix


def formula(flags: FormulaFlags) -> None:
    """The output-size formula, worked step by step, or backwards with --output or --keep.

    \b
    convcli formula
    convcli formula --size 224 --kernel 7 --stride 2 --padding 3
    convcli formula --size 224x224 --kernel 3 --in 3 --out 64
    convcli formula --size 7 --kernel 2 --ceil-mode
    convcli formula --size 224 --output 112
    convcli formula --output 112 --kernel 3 --stride 2 --padding 1
    convcli formula --size 28 --keep --kernel 5
    """
    check(flags)
    family = "transposed" if flags.transposed else "pool" if flags.pool or flags.ceil_mode else "conv"
    asked: dict[str, Any] = {name: value for name in SIZES if (value := getattr(flags, name)) is not None}
    if flags.as_json:
        from convcli.views.as_json import answers_object, as_text, formula_object

    if not (asked or flags.as_json or family != "conv" or flags.keep or flags.in_channels or flags.algebra):
        show(introduction())
    elif flags.keep or flags.output:
        answers = backwards(family, asked, flags.ceil_mode, flags.keep)
        if flags.as_json:
            write(as_text(answers_object(answers)))
        else:
            from convcli.views.backwards import answered

            show(*answered(answers))
    else:
        channels = {name: value for name in CHANNELS if (value := getattr(flags, name)) is not None}
        bias = {} if flags.bias else {"bias": False}
        sized = forwards(family, asked | channels | bias, flags.ceil_mode)
        if flags.as_json:
            write(as_text(formula_object(family, sized, counted=bool(channels))))
        else:
            show(worked_out(sized, bool(channels), remark(family, asked), flags.algebra))


def check(flags: FormulaFlags) -> None:
    """Refuse flags that say nothing together."""
    pool = "pool" if flags.pool else "ceil_mode" if flags.ceil_mode else ""
    if flags.transposed and pool:
        raise Contradiction(one="transposed", other=pool)
    if flags.output_padding is not None and not flags.transposed:
        raise BelongsTo(name="output_padding", owner="transposed")
    if flags.keep and flags.output:
        raise Contradiction(one="keep", other="output")
    channels = [name for name in CHANNELS if getattr(flags, name) is not None] + ["bias"] * (not flags.bias)
    if channels and pool:
        raise NothingToCount(names=channels, because="a pooling has no weights")
    if channels and (flags.keep or flags.output):
        raise NothingToCount(names=channels, because="backwards no layer is chosen yet")
    if channels and (flags.in_channels is None or flags.out_channels is None):
        raise OneSideCounted(
            in_channels=flags.in_channels, out_channels=flags.out_channels, groups=max(1, flags.groups or 1)
        )


def remark(family: str, asked: dict[str, Any]) -> str:
    """What a pooling takes for what wasn't said, and that channels are no axis."""
    taken = [] if "kernel_size" in asked else ["kernel 2"]
    taken += [] if "stride" in asked else ["stride = kernel"]
    if family == "pool" and taken:
        return f"a pooling's own defaults: {', '.join(taken)}"
    channels, *sizes = asked.get("size", (0,))
    if len(sizes) == 2 and channels in (1, 3, 4) and min(sizes) > channels:
        picture = "x".join(map(str, sizes))
        return f"three axes, as a 3d layer has; if {channels} are channels: --size {picture}"
    return ""


command = typed_command(formula, FormulaFlags)
