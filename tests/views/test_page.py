"""Exported pages in a real browser: what they show, every control, the keyboard, a phone, paper."""

import json
import os
import random
import re
import shlex
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import torch
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from convcli.api import run as convcli_run
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.page import page as page_of
from tests.conftest import Ran
from tests.views.drawn import LAYERS

Export = Callable[..., Path]
Visit = Callable[..., Page]
SIZES = {"phone": (390, 844), "desktop": (1280, 800)}
FAULTS, SHOWN, CLICK = (Path(__file__).with_name(f"{name}.js").read_text() for name in ("faults", "shown", "click"))
EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
SEED = random.randrange(1, 10**6) if EXPLORING else 0
STEPS = 10**9 if EXPLORING else 9  # of a page that are looked at
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"  # drawn anew by then
CONTROLS = "[...document.querySelectorAll('button, select, textarea, input, summary')]"


@pytest.mark.parametrize("arguments", LAYERS)
def test_a_page_shows_what_the_report_says(
    convcli: Callable[..., Ran], export: Export, visit: Visit, arguments: str
) -> None:
    """PyTorch's values, and its own arithmetic comes to the same; each product where the window has its cell; all of
    it to be seen and read, on a desktop and on a phone.
    """
    path, told = export(arguments), json.loads(convcli(*arguments.split(), "--steps", "all", "--json").out)
    assert path.stat().st_size <= 60_000
    page, output = visit(path), np.ravel(told["output"]["values"])
    assert page.evaluate("[DATA.code, python(), own]") == [told["code"], told["code"], True]
    assert page.evaluate("OWN.y") == pytest.approx(output, rel=1e-6)
    assert page.evaluate("run(s, x, w, b)") == pytest.approx(output, rel=1e-4, abs=1e-5)
    ran = convcli(*shlex.split(page.evaluate("command()"))[1:], "--json")
    assert json.loads(ran.out)["output"] == told["output"]
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(TWO_FRAMES)
        least = 15 if name == "desktop" else 12
        assert page.evaluate(FAULTS, {"product": least, "steps": STEPS}) == [], name
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(FAULTS, {"product": 15, "steps": 1}) == [], "dark"
    page.evaluate("() => { stamping = false; changed(); }")
    chosen = list(enumerate(told["steps"]))[:: max(1, len(told["steps"]) // 5)]
    shown = page.evaluate(SHOWN, [i for i, _ in chosen])
    for (_, step), found in zip(chosen, shown, strict=True):
        check_step(step, found, unfolds="unfold" in arguments)
        if found["bias"]:
            assert check_sum(found) or len(found["found"]) > 10 or not found["found"]


def check_step(step: dict[str, Any], shown: dict[str, Any], unfolds: bool) -> None:
    """A step of the page against the report's; the report lists a transposed layer's terms by tap."""
    assert shown["output"] == step["output_index"][1:]
    assert re.fullmatch(r"Step \d+ of \d+: output (\w+ \d+, )+\w+ \d+ is [-\d.]+, (?!.*\. ).*\.", shown["sentence"])
    said = re.search(r"[=≈] ([^=≈]+)$", shown["said"])
    assert said
    assert float(said[1]) == pytest.approx(step["value"], rel=1e-3, abs=1e-4)
    if unfolds:
        assert [term["x"] for term in shown["found"] if term.get("wins")] == [step["value"]]
        return
    counting = [term for term in shown["found"] if term["counts"]]
    terms = sorted(step["terms"], key=lambda term: term["place"])
    assert [[0, term["channel"], *term["at"]] for term in counting] == [term["place"] for term in terms]
    assert [term["x"] for term in counting] == [term["input"] for term in terms]
    if terms and terms[0]["weight_index"]:
        products = [term["product"] for term in terms]
        assert [term["product"] for term in counting] == pytest.approx(products, abs=1e-5)
    planes = [[0, *term["at"]][-2:] for term in shown["found"]]  # row by row, column by column, as the window has them
    window = [[row, column] for row in shown["stops"][0] for column in shown["stops"][1]]
    assert planes == window * (len(planes) // max(1, len(window)))


def check_sum(shown: dict[str, Any]) -> bool:
    """What is on the screen adds up, each product where its cell stands; False where not all have room for numbers."""
    products = [text for text, *_ in shown["products"]]
    window = shown["products"][: len(shown["stops"][0]) * len(shown["stops"][1])]
    assert sorted(window, key=lambda placed: placed[1:]) == window
    if len(products) < len(shown["found"]) or shown["made"] is None:
        return False
    texts = [*products, shown["bias"], shown["made"]]
    half = max(0.5 * 10 ** -len(text.partition(".")[2]) for text in texts if "e" not in text)
    assert abs(sum(map(float, texts[:-1])) - float(texts[-1])) <= half * (len(texts) - 1)
    return True


def test_the_tile_glides_along_a_row_and_jumps_at_its_end(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 6x6 --dilation 2"))
    places = page.evaluate(
        """async () => {
          const places = [], at = () => $('window').getBoundingClientRect().left;
          go(0, true);
          go(1);
          while (places.length < 40 && $('window').getAnimations().length) {
            await new Promise(requestAnimationFrame);
            places.push(at());
          }
          return places;
        }"""
    )
    assert places == sorted(places)
    assert len(set(places)) > 3
    page.keyboard.press("End")
    moved = page.evaluate("getComputedStyle($('window')).transitionDuration")
    assert moved == "0s"


def test_every_step_by_the_keyboard(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 2x4x4 --out 2"))
    for step in range(1, 8):
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#count") == f"{step + 1} / 8"
    for key, count in [("ArrowLeft", 7), ("ArrowUp", 5), ("ArrowDown", 7), ("Home", 1), ("End", 8)]:
        page.keyboard.press(key)
        assert page.inner_text("#count") == f"{count} / 8"
    page.keyboard.press("Home")


def test_a_step_takes_its_time(export: Export, visit: Visit) -> None:
    """A second a step unless told otherwise; at the end it rests, and plays again when it is told to."""
    page = visit(export("maxpool1d"))
    page.clock.install(time=0)
    page.clock.pause_at(3600)  # from here on time passes only as it is told to
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    for passed, count in [(790, 1), (300, 2), (700, 2), (3000, 5), (5000, 5)]:
        page.clock.run_for(passed)
        assert page.inner_text("#count") == f"{count} / 5"
    assert page.inner_text("#play") == "Play"
    page.focus("#back")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    assert (page.inner_text("#play"), page.inner_text("#count")) == ("Pause", "1 / 5")
    page.keyboard.press("Space")
    page.clock.run_for(5000)
    assert (page.inner_text("#play"), page.inner_text("#count")) == ("Play", "1 / 5")


def test_tab_reaches_every_control(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 5x5 --out 2"))
    page.click("#more summary")
    wanted = page.evaluate(f"{CONTROLS}.filter(each => each.checkVisibility()).length")
    reached = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(f"{CONTROLS}.indexOf(document.activeElement)"))
    assert len(reached - {-1}) == wanted


LOOKS = [("light", "desktop"), ("dark", "phone"), ("dark", "desktop"), ("light", "phone")]
LOOKED_AT = product(LAYERS, LOOKS) if EXPLORING else zip(LAYERS[::2], cycle(LOOKS), strict=False)


@pytest.mark.parametrize(("arguments", "look"), [*LOOKED_AT])
def test_accessible(export: Export, visit: Visit, arguments: str, look: tuple[str, str]) -> None:
    scheme, name = look
    width, height = SIZES[name]
    page = visit(export(arguments), viewport={"width": width, "height": height}, color_scheme=scheme)
    if name == "phone":
        page.click("#settings > summary")
    page.click("#more summary")
    page.evaluate(TWO_FRAMES)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


# What is done, and which code it leads to.
CHANGES = [
    ("conv2d --size 6x6", ["kernel_sizeless", "paddingmore"], "nn.Conv2d(1, 1, kernel_size=2, padding=1)"),
    ("conv2d --size 2x6x6 --out 4", ["stridemore", "groupsmore"], "nn.Conv2d(2, 4, kernel_size=3, stride=2, groups=2)"),
    ("conv1d", ["dilationmore", "sizemore", "bias"], "nn.Conv1d(1, 1, kernel_size=3, dilation=2, bias=False)"),
    ("maxpool2d --size 5x5", ["paddingmore", "ceil_mode"], "nn.MaxPool2d(kernel_size=2, padding=1, ceil_mode=True)"),
    ("avgpool1d", ["kernel_sizemore", "count_include_pad"], None),
    ("convtranspose2d --size 3x3 --stride 2", ["output_paddingmore", "in_channelsmore", "out_channelsmore"], None),
    ("lppool2d --size 6x6", ["ceil_mode", "stridemore"], None),
    ("adaptiveavgpool2d", ["output_sizemore"], "nn.AdaptiveAvgPool2d(4)"),
    ("unfold --size 4x4", ["kernel_sizemore"], "nn.Unfold(kernel_size=3)"),
    ("conv3d --size 3x4x4", ["Layer=MaxPool", "kernel_sizeless"], "nn.MaxPool3d(kernel_size=2, stride=1)"),
    ("maxpool2d --size 4x4", ["Layer=ConvTranspose"], "nn.ConvTranspose2d(1, 1, kernel_size=2, stride=2, bias=False)"),
    ("conv2d --size 5x5", ["Weights=laplacian", "Input=noise", "Padding mode=circular", "paddingmore"], None),
    ("conv1d --in 2", ["Input=input_1d", "Weights=difference"], "nn.Conv1d(1, 1, kernel_size=2)"),
]


@pytest.mark.parametrize(("arguments", "changes", "code"), CHANGES)
def test_what_follows_when_the_layer_is_changed(
    convcli: Callable[..., Ran], export: Export, visit: Visit, arguments: str, changes: list[str], code: str | None
) -> None:
    """The code builds this layer, and the command gives these numbers."""
    page = visit(export(arguments))
    assert page.locator(".lines .badge").inner_text() == "✓ PyTorch's values"
    page.click("#more summary")
    for change in changes:
        name, _, value = change.partition("=")
        control = page.locator(f'[data-name="{name}"]')
        control.select_option(value) if value else control.click()
        assert page.inner_text("#note") == ""
    assert page.locator(".lines .badge").inner_text() == "computed here"
    written = page.inner_text("#code")
    assert code in (None, written)
    built = eval(written, {"nn": torch.nn})
    assert type(built).__name__ == written[3:].partition("(")[0]
    computed, shape = page.evaluate("[run(s, x, w, b), outputShape(s)]")
    ran = convcli(*shlex.split(page.inner_text("#command"))[1:], "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["code"] == written
    assert told["output"]["shape"] == [1, *shape]
    assert np.ravel(told["output"]["values"]) == pytest.approx(computed, abs=1e-4, rel=1e-4)
    # The address is the lesson: opened anew it is the same page.
    page.reload()
    assert page.inner_text("#code") == written
    assert page.evaluate("run(s, x, w, b)") == pytest.approx(computed, abs=1e-6)
    page.click("#reset")
    assert page.locator(".lines .badge").inner_text() == "✓ PyTorch's values"


# What an address may say that no page wrote.
NO_SETTINGS = [
    *("family=__proto__", "input=__proto__", "weights=constructor", "step=1e308", "in_channels=x", "size=2.5,x"),
    *("kernel_size=undefined", "kernel_size=null", "stride=nan,inf", "out_channels=Infinity", "padding={}", "bias=3"),
    *("padding_mode=<img src=x onerror=alert(1)>", "dilation=0.5", "size=Infinity", "padding=999999999"),
    *("size=3000,3000", "kernel_size=999999&padding=99999&size=999999", "%", "=&=", "padding=same&stride=2"),
]


@pytest.mark.parametrize("arguments", ["conv2d --size 6x6 --padding 1", "lppool1d"])
def test_an_address_that_no_page_wrote(export: Export, visit: Visit, arguments: str) -> None:
    path = export(arguments)
    page = visit(path)
    code = page.inner_text("#code")
    for address in NO_SETTINGS:
        page.goto("about:blank")
        page.goto(f"{path.as_uri()}#{quote(address, safe='=&,%')}")
        assert (address, page.inner_text("#code")) == (address, code)
        assert page.locator("svg").first.is_visible()


def test_all_that_a_page_writes_into_its_address_is_read_again(export: Export, visit: Visit) -> None:
    settings = "padding=same&padding_mode=circular&dilation=2,1&size=7,5&bias=false"
    page = visit(export("conv2d --size 6x6 --padding 1"), f"#{settings}")
    assert page.evaluate("[s.padding, s.padding_mode, s.dilation, s.size, s.bias]") == [
        *("same", "circular", [2, 1], [7, 5], False)
    ]
    page.goto("about:blank")
    page = visit(export("lppool1d"), "#norm_type=Infinity&family=LPPool")
    assert page.evaluate("s.norm_type === Infinity")


@pytest.mark.parametrize("arguments", ["conv2d --size 2x6x6 --out 2", "maxpool1d", "conv3d --size 3x4x4"])
def test_whatever_is_turned(export: Export, visit: Visit, arguments: str) -> None:
    """Settings turned as they come: the picture stays whole, and nothing breaks."""
    page, rng, done = visit(export(arguments)), random.Random(SEED), []
    for _ in range(5 if SEED == 0 else 60):
        done.append(page.evaluate(CLICK, rng.random()))
        page.evaluate(TWO_FRAMES)
        assert page.evaluate(FAULTS, {"product": 15, "steps": 1}) == [], done


@pytest.mark.parametrize(
    ("arguments", "name", "why"),
    [
        ("conv2d --size 3x3", "kernel_sizemore", "not one cell comes out: ⌊(3 + 2·0 − 1·(4 − 1) − 1) / 1⌋ + 1 = 0"),
        ("conv2d --size 4x4", "strideless", "stride has to be at least 1"),
        ("maxpool2d --size 6x6 --padding 1", "paddingmore", "padding 2 is more than half of kernel 2"),
        ("conv2d --size 3x5x5 --out 3", "groupsmore", "3 input channels can't be split into 2 groups"),
        ("conv1d --padding same", "stridemore", "padding 'same' keeps the size, and stride 2 shrinks it"),
        (
            "convtranspose1d --stride 2 --output-padding 1",
            "output_paddingmore",
            "output padding 2 has to be smaller than stride 2",
        ),
        (
            "conv1d --size 4 --padding 3 --padding-mode reflect",
            "paddingmore",
            "reflect padding of 4 has only 3 cells to take from",
        ),
    ],
)
def test_what_cannot_be_is_not_offered(export: Export, visit: Visit, arguments: str, name: str, why: str) -> None:
    page = visit(export(arguments))
    page.click("#more summary")
    button, code = page.locator(f'[data-name="{name}"]'), page.inner_text("#code")
    assert button.get_attribute("aria-disabled") == "true"
    assert why in (button.get_attribute("title") or "")
    button.click(force=True)
    assert why in page.inner_text("#note")
    assert page.inner_text("#code") == code


def test_an_address_that_asks_for_what_cannot_be(export: Export, visit: Visit) -> None:
    page = visit(export("conv1d"), "#kernel_size=30&family=Nothing&step=900&input=nowhere")
    assert "not one cell comes out" in page.inner_text("#note")
    assert (page.inner_text("#code"), page.inner_text("#count")) == ("nn.Conv1d(1, 1, kernel_size=3)", "8 / 8")


def centre(page: Page, script: str) -> tuple[float, float]:
    """The middle of a cell of the stage, by a script that gives its grid, row and column."""
    x, y = page.evaluate(
        f"(() => {{ const [grid, r, c] = {script}, box = stage.getBoundingClientRect(); "
        "return [box.left + grid.x + (c + 0.5) * grid.width, box.top + grid.y + (r + 0.5) * grid.height]; })()"
    )
    return x, y


def test_pointing_moves_the_window_and_a_click_keeps_it(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 6x6 --weight sobel-x"))
    page.mouse.move(*centre(page, "[view.layout.output, 1, 2]"))
    assert page.inner_text("#line").startswith("output[0, 1, 2]")
    page.mouse.move(5, 5)
    assert page.inner_text("#line").startswith("output[0, 0, 0]")
    page.mouse.move(*centre(page, "[view.layout.inputs[0], 3, 3]"))
    assert page.inner_text("#line").startswith("output[0, 2, 2]")
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    assert page.inner_text("#line").startswith("output[0, 2, 2]")
    page.mouse.move(*centre(page, "[view.layout.inputs[0], 1, 1]"))
    page.mouse.down()
    page.mouse.move(*centre(page, "[view.layout.inputs[0], 4, 4]"))
    page.mouse.up()
    assert page.inner_text("#count") == "16 / 16"


def test_a_product_lights_what_it_is_made_of_and_can_be_changed(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 6x6 --weight sobel-x"))
    page.mouse.move(*centre(page, "[view.layout.products[0], 1, 2]"))
    assert "input[0, 1, 2]× weight[0, 0, 1, 2]= 6" in page.inner_text("#detail").replace("\n", "")
    assert page.locator(".ring").count() == 2
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    page.get_by_label("Weight", exact=True).fill("-5")
    page.keyboard.press("Enter")
    assert page.evaluate("w[5]") == -5
    assert "output[0, 0, 0] = Σ -13 = -13" in page.inner_text("#line")
    page.keyboard.press("Escape")
    assert page.locator(".ring").count() == 0
    page.fill("#weight-numbers", "1 2 3\n4 5 6\n7 8") if page.locator("#more[open]").count() else page.click(
        "#more summary"
    )
    page.fill("#weight-numbers", "1 2 3\n4 5 6\n7 8")
    page.keyboard.press("Tab")
    assert page.inner_text("#note") == "9 numbers are wanted here, and these are 8"
    page.fill("#weight-numbers", "1 2 3\n4 5 6\n7 8 9")
    page.keyboard.press("Tab")
    assert page.inner_text("#line").endswith("96")


def test_a_transposed_layer_stamps(export: Export, visit: Visit) -> None:
    page = visit(export("convtranspose2d -i [[1,2],[3,4]] --weight [[1,10],[100,1000]]"))
    seen = "[...cells(outputSize())].map(cell => soFar(cell))"
    assert page.evaluate(seen) == [1, 10, None, 100, 1000, None, None, None, None]
    page.keyboard.press("ArrowRight")
    assert page.evaluate(seen) == [1, 12, 20, 100, 1200, 2000, None, None, None]
    assert "Input cell (0, 1) stamps 2 × kernel" in page.inner_text("#line")
    page.keyboard.press("End")
    assert page.evaluate(seen) == page.evaluate("OWN.y")
    page.click("#more summary")
    page.get_by_label("Stamp, or else gather").uncheck()
    assert page.inner_text("#count") == "1 / 9"
    page.keyboard.press("End")
    assert page.inner_text("#line") == "output[0, 2, 2] = Σ 4000 = 4000"


def test_a_sum_on_its_way_has_room(export: Export, visit: Visit) -> None:
    """It may be longer than what comes out in the end."""
    page = visit(export("convtranspose1d -i 1,1 --weight 1,-0.0123 --padding 1"))
    assert page.evaluate("short(soFar([0, 0]))") == "-0.012"
    assert page.evaluate("[view.surveyed.digits[1], ...OWN.y.map(short)]") == [6, "0.99"]


def test_marks(export: Export, visit: Visit) -> None:
    """A winner's ring, dotted padding and what it copies, brackets at what is never read, hatches beyond the end."""
    page = visit(export("maxpool2d --size 4x4"))
    assert page.locator(".ring").count() == 2
    page = visit(export("conv1d --padding 2 --padding-mode circular"))
    assert (page.locator(".padding").count(), page.locator(".ring").count()) == (4, 2)
    page = visit(export("conv1d --stride 2"))
    assert "never read" in (page.locator("#numbers").text_content() or "")
    assert page.locator(".missed").get_attribute("d")
    page = visit(export("maxpool2d --size 6x6 --ceil-mode --kernel 4"))
    assert page.locator("#ground .over").count() == 64 - 36
    page = visit(export("convtranspose1d --stride 2 --padding 1"))
    assert page.locator("#ground .cut").count() == 2


def test_copying(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 6x6"), permissions=["clipboard-read", "clipboard-write"])
    for what, text in [
        ("PyTorch code", "nn.Conv2d(1, 1, kernel_size=3)"),
        ("convcli command", "convcli conv2d --kernel 3 --size 6x6"),
    ]:
        page.click(f'[aria-label="Copy the {what}"]')
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_on_a_phone(export: Export, visit: Visit) -> None:
    page = visit(
        export("conv2d --size 8x8 --out 2"), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    for hidden in ('[data-name="stridemore"]', "#formula", "#command"):
        assert not page.locator(hidden).is_visible()
    page.tap("#settings > summary")
    page.tap("#more summary")
    for hidden_before in ("#formula", "#command"):
        assert page.locator(hidden_before).is_visible()
    small = """[...document.querySelectorAll('button, select, textarea, summary, label, [type=number], [type=range]')]
      .filter(each => each.checkVisibility()).map(each => [each.textContent, each.getBoundingClientRect()])
      .filter(([, box]) => Math.min(box.width, box.height) < 43.5).map(([text]) => text)"""
    assert page.evaluate(small) == []
    page.tap('[data-name="stridemore"]')
    page.tap("#settings > summary")
    assert page.inner_text("#code") == "nn.Conv2d(1, 2, kernel_size=3, stride=2)"
    page.evaluate(TWO_FRAMES)
    page.touchscreen.tap(*centre(page, "[view.layout.output, 1, 2]"))
    assert page.inner_text("#count") == "6 / 18"


@pytest.mark.parametrize("name", SIZES)
def test_a_large_layer_is_shaded_and_its_window_shows_numbers(visit: Visit, tmp_path: Path, name: str) -> None:
    width, height = SIZES[name]
    path = tmp_path / "large.html"
    report = Report(make_plan("conv2d", {"kernel_size": 7, "stride": 2, "padding": 3}, size=(1, 224, 224)))
    path.write_text(page_of(report), encoding="utf-8")
    page = visit(path, viewport={"width": width, "height": height})
    assert page.evaluate(FAULTS, {"product": 15 if name == "desktop" else 12, "steps": 8}) == []
    assert page.locator("#ground image").count() == 2
    page.keyboard.press("End")
    assert page.inner_text("#count") == "12544 / 12544"
    if name == "desktop":
        assert page.evaluate("view.layout.form") == "full"


def test_what_torch_worked_out_is_never_too_much(visit: Visit, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_text(page_of(Report(make_plan("conv2d", {"in_channels": 3, "kernel_size": 3}, size=(3, 224, 224)))))
    page = visit(path)
    assert page.inner_text("#note") == ""
    page.click('[data-name="paddingmore"]', force=True)
    assert "products are too many" in page.inner_text("#note")


def test_on_paper(export: Export, visit: Visit) -> None:
    page = visit(export("conv2d --size 6x6 --weight sobel-x"), color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#bar").is_visible()
    assert page.locator("#formula").is_visible()
    assert page.locator("#ground .blank").count() == 0
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#ground .blank").count() == 15


def test_in_a_notebook(visit: Visit, tmp_path: Path) -> None:
    """A report shows itself as this page, in a frame that has no address."""
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><title>Notebook</title>{convcli_run('maxpool1d', kernel_size=2)._repr_html_()}")
    frame = visit(path).frame_locator("iframe")
    frame.get_by_label("Step on").click()
    assert frame.locator("#count").inner_text() == "2 / 5"
    assert frame.locator("#line").inner_text() == "output[0, 1] = largest of 3, 4 = 4"


def test_without_scripts(export: Export, visit: Visit) -> None:
    page = visit(export("conv1d --weight 1,0,-1"), java_script_enabled=False)
    assert page.locator("noscript").is_visible()
    assert "-2. -2. -2." in page.inner_text("noscript")
    assert not page.locator("#bar").is_visible()


def test_a_stamped_title_is_text() -> None:
    """Whatever a source is called, it stays text."""
    page = page_of(Report(make_plan("maxpool1d", {}, size=(4,))))
    assert "<title>nn.MaxPool1d(kernel_size=2)</title>" in page
    assert len(re.findall("</script>", page)) == 2
