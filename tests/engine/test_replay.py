"""The post's numbers, computed again."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from convcli.data.samples import SAMPLES, Experiment, experiment, experiments
from convcli.engine.forward import forward, tensor
from convcli.engine.replay import Replay, compare
from convcli.plan import plan_of


def replayed(post: Experiment) -> Replay:
    plan = plan_of(post)
    return compare(post, plan, forward(plan))


@pytest.fixture(scope="module")
def replays() -> list[Replay]:
    return [replayed(post) for post in experiments()]


def test_one_seed_and_twelve_layers_in_their_order(replays: list[Replay]) -> None:
    torch.manual_seed(0)
    modules = [getattr(torch.nn, post.type)(**post.arguments) for post in experiments()]
    for post, module, again in zip(experiments(), modules, replays, strict=True):
        output = module(tensor(SAMPLES[post.input], again.plan.shape)).detach().numpy()
        assert output.flatten().tolist() == [number.computed for number in again.numbers]


def test_how_many_agree_to_the_last_digit(replays: list[Replay]) -> None:
    assert sum(len(again.numbers) for again in replays) == 155
    assert all(again.matches for again in replays)
    apart = {again.experiment.name for again in replays if again.apart}
    assert apart <= {"cnn1d_4", "cnn2d_4"}  # on another processor these may agree as well
    assert max(again.largest_difference for again in replays) < 5.1e-5  # half a unit of a fourth decimal


def test_rounded_as_by_the_posts_machine_every_number_comes_back_to_the_last_digit(replays: list[Replay]) -> None:
    assert [number for again in replays for number in again.numbers if not number.same_digits_then] == []


def test_the_sum_that_is_shown_is_exact(replays: list[Replay]) -> None:
    for number in replays[3].numbers + replays[11].numbers:
        terms = [Fraction(term.input) * Fraction(term.weight or 0) for term in number.step.terms]
        exact = sum(terms) + Fraction(number.step.bias or 0)
        assert abs(Fraction(number.step.value) - exact) < 1e-13
        assert number.magnitude == pytest.approx(float(sum(map(abs, terms))) + abs(number.step.bias or 0))


def test_float32_stays_within_its_rounding_in_any_order_of_summing(replays: list[Replay]) -> None:
    random = np.random.default_rng(0)
    for number in (each for again in replays for each in again.numbers):
        terms = np.array(number.summed, np.float32)
        for _ in range(5):
            total = np.float32(0)
            for term in random.permutation(terms):
                total += term
            assert abs(float(total) - number.step.value) <= number.rounding


@pytest.mark.parametrize(("name", "place", "off"), [("cnn1d_1", 0, 2e-4), ("cnn1d_4", 12, 2e-6), ("cnn2d_4", 0, 2e-4)])
def test_a_wrong_number_is_noticed(name: str, place: int, off: float) -> None:
    post = experiment(name)
    printed = np.array(post.printed)
    printed.flat[place] += off
    again = replayed(replace(post, printed=printed.tolist()))
    assert [i for i, number in enumerate(again.numbers) if not number.matches] == [place]


def test_a_wrong_output_is_noticed() -> None:
    post = experiment("cnn2d_2")
    plan = plan_of(post)
    values = forward(plan)
    output = values.output.copy()
    output.flat[1] += 2e-5
    again = compare(post, plan, replace(values, output=output))
    assert [number.matches for number in again.numbers] == [True, False, True, True]


def test_how_far_apart() -> None:
    post = experiment("cnn1d_2")
    [number, *_] = replayed(replace(post, printed=[[[0.5, 0.3528, 0.1948, 0.0368]]])).numbers
    assert number.difference == pytest.approx(0.0107, abs=5e-5)
    assert number.relative_difference == pytest.approx(0.0214, abs=1e-4)
    assert number.units == pytest.approx(107, abs=0.5)
