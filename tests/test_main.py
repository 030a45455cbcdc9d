"""Every way out of the process: its code, and nothing lost on the way."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "code"),
    [(["conv1d"], 0), (["conv1d", "--json"], 0), (["conv1d", "--shapes"], 0), (["conv1d", "--kernel", "99"], 2)],
)
def test_what_was_said_arrives(words: list[str], code: int) -> None:
    ended = subprocess.run([sys.executable, "-m", "convcli", *words], capture_output=True, text=True, check=False)
    assert ended.returncode == code
    assert (ended.stdout or ended.stderr).endswith("\n")
    assert bool(ended.stdout) == (code == 0)
