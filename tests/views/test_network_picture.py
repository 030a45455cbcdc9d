"""Blocks as SVG, as a page and as TikZ."""

import io
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from convcli.network.blocks import blocks
from convcli.network.chain import Chain, work_out
from convcli.network.notation import read_text
from convcli.network.study import Study, read_networks
from convcli.views.network_picture import blocks_svg, blocks_tex, exported
from convcli.views.network_svg import LETTER

CHAIN = work_out(read_text("Conv2d(1, 6, 5); MaxPool2d(2); Flatten(); Linear(1176, 10); Linear(9, 3)"), (1, 1, 32, 32))


def test_svg() -> None:
    svg = blocks_svg(CHAIN, blocks(CHAIN))
    tree = ET.fromstring(svg)
    words = [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"1", "32 × 32", "input", "0 Conv2d", "6", "28 × 28", "1176", "4 fails"} <= set(words)
    width, height = float(tree.get("width", "")), float(tree.get("height", ""))
    for rect in list(tree.iter("{http://www.w3.org/2000/svg}rect"))[1:]:
        x, y, w, h = (float(rect.get(name, "")) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height


@pytest.mark.parametrize("name", ["c3d", "m5", "lenet"])
def test_words_have_room(name: str) -> None:
    [chain], _ = read_networks([name], None)
    tree = ET.fromstring(blocks_svg(chain, blocks(chain)))
    for text in tree.iter("{http://www.w3.org/2000/svg}text"):
        x, turned = float(text.get("x", "")), text.get("transform") is not None
        wide = LETTER * len(text.text or "")
        left, right = (x, x + 0.77 * wide) if turned else (x - wide / 2, x + wide / 2)
        assert 0 <= left <= right <= float(tree.get("width", ""))


def test_files() -> None:
    for receptive, suffix, said, begins in (
        ("", ".svg", "6 blocks", "<svg"),
        ("", ".html", "6 blocks", "<!doctype html>"),
        ("", ".tex", "6 blocks", "\\documentclass"),
        ("1", ".svg", "the receptive field of 1", "<svg"),
        ("1", ".html", "the receptive field of 1", "<!doctype html>"),
    ):
        stream = io.BytesIO()
        assert exported(Study((CHAIN,), receptive=receptive), stream, suffix, None) == said
        assert stream.getvalue().decode().startswith(begins)


ODD = work_out(read_text("Sequential(\n  (a_b): Conv2d(1, 6, 5)\n  (größe): Conv2d(6, 2, 3)\n)"), (1, 1, 32, 32))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here to compile it")
@pytest.mark.parametrize("chain", [CHAIN, ODD, *(read_networks([name], None)[0][0] for name in ("c3d", "m5"))])
def test_tex_compiles(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "net.tex").write_text(blocks_tex(chain, blocks(chain)), encoding="utf-8")
    subprocess.run(["pdflatex", "-halt-on-error", "net.tex"], cwd=tmp_path, check=True, capture_output=True)
    log = (tmp_path / "net.log").read_text(encoding="latin-1")
    assert "(1 page," in log
    assert "Missing character" not in log


def test_tex_is_balanced() -> None:
    text = blocks_tex(CHAIN, blocks(CHAIN))
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin") == text.count(r"\end") == 2
    assert text.count(r"rectangle") == len(blocks(CHAIN))
    assert all(line.endswith(";") for line in text.splitlines() if line.startswith((r"\draw", r"\node")))
