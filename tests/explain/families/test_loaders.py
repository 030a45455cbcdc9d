"""DataLoaders, and what can be asked of one."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "ValueError: batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
        "loader-settings",
        "data",
        "batch_sampler=…",
    ),
    (
        "ValueError: prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to "
        "enable multiprocessing, otherwise set prefetch_factor to None.",
        "loader-settings",
        "data",
        "num_workers is 0",
    ),
    ("ValueError: persistent_workers option needs num_workers > 0", "loader-settings", "data", "num_workers is 0"),
    (
        "ValueError: batch_size should be a positive integer value, but got batch_size=0",
        "loader-settings",
        "data",
        "batch_size is 0",
    ),
    ("TypeError: 'DataLoader' object is not subscriptable", "loader-settings", "data", "next(iter(loader))"),
    (
        "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must "
        "use the 'spawn' start method",
        "loader-settings",
        "data",
        "num_workers=0",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
