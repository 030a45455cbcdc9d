"""The README's pictures of screens are what their commands show; CONVCLI_REWRITE=1 records them anew."""

import importlib.util
import os
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="no pseudo-terminals on this system")
DOCS = Path(__file__).parent.parent / "docs"
_spec = importlib.util.spec_from_file_location("record", DOCS / "record.py")
assert _spec
assert _spec.loader
record = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(record)


@pytest.mark.parametrize("name", record.PICTURES)
def test_a_picture_is_what_its_command_shows(name: str) -> None:
    picture = record.drawn(record.PICTURES[name].split()) + "\n"
    if os.environ.get("CONVCLI_REWRITE"):
        (DOCS / name).write_text(picture, encoding="utf-8")
    assert picture == (DOCS / name).read_text(encoding="utf-8")
    assert "http" not in picture.replace("http://www.w3.org", "").replace("https://www.textualize.io", "")


def test_another_theme_and_width() -> None:
    light = record.drawn(["formula", "--size", "7"], "light", 50)
    assert "#ffffff" in light
    assert "output" in light
