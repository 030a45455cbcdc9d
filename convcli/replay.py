"""The post's experiments run again, and their numbers held against the printed ones."""

from dataclasses import dataclass, replace

import numpy as np

from convcli.arrays import Array
from convcli.forward import Result, run, run_together
from convcli.plan import make_plan
from convcli.samples import SAMPLES, Experiment

__all__ = ["Replay", "replay"]


@dataclass(frozen=True, slots=True)
class Replay:
    """An experiment, what torch computed for it, and how far that is from the printed numbers."""

    experiment: Experiment
    result: Result
    largest_difference: float
    matches: bool


def replay(experiments: list[Experiment]) -> list[Replay]:
    """Seed torch with 0 once, build every layer in order, run and compare.

    Half a unit of the last printed digit is allowed, and on top the rounding of a float32 sum: where
    large products cancel to a small output, another machine's order of summation shows in its digits.
    """
    plans = []
    for post in experiments:
        family, ndim = post.type[:-2].lower(), int(post.type[-2])
        plans.append(make_plan(family, ndim, dict(post.arguments), input=SAMPLES[post.input]))
    return [_compare(post, result) for post, result in zip(experiments, run_together(plans, 0), strict=True)]


def rounding(result: Result) -> np.ndarray:
    """How far two float32 sums of the same terms may lie apart, output by output.

    The standard bound, n · 2⁻²⁴ · Σ|term| (Higham, "Accuracy and Stability of Numerical Algorithms",
    2002, section 4.2), for n terms, the bias among them.
    """
    assert result.weight is not None
    terms = result.weight[0].size + 1
    magnitudes = replace(
        result.plan,
        input=Array("|input|", result.input.shape, np.abs(result.input)),
        weight=Array("|weight|", result.weight.shape, np.abs(result.weight)),
        bias=None if result.bias is None else Array("|bias|", result.bias.shape, np.abs(result.bias)),
    )
    return np.asarray(terms * 2.0**-24 * run(magnitudes).output)


def _compare(post: Experiment, result: Result) -> Replay:
    printed = np.asarray(post.printed, dtype=np.float64)
    if printed.shape != result.output.shape:
        return Replay(post, result, float("inf"), False)
    difference = np.abs(result.output - printed)
    allowed = np.vectorize(post.tolerance)(printed) + rounding(result)
    return Replay(post, result, float(difference.max()), bool((difference <= allowed).all()))
