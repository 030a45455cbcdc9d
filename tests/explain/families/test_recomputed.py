"""Activation checkpoints."""

import pytest

from tests.explain import assert_first

CASES = [
    (
        "torch.utils.checkpoint.CheckpointError: torch.utils.checkpoint: Recomputed values for the following "
        "tensors have different metadata than during the forward pass.",
        "checkpoint-recomputed",
        "model",
        "use_cache=False",
    ),
]


@pytest.mark.parametrize(("text", "code", "change", "words"), CASES)
def test_the_first_answer(text: str, code: str, change: str, words: str) -> None:
    assert_first(text, code, change, words)
