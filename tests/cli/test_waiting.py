"""torch comes late, or not at all, and Ctrl-C is answered meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

Run = Callable[..., Ran]
PROGRAM = [sys.executable, "-m", "convcli"]


def test_the_first_table_comes_before_torch() -> None:
    script = (
        "import sys\nclass Stop:\n"
        " def find_spec(self, name, *rest):\n"
        "  if name in ('torch', 'numpy'): raise SystemExit(7)\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from convcli.cli import main; main(['conv1d', '--kernel', '3', '--stride', '2'])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 7
    assert "never read" in ran.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_ctrl_c_ends_at_once() -> None:
    process = subprocess.Popen([*PROGRAM, "conv1d"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err == ""


def test_torch_free_commands_import_nothing_heavy() -> None:
    for arguments in (
        ["formula"],
        ["--help"],
        ["formula", "--size", "28", "--json"],
        ["conv1d", "--help"],
        ["samples"],
        ["conv1d", "--weight", "cnn1d_2", "--code"],
        ["blog", "cnn2d_4", "--code"],
    ):
        script = (
            "import sys; from convcli.cli import main\n"
            f"try: main({arguments!r})\n"
            "except SystemExit as end: assert end.code == 0\n"
            "print([m for m in ('torch', 'numpy', 'PIL', 'pydantic') if m in sys.modules], file=sys.stderr)"
        )
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert ran.stderr == "[]\n", (arguments, ran.stderr)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a directory that is worked in can't be removed")
def test_torch_is_loaded_where_the_working_directory_is_gone(tmp_path: Path) -> None:
    gone = "import os, sys, convcli\nos.chdir(sys.argv[1]); os.rmdir(sys.argv.pop(1))"
    script = f"{gone}\nfrom convcli.__main__ import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "conv1d", "--json"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["output"]["shape"] == [1, 1, 8]
