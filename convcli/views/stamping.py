"""A transposed layer as it computes: each input cell times the kernel is stamped on the output, and overlaps add up."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from convcli.arithmetic.axis import Axis
from convcli.layers.reductions import Place
from convcli.views.plane import Moment, Plane, Product, Ranges, Spot, reel
from convcli.wording import number, short

if TYPE_CHECKING:
    import numpy as np


class Stamping(Plane):
    """Input cell after input cell."""

    stamps = True

    @cached_property
    def moments(self) -> list[Moment]:
        return [self._moment(spot) for spot in self._spots]

    @property
    def count(self) -> int:
        return prod(map(len, self._cells))

    @cached_property
    def drawn(self) -> tuple[Ranges, Ranges]:
        written = [
            range(min(0, -axis.before), max(axis.output, axis.positions(axis.size - 1)[-1] + 1))
            if isinstance(axis, Axis)
            else range(1)
            for axis in self.axes
        ]
        return self.cropped(self._cells, [[0], [0]]), self.cropped(written, [[line.start] for line in written])

    def versions(self) -> dict[Spot, list[tuple[int, float]]]:
        """A cell's number is the sum of the stamps so far, and torch's when there are no more to come."""
        import numpy as np

        output, moment_of = self.output, {spot: i for i, spot in enumerate(self._spots)}
        bias = self.report.values.bias
        sums = np.full(output.shape, 0.0 if bias is None else float(bias[self.lead[1]]))
        left = np.zeros(output.shape, int)
        for spot in product(*self._cells):
            for at, _ in self._landing(spot):
                left[at] += 1
        versions: dict[Spot, list[tuple[int, float]]] = {
            (row, column): [(0, float(output[row, column]))] for row, column in np.argwhere(left == 0).tolist()
        }
        changed: set[Spot] = set()
        for spot in product(*self._cells):
            for at, tap in self._landing(spot):
                sums[at] += sum(self._value(lead, spot) * weights[tap] for lead, weights in self._planes)
                left[at] -= 1
                changed.add(at)
            if spot in moment_of:
                for at in changed:
                    value = float(sums[at] if left[at] else output[at])
                    versions.setdefault(at, []).append((moment_of[spot], value))
                changed = set()
        return versions

    def finished(self, moment: Moment) -> tuple[int, int, int] | None:
        (top, *_), (left, *_) = moment.stops
        last = (moment.spot[0] == self._cells[0][-1], moment.spot[1] == self._cells[1][-1])
        strides = [axis.stride if isinstance(axis, Axis) else 1 for axis in self.axes]
        if all(last):
            return None
        below, right = (at + stride for at, stride in zip((top, left), strides, strict=True))
        return top, self.drawn[1][0].stop if last[0] else below, self.drawn[1][1].stop if last[1] else right

    @property
    def _cells(self) -> Ranges:
        rows, columns = (range(axis.size) if axis else range(1) for axis in self.axes)
        return rows, columns

    @cached_property
    def _spots(self) -> list[Spot]:
        return reel(*self.drawn[0], self.most)

    @cached_property
    def _planes(self) -> "list[tuple[Place, np.ndarray]]":
        """Each input plane that is stamped on this map, and the weights it is multiplied with, ``[rows, columns]``."""
        channel, *depth = self.lead[1:]
        taps = [axis.taps(at) for axis, at in zip(self.plan.axes, depth, strict=False)]
        weight = self.report.values.weight
        assert weight is not None, "a transposed layer has weights"
        planes = []
        for source, index in self.layer.sources(channel):
            for along in product(*taps):
                tap, cell = [each[0] for each in along], [each[1] for each in along]
                weights = weight[(*(index or ()), *tap)]
                planes.append(((self.lead[0], source, *cell), weights.reshape(-1, weights.shape[-1])))
        return planes

    def _value(self, lead: Place, spot: Spot) -> float:
        return float(self.report.values.input[(*lead, *spot[-self.flat :])])

    def _stops(self, spot: Spot) -> tuple[Sequence[int], Sequence[int]]:
        rows, columns = (
            axis.positions(at) if isinstance(axis, Axis) else range(1) for axis, at in zip(self.axes, spot, strict=True)
        )
        return rows, columns

    def _landing(self, spot: Spot) -> Iterator[tuple[Spot, Spot]]:
        """The output cells on which a stamp lands, each with its tap."""
        rows, columns = self._stops(spot)
        high, wide = self.output_size
        for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
            if 0 <= row < high and 0 <= column < wide:
                yield (row, column), (i, j)

    def _moment(self, spot: Spot) -> Moment:
        products, sums, inputs = {}, {}, []
        for lead, weights in self._planes:
            value = self._value(lead, spot)
            inputs.append(number(value))
            products[lead] = [
                [Product(value * w, f"{short(value)} × {short(w)}", w) for w in row] for row in weights.tolist()
            ]
            sums[lead] = sum(each.value or 0.0 for row in products[lead] for each in row)
        stops = self._stops(spot)
        where = [f"{line[0]} to {line[-1]}" if len(line) > 1 else f"{line[0]}" for line in stops]
        onto = f"positions {where[1]}" if self.flat == 1 else f"rows {where[0]}, columns {where[1]}"
        cell = f"input[{', '.join(map(str, spot[-self.flat :]))}]"
        short_of_it = f"{cell} stamps its value × kernel onto {onto}"
        whole = f"{cell} stamps {', '.join(inputs)} × kernel onto {onto}; overlaps add up"
        return Moment(spot, stops, products, sums, [whole, short_of_it])
