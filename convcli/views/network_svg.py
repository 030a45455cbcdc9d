"""What the pictures of networks share: a frame, and how each thing in them looks, wherever they are shown.

Every colour stands where it is used: what shows SVG on slides and in papers knows no style sheets, or no variables.
"""

from html import escape

from convcli.colours import LIGHT

FONT = "DejaVu Sans Mono,Menlo,Consolas,monospace"
SIZE = 12  # of letters, in pixels
LETTER = 0.602 * SIZE  # how wide one is
LOOKS = {
    "words": f'fill="{LIGHT.ink}"',
    "aside": f'fill="{LIGHT.muted}"',
    "box": f'fill="{LIGHT.panel}" stroke="{LIGHT.ink}"',
    "wrong": f'fill="{LIGHT.panel}" stroke="{LIGHT.wrong}" stroke-width="3"',
    "cell": f'fill="{LIGHT.accent}"',
    "way": f'stroke="{LIGHT.accent}" stroke-opacity="0.55"',
    "field": f'fill="none" stroke="{LIGHT.accent}" stroke-width="1.5"',
}


def framed(body: str, width: float, height: float, title: str, about: str = "") -> str:
    """The whole file around what is drawn; a title and a description for those who don't see it."""
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" {size} role="img" '
        f'aria-label="{escape(title)}" font-family="{FONT}" font-size="{SIZE}"><title>{escape(title)}</title>'
        f'<desc>{escape(about or title)}</desc><rect {size} fill="{LIGHT.paper}"/>{body}</svg>\n'
    )


def words(text: str, x: float, y: float, look: str = "words", more: str = "") -> str:
    """A line of words that begins at a place, or as ``more`` says."""
    return f'<text {LOOKS[look]} x="{x:.1f}" y="{y:.1f}"{more}>{escape(text)}</text>'


def in_page(svg: str, title: str) -> str:
    """A page of its own, which needs nothing else."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>body{{margin:0;background:{LIGHT.paper}}}main{{overflow-x:auto}}"
        f"</style><main>{svg}</main></html>\n"
    )
