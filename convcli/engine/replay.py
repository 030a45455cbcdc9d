"""The post's experiments run again, and their numbers held against the printed ones."""

from dataclasses import dataclass, replace

import numpy as np

from convcli.data.arrays import Array
from convcli.data.samples import SAMPLES, Experiment
from convcli.engine.forward import Values, forward, forward_together
from convcli.plan import Plan, make_plan


@dataclass(frozen=True, slots=True)
class Replay:
    """An experiment, what torch computed for it, and how far that is from the printed numbers."""

    experiment: Experiment
    plan: Plan
    values: Values
    largest_difference: float
    matches: bool


def replay(experiments: list[Experiment]) -> list[Replay]:
    """Seed torch with 0 once, build every layer in order, run and compare.

    Half a unit of the last printed digit is allowed, and on top the rounding of a float32 sum: where
    large products cancel to a small output, another machine's order of summation shows in its digits.
    """
    plans = [make_plan(post.type, post.arguments, input=SAMPLES[post.input]) for post in experiments]
    ran = zip(experiments, plans, forward_together(plans, 0), strict=True)
    return [_compare(post, plan, values) for post, plan, values in ran]


def rounding(plan: Plan, values: Values) -> np.ndarray:
    """How far two float32 sums of the same terms may lie apart, output by output.

    The standard bound, n · 2⁻²⁴ · Σ|term| (Higham, "Accuracy and Stability of Numerical Algorithms",
    2002, section 4.2), for n terms, the bias among them.
    """
    assert values.weight is not None
    terms = values.weight[0].size + 1
    magnitudes = replace(
        plan,
        input=_magnitude(values.input),
        weight=_magnitude(values.weight),
        bias=None if values.bias is None else _magnitude(values.bias),
    )
    return np.asarray(terms * 2.0**-24 * forward(magnitudes).output)


def _magnitude(values: np.ndarray) -> Array:
    return Array("magnitudes", values.shape, np.abs(values))


def _compare(post: Experiment, plan: Plan, values: Values) -> Replay:
    printed = np.asarray(post.printed, dtype=np.float64)
    if printed.shape != values.output.shape:
        return Replay(post, plan, values, float("inf"), False)
    difference = np.abs(values.output - printed)
    allowed = np.vectorize(post.tolerance)(printed) + rounding(plan, values)
    return Replay(post, plan, values, float(difference.max()), bool((difference <= allowed).all()))
