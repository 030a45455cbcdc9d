"""Maps as shades and as picture files: they fit, their colours follow the values, what was done is said."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

from convcli.colours import theme
from convcli.data.arrays import Array
from convcli.data.saving import write_values
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.shades import NEGATIVE, POSITIVE, ZERO, coverage, maps
from convcli.views.widgets import Screen
from tests.conftest import Ran


def save(path: Path, values: np.ndarray) -> str:
    with path.open("wb") as stream:
        return write_values(values, stream, path.suffix)


def photo(path: Path, size: tuple[int, int] = (200, 120)) -> Path:
    """Dark on the left, bright on the right."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, size[0] // 2 :] = (250, 200, 100)
    Image.fromarray(pixels).save(path)
    return path


@settings(max_examples=100)
@given(
    st.integers(1, 3), st.integers(1, 70), st.integers(1, 90), st.integers(1, 5), st.integers(20, 120), st.booleans()
)
def test_maps_fit_the_screen(ndim: int, high: int, wide: int, channels: int, width: int, colour: bool) -> None:
    shape = (1, channels, *(2, high, wide)[-ndim:])
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    report = Report(make_plan(f"conv{ndim}d", {"kernel_size": 1, "padding": 1}, input=Array("random", shape, values)))
    # A screen wider than it was told: nothing is cut on the way, headings alone may be wrapped.
    console = Console(theme=theme(), width=10 * width, record=True, file=io.StringIO(), color_system="truecolor")
    console.print(*maps(report, Screen(width, colour)), *coverage(report, Screen(width, colour)), sep="\n")
    text = console.export_text()
    drawn = [line for line in text.splitlines() if not re.search("[a-z]", line)]
    assert drawn
    assert max(map(len, drawn)) <= width + 2
    assert len(drawn) < 400
    if colour and wide > width:
        assert "shrunk to fit" in " ".join(text.split())


def colours(report: Report) -> list[tuple[int, ...]]:
    """Every colour behind the output's numbers or in its blocks."""
    console = Console(theme=theme(), width=80, file=io.StringIO(), color_system="truecolor")
    *_, table, _ = maps(report, Screen(80, True))
    found = []
    for segment in console.render(table):
        style = segment.style
        if style and style.bgcolor and style.bgcolor.triplet:
            found.append(tuple(style.bgcolor.triplet))
    return found


def test_shades_diverge_around_zero() -> None:
    values = [-4.0, -2.0, 0.0, 2.0, 4.0]
    report = Report(make_plan("lppool1d", {"kernel_size": 1, "norm_type": 1}, input=Array("list", (5,), values)))
    low, half_low, zero, half_high, high = colours(report)
    assert (low, zero, high) == (NEGATIVE, ZERO, POSITIVE)
    assert all(b < h < w or b > h > w for b, h, w in zip(NEGATIVE, half_low, ZERO, strict=True))
    assert all(o <= h <= w for o, h, w in zip(POSITIVE, half_high, ZERO, strict=True))


def test_a_picture_in_pictures_out(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path, edges = photo(tmp_path / "photo.png"), tmp_path / "edges.png"
    ran = convcli("conv2d", "-i", str(path), "--weight", "sobel-x", "--show", "--save", str(edges))
    assert ran.code == 0, ran.err
    assert "shrunk to fit: each shade is the mean of 16 × 8 values" in ran.out
    assert "0 is 0 (black)" in ran.err
    assert "red, green and blue" in ran.err
    with Image.open(edges) as picture:
        assert picture.size == (198, 118)
        assert picture.getpixel((5, 5)) == (0, 0, 0)
        assert picture.getpixel((98, 5)) == (255, 204, 102)


@pytest.mark.parametrize(
    ("shape", "size", "said"),
    [
        ((1, 2, 5), (5, 2), ""),
        ((1, 1, 4, 6), (6, 4), ""),
        ((1, 3, 4, 6), (6, 4), "red, green and blue"),
        ((3, 1, 4, 6), (12, 8), "3 maps side by side, 2 in a row"),
        ((2, 3, 4, 6), (18, 8), "6 maps side by side, 3 in a row"),
        ((1, 2, 2, 3, 3), (6, 6), "4 maps side by side, 2 in a row"),
    ],
)
def test_saved_pictures(tmp_path: Path, shape: tuple[int, ...], size: tuple[int, int], said: str) -> None:
    values = np.linspace(-1, 3, num=int(np.prod(shape)), dtype=np.float32).reshape(shape)
    path = tmp_path / "maps.png"
    words = save(path, values)
    assert "-1 is 0 (black), 3 is 255 (white), 0 is 64" in words
    assert said in words
    with Image.open(path) as picture:
        assert picture.size == size
        assert np.asarray(picture).max() == 255
        assert np.asarray(picture).min() == 0


def test_nan_and_a_constant_have_pictures_too(tmp_path: Path) -> None:
    save(tmp_path / "same.png", np.full((1, 1, 2, 2), 7, np.float32))
    save(tmp_path / "nan.png", np.array([[[[np.nan, 1.0], [2.0, np.inf]]]], np.float32))
    with Image.open(tmp_path / "nan.png") as picture:
        assert list(picture.tobytes()) == [0, 0, 255, 255]
    noise = np.array([[[[0.25, np.nextafter(np.float32(0.25), np.float32(1))]]]], np.float32)
    assert "every number 0.25" in save(tmp_path / "noise.png", noise)
    with Image.open(tmp_path / "same.png") as picture:
        assert set(picture.tobytes()) == {0}


@pytest.mark.parametrize("values", [[-3e38, 3e38], [0, 1e-44], [np.inf, -np.inf], [np.nan, 1], [np.nan, np.nan]])
def test_numbers_at_the_ends_of_float32(tmp_path: Path, values: list[float]) -> None:
    array = np.resize(np.array(values, np.float32), (1, 1, 40, 50))
    report = Report(make_plan("conv2d", {"kernel_size": 1}, input=Array("list", array.shape, array)))
    Console(theme=theme(), file=io.StringIO()).print(*maps(report, Screen(30, True)), *maps(report, Screen(30)))
    assert save(tmp_path / "ends.png", array)
    with Image.open(tmp_path / "ends.png") as picture:
        assert picture.getextrema() == ((0, 255) if values[0] < values[1] < np.inf else (0, 0))
