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
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <U14",
        "batch-types",
        "data",
        "encode text",
    ),
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found object",
        "batch-types",
        "data",
        "encode text",
    ),
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class "
        "'builtin_function_or_method'>",
        "batch-types",
        "data",
        "brackets",
    ),
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class "
        "'torch_geometric.data.data.Data'>",
        "batch-types",
        "data",
        "torch_geometric.loader",
    ),
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found <class "
        "'data.GTEADataset'>",
        "batch-types",
        "data",
        "whole GTEADataset",
    ),
    (
        "Expected tensor to be a tensor image of size (C, H, W). Got tensor.size() = torch.Size([32, 3, 8, 8]).",
        "picture-kind",
        "data",
        "4 axes",
    ),
    (
        "Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = torch.Size([28, 28]).",
        "picture-kind",
        "data",
        "unsqueeze(0)",
    ),
    ("tensor is not a torch image.", "picture-kind", "data", "no batch"),
    (
        '  File "/lib/python3/site-packages/torch/utils/data/_utils/collate.py", line 5, in '
        "default_collate\nRuntimeError: invalid argument 0: Sizes of tensors must match except in dimension "
        "0. Got 128 and 0 in dimension 2",
        "batch-sizes",
        "data",
        "empty",
    ),
    (
        '  File "/lib/python3/site-packages/torch/utils/data/_utils/collate.py", line 5, in '
        "default_collate\nRuntimeError: invalid argument 0: Tensors must have same number of dimensions: got "
        "3 and 4",
        "batch-sizes",
        "data",
        "grey",
    ),
    ("some of the strides of a given numpy array are negative.", "array-kind", "data", "copy()"),
    ("expected np.ndarray (got numpy.ndarray)", "picture-kind", "call", "another NumPy"),
    ("img should be PIL Image. Got <class 'dict'>", "picture-kind", "data", "sample['image']"),
    ("pic should be PIL Image or ndarray. Got <class 'NoneType'>", "picture-kind", "data", "wasn't read"),
    ("Unexpected type <class 'numpy.ndarray'>", "picture-kind", "data", "NumPy array"),
    ("pic should be 2/3 dimensional. Got 4 dimensions.", "picture-kind", "data", "a batch"),
    ("pic should be 2/3 dimensional. Got 0 dimensions.", "picture-kind", "data", "wasn't read"),
    (
        "img = normalize(img)\nRuntimeError: The size of tensor a (12) must match the size of tensor b (3) "
        "at non-singleton dimension 0",
        "normalize-channels",
        "data",
        "stacked",
    ),
    (
        "a, b = random_split(data, [0.8, 0.2])\nValueError: Sum of input lengths does not equal the length "
        "of the input dataset!",
        "data-empty",
        "data",
        "counts",
    ),
    (
        "stack expects each tensor to be equal size, but got [327680, 2] at entry 0 and [327680] at entry 6",
        "batch-sizes",
        "data",
        "recordings",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
