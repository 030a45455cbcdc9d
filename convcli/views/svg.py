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
    moving = len(scene.frames) > 1
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} {scene.height}" '
        f'width="{scene.width}" height="{scene.height}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(scene.title)}</title>',
        f'<desc id="desc">{escape(scene.about)}. {escape(" ".join(scene.frames[-1].text))}</desc>',
        f"<style>{COLOURS}{STYLE}</style>",
        '<rect width="100%" height="100%" style="fill:var(--paper)"/>',
        *_head(scene),
    ]
    count = len(scene.frames)
    when = {frame.output: i for i, frame in enumerate(scene.frames)}
    lines.append('<g class="c">')
    for i, cell in enumerate(scene.cells):
        appears = ""
        if moving and when.get(i):
            appears = _shown(when[i] / count, 1, count * SECONDS)
        lines.append(_box(scene, cell, appears))
    lines.append("</g>")
    for i, frame in enumerate(scene.frames):
        state = ' class="f" visibility="hidden"' if i + 1 < count else ' class="f last"'
        timing = _shown(i / count, (i + 1) / count, count * SECONDS) if moving else ""
        lines.append(f"<g{state}>{timing}{''.join(_marks(scene, frame))}{_words(scene, frame)}</g>")
    return "\n".join([*lines, "</svg>\n"])


def _head(scene: Scene) -> Iterator[str]:
    """Title and panel labels."""
    yield f'<text class="t" x="16" y="22">{escape(scene.title)}</text>'
    for panel in scene.panels:
        yield f'<text x="{panel.x}" y="{panel.y + 12}">{escape(panel.label)}</text>'


def _box(scene: Scene, cell: Cell, inside: str = "") -> str:
    """A cell and its number; ``inside`` animates the number."""
    kind = "p" if cell.padding else "b"
    x, y = cell.x + cell.width / 2, cell.y + scene.cell_height / 2 + 4
    return (
        f'<rect class="{kind}" x="{cell.x}" y="{cell.y}" width="{cell.width}" height="{scene.cell_height}"/>'
        f'<text x="{x:g}" y="{y:g}">{escape(cell.text)}{inside}</text>'
    )


def _path(scene: Scene, cells: Iterable[int], inset: int = 0) -> str:
    """One path around each of these cells."""
    h = scene.cell_height - 2 * inset
    places = (scene.cells[i] for i in sorted(set(cells)))
    boxes = ((c.x + inset, c.y + inset, c.width - 2 * inset) for c in places)
    return "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w in boxes)


def _marks(scene: Scene, frame: Frame) -> Iterator[str]:
    """What one step lights up."""
    inputs = [i for i, _ in frame.pairs]
    weights = [w for _, w in frame.pairs if w is not None]
    for name, cells in (("s", scene.copied(frame)), ("i", inputs), ("w", weights), ("o", [frame.output])):
        if cells:
            yield f'<path class="{name}" d="{_path(scene, cells)}"/>'
    if frame.winners:
        yield f'<path class="m" d="{_path(scene, frame.winners, 4)}"/>'


def _words(scene: Scene, frame: Frame) -> str:
    y = scene.foot
    lines = "".join(
        f'<text x="16" y="{y + 20 + 18 * i}">{escape(line)}</text>' for i, line in enumerate(scene.lines(frame))
    )
    return f'<text class="t" x="16" y="{y}">{escape(frame.text[0])}</text>{lines}'


def _shown(begin: float, end: float, seconds: float) -> str:
    values = ["hidden", "visible"] if end >= 1 else ["hidden", "visible", "hidden"]
    times = ["0", f"{begin:.5g}"] if end >= 1 else ["0", f"{begin:.5g}", f"{end:.5g}"]
    return (
        f'<animate attributeName="visibility" calcMode="discrete" dur="{seconds:g}s" repeatCount="indefinite" '
        f'values="{";".join(values)}" keyTimes="{";".join(times)}"/>'
    )
