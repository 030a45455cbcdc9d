"""A scene as one page that needs nothing else: it plays, and tells what each cell is made of and feeds."""

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

from convcli.views.scene import Cell, Scene
from convcli.views.svg import COLOURS

TEMPLATE = Path(__file__).with_name("page.html")
NAMES = {"input": "Input", "weight": "Weights", "output": "Output"}


def page(scene: Scene) -> str:
    """The whole file, in which every number stands as text, for readers without scripts and for paper."""
    flat = all(cell.row == 0 for cell in scene.cells)
    chosen = any(frame.winners for frame in scene.frames)
    copies = {i: cell.copies for i, cell in enumerate(scene.cells) if cell.copies is not None}
    data = {
        # What each step lights up, by the cells' numbers in the order of the page.
        "frames": [{"output": f.output, "pairs": f.pairs, "winners": f.winners} for f in scene.frames],
        "copies": copies,
        "said": {i: cell.said for i, cell in enumerate(scene.cells) if cell.said != cell.text},
    }
    filled = {
        "colours": COLOURS,
        "title": escape(scene.title),
        "about": escape(scene.about),
        "count": str(len(scene.frames)),
        "flat": ' class="flat"' if flat else "",
        "parts": "\n".join(_parts(scene)),
        "more": " Dotted: what the padding copies." * bool(copies) + " Underlined: the winner." * chosen,
        "steps": "\n".join(f"<li><b>{escape(f.text[0])}</b> {escape(f.text[1])}</li>" for f in scene.frames),
        "data": json.dumps(data, separators=(",", ":")),
    }
    return re.sub(r"@(\w+)@", lambda name: filled[name[1]], TEMPLATE.read_text(encoding="utf-8"))


def _parts(scene: Scene) -> Iterator[str]:
    """Input, weights and output, their panels in columns as the drawing has them."""
    after_input = False
    for part, group in groupby(scene.cells, key=lambda cell: scene.panels[cell.panel].part):
        cells = list(group)
        wide = max(3, *(len(cell.text) for cell in cells)) + 1
        panels = {cell.panel: scene.panels[cell.panel] for cell in cells}
        columns = sorted({panel.x for panel in panels.values()})
        if after_input:
            yield '<div id="rest">'
        after_input = part == "input"
        yield f'<section style="--wide: {wide}ch"><h2>{NAMES[part]}</h2><div class="panels">'
        for number, panel in panels.items():
            column = f' style="grid-column: {columns.index(panel.x) + 1}"' if len(columns) > 1 else ""
            label = escape(panel.label)
            yield f'<figure{column}><figcaption>{label}</figcaption><table role="grid" aria-label="{label}"><tbody>'
            yield from _rows([cell for cell in cells if cell.panel == number], part)
            yield "</tbody></table></figure>"
        yield "</div></section>"
    yield "</div>"


def _rows(cells: list[Cell], part: str) -> Iterator[str]:
    """Table rows; a place that isn't drawn leaves a gap."""
    first, height = True, 0
    for number, row in groupby(cells, key=lambda cell: cell.row):
        yield from ['<tr><td class="gap"></td></tr>'] * (number - height)
        line, column, height = "<tr>", 0, number + 1
        for cell in row:
            line += '<td class="gap"></td>' * (cell.column - column)
            state = ' class="padding"' if cell.padding else ""
            line += f'<td{state} tabindex="{0 if first else -1}" data-part="{part}" data-name="{escape(cell.name)}">'
            line += f"{escape(cell.text)}</td>"
            column, first = cell.column + 1, False
        yield line + "</tr>"
