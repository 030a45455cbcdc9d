"""Start-up and throughput, as paired ratios of whole processes: ``python tests/benchmarks/run.py [pairs]``.

Each pair runs ours and a bare script one after the other, so that a slow moment of the machine hits
both; what is printed is the ratio of the medians, beside the bound we hold ourselves to.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

PYTHON = sys.executable
CONVCLI = [str(Path(PYTHON).with_name("convcli"))]  # as people type it
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

PHOTO = """
import sys, numpy as np, torch
from PIL import Image
x = torch.from_numpy(np.asarray(Image.open(sys.argv[1]), np.float32) / 255).permute(2, 0, 1)[None]
torch.manual_seed(0)
with torch.no_grad():
    print(torch.nn.Conv2d(3, 3, 3, groups=3)(x))
"""
MODULE = "import torch; print(torch.nn.{}(torch.arange(1., 1 + {}).view(1, 1, {})))"
# Each command beside the bare script that makes the same numbers.
LAYERS = (
    ("conv2d --size 28x28", "Conv2d(1, 1, 3)", (28, 28)),
    ("conv3d --size 8x8x8", "Conv3d(1, 1, 3)", (8, 8, 8)),
    ("convtranspose2d --size 28x28", "ConvTranspose2d(1, 1, 3)", (28, 28)),
    ("maxpool2d --size 28x28", "MaxPool2d(2)", (28, 28)),
    ("avgpool2d --size 28x28", "AvgPool2d(2)", (28, 28)),
    ("lppool2d --size 28x28", "LPPool2d(2, 2)", (28, 28)),
    ("adaptiveavgpool2d --size 28x28", "AdaptiveAvgPool2d(3)", (28, 28)),
    ("adaptivemaxpool2d --size 28x28", "AdaptiveMaxPool2d(3)", (28, 28)),
    ("unfold --size 28x28", "Unfold(2)", (28, 28)),
)
GROWS = {
    "input cells": (lambda n: f"conv1d --size {n}", (10**4, 10**5, 10**6, 10**7)),
    "cells, no torch": (lambda n: f"formula --size {n} --kernel 3 --stride 1000", (10**3, 10**6, 10**12, 10**18)),
    "steps": (lambda n: f"conv1d --size 20000 --steps 0:{n}", (10, 100, 1000, 10_000)),
    "terms": (lambda n: f"conv1d --size 400000 --kernel {n} --stride 100000 --at 0", (300, 3000, 30_000, 300_000)),
    "JSON": (lambda n: f"maxpool1d --size {n} --json", (10**3, 10**4, 10**5, 10**6)),
}

VGG = """
import torchinfo
from torch import nn
layers, channels = [], 3
for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0):
    layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2)]
    channels = width or channels
head = [nn.Linear(25088, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)]
torchinfo.summary(nn.Sequential(*layers, nn.AdaptiveAvgPool2d(7), nn.Flatten(), *head), (1, 3, 224, 224))
"""
RESNET = "import torchinfo; from resnet50 import resnet50; torchinfo.summary(resnet50(), (1, 3, 224, 224))"


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
    each_layer(pairs)
    networks(pairs)
    growth()


def each_layer(pairs: int) -> None:
    """Every layer command against the module by itself, and a photo of twelve megapixels."""
    for command, module, sizes in LAYERS:
        bare = MODULE.format(module, np.prod(sizes), ", ".join(map(str, sizes)))
        ours, theirs = [*CONVCLI, *command.split()], [PYTHON, "-c", bare]
        compare(command, 1.0, lambda o=ours: wall(o), lambda t=theirs: wall(t), pairs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.png"
        pixels = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), np.uint8)
        Image.fromarray(pixels).save(path, compress_level=1)
        ours, theirs = [*CONVCLI, "conv2d", "-i", str(path), "--groups", "3"], [PYTHON, "-c", PHOTO, str(path)]
        compare("12-megapixel photo, wall time", 1.15, lambda: wall(ours), lambda: wall(theirs), pairs)
        compare("12-megapixel photo, peak memory", 1.15, lambda: peak(ours), lambda: peak(theirs), 3)


def growth() -> None:
    """How the time of a whole process grows with what it is asked for."""
    for what, (command, counts) in GROWS.items():
        taken = [median(wall([*CONVCLI, *command(count).split()]) for _ in range(3)) for count in counts]
        print(f"{what:16}", *(f"{count:>12,.0e} {each:6.2f} s" for count, each in zip(counts, taken, strict=True)))


def networks(pairs: int) -> None:
    """Whole networks against torchinfo, and how the time grows with the layers."""
    here = Path(__file__).parent
    if importlib.util.find_spec("torchinfo") is None:
        print("torchinfo isn't installed: networks are not compared")
    else:
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(here)]))
        vgg = [*CONVCLI, "network", "vgg16"]
        compare("network vgg16", 0.15, lambda: wall(vgg), lambda: wall([PYTHON, "-c", VGG]), pairs)
        resnet = [*CONVCLI, "network", f"{here / 'resnet50.py'}:resnet50", "--run", "--size", "3x224x224"]
        compare("network --run, ResNet-50", 1.1, lambda: wall(resnet), lambda: wall([PYTHON, "-c", RESNET]), pairs)
    with tempfile.TemporaryDirectory() as folder:
        for count in (1250, 2500, 5000, 10_000):
            path = Path(folder) / f"{count}.txt"
            pairs_of = (f"Conv2d(3, {3 + i % 50}, 3, padding=1)\nConv2d({3 + i % 50}, 3, 1)" for i in range(count // 2))
            path.write_text("\n".join(pairs_of))
            taken = median(wall([*CONVCLI, "network", str(path), "--size", "3x32x32"]) for _ in range(3))
            print(f"{count:>6,} layers {taken:6.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
