"""``network``, from the command line."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.network.test_building import SOURCE

Run = Callable[..., Ran]
LENET = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2); Flatten(); Linear(400, 10)"


def found(ran: Ran) -> dict:
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_nothing_is_required(convcli: Run) -> None:
    ran = convcli("network")
    assert ran.code == 0
    assert ran.out.startswith("tiny  [1, 1, 10] → [1, 2]")
    assert "alexnet" in ran.out


def test_known_networks(convcli: Run) -> None:
    ran = convcli("network", "alexnet")
    assert "61,100,840 parameters · 714,188,480 MACs · receptive field 195 × 195" in ran.out
    assert "Krizhevsky" in ran.out
    assert found(convcli("network", "vgg16", "--json"))["macs"] == 15470264320


def test_the_smallest_input_is_found_and_said(convcli: Run) -> None:
    assert found(convcli("network", LENET, "--json"))["input_shape"] == [1, 1, 32, 32]
    assert "the smallest that gets through" in convcli("network", LENET).out


def test_what_fails_is_an_answer(convcli: Run) -> None:
    ran = convcli("network", LENET, "--size", "36x36")
    assert ran.code == 0
    assert "change   Linear(576, 10)" in ran.out
    assert found(convcli("network", LENET, "--size", "36x36", "--json"))["failed"]["name"] == "5"


@pytest.mark.parametrize("flag", ["--csv", "--markdown", "--code"])
def test_texts(convcli: Run, flag: str) -> None:
    ran = convcli("network", "tiny", flag)
    assert ran.code == 0
    assert "Conv1d(1, 4, kernel_size=3)" in ran.out


def test_comparing_and_sizes(convcli: Run) -> None:
    ran = convcli("network", "--compare", "Conv2d(8, 8, 5)", "Conv2d(8, 8, 3); Conv2d(8, 8, 3)", "--size", "32x32")
    assert "receptive field                        5         5      × 1" in ran.out
    assert len(found(convcli("network", "--compare", "tiny", "lenet", "--json"))["networks"]) == 2
    assert "inputs from 224 × 224 to 255 × 255 give 7 × 7" in convcli("network", "vgg16", "--to", "7").out
    assert found(convcli("network", "vgg16", "--output", "7x7", "--json"))["sizes"] == [[224, 255], [224, 255]]


def test_flags_that_change_nothing_are_told(convcli: Run) -> None:
    ran = convcli("network", "tiny", "--csv", "--sort", "macs", "--depth", "1")
    assert ran.err.splitlines() == [
        f"note: {name} changes nothing of what is shown here" for name in ("--depth", "--sort")
    ]
    assert convcli("network", "tiny", "--json", "--convention", "fvcore").err == ""


def test_receptive(convcli: Run) -> None:
    assert (
        "one cell of features.12 sees 195 × 195 of 224 × 224"
        in convcli("network", "alexnet", "--receptive", "features.12").out
    )


def test_pictures(convcli: Run, tmp_path: Path) -> None:
    for name in ("net.svg", "net.html", "net.tex"):
        ran = convcli("network", "lenet", "--export", str(tmp_path / name))
        assert ran.code == 0
        assert "9 blocks" in ran.err
        assert (tmp_path / name).stat().st_size > 1000
    ran = convcli("network", "lenet", "--export", str(tmp_path / "net.svg"))
    assert (ran.code, "--force" in ran.err) == (2, True)
    assert convcli("network", "wavenet", "--receptive", "3", "--export", str(tmp_path / "field.svg")).code == 0
    assert convcli("network", "wavenet", "--receptive", "3", "--export", str(tmp_path / "field.tex")).code == 2


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "net_to_run.py"
    path.write_text(SOURCE)
    return str(path)


def test_a_module_that_runs(convcli: Run, file: str) -> None:
    result = found(convcli("network", f"{file}:Net", "--run", "--args", "8, kernel=1", "--size", "9x9", "--json"))
    assert result["parameters"] == 32 + 18
    assert result["layers"][0]["receptive_field"] == [1, 1]
    ran = convcli("network", f"{file}:Net", "--run", "--size", "9x9")
    assert "on the meta device" in " ".join(ran.out.split())
    assert "Conv2d 3→4 k3" in ran.out
    assert convcli("network", f"{file}:Net", "--run", "--input", "input_2d_img").code == 0
    assert "about" in convcli("network", f"{file}:Net", "--run", "--size", "9x9", "--receptive", "conv").out


def test_source_is_read_without_running_it(convcli: Run, file: str) -> None:
    assert found(convcli("network", f"{file}:Net", "--size", "9x9", "--json"))["output_shape"] == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Conv2d(3, 8"], "line 1, column 7: this '(' is never closed\n  Conv2d(3, 8\n        ^\n  add ')'"),
        (["alexnett"], "did you mean alexnet"),
        (["tiny", "lenet"], "add --compare"),
        (["tiny", "--json", "--csv"], "--json has stdout to itself"),
        (["tiny", "--compare"], "--compare needs two models"),
        (["tiny", "lenet", "--compare", "--csv"], "--compare has stdout to itself"),
        (["tiny", "lenet", "--compare", "--export", "x.svg"], "a picture has one network"),
        (["tiny", "--output", "3", "--receptive", "last"], "--output has stdout to itself"),
        (["vgg16", "--full", "--export", "x.svg", "--receptive", "nothing"], "there is no layer 'nothing'"),
        (["vgg16", "--receptive", "last", "--export", "x.tex"], "not as TikZ"),
        (["tiny", "--output", "0"], "no input size gives 0"),
        (["tiny", "--args", "3"], "add --run"),
        (["tiny", "--input", "1,2"], "add --run"),
        (["tiny", "--size", "3", "--size", "4"], "a second --size is for a model that is run"),
        (["tiny", "--run"], "FILE.py:Net or module:Net"),
        (["tiny", "--sort", "mac"], "did you mean macs"),
        (["tiny", "--columns", "layer,outptu"], "did you mean output"),
        (["tiny", "--convention", "thop"], "it takes torchinfo, fvcore, ptflops, flop_counter"),
        (["tiny", "--depth", "x"], "--depth 'x' isn't a whole number"),
        (["tiny", "--run", "--args", "open('x')"], "aren't arguments"),
    ],
)
def test_refusals(convcli: Run, arguments: list[str], said: str) -> None:
    ran = convcli("network", *arguments, columns=300)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_no_torch_without_run() -> None:
    script = "import sys; from convcli.cli import app; app(sys.argv[1:], standalone_mode=False); "
    script += "assert not {'torch', 'numpy'} & set(sys.modules), 'torch'"
    subprocess.run([sys.executable, "-c", script, "network", "alexnet"], check=True, capture_output=True)


PRINTED = """Net(
  (conv): Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))
  (fc): Linear(in_features=16, out_features=2)
)"""


def test_from_a_pipe() -> None:
    command = [sys.executable, "-m", "convcli", "network", "-", "--json"]
    ran = subprocess.run(command, input=PRINTED, capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["input_shape"] == [1, 1, 4, 4]
