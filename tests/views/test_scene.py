"""Pictures of the steps: whole files, every step in them, nothing overwritten."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageSequence

from convcli.limits import check_picture
from convcli.picks import cells
from convcli.plan import make_plan
from convcli.refusals import Refusal
from convcli.report import Report
from convcli.views.raster import frames, write_gif
from convcli.views.scene import make_scene
from convcli.views.svg import drawing
from convcli.wording import short
from tests.conftest import Ran
from tests.strategies import Request, picked, report_of, requests

LAYERS = [
    "conv1d --in 2 --stride 2 --padding 1",
    "conv2d --size 6x6 --padding 1 --dilation 2 --padding-mode reflect",
    "conv2d --size 5x5 --in 4 --groups 2",
    "maxpool2d --size 6x6 --ceil-mode --kernel 4",
    "avgpool1d --padding 1",
    "lppool1d",
    "convtranspose2d --size 3x3 --stride 2",
    "conv3d --size 3x4x4",
    "adaptiveavgpool2d --size 5x5 --output-size 3",
    "adaptivemaxpool1d --output-size 4",
    "unfold --size 2x4x4 --padding 1",
]


@settings(max_examples=100)
@given(requests(), st.booleans(), st.data())
def test_every_drawing_shows_the_steps(request: Request, cropped: bool, data: st.DataObject) -> None:
    """Each frame has its step's cells, by name and number; no cell covers another, and none is off the page."""
    report = report_of(request)
    last = data.draw(st.integers(1, min(report.output[0].size, 12)))
    report = picked(report, cells(report.output_shape, 0, last), cropped)
    steps = report.steps
    try:
        check_picture(report.plan, report.picks)
    except Refusal as refusal:
        assert "the limit is" in refusal.why
        assume(False)
    scene = make_scene(report)
    for frame, found in zip(scene.frames, steps, strict=True):
        made = scene.cells[frame.output]
        assert made.name == f"output {list(found.output_index[1:])}"
        assert made.text == short(found.torch)
        for (i, weight), term in zip(frame.pairs, found.terms, strict=True):
            cell = scene.cells[i]
            source = "" if term.input_index is None else f"input {list(term.input_index[1:])}"
            assert cell.name.endswith(source or "padding")
            assert cell.padding == (term.input_index != term.place)
            if cell.text:  # a maximum's padding has none
                assert cell.text == short(term.input)
            if weight is not None:
                assert scene.cells[weight].name == f"weight {list(term.weight_index or ())}"
                assert scene.cells[weight].text == short(term.weight)
    boxes = {(cell.x, cell.y) for cell in scene.cells}
    assert len(boxes) == len(scene.cells)
    assert all(c.x + c.width <= scene.width and c.y + c.box[3] < scene.foot for c in scene.cells)
    rows: dict[int, list[tuple[int, int]]] = {}
    for cell in scene.cells:
        rows.setdefault(cell.y, []).append((cell.x, cell.x + cell.width))
    assert all(end <= start for row in rows.values() for (_, end), (start, _) in pairwise(sorted(row)))
    ET.fromstring(drawing(scene))


@pytest.mark.parametrize("arguments", LAYERS)
@pytest.mark.parametrize("suffix", ["svg", "gif", "png", "html"])
def test_a_picture_of_every_layer(convcli: Callable[..., Ran], tmp_path: Path, arguments: str, suffix: str) -> None:
    path = tmp_path / f"steps.{suffix}"
    ran = convcli(*arguments.split(), "--export", str(path))
    assert ran.code == 0, ran.err
    [steps] = map(int, re.findall(r": (?:the last of )?(\d+) step", " ".join(ran.err.split())))
    if suffix == "svg":
        assert ET.fromstring(path.read_text()).tag.endswith("svg")
    elif suffix == "html":
        assert "'use strict'" in path.read_text()
    else:
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) == (steps if suffix == "gif" else 1)
            assert min(picture.size) > 100


@pytest.mark.parametrize("name", ["conv1d", "conv3d", "convtranspose2d", "maxpool2d", "unfold", "adaptivemaxpool2d"])
def test_a_gif_holds_what_was_drawn(name: str) -> None:
    """Only what changes from frame to frame is written; put together again, each is the whole picture."""
    arguments = {"output_size": 3} if "adaptive" in name else {"kernel_size": 2}
    report = Report(make_plan(name, arguments, size=(4,)))
    scene = make_scene(picked(report, cells(report.output_shape, 0, min(12, report.output.size))))
    stream = io.BytesIO()
    write_gif(scene, stream)
    with Image.open(stream) as gif:
        for drawn, written in zip(frames(scene), ImageSequence.Iterator(gif), strict=True):
            assert not ImageChops.difference(drawn.convert("RGB"), written.convert("RGB")).getbbox()


@pytest.mark.parametrize(("suffix", "most"), [("gif", 2_000_000), ("svg", 1_000_000)])
def test_sizes(convcli: Callable[..., Ran], tmp_path: Path, suffix: str, most: int) -> None:
    path = tmp_path / f"large.{suffix}"
    assert "196 steps" in convcli("conv2d", "--size", "16x16", "--export", str(path)).err
    assert path.stat().st_size <= most


def test_one_step_and_a_region(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    one = convcli("conv2d", "--size", "300x300", "--at", "5,5", "--export", str(tmp_path / "1.svg"))
    assert ": 1 step" in one.err
    assert "rows 5 to 7, columns 5 to 7" in (tmp_path / "1.svg").read_text()
    part = convcli("conv2d", "--size", "300x300", "--region", "0:4,0:4", "--export", str(tmp_path / "part.gif"))
    assert ": 16 steps" in part.err


def test_groups_are_named_by_the_channels_they_join(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "groups.svg"
    convcli("conv1d", "--size", "4x6", "--out", "4", "--groups", "2", "--at", "2,1", "--export", str(path))
    assert "weight out 2 in 2" in path.read_text()
    assert "weight out 3 in 3" in path.read_text()
    convcli(*f"convtranspose1d --size 4x3 --out 4 --groups 2 --kernel 2 --force --export {path}".split())
    assert "weight out 2 in 2" in path.read_text()


def test_a_picture_says_which_batch_item_it_shows(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "item.svg"
    arguments = f"conv1d --size 2x1x6 --export {path}"
    assert "4 steps, batch item 0 of 2" in convcli(*arguments.split()).err
    assert (
        "--region 0:1,0:1,0:4 (a range for each axis, batch and channels first)"
        in convcli(*arguments.split(), "--force", "--region", "0:2,0:1,0:4").err
    )
    assert "2 steps, batch item 1 of 2" in convcli(*arguments.split(), "--force", "--region", "1:2,0:1,0:2").err
    assert ">nn.Conv1d(1, 1, kernel_size=3), batch item 1 of 2</text>" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --weight 1,-1 --input -1,2,-3", "= (-1)·1 + 2·(-1)<"),
        ("conv1d --weight 1,2 --input nan,inf,2", "= nan·1 + inf·2<"),
        ("conv1d --weight -1,0.5 --input 0.123456,123456,1", "≈ 0.1235·(-1) + 123456·0.5<"),
        ("conv1d --weight 1,2 --padding 1 --padding-mode circular --at 0", "= &lt;in[9]:\u00a010&gt;·1 + 1·2<"),
    ],
)
def test_sums_in_pictures(convcli: Callable[..., Ran], tmp_path: Path, arguments: str, said: str) -> None:
    path = tmp_path / "sum.svg"
    assert convcli(*arguments.split(), "--export", str(path)).code == 0
    assert said in path.read_text()


def test_refusals(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("mine")
    assert "--force" in convcli("conv1d", "--export", str(path)).err
    assert path.read_text() == "mine"
    assert "--region" in convcli("conv2d", "--size", "300x300", "--export", str(tmp_path / "b.gif")).err
    assert convcli("conv1d", "--export", str(tmp_path / "b.xyz")).code == 2
    large = convcli(
        "conv2d", "--size", "200x200", "--kernel", "100", "--at", "5,5", "--export", str(tmp_path / "b.gif")
    )
    assert "the limit is 8,000" in large.err
    wide = convcli("conv1d", "--size", "3000", "--stride", "10", "--export", str(tmp_path / "b.gif"))
    assert "30,000 either way" in wide.err
    assert (large.code, wide.code) == (2, 2)
    same = convcli("conv2d", "--save", str(tmp_path / "b.png"), "--export", str(tmp_path / "b.png"))
    assert "a name of its own" in same.err
    assert [p.name for p in tmp_path.iterdir()] == ["a.svg"]
