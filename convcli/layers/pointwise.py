"""Layers of which each output reads its own cell, or its own axis, alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, make_dataclass
from math import prod
from typing import Any

from convcli.arithmetic.windows import Whole
from convcli.layers.base import Layer, Path, Shape, named
from convcli.refusals import (
    Features,
    NoSuchAxis,
    NotPositive,
    OddAxis,
    OneOf,
    OutOfRange,
    ParametersOrOne,
    Rank,
    TooFewAxes,
    Zero,
)


class Pointwise(Layer):
    """A layer that keeps the shape, whatever it is, and leaves each cell where it stands."""

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return tuple(shape)


def axis_of(name: str, value: int, shape: Sequence[int]) -> int:
    """An axis counted from the front; a single number has one too, as torch has it."""
    rank = max(1, len(shape))
    if not -rank <= value < rank:
        raise NoSuchAxis(name=name, value=value, shape=shape)
    return value % rank


class Activation(Pointwise):
    """A function of one number."""

    summary = "a function of each number by itself"
    work = "activation"


# The activations and their arguments, as torch.nn has them.
ACTIVATIONS: dict[str, dict[str, Any]] = {
    "Sigmoid": {},
    "Tanh": {},
    "ReLU": {"inplace": False},
    "ReLU6": {"inplace": False},
    "LeakyReLU": {"negative_slope": 0.01, "inplace": False},
    "RReLU": {"lower": 0.125, "upper": 1 / 3, "inplace": False},
    "ELU": {"alpha": 1.0, "inplace": False},
    "SELU": {"inplace": False},
    "CELU": {"alpha": 1.0, "inplace": False},
    "GELU": {"approximate": "none"},
    "SiLU": {"inplace": False},
    "Mish": {"inplace": False},
    "Hardswish": {"inplace": False},
    "Hardsigmoid": {"inplace": False},
    "Hardtanh": {"min_val": -1.0, "max_val": 1.0, "inplace": False},
    "Softplus": {"beta": 1.0, "threshold": 20.0},
    "Softsign": {},
    "LogSigmoid": {},
    "Tanhshrink": {},
    "Softshrink": {"lambd": 0.5},
    "Hardshrink": {"lambd": 0.5},
}


def _check_alpha(layer: Any) -> None:
    if layer.alpha == 0:
        raise Zero(name="alpha")


def _check_approximate(layer: Any) -> None:
    if layer.approximate not in ("none", "tanh"):
        raise OneOf(name="approximate", value=layer.approximate, choices=("none", "tanh"))


def _check_bounds(layer: Any) -> None:
    if layer.max_val <= layer.min_val:
        raise OutOfRange(name="max_val", value=layer.max_val, because=f"it has to be above min_val, {layer.min_val}")


def _check_lambda(layer: Any) -> None:
    if layer.lambd < 0:
        raise OutOfRange(name="lambd", value=layer.lambd, because="it has to be at least 0")


# Those that tools count as they count ReLU, the others at most as functions.
RECTIFIERS = dict.fromkeys(("ReLU", "ELU", "GELU"), "relu")
RECTIFIERS |= dict.fromkeys(("ReLU6", "LeakyReLU", "SiLU"), "leaky relu")
CHECKS: dict[str, Callable[[Any], None]] = {
    "CELU": _check_alpha,
    "GELU": _check_approximate,
    "Hardtanh": _check_bounds,
    "Softshrink": _check_lambda,
}
for _name, _arguments in ACTIVATIONS.items():
    _fields = [(argument, type(default), field(default=default)) for argument, default in _arguments.items()]
    _members: dict[str, Any] = {"__doc__": f"``nn.{_name}``: {Activation.summary}; any shape."}
    _members["work"] = RECTIFIERS.get(_name, Activation.work)
    if _name in CHECKS:
        _members["__post_init__"] = CHECKS[_name]
    named(make_dataclass(_name, _fields, bases=(Activation,), namespace=_members, frozen=True, eq=False, repr=False))


@named
@dataclass(frozen=True, eq=False, repr=False)
class Threshold(Activation):
    """``nn.Threshold``: what isn't above the threshold becomes ``value``."""

    summary = "replaces what isn't above a threshold"
    positional = ("threshold", "value")

    threshold: float
    value: float
    inplace: bool = False


@named
@dataclass(frozen=True, eq=False, repr=False)
class PReLU(Activation):
    """``nn.PReLU``: a slope below zero that is learned, one for all channels or one for each."""

    summary = "a ReLU whose slope below zero is learned"
    work = "relu"

    num_parameters: int = 1
    init: float = 0.25

    def __post_init__(self) -> None:
        if self.num_parameters < 1:
            raise NotPositive(name="num_parameters", value=self.num_parameters)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        channels = shape[1] if len(shape) > 1 else 1
        if self.num_parameters not in (1, channels):
            raise ParametersOrOne(code=self.code, value=self.num_parameters, channels=channels, shape=shape)
        return tuple(shape)

    @property
    def weight_shape(self) -> Shape:
        return (self.num_parameters,)


class _AlongAxis(Activation):
    """What sums up one axis; without ``dim`` torch takes the channels, or the last where there are two axes or four."""

    dim: int | None

    def axis(self, shape: Sequence[int]) -> int:
        return (0 if len(shape) in (0, 1, 3) else 1) if self.dim is None else axis_of("dim", self.dim, shape)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        self.axis(shape)
        return tuple(shape)

    def averaged(self, shape: Sequence[int]) -> Sequence[int]:
        return (self.axis(shape),)


@named
@dataclass(frozen=True, eq=False, repr=False)
class Softmax(_AlongAxis):
    """``nn.Softmax``: shares of one along an axis."""

    summary = "shares of one along an axis"
    work = "softmax"

    dim: int | None = None


@named
@dataclass(frozen=True, eq=False, repr=False)
class LogSoftmax(_AlongAxis):
    """``nn.LogSoftmax``: the logarithms of a softmax."""

    summary = "the logarithms of shares of one along an axis"
    work = "log softmax"

    dim: int | None = None


@named
@dataclass(frozen=True, eq=False, repr=False)
class GLU(Layer):
    """``nn.GLU``: one half of an axis times the sigmoid of the other."""

    summary = "one half of an axis gates the other"

    dim: int = -1

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if not shape:
            raise TooFewAxes(type=self.type, least=1, shape=shape)
        axis = axis_of("dim", self.dim, shape)
        if shape[axis] % 2:
            raise OddAxis(type=self.type, axis=axis, shape=shape)
        return (*shape[:axis], shape[axis] // 2, *shape[axis + 1 :])

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        self.output_shape(shape)
        axis = axis_of("dim", self.dim, shape)
        whole = Whole(shape[axis], shape[axis] // 2)
        return tuple(((i, whole if i == axis and i > 1 else None),) for i in range(len(shape)))


@named
@dataclass(frozen=True, eq=False, repr=False)
class Identity(Pointwise):
    """``nn.Identity``: gives back what it gets, and takes any arguments."""

    summary = "gives back what it gets"

    @classmethod
    def made_with(cls, arguments: Any) -> Layer:
        return cls()


class _Dropout(Pointwise):
    """What a trained network passes on as it is."""

    summary = "leaves out numbers at random while training; passes all on afterwards"
    p: float

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise OutOfRange(name="p", value=self.p, because="it is a probability, from 0 to 1")


@named
@dataclass(frozen=True, eq=False, repr=False)
class Dropout1d(_Dropout):
    """``nn.Dropout1d``: whole channels at once."""

    p: float = 0.5
    inplace: bool = False

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if len(shape) not in (2, 3):
            raise Rank(shape=shape, ndim=1)
        return tuple(shape)


for _name in ("Dropout", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"):
    _fields = [("p", float, field(default=0.5)), ("inplace", bool, field(default=False))]
    _members = {"__doc__": f"``nn.{_name}``: {_Dropout.summary}."}
    named(make_dataclass(_name, _fields, bases=(_Dropout,), namespace=_members, frozen=True, eq=False, repr=False))


@named
@dataclass(frozen=True, eq=False, repr=False)
class Linear(Layer):
    """``nn.Linear``: every output of the last axis reads the whole of it; ``[..., in_features]``.

    >>> Layer.of("linear", in_features=400, out_features=120).output_shape((1, 400))
    (1, 120)
    """

    summary = "multiplies the last axis by a matrix"
    positional = ("in_features", "out_features")
    work = "linear"

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        for name in ("in_features", "out_features"):
            if getattr(self, name) < 1:
                raise NotPositive(name=name, value=getattr(self, name))

    def output_shape(self, shape: Sequence[int]) -> Shape:
        if not shape or shape[-1] != self.in_features:
            raise Features(code=self.code, expected=self.in_features, shape=shape)
        return (*shape[:-1], self.out_features)

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        self.output_shape(shape)
        last = len(shape) - 1
        return (*(((i, None),) for i in range(last)), ((last, Whole(self.in_features, self.out_features)),))

    @property
    def weight_shape(self) -> Shape:
        return (self.out_features, self.in_features)

    @property
    def bias_size(self) -> int:
        return self.out_features * self.bias

    def macs(self, shape: Sequence[int]) -> int:
        self.output_shape(shape)
        return self.weights * prod(shape[1:-1])


@named
@dataclass(frozen=True, eq=False, repr=False)
class Embedding(Layer):
    """``nn.Embedding``: each number of the input picks a row of a table; ``[...]`` becomes ``[..., embedding_dim]``."""

    summary = "looks up a row of a table for each number"
    positional = ("num_embeddings", "embedding_dim")
    work = "embedding"

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None = None
    max_norm: float | None = None
    norm_type: float = 2.0
    scale_grad_by_freq: bool = False
    sparse: bool = False

    def __post_init__(self) -> None:
        for name in ("num_embeddings", "embedding_dim"):
            if getattr(self, name) < 1:
                raise NotPositive(name=name, value=getattr(self, name))
        if self.padding_idx is not None and not -self.num_embeddings <= self.padding_idx < self.num_embeddings:
            rows = f"the table has {self.num_embeddings} rows"
            raise OutOfRange(name="padding_idx", value=self.padding_idx, because=rows)

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return (*shape, self.embedding_dim)

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        return (*super().paths(shape), ())

    @property
    def weight_shape(self) -> Shape:
        return (self.num_embeddings, self.embedding_dim)
