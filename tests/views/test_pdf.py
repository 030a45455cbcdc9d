"""A page whose letters are letters, or a word on what to install."""

import io
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views import files_written
from convcli.views.pdf import write_pdf
from convcli.views.scene import Scene
from tests.conftest import Ran

pytest.importorskip("fpdf", reason="no fpdf2 here: pip install 'convcli[pdf]'")


@pytest.mark.parametrize("name", ["conv2d", "maxpool2d"])
def test_one_page_of_letters_lines_and_cells(name: str) -> None:
    scene, stream = Scene(Report(make_plan(name, {"kernel_size": 3}, size=(5, 5)))), io.BytesIO()
    assert write_pdf(scene, stream) == 1
    written = stream.getvalue()
    assert written.startswith(b"%PDF")
    assert b"/MediaBox [0 0 1280.00 720.00]" in written
    assert written.count(b"/Type /Page\n") == 1
    assert b"DejaVuSansMono" in written
    assert b"/Subtype /Image" not in written
    streams = re.findall(rb"stream\n(.*?)\nendstream", written, re.DOTALL)
    content = next(text for text in (zlib.decompress(each) for each in streams) if b" re" in text)
    assert content.count(b" re") > 25  # a cell each
    assert content.count(b" Tj") + content.count(b" TJ") > 25


def test_without_the_package(convcli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_written, "find_spec", lambda name: None)
    ran = convcli("conv1d", "--export", str(tmp_path / "a.pdf"))
    assert (ran.code, ran.out) == (2, "")
    assert "pip install 'convcli[pdf]'" in ran.err
    assert not (tmp_path / "a.pdf").exists()
