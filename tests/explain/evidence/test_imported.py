"""Code that is offered names torch's modules as the file does."""

from pathlib import Path

import pytest

from convcli.explain.evidence.imported import as_imported
from convcli.explain.evidence.message import read
from convcli.explain.recognise import diagnose
from tests.explain import error_of, mended


@pytest.mark.parametrize(
    ("lines", "written"),
    [
        (["import torch"], "torch.nn.functional.relu(torch.nn.ReLU()(x))"),
        (["import torch.nn as nn"], "nn.functional.relu(nn.ReLU()(x))"),
        (["from torch.nn import functional as F"], "F.relu(torch.nn.ReLU()(x))"),
        (["from torch import nn, optim", "import torch.nn.functional as F"], "F.relu(nn.ReLU()(x))"),
        (["from layers import *", "import torch"], "F.relu(nn.ReLU()(x))"),
        (["x = torch.rand(3)"], "F.relu(nn.ReLU()(x))"),
    ],
)
def test_whole_names_stand_where_short_ones_are_not_imported(lines: list[str], written: str) -> None:
    assert as_imported("F.relu(nn.ReLU()(x))", lines) == written


def test_what_is_offered_for_a_file_runs_in_it(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    text = "import torch\nx, skip = torch.rand(1, 2, 24, 24), torch.rand(1, 2, 25, 25)\ny = torch.cat([x, skip], 1)\n"
    path.write_text(text)
    found = diagnose(read(error_of(path)))
    assert found is not None
    (fix,) = found.hypotheses[0].fixes
    assert "torch.nn.functional.interpolate" in fix.code
    path.write_text(mended(text, fix))
    assert error_of(path) == ""
