"""What torch accepts and a learner may not have meant is told, on stderr and in JSON; the rest is quiet."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Ran


@pytest.mark.parametrize(
    ("arguments", "shape", "dtype", "said"),
    [
        ("conv1d", (32, 100), "float32", "batch of 32"),
        ("conv2d", (16, 28, 28), "float32", "batch of 16"),
        ("conv2d", (28, 28, 3), "float32", "permute(0, 3, 1, 2)"),
        ("conv2d", (2, 28, 28, 4), "float32", "permute(0, 3, 1, 2)"),
        ("conv1d", (1, 7, 7), "float32", "wrong way round"),
        ("conv1d --stride 2", (1, 1, 10), "float32", "never read"),
        ("conv1d --kernel 4 --padding same", (1, 1, 10), "float32", "1 before and 2 after"),
        ("conv1d --padding 3", (1, 1, 10), "float32", "zeros only"),
        ("conv1d", (1, 1, 10), "int64", "converted to float32"),
        ("conv1d", (1, 1, 10), "float64", "converted to float32"),
    ],
)
def test_a_trap_is_told(
    convcli: Callable[..., Ran], tmp_path: Path, arguments: str, shape: tuple[int, ...], dtype: str, said: str
) -> None:
    np.save(tmp_path / "x.npy", np.ones(shape, dtype))
    ran = convcli(*arguments.split(), "-i", str(tmp_path / "x.npy"), "--json")
    assert ran.code == 0
    assert said in ran.err
    assert any(said in warning for warning in json.loads(ran.out)["warnings"])


@pytest.mark.parametrize(
    "arguments", ["conv1d", "conv1d --in 2", "conv2d", "conv3d", "avgpool2d -k 1", "conv1d --padding 1"]
)
def test_the_posts_samples_are_quiet(convcli: Callable[..., Ran], arguments: str) -> None:
    ran = convcli(*arguments.split(), "--json")
    assert (ran.err, json.loads(ran.out)["warnings"]) == ("", [])
