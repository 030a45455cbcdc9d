"""What large layers really take beside what is announced: ``python tests/benchmarks/memory.py [part of a name]``.

Each command runs in a process of its own; of its peak, what a small layer of the kind takes anyway is subtracted.
"""

import shlex
import subprocess
import sys
from unittest.mock import patch

from convcli import memory
from convcli.cli import app

SMALL = "conv1d"
MOST_OFF = 1.5
CASES = (
    "conv1d --size 30000000",
    "conv1d --size 10000000 --kernel 9",
    "conv1d --size 4x5000000 --out 4",
    "conv1d --size 10000000 --stride 4 --kernel 4",
    "conv1d --size 10000000 --dilation 3",
    "conv1d --size 10000000 --padding 1 --padding-mode reflect",
    "conv1d --size 64x400000 --out 64 --groups 64",
    "conv1d --size 8x1x2000000",
    "conv1d --size 5000000 --json",
    "conv1d --size 3000000 --coverage",
    "conv1d --size 1000000 --kernel 200000 --stride 100000 --at 0",
    "conv2d --size 5000x5000",
    "conv2d --size 3x3000x3000 --out 3",
    "conv2d --size 64x500x500 --out 64",
    "conv2d --size 64x500x500 --groups 64 --out 64",
    "conv2d --size 3000x3000 --dilation 2",
    "conv2d --size 3000x3000 --padding 1 --padding-mode circular",
    "conv2d --size 3000x3000 --coverage",
    "conv2d --size 1x3000x3000 --out 8 --stride 2",
    "conv3d --size 250x250x250",
    "conv3d --size 4x120x120x120 --out 4",
    "conv3d --size 150x150x150 --padding 1 --padding-mode replicate",
    "convtranspose1d --size 10000000",
    "convtranspose1d --size 10000000 --stride 2",
    "convtranspose1d --size 4x3000000 --out 4",
    "convtranspose2d --size 3000x3000",
    "convtranspose2d --size 2000x2000 --stride 2 --kernel 4",
    "convtranspose2d --size 32x300x300 --out 32 --stride 2",
    "convtranspose3d --size 150x150x150",
    "maxpool1d --size 60000000",
    "maxpool1d --size 30000000 --return-indices",
    "maxpool2d --size 6000x6000",
    "maxpool2d --size 4000x4000 --return-indices",
    "maxpool3d --size 250x250x250",
    "maxpool1d --size 10000000 --json",
    "avgpool1d --size 60000000",
    "avgpool2d --size 6000x6000 --stride 1",
    "avgpool3d --size 250x250x250",
    "lppool1d --size 30000000",
    "lppool2d --size 5000x5000 --stride 1",
    "lppool2d --size 5000x5000 --norm-type inf",
    "lppool3d --size 250x250x250",
    "adaptiveavgpool1d --size 30000000 --output-size 10000000",
    "adaptiveavgpool2d --size 5000x5000 --output-size 2500",
    "adaptivemaxpool2d --size 4000x4000 --output-size 2000",
    "adaptivemaxpool1d --size 30000000 --output-size 10000000 --return-indices",
    "adaptiveavgpool3d --size 250x250x250 --output-size 125",
    "unfold --size 1500x1500 --kernel 3",
    "unfold --size 4000x4000 --kernel 2 --stride 2",
)


def announced(command: str) -> int:
    """The bytes that the program checks before it runs, in this process, where nothing runs."""
    found: list[int] = []

    class Known(BaseException):
        pass

    def noted(*request: object) -> None:
        found.append(memory.bytes_needed(*request))  # type: ignore[arg-type]
        raise Known

    with patch("convcli.cli.layer.check_memory", noted):
        try:
            app(shlex.split(command), prog_name="convcli", standalone_mode=False)
        except Known:
            return found[0]
    raise AssertionError(f"{command} was not checked")


def peak(command: str) -> int:
    """Peak resident memory of the process in bytes."""
    script = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,check=True);"
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    run = [sys.executable, "-c", script, sys.executable, "-m", "convcli", *shlex.split(command)]
    return 1024 * int(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def main(part: str) -> None:
    always = peak(SMALL)
    print(f"{SMALL} alone takes {always / 2**20:.0f} MiB\n{'announced':>9} {'taken':>9} ratio")
    for command in filter(lambda each: part in each, CASES):
        said, taken = announced(command), peak(command) - always
        verdict = "ok" if 1 / MOST_OFF <= taken / said <= MOST_OFF else "OFF"
        print(f"{said / 2**20:9.0f} {taken / 2**20:9.0f} {taken / said:5.2f}  {command}  {verdict}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
