"""Patterns of einops: what its versions say, and torch's own copy of it."""

import pytest

from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import assert_first

OF = 'einops.EinopsError:  Error while processing rearrange-reduction pattern "{0}".\n Input tensor shape: '
CASES = [
    (
        OF.format("b c t -> b (c t)") + "torch.Size([3, 16000]). Additional info: {}.\n Wrong shape: expected 3 dims. "
        "Received 2-dim tensor.",
        "call",
        "[3, 16000] has 2: that for b is missing",
    ),
    (
        OF.format("(b f) c h w -> b c f h w")
        + "torch.Size([2, 8, 4, 16, 16]). Additional info: {'f': 4}.\n Expected 4 dimensions, got 5",
        "call",
        "names 4 axes, and [2, 8, 4, 16, 16] has 5",
    ),
    (
        OF.format("b c (h p1) (w p2) -> b (h w) (p1 p2 c)")
        + "torch.Size([1, 3, 96, 90]). Additional info: {'p1': 16, 'p2': 16}.\n Shape mismatch, can't divide axis of "
        "length 90 in chunks of 16",
        "data",
        "(w p2) is 90 long, which isn't a multiple of 16",
    ),
    (
        OF.format("b n (h d) -> b h n d")
        + "torch.Size([2, 7, 100]). Additional info: {'h': 8}.\n Shape mismatch, can't divide axis of length 100 in "
        "chunks of 8",
        "model",
        "a number of heads",
    ),
    ("einops.EinopsError: Shape mismatch, 300 != 320", "model", "300 long, which isn't 320"),
]


@pytest.mark.parametrize(("text", "change", "words"), CASES)
def test_the_first_answer(text: str, change: str, words: str) -> None:
    assert_first(text, "einops-shape", change, words)


@pytest.mark.parametrize("text", ["ValueError: Expected 2 dimensions, got 3", "Shape mismatch, 3 != 4"])
def test_another_librarys_words_are_left_alone(text: str) -> None:
    assert diagnose(read(text)) is None
