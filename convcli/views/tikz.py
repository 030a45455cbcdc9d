"""A scene's last moment as LaTeX that compiles on its own: TikZ alone draws it."""

from collections.abc import Iterable, Iterator
from math import ceil
from typing import BinaryIO

from convcli.colours import LIGHT, THEMES
from convcli.views.drawing import HEIGHT, WIDTH, Box, Mark, Path, Shades, Words
from convcli.views.scene import Scene
from convcli.views.tex import as_tex
from convcli.views.tints import GROUNDS, tints

MOST_SIDE = 48  # cells of a shaded map; of more, every so many-th is shown
HEAD = r"""\documentclass[border=0pt]{standalone}
\usepackage{fix-cm}
\usepackage{tikz}
\renewcommand{\familydefault}{\ttdefault}
"""


def write_tex(scene: Scene, stream: BinaryIO, theme: str = "light", tracked: object = None) -> int:
    """The whole document; returns how many moments it shows."""
    stream.write(document(scene, theme).encode())
    return 1


def document(scene: Scene, theme: str = "light") -> str:
    """One picture, a unit of it a point of TeX."""
    names = tints(THEMES.get(theme, LIGHT))
    marks = [mark for layer in scene.layers(len(scene.moments) - 1) for mark in layer]
    paper = Box(0, 0, WIDTH, HEIGHT, "paper")
    drawn = [line for mark in [paper, *marks] for line in _drawn(mark)]
    colours = [rf"\definecolor{{{_name(name)}}}{{HTML}}{{{_hex(colour)}}}" for name, colour in names.items()]
    return "\n".join(
        [
            f"{HEAD}% {as_tex(scene.title)}",
            *colours,
            r"\begin{document}",
            r"\begin{tikzpicture}[x=1pt, y=-1pt, every node/.style={inner sep=0pt, outer sep=0pt}]",
            rf"\clip (0,0) rectangle ({WIDTH},{HEIGHT});",
            *drawn,
            r"\end{tikzpicture}",
            r"\end{document}",
            "",
        ]
    )


def _drawn(mark: Mark) -> Iterator[str]:
    if isinstance(mark, Words):
        anchor = {"start": "base west", "middle": "base", "end": "base east"}[mark.anchor]
        bold = r"\bfseries" * mark.bold
        # The font's characters are 0.525 of its size, and the picture's 0.602.
        size = f"{1.146 * mark.size:.4g}"
        font = rf"\fontsize{{{size}}}{{{size}}}\selectfont{bold}"
        place = f"({mark.x:.4g},{mark.baseline:.4g})"
        yield rf"\node[anchor={anchor}, text={_name(mark.colour)}, font={font}] at {place} {{{as_tex(mark.text)}}};"
    elif isinstance(mark, Shades):
        yield from _cells(mark)
    elif isinstance(mark, Path):
        points = " -- ".join(f"({x:.4g},{y:.4g})" for x, y in mark.points)
        yield rf"\path[{_look(mark)}] {points}{' -- cycle' if mark.fill else ''};"
    else:
        corners = f"rounded corners={mark.round:.3g}pt, " if mark.round else ""
        ends = f"({mark.x:.4g},{mark.y:.4g}) rectangle ({mark.right:.4g},{mark.bottom:.4g})"
        yield rf"\path[{corners}{_look(mark)}] {ends};"


def _look(mark: Box | Path) -> str:
    look = [f"fill={_name(mark.fill)}"] if mark.fill else []
    if mark.stroke:
        look += [f"draw={_name(mark.stroke)}", f"line width={mark.thick:.3g}pt"]
    if isinstance(mark, Box) and mark.dash:
        on, off = mark.dash
        look.append(f"dash pattern=on {on:g}pt off {off:g}pt")
    return ", ".join(look)


def _cells(mark: Shades) -> Iterator[str]:
    """Rows of shades, cells of one shade beside one another drawn as one."""
    every = ceil(max(mark.levels.shape) / MOST_SIDE)
    levels = mark.levels[::every, ::every].tolist()
    high, wide = mark.height / len(levels), mark.width / len(levels[0])
    for i, row in enumerate(levels):
        for first, end in _runs(row):
            x, y = mark.x + first * wide, mark.y + i * high
            size = f"({(end - first) * wide:.4g},{high:.4g})"
            yield rf"\fill[{_name(GROUNDS[row[first]])}] ({x:.4g},{y:.4g}) rectangle ++{size};"


def _runs(row: list[int]) -> Iterable[tuple[int, int]]:
    """Where cells of one shade begin and end.

    >>> list(_runs([3, 3, 1]))
    [(0, 2), (2, 3)]
    """
    starts = [i for i, level in enumerate(row) if not i or level != row[i - 1]]
    return zip(starts, [*starts[1:], len(row)], strict=True)


def _name(name: str) -> str:
    return name.replace(" ", "-")


def _hex(colour: str) -> str:
    digits = colour[1:].upper()
    return digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
