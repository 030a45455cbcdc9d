"""The post's experiments run again, and each number held against the printed one."""

from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
import torch

from convcli.data.samples import Experiment, experiments
from convcli.engine.forward import Values
from convcli.engine.steps import Step, step
from convcli.layers import Layer
from convcli.layers.reductions import Place
from convcli.plan import Plan


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the post beside the one that torch computes here.

    ``unit`` is one of its last printed digit, ``then`` the number as the post's machine rounded it, and ``step`` every
    term behind it, whose value is exact: float64 holds products of float32 numbers whole.
    """

    printed: float
    unit: float
    step: Step
    then: float

    @property
    def output_index(self) -> Place:
        return self.step.output_index

    @property
    def computed(self) -> float:
        return self.step.torch

    @property
    def difference(self) -> float:
        return abs(self.computed - self.printed)

    @property
    def relative_difference(self) -> float:
        return self.difference / abs(self.printed)

    @property
    def units(self) -> float:
        """The difference in units of the last printed digit; up to half a unit the digits are the same."""
        return self.difference / self.unit

    @property
    def same_digits(self) -> bool:
        return self.units <= 0.5

    @property
    def same_digits_then(self) -> bool:
        return abs(self.then - self.printed) <= self.unit / 2

    @property
    def summed(self) -> list[float]:
        """What is added up: the products, and the bias."""
        return [*(term.product for term in self.step.terms), self.step.bias or 0.0]

    @property
    def magnitude(self) -> float:
        """Σ|term|."""
        return sum(map(abs, self.summed))

    @property
    def rounding(self) -> float:
        """How far a float32 sum may lie from the exact one in any order of summing: n · 2⁻²⁴ · Σ|term| for n terms.

        Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 4.2.
        """
        return len(self.summed) * 2.0**-24 * self.magnitude

    @property
    def matches(self) -> bool:
        """Whether both are the exact sum, to float32's rounding of its terms and to half of the last printed digit."""
        return self.step.agrees and abs(self.printed - self.step.value) <= self.unit / 2 + self.rounding


@dataclass(frozen=True, slots=True)
class Replay:
    """An experiment run again, and its numbers."""

    experiment: Experiment
    plan: Plan
    numbers: list[Number]

    @property
    def apart(self) -> list[Number]:
        """The numbers that differ in the last printed digit."""
        return [number for number in self.numbers if not number.same_digits]

    @property
    def matches(self) -> bool:
        return all(number.matches for number in self.numbers)

    @property
    def largest_difference(self) -> float:
        return max(number.difference for number in self.numbers)

    @property
    def largest_relative_difference(self) -> float:
        return max(number.relative_difference for number in self.numbers)

    @property
    def largest_units(self) -> float:
        return max(number.units for number in self.numbers)


def compare(post: Experiment, plan: Plan, values: Values) -> Replay:
    """Hold what was computed against what the post printed."""
    printed = np.asarray(post.printed, dtype=np.float64)
    weight, bias = drawn_then([each.layer for each in experiments()[: post.number]])
    steps = [step(plan, values, place) for place in np.ndindex(values.output.shape)]
    numbers = [
        Number(float(number), post.unit(number), each, rounded_then(each, weight, bias))
        for number, each in zip(printed.flat, steps, strict=True)
    ]
    return Replay(post, plan, numbers)


def drawn_then(layers: list[Layer]) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of the last layer, with each drawn number rounded twice: as a product, then as a sum.

    The generator's numbers from 0 to 1 are what they were; where a processor fuses the two operations that spread them
    from -bound to bound, torch rounds once. Found by trying, as the order in :func:`rounded_then`: together they give
    all 155 numbers of the post to the last digit.
    """
    torch.manual_seed(0)
    drawn: list[np.ndarray] = []
    for layer in layers:
        shape = layer.weight_shape or ()
        bound = np.float32(1 / sqrt(prod(shape[1:])))
        drawn = [torch.rand(each).numpy() * (2 * bound) - bound for each in (shape, (layer.bias_size,))]
    return drawn[0], drawn[1]


def rounded_then(step: Step, weight: np.ndarray, bias: np.ndarray) -> float:
    """The sum of a step with these weights: tap after tap added to the bias, product and sum rounded once."""
    total = bias[step.output_index[1]]
    factors = [(term.weight_index, term.input) for term in step.terms if term.weight_index]
    for index, value in sorted(factors, key=lambda each: (each[0][2:], each[0][1])):
        total = np.float32(float(weight[index]) * value + float(total))
    return float(total)
