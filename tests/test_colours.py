"""Every colour of text can be read on its ground."""

from itertools import product

import pytest
from rich.color import Color

from convcli.colours import DARK, EITHER, LIGHT, Palette, theme

READ = ("muted", "negative", "positive", "accent", "warning", "wrong")


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    triplet = Color.parse(colour).triplet
    assert triplet
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in triplet.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_wcags():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


GROUNDS = {LIGHT: (LIGHT.paper, LIGHT.panel), DARK: (DARK.paper, DARK.panel), EITHER: ("#000000", "#ffffff")}


@pytest.mark.parametrize(("palette", "ground"), [(each, ground) for each in GROUNDS for ground in GROUNDS[each]])
def test_text_stands_out_from_its_ground(palette: Palette, ground: str):
    weak = {name: contrast(getattr(palette, name), ground) for name in READ}
    assert {name: round(ratio, 2) for name, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_ink_and_grid(palette: Palette):
    for ground in (palette.paper, palette.panel):
        assert contrast(palette.ink, ground) >= 7
        assert contrast(palette.grid, ground) >= 3


def test_every_theme_has_every_style():
    names = [set(theme(name).styles) for name in ("light", "dark", "")]
    assert all(one == other for one, other in product(names, names))
