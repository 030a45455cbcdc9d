"""Checkpoints that can't be read."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "_pickle.UnpicklingError: Weights only load failed. This file can still be loaded, to do so you have two "
        "options",
        "checkpoint-file",
        "checkpoint",
        "weights_only=False",
    ),
    (
        "_pickle.UnpicklingError: Weights only load failed. Please file an issue with the following so that we can "
        "make `weights_only=True` compatible with your use case: WeightsUnpickler error: Unsupported operand 118",
        "checkpoint-file",
        "checkpoint",
        "git lfs pull",
    ),
    ("_pickle.UnpicklingError: invalid load key, '<'.", "checkpoint-file", "checkpoint", "begins with '<'"),
    (
        "RuntimeError: PytorchStreamReader failed reading zip archive: failed finding central directory",
        "checkpoint-file",
        "checkpoint",
        "damaged",
    ),
    (
        "RuntimeError: unexpected EOF, expected 7491165 more bytes. The file might be corrupted.",
        "checkpoint-file",
        "checkpoint",
        "damaged",
    ),
    (
        "AttributeError: Can't get attribute 'Net' on <module '__main__' from 'test.py'>",
        "checkpoint-file",
        "checkpoint",
        "import Net",
    ),
    (
        'File "/usr/lib/python3.11/multiprocessing/spawn.py", line 126, in _main\n    self = '
        "reduction.pickle.load(from_parent)\nAttributeError: Can't get attribute 'Faces' on <module '__main__' "
        "(built-in)>",
        "checkpoint-file",
        "data",
        "num_workers=0",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
