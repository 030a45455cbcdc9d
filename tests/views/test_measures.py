"""What follows from the sizes, and the memory it takes: torch's tensors are as large, and none is made."""

import json
import subprocess
import sys
from collections.abc import Callable
from math import prod

import pytest
import torch
from hypothesis import given, settings

from convcli import shapes
from convcli.engine.forward import build
from convcli.plan import make_plan
from convcli.views.measures import memory_words
from tests.conftest import Ran
from tests.strategies import Request, report_of, requests

# Commands whose shapes say all that their JSON says, but the values.
LAYERS = (
    "conv1d --kernel 3 --stride 2",
    "conv2d --weight sobel-x",
    "convtranspose2d --out 2 --no-bias",
    "maxpool1d --return-indices",
    "unfold --size 2x3x4",
)


def without_values(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_values(each) for name, each in value.items() if name != "values"}
    return value


@pytest.mark.parametrize("arguments", LAYERS)
def test_the_same_object_without_values(convcli: Callable[..., Ran], arguments: str) -> None:
    whole, bare = (convcli(*arguments.split(), *more, "--json") for more in ((), ("--shapes",)))
    assert json.loads(bare.out) == without_values(json.loads(whole.out))


@settings(max_examples=30)
@given(requests())
def test_memory_is_that_of_torchs_tensors(request: Request) -> None:
    report = report_of(request)
    values, memory = report.values, report.plan.memory
    assert memory["input"] == values.input.nbytes
    assert memory["output"] == values.output.nbytes
    assert memory["weights"] == sum(4 * each.numel() for each in build(report.plan.layer).parameters())
    assert memory.get("indices") == (None if values.indices is None else values.indices.nbytes)


def test_what_could_not_run_has_a_shape_still(convcli: Callable[..., Ran]) -> None:
    ran = convcli("conv2d", "--size", "3x100000x100000", "--shapes")
    assert ran.code == 0
    assert "149.0 GiB" in ran.out
    assert convcli("conv2d", "--size", "3x100000x100000").code == 2


def test_words() -> None:
    plan = make_plan("maxpool2d", {"return_indices": True}, size=(8, 64, 64))
    assert memory_words(plan) == "in 128.0 KiB + out 32.0 KiB + indices 64.0 KiB ≈ 224.0 KiB (float32, indices int64)"
    assert shapes("maxpool2d", size=(8, 64, 64)).memory == {"input": 4 * 8 * 64 * 64, "weights": 0, "output": 32768}
    assert prod(torch.zeros(8, 32, 32).shape) * 4 == 32768


def test_neither_torch_nor_numpy_is_imported() -> None:
    code = "import sys; from convcli.cli import main\ntry: main(['conv2d', '--shapes', *sys.argv[1:]])\nfinally: "
    code += "assert not {'torch', 'numpy', 'PIL'} & set(sys.modules)"
    for more in ((), ("--json",)):
        ran = subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
