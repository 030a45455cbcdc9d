"""The help: panels, defaults, nothing cut, and examples that run."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from convcli.cli import COMMANDS, LOOK_UP, MORE, START, load, rows
from convcli.cli.panels import laid_out, plainly
from tests.conftest import Ran

Run = Callable[..., Ran]


def panels(shown: str) -> dict[str, str]:
    """Each panel's text by its title."""
    return dict(re.findall(r"╭─ (.*?) ─+╮\n(.*?)╰", shown, re.DOTALL))


def test_the_list_of_commands(convcli: Run) -> None:
    shown = panels(convcli("--help").out)
    assert list(shown) == [START, MORE, LOOK_UP]
    assert [line.split()[1] for line in shown[START].splitlines()] == ["conv1d", "conv2d", "formula", "blog"]
    assert all(len(text.splitlines()) <= 8 for text in shown.values()), "a line each"
    listed = [row for text in shown.values() for row in re.findall(r"│ (\S+)", text)]
    assert listed == list(rows())
    families = [row.split("/") for row in listed]
    assert {first[:-2] + axes for first, *more in families for axes in (first[-2:], *more)} == {*COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("columns", [50, 80])
def test_nothing_is_cut(convcli: Run, name: str, columns: int) -> None:
    ran = convcli(name, "--help", columns=columns)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "…" not in ran.out.replace("2, 3 …", "")
    command = load(name)
    for option in command.get_params(command.context_class(command, info_name=name)):
        assert all(flag in ran.out for flag in option.opts if flag.startswith("-"))


@pytest.mark.parametrize("arguments", ["--help", "conv1d --help", "formula --help"])
@pytest.mark.parametrize("columns", [50, 80])
def test_no_line_ends_in_blanks(convcli: Run, arguments: str, columns: int) -> None:
    lines = convcli(*arguments.split(), columns=columns).out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_the_help_is_drawn_with_what_the_stream_has() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    command = [sys.executable, "-m", "convcli", "conv1d", "--help"]
    ran = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert b"+- Layer ---" in ran.stdout
    assert ran.stdout.isascii()
    assert b"?" not in ran.stdout


def test_a_layers_panels_and_defaults(convcli: Run) -> None:
    shown = panels(convcli("maxpool2d", "-h").out)
    assert list(shown) == ["Layer", "Input and weights", "See the arithmetic", "Draw", "Output"]
    assert re.search(r"--kernel .*\[default: 2\]", shown["Layer"])
    assert re.search(r"--stride .*\[default: kernel\]", shown["Layer"])
    assert "--help" in shown["Output"]
    assert "[default: 3]" in panels(convcli("conv1d", "-h").out)["Layer"]


def test_no_line_is_broken_at_80_columns_in_what_is_used_most(convcli: Run) -> None:
    for text in panels(convcli("conv2d", "-h").out).values():
        rows_of_text = [line for line in text.splitlines() if line.startswith("│ --")]
        assert len(text.splitlines()) <= len(rows_of_text) + 1


def examples() -> list[str]:
    """Those that need no terminal with keys."""
    texts = (line.strip() for name in COMMANDS if name != "explore" for line in (load(name).help or "").splitlines())
    return [line.replace("\\[", "[") for line in dict.fromkeys(texts) if line.startswith("convcli ")]


@pytest.mark.parametrize("line", examples())
def test_an_example_runs(convcli: Run, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (9, 7), "orange").save("photo.png")
    Path("net.py").write_text("from torch import nn\nNet = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())\n")
    words = re.findall(r'"[^"]*"|\S+', line)[1:]
    assert convcli(*(word.strip('"') for word in words)).code == 0


@pytest.mark.parametrize("arguments", ["--help", "conv2d --help"])
def test_nobody_reads_on(arguments: str) -> None:
    command = f"'{sys.executable}' -m convcli {arguments} | head -c 1"
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_texts_for_the_help() -> None:
    assert laid_out("One\n    line.\n\n    \b\n    a [b]\n    c") == "One line.\n\na \\[b]\nc"
    assert plainly("[out, in]") == "\\[out, in]"
