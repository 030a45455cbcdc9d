"""``samples`` and ``filters``."""

import json
from collections.abc import Callable

from tests.conftest import Ran


def test_what_there_is_to_feed(convcli: Callable[..., Ran]) -> None:
    samples = json.loads(convcli("samples", "--json").out)["samples"]
    assert samples["input_2d"]["shape"] == [2, 5]
    [sobel] = json.loads(convcli("filters", "sobel-x", "--json").out)["filters"]
    assert sobel["values"][1] == [-2.0, 0.0, 2.0]
    assert "every sign turns" in convcli("filters", "sobel-x", "--flip").out
    assert "sobel-x" in convcli("filters", "sobel").err
