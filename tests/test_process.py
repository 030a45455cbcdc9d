"""Streams that are full, closed or gone, and signals: the result arrives, the code is right, nothing is left behind."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = shlex.join([sys.executable, "-m", "convcli"])
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
SIGNALS = [getattr(signal, name, signal.SIGTERM) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device here that is always full")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, and streams without a reader, are POSIX's")


def shell(command: str, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], env=environment, capture_output=True, text=True, check=False
    )


@FULL
@BUFFERED
@pytest.mark.parametrize("arguments", ["formula", "--version", "--help", "formula --help", "conv1d --code"])
def test_a_full_stdout_is_an_error(arguments: str, unbuffered: str) -> None:
    ran = shell(f"{PROGRAM} {arguments} >/dev/full", unbuffered)
    assert (ran.returncode, ran.stderr) == (1, "convcli: the output: No space left on device\n")


@BUFFERED
def test_a_stdout_that_is_full_in_the_middle(unbuffered: str, tmp_path: Path) -> None:
    ran = shell(f"ulimit -f 4; {PROGRAM} network vgg16 --json >{tmp_path}/x", unbuffered)
    assert (ran.returncode, ran.stderr) == (1, "convcli: the output: File too large\n")


@pytest.mark.parametrize("arguments", ["formula", "--version", "--help", "network vgg16 --json"])
def test_a_stdout_that_nobody_reads(arguments: str) -> None:
    for reader in ("exec <&-", "head -c 1 >/dev/null"):
        ran = shell(f"{PROGRAM} {arguments} | {{ {reader}; }}")
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


NOTED = "conv1d --size 10 --stride 2 --code"  # with a remark on stderr


@pytest.mark.parametrize("stderr", ["2>&-", "2> >(true)", pytest.param("2>/dev/full", marks=FULL)])
@pytest.mark.parametrize(("arguments", "code"), [(NOTED, 0), ("formula --kernel x", 2)])
def test_no_stderr_spoils_a_result(arguments: str, code: int, stderr: str) -> None:
    assert (whole := shell(f"{PROGRAM} {arguments}")).stderr
    ran = shell(f"{PROGRAM} {arguments} {stderr}")
    assert (ran.returncode, ran.stdout, whole.returncode) == (code, whole.stdout, code)


def test_what_is_opened_never_takes_a_closed_streams_place(tmp_path: Path) -> None:
    ran = shell(f"{PROGRAM} network lenet --export {tmp_path}/x.svg <&- >&- 2>&-")
    assert ran.returncode == 0
    assert (tmp_path / "x.svg").read_text().rstrip().endswith("</svg>")


# Whoever runs the tests may be ignoring that a terminal is closed, as nohup does, and who is run by him would too.
HEARS = """
import signal
signal.signal(getattr(signal, "SIGHUP", signal.SIGTERM), signal.SIG_DFL)
"""
# Work that Python can't look up from, as a convolution in torch is.
STUCK = """
import hashlib, os
from convcli.process import start, undone
start()
with undone(lambda: os.write(1, b"undone")):
    os.write(1, b"working ")
    hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_work_that_python_cannot_look_up_from(number: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", HEARS + STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read(8) == b"working "
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (128 + number, b"undone", b"")


# A signal comes as so many files have been opened, moved, imported or looked for, or of these the ones in a folder.
AT = """
import os, sys
from convcli.process import start  # what stands before it is Python's own
start()
left = {count}
def hook(event, arguments):
    global left
    left -= {folder!r} in str(arguments)
    if left == 0:
        left = -1
        os.kill(os.getpid(), {number})
sys.addaudithook(hook)
from convcli.cli import main
sys.argv[1:] = ["network", "lenet", "--export", {target!r}]
main()
"""


@pytest.mark.parametrize(
    ("count", "saving"), [(1, False), (100, False), (1000, False)] + [(i, True) for i in range(1, 5)]
)
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_at_any_moment(number: int, count: int, saving: bool, tmp_path: Path) -> None:
    target = tmp_path / "x.svg"
    script = AT.format(count=count, number=int(number), folder=str(tmp_path) if saving else "", target=str(target))
    ran = subprocess.run([sys.executable, "-c", HEARS + script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (128 + number, "")
    assert not set(tmp_path.iterdir()) - {target}
    assert not target.exists() or target.read_text().rstrip().endswith("</svg>")


TOGETHER = """
import os, signal
from convcli.process import start, together
start()
with together():
    os.kill(os.getpid(), signal.SIGTERM)
    os.write(1, b"one, ")
    os.write(1, b"two")
os.write(1, b", three")
"""


def test_a_signal_waits_for_what_is_done_together() -> None:
    ran = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (143, "one, two", "")


@pytest.mark.parametrize("count", [1, 2])
def test_two_files_get_their_names_together(count: int, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    words = ["conv1d", "--save", str(tmp_path / "a.npy"), "--worksheet", str(tmp_path / "b.md")]
    script = AT.format(count=count, number=int(signal.SIGTERM), folder="", target="")
    script = script.replace("'' in str(arguments)", "event == 'os.link'")
    script = f"{script[: script.index('sys.argv')]}sys.argv[1:] = {words!r}\nmain()"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 143
    assert {each.name for each in tmp_path.iterdir()} == {"a.npy", "b.md"}


@pytest.mark.parametrize("words", [["explain", "--verify", "running_mean should contain 32 elements not 16"]])
def test_torch_makes_no_folder_for_its_compiler(words: list[str], tmp_path: Path) -> None:
    pytest.importorskip("torch")
    beside = {name: value for name, value in os.environ.items() if name != "TORCHINDUCTOR_CACHE_DIR"}
    command = [sys.executable, "-m", "convcli", *words]
    ran = subprocess.run(command, env=beside | {"TMPDIR": str(tmp_path)}, capture_output=True, check=False)
    assert ran.returncode == 0
    assert not [*tmp_path.iterdir()]
