"""Start-up and throughput, as paired ratios of whole processes: ``python tests/benchmarks/run.py [pairs]``.

Each pair runs ours and a bare script one after the other, so that a slow moment of the machine hits
both; what is printed is the ratio of the medians, beside the bound we hold ourselves to.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

PYTHON = sys.executable
CONVCLI = [PYTHON, "-m", "convcli"]
BARE = "import torch; print(torch.nn.Conv1d(1,1,3,stride=2)(torch.arange(1.,11).view(1,1,-1)))"
EMPTY = """
import typer
app = typer.Typer()
@app.command()
def main(name: str = "nobody"):
    print(name)
app()
"""
LOAD = """
import sys, numpy as np, torch
x = torch.from_numpy(np.load(sys.argv[1])).view(1, 1, -1)
torch.manual_seed(0)
with torch.no_grad():
    print(torch.nn.Conv1d(1, 1, 3)(x))
"""


def wall(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def first_line(command: list[str]) -> float:
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    elapsed = time.perf_counter() - start
    process.communicate()
    return elapsed


def peak(command: list[str]) -> float:
    """Peak resident memory of one process, in kilobytes."""
    script = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);"
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    found = subprocess.run([PYTHON, "-c", script, *command], capture_output=True, text=True, check=True)
    return float(found.stdout)


def compare(name: str, bound: float, ours: object, bare: object, pairs: int) -> None:
    taken = [(ours(), bare()) for _ in range(pairs)]  # type: ignore[operator]
    left, right = (median(side) for side in zip(*taken, strict=True))
    verdict = "ok" if left / right <= bound else "TOO SLOW"
    print(f"{name:42} {left / right:6.2f}  (bound {bound:.2f}, {left:.3g} to {right:.3g}, {pairs} pairs) {verdict}")


def main(pairs: int) -> None:
    layer = [*CONVCLI, "conv1d", "--kernel", "3", "--stride", "2"]
    bare, empty = [PYTHON, "-c", BARE], [PYTHON, "-c", EMPTY, "--help"]
    wall(layer), wall(bare), wall(empty)
    compare("conv1d, whole process", 0.85, lambda: wall(layer), lambda: wall(bare), pairs)
    compare("conv1d, first line", 0.20, lambda: first_line(layer), lambda: wall(bare), pairs)
    for arguments in (["formula"], ["--help"], ["conv2d", "--shapes"]):
        command = [*CONVCLI, *arguments]
        compare(" ".join(arguments), 1.6, lambda c=command: wall(c), lambda: wall(empty), pairs * 2)
    with tempfile.TemporaryDirectory() as folder:
        # The layer has to wait for torch anyway; the picture may take as long again.
        for suffix in ("svg", "html", "gif"):
            command = [*CONVCLI, "conv2d", "--size", "16x16", "--export", f"{folder}/steps.{suffix}", "--force"]
            wait = [PYTHON, "-c", "import torch"]
            compare(f"196 steps to .{suffix}", 2.0, lambda c=command: wall(c), lambda w=wait: wall(w), pairs)
        path = Path(folder) / "large.npy"
        np.save(path, np.random.default_rng(0).random(25_000_000, np.float32))
        ours, theirs = [*CONVCLI, "conv1d", "-i", str(path)], [PYTHON, "-c", LOAD, str(path)]
        compare("100 MB .npy, wall time", 1.15, lambda: wall(ours), lambda: wall(theirs), pairs)
        compare("100 MB .npy, peak memory", 1.15, lambda: peak(ours), lambda: peak(theirs), 3)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
