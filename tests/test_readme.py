"""Every command in the README and the examples is run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if "convcli " in line and "venv" not in line]


def bash(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run bash in a folder, with the ``convcli`` of this environment on its path."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "-o", "pipefail", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("picture", re.findall(r"!\[.*?\]\((examples/.*?)\)", README))
def test_a_picture_is_what_its_command_makes(picture: str, tmp_path: Path) -> None:
    name = Path(picture).name
    [line] = [line for line in LINES if f"--export {name}" in line]
    ran = bash(["-c", line], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / name).read_text() == (ROOT / picture).read_text()


@pytest.mark.parametrize("line", LINES)
def test_readme_command(line: str, tmp_path: Path) -> None:
    command = re.sub(r"\bconvcli (?=\w)", f"{sys.executable} -m convcli ", line)
    for name in set(re.findall(r"\bphoto\.png\b", line)):
        from PIL import Image

        Image.linear_gradient("L").resize((24, 16)).convert("RGB").save(tmp_path / name)
    ran = bash(["-c", command], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.sh")), ids=lambda path: path.name)
def test_example(example: Path, tmp_path: Path) -> None:
    ran = bash(["-e", str(example)], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


def test_the_screen_shown_is_the_screen() -> None:
    shown = re.search(r"```text\n\$ convcli (.*?)\n(.*?)```", README, re.DOTALL)
    assert shown
    ran = subprocess.run(
        [sys.executable, "-m", "convcli", *shown[1].split()], capture_output=True, text=True, check=True
    )
    assert [line.rstrip() for line in ran.stdout.splitlines()] == shown[2].splitlines()


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_readme_python(block: str, tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", block], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "(1, 1, 2) [[[-2. -2.]]]" in ran.stdout
    assert "(1, 64, 112, 112) 9472 118013952" in ran.stdout
