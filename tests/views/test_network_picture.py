"""Blocks as SVG, as a page and as TikZ."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from convcli.network.blocks import blocks
from convcli.network.chain import work_out
from convcli.network.notation import read_text
from convcli.views.network_picture import blocks_svg, blocks_tex, in_page

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
    assert "<title>a &lt;net&gt;" in in_page(svg, "a <net>")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no LaTeX here to compile it")
def test_tex_compiles(tmp_path: Path) -> None:
    (tmp_path / "net.tex").write_text(blocks_tex(CHAIN, blocks(CHAIN)))
    subprocess.run(["pdflatex", "-interaction=batchmode", "net.tex"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "net.pdf").stat().st_size > 1000


def test_tex_is_balanced() -> None:
    text = blocks_tex(CHAIN, blocks(CHAIN))
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin") == text.count(r"\end") == 2
    assert text.count(r"rectangle") == len(blocks(CHAIN))
    assert all(line.endswith(";") for line in text.splitlines() if line.startswith((r"\draw", r"\node")))
