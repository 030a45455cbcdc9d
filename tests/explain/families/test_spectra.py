"""Spectra."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "RuntimeError: istft requires a complex-valued input tensor matching the output from stft with "
        "return_complex=True.",
        "stft-complex",
        "call",
        "view_as_complex",
    ),
    (
        "RuntimeError: stft requires the return_complex parameter be given for real inputs, and will further "
        "require that return_complex=True in a future PyTorch release.",
        "stft-complex",
        "call",
        "return_complex=True",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
