"""The formula asked forwards and backwards."""

from typing import Any

import pytest

from convcli.refusals import Refusal
from convcli.sizing import backwards, forwards


def test_forwards_and_back() -> None:
    [axis] = forwards("conv", {"size": (224,), "kernel_size": (7,), "stride": (2,), "padding": (3,)})
    assert axis.output == 112
    [answer] = backwards("conv", {"size": (224,), "output": (112,)})
    assert answer.settings.listed[0].kernel == 3
    [answer] = backwards("conv", {"output": (112,), "kernel_size": (3,), "stride": (2,), "padding": (1,)})
    assert [setting.size for setting in answer.settings.listed] == [223, 224]
    assert [a.name for a in backwards("pool", {"size": (8, 9), "output": (4, 4)})] == ["height", "width"]


@pytest.mark.parametrize(
    ("asked", "keep"),
    [
        ({"size": (1, 2, 3, 4)}, True),
        ({}, True),
        ({"size": (5,), "padding": "same"}, True),
        ({"size": (10,), "output": (7,), "kernel_size": (3,), "stride": (2,), "padding": (0,)}, False),
        ({"size": (0,), "output": (7,)}, False),
        ({"output": (10**9,), "stride": (10**10 + 4,)}, False),
    ],
)
def test_what_has_no_answer(asked: dict[str, Any], keep: bool) -> None:
    with pytest.raises(Refusal):
        backwards("conv", asked, keep=keep)
