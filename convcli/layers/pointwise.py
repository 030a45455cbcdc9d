"""Layers of a chain that have no window."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.windows import Whole, Windows
from convcli.layers.base import Layer, Shape, named
from convcli.refusals import Features, NoSuchAxis, NotPositive


@named
@dataclass(frozen=True, eq=False, repr=False)
class Linear(Layer):
    """``nn.Linear``: every output of the last axis reads the whole of it; ``[..., in_features]``.

    >>> Layer.of("linear", in_features=400, out_features=120).output_shape((1, 400))
    (1, 120)
    """

    summary = "multiplies the last axis by a matrix"
    positional = ("in_features", "out_features")

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

    def axes(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        self.output_shape(shape)
        return (Whole(self.in_features, self.out_features),)

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
class ReLU(Layer):
    """``nn.ReLU``: each output reads its own cell; any shape."""

    summary = "turns what is below zero to zero"

    inplace: bool = False

    def output_shape(self, shape: Sequence[int]) -> Shape:
        return tuple(shape)

    def axes(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        return tuple(Axis(size, kernel=1, name=f"axis {i}") for i, size in enumerate(shape))


@named
@dataclass(frozen=True, eq=False, repr=False)
class Flatten(Layer):
    """``nn.Flatten``: the axes from ``start_dim`` to ``end_dim`` become one.

    >>> Layer.of("flatten").output_shape((2, 16, 5, 5))
    (2, 400)
    """

    summary = "makes one axis of several"

    start_dim: int = 1
    end_dim: int = -1

    def _ends(self, shape: Sequence[int]) -> tuple[int, int]:
        """The first and the last axis of those that become one, counted from the front."""
        rank = max(1, len(shape))  # a single number is flattened to one axis
        for name in ("start_dim", "end_dim"):
            if not -rank <= getattr(self, name) < rank:
                raise NoSuchAxis(name=name, value=getattr(self, name), shape=shape)
        first, last = self.start_dim % rank, self.end_dim % rank
        if first > last:
            raise NoSuchAxis(name="start_dim", value=self.start_dim, shape=shape)
        return first, last

    def output_shape(self, shape: Sequence[int]) -> Shape:
        first, last = self._ends(shape)
        return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])

    def axes(self, shape: Sequence[int]) -> tuple[Windows, ...]:
        first, last = self._ends(shape)
        kept = [i for i in range(len(shape)) if not first <= i <= last]
        return tuple(Axis(shape[i], kernel=1, name=f"axis {i}") for i in kept)
