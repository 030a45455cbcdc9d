"""The samples, and the post's experiments."""

import json
import shlex
from collections.abc import Callable

import pytest
import torch

from convcli.data.samples import LABELS, LARGER, SAMPLES, SLIPS, TRY, experiments, sample_for
from tests.conftest import Ran


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_samples_code_makes_it(sample) -> None:
    made = eval(sample.code, {"torch": torch})
    assert (made.tolist(), tuple(made.shape)) == (sample.data, sample.shape)
    assert SAMPLES[sample.source] is sample


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_sample_is_of_whole_numbers_and_says_what_its_axes_are(sample) -> None:
    values = torch.tensor(sample.data)
    assert torch.equal(values, values.round())
    assert values.abs().max() < 11
    assert len(sample.axes) == len(sample.shape)
    assert len(LABELS.get(sample.source, "abn")) == 3


def test_what_is_worth_trying_shows_something(convcli: Callable[..., Ran]) -> None:
    assert TRY.keys() == SAMPLES.keys()
    assert {LARGER[1], LARGER[2]} <= SAMPLES.keys()
    outputs = {}
    for name, (command, _) in TRY.items():
        words = [word for word in shlex.split(command) if word != "--show"]
        result = json.loads(convcli(*words, "--json").out)
        assert result["input"]["source"] == name
        outputs[name] = torch.tensor(result["output"]["values"])
        assert convcli(*shlex.split(command)).code == 0
    assert (outputs["word"][0, 0] == 2).nonzero().flatten().tolist() == [2, 4]  # ba[na][na]
    edges = outputs["picture"][0, 0]
    assert (edges.min(), edges.max()) == (-36, 36)
    assert len(edges.unique()) > 10
    wave = torch.tensor(SAMPLES["wave"].data)
    assert torch.equal(outputs["wave"][0, 0], wave.diff())
    assert (outputs["input_1d"][0, 0] == -2).all()
    assert outputs["input_2d_img"].shape[1] == 5


def test_the_sample_that_fits() -> None:
    assert sample_for(1, 2) is SAMPLES["input_2d"]
    assert sample_for(2, None) is SAMPLES["input_2d_img"]
    assert sample_for(2, 4) is None


def test_twelve_experiments() -> None:
    posts = {post.name: post for post in experiments()}
    assert len(posts) == 12
    assert SLIPS.keys() <= posts.keys()
    for post in posts.values():
        assert list(post.arguments) == ["in_channels", "out_channels", "kernel_size", "stride"]
        assert post.input in SAMPLES
        assert torch.tensor(post.printed).shape[:2] == (1, post.arguments["out_channels"])
    assert "stride 1" in posts["cnn1d_4"].slips[0]
    assert posts["cnn1d_1"].slips == ()


def test_half_a_unit_of_the_last_digit() -> None:
    posts = {post.name: post for post in experiments()}
    assert posts["cnn1d_1"].tolerance(-1.2353) == 0.5e-4
    assert posts["cnn1d_4"].tolerance(-1.841) == pytest.approx(0.5e-4)
    assert posts["cnn1d_4"].tolerance(0.00047439) == pytest.approx(0.5e-8)
