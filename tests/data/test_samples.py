"""The samples, and the post's experiments."""

import json
import shlex
from collections.abc import Callable

import pytest
import torch

from convcli.data.samples import (
    LABELS,
    LARGER,
    SAMPLES,
    SLIPS,
    TRY,
    experiment,
    experiments,
    sample_for,
    weights_of,
)
from convcli.refusals import ConvcliError
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
    assert [post.number for post in posts.values()] == list(range(1, 13))
    assert SLIPS.keys() <= posts.keys()
    for post in posts.values():
        assert list(post.arguments) == ["in_channels", "out_channels", "kernel_size", "stride"]
        sample = SAMPLES[post.input]
        shape = (1,) * (post.layer.ndim + 2 - len(sample.shape)) + sample.shape
        assert tuple(torch.tensor(post.printed).shape) == post.layer.output_shape(shape)
    assert "stride 1" in posts["cnn1d_4"].slips[0]
    assert posts["cnn1d_1"].slips == ()


def test_the_last_printed_digit() -> None:
    assert experiment("cnn1d_1").unit(-1.2353) == 1e-4
    assert experiment("cnn1d_4").unit(-1.841) == pytest.approx(1e-4)
    assert experiment("cnn1d_4").unit(0.00047439) == pytest.approx(1e-8)
    assert experiment("cnn1d_1").as_printed(0.00047439) == "0.0005"
    assert experiment("cnn1d_4").as_printed(0.00047439) == "4.7439e-04"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("cnn1d_2", "cnn1d_2"), ("CNN2D-1", "cnn2d_1"), ("2d_1", "cnn2d_1"), ("conv1d 8", "cnn1d_8"), ("2", "cnn1d_2")]
    + [(str(post.number), post.name) for post in experiments()],
)
def test_a_name_as_people_type_it(typed: str, name: str) -> None:
    assert experiment(typed).name == name


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cnn2", "'cnn2' may be cnn2d_1, cnn2d_2, cnn2d_3, cnn2d_4: say which"),
        ("cnn1d_9", "did you mean cnn1d_8"),
        ("13", "it has 12: cnn1d_1, .*, or 1 to 12"),
        ("0", "no experiment '0'"),
        ("", "no experiment ''"),
        ("²", "no experiment '²'"),
        ("9" * 5000, "no experiment '99"),
        ("sobel", "it has 12"),
    ],
)
def test_a_name_that_is_none(typed: str, said: str) -> None:
    with pytest.raises(ConvcliError, match=said):
        experiment(typed)


def test_the_posts_weights_are_known_by_their_shapes_before_torch_draws_them() -> None:
    for post in experiments():
        weight = weights_of(post)
        assert weight.bias is not None
        assert (weight.shape, weight.bias.shape) == (post.layer.weight_shape, (post.layer.bias_size,))
        assert len(weight.data.layers) == post.number
        names: dict[str, object] = {"torch": torch, "nn": torch.nn}
        exec("\n".join(weight.setup), names)
        assert tuple(eval(weight.code, names).shape) == weight.shape
        assert tuple(eval(weight.bias.code, names).shape) == weight.bias.shape
