"""convcli as a library."""

import subprocess
import sys

import numpy as np
import pytest
import torch

import convcli
from convcli.refusals import Refusal


def test_run_gives_torchs_numbers_from_lists_arrays_and_tensors() -> None:
    values = [1.0, 2.0, 4.0, 8.0]
    expected = torch.nn.functional.conv1d(torch.tensor([[values]]), torch.tensor([[[1.0, -1.0]]])).tolist()
    for given in (values, np.array(values, np.float32), torch.tensor(values), "1,2,4,8"):
        report = convcli.run("conv1d", input=given, weight=[1, -1])
        assert report.output.tolist() == expected
    assert report.output_shape == (1, 1, 3)
    assert report.step((0, 0, 2)).value == -4.0


def test_a_notebook_shows_the_page() -> None:
    html = convcli.run("maxpool1d", kernel_size=2)._repr_html_()
    assert html.startswith("<iframe srcdoc=")
    assert "nn.MaxPool1d(kernel_size=2)" in html


def test_what_cannot_be_is_said_in_pythons_words() -> None:
    with pytest.raises(Refusal, match="try kernel_size=10 or less"):
        convcli.run("conv1d", kernel_size=11)
    with pytest.raises(Refusal, match="no argument 'kernal_size'"):
        convcli.shapes("conv1d", kernal_size=3)
    with pytest.raises(Refusal, match="output_index="):
        convcli.run("conv1d").step((0, 0, 99))


def test_shapes_needs_no_torch() -> None:
    script = "import sys, convcli; print(convcli.shapes('conv2d', size=(3, 8, 8)).output_shape, 'torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "(1, 1, 6, 6) False\n"
    with pytest.raises(AttributeError):
        convcli.nothing  # noqa: B018
