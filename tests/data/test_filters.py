"""The classic filters."""

import numpy as np
import pytest
import torch

from convcli.data.filters import FILTERS, Filter


@pytest.mark.parametrize("kernel", FILTERS.values(), ids=list(FILTERS))
def test_a_filter_as_an_array(kernel: Filter) -> None:
    array = kernel.array
    np.testing.assert_allclose(np.array(kernel.rows) / kernel.divisor, array.data)
    np.testing.assert_allclose(eval(array.code, {"torch": torch}), array.data)
    assert array.shape == np.shape(kernel.rows)
    assert len(array.shape) == kernel.ndim
    assert array.source == kernel.name
    np.testing.assert_array_equal(np.flip(kernel.rows), kernel.flipped)


def test_means_weigh_one_and_edges_weigh_nothing() -> None:
    for name, kernel in FILTERS.items():
        if "a mean" in kernel.about or "the mean" in kernel.about:
            assert np.sum(kernel.array.data) == pytest.approx(1), name
        if ("edges" in kernel.about and "plus" not in kernel.about) or "brighter" in kernel.about:
            assert np.sum(kernel.array.data) == 0, name


def test_the_same_where_the_post_says_so() -> None:
    assert FILTERS["laplacian"].rows == FILTERS["edge-2"].rows
    assert FILTERS["gaussian-5x5"].rows == tuple(map(tuple, np.outer(*[FILTERS["gaussian"].rows] * 2).tolist()))


def test_what_turning_round_does() -> None:
    assert FILTERS["sobel-x"].flip_effect == "every sign turns"
    assert FILTERS["box-blur"].flip_effect == "the same"
    assert FILTERS["emboss"].flip_effect == "another picture"
