"""Pictures of the steps: every number in its cell, what is shown adds up, files are whole, nothing is overwritten."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from convcli.colours import DARK, LIGHT
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.drawing import HEIGHT, WIDTH, Box, Words
from convcli.views.drawing import Path as Line
from convcli.views.scene import Scene
from convcli.views.svg import drawing
from convcli.views.tints import tints
from convcli.wording import short
from tests.conftest import Ran
from tests.strategies import Request, picked, report_of, requests
from tests.test_colours import contrast
from tests.views.drawn import LAYERS


@settings(max_examples=40)
@given(requests(), st.data())
def test_every_number_in_its_cell(request: Request, data: st.DataObject) -> None:
    """Nothing leaves the page, no number its cell, and each stands on the ground that its ink was chosen for."""
    scene = Scene(report_of(request))
    i = data.draw(st.integers(0, len(scene.moments) - 1))
    marks = [mark for layer in scene.layers(i) for mark in layer]
    filled = [mark for mark in marks if isinstance(mark, Box) and mark.fill]
    for mark in marks:
        if isinstance(mark, Line):
            assert all(-1 <= x <= WIDTH + 1 and -1 <= y <= HEIGHT + 1 for x, y in mark.points)
            continue
        box = mark.box if isinstance(mark, Words) else mark
        assert box.x >= -4
        assert box.y >= -4
        assert box.x + box.width <= WIDTH + 4
        assert box.y + box.height <= HEIGHT + 4
        if isinstance(mark, Words):
            assert mark.size >= 24
            if mark.colour.startswith("on "):
                around = [each for each in filled if holds(each, mark)]
                assert around[-1].fill == mark.colour.removeprefix("on ")
                assert around[-1].x - 1 <= box.x
                assert box.right <= around[-1].right + 1
    ET.fromstring(drawing(scene))


@settings(max_examples=40)
@given(requests(), st.data())
def test_no_two_texts_meet_and_each_can_be_read(request: Request, data: st.DataObject) -> None:
    scene = Scene(report_of(request))
    i = data.draw(st.integers(0, len(scene.moments) - 1))
    marks = [mark for layer in scene.layers(i) for mark in layer]
    filled = [mark for mark in marks if isinstance(mark, Box) and mark.fill]
    texts = [mark for mark in marks if isinstance(mark, Words)]
    for one, other in combinations(texts, 2):
        box, there = one.box, other.box
        across = min(box.right, there.right) - max(box.x, there.x)
        down = min(box.bottom, there.bottom) - max(box.y, there.y)
        assert across <= 0 or down <= 0.3 * one.size, (one.text, other.text)
    for name, ground in {
        (text.colour, ([b for b in filled if holds(b, text)] or [Box(0, 0, 0, 0, "paper")])[-1].fill) for text in texts
    }:
        for palette in (LIGHT, DARK):
            ink, under = (full(tints(palette)[each]) for each in (name, ground))
            assert contrast(ink, under) >= 4.5, (name, ground)


def full(colour: str) -> str:
    return colour if len(colour) == 7 else f"#{''.join(2 * digit for digit in colour[1:])}"


def holds(cell: Box, words: Words) -> bool:
    return cell.x < words.x < cell.right and cell.y < words.y < cell.bottom


@settings(max_examples=40)
@given(requests())
def test_what_is_shown_adds_up(request: Request) -> None:
    """Products and bias make the output to half of the last digit that is shown of each."""
    report = report_of(request)
    scene = Scene(report)
    if not scene.whole.adds_up or scene.plane.stamps:
        return
    for moment in scene.moments:
        place = (*scene.plane.lead, *moment.spot[-scene.plane.flat_out :])
        terms = [
            each.value for rows in moment.products.values() for row in rows for each in row if each.value is not None
        ]
        numbers = [*terms, report.step(place).bias or 0.0, float(report.output[place])]
        if all(map(isfinite, numbers)):
            said = [float(short(number)) for number in numbers]
            assert abs(sum(said[:-1]) - said[-1]) <= sum(map(half_a_digit, numbers)) + 1e-6


def half_a_digit(number: float) -> float:
    """Half of one of the last digit that ``short`` shows, ten times as much where it cuts and doesn't round."""
    text = short(number)
    digits, _, exponent = text.partition("e")
    if "." not in digits and float(text) == number:
        return 0.0
    return 0.5 * 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (3, 2), (2, 3), (1, 1)])
def test_the_tile_covers_its_window(kernel: int, dilation: int) -> None:
    plan = make_plan("conv2d", {"kernel_size": kernel, "dilation": dilation}, size=(9, 9))
    scene = Scene(Report(plan))
    assert scene.tiles
    edge = next(mark for mark in scene.tiles[0] if isinstance(mark, Box) and mark.stroke == "accent")
    extent, grid = (kernel - 1) * dilation + 1, scene.layout.inputs[0]
    assert (edge.width, edge.height) == pytest.approx((extent * grid.width, extent * grid.height))
    assert len(scene.tiles[0]) >= 2 + (dilation > 1) * kernel**2


def test_a_product_stands_where_its_cell_stands() -> None:
    report = Report(make_plan("conv2d", {"dilation": 2, "padding": 1}, size=(6, 6)))
    scene = Scene(report)
    for moment in scene.moments:
        [products] = moment.products.values()
        terms = {term.place[-2:]: term for term in report.step((0, 0, *moment.spot)).terms}
        for i, row in enumerate(moment.stops[0]):
            for j, column in enumerate(moment.stops[1]):
                assert products[i][j].value == terms[row, column].product


def test_times() -> None:
    scene = Scene(Report(make_plan("maxpool1d", {})))
    lasting = [end - begin for begin, end in zip(scene.times, scene.times[1:], strict=False)]
    assert min(lasting) >= 0.8
    assert lasting[-1] >= 2.5


def test_one_step_stands_in_the_finished_map() -> None:
    scene = Scene(picked(Report(make_plan("conv2d", {}, size=(6, 6))), [(0, 0, 2, 3)]))
    assert len(scene.outputs) == 16
    assert scene.moments[-1].spot == (2, 3)


@pytest.mark.parametrize("arguments", LAYERS[::5])
@pytest.mark.parametrize("suffix", ["svg", "gif", "png"])
def test_a_picture_of_every_kind(convcli: Callable[..., Ran], tmp_path: Path, arguments: str, suffix: str) -> None:
    path = tmp_path / f"steps.{suffix}"
    ran = convcli(*arguments.split(), "--export", str(path))
    assert ran.code == 0, ran.err
    told = " ".join(ran.err.split())
    [steps] = map(int, re.findall(r": (?:the last of )?(\d+) (?:of \d+ )?(?:step|stamp)", told))
    if suffix == "svg":
        assert ET.fromstring(path.read_text()).tag.endswith("svg")
    else:
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames", 1) == (steps if suffix == "gif" else 1)
            assert picture.size == (1280, 720)


def test_a_large_layer_is_shaded_and_its_window_has_numbers(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "large.svg"
    ran = convcli("conv2d", "--size", "224x224", "--export", str(path))
    told = " ".join(ran.err.split())
    assert re.search(r"(\d+) of 49,284 steps, the first row's and then one in a row", told)
    assert path.read_text().count("<image") == 2
    assert "× -0.0025" in path.read_text()
    part = convcli("conv2d", "--size", "300x300", "--region", "0:4,0:4", "--export", str(tmp_path / "part.gif"))
    assert ": 16 steps" in part.err


def test_an_output_channel_is_drawn_large_and_the_others_small(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "groups.svg"
    ran = convcli("conv1d", "--size", "4x6", "--out", "4", "--groups", "2", "--at", "2,1", "--export", str(path))
    assert "output channel 2 of 4" in ran.err
    text = path.read_text()
    assert ">Output channel 2, bias " in text
    assert ">Input channel 2<" in text and ">channel 3<" in text and "channel 1<" not in text
    assert text.count("<image") == 4


def test_maps_without_room_are_counted(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "many.svg"
    convcli("conv2d", "--size", "16x5x5", "--export", str(path))
    assert re.search(r">and \d+ more like it, Σ -?[\d.]+<", path.read_text())


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
        ("conv1d --weight 1,-1 --input -1,2,-3", "= (-1) + (-2) = -3<"),
        ("conv1d --weight 1,2 --input nan,inf,2", "= nan + inf = nan<"),
        ("conv1d --weight 1,2 --padding 1 --padding-mode circular --at 0", "= 10 + 2 = 12<"),
        ("maxpool1d --input 3,1 --at 0", "= max of 3 (the winner), 1 = 3<"),
        ("convtranspose1d --input 3,1 --weight 1,2", "input[1] stamps 1 × kernel onto positions 1 to 2; overlaps"),
    ],
)
def test_sentences_in_pictures(convcli: Callable[..., Ran], tmp_path: Path, arguments: str, said: str) -> None:
    path = tmp_path / "sum.svg"
    assert (
        convcli(*arguments.split(), "--steps" if "--at" not in arguments else "--full", "--export", str(path)).code == 0
    )
    convcli(*arguments.split(), "--force", "--export", str(path))
    assert said in path.read_text()


def test_refusals(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("mine")
    assert "--force" in convcli("conv1d", "--export", str(path)).err
    assert path.read_text() == "mine"
    assert convcli("conv1d", "--export", str(tmp_path / "b.xyz")).code == 2
    assert "choose light, dark or auto" in convcli("conv1d", "--theme", "pink", "--export", str(tmp_path / "b.svg")).err
    assert "add --export steps.svg" in convcli("conv1d", "--theme", "dark").err
    same = convcli("conv2d", "--save", str(tmp_path / "b.png"), "--export", str(tmp_path / "b.png"))
    assert "a name of its own" in same.err
    assert [p.name for p in tmp_path.iterdir()] == ["a.svg"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --size 9000 --kernel 3000 --export a.svg", "one of 6,001 steps"),
        ("conv2d --size 6x6 --export a.png", "the last of 16 steps"),
        ("convtranspose1d --size 3 --export a.png", "the last of 3 stamps"),
        ("conv2d --size 300x300 --kernel 100 --at 5,5 --export a.svg", ": 1 step"),
    ],
)
def test_what_is_said_of_a_picture(
    convcli: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in " ".join(convcli(*arguments.split()).err.split())
    [path] = tmp_path.iterdir()
    assert path.stat().st_size <= 150_000
