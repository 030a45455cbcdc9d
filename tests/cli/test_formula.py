"""``formula``, forwards and backwards."""

import json
import re
import shlex
import sys
from collections.abc import Callable

import pytest

from convcli.sizing import SEVERAL
from convcli.views.worked import NEXT
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
    assert set(result) == {"kind", "axes"}


def test_channels_add_what_a_layer_counts(convcli: Run) -> None:
    arguments = "formula --size 224x224 --kernel 7 --stride 2 --padding 3 --in 3 --out 64"
    counted = {"code": "nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3)", "parameters": 9472, "macs": 118013952}
    assert counted.items() <= found(convcli(*arguments.split(), "--json")).items()
    assert counted["code"] in convcli(*arguments.split()).out
    grouped = convcli("formula", "--in", "4", "--out", "4", "--groups", "4", "--no-bias", "--json")
    assert found(grouped)["parameters"] == 12


def test_formula_of_a_huge_size_is_not_counted_cell_by_cell(convcli: Run) -> None:
    ran = convcli("formula", "--size", "1000000000000", "--kernel", "3", "--stride", "5")
    assert "output 200000000000" in ran.out
    assert "(400,000,000,000 of 1,000,000,000,000)" in ran.out
    ran = convcli("formula", "--size", "100000000000", "--kernel", "3", "--stride", "3000000000")
    assert "(99,999,999,898 of 100,000,000,000)" in " ".join(ran.out.split())


def test_backwards(convcli: Run) -> None:
    answer = found(convcli("formula", "--size", "224", "--output", "112", "--json"))
    first = {"size": 224, "kernel": 3, "stride": 2, "padding": 1, "dilation": 1, "output_padding": 0}
    assert answer["solutions"][0] == first | {"kernel_size": 3, "pads": [1, 1]}
    assert answer["count"] is None, "larger kernels with more padding do it too, without end"
    kept = convcli("formula", "--size", "28", "--keep", "--kernel", "5").out
    assert "     5       1        2         1           –\n     5       1        4         2           –\n" in kept
    assert found(convcli("formula", "--size", "7", "--kernel", "2", "--pool", "--json"))["axes"][0]["stride"] == 2
    one = found(
        convcli("formula", "--size", "9", "--output", "3", "--padding", "valid", "--stride", "2", "-k3", "--json")
    )
    assert (one["count"], one["solutions"][0]["dilation"]) == (1, 2)


def test_a_pooling_says_what_it_takes_for_what_was_not_said(convcli: Run) -> None:
    assert "a pooling's own defaults: kernel 2, stride = kernel" in convcli("formula", "--pool").out
    assert "a pooling's own defaults: stride = kernel" in convcli("formula", "--pool", "--kernel", "3").out
    assert "defaults" not in convcli("formula", "--pool", "--kernel", "3", "--stride", "2").out


def test_channels_are_no_axis(convcli: Run) -> None:
    assert "if 3 are channels: --size 224x200" in convcli("formula", "--size", "3x224x200").out
    assert "channels" not in convcli("formula", "--size", "16x224x224").out
    assert convcli("formula", "--size", "224x200").code == 0


def test_algebra_goes_token_by_token(convcli: Run) -> None:
    out = convcli("formula", "--size", "10", "--stride", "2", "--algebra").out
    assert "  = ⌊(10 + 0 − 2 − 1) / 2⌋ + 1\n  = ⌊7 / 2⌋ + 1\n  = ⌊3.5⌋ + 1\n" in out
    assert "kernel reach" not in out
    assert "  = ⌊7 / 1⌋ + 1\n" in convcli("formula", "--algebra").out


SCREENS = [
    "",
    "--size 224 --kernel 7 --stride 2 --padding 3",
    "--size 28x32 --kernel 4 --padding same",
    "--size 7 --ceil-mode",
    "--size 4 --kernel 3 --stride 2 --transposed --output-padding 1",
    "--size 224x224 --in 3 --out 64",
    "--size 224 --output 7",
    "--size 14 --output 28 --transposed",
    "--output 112 --stride 2",
]


@pytest.mark.parametrize("columns", [50, 80])
@pytest.mark.parametrize("arguments", SCREENS)
def test_lines_are_no_longer_than_the_screen_and_end_in_no_blanks(convcli: Run, arguments: str, columns: int) -> None:
    ran = convcli("formula", *arguments.split(), columns=columns)
    assert ran.code == 0, ran.err
    for line in ran.out.splitlines():
        assert len(line) <= columns
        assert line == line.rstrip()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--transposed --ceil-mode", "choose one"),
        ("--size 4 --output-padding 1", "add --transposed"),
        ("--size 4 --keep --output 4", "choose one"),
        ("--size 224 --out 112", "--output 112"),
        ("--size 224 --in 3", "--in 3 --out 64"),
        ("--size 224 --no-bias", "--in 3 --out 64"),
        ("--pool --in 3 --out 3", "no weights"),
        ("--size 28 --keep --in 3 --out 3", "no layer is chosen yet"),
        ("--size 8 --output 4 --pool --kernel 2 --padding 2", "at most half its kernel"),
        ("--size 4 --output 2 --kernel 7 --padding 0", "not one window fits"),
        ("--size 8 --output 9 --transposed --stride 1 --dilation 1 --output-padding 2", "out of range"),
        ("--output 8 --transposed --stride 2", "no input size with kernel 3, stride 2, padding 0"),
        ("--size 28 --keep --padding same", "leave --padding out"),
    ],
)
def test_flags_that_contradict_each_other(convcli: Run, arguments: str, said: str) -> None:
    ran = convcli("formula", *arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


# None of these can be; each names an output that can, and most a flag to leave out, or padding 'same'.
NONE = [
    "--size 28 --output 28 --kernel 4 --stride 1 --dilation 1",
    "--size 10 --output 7 --kernel 3 --stride 2 --padding 0",
    "--size 28 --output 27 --kernel 3 --stride 1",
    "--size 10 --output 30 --padding 0",
    "--size 224 --output 100 --stride 2 --kernel 3 --padding 1 --dilation 1",
    "--size 9 --output 8 --stride 2 --pool",
    "--size 9 --output 9 --stride 2 --pool --ceil-mode",
    "--size 7 --output 15 --transposed --kernel 2 --stride 2 --padding 0 --output-padding 0 --dilation 1",
    "--output 8 --transposed --stride 2",
    "--output 1 --kernel 3 --padding 2",
]


@pytest.mark.parametrize("arguments", NONE)
def test_what_is_suggested_instead_works(convcli: Run, arguments: str) -> None:
    refused = convcli("formula", *arguments.split(), columns=300)
    assert refused.code == 2
    suggested = refused.err.splitlines()[-1]
    output = re.search(r"--output \d+", suggested)
    assert output, suggested
    tried = [re.sub(r"--output \d+", output[0], arguments)]
    if "--padding same" in suggested:
        tried.append(re.sub(r"--output \d+", "--padding same", arguments))
    if left_out := re.search(r"leave (--[\w-]+) out", suggested):
        tried.append(re.sub(rf"{left_out[1]} \d+", "", arguments))
    for other in tried:
        ran = convcli("formula", *other.split())
        assert ran.code == 0, (other, ran.err)


@pytest.mark.parametrize("command", NEXT.values())
def test_what_to_try_next_works(convcli: Run, command: str) -> None:
    ran = convcli(*shlex.split(command)[1:])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


def test_what_is_named_besides_works(convcli: Run) -> None:
    pytest.importorskip("torch")
    assert convcli("adaptiveavgpool1d", "--output-size", "1", "--size", "7", "--json").code == 0
    assert "size 14 → output 28" in convcli("formula", "--size", "14", "--output", "28", "--transposed").out
    assert SEVERAL * 56 == 224
