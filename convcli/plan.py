"""From a request to all that is known without torch: layer, input, axes, shapes, counts.

This is what the first table shows while torch is still loading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from convcli.arithmetic.windows import Windows
from convcli.data.arrays import STDIN, Array, ramp
from convcli.data.samples import LARGER, SAMPLES, Experiment, sample_for, weights_of
from convcli.layers import LAYERS, Windowed
from convcli.layers.base import Remark, refusal_of, whole
from convcli.matching import nearest
from convcli.refusals import (
    BiasShape,
    Change,
    ConvcliError,
    InputAndSize,
    KernelLarger,
    NotPositive,
    Rank,
    Refusal,
    SizeCount,
    UnknownLayer,
    WeightChannels,
    WeightKernel,
    WeightRank,
)
from convcli.wording import unread_words


@dataclass(frozen=True, slots=True)
class Plan:
    """A layer, its input and everything that follows from their sizes alone.

    ``shape`` is the input's ``[batch, channels, *sizes]``; ``weight`` and ``bias`` are what was asked for, None for
    torch's own under ``seed``. ``flip`` turns the kernel round along every spatial axis before it is used.
    """

    layer: Windowed
    input: Array
    shape: tuple[int, ...]
    axes: tuple[Windows, ...]
    weight: Array | None = None
    bias: Array | None = None
    seed: int = 0
    flip: bool = False

    @property
    def code(self) -> str:
        """The layer as Python, with what is done to its weight."""
        return f"{self.layer.code}  # {self.turned}" if self.flip else self.layer.code

    @property
    def turned(self) -> str:
        """The weight turned round, as Python."""
        return f"weight.flip({', '.join(str(axis) for axis in range(-self.layer.ndim, 0))})"

    @property
    def added(self) -> int:
        """How many leading axes the input lacked."""
        return len(self.shape) - len(self.input.shape)

    @property
    def axis_names(self) -> tuple[str, ...]:
        return ("batch", "channels", *self.layer.axis_names)

    @property
    def output_names(self) -> tuple[str, ...]:
        return ("batch", "channels", *self.layer.output_names)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.layer.shape_of(self.shape, self.axes)

    @property
    def parameters(self) -> int:
        return self.layer.parameters

    @property
    def macs(self) -> int:
        return self.layer.macs(self.shape)

    @property
    def work(self) -> int:
        """How many products torch works out, or for a pooling how many cells it looks at, of the whole batch."""
        return self.shape[0] * self.macs or prod(self.output_shape) * self.layer.largest_window(self.axes)

    @property
    def memory(self) -> dict[str, int]:
        """Bytes of what goes in, of what is learned and of what comes out, the whole batch as float32."""
        numbers = {"input": prod(self.shape), "weights": self.parameters, "output": prod(self.output_shape)}
        indices = {"indices": 8 * numbers["output"]} if self.layer.returns_indices else {}
        return {name: 4 * count for name, count in numbers.items()} | indices

    @property
    def remarks(self) -> list[Remark]:
        """What an argument changes in this very result: a label and a sentence each."""
        return [*self.layer.remarks(self.shape), *([("flip", self._flip_words)] if self.flip else [])]

    @property
    def _flip_words(self) -> str:
        turned = f"the kernel is turned round along {' and '.join(self.layer.axis_names)} before it is used"
        if self.layer.transposed:
            return f"{turned}: cross-correlation, as a kernel that is stamped is convolved as it stands"
        return f"{turned}: convolution proper, as mathematics, NumPy and SciPy have it"

    @property
    def weight_origin(self) -> str:
        """Where the weights are from."""
        origin = f"PyTorch's default, seed {self.seed}"
        if self.weight is not None:
            origin = f"{self.weight.source}: {self.weight.about}" if self.weight.about else "given"
        return f"{origin}, turned round" if self.flip else origin

    @property
    def unread(self) -> list[str]:
        """What no window reads, in a sentence for each axis that has such cells."""
        return [words for words in map(unread_words, self.axes) if words]

    @property
    def lines(self) -> list[Sequence[float]]:
        """The input's values on its only axis, a line for each channel; none where there are more axes or items."""
        if len(self.axes) > 1 or self.shape[0] > 1:
            return []
        if self.input.data is None:
            return [range(1, self.shape[-1] + 1)] * self.shape[1]
        values = self.input.data
        for _ in self.input.shape[2:]:
            values = values[0]
        return [values] if len(self.input.shape) == 1 else list(values)


def make_plan(
    name: str,
    arguments: Mapping[str, Any],
    *,
    input: Array | None = None,
    size: Sequence[int] | None = None,
    weight: Array | None = None,
    bias: Array | None = None,
    seed: int = 0,
    flip: bool = False,
    depthwise: bool = False,
) -> Plan:
    """Work out a layer, by torch's name and arguments, and its input; what was left out follows.

    >>> plan = make_plan("conv1d", {"kernel_size": 3, "stride": 2})
    >>> plan.shape, plan.output_shape, plan.macs
    ((1, 1, 10), (1, 1, 4), 12)

    With ``depthwise``, and no channels asked for, each channel gets the kernel on its own.

    Raises:
        Refusal: where torch would refuse, or what was asked for disagrees.
    """
    given: dict[str, Any] = {"input": input, "size": size, "weight": weight, "bias": bias}
    rest: dict[str, Any] = {"seed": seed, "flip": flip, "depthwise": depthwise}
    try:
        return _planned(name, arguments, **given, **rest)
    except Refusal as refusal:
        refusal.refused_by = lambda change: refusal_of(_changed, name, arguments, given, change, rest)
        if isinstance(refusal, KernelLarger):
            refusal.piped = input is not None and input.source == STDIN
            refusal.larger = LARGER.get(len(refusal.axes), "") if refusal.piped or not (input or size) else ""
        raise


def _changed(
    name: str, arguments: Mapping[str, Any], given: Mapping[str, Any], change: Change, rest: Mapping[str, Any]
) -> Plan:
    """The plan of a request in which some of what was said is said otherwise."""
    named = {key: value for key, value in change.items() if key not in given}
    fed = {key: value for key, value in change.items() if key in given}
    if "input" in fed:
        fed["input"] = SAMPLES[fed["input"]]
    if isinstance(fed.get("size"), int):
        fed["size"] = (fed["size"],)
    return make_plan(name, {**arguments, **named}, **{**given, **fed}, **rest)


def _planned(
    name: str,
    arguments: Mapping[str, Any],
    input: Array | None,
    size: Sequence[int] | None,
    weight: Array | None,
    bias: Array | None,
    seed: int,
    flip: bool,
    depthwise: bool,
) -> Plan:
    family = LAYERS.get(name.lower())
    if family is None or not issubclass(family, Windowed):
        windowed = [known for known, layer in LAYERS.items() if issubclass(layer, Windowed)]
        raise UnknownLayer(name=name, near=nearest(name, windowed, 2))
    if input is not None and size is not None:
        raise InputAndSize()
    asked = {name: value for name, value in arguments.items() if value is not None}
    learned = "out_channels" in family.defaults()
    if not learned and (weight is not None or bias is not None or flip):
        raise ConvcliError(f"nn.{family.__name__} has neither weights nor a bias", "leave them out")
    if weight is not None:
        asked = _with_weight(asked, weight, family)
        if asked.setdefault("bias", True) and bias is None and not family.transposed:
            bias = weight.bias
        if bias is None:
            asked["bias"] = False
    channels = asked.get("in_channels")
    source = input or _default_input(family.ndim, channels, size)
    shape = _with_leading_axes(source.shape, family.ndim)
    if learned:
        asked.setdefault("in_channels", shape[1])
        if depthwise and not {"out_channels", "groups"} & set(asked):
            asked["groups"] = asked["in_channels"]
        # The fewest output channels that the groups allow.
        asked.setdefault("out_channels", max(1, asked.get("groups", 1)))
    try:
        layer = family.made_with(family.suggested | asked)
        assert isinstance(layer, Windowed)
        axes = layer.axes(shape)
    except Refusal as refusal:
        refusal.given = source.shape
        raise
    if bias is not None and bias.shape not in {(layer.bias_size,), (1,)}:
        raise BiasShape(shape=bias.shape, out_channels=layer.bias_size)
    return Plan(layer, source, shape, axes, weight, bias, seed, flip)


def plan_of(post: Experiment) -> Plan:
    """One of the post's layers on its input, with the weights that it had there.

    >>> from convcli.data.samples import experiment
    >>> plan_of(experiment("cnn1d_2")).weight_origin
    'cnn1d_2: seed 0 once, the 2nd layer built'
    """
    return make_plan(post.type, post.arguments, input=SAMPLES[post.input], weight=weights_of(post))


def _default_input(ndim: int, channels: int | None, size: Sequence[int] | None) -> Array:
    if size is not None:
        sizes = tuple(whole("size", value) for value in size)
        for value in sizes:
            if value < 1:
                raise NotPositive(name="size", value=value, values=sizes)
        sizes = sizes * ndim if len(sizes) == 1 else sizes
        if not ndim <= len(sizes) <= ndim + 2:
            raise SizeCount(values=sizes, ndim=ndim)
        if len(sizes) == ndim and channels is not None and channels > 1:
            sizes = (channels, *sizes)
        return ramp(sizes)
    if channels is not None and channels < 1:
        raise NotPositive(name="in_channels", value=channels)
    if sample := sample_for(ndim, channels):
        return replace(sample, axes=())  # nobody said what its axes are to be
    return ramp((channels or 1, *(10,) * ndim))


def _with_leading_axes(shape: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    if not ndim <= len(shape) <= ndim + 2:
        raise Rank(shape=shape, ndim=ndim)
    return (1,) * (ndim + 2 - len(shape)) + tuple(shape)


def _with_weight(asked: Mapping[str, Any], weight: Array, family: type[Windowed]) -> dict[str, Any]:
    """The arguments with kernel and channels following from the weight, where they weren't asked for."""
    ndim, rank = family.ndim, len(weight.shape)
    if rank not in (ndim, ndim + 2):
        layer: dict[str, Any] = {"type": family.__name__, "ndim": ndim, "transposed": family.transposed}
        raise WeightRank(source=weight.source, shape=weight.shape, of_a_layer=weight.bias is not None, **layer)
    kernel = weight.shape[-ndim:]
    follows: dict[str, Any] = {"kernel_size": kernel} | dict(asked)
    asked_kernel = family.each_axis("kernel_size", follows["kernel_size"])
    if asked_kernel != kernel:
        raise WeightKernel(shape=weight.shape, kernel=asked_kernel)
    if rank == ndim:
        return follows
    names = ("in_channels", "out_channels") if family.transposed else ("out_channels", "in_channels")
    expected = dict(zip(names, (weight.shape[0], weight.shape[1] * max(1, follows.get("groups", 1))), strict=True))
    for name, value in expected.items():
        if follows.setdefault(name, value) != value:
            raise WeightChannels(shape=weight.shape, name=name, value=follows[name], fits=value)
    return follows
