"""What torch accepts and a learner may not have meant is told, on stderr and in JSON; the rest is quiet."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
        ("conv1d --padding-mode reflect", (1, 1, 10), "float32", "padding mode reflect changes nothing"),
        ("conv2d --kernel 1x3 --dilation 2", (1, 1, 9, 9), "float32", "dilation 2 along height changes nothing"),
        ("avgpool1d --no-count-include-pad", (1, 1, 10), "float32", "changes nothing: there is no padding"),
        (
            "avgpool2d --padding 1 --no-count-include-pad --divisor-override 3",
            (1, 1, 9, 9),
            "float32",
            "changes nothing: the divisor is given",
        ),
        ("conv1d --weight 1,0,-1 --seed 3", (1, 1, 10), "float32", "seed 3 changes nothing"),
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


def test_what_is_said_to_change_nothing_changes_nothing(convcli: Callable[..., Ran]) -> None:
    for said, unsaid in (
        ("conv1d --padding-mode reflect", "conv1d"),
        ("conv1d --kernel 1 --dilation 2", "conv1d --kernel 1"),
        ("avgpool1d --kernel 3 --ceil-mode --no-count-include-pad", "avgpool1d --kernel 3 --ceil-mode"),
        (
            "avgpool2d --padding 1 --no-count-include-pad --divisor-override 3",
            "avgpool2d --padding 1 --divisor-override 3",
        ),
        ("conv1d --weight 1,0,-1 --seed 3", "conv1d --weight 1,0,-1"),
    ):
        with_it, without = convcli(*said.split(), "--json"), convcli(*unsaid.split(), "--json")
        assert "changes nothing" in with_it.err
        assert "changes nothing" not in without.err
        assert json.loads(with_it.out)["output"] == json.loads(without.out)["output"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d -i input_2d_img", "as [batch, channels, length], a batch of 3: a 2d layer takes it as it is"),
        ("conv3d -i input_2d_img -k 1", "is [channels, height, width], and went in as [depth, height, width]"),
        ("conv2d -i input_2d -k 2", "a 1d layer takes it as it is"),
        ("conv1d -i picture", "went in as [channels, length]: a 2d layer"),
        ("conv1d -i grey.png", "as [batch, channels, length]: a 2d layer takes it as it is"),
    ],
)
def test_axes_taken_for_others(
    convcli: Callable[..., Ran], arguments: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", (9, 5)).save("grey.png")
    assert said in convcli(*arguments.split(), "--json").err


@pytest.mark.parametrize(
    "arguments",
    [
        "conv1d",
        "conv1d --in 2",
        "conv2d",
        "conv3d",
        "avgpool2d -k 1",
        "conv1d --padding 1",
        "conv2d -i picture",
        "conv1d -i word",
        "conv1d -i wave",
    ],
)
def test_the_posts_samples_are_quiet(convcli: Callable[..., Ran], arguments: str) -> None:
    ran = convcli(*arguments.split(), "--json")
    assert (ran.err, json.loads(ran.out)["warnings"]) == ("", [])
