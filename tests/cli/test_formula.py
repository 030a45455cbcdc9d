"""``formula``, forwards and backwards."""

import json
import sys
from collections.abc import Callable

import pytest

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


def test_backwards(convcli: Run) -> None:
    solutions = found(convcli("formula", "--size", "224", "--output", "112", "--json"))["solutions"]
    first = {"size": 224, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 0}
    assert solutions[0] == first
    kept = convcli("formula", "--size", "28", "--keep", "--kernel", "5").out
    assert "kernel  stride  padding  dilation\n     5       1        2         1\n" in kept
    assert found(convcli("formula", "--size", "7", "--kernel", "2", "--pool", "--json"))["axes"][0]["stride"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--transposed --ceil-mode", "choose one"),
        ("--size 4 --output-padding 1", "add --transposed"),
        ("--size 4 --keep --output 4", "choose one"),
    ],
)
def test_flags_that_contradict_each_other(convcli: Run, arguments: str, said: str) -> None:
    ran = convcli("formula", *arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
