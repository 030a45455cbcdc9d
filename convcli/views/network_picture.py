"""A network's blocks as SVG, as a page that holds it, and as TikZ that compiles without a style file."""

import cmath
from collections.abc import Iterator, Sequence
from math import radians
from typing import BinaryIO

from convcli.network.blocks import Block, blocks
from convcli.network.chain import Chain
from convcli.network.study import Study
from convcli.views.network_receptive import field_svg
from convcli.views.network_svg import LETTER, LOOKS, framed, in_page, words
from convcli.views.tex import as_tex

LINE = 16  # pixels from one line of words to the next
TURN = 40  # degrees that the layers' names are turned by


def exported(study: Study, stream: BinaryIO, suffix: str, tracked: object) -> str:
    """The network as blocks, or what a cell of the layer sees that is looked into; returns which, in words."""
    chain = study.chain
    if study.receptive:
        text, said = field_svg(chain, study.row), f"the receptive field of {study.row.name}"
    else:
        drawn = blocks(chain, study.depth)
        text, said = (blocks_tex if suffix == ".tex" else blocks_svg)(chain, drawn), f"{len(drawn)} blocks"
    if suffix == ".html":
        text = in_page(text, chain.model.name or "a network")
    stream.write(text.encode())
    return said


def blocks_svg(chain: Chain, blocks: Sequence[Block]) -> str:
    """The whole picture."""
    title = f"{chain.model.name or 'a network'}, {' × '.join(map(str, chain.input_shape[1:]))}"
    turned = cmath.rect(LETTER, radians(TURN))  # across and down, a letter
    right = max(block.x + block.width + max(block.slant, turned.real * len(block.below)) for block in blocks) + 10
    base = max(block.y + block.height for block in blocks) + 24
    longest = max(len(block.below) for block in blocks)
    height = base + turned.imag * longest + LINE
    body = "".join(_drawn(block, base) for block in blocks)
    return framed(body, right, height, title, _described(blocks))


def _described(blocks: Sequence[Block]) -> str:
    return "; ".join(" ".join(filter(None, (block.below, block.above, block.beside))) for block in blocks)


def _drawn(block: Block, base: float) -> str:
    x, y, w, h, s = block.x, block.y, block.width, block.height, block.slant
    look = LOOKS["wrong" if block.failed else "box"]
    parts = []
    if s:
        parts.append(f'<path {look} d="M{x:.1f} {y:.1f}l{s:.1f} {-s:.1f}h{w:.1f}l{-s:.1f} {s:.1f}z"/>')
        parts.append(f'<path {look} d="M{x + w:.1f} {y:.1f}l{s:.1f} {-s:.1f}v{h:.1f}l{-s:.1f} {s:.1f}z"/>')
    parts.append(f'<rect {look} x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"/>')
    middle = x + w / 2
    centred = ' text-anchor="middle"'
    parts.append(words(block.above, middle + s, y - s - 5, more=centred))
    if block.beside:
        parts.append(words(block.beside, middle, y + h + 14, "aside", centred))
    parts.append(words(block.below, middle, base, "aside", f' transform="rotate({TURN} {middle:.1f} {base:.1f})"'))
    return "".join(parts)


def blocks_tex(chain: Chain, blocks: Sequence[Block]) -> str:
    """A standalone LaTeX document; TikZ alone draws it."""
    scale = 1 / 40
    lines = [
        r"\documentclass[border=4pt]{standalone}",
        r"\usepackage{tikz}",
        r"\begin{document}",
        rf"% {as_tex(chain.model.name or 'a network')}, input {' x '.join(map(str, chain.input_shape[1:]))}",
        r"\begin{tikzpicture}[box/.style={draw, fill=black!4}, note/.style={font=\scriptsize}]",
    ]
    base = -(max(block.y + block.height for block in blocks) + 24) * scale
    for block in blocks:
        lines += _in_tikz(block, base, scale)
    return "\n".join([*lines, r"\end{tikzpicture}", r"\end{document}"]) + "\n"


def _in_tikz(block: Block, base: float, scale: float) -> Iterator[str]:
    corners = (block.x, -block.y - block.height, block.width, block.height, block.slant)
    x, y, w, h, s = (value * scale for value in corners)
    kind = "box, draw=red" if block.failed else "box"
    back = f"-- ++({s:.2f},{s:.2f})"
    if s:
        yield rf"\draw[{kind}] ({x:.2f},{y + h:.2f}) {back} -- ++({w:.2f},0) -- ++({-s:.2f},{-s:.2f}) -- cycle;"
        yield rf"\draw[{kind}] ({x + w:.2f},{y + h:.2f}) {back} -- ++(0,{-h:.2f}) -- ++({-s:.2f},{-s:.2f}) -- cycle;"
    yield rf"\draw[{kind}] ({x:.2f},{y:.2f}) rectangle ++({w:.2f},{h:.2f});"
    middle = x + w / 2
    yield rf"\node[note, above] at ({middle + s:.2f},{y + h + s:.2f}) {{{as_tex(block.above)}}};"
    if block.beside:
        yield rf"\node[note, below] at ({middle:.2f},{y:.2f}) {{{as_tex(block.beside)}}};"
    yield rf"\node[note, rotate=-{TURN}, anchor=north west] at ({middle:.2f},{base:.2f}) {{{as_tex(block.below)}}};"
