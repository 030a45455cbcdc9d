"""The output-size formula asked: forwards an output size, backwards settings or input sizes. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convcli.arithmetic import inverse
from convcli.arithmetic.axis import Axis
from convcli.layers import LAYERS, Layer, Sliding
from convcli.refusals import AXIS_NAMES, NotPositive, Refusal, Spelling, in_python

LAYER_NAMES = {"conv": "conv", "transposed": "convtranspose", "pool": "maxpool"}
NAMES = {"kernel_size": "kernel"}  # what the formula calls an argument


class TooManyAxes(Refusal):
    count: int

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return f"{self.count} axes were given; a layer has at most 3", f"try {spell('size', '28x28')}"


class KeepWithoutSize(Refusal):
    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return f"{spell('keep')} needs the size to keep", f"try {spell('size', 28)} {spell('keep')}"


class PaddingWordBackwards(Refusal):
    value: str

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        return f"padding {self.value!r} can't be worked backwards", f"leave {spell('padding')} out"


class NoSetting(Refusal):
    asked: Mapping[str, int]
    output: int
    nearest: int | None

    def words(self, spell: Spelling = in_python) -> tuple[str, str]:
        setting = ", ".join(f"{NAMES.get(name, name)} {value}" for name, value in self.asked.items())
        near, fix = "nothing comes near", "leave a flag out"
        if self.nearest:
            near = f"the nearest that can be is {self.nearest}"
            fix = f"try {spell('output', self.nearest)}, or leave one of the flags out"
        return f"no setting with {setting} gives an output of {self.output}; {near}", fix


@dataclass(frozen=True, slots=True)
class Answer:
    """One axis worked backwards; the name is empty where it stands for all of them."""

    name: str
    output: int
    settings: inverse.Settings


def forwards(family: str, asked: Mapping[str, Any], ceil_mode: bool = False) -> tuple[Axis, ...]:
    """The axes of a "conv", a "transposed" or a "pool" layer with these sizes.

    >>> [axis.output for axis in forwards("conv", {"size": (28, 32), "kernel_size": (3,)})]
    [26, 30]
    """
    ndim = _axes_asked(asked)
    sizes = LAYERS[f"conv{ndim}d"].each_axis("size", asked.get("size", (10,)))
    layer = _layer(family, ndim, {name: value for name, value in asked.items() if name != "size"}, ceil_mode)
    return layer.axes((1, 1, *(size or 0 for size in sizes)))


def backwards(family: str, asked: Mapping[str, Any], ceil_mode: bool = False, keep: bool = False) -> list[Answer]:
    """What gives ``output``, or with ``keep`` the size itself: settings where the size is known, else input sizes.

    Raises:
        Refusal: nothing does.
    """
    if keep and "size" not in asked:
        raise KeepWithoutSize()
    if isinstance(asked.get("padding"), str):
        raise PaddingWordBackwards(value=asked["padding"])
    ndim = _axes_asked(asked)
    each = {name: LAYERS[f"conv{ndim}d"].each_axis(name, value) for name, value in asked.items()}
    each["output"] = each["size"] if keep else each["output"]
    if keep and family == "conv":
        each.setdefault("stride", (1,) * ndim)
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
    layer = Layer.of(name, **{**LAYERS[name].suggested, **arguments, **besides})
    assert isinstance(layer, Sliding)
    return layer


def _answer(family: str, name: str, ask: dict[str, int], ceil_mode: bool) -> Answer:
    """One axis: the settings, or the input sizes as settings that differ in size alone."""
    output = ask["output"]
    asked = {name: value for name, value in ask.items() if name != "output"}
    if "size" in asked:
        fixed: dict[str, Any] = {NAMES.get(n, n): value for n, value in asked.items() if n != "size"}
        settings = inverse.solve(asked["size"], output, family, **fixed, **({"ceil_mode": True} if ceil_mode else {}))
    else:
        settings = inverse.with_sizes(_layer(family, 1, asked, ceil_mode).windows((1,))[0], output)
    if not settings.count:
        raise NoSetting(asked=asked, output=output, nearest=settings.nearest)
    return Answer(name, output, settings)
