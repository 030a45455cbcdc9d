"""Completion in the shells themselves, where they are installed."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import convcli
from tests.conftest import Ran

# What is typed before the tabulator, and what it may go on with.
TYPED = [
    ("conv2d --weight so", ["sobel-x", "sobel-y"]),
    ("Conv2d --padding ", ["same", "valid"]),
    ("conv2d --padding-mode RE", ["reflect", "replicate"]),
    ("samples input_2d", ["input_2d", "input_2d_img"]),
    ("maxp", ["maxpool1d", "maxpool2d", "maxpool3d"]),
]
OURS = Path(convcli.__file__).parent.parent


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in, from which ``convcli`` is called by its name."""
    program = tmp_path / "bin" / "convcli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={OURS} exec {sys.executable} -m convcli "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def blocks(shell: str, *arguments: str) -> list[list[str]]:
    """What a shell's script prints for each of the lines, as lines without what is said of them."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} isn't installed")
    ran = subprocess.run([shell, *arguments], capture_output=True, text=True, check=False)
    each = [block.splitlines() for block in ran.stdout.split("--next--\n")[1:]]
    return [sorted(line.split("\t")[0] for line in lines) for lines in each]


def test_bash(there: Path) -> None:
    script = "source <(convcli --show-completion bash)\n"
    for typed, _ in TYPED:
        words = ["convcli", *typed.split(" ")]
        script += f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}\n"
        script += 'echo --next--; _convcli_completion convcli; printf "%s\\n" "${COMPREPLY[@]}"\n'
    assert blocks("bash", "-c", script) == [words for _, words in TYPED]


def test_fish(there: Path) -> None:
    lines = [f"echo --next--; complete -C 'convcli {typed}'" for typed, _ in TYPED]
    script = "\n".join(["convcli --show-completion fish | source", *lines])
    assert blocks("fish", "-c", script) == [words for _, words in TYPED]


def test_zsh(there: Path) -> None:
    script = "compdef() {}; _arguments() { print -r -- $@ }; source <(convcli --show-completion zsh)\n"
    for typed, _ in TYPED:
        words = ["convcli", *typed.split(" ")]
        script += f"words=({' '.join(map(repr, words))}); CURRENT={len(words)}; echo --next--; _convcli_completion\n"
    offered = [re.findall(r'"([^"]*)"(?::"[^"]*")?', block[0]) for block in blocks("zsh", "-fc", script)]
    assert [sorted(words) for words in offered] == [words for _, words in TYPED]


def test_the_tabulator_in_zsh(there: Path) -> None:
    if not shutil.which("zsh"):
        pytest.skip("zsh isn't installed")
    set_up = "autoload -Uz compinit; compinit -u -D; source <(convcli --show-completion zsh); print ready\n"
    (there / ".zshrc").write_text(set_up)
    environment = os.environ | {"ZDOTDIR": str(there), "TERM": "dumb", "COLUMNS": "120", "LINES": "50"}
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("zsh", ["zsh", "-i"], environment)
    try:
        assert "ready" in read(terminal, ["ready"])
        os.write(terminal, b"convcli conv2d --weight so\t\t")
        words = ["sobel-x", "sobel-y", "how fast it gets brighter downwards"]
        shown = read(terminal, words)
        assert all(word in shown for word in words)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)


def read(terminal: int, wanted: list[str]) -> str:
    """What a terminal shows until all of these words are there, or nothing more comes."""
    shown, end = "", time.monotonic() + 20
    while time.monotonic() < end and not all(word in shown for word in wanted):
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")
    return shown


def test_a_shell_that_there_is_no_completion_for(convcli: Callable[..., Ran]) -> None:
    ran = convcli("--show-completion", "tcsh")
    assert (ran.code, ran.out) == (2, "")
    assert "bash, zsh, fish" in ran.err


@pytest.mark.parametrize(
    ("name", "written"),
    [("bash", ".bashrc"), ("zsh", ".zfunc/_convcli"), ("fish", ".config/fish/completions/convcli.fish")],
)
def test_it_is_installed(there: Path, monkeypatch: pytest.MonkeyPatch, name: str, written: str) -> None:
    monkeypatch.setenv("HOME", str(there))
    ran = subprocess.run(["convcli", "--install-completion", name], capture_output=True, text=True, check=True)
    assert f"{name} completion installed" in ran.stdout
    assert "convcli" in (there / written).read_text()
