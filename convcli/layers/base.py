"""What every layer answers, and how it is found by its name. No torch here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from importlib import import_module
from math import isfinite, prod
from operator import index
from typing import Any, ClassVar, TypeVar

from convcli.arithmetic.windows import Windows
from convcli.matching import nearest
from convcli.refusals import (
    AXIS_NAMES,
    AxisCount,
    ConvcliError,
    MissingArgument,
    NotWhole,
    Refusal,
    UnknownArgument,
    UnknownLayer,
)

Shape = tuple[int, ...]
# Arguments that are one whole number.
WHOLE = (
    "in_channels",
    "out_channels",
    "groups",
    "in_features",
    "out_features",
    "start_dim",
    "end_dim",
    "divisor_override",
    "num_features",
    "num_groups",
    "num_channels",
    "num_parameters",
    "num_embeddings",
    "embedding_dim",
    "upscale_factor",
    "downscale_factor",
    "dim",
)
Remark = tuple[str, str]  # a label, and what there is to say
# What an axis of the output comes from: axes of the input, each with what is read along it (None: its own cell alone).
Path = tuple[tuple[int, Windows | None], ...]
AnyLayer = TypeVar("AnyLayer", bound="type[Layer]")


class Layer(ABC):
    """A torch.nn layer, described: a frozen dataclass whose fields are the arguments of the torch.nn class.

    Shapes are ``[batch, channels, *sizes]`` unless a layer says otherwise.

    >>> layer = Layer.of("conv1d", in_channels=1, out_channels=1, kernel_size=3, stride=2)
    >>> layer.code
    'nn.Conv1d(1, 1, kernel_size=3, stride=2)'
    >>> layer.output_shape((1, 1, 10)), layer.parameters, layer.macs((1, 1, 10))
    ((1, 1, 4), 4, 12)

    Raises:
        Refusal: wherever the torch.nn class refuses its arguments or its input.
    """

    summary: ClassVar[str] = ""
    suggested: ClassVar[dict[str, Any]] = {}  # what a command takes for an argument that torch asks for
    ndim: ClassVar[int] = 0  # spatial axes; 0: it takes any number of axes
    per_axis: ClassVar[tuple[str, ...]] = ()  # arguments with one value for each of them
    positional: ClassVar[tuple[str, ...]] = ()  # arguments that are written without their names
    joins: ClassVar[bool] = False  # whether it makes one axis of channels and maps
    work: ClassVar[str] = ""  # what its work is called where tools count it: convolution, linear, norm, activation, …

    @staticmethod
    def of(name: str, **arguments: Any) -> "Layer":
        """The layer of a torch.nn class, in any case of letters, made with torch's arguments; None: torch's default."""
        if name.lower() not in LAYERS:
            import_module("convcli.layers.without_windows")
        layer = LAYERS.get(name.lower())
        if layer is None:
            raise UnknownLayer(name=name, near=nearest(name, LAYERS, 2))
        return layer.made_with(arguments)

    @classmethod
    def made_with(cls, arguments: Mapping[str, Any]) -> "Layer":
        """A layer of this class; one number for an argument that has one for each axis stands for all of them."""
        asked = {name: value for name, value in arguments.items() if value is not None}
        try:
            return cls._made_with(asked)
        except Refusal as refusal:
            refusal.refused_by = lambda change: refusal_of(cls.made_with, asked | change)
            raise

    @classmethod
    def _made_with(cls, asked: Mapping[str, Any]) -> "Layer":
        known = cls.defaults()
        for name in asked:
            if name not in known:
                raise UnknownArgument(name=name, type=cls.__name__, takes=list(known))
        values = {**known, **asked}
        for name, value in values.items():
            if value is MISSING:
                raise MissingArgument(name=name, type=cls.__name__)
            if name in cls.per_axis and (name in asked or isinstance(value, int)):
                values[name] = value if name == "padding" and isinstance(value, str) else cls.each_axis(name, value)
            elif name in WHOLE and value is not None:
                values[name] = whole(name, value)
        return cls(**values)

    @classmethod
    def each_axis(cls, name: str, value: int | Sequence[int | None]) -> tuple[int | None, ...]:
        """One value for every axis.

        >>> LAYERS["conv2d"].each_axis("kernel_size", 3)
        (3, 3)
        """
        each = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
        values = tuple(None if one is None else whole(name, one) for one in each)
        if len(values) not in (1, cls.ndim):
            raise AxisCount(name=name, values=values, axes=AXIS_NAMES[cls.ndim])
        return values * cls.ndim if len(values) == 1 else values

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Every argument of the torch.nn class in its order, with what torch assumes; MISSING: it has to be said."""
        return {field.name: field.default for field in fields(cls)}  # type: ignore[arg-type]

    @property
    def type(self) -> str:
        """The torch.nn class, ``Conv1d``."""
        return type(self).__name__

    def arguments(self) -> dict[str, Any]:
        """Every argument of the torch.nn class, by torch's names, one value for each axis."""
        return {name: getattr(self, name) for name in self.defaults()}

    def assumed(self) -> dict[str, Any]:
        """What torch would take for each argument that is left out."""
        return self.defaults()

    @property
    def code(self) -> str:
        """The layer as Python, what torch assumes left out."""
        parts, assumed = [], self.assumed()
        for name, value in self.arguments().items():
            each = name in self.per_axis
            text = written(value, each)
            if name in self.positional:
                parts.append(text)
            elif text != written(assumed[name], each):
                parts.append(f"{name}={text}")
        return f"nn.{self.type}({', '.join(parts)})"

    def __repr__(self) -> str:
        return self.code

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Layer) and self.arguments() == other.arguments()

    def __hash__(self) -> int:
        return hash((self.type, *self.arguments().values()))

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The spatial axes."""
        return AXIS_NAMES.get(self.ndim, ())

    @abstractmethod
    def output_shape(self, shape: Sequence[int]) -> Shape:
        """The shape that comes out of an input of this shape."""

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        """What each axis of the output comes from; an axis of the input that no path has is read as a whole."""
        return tuple(((i, None),) for i in range(len(shape)))

    def axes(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        """What is read along each axis of which an output reads more than its own cell."""
        return tuple(windows for path in self.paths(shape) for _, windows in path if windows)

    def least_size(self, axis: int, outputs: int) -> int:
        """The smallest size of a spatial axis, counted from 0, that gives at least so many outputs along it."""
        return outputs

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        """The axes that are read as a whole for their statistics, by a norm."""
        return ()

    @property
    def weight_shape(self) -> Shape | None:
        """The shape of the weight; None: there is none."""
        return None

    @property
    def bias_size(self) -> int:
        """How many numbers the bias has; 0: there is none."""
        return 0

    @property
    def weights(self) -> int:
        """How many numbers the weight has."""
        return prod(self.weight_shape or (0,))

    @property
    def parameters(self) -> int:
        """Learned numbers, weights and biases."""
        return self.weights + self.bias_size

    def macs(self, shape: Sequence[int]) -> int:
        """Multiply-accumulates of one sample: weights only, padded taps counted; a layer without weights has none."""
        return 0

    def remarks(self, shape: Sequence[int]) -> Iterator[Remark]:
        """What an argument changes for an input of this shape, in a sentence each; silent where it changes nothing."""
        return iter(())


LAYERS: dict[str, type[Layer]] = {}


def named(layer: AnyLayer) -> AnyLayer:
    """Enter a layer under its class's name."""
    LAYERS[layer.__name__.lower()] = layer
    return layer


def for_axes(*ndims: int) -> Callable[[AnyLayer], AnyLayer]:
    """Enter a layer once for each number of axes, as torch.nn has it: ``Conv`` becomes Conv1d, Conv2d and Conv3d."""

    def enter(layer: AnyLayer) -> AnyLayer:
        for ndim in ndims:
            named(type(f"{layer.__name__}{ndim}d", (layer,), {"ndim": ndim, "__doc__": layer.__doc__}))
        return layer

    return enter


def refusal_of(attempt: Callable[..., object], *request: Any) -> ConvcliError | None:
    """What refuses that which is tried with this request; None: nothing does."""
    try:
        attempt(*request)
    except ConvcliError as error:
        return error
    return None


def whole(name: str, value: Any) -> int:
    """A whole number of any library, as Python's own.

    >>> whole("stride", 2)
    2
    """
    try:
        number = index(value)
    except TypeError:
        raise NotWhole(name=name, value=value) from None
    if not -(2**63) <= number < 2**63:
        raise NotWhole(name=name, value=value)
    return number


def written(value: Any, each_axis: bool = True) -> str:
    """An argument as Python has it, the same number for each axis said once.

    >>> written((3, 3)), written((3, 5)), written(2.0), written(float("inf"))
    ('3', '(3, 5)', '2', "float('inf')")
    """
    if each_axis and isinstance(value, tuple) and len(set(value)) == 1 and value[0] is not None:
        value = value[0]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float) and not isfinite(value):
        return f"float('{value}')"
    return repr(value)
