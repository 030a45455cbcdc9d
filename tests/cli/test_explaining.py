"""``convcli explain`` as it is run."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.explain import IMPORTS, error_of

Run = Callable[..., Ran]
LINEAR = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x8 and 5x1)"


def test_a_traceback_on_stdin_passes_through() -> None:
    text = f'Traceback (most recent call last):\n  File "net.py", line 7, in forward\n    x = self.fc(x)\n{LINEAR}\n'
    command = [sys.executable, "-m", "convcli", "explain", "--json"]
    ran = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    assert ran.stderr == text
    answer = json.loads(ran.stdout)
    assert (answer["recognised"], answer["code"]) == (True, "linear-size")
    assert answer["line"] == {"file": "net.py", "number": 7, "text": "x = self.fc(x)"}
    assert answer["fixes"][0]["code"] == "self.fc = nn.Linear(8, 1)"


def test_an_unknown_message_is_not_claimed(convcli: Run) -> None:
    ran = convcli("explain", "KeyError: 'a\x1b[31m'")
    assert (ran.code, ran.out) == (1, "")
    assert "not an error known here: KeyError" in ran.err
    assert "nearest" not in ran.err
    assert "\x1b" not in ran.err


def test_nearly_a_message_names_the_nearest(convcli: Run) -> None:
    ran = convcli("explain", "RuntimeError: running_mean needs to contain as many elements, not 4")
    assert ran.code == 1
    assert "convcli explain --code norm-channels" in ran.err


def test_what_is_not_known_is_json_too(convcli: Run) -> None:
    ran = convcli("explain", "KeyError: 3", "--json")
    assert ran.code == 1
    assert json.loads(ran.out) == {
        "recognised": False, "code": None, "kind": None, "nearest": None,
        "facts": {}, "line": None, "hypotheses": [], "fixes": [],
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [["explain", " "], ["explain", "--code", "linear"]])
def test_a_wrong_request_says_what_to_type(convcli: Run, arguments: list[str]) -> None:
    ran = convcli(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "there is no message" in ran.err or "did you mean linear-size" in ran.err


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_those_that_are_known_on_a_terminal(
    convcli: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert convcli("explain", *arguments) == convcli("explain", "--list", *arguments)
    monkeypatch.setattr("sys.stdin", None)
    assert convcli("explain", *arguments).code == 0


def test_a_logs_file_is_read_from_its_end(convcli: Run, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(b"epoch 1\n" * 5_000_000 + LINEAR.encode())
    assert convcli("explain", str(log)) == convcli("explain", LINEAR)
    assert convcli("explain", str(tmp_path)).code == 1
    assert "there is no file" in convcli("explain", "no_such.log").err
    log.chmod(0)
    if not os.access(log, os.R_OK):  # root may read everything
        assert "can't be read" in convcli("explain", str(log)).err


def test_nothing_through_a_pipe_is_no_message() -> None:
    command = [sys.executable, "-m", "convcli", "explain"]
    ran = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "there is no message" in ran.stderr


def test_torch_stays_away() -> None:
    script = (
        "import sys; from convcli.cli import main\n"
        f"try: main(['explain', {LINEAR!r}])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)


SOURCE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2, bias=False)

    def forward(self, x):
        return self.conv(x)

y = Net()(torch.rand(2, 4, 9, 9))
"""


def test_a_file_is_looked_into_unless_it_is_to_be_left_alone(convcli: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(IMPORTS + SOURCE)
    error = error_of(path)
    (fix,) = json.loads(convcli("explain", error, "--json").out)["fixes"]
    assert fix["code"] == "self.conv = nn.Conv2d(4, 8, 3, stride=2, bias=False)"
    assert fix["line"] == {"file": str(path), "number": 9, "last": 9}
    left = json.loads(convcli("explain", error, "--json", "--no-source").out)
    assert left["fixes"] == []
    assert "in_channels=4" in left["hypotheses"][0]["advice"]


def test_verify_tries_a_fix_and_says_where_it_can_not(convcli: Run) -> None:
    assert json.loads(convcli("explain", LINEAR, "--verify", "--json").out)["fixes"][0]["verified"] is True
    ran = convcli("explain", "only one dimension can be inferred", "--verify")
    assert ran.code == 0
    assert "nothing was tried in torch" in ran.err


def test_pages_and_their_list(convcli: Run) -> None:
    listed = json.loads(convcli("explain", "--list", "--json").out)["codes"]
    families = [each["kind"] for each in listed]
    assert sum(one != other for one, other in pairwise(families)) == len(set(families)) - 1
    assert {
        "code": "view-unknown",
        "kind": "view",
        "says": "two sizes are -1, and only one can follow from the others",
    } in listed
    assert "x.flatten(1)" in convcli("explain", "--code", "view-unknown").out


@pytest.mark.parametrize("unit", ["Error: ", "\x1b[", "[1, ", "1", "Given groups=1, weight of size [", "\nE: Error: a"])
def test_hostile_text_comes_to_an_end(convcli: Run, unit: str) -> None:
    assert convcli("explain", unit * 200_000).code == 1
