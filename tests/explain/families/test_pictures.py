"""Pictures and arrays: their channels, kinds and types."""

import pytest

from tests.explain import assert_first

CASES = [
    ("x = torch.from_numpy(obs)\nTypeError: expected np.ndarray (got tuple)", "picture-kind", "data", "env.reset()"),
    (
        "x = torch.tensor(game.reset())\nValueError: expected sequence of length 8 at dim 1 (got 2)",
        "array-kind",
        "data",
        "info",
    ),
    ("expected sequence of length 6 at dim 1 (got 0)", "array-kind", "data", "observation"),
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
    ("TypeError: Cannot handle this data type: (1, 1, 1), |u1", "picture-kind", "data", "squeeze(-1)"),
    ("TypeError: Cannot handle this data type: (1, 1, 3), <f4", "picture-kind", "data", "uint8"),
    ("TypeError: Cannot handle this data type: (1, 1, 224), |u1", "picture-kind", "data", "permute(1, 2, 0)"),
    ("pic should be Tensor or ndarray. Got <class 'PIL.Image.Image'>", "picture-kind", "data", "leave ToPILImage out"),
    ("RuntimeError: Could not infer dtype of NoneType", "array-kind", "data", "None is among the values"),
    ("RuntimeError: Could not infer dtype of PngImageFile", "array-kind", "data", "ToTensor"),
    ("RuntimeError: Could not infer dtype of numpy.float32", "array-kind", "data", "np.array(values)"),
    ("RuntimeError: Could not infer dtype of dict", "array-kind", "data", "dict came"),
    (
        "ValueError: Unable to create tensor, you should probably activate truncation and/or padding with "
        "'padding=True' 'truncation=True' to have batched tensors with the same length.",
        "array-kind",
        "data",
        "padding=True",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
