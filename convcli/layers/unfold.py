"""Unfold: the windows themselves, laid side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import ClassVar

from convcli.arithmetic.windows import Windows
from convcli.layers.base import Path, Remark, Shape, named
from convcli.layers.reductions import Copy, Place, Read
from convcli.layers.windowed import Sizes, Sliding, Use
from convcli.wording import counted


@named
@dataclass(frozen=True, eq=False, repr=False)
class Unfold(Sliding):
    """``nn.Unfold``: ``[batch, channels, height, width]`` becomes ``[batch, channels · taps, windows]``.

    A convolution is a matrix product of its kernels with these columns.

    >>> Unfold.of("unfold", kernel_size=2).output_shape((1, 3, 4, 5))
    (1, 12, 12)
    """

    summary = "lays every window out as a column"
    ndim = 2
    work = ""
    no_macs = "it copies cells and multiplies nothing"
    suggested: ClassVar = {"kernel_size": 2}
    reduction = Copy()
    output_names = ("windows",)
    place_names = ("row", "window")

    kernel_size: Sizes
    dilation: Sizes = 1  # type: ignore[assignment]
    padding: Sizes = 0  # type: ignore[assignment]
    stride: Sizes = 1  # type: ignore[assignment]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.check_padding()

    @property
    def taps(self) -> int:
        return prod(self.kernel_size)

    def shape_of(self, shape: Sequence[int], axes: Sequence[Windows]) -> Shape:
        return (shape[0], shape[1] * self.taps, prod(axis.output for axis in axes))

    def paths(self, shape: Sequence[int]) -> tuple[Path, ...]:
        rows, columns = self.axes(shape)
        return (((0, None),), ((1, None),), ((2, rows), (3, columns)))

    def reads(self, axes: Sequence[Windows], output: Place) -> Iterator[Read]:
        batch, row, column = output
        channel, tap = divmod(row, self.taps)
        window, within = divmod(column, axes[1].output), divmod(tap, self.kernel_size[1])
        taps = [axis.taps(o)[t] for axis, o, t in zip(axes, window, within, strict=True)]
        cell = tuple(source for _, _, source in taps if source is not None)
        here = (batch, channel, *cell) if len(cell) == len(taps) else None
        yield (batch, channel, *(position for _, position, _ in taps)), here, None

    def uses(self, axes: Sequence[Windows], cell: Place) -> tuple[int, Iterator[Use]]:
        batch, channel, *position = cell
        reached = [axis.reached(p) for axis, p in zip(axes, position, strict=True)]

        def each() -> Iterator[Use]:
            for (top, down), (left, across) in product(*reached):
                row = channel * self.taps + down * self.kernel_size[1] + across
                yield None, (batch, row, top * axes[1].output + left)

        return prod(map(len, reached)), each()

    def largest_window(self, axes: Sequence[Windows]) -> int:
        return 1

    def workspace(self, shape: Sequence[int]) -> int:
        return 2 * prod(self.output_shape(shape))  # as measured

    def about_arguments(self, shape: Sequence[int]) -> Iterator[Remark]:
        _, rows, columns = self.output_shape(shape)
        channels = counted(shape[1], "channel")
        yield "rows", f"{channels} × {self.taps} taps = {rows}, the taps of a channel together"
        down, across = (axis.output for axis in self.axes(shape))
        yield "columns", f"{down} × {across} = {columns} windows, row by row; a cell stands in as many as read it"
