"""``formula``, forwards."""

import json
import sys
from collections.abc import Callable

from tests.conftest import Ran

Run = Callable[..., Ran]
PROGRAM = [sys.executable, "-m", "convcli"]


def found(ran: Ran) -> dict:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_formula_json(convcli: Run) -> None:
    result = found(convcli("formula", "--size", "10", "--kernel", "3", "--stride", "2", "--json"))
    assert result["kind"] == "conv"
    axis = {"size": 10, "kernel": 3, "stride": 2, "padding": 0, "dilation": 1, "output": 4, "unread": [9]}
    assert axis.items() <= result["axes"][0].items()


def test_formula_of_a_huge_size_is_not_counted_cell_by_cell(convcli: Run) -> None:
    ran = convcli("formula", "--size", "1000000000000", "--kernel", "3", "--stride", "5")
    assert "output 200000000000" in ran.out
    assert "(400,000,000,000 of 1,000,000,000,000)" in ran.out
