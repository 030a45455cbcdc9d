"""Pictures of networks where no style sheet is known: each renderer shows them as they are meant."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageColor

from convcli.colours import LIGHT
from convcli.network.blocks import blocks
from convcli.network.chain import work_out
from convcli.network.notation import read_text
from convcli.views.network_picture import blocks_svg
from convcli.views.network_receptive import field_svg
from convcli.views.network_svg import LOOKS, framed, in_page, words
from tests.views.renderers import by_cairo, by_resvg

TREE = work_out(read_text("Conv1d(1, 1, 2); Conv1d(1, 1, 2, dilation=2)"), (1, 1, 16))
MAPS = work_out(read_text("Conv2d(1, 4, 3); MaxPool2d(2); Conv2d(3, 8, 3)"), (1, 1, 20, 20))
# What has to be seen of each picture.
PICTURES = {
    "tree": (field_svg(TREE, TREE.rows[-1]), {LIGHT.accent}),
    "field": (field_svg(MAPS, MAPS.rows[1]), {LIGHT.accent, LIGHT.panel}),
    "blocks": (blocks_svg(MAPS, blocks(MAPS)), {LIGHT.panel, LIGHT.wrong, LIGHT.ink}),
}


@pytest.mark.parametrize("draw", [by_cairo, by_resvg])
@pytest.mark.parametrize("name", PICTURES)
def test_any_renderer_shows_the_colours(name: str, draw: Callable[[str], bytes]) -> None:
    svg, seen = PICTURES[name]
    picture = Image.open(io.BytesIO(draw(svg))).convert("RGB")
    counts = {colour: count for count, colour in picture.getcolors(picture.width * picture.height) or []}
    assert max(counts, key=counts.__getitem__) == ImageColor.getrgb(LIGHT.paper)
    for colour in map(ImageColor.getrgb, seen):  # as near as lines that fall between pixels show it
        assert min(sum(abs(a - b) for a, b in zip(colour, each, strict=True)) for each in counts) < 60
    assert (0, 0, 0) not in counts  # what has no colour of its own is black


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_hangs_on_a_style_sheet(name: str) -> None:
    assert not any(word in PICTURES[name][0] for word in ("var(", "<style", "class="))


def test_names_are_words() -> None:
    assert "a &lt;b&gt;" in words("a <b>", 1, 2)
    assert "<title>a &amp; b</title><desc>c</desc>" in framed("", 10, 20, "a & b", "c")
    assert "<title>a &lt;net&gt;</title>" in in_page("<svg/>", "a <net>")
    assert all("fill" in look or "stroke" in look for look in LOOKS.values())
