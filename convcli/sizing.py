"""The output-size formula asked: forwards an output size, backwards settings or input sizes. No torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from convcli.arithmetic.axis import Axis
from convcli.layers import LAYERS, Layer, Sliding
from convcli.refusals import AXIS_NAMES, NotPositive, Refusal, Spelling, Words

if TYPE_CHECKING:
    from convcli.arithmetic.inverse import Setting, Settings

LAYER_NAMES = {"conv": "conv", "transposed": "convtranspose", "pool": "maxpool"}
NAMES = {"kernel_size": "kernel"}  # what the formula calls an argument
SEVERAL = 4  # times smaller, or larger, is what one layer does; more is done by several


class TooManyAxes(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        return f"{self.count} axes were given; a layer has at most 3", f"try {spell('size', (28, 28))}"


class KeepWithoutSize(Refusal):
    def said(self, spell: Spelling) -> Words:
        return f"{spell('keep')} needs the size to keep", f"try {spell('size', 28)} {spell('keep')}"


class PaddingWordBackwards(Refusal):
    value: str

    def said(self, spell: Spelling) -> Words:
        return f"padding {self.value!r} can't be worked backwards", f"leave {spell('padding')} out"


class NoSetting(Refusal):
    """Nothing gives ``output``; ``same_keeps``: padding 'same' gives it; ``lifted``: what could be left out for it."""

    asked: Mapping[str, int]
    output: int
    settings: "Settings"
    same_keeps: bool
    lifted: Sequence[str]

    def said(self, spell: Spelling) -> Words:
        setting = ", ".join(f"{NAMES.get(name, name).replace('_', ' ')} {value}" for name, value in self.asked.items())
        what = "setting" if "size" in self.asked else "input size"
        why = f"no {what} with {setting} gives an output of {self.output}"
        nearest, step = self.settings.nearest, self.settings.step
        if self.settings.count is None:
            why = f"{why} among those tried, which aren't all"
        elif nearest and (self.output - nearest) % step:
            why = f"{why}; with these the output changes in steps of {step}, and the nearest that can be is {nearest}"
        elif nearest:
            why = f"{why}; the nearest that can be is {nearest}"
        fixes = [spell("output", nearest)] if nearest else []
        if self.same_keeps:
            fixes.append(f"{spell('padding', 'same')} forwards, which puts the odd cell on the right")
        fixes += [f"leave {spell(name)} out" for name in self.lifted]
        return why, f"try {', or '.join(fixes)}" if fixes else "choose other numbers"


@dataclass(frozen=True, slots=True)
class Answer:
    """One axis worked backwards, to settings or, where no size was asked for, to input sizes.

    The name is empty where it stands for all axes; ``fixed`` is what was asked for besides the output.
    """

    name: str
    output: int
    settings: "Settings"
    family: str = "conv"
    ceil_mode: bool = False
    fixed: Mapping[str, int] = field(default_factory=dict)

    @property
    def distinct(self) -> Sequence["Setting"]:
        """The settings; of those alike but for the stride of a single window, which is never taken, the first."""
        windows = self.fixed["size"] if self.family == "transposed" else self.output
        if windows > 1:
            return self.settings.listed
        kept: dict[tuple[int, ...], Setting] = {}
        for each in self.settings.listed:
            kept.setdefault((each.kernel, each.padding, each.dilation, each.output_padding), each)
        return tuple(kept.values())

    def axis(self, setting: "Setting") -> Axis:
        """The windows of one of the settings."""
        return setting.axis(self.family, self.ceil_mode)

    def lost(self, setting: "Setting") -> float:
        """Which share of the input is never read, or of a transposed layer's output never written."""
        axis = self.axis(setting)
        return axis.lost / (axis.output if axis.transposed else axis.size)

    def relation(self, stride: int) -> tuple[int, int] | None:
        """What dilation·(kernel − 1) − 2·padding, and a transposed layer's output padding, have to be: from, to.

        Every setting of that stride for which it holds does it; None: it is not as simple with ceil_mode.

        >>> backwards("conv", {"size": (224,), "output": (112,)})[0].relation(2)
        (0, 1)
        """
        size, output = self.fixed["size"], self.output
        if self.ceil_mode:
            return None
        if self.family == "transposed":
            return (output - 1 - (size - 1) * stride,) * 2
        return size - output * stride, size - 1 - (output - 1) * stride

    def several_layers(self) -> list["Setting"]:
        """Layers that halve the size, or double it, and the last that makes the output; empty: one layer does."""
        from convcli.arithmetic.inverse import Setting, solve

        size, output, up = self.fixed["size"], self.output, self.family == "transposed"
        small, large = (size, output) if up else (output, size)
        if small == 1 or large <= SEVERAL * small or {"kernel_size", "stride"} & set(self.fixed):
            return []
        kernel, padding = {"conv": (3, 1), "pool": (2, 0), "transposed": (4, 1)}[self.family]
        steps = []
        while 2 * size < output if up else size // 2 > output:
            steps.append(Setting(size, kernel, 2, padding, 1))
            size = self.axis(steps[-1]).output
        last = solve(size, output, self.family, ceil_mode=self.ceil_mode).listed
        return [*steps, last[0]]


@dataclass(frozen=True, slots=True)
class Sized:
    """A layer and an input of one sample, ``[1, channels, *sizes]``, as far as their sizes go."""

    layer: Sliding
    shape: Sequence[int]
    axes: Sequence[Axis]

    @property
    def macs(self) -> int:
        return self.layer.macs(self.shape)


def in_common(answers: Sequence[Answer]) -> list[tuple["Setting", ...]]:
    """The settings that do it along each axis, one each, alike but for the size; the commonest first.

    >>> both = backwards("conv", {"size": (224, 200), "output": (112, 100)})
    >>> [setting.size for setting in in_common(both)[0]], in_common(both)[0][0].kernel
    ([224, 200], 3)
    """
    others = [{replace(each, size=0): each for each in answer.settings.listed} for answer in answers]
    alike = ([other.get(replace(each, size=0)) for other in others] for each in answers[0].settings.listed)
    return [tuple(each for each in row if each) for row in alike if all(row)]


def forwards(family: str, asked: Mapping[str, Any], ceil_mode: bool = False) -> Sized:
    """A "conv", a "transposed" or a "pool" layer with these sizes, and channels, one unless asked for.

    >>> [axis.output for axis in forwards("conv", {"size": (28, 32), "kernel_size": (3,)}).axes]
    [26, 30]
    """
    ndim = _axes_asked(asked)
    sizes = LAYERS[f"conv{ndim}d"].each_axis("size", asked.get("size", (10,)))
    layer = _layer(family, ndim, {name: value for name, value in asked.items() if name != "size"}, ceil_mode)
    shape = (1, asked.get("in_channels", 1), *(size or 0 for size in sizes))
    return Sized(layer, shape, layer.axes(shape))


def backwards(family: str, asked: Mapping[str, Any], ceil_mode: bool = False, keep: bool = False) -> list[Answer]:
    """What gives ``output``, or with ``keep`` the size itself: settings where the size is known, else input sizes.

    Raises:
        Refusal: nothing does.
    """
    if keep and "size" not in asked:
        raise KeepWithoutSize()
    if isinstance(padding := asked.get("padding"), str):
        if padding != "valid":
            raise PaddingWordBackwards(value=padding)
        asked = {**asked, "padding": (0,)}
    ndim = _axes_asked(asked)
    each = {name: LAYERS[f"conv{ndim}d"].each_axis(name, value) for name, value in asked.items()}
    each["output"] = each["size"] if keep else each["output"]
    for name, values in each.items():
        least = min(value or 0 for value in values)
        if least < (0 if "padding" in name else 1):
            raise NotPositive(name=name, value=least)
    asks = [{name: values[i] or 0 for name, values in each.items()} for i in range(ndim)]
    if all(ask == asks[0] for ask in asks):
        return [_answer(family, "", asks[0], ceil_mode)]
    return [_answer(family, name, ask, ceil_mode) for name, ask in zip(AXIS_NAMES[ndim], asks, strict=True)]


def _axes_asked(asked: Mapping[str, Any]) -> int:
    ndim = max({len(value) for value in asked.values() if isinstance(value, tuple)} - {1}, default=1)
    if ndim > max(AXIS_NAMES):
        raise TooManyAxes(count=ndim)
    return ndim


def _layer(family: str, ndim: int, arguments: Mapping[str, Any], ceil_mode: bool) -> Sliding:
    name = f"{LAYER_NAMES[family]}{ndim}d"
    besides = {"ceil_mode": ceil_mode} if family == "pool" else {"in_channels": 1, "out_channels": 1}
    layer = Layer.of(name, **{**LAYERS[name].suggested, **besides, **arguments})
    assert isinstance(layer, Sliding)
    return layer


def _answer(family: str, name: str, ask: dict[str, int], ceil_mode: bool) -> Answer:
    """One axis: the settings, or the input sizes as settings that differ in size alone."""
    output = ask["output"]
    asked = {name: value for name, value in ask.items() if name != "output"}
    settings = _settings(family, asked, output, ceil_mode)
    if not settings.listed:
        if settings.nearest is None:  # then what is fixed may be what torch refuses, whatever the rest is
            layer = _layer(family, 1, {name: value for name, value in asked.items() if name != "size"}, ceil_mode)
            layer.axes((1, 1, asked.get("size", 1)))
        lifted = [each for each in asked if each != "size" and _lifts(family, asked, output, ceil_mode, each)]
        same = family == "conv" and asked.get("size") == output and asked.get("stride", 1) == 1
        same_keeps = same and "padding" not in asked
        if "size" not in asked:
            asked = _assumed(family, asked, ceil_mode)
        raise NoSetting(asked=asked, output=output, settings=settings, same_keeps=same_keeps, lifted=lifted[:1])
    return Answer(name, output, settings, family, ceil_mode, asked)


def _assumed(family: str, asked: Mapping[str, int], ceil_mode: bool) -> dict[str, int]:
    """What was asked for, and what the layer takes for the rest."""
    [axis] = _layer(family, 1, asked, ceil_mode).windows((1,))
    taken = {"kernel_size": axis.kernel, "stride": axis.stride, "padding": axis.before}
    return taken | {name: value for name, value in asked.items() if name not in taken}


def _lifts(family: str, asked: Mapping[str, int], output: int, ceil_mode: bool, name: str) -> bool:
    """Whether something gives the output once an argument is left out."""
    rest = {each: value for each, value in asked.items() if each != name}
    return bool(_settings(family, rest, output, ceil_mode).listed)


def _settings(family: str, asked: Mapping[str, int], output: int, ceil_mode: bool) -> "Settings":
    from convcli.arithmetic.inverse import solve, with_sizes

    if "size" in asked:
        fixed = {NAMES.get(name, name): value for name, value in asked.items() if name != "size"}
        return solve(asked["size"], output, family, ceil_mode=ceil_mode, **fixed)
    return with_sizes(_layer(family, 1, asked, ceil_mode).windows((1,))[0], output)
