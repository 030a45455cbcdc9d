"""Moves that fail: what is missing where it is moved to, or from where it comes."""

import pytest

from tests.explain import assert_first, at

CASES = [
    ("RuntimeError: No CUDA GPUs are available", "device-missing", "device", "no GPU is seen here"),
    ("AssertionError: Torch not compiled with CUDA enabled", "device-missing", "device", "a build without it"),
    (
        at(
            "curve = np.array(self.history['loss'])",
            "TypeError: can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
            "memory first.",
            "torch/_tensor.py",
        ),
        "device-numpy",
        "device",
        "append(loss.item())",
    ),
    (
        "y = out.numpy()\nTypeError: can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy "
        "the tensor to host memory first.",
        "device-numpy",
        "device",
        "cuda:0",
    ),
    (
        "state = torch.load(path)\nRuntimeError: Attempting to deserialize object on a CUDA device but "
        "torch.cuda.is_available() is False.",
        "device-missing",
        "checkpoint",
        "GPU",
    ),
    (
        "module must have its parameters and buffers on device cuda:0 (device_ids[0]) but found one of them on "
        "device: cpu",
        "device-replica",
        "device",
        "cuda:0",
    ),
    (
        "Attempting to deserialize object on CUDA device 3 but torch.cuda.device_count() is 1.",
        "device-missing",
        "checkpoint",
        "the last is cuda:0",
    ),
    (
        "Attempting to deserialize object on CUDA device 0 but torch.cuda.device_count() is 0.",
        "device-missing",
        "checkpoint",
        'map_location="cpu"',
    ),
    (
        "module must have its parameters and buffers on device cuda:0 (device_ids[0]) but found one of them "
        "on device: cuda:2",
        "device-replica",
        "device",
        "device_ids=[2",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
