"""Any terminal, any code page, any way to start Python, and no more of a system than every system has."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROGRAM = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from convcli.__main__ import main; main()"
BESIDE = {each: value for each, value in os.environ.items() if each not in ("COLUMNS", "LINES", "TERM")}
NETWORK = ["network", "lenet"]


def ran(
    words: list[str], *python: str, program: str = PROGRAM, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, *python, "-c", program, *words]
    return subprocess.run(command, env=BESIDE | environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)


@cache
def usual() -> bytes:
    return ran(NETWORK).stdout


@pytest.mark.parametrize("columns", [20, 31, 60, 80, 400])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    for words in (NETWORK, ["--help"]):
        shown = ran(words, COLUMNS=str(columns))
        assert (shown.returncode, shown.stderr) == (0, b"")
        assert max(map(len, shown.stdout.decode().splitlines())) <= columns


@pytest.mark.parametrize("size", ["0", "-3", "²", "٣", "x", "9" * 5000, ""])
def test_a_size_that_is_none_is_as_none(size: str) -> None:
    for name in ("COLUMNS", "LINES"):
        assert ran(NETWORK, **{name: size}).stdout == usual()
    shown = ran(["--help"], TERMINAL_WIDTH=size)
    assert (shown.returncode, shown.stderr, shown.stdout) == (0, b"", ran(["--help"]).stdout)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "cp932"])
def test_a_code_page_has_a_sign_for_each_of_ours(encoding: str) -> None:
    for words in (NETWORK, ["formula", "--size", "9", "--kernel", "4"]):
        shown = ran(words, PYTHONIOENCODING=encoding)
        assert (shown.returncode, shown.stderr) == (0, b"")
        assert "?" not in shown.stdout.decode(encoding)


def test_an_encoding_that_is_none_of_texts() -> None:
    shown = ran(["formula", "--size", "9"], PYTHONIOENCODING="idna")
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout == ran(["formula", "--size", "9"], PYTHONIOENCODING="ascii").stdout


@pytest.mark.parametrize("python", [["-O"], ["-OO"], ["-I"], ["-W", "error"], ["-bb"], ["-X", "dev"], ["-X", "utf8=0"]])
def test_python_started_otherwise(python: list[str]) -> None:
    shown = ran(NETWORK, *python)
    assert (shown.returncode, shown.stderr, shown.stdout) == (0, b"", usual())


@pytest.mark.parametrize(
    "name", ["TERM=dumb", "NO_COLOR=1", "HOME=", "HOME=/nonexistent", "CONVCLI_THEME=x", "LC_ALL=C"]
)
def test_what_is_set_changes_nothing_in_a_pipe(name: str) -> None:
    variable, _, value = name.partition("=")
    shown = ran(NETWORK, **{variable: value})
    assert (shown.returncode, shown.stderr, shown.stdout) == (0, b"", usual())


def test_colour_only_where_it_is_wanted() -> None:
    coloured = re.compile(rb"\x1b\[[0-9;]*3[0-9]")
    assert coloured.search(ran(NETWORK, FORCE_COLOR="1").stdout)
    assert not coloured.search(ran(NETWORK, FORCE_COLOR="1", NO_COLOR="1").stdout)


@pytest.mark.parametrize("cword", ["", "x", "²", "-5", "9" * 5000])
def test_a_shell_that_says_nothing_of_its_line(cword: str) -> None:
    shown = ran([], _CONVCLI_COMPLETE="complete_bash", **({"COMP_CWORD": cword} if cword else {}))
    assert (shown.returncode, shown.stderr) == (0, b"")


@pytest.mark.parametrize("asked", ["", "complete", "complete_nope", "nope_bash", "x" * 5000])
def test_a_shell_that_asks_for_nothing(asked: str) -> None:
    shown = ran([], _CONVCLI_COMPLETE=asked)
    assert (shown.returncode, shown.stdout) == (2, b"")
    assert re.match(rb"convcli: _CONVCLI_COMPLETE is '.{,60}, which asks for nothing\n", shown.stderr)


def test_a_torch_that_cannot_be_imported() -> None:
    pytest.importorskip("torch")
    shown = ran(["conv1d"], TORCH_LOGS="x")
    assert shown.returncode == 1
    assert shown.stderr.startswith(b"convcli: PyTorch can't be imported: ")
    assert len(shown.stderr) <= 600


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a directory that is worked in can't be removed")
def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    gone = "import os, sys; os.mkdir(sys.argv[1]); os.chdir(sys.argv[1]); os.rmdir(sys.argv.pop(1))\n"
    there = str(tmp_path / "gone")
    shown = ran([there, *NETWORK], program=gone + PROGRAM)
    assert (shown.returncode, shown.stderr, shown.stdout) == (0, b"", usual())
    refused = ran([there, *NETWORK, "--export", "x.svg"], program=gone + PROGRAM)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr == b"convcli: the working directory: No such file or directory\n"


def test_what_only_some_systems_have_is_not_needed() -> None:
    """The quick part again, where there are no terminals, no /proc, no os.sysconf, and only Windows' signals."""
    listed = (ROOT / "tests" / "quick.txt").read_text().split()
    quick = [each for each in listed if "process" not in each and "surroundings" not in each]  # those bring a system
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "tests.without_linux", "-p", "no:cacheprovider", *quick]
    whole = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stdout[-3000:]
    shown = ran(NETWORK, program=PROGRAM.replace("from", "import tests.without_linux; from"))
    assert (shown.returncode, shown.stderr, shown.stdout) == (0, b"", usual())
