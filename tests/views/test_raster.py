"""Still and moving pictures; tests/views/test_scene.py holds their frames."""

import io

from PIL import Image

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.raster import frames, write_gif, write_png
from convcli.views.scene import make_scene
from tests.strategies import picked


def test_a_frame_a_step_and_a_still_twice_as_large() -> None:
    scene = make_scene(picked(Report(make_plan("conv1d", {})), [(0, 0, 0), (0, 0, 1)]))
    assert [frame.size for frame in frames(scene)] == [(scene.width, scene.height)] * 2
    gif, png = io.BytesIO(), io.BytesIO()
    write_gif(scene, gif)
    write_png(scene, png)
    assert Image.open(gif).n_frames == 2
    assert Image.open(png).size == (2 * scene.width, 2 * scene.height)
