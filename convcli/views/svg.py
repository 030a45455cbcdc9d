"""A scene as SVG: animated with SMIL, or still. Where nothing moves, the last step is shown."""

from collections.abc import Iterable, Iterator
from html import escape

from convcli.views.scene import Cell, Frame, Scene

# Okabe & Ito's blue, orange and green. Beside colour: solid, dashed, thick and dotted outlines.
COLOURS = """
:root{--ink:#1a1a1a;--paper:#fff;--line:#9a9a9a;--soft:#f1f1f1;--in:#0072b2;--w:#d55e00;--out:#009e73}
@media screen and (prefers-color-scheme:dark){:root{--ink:#eee;--paper:#16181c;--line:#666;--soft:#26292f;
--in:#56b4e9;--w:#e69f00;--out:#2bc79a}}"""
SECONDS = 0.5  # a step
# !important outdoes an animation: where motion isn't wanted, the last step stands still.
STYLE = """
@media (prefers-reduced-motion:reduce){.f:not(.last){display:none}
.f.last,.c text{visibility:visible!important}}
text{font:11px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:var(--ink)}
.t{font-size:14px;font-weight:bold}.c text{text-anchor:middle}
.b{fill:var(--paper);stroke:var(--line)}.p{fill:var(--soft);stroke:var(--line);stroke-dasharray:2 2}
.i{fill:var(--in);fill-opacity:.18;stroke:var(--in);stroke-width:2.5}
.w{fill:var(--w);fill-opacity:.18;stroke:var(--w);stroke-width:2.5;stroke-dasharray:6 2}
.o{fill:var(--out);fill-opacity:.25;stroke:var(--out);stroke-width:4}
.s{fill:none;stroke:var(--in);stroke-width:2;stroke-dasharray:2 3}
.m{fill:none;stroke:var(--ink);stroke-width:2}
"""


def drawing(scene: Scene) -> str:
    """The whole file; more than one frame and it moves."""
    count = len(scene.frames)
    when = {frame.output: i for i, frame in enumerate(scene.frames)}
    foot = scene.foot
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} {scene.height}" '
        f'width="{scene.width}" height="{scene.height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(scene.title)}</title>',
        f'<desc id="desc">{escape(scene.about)}. {escape(" ".join(scene.frames[-1].text))}</desc>',
        f"<style>{COLOURS}{STYLE}</style>",
        '<rect width="100%" height="100%" style="fill:var(--paper)"/>',
        f'<text class="t" x="16" y="22">{escape(scene.title)}</text>',
        *(f'<text x="{panel.x}" y="{panel.y + 12}">{escape(panel.label)}</text>' for panel in scene.panels),
        '<g class="c">',
        *(_box(cell, _shown(when[i], count, count) if when.get(i) else "") for i, cell in enumerate(scene.cells)),
        "</g>",
    ]
    for i, frame in enumerate(scene.frames):
        state = ' class="f" visibility="hidden"' if i + 1 < count else ' class="f last"'
        timing = _shown(i, i + 1, count) if count > 1 else ""
        words = [f'<text class="t" x="16" y="{foot}">{escape(frame.text[0])}</text>']
        for row, line in enumerate(frame.lines(scene.width)):
            words.append(f'<text x="16" y="{foot + 20 + 18 * row}">{escape(line)}</text>')
        lines.append(f"<g{state}>{timing}{''.join([*_marks(scene, frame), *words])}</g>")
    return "\n".join([*lines, "</svg>\n"])


def _box(cell: Cell, inside: str) -> str:
    """A cell and its number; ``inside`` animates the number."""
    x, y, w, h = cell.box
    return (
        f'<rect class="{"p" if cell.padding else "b"}" x="{x}" y="{y}" width="{w}" height="{h}"/>'
        f'<text x="{x + w / 2:g}" y="{y + h / 2 + 4:g}">{escape(cell.text)}{inside}</text>'
    )


def _path(scene: Scene, cells: Iterable[int], inset: int = 0) -> str:
    """One path around each of these cells."""
    boxes = (scene.cells[i].box for i in sorted(set(cells)))
    edges = ((x + inset, y + inset, w - 2 * inset, h - 2 * inset) for x, y, w, h in boxes)
    return "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in edges)


def _marks(scene: Scene, frame: Frame) -> Iterator[str]:
    """What one step lights up."""
    inputs = [i for i, _ in frame.pairs]
    weights = [w for _, w in frame.pairs if w is not None]
    for name, cells in (("s", scene.copied(frame)), ("i", inputs), ("w", weights), ("o", [frame.output])):
        if cells:
            yield f'<path class="{name}" d="{_path(scene, cells)}"/>'
    if frame.winners:
        yield f'<path class="m" d="{_path(scene, frame.winners, 4)}"/>'


def _shown(first: int, last: int, count: int) -> str:
    """Visible from the ``first`` of so many steps up to, without, the ``last``."""
    values, times = "hidden;visible", f"0;{first / count:.5g}"
    if last < count:
        values, times = f"{values};hidden", f"{times};{last / count:.5g}"
    return (
        f'<animate attributeName="visibility" calcMode="discrete" dur="{count * SECONDS:g}s" repeatCount="indefinite" '
        f'values="{values}" keyTimes="{times}"/>'
    )
