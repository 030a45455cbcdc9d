"""``convcli explain`` as it is run."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from tests.conftest import Ran

Run = Callable[..., Ran]


def test_a_traceback_on_stdin_passes_through() -> None:
    text = (
        'Traceback (most recent call last):\n  File "net.py", line 7, in forward\n    x = self.fc(x)\n'
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x800 and 512x10)\n"
    )
    command = [sys.executable, "-m", "convcli", "explain", "--json"]
    ran = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    assert ran.stderr == text
    answer = json.loads(ran.stdout)
    assert (answer["recognised"], answer["kind"]) == (True, "linear")
    assert answer["raised_by"] == {"place": "net.py, line 7", "line": "x = self.fc(x)"}
    assert answer["fixes"][0]["code"] == "layer = nn.Linear(800, 10)"


def test_an_unknown_message_is_not_recognised(convcli: Run) -> None:
    ran = convcli("explain", "KeyError: 'a\x1b[31m'")
    assert (ran.code, ran.out) == (1, "")
    assert "not recognised" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("unit", ["Error: ", "\x1b[", "[1, ", "1", "Given groups=1, weight of size [", "\nE: Error: a"])
def test_hostile_text_comes_to_an_end(convcli: Run, unit: str) -> None:
    assert convcli("explain", unit * 200_000).code == 1


def test_torch_stays_away() -> None:
    script = (
        "import sys; from convcli.cli import main\n"
        "try: main(['explain', 'mat1 and mat2 shapes cannot be multiplied (4x8 and 5x1)'])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)


def test_verify_tries_the_fix(convcli: Run) -> None:
    ran = convcli("explain", "running_mean should contain 32 elements not 16", "--verify", "--json")
    assert json.loads(ran.out)["fixes"][0]["verified"]


def test_what_is_not_recognised_is_json_too(convcli: Run) -> None:
    ran = convcli("explain", "RuntimeError: something about padding", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["recognised"] is False
    empty = convcli("explain", " ")
    assert (empty.code, empty.out) == (2, "")
    assert "there is no message" in empty.err


CASES = [
    (nn.Conv2d(3, 8, 3), (1, 28, 28, 3), "channels"),
    (nn.Conv2d(3, 8, 3), (28, 28, 3), "channels"),
    (nn.Conv2d(3, 8, 3), (1, 1, 28, 28), "channels"),
    (nn.Conv2d(1, 8, 3), (64, 28, 28), "channels"),
    (nn.Conv1d(3, 8, 3), (4, 100, 3), "channels"),
    (nn.Conv2d(4, 8, 3, groups=2), (1, 6, 28, 28), "channels"),
    (nn.ConvTranspose2d(16, 8, 2, stride=2), (1, 8, 14, 14), "channels"),
    (nn.Conv2d(1, 8, 3), (28, 28), "rank"),
    (nn.Conv2d(3, 8, 3), (1, 1, 3, 28, 28), "rank"),
    (nn.Conv2d(3, 8, 3, dilation=4, padding=1), (1, 3, 5, 5), "kernel_larger"),
    (nn.Conv1d(1, 8, 11), (1, 1, 10), "kernel_larger"),
    (nn.Conv2d(3, 8, 3, padding=9, padding_mode="reflect"), (1, 3, 9, 9), "padding_too_wide"),
    (nn.Conv2d(3, 8, 3, stride=(1, 1, 1)), (1, 3, 9, 9), "tuple_length"),
    (nn.Conv2d(3, 8, 3, stride=0), (1, 3, 9, 9), "not_positive"),
    (nn.ConvTranspose1d(16, 8, 2, padding=9), (1, 16, 4), "no_output"),
    (nn.ConvTranspose2d(16, 8, 2, stride=2, output_padding=2), (1, 16, 4, 4), "output_padding"),
    (nn.MaxPool2d(2), (1, 3, 1, 1), "too_small"),
    (nn.AvgPool1d(7), (2, 5, 3), "too_small"),
    (nn.MaxPool2d(2, padding=2), (1, 3, 9, 9), "pool_padding"),
    (nn.MaxPool1d(2, padding=2), (1, 3, 9), "pool_padding"),
    (nn.MaxPool2d((2, 2, 2)), (1, 3, 9, 9), "tuple_length"),
    (nn.Linear(800, 10), (4, 32, 5, 5), "linear"),
    (nn.Linear(800, 10), (3200,), "linear"),
    (nn.Linear(512, 10), (4, 800), "linear"),
    (nn.BatchNorm2d(16), (4, 32, 5, 5), "norm_features"),
    (nn.BatchNorm1d(16), (1, 16), "one_value"),
    (nn.BatchNorm2d(16), (4, 16), "rank"),
]


@pytest.mark.parametrize(("layer", "shape", "kind"), CASES, ids=str)
def test_the_first_fix_of_a_real_error_runs(convcli: Run, layer: nn.Module, shape: tuple[int, ...], kind: str) -> None:
    x = torch.rand(shape)
    with pytest.raises((RuntimeError, ValueError, IndexError)) as error:
        layer(x)
    ran = convcli("explain", f"{error.type.__name__}: {error.value}", "--json")
    found = json.loads(ran.out)
    assert (ran.code, found["recognised"], found["kind"]) == (0, True, kind)
    for fix in [f for i, f in enumerate(found["fixes"]) if f["verified"] or i == 0]:
        names = {"x": x, "layer": layer, "torch": torch, "nn": nn, "F": F}
        exec(fix["code"], names)
        names["layer"](names["x"])  # type: ignore[operator]
