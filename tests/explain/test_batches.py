"""Data on their way into a batch."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "stack expects each tensor to be equal size, but got [3, 640, 640] at entry 0 and [3, 1280, 1280] at entry 6",
        "batch-sizes",
        "data",
        "[640, 640]",
    ),
    (
        "stack expects each tensor to be equal size, but got [3, 32, 64] at entry 0 and [3, 64, 32] at entry 1",
        "batch-sizes",
        "data",
        "upright",
    ),
    (
        "stack expects each tensor to be equal size, but got [224, 224] at entry 0 and [3, 224, 224] at entry 29",
        "batch-sizes",
        "data",
        "grey",
    ),
    (
        "stack expects each tensor to be equal size, but got [1, 224, 224] at entry 0 and [3, 224, 224] at entry 29",
        "batch-sizes",
        "data",
        "1 and 3 channels",
    ),
    (
        "stack expects each tensor to be equal size, but got [5, 4] at entry 0 and [2, 4] at entry 1",
        "batch-sizes",
        "data",
        "boxes",
    ),
    (
        "stack expects each tensor to be equal size, but got [17] at entry 0 and [23] at entry 1",
        "batch-sizes",
        "data",
        "sequences",
    ),
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class "
        "'PIL.Image.Image'>",
        "batch-types",
        "data",
        "Pillow",
    ),
    ("num_samples should be a positive integer value, but got num_samples=0", "data-empty", "data", "empty"),
    (
        "output with shape [1, 28, 28] doesn't match the broadcast shape [3, 28, 28]",
        "normalize-channels",
        "data",
        "grey",
    ),
    ("pic should be PIL Image or ndarray. Got <class 'torch.Tensor'>", "picture-kind", "data", "already"),
    (
        "Input tensor should be a torch tensor. Got <class 'PIL.Image.Image'>.",
        "picture-kind",
        "data",
        "still a Pillow",
    ),
    ("img should be PIL Image. Got <class 'numpy.ndarray'>", "picture-kind", "data", "NumPy"),
    (
        "can't convert np.ndarray of type numpy.object_. The only supported types are: float64",
        "array-kind",
        "data",
        "objects",
    ),
    (
        "At least one stride in the given numpy array is negative, and tensors with negative strides are not "
        "currently supported.",
        "array-kind",
        "data",
        "flipped",
    ),
    (
        "x = torch.tensor(parts)\nValueError: only one element tensors can be converted to Python scalars",
        "array-kind",
        "data",
        "list of tensors",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
