"""Every picture in three renderers, still and moving: nothing is missing in any of them."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from convcli.colours import DARK, LIGHT
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.scene import Scene
from convcli.views.svg import drawing
from tests.strategies import picked
from tests.views.drawn import LAYERS
from tests.views.renderers import by_cairo, by_resvg

Export = Callable[..., Path]
LARGE = ["conv2d --size 224x224", "conv2d --size 3x64x64 --out 8 --kernel 7 --stride 2 --padding 3"]
NOTICED = 48  # of 255; less is how a renderer smooths edges


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def in_cairo(svg: str) -> np.ndarray:
    return pixels(by_cairo(svg, 1280))


def in_resvg(svg: str) -> np.ndarray:
    return pixels(by_resvg(svg, 1280))


@pytest.mark.parametrize("arguments", [*LAYERS, *LARGE])
def test_a_picture_for_everyone(export: Export, browser: Browser, arguments: str) -> None:
    """Where nothing moves it stands as it does at its end in a browser."""
    text = export(arguments, "svg").read_text()
    assert len(text) <= (150_000 if arguments in LAYERS else 250_000)
    assert ET.fromstring(text).get("viewBox") == "0 0 1280 720"
    assert "var(" not in text
    assert not re.search(r'font-size="(?:1?\d|2[0-3])(?:\.\d+)?"', text)
    at_its_end = last_frame(browser, text)
    for rendered in (in_cairo(text), in_resvg(text)):
        colours, counts = np.unique(rendered @ (2**16, 2**8, 1), return_counts=True)
        assert len(colours) >= 5
        assert counts.max() <= 0.9 * counts.sum()
        assert (abs(at_its_end - rendered).max(axis=-1) > NOTICED).mean() <= 0.05


def last_frame(browser: Browser, svg: str) -> np.ndarray:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_content(f'<body style="margin:0">{svg}</body>')
    page.evaluate(
        "() => { const svg = document.querySelector('svg'); svg.pauseAnimations();"
        " svg.setCurrentTime(parseFloat(svg.querySelector('[dur]').getAttribute('dur')) - 0.1); }"
    )
    shown = pixels(page.screenshot())
    page.close()
    return shown


def test_the_tile_glides_rests_and_jumps(export: Export, browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(export("conv2d --size 6x6", "svg").read_text())
    where = [
        page.evaluate(
            "at => { const svg = document.querySelector('svg'); svg.pauseAnimations(); svg.setCurrentTime(at);"
            " const matrix = svg.querySelector('.tile0').getCTM(); return [matrix.e, matrix.f]; }",
            at,
        )
        for at in (0.9, 1.1, 1.2, 1.3, 1.9, 3.9, 4.05)
    ]
    page.close()
    (x0, y0), *gliding, (x1, _), (rests, _), (end, _), (begins, below) = where
    assert all(one[0] < other[0] for one, other in pairwise([(x0, y0), *gliding, (x1, 0)][:4]))
    assert x1 == rests
    assert end > rests
    assert (begins, below > y0) == (x0, True)  # no frame is between two rows


def test_no_motion_where_none_is_wanted(export: Export, browser: Browser) -> None:
    text = export("conv2d --size 6x6", "svg").read_text()
    page = browser.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.set_content(f'<body style="margin:0">{text}</body>')
    shown = pixels(page.screenshot())
    page.close()
    assert (abs(shown - in_resvg(text)).max(axis=-1) > NOTICED).mean() <= 0.05


def test_themes(browser: Browser) -> None:
    scene = Scene(Report(make_plan("conv2d", {}, size=(6, 6))))
    light, dark, auto = (drawing(scene, theme) for theme in ("light", "dark", "auto"))
    assert f'fill="{DARK.paper}"' in dark
    assert f'fill="{LIGHT.paper}"' not in dark
    assert (in_resvg(light) == in_resvg(auto)).all()
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="dark", reduced_motion="reduce")
    page.set_content(f'<body style="margin:0">{auto}</body>')
    shown = pixels(page.screenshot())
    page.close()
    assert (abs(shown - in_resvg(dark)).max(axis=-1) > NOTICED).mean() <= 0.05


def test_several_steps_move_and_one_stands_still() -> None:
    report = Report(make_plan("adaptivemaxpool1d", {}))
    still, moving = (drawing(Scene(picked(report, places))) for places in ([(0, 0, 0)], [(0, 0, 0), (0, 0, 1)]))
    assert "<animate" not in still
    assert "<animate" in moving
