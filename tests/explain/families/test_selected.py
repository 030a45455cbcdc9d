"""Elements that are picked, or put in, by tensors of indices."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "IndexError: shape mismatch: indexing tensors could not be broadcast together with shapes [8], [6]",
        "index-shapes",
        "call",
        "these have [8] and [6]",
    ),
    (
        "RuntimeError: index_add_(): Number of indices (2) should be equal to source.size(dim): (3), for dim: 0",
        "index-source",
        "data",
        "edge_index[1]",
    ),
    ("IndexError: index_select(): Index is supposed to be a vector", "index-source", "call", "index.flatten()"),
    (
        "RuntimeError: source tensor shape must match self tensor shape, excluding the specified dimension. Got "
        "self.shape = [5, 3] source.shape = [2, 4]",
        "index-source",
        "data",
        "source.new_zeros",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
