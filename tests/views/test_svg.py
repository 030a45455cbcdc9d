"""A scene as SVG."""

import xml.etree.ElementTree as ET

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.scene import make_scene
from convcli.views.svg import drawing
from tests.strategies import picked


def test_several_steps_move_and_one_stands_still() -> None:
    report = Report(make_plan("adaptivemaxpool1d", {}))
    still, moving = (drawing(make_scene(picked(report, places))) for places in ([(0, 0, 0)], [(0, 0, 0), (0, 0, 1)]))
    assert "<animate " not in still
    assert "<animate " in moving
    assert ET.fromstring(moving).get("role") == "img"
