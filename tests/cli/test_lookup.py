"""``samples`` and ``filters``."""

import json
from collections.abc import Callable

import pytest

from tests.conftest import Ran


def test_what_there_is_to_feed(convcli: Callable[..., Ran]) -> None:
    samples = json.loads(convcli("samples", "--json").out)["samples"]
    assert samples["input_2d"]["shape"] == [2, 5]
    assert [each["name"] for each in samples.values()] == [*samples]
    [sobel] = json.loads(convcli("filters", "sobel-x", "--json").out)["filters"]
    assert sobel["values"][1] == [-2.0, 0.0, 2.0]
    assert "every sign turns" in convcli("filters", "sobel-x", "--flip").out


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("filters sobel", ["sobel-x", "sobel-y"]),
        ("filters Sobel_X", ["sobel-x"]),
        ("filters GAUSSIAN", ["gaussian"]),
        ("samples input_2d", ["input_2d"]),
        ("samples INPUT", ["input_1d", "input_2d", "input_2d_img"]),
    ],
)
def test_names_as_people_type_them(convcli: Callable[..., Ran], typed: str, shown: list[str]) -> None:
    [listed] = json.loads(convcli(*typed.split(), "--json").out).values()
    assert [each if isinstance(listed, dict) else each["name"] for each in listed] == shown
    assert convcli(*typed.split()).out.count(shown[0])


@pytest.mark.parametrize(
    ("typed", "near"),
    [("filters sobelx2", "sobel-x"), ("filters gausian", "gaussian"), ("filters qq", "identity"), ("samples x", "img")],
)
def test_what_is_no_name(convcli: Callable[..., Ran], typed: str, near: str) -> None:
    ran = convcli(*typed.split())
    assert (ran.code, ran.out) == (2, "")
    assert near in ran.err
