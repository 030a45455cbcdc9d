"""Exported pages and SVGs in a real browser: every control, every step, the keyboard, paper, a phone."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Ran
from tests.views.conftest import CHROMIUM
from tests.views.test_scene import LAYERS

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
Export = Callable[..., Path]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file; when the test is over, nothing may have been complained of or asked for elsewhere."""
    contexts, troubles = [], []

    def open_page(path: Path, **settings: Any) -> Page:
        context = browser.new_context(**settings)
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: troubles.append(asked.url) if asked.url != path.as_uri() else None)
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def export(convcli: Callable[..., Ran], tmp_path: Path) -> Export:
    def run(arguments: str, suffix: str = "html") -> Path:
        path = tmp_path / f"steps.{suffix}"
        ran = convcli(*arguments.split(), "--export", str(path))
        assert ran.code == 0, ran.err
        return path

    return run


def terms(convcli: Callable[..., Ran], arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(convcli(*arguments.split(), "--steps", "all", "--json").out)["steps"]
    return found


def names(page: Page, mark: str) -> set[str]:
    return set(page.eval_on_selector_all(f"td.{mark}", "cells => cells.map(cell => cell.dataset.name)"))


def said(page: Page) -> str:
    return page.locator("#say").inner_text()


def at(index: list[int]) -> str:
    return str(index[1:])


def named(page: Page, name: str) -> Any:
    return page.locator(f'td[data-name="{name}"]').first


@pytest.mark.parametrize("arguments", LAYERS)
def test_every_step_lights_what_it_reads(
    convcli: Callable[..., Ran], export: Export, visit: Callable[..., Page], arguments: str
) -> None:
    page = visit(export(arguments))
    steps = terms(convcli, arguments)
    for i, step in enumerate(steps[:30]):
        assert page.locator("#count").inner_text() == f"{i + 1} of {len(steps)}"
        read = {at(term["input_index"]) for term in step["terms"] if term["input_index"]}
        assert {name.partition("input ")[2] for name in names(page, "read") if "input" in name} == read
        here = {at(term["input_index"]) for term in step["terms"] if term["input_index"] == term["place"]}
        assert names(page, "copied") == {f"input {cell}" for cell in read - here}
        weights = {f"weight {term['weight_index']}" for term in step["terms"] if term["weight_index"]}
        assert names(page, "weighs") == weights
        assert names(page, "makes") == {f"output {at(step['output_index'])}"}
        assert names(page, "wins") == {f"input {at(term['input_index'])}" for term in step["terms"] if term["winner"]}
        assert said(page).startswith(f"output {at(step['output_index'])} = ")
        page.click("#next")
    assert page.locator("#all li").count() == len(steps)


@pytest.mark.parametrize("arguments", LAYERS)
def test_pointing_at_a_cell_shows_what_it_feeds(
    convcli: Callable[..., Ran], export: Export, visit: Callable[..., Page], arguments: str
) -> None:
    page = visit(export(arguments))
    place = "0,1" if "1d" in arguments else "0,1,1" if "3d" not in arguments else "0,1,1,1"
    found = json.loads(convcli(*arguments.split(), "--from", place, "--json").out)["from"]
    named(page, f"input [{place.replace(',', ', ')}]").hover()
    assert names(page, "makes") == {f"output {at(use['output_index'])}" for use in found}
    assert names(page, "weighs") == {f"weight {use['weight_index']}" for use in found if use["weight_index"]}
    what = (
        "is read by {} window" if "pool" in arguments or "unfold" in arguments else "is part of {} product"
    ) + "s" * (len(found) != 1)
    assert what.format(len(found)) + " drawn here" in said(page)
    weight = named(page, "weight [0, 0, 1]" if "1d" in arguments else "weight [0, 0, 1, 1]")
    if weight.count():
        place = weight.get_attribute("data-name").removeprefix("weight ").strip("[]")
        found = json.loads(convcli(*arguments.split(), "--of", place.replace(" ", ""), "--json").out)["of"]
        weight.hover()
        assert names(page, "makes") == {f"output {at(use['output_index'])}" for use in found}
        assert f"part of {len(found)} product" in said(page)
    page.locator("h1").hover()
    assert page.locator("td.makes").count() == 1


def test_every_control(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --in 2 --padding 1 --weight 1,0,-1"))
    count = page.locator("#count")
    page.click("#next")
    page.click("#next")
    page.click("#back")
    assert count.inner_text() == "2 of 5"
    page.locator("#step").fill("4")
    assert count.inner_text() == "4 of 5"
    page.locator("#step").press("ArrowRight")
    assert count.inner_text() == "5 of 5"
    page.select_option("#speed", "0.5")
    page.click("#play")
    assert (page.inner_text("#play"), count.inner_text()) == ("Pause", "1 of 5")
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    page.click("#play")
    page.select_option("#speed", "15")
    expect(count).to_have_text("5 of 5")
    assert page.inner_text("#play") == "Play"
    page.click("#all summary")
    assert page.locator("#all li").last.is_visible()
    outputs = page.locator('td[data-name^="output"]')
    assert "" not in outputs.all_inner_texts()
    outputs.nth(2).click()
    assert count.inner_text() == "3 of 5"
    assert outputs.all_inner_texts()[3:] == ["", ""]
    named(page, "input [0, 2]").click()
    page.mouse.move(0, 0)
    assert "input [0, 2] = 3 is part of 3 products" in said(page)


def test_pointing_waits_until_the_steps_stand_still(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --weight 1,0,-1"))
    page.select_option("#speed", "0.5")
    page.click("#play")
    page.focus("#play")
    named(page, "input [0, 4]").hover()
    assert said(page).startswith("output [0, 0] = ")
    page.keyboard.press("Space")
    assert said(page).startswith("input [0, 4] = 5 is part of 3 products")
    page.keyboard.press("Space")
    page.focus('td[tabindex="0"]')
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#play") == "Play"
    assert said(page).startswith("input [0, 1] = 2 is part of 2 products")


def test_a_kept_cell_is_marked_and_let_go(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("maxpool1d --stride 1"))
    named(page, "input [0, 2]").click()
    page.locator("h1").hover()
    assert names(page, "kept") == {"input [0, 2]"}
    assert said(page).split("\n") == [
        "input [0, 2] = 3 is read by 2 windows drawn here",
        "",
        "output [0, 1]: 3 (the winner)",
        "output [0, 2]: 3",
    ]
    assert named(page, "output [0, 2]").inner_text() == "4"
    page.keyboard.press("Escape")
    assert names(page, "kept") == set()
    assert said(page).startswith("output [0, 0] = 2")


def test_outputs_that_are_no_steps(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --weight 1,0,-1 --at 3"))
    assert not page.locator("#controls").is_visible()
    named(page, "output [0, 5]").hover()
    assert said(page) == "output [0, 5] = -2: its sum is not drawn here"
    page = visit(export("conv1d --weight 1,0,-1 --steps 0:3 --force"))
    named(page, "output [0, 5]").hover()
    assert said(page) == "output [0, 5]: its sum is not drawn here"
    page.locator("#step").fill("3")
    assert page.locator('td[data-name^="output"]').all_inner_texts() == ["-2", "-2", "-2", "", "", "", "", ""]


def test_cells_have_names_for_screen_readers(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --weight 1,0,-1 --padding 1"))
    for name in ("input [0, 4] = 5", "weight [0, 0, 2] = -1", "padding = 0", "output [0, 0] = -2"):
        expect(page.get_by_role("gridcell", name=name, exact=True).first).to_be_visible()
    expect(page.get_by_role("gridcell", name="output [0, 1]", exact=True)).to_be_visible()


def test_a_part_keeps_its_gaps_and_its_size(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("convtranspose2d --size 4x4 --kernel 3 --stride 2 --region 2:3,2:3"))
    first, last = (named(page, f"weight [0, 0, {row}, 0]").bounding_box() for row in (0, 2))
    assert first and last
    assert last["y"] - first["y"] >= 2 * first["height"]
    assert first["width"] < 80


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize(
    "arguments", ["conv1d --size 40", "conv1d --in 4 --out 4 --groups 2 --size 4x8", "convtranspose1d --stride 2"]
)
def test_a_wide_map_scrolls_in_its_place(
    export: Export, visit: Callable[..., Page], arguments: str, width: int
) -> None:
    page = visit(export(arguments), viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.focus("#step")
    page.keyboard.press("End")
    made = page.locator("td.makes").bounding_box()
    assert made
    assert made["x"] + made["width"] <= width


def test_the_focus_is_never_covered(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv2d --in 3 --out 2 --size 5x5 --padding 1"), viewport={"width": 1280, "height": 800})
    page.focus("#all summary")
    for key in ("Shift+Tab", "Shift+Tab", *["Shift+Tab", "ArrowUp"] * 6):
        page.keyboard.press(key)
        top = page.evaluate("document.activeElement.getBoundingClientRect().top")
        assert page.evaluate("document.activeElement.closest('#now')") or top >= page.evaluate(
            "document.getElementById('now').getBoundingClientRect().bottom"
        )
    page.set_viewport_size({"width": 640, "height": 360})
    assert page.evaluate("getComputedStyle(document.getElementById('now')).position") == "static"


def test_the_keyboard_reaches_everything(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv2d --size 5x5 --weight [[1,2],[3,4]]"))
    focused = "document.activeElement.dataset.name || document.activeElement.id"
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
    assert seen[:5] == ["back", "play", "next", "speed", "step"]
    assert seen[6:] == ["input [0, 0, 0]", "weight [0, 0, 0, 0]", "output [0, 0, 0]"]
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "End", "ArrowUp"):
        page.keyboard.press(key)
    assert page.evaluate(focused) == "output [0, 1, 3]"
    assert said(page).startswith("output [0, 1, 3] = ")
    page.keyboard.press("Enter")
    assert page.inner_text("#count") == "8 of 16"
    page.keyboard.press("Shift+Tab")
    assert "weight [0, 0, 0, 0] = 1 is part of 16 products" in said(page)
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert said(page).startswith("output [0, 1, 3] = ")


@pytest.mark.parametrize(
    "arguments", [LAYERS[0], LAYERS[1], "maxpool2d --size 6x6", "conv2d --size 16x16", "unfold --size 4x4"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(export: Export, visit: Callable[..., Page], arguments: str, scheme: str) -> None:
    page = visit(export(arguments), color_scheme=scheme)
    page.click("#all summary")
    for hover in (None, "input", "output"):
        if hover:
            page.locator(f'td[data-name^="{hover}"]').nth(2).hover()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_on_a_phone(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv2d --size 16x16"), viewport={"width": 375, "height": 667}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#step").fill("14")
    output, screen = named(page, "output [0, 0, 13]").bounding_box(), page.viewport_size
    assert output and screen and output["x"] + output["width"] <= screen["width"]
    cell = named(page, "output [0, 2, 3]")
    cell.scroll_into_view_if_needed()
    cell.tap()
    assert page.inner_text("#count") == "32 of 196"
    assert page.locator("#say").is_visible()
    assert page.evaluate("document.getElementById('now').getBoundingClientRect().height < innerHeight / 2")


def test_on_paper(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv2d --size 6x6"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#controls").is_visible()
    assert page.locator("#all li").nth(15).is_visible()
    assert "" not in page.locator('td[data-name^="output"]').all_inner_texts()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator('td[data-name^="output"]').all_inner_texts()[1:] == [""] * 15
    assert not page.locator("#all li").first.is_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("arguments", ["conv1d --size 40", "conv2d --size 4x30", "conv2d --size 5x12 --out 4"])
def test_a_wide_map_fits_the_paper(export: Export, visit: Callable[..., Page], arguments: str) -> None:
    page = visit(export(arguments), viewport={"width": 718, "height": 900})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_mouse_at_rest_points_at_nothing_new(export: Export, visit: Callable[..., Page]) -> None:
    """A map that scrolls under it, to keep a step in view, changes nothing."""
    page = visit(export("conv1d --size 60 --kernel 5 --padding 2"))
    named(page, "input [0, 30]").hover()
    page.focus("#next")
    for step in range(1, 60):
        page.keyboard.press("Enter")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert said(page).startswith(f"output [0, {step}] = ")


def test_the_keyboard_keeps_pointing_where_a_mouse_passes(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --weight 1,0,-1"))
    page.focus("#say")
    page.keyboard.press("Tab")
    named(page, "input [0, 5]").hover()
    assert said(page).startswith("input [0, 5] = 6")
    page.locator("h1").hover()
    assert said(page).startswith("input [0, 0] = 1")
    assert said(page).endswith("output [0, 0]: 1·1")


def test_the_focused_cell_is_in_view(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(
        export("conv2d --in 4 --out 4 --groups 2 --size 4x4 --kernel 2"), viewport={"width": 320, "height": 568}
    )
    page.focus("#say")
    for _ in range(16):
        page.keyboard.press("Tab")
        box = page.evaluate("(({ left, right }) => [left, right])(document.activeElement.getBoundingClientRect())")
        assert box[0] >= 0
        assert box[1] <= 320


def test_numbers_stay_on_one_line(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("convtranspose2d --size 4x4 --kernel 3 --stride 5"))
    height = "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().height))"
    assert page.eval_on_selector_all("td", height) <= 27
    wide = "document.querySelector('td[data-part=output]').closest('table').getBoundingClientRect().width"
    before = page.evaluate(wide)
    page.focus("#step")
    page.keyboard.press("End")
    assert page.evaluate(wide) == before


def test_without_scripts(export: Export, visit: Callable[..., Page]) -> None:
    page = visit(export("conv1d --weight 1,0,-1"), java_script_enabled=False)
    assert page.locator("noscript").is_visible()
    assert page.locator("#all li").last.is_visible()
    assert not page.locator("#say").is_visible()
    assert not page.locator("#controls").is_visible()
    assert page.locator("td").filter(has_text="-2").count() == 8


@pytest.mark.parametrize("arguments", LAYERS)
def test_an_svg_shows_one_step_at_a_time(
    convcli: Callable[..., Ran], export: Export, visit: Callable[..., Page], arguments: str
) -> None:
    page = visit(export(arguments, "svg"))
    steps = terms(convcli, arguments)
    page.evaluate("document.documentElement.pauseAnimations()")
    seen = """time => {
        document.documentElement.setCurrentTime(time);
        return [...document.querySelectorAll('.f')].filter(g => getComputedStyle(g).visibility === 'visible')
            .map(g => g.querySelector('text').textContent);
    }"""
    for i, step in enumerate(steps[:20]):
        [shown] = page.evaluate(seen, i * 0.5 + 0.25)
        assert shown.startswith(f"output {at(step['output_index'])} = ")
    still = visit(export(arguments + " --force", "svg"), reduced_motion="reduce")
    [shown] = still.evaluate(
        "[...document.querySelectorAll('.f')].filter(g => getComputedStyle(g).display !== 'none' "
        "&& getComputedStyle(g).visibility === 'visible').map(g => g.querySelector('text').textContent)"
    )
    assert shown.startswith(f"output {at(steps[-1]['output_index'])} = ")
