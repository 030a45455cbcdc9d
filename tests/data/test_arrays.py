"""Arrays: their code makes the same numbers, and costs nothing before it is asked for."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from convcli.data.arrays import Array, extent, ramp


@pytest.mark.parametrize("shape", [(1,), (10,), (2, 5), (3, 1, 4)])
def test_a_ramp_counts_along_the_last_axis(shape: tuple[int, ...]) -> None:
    array = ramp(shape)
    made = eval(array.code, {"torch": torch})
    assert (array.shape, array.data) == (shape, None)
    assert made.tolist() == np.broadcast_to(np.arange(1, shape[-1] + 1), shape).tolist()


def test_a_huge_ramp_takes_no_memory() -> None:
    assert ramp((10**6, 10**12)).code == "torch.arange(1.0, 1000000000001.0).repeat(1000000, 1)"


@given(st.lists(st.floats(width=32), min_size=1))
def test_code_spells_out_lists_and_numpy_alike(numbers: list[float]) -> None:
    for data in (numbers, np.array(numbers, np.float32)):
        array = Array("numbers", (len(numbers),), data, spelled_out=True)
        np.testing.assert_array_equal(eval(array.code, {"torch": torch}).numpy(), np.array(numbers, np.float32))


def test_what_is_not_spelled_out_keeps_its_recipe() -> None:
    assert Array("file", (2,), [1.0, 2.0], recipe="torch.load('x.pt')").code == "torch.load('x.pt')"


def test_dtype_is_the_stored_one() -> None:
    assert Array("list", (1,), [1.0]).dtype == "float32"
    assert Array("bytes", (1,), np.zeros(1, np.uint8)).dtype == "uint8"


@given(arrays.arrays(np.float64, arrays.array_shapes(), elements=st.floats(width=32)))
def test_extent_is_of_the_finite_numbers(values: np.ndarray) -> None:
    finite = [v for v in values.flat if math.isfinite(v)]
    low, high = extent(values)
    assert low == min(finite, default=0)
    assert high == low or high == max(finite)


def test_rounding_alone_is_no_extent() -> None:
    assert extent(np.array([0.25, 0.25 + 3e-8])) == (0.25, 0.25)
    assert extent(np.array([0.25, 0.26])) == (0.25, 0.26)
