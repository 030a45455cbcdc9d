"""The post's tensors and experiments."""

import pytest
import torch

from convcli.data.samples import SAMPLES, SLIPS, experiments, sample_for


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_samples_code_makes_it(sample) -> None:
    made = eval(sample.code, {"torch": torch})
    assert (made.tolist(), tuple(made.shape)) == (sample.data, sample.shape)
    assert SAMPLES[sample.source] is sample


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
