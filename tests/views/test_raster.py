"""Still and moving pictures: what was drawn is what is written, in the program's own font."""

import io

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageSequence, ImageStat

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views import raster
from convcli.views.raster import FONTS, frames, still, write_gif, write_png
from convcli.views.scene import Scene
from convcli.views.svg import drawing
from tests.views.test_svg import NOTICED, in_resvg


@pytest.mark.parametrize("name", ["conv1d", "conv3d", "convtranspose2d", "maxpool2d", "adaptivemaxpool2d"])
def test_a_gif_holds_what_was_drawn(name: str) -> None:
    """Only what changes is written; put together again, each frame is the whole picture, but for its edges."""
    arguments = {"output_size": 2} if "adaptive" in name else {"kernel_size": 2}
    scene = Scene(Report(make_plan(name, arguments, size=(3,))))
    stream = io.BytesIO()
    write_gif(scene, stream)
    assert len(stream.getvalue()) <= 500_000
    with Image.open(stream) as gif:
        assert gif.size == (1280, 720)
        lasting = []
        for drawn, written in zip(
            frames(scene, "light", range(len(scene.moments))), ImageSequence.Iterator(gif), strict=True
        ):
            lasting.append(written.info["duration"])
            difference = ImageChops.difference(drawn, written.convert("RGB"))
            assert max(ImageStat.Stat(difference).mean) < 0.5
    assert lasting == [1000] * (len(lasting) - 1) + [3000]


def test_a_large_gif_shows_fewer_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "MOST_BYTES", 200_000)
    scene = Scene(Report(make_plan("conv2d", {"padding": 1, "padding_mode": "replicate"}, size=(2, 5, 5))))
    stream = io.BytesIO()
    shown = write_gif(scene, stream)
    assert len(stream.getvalue()) <= 200_000
    assert shown < len(scene.moments)
    kept = scene.kept(shown)
    assert [scene.moments[i].spot[0] for i in kept] == [0, 0, 0, 0, 0, 1, 2, 3, 4]
    assert kept[-1] == len(scene.moments) - 1


def test_every_frame_is_drawn_as_a_still_is() -> None:
    scene = Scene(Report(make_plan("conv2d", {}, size=(5, 5))))
    for i, frame in enumerate(frames(scene, "dark", range(len(scene.moments)))):
        assert not ImageChops.difference(frame, still(scene, "dark", i)).getbbox()


@pytest.mark.parametrize("name", ["conv2d", "maxpool2d"])
def test_a_png_is_the_svg(name: str) -> None:
    scene = Scene(Report(make_plan(name, {"kernel_size": 3, "padding": 1}, size=(5, 5))))
    stream = io.BytesIO()
    write_png(scene, stream)
    with Image.open(stream) as picture:
        ours = np.asarray(picture.convert("RGB")).astype(int)
    assert (abs(ours - in_resvg(drawing(scene))).max(axis=-1) > NOTICED).mean() <= 0.05


def test_the_font_has_every_character_and_a_license() -> None:
    from PIL import ImageFont

    for name in ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"):
        font = ImageFont.truetype(str(FONTS / name), 24)
        missing = font.getmask("\ufffe").getbbox()
        assert all(font.getmask(each).getbbox() != missing for each in "×Σ≈^[]()→–·")
        assert font.getlength("0" * 10) == pytest.approx(10 * 0.602 * 24, abs=0.5)
    assert "Bitstream Vera Fonts Copyright" in (FONTS / "LICENSE").read_text()
