"""The classic filters on the screen."""

import numpy as np
import torch
from torch import nn

from convcli.data.filters import FILTERS
from convcli.views.kernels import flips, tables
from tests.views.shown import shown


def test_each_filter_with_its_numbers_and_where_it_is_from() -> None:
    text = shown(tables(list(FILTERS.values())))
    assert all(name in text for name in FILTERS)
    assert "all / 9" in text
    assert "the same" in shown(flips([FILTERS["laplacian"]]))


def test_who_turns_the_kernel_round() -> None:
    values, kernel = [1.0, 2.0, 4.0, 8.0], [1.0, 0.0, -1.0]
    slid = nn.functional.conv1d(torch.tensor([[values]]), torch.tensor([[kernel]]))[0, 0].tolist()
    assert slid == np.correlate(values, kernel, "valid").tolist()
    assert slid == np.convolve(values, kernel[::-1], "valid").tolist() != np.convolve(values, kernel, "valid").tolist()
    text = shown(flips([FILTERS["sobel-x"]]))
    assert "NumPy's convolve" in text
    assert "convcli conv2d --weight sobel-x --flip runs convolution proper" in text
