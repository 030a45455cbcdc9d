"""LaTeX that compiles on its own."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.scene import Scene
from convcli.views.tikz import document


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here: apt-get install texlive-pictures")
@pytest.mark.parametrize("arguments", ["conv2d --size 3x6x6 --padding 1 --stride 2", "maxpool2d --size 40x40"])
def test_it_compiles(export: Callable[..., Path], arguments: str) -> None:
    path = export(arguments, "tex")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    made = subprocess.run(command, cwd=path.parent, capture_output=True, timeout=120)
    assert made.returncode == 0, made.stdout.decode(errors="replace")[-2000:]
    assert b"Overfull" not in made.stdout
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


def test_what_is_drawn() -> None:
    scene = Scene(Report(make_plan("conv1d", {"padding": 1}, size=(6,))))
    text = document(scene)
    assert r"\definecolor{on-p8}{HTML}" in text
    assert text.count(r"\node") == sum(type(mark).__name__ == "Words" for layer in scene.layers(5) for mark in layer)
    defined = set(re.findall(r"\\definecolor\{(.*?)\}", text))
    assert set(re.findall(r"(?:fill|draw|text)=([\w-]+)", text)) <= defined
    assert "×" not in text
    assert r"\definecolor{paper}{HTML}{12161B}" in document(scene, "dark")
