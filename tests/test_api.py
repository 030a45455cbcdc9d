"""convcli as a library."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import convcli
from convcli.refusals import ConvcliError, Refusal


def test_run_gives_torchs_numbers_from_lists_arrays_and_tensors() -> None:
    values = [1.0, 2.0, 4.0, 8.0]
    expected = torch.nn.functional.conv1d(torch.tensor([[values]]), torch.tensor([[[1.0, -1.0]]])).tolist()
    for given in (values, np.array(values, np.float32), torch.tensor(values), "1,2,4,8"):
        report = convcli.run("conv1d", input=given, weight=[1, -1])
        assert report.output.tolist() == expected
    assert report.output_shape == (1, 1, 3)
    assert report.step((0, 0, 2)).value == -4.0


def test_the_posts_weights_by_the_name_of_their_experiment() -> None:
    report = convcli.run("conv1d", weight="cnn1d_2", stride=2)
    assert report.output.round(4).tolist() == np.array([[[0.5107, 0.3528, 0.1948, 0.0368]]], np.float32).tolist()


def test_a_notebook_shows_the_page() -> None:
    html = convcli.run("maxpool1d", kernel_size=2)._repr_html_()
    assert html.startswith("<iframe srcdoc=")
    assert "nn.MaxPool1d(kernel_size=2)" in html


def test_what_cannot_be_is_said_in_pythons_words() -> None:
    with pytest.raises(Refusal, match="try kernel_size=10, or padding=1"):
        convcli.run("conv1d", kernel_size=11)
    with pytest.raises(Refusal, match="no argument 'kernal_size'"):
        convcli.shapes("conv1d", kernal_size=3)
    with pytest.raises(Refusal, match=r"output_index=\[0, 0, 99\]: there is no such cell"):
        convcli.run("conv1d").step((0, 0, 99))
    with pytest.raises(Refusal, match="try padding='same', or padding='valid'"):
        convcli.run("conv1d", padding="full")
    with pytest.raises(Refusal, match="or input='wave'"):
        convcli.run("conv1d", kernel_size=11)


def test_shapes_needs_no_torch() -> None:
    script = "import sys, convcli; print(convcli.shapes('conv2d', size=(3, 8, 8)).output_shape, 'torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "(1, 1, 6, 6) False\n"
    with pytest.raises(AttributeError):
        convcli.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("layer", "more", "said"),
    [
        ("maxpool1d", {"bias_values": [1]}, "neither weights nor a bias"),
        ("conv1d", {"input": [1, 2], "size": 3}, "both say what goes in"),
        ("conv1d", {"input": np.array([1 + 2j, 2, 3])}, "complex128, not real numbers"),
        ("conv1d", {"input": object()}, "not numbers"),
        ("conv2d", {"kernel_size": ()}, "has 0 values"),
        ("conv2d", {"kernel_size": 3.0}, "not a whole number"),
        ("conv2d", {"kernel_size": "3"}, "not a whole number"),
        ("conv2d", {"size": 2.5}, "not a whole number"),
        ("conv2d", {"size": "28"}, "not a whole number"),
        ("avgpool2d", {"divisor_override": 2**63}, "at most 64 bits"),
        ("conv1", {}, "did you mean conv1d"),
        ("linear", {}, "no layer 'linear' here"),
        ("conv1d", {"weight": [[[1, 2, 3]], [[1, 2, 3]]], "groups": 0}, "groups is 0"),
    ],
)
def test_what_is_wrong_is_refused_in_words(layer: str, more: dict[str, object], said: str) -> None:
    with pytest.raises(ConvcliError, match=said):
        convcli.run(layer, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        [np.float64(1), np.float64(2), np.float64(4)],
        [torch.tensor(1.0), 2, 4],
        torch.tensor([1, 2, 4], dtype=torch.bfloat16),
        [np.array(1), np.int64(2), 4],
        (1, 2, 4),
    ],
)
def test_numbers_of_every_library(values: object) -> None:
    assert convcli.run("conv1d", input=values, weight=[1, -1], stride=np.int64(1)).output.tolist() == [[[-1, -2]]]
    assert convcli.run("maxpool1d", input=range(4), kernel_size=torch.tensor(2)).output.tolist() == [[[1, 3]]]


def test_a_norm_that_is_no_number_can_still_be_written() -> None:
    assert convcli.shapes("lppool1d", norm_type=float("nan")).layer.code == "nn.LPPool1d(float('nan'), kernel_size=2)"
