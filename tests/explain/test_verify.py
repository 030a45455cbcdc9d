"""Fixes are tried on code that is made of the message's numbers; nothing of a message is run."""

from dataclasses import replace

import pytest

from convcli.explain.rule import Fix
from convcli.explain.verify import LARGEST, verified
from convcli.refusals import Failure
from tests.explain import explained

CHANNELS = (
    "Given groups=1, weight of size [8, 3, 3, 3], expected input{} to have 3 channels, but got {} channels instead"
)


@pytest.mark.parametrize(
    "text",
    [
        "mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)",
        CHANNELS.format([4, 28, 28, 3], 28),
        CHANNELS.format([1, 28, 28, 3], 28),
        CHANNELS.format([4, 1, 28, 28], 1),
        "Given groups=1, weight of size [8, 1, 3, 3], expected input[1, 64, 28, 28] to have 1 channels, but got "
        "64 channels instead",
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [64, 784]",
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [32, 24, 1, 12]",
        "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [1, 1, 690, 2]",
        "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: [64, 100]",
        "Expected 4D (unbatched) or 5D (batched) input to conv3d, but got input of size: [128, 128, 128]",
        "Expected 4-dimensional input for 4-dimensional weight [64, 3, 7, 7], but got 3-dimensional input of size "
        "[384, 128, 3] instead",
        "mat1 and mat2 shapes cannot be multiplied (640x5 and 800x10)",
        CHANNELS.format([1, 16, 3, 784], 16),
        "images = os.system('false')\nmaps = net(images)\nRuntimeError: " + CHANNELS.format([4, 28, 28, 3], 28),
    ],
)
def test_a_fix_that_mends_is_verified(text: str) -> None:
    tried = verified(explained(text)).tried
    assert tried
    assert all(tried.values())


def test_a_fix_that_does_not_is_not() -> None:
    found = explained("mat1 and mat2 shapes cannot be multiplied (128x512 and 2048x4096)")
    wrong = replace(found.hypotheses[0], fixes=(Fix("x = x.flatten(1)"),))
    rule = found.rule
    type(rule).hypotheses, kept = lambda self: iter([wrong]), type(rule).hypotheses  # type: ignore[method-assign]
    try:
        assert verified(replace(found, hypotheses=(wrong,))).tried == {wrong.fixes[0]: False}
    finally:
        type(rule).hypotheses = kept  # type: ignore[method-assign]


@pytest.mark.parametrize(
    "text",
    [
        "only one dimension can be inferred",
        f"mat1 and mat2 shapes cannot be multiplied (1x{2 * LARGEST} and 3x2)",
        "mat1 and mat2 shapes cannot be multiplied (1x3 and 3x2)",
        "Given input size: (3x1x1). Calculated output size: (3x0x0). Output size is too small",
    ],
)
def test_what_cannot_be_raised_again_is_not_tried(text: str) -> None:
    with pytest.raises(Failure, match="nothing was tried"):
        verified(explained(text))


def test_a_fix_that_would_take_too_much_is_not_tried() -> None:
    found = explained("mat1 and mat2 shapes cannot be multiplied (1x20001 and 2x20000)")
    assert found.hypotheses[0].fixes[0].code == "layer = nn.Linear(20001, 20000)"
    assert verified(found).tried == {}


def test_torch_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    verified(explained("mat1 and mat2 shapes cannot be multiplied (4x0 and 8x0)"))
    assert not recwarn.list


def test_where_the_users_line_changes_what_is_said_the_fixes_are_those_of_the_numbers() -> None:
    found = explained("y = a @ b\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x5 and 4x5)")
    assert verified(found).tried == {}
