"""``convcli explain`` as it is run."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

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
