"""A network as JSON, CSV, Markdown and a script."""

import csv
import io
import json
import subprocess
import sys
from fractions import Fraction

import pytest
import torch

from convcli.network.chain import Chain, work_out
from convcli.network.notation import read_text
from convcli.network.python_file import read_source
from convcli.network.reading import read_model
from convcli.network.study import Study
from convcli.views.network_texts import as_csv, as_markdown, network_object, network_script, network_text, number

LENET = "Conv2d(1, 6, 5); MaxPool2d(2); Conv2d(6, 16, 5); MaxPool2d(2); Flatten(); Linear(400, 10)"


def lenet(size: int = 32) -> Chain:
    return work_out(read_text(LENET), (1, 1, size, size))


def test_json() -> None:
    named = read_model("alexnet")
    found = json.loads(network_text(Study((work_out(named.model, (1, 3, 224, 224)),), convention="fvcore")))
    first = {"name": "features.0", "output_shape": [1, 64, 55, 55], "parameters": 23296, "macs": 70276800}
    first |= {"receptive_field": [11, 11], "jump": [4, 4]}
    assert first.items() <= found["layers"][0].items()
    assert found["layers"][0]["code"] == "Conv2d(3, 64, kernel_size=11, stride=4, padding=2)"
    assert (found["parameters"], found["macs"], found["receptive_field"]) == (61100840, 714188480, [195, 195])
    assert found["failed"] is None
    assert found["input_shape"] == [1, 3, 224, 224]
    assert found["convention"] == {"name": "fvcore", "count": 714197696, "unit": "FLOPs"}
    assert found["layers"][-1]["receptive_field_status"] == ["whole input", "whole input"]


def test_json_of_what_fails() -> None:
    found = network_object(lenet(36))
    assert found["failed"]["name"] == "5"
    assert "takes 400 features" in found["failed"]["message"]
    assert found["failed"]["fix"] == "Linear(576, 10)"
    assert len(found["layers"]) == 5
    assert found["output_shape"] is None


def test_csv_and_markdown() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(Study((lenet(),))))))
    assert rows[0]["layer"] == "Conv2d(1, 6, kernel_size=5)"
    assert sum(int(row["macs"]) for row in rows) == lenet().macs
    lines = as_markdown(Study((lenet(36),))).splitlines()
    assert lines[2] == "| 0 | `Conv2d(1, 6, kernel_size=5)` | 1 × 6 × 32 × 32 | 156 | 153,600 | 5 × 5 | 1 × 1 |"
    assert len({line.count("|") for line in lines[:8]}) == 1
    assert lines[-1].startswith("Fails at `5`")


SOURCE = """
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 4)
        self.conv = nn.Conv1d(4, 3, 2)
        self.spare = nn.Linear(2, 2)
    def forward(self, x):
        return self.conv(self.words(x).permute(0, 2, 1)).mean(2)
"""


@pytest.mark.parametrize("text", [LENET, SOURCE])
def test_the_script_runs_and_agrees(text: str) -> None:
    chain = lenet() if text == LENET else work_out(read_source(text), (1, 6))
    ran = subprocess.run(
        [sys.executable, "-c", network_script(Study((chain,)))], capture_output=True, text=True, check=True
    )
    shapes = [row.output_shape for row in chain.rows if row.output_shape]
    lines = ran.stdout.splitlines()
    assert [line.partition(" ")[2] for line in lines[:-1]] == [str(shape) for shape in shapes]
    used = sum(row.parameters for row in chain.rows if not row.unused)
    assert lines[-1] == f"{used} parameters"
    assert torch.__version__


def test_numbers() -> None:
    assert (number(Fraction(4)), number(Fraction(1, 2))) == (4, 0.5)
