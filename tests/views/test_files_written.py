"""A report as a file."""

import io

import numpy as np
import pytest

from convcli.picks import pick
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.files_written import exported, saved


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".svg", b"<svg"), (".html", b"<!"), (".png", b"\x89PNG"), (".gif", b"GIF8")]
)
def test_pictures(suffix: str, begins: bytes) -> None:
    plan, stream = make_plan("maxpool1d", {}), io.BytesIO()
    said = exported(Report(plan, pick(plan, draw=True)), stream, suffix, lambda items, count, what: items)
    assert stream.getvalue().startswith(begins)
    assert said == ("the last of 5 steps" if suffix == ".png" else "5 steps")


def test_values() -> None:
    report, stream = Report(make_plan("conv1d", {})), io.BytesIO()
    assert saved(report, stream, ".npy", lambda items, count, what: items) == "[1, 1, 8]"
    stream.seek(0)
    assert np.array_equal(np.load(stream), report.output)
