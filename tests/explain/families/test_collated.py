"""Samples that no batch can be made of, and datasets of another length."""

import pytest

from tests.explain import assert_first, explained

CASES = [
    (
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
        "<class 'mmengine.structures.instance_data.InstanceData'>",
        "batch-types",
        "data",
        "pseudo_collate",
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
        "a, b = random_split(data, [0.8, 0.2])\nValueError: Sum of input lengths does not equal the length "
        "of the input dataset!",
        "data-empty",
        "data",
        "counts",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)


def test_a_mask_keeps_its_class_numbers() -> None:
    message = "batch must contain tensors, numbers, dicts or lists; found <class 'PIL.Image.Image'>"
    assert "masks of class numbers torch.from_numpy(np.array(mask)).long()" in explained(message).hypotheses[0].advice
