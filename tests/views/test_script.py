"""A plan as a script; tests/cli/test_layer.py runs more of them."""

import numpy as np
import pytest

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.script import script


@pytest.mark.parametrize("name", ["unfold", "adaptiveavgpool2d", "adaptivemaxpool3d", "lppool1d", "convtranspose2d"])
def test_it_runs_and_gives_the_same_numbers(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(make_plan(name, {}))
    names: dict[str, object] = {}
    exec(script(report), names)
    assert str(report.output_shape) in capsys.readouterr().out
    np.testing.assert_array_equal(names["output"].numpy(), report.output)  # type: ignore[attr-defined]
