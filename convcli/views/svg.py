"""A scene as SVG that shows everywhere: every colour stands where it is used, and browsers move it.

Where nothing moves it is the finished map with the last window.
"""

import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from struct import pack
from typing import BinaryIO

from convcli.colours import DARK, LIGHT, THEMES
from convcli.views.drawing import HEIGHT, WIDTH, Box, Mark, Path, Point, Shades, Words
from convcli.views.scene import Scene
from convcli.views.tints import GROUNDS, tints

GLIDE = 0.25  # seconds
FONT = "DejaVu Sans Mono,Menlo,Consolas,monospace"
STILL = "@media(prefers-reduced-motion:reduce){.past{display:none}.last{visibility:visible!important}%s}"


def write_svg(scene: Scene, stream: BinaryIO, theme: str = "light", tracked: object = None) -> int:
    """The whole file; returns how many moments it shows."""
    stream.write(drawing(scene, theme).encode())
    return len(scene.moments)


def drawing(scene: Scene, theme: str = "light") -> str:
    """The whole file; of one moment nothing moves. ``auto`` is light, and dark on screens that ask for it."""
    pen = _Pen(theme)
    body = _moving(scene, pen) if len(scene.moments) > 1 else "".join(map(pen.drawn, scene.layers(0)))
    paper = pen.paint("paper", "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-labelledby="title desc" font-family="{FONT}" text-anchor="middle">'
        f'<title id="title">{escape(scene.title)}</title><desc id="desc">{escape(scene.about)}</desc>'
        f'{pen.style(scene)}<rect {paper} width="{WIDTH}" height="{HEIGHT}"/>\n{body}</svg>\n'
    )


def _moving(scene: Scene, pen: "_Pen") -> str:
    """What stays, what is there from one moment to another, and the tiles that glide."""
    times, last = scene.times, len(scene.moments)
    parts = [pen.drawn(scene.ground)]
    versions = [(first, end, list(alike)) for (first, end), alike in groupby(scene.outputs, lambda each: each[:2])]
    for first, end, alike in versions:
        parts.append(_shown(pen.drawn(cell for *_, cell, _ in alike), first, end, last, times))
    for i, moment in enumerate(scene.drawn):
        parts.append(_shown(pen.drawn(moment.under), i, i + 1, last, times))
    parts.append(pen.drawn(scene.numbers))
    for first, end, alike in versions:
        parts.append(_shown(pen.drawn(value for *_, value in alike), first, end, last, times))
    for i, moment in enumerate(scene.drawn):
        over = moment.over if scene.tiles else [*moment.over, *scene.placed_tiles(i)]
        parts.append(_shown(pen.drawn(over), i, i + 1, last, times))
    if scene.tiles:
        for tile, marks in enumerate(scene.tiles):
            corners = [moment.tiles[tile] for moment in scene.drawn]
            x, y = corners[-1]
            moves = _moves(corners, [moment.row for moment in scene.drawn], times)
            parts.append(f'<g class="tile{tile}" transform="translate({x:g} {y:g})">{moves}{pen.drawn(marks)}</g>')
    return "\n".join(part for part in parts if part)


def _shown(inside: str, first: int, end: int, last: int, times: Sequence[float]) -> str:
    """A group that is seen from one moment until another."""
    if not inside or (first == 0 and end == last):
        return inside
    stays = end == last
    values, keys = ["hidden", "visible"][first == 0 :], [0.0, times[first]][first == 0 :]
    if not stays:
        values, keys = [*values, "hidden"], [*keys, times[end]]
    state = ' class="last"' if stays else ' class="past" visibility="hidden"'
    animation = f'<animate attributeName="visibility" calcMode="discrete" {_timing(values, keys, times)}/>'
    return f"<g{state}>{animation}{inside}</g>"


def _moves(corners: Sequence[Point], rows: Sequence[int], times: Sequence[float]) -> str:
    """From corner to corner: gliding within a row, else jumping."""
    values, keys, before = [corners[0]], [0.0], corners[0]
    for i in range(1, len(corners)):
        glide = GLIDE if rows[i] == rows[i - 1] else 0.0
        values += [before, corners[i]]
        keys += [times[i], times[i] + glide]
        before = corners[i]
    written = [f"{x:g} {y:g}" for x, y in [*values, before]]
    timing = _timing(written, [*keys, times[-1]], times)
    return f'<animateTransform attributeName="transform" type="translate" {timing}/>'


def _timing(values: Sequence[str], keys: Sequence[float], times: Sequence[float]) -> str:
    moments = ";".join(f"{key / times[-1]:.4g}" for key in keys)
    return f'dur="{times[-1]:g}s" repeatCount="indefinite" values="{";".join(values)}" keyTimes="{moments}"'


class _Pen:
    """Writes marks, those of one look together."""

    def __init__(self, theme: str) -> None:
        self.auto = theme == "auto"
        self.names = tints(THEMES.get(theme, LIGHT))
        self.used: dict[str, None] = {}

    def drawn(self, marks: Iterable[Mark]) -> str:
        parts: list[str] = []
        for look, alike in groupby(_sorted(marks), key=_look):
            parts += self._written(look, list(alike))
        return "".join(parts)

    def paint(self, fill: str, stroke: str) -> str:
        """Colours as attributes; where they follow the screen, by names too."""
        told = [
            f'{part}="{self.names[name] if name else "none"}"'
            for part, name in (("fill", fill), ("stroke", stroke))
            if name or part == "fill"
        ]
        if self.auto:
            names = [f"{part}-{name.replace(' ', '-')}" for part, name in (("f", fill), ("s", stroke)) if name]
            self.used.update(dict.fromkeys(names))
            told.append(f'class="{" ".join(names)}"' if names else "")
        return " ".join(told)

    def style(self, scene: Scene) -> str:
        """What refines it in a browser: without motion where that isn't wanted, and dark where that is."""
        held = "".join(
            f".tile{i}{{transform:translate({x:g}px,{y:g}px)!important}}"
            for i, (x, y) in enumerate(scene.drawn[-1].tiles)
        )
        rules = STILL % held
        if self.auto:
            dark = tints(DARK)
            rules += (
                "@media(prefers-color-scheme:dark){"
                + "".join(
                    f".{name}{{{'fill' if name[0] == 'f' else 'stroke'}:{dark[name[2:].replace('on-', 'on ')]}}}"
                    for name in self.used
                )
                + "}"
            )
        return f"<style>{rules}</style>"

    def _written(self, look: tuple[object, ...], marks: Sequence[Mark]) -> Iterator[str]:
        mark = marks[0]
        if isinstance(mark, Words):
            anchor = "" if mark.anchor == "middle" else f' text-anchor="{mark.anchor}"'
            bold = ' font-weight="700"' if mark.bold else ""
            yield f'<g {self.paint(mark.colour, "")} font-size="{mark.size:g}"{anchor}{bold}>'
            yield from (
                f'<text x="{m.x:.4g}" y="{m.baseline:.4g}">{escape(m.text)}</text>'
                for m in marks
                if isinstance(m, Words)
            )
            yield "</g>"
        elif isinstance(mark, Shades):
            yield from (self._shades(m) for m in marks if isinstance(m, Shades))
        else:
            dash = (
                f' stroke-dasharray="{" ".join(f"{d:g}" for d in mark.dash)}"'
                if isinstance(mark, Box) and mark.dash
                else ""
            )
            thick = f' stroke-width="{mark.thick:g}"' if mark.stroke and mark.thick != 1 else ""
            paint = f"{self.paint(mark.fill, mark.stroke)}{thick}{dash}"
            if isinstance(mark, Box) and mark.round:
                yield from (f'<rect {paint} {_place(m)} rx="{m.round:.3g}"/>' for m in marks if isinstance(m, Box))
            else:
                yield f'<path {paint} d="{"".join(map(_outline, marks))}"/>'

    def _shades(self, mark: Shades) -> str:
        scale = max(1, round(mark.width / mark.levels.shape[1]))  # so that no renderer has anything to smooth
        levels = mark.levels.repeat(scale, 0).repeat(scale, 1)
        names = [self.names[name] for name in GROUNDS]
        data = b64encode(_png(levels.tobytes(), levels.shape[1], levels.shape[0], names)).decode()
        return f'<image {_place(mark)} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def _look(mark: Mark) -> tuple[object, ...]:
    """What marks share that are written together."""
    if isinstance(mark, Words):
        return ("words", mark.size, mark.colour, mark.anchor, mark.bold)
    if isinstance(mark, Shades):
        return ("shades",)
    if isinstance(mark, Path):
        return ("path", mark.fill, mark.stroke, mark.thick)
    return ("box", mark.fill, mark.stroke, mark.thick, mark.dash, bool(mark.round))


def _sorted(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Runs of words, and of filled boxes, by their looks: there none covers another of its run."""
    for together, run in groupby(marks, key=_run):
        alike = list(run)
        yield from sorted(alike, key=lambda mark: repr(_look(mark))) if together else alike


def _run(mark: Mark) -> str:
    return "words" if isinstance(mark, Words) else "boxes" if isinstance(mark, Box) and mark.fill else ""


def _place(mark: Box | Shades) -> str:
    return f'x="{mark.x:.4g}" y="{mark.y:.4g}" width="{mark.width:.4g}" height="{mark.height:.4g}"'


def _outline(mark: Mark) -> str:
    if isinstance(mark, Box):
        return f"M{mark.x:.4g} {mark.y:.4g}h{mark.width:.4g}v{mark.height:.4g}h{-mark.width:.4g}z"
    assert isinstance(mark, Path)
    points = "L".join(f"{x:.4g} {y:.4g}" for x, y in mark.points)
    return f"M{points}{'z' if mark.fill else ''}"


def _png(pixels: bytes, width: int, height: int, colours: Sequence[str]) -> bytes:
    """A picture of places in a palette, row by row."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    palette = bytes.fromhex("".join(colour[1:] for colour in colours))
    head = pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)
