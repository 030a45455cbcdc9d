"""What reaches stdout and stderr, whatever they are."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.conftest import Ran

Run = Callable[..., Ran]
PROGRAM = [sys.executable, "-m", "convcli"]


def run_process(*arguments: str, **more: object) -> subprocess.CompletedProcess:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False, **more)  # type: ignore


def test_a_pipe_that_closes_and_a_stream_without_our_signs() -> None:
    piped = subprocess.run(
        f"{sys.executable} -m convcli conv1d | head -n 1", shell=True, capture_output=True, text=True, check=False
    )
    assert piped.stdout.startswith("╭─ nn.Conv1d(1, 1, kernel_size=3) ─")
    assert piped.stderr == ""
    dots = run_process("conv1d", "--show", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert "min 1 | max 10 | mean 5.5" in dots.stdout
    assert "2*0" in dots.stdout
    narrow = run_process(
        "conv1d", "-p", "1", "--at", "0", env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "60"}
    )
    assert max(map(len, narrow.stdout.splitlines())) <= 60
    plain = run_process("formula", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert plain.returncode == 0
    assert "3  =  floor(7 / 2) = floor(3.5)" in plain.stdout


def test_no_width_and_no_stdout() -> None:
    command = [*PROGRAM, "conv1d"]
    ran = subprocess.run(command, env=os.environ | {"COLUMNS": "0"}, capture_output=True, text=True, check=True)
    assert "[1, 1, 10] → [1, 1, 8]" in ran.stdout
    shut = subprocess.run(["bash", "-c", f"{shlex.join(command)} >&-"], capture_output=True, text=True, check=False)
    assert (shut.returncode, shut.stderr) == (0, "")


def test_markup_and_escapes_in_names_are_harmless(convcli: Run, tmp_path: Path) -> None:
    name = tmp_path / "[red]a\x1b[31m.npy"
    np.save(name, np.ones(5, np.float32))
    ran = convcli("conv1d", "-i", str(name), columns=400)
    assert ran.code == 0
    assert "[red]a\\x1b[31m.npy" in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert "[red]b\\x1b" in convcli("conv1d", "-i", "[red]b\x1b.npy").err


def test_a_caret_stands_below_its_sign(convcli: Run) -> None:
    _, line, caret, *_ = convcli("network", "ReLU(); \x01\x02\x1b*oops").err.splitlines()
    assert line == "  ReLU(); \\x01\\x02\\x1b*oops"
    assert caret == "          ^"
