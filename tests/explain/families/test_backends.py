"""Operations that a kind of device or tensor hasn't got."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "NotImplementedError: The operator 'aten::_ctc_loss' is not currently implemented for the MPS device.",
        "backend-missing",
        "device",
        "PYTORCH_ENABLE_MPS_FALLBACK=1",
    ),
    (
        "NotImplementedError: Could not run 'quantized::conv2d.new' with arguments from the 'CPU' backend.",
        "backend-missing",
        "model",
        "QuantStub()",
    ),
    (
        "NotImplementedError: Could not run 'aten::add.out' with arguments from the 'QuantizedCPU' backend.",
        "backend-missing",
        "model",
        "FloatFunctional",
    ),
    (
        "NotImplementedError: Could not run 'torchvision::nms' with arguments from the 'CUDA' backend.",
        "backend-missing",
        "device",
        "torchvision of one release",
    ),
    (
        "NotImplementedError: Could not run 'aten::empty.memory_format' with arguments from the 'HPU' backend.",
        "backend-missing",
        "device",
        "x.cpu()",
    ),
    ("RuntimeError: Tensor.item() cannot be called on meta tensors", "backend-missing", "device", "no values"),
    (
        "NotImplementedError: aten::_unique2: attempted to run this operator with Meta tensors, but there was no "
        "fake impl or Meta kernel registered.",
        "backend-missing",
        "device",
        "_unique2 needs values",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
