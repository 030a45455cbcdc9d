"""Every ground has text that stands out on it, and the accent is no value's colour to anybody."""

import numpy as np
import pytest

from convcli.colours import DARK, LIGHT, Palette
from convcli.views.tints import GROUNDS, ground, grounds, tints, variables
from tests.test_colours import contrast

# Machado, Oliveira & Fernandes, 2009: what is left of linear red, green and blue where one kind of cone is missing.
SEEN = {
    "all": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]


def lab(colour: str, seen: str) -> np.ndarray:
    """CIELAB of a colour as it is seen."""
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = np.array(TO_XYZ) @ np.clip(np.array(SEEN[seen]) @ linear, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_on_every_ground(palette: Palette) -> None:
    names = tints(palette)
    full = {"#000": "#000000", "#fff": "#ffffff"}
    assert min(contrast(full[names[f"on {name}"]], names[name]) for name in GROUNDS) >= 4.5
    assert contrast(palette.accent, palette.paper) >= 4.5  # a chip's text, and the outline on its halo


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("seen", SEEN)
def test_the_accent_is_no_values_colour(palette: Palette, seen: str) -> None:
    accent = lab(palette.accent, seen)
    nearest = min(np.linalg.norm(accent - lab(tints(palette)[name], seen)) for name in GROUNDS)
    assert nearest >= 20


def test_variables_for_both_grounds() -> None:
    assert variables().count("--p3:") == 2
    assert "prefers-color-scheme:dark" in variables()


def test_grounds_of_many_values_are_those_of_each() -> None:
    values = np.array([[-4, -0.001, 0.0], [0.4, 2.0, 9.0]])
    assert [GROUNDS[i] for i in grounds(values, 4).flat] == [ground(value, 4) for value in values.flat]
    assert grounds(np.array([np.nan, np.inf]), 0).tolist() == [0, GROUNDS.index("p8")]
