"""The post's experiments on the screen."""

import re
from dataclasses import replace

import numpy as np
import pytest

from convcli.data.samples import Experiment, experiment, experiments
from convcli.engine.forward import forward
from convcli.engine.replay import Number, Replay, compare
from convcli.plan import make_plan, plan_of
from convcli.views.replays import answer, overview, printed, same_layer, title, verdict
from convcli.views.widgets import Screen
from tests.views.shown import shown


def replayed(post: Experiment) -> Replay:
    plan = plan_of(post)
    return compare(post, plan, forward(plan))


def wrong(name: str) -> Experiment:
    post = experiment(name)
    return replace(post, printed=(np.array(post.printed) + 1).tolist())


def test_what_came_back_and_what_did_not() -> None:
    one, other = replayed(experiment("cnn1d_1")), replayed(wrong("cnn1d_4"))
    said = shown(overview([one, other], Screen()))
    assert "1 of 2 experiments match; not cnn1d_4" in said
    assert "NOT the post's: 40 of 48 numbers differ by more" in said
    assert "NOT the post's: 40 of 40" in shown(verdict(other, Screen()))
    assert "cancel" not in said
    assert "all 8 numbers agree to the last digit" in shown(verdict(one, Screen()))


def test_what_differs_in_the_last_digit_is_told_with_its_terms() -> None:
    again = replayed(experiment("cnn1d_4"))
    [number] = [each for each in again.numbers if each.output_index == (0, 1, 4)]
    moved = replace(number, step=replace(number.step, torch=4.7469139e-4))  # as on a processor that fuses
    numbers = [moved if each is number else each for each in again.numbers]
    said = " ".join(shown(verdict(replace(again, numbers=numbers), Screen())).split())
    assert "39 of 40 numbers agree to the last digit, 1 to float32's rounding" in said
    assert f"0,1,4 30 4.7469e-04 4.7439e-04 {number.step.value:.4e} 3.45" in said
    above, below = (sum(term for term in number.summed if (term > 0) == positive) for positive in (True, False))
    assert f"--at 0,1,4: terms above zero {above:.6f}, below {below:.6f}" in said
    assert f"here {number.rounding:.1e}" in said
    assert "all 40 come back" in said


def test_nothing_agrees_by_the_word_alone() -> None:
    numbers: list[Number] = replayed(experiment("cnn1d_2")).numbers
    assert answer(numbers).plain == "all 4 numbers agree to the last digit that the post printed"
    assert answer(numbers).style == "bold"
    assert answer(replayed(wrong("cnn1d_2")).numbers).style == "wrong"


@pytest.mark.parametrize("width", [50, 80])
def test_the_printed_numbers_stand_there_digit_by_digit(width: int) -> None:
    for post in experiments():
        said = shown(printed(replayed(post), Screen(width)), width)
        numbers = re.sub(r"printed|(channel|row) \d", "", said).split()
        assert list(map(float, numbers)) == np.array(post.printed).flatten().tolist()
        assert max(map(len, said.splitlines())) <= width


def test_the_seed_and_the_slips_are_told() -> None:
    said = shown(title(experiment("cnn1d_2")))
    assert said.startswith("cnn1d_2  seed 0 once, the 2nd layer built\n  slip     The post doesn't say")
    assert "slip" not in shown(title(experiment("cnn1d_1")))


def test_the_layer_that_is_offered_gives_the_same() -> None:
    for post in experiments():
        _, name, *flags = same_layer(post).split()
        asked = dict(zip(flags[::2], flags[1::2], strict=True))
        assert asked["--weight"] == post.name
        plan = make_plan(name, {"stride": int(asked.get("--stride", 1))}, weight=plan_of(post).weight)
        np.testing.assert_array_equal(forward(plan).output, forward(plan_of(post)).output)
