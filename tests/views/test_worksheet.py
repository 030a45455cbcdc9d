"""Worksheets: every blank has its answer on the second page, and nothing of it on the first."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given, settings
from playwright.sync_api import Browser

from convcli.colours import LIGHT
from convcli.picks import pick, some
from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.worksheet import BLANK, Grid, Heading, Line, sheet, worksheet
from convcli.wording import number
from tests.conftest import Ran
from tests.strategies import Request, report_of, requests
from tests.views.conftest import CHROMIUM


def made(report: Report, suffix: str = ".md") -> str:
    stream = io.BytesIO()
    worksheet(report, stream, suffix, lambda items, count, what: items)
    return stream.getvalue().decode()


def texts(part: Heading | Line | Grid) -> list[str]:
    match part:
        case Grid(title, blocks):
            return [title, *(text for _, rows in blocks for row in rows for text, _ in row)]
        case Line(text, formula):
            return [text, formula]
    return [part.text]


@settings(max_examples=40)
@given(requests())
def test_the_blanks_filled_in_are_the_answers(request: Request) -> None:
    report = report_of(request)
    steps = [report.step(place) for place in some(report.output_shape)]
    answers: list[str] = []
    asked = list(sheet(report, steps, lambda answer: answers.append(answer) or BLANK))  # type: ignore[func-returns-value]
    answered = list(sheet(report, steps, str))
    written, left = [], iter(answers)
    for one, other in zip(asked, answered, strict=True):
        for blank, text in zip(texts(one), texts(other), strict=True):
            if isinstance(one, Line) and one.text == "output =":  # a formula of blanks, worked in one go
                assert text in (blank, "output =") or text == next(left)
                continue
            assert re.sub(BLANK, lambda _: next(left), blank) == text
            written.append(text)
    assert list(left) == []
    for step in steps:
        assert any(text.startswith(f"out{list(step.output_index)}") and number(step.value) in text for text in written)


@settings(max_examples=60)
@given(requests())
def test_an_equals_sign_is_true_of_what_is_written(request: Request) -> None:
    report = report_of(request)
    if report.values.weight is None:  # their parts are no summands
        return
    for part in sheet(report, [report.step(place) for place in some(report.output_shape)], str):
        if isinstance(part, Line) and part.formula.startswith("out[") and "..." not in part.formula:
            _, *sums, value = part.formula.partition("  (")[0].split(" = ") if "≈" not in part.formula else ["", ""]
            for added in sums:
                made = sum(map(float, re.findall(r"-?[\d.]+(?:e[-+]\d+)?", added)))
                assert made == pytest.approx(float(value), rel=1e-6, abs=1e-9), part


def test_a_sum_by_hand() -> None:
    plan = make_plan("conv1d", {"padding": 1, "stride": 2}, weight=make_plan("conv1d", {}, size=(3,)).input)
    text = made(Report(plan, pick(plan, steps="0:2")))
    asked, answered = text.split('<div style="break-before: page"></div>')
    assert "<0>   1   2  ×  1 2 3  =  ____ ____ ____" in asked
    assert "`out[0, 0, 0] = ____ + ____ + ____ = ____`" in asked
    assert "length: size 10, kernel 3, stride 2, dilation 1, padding 1" in asked
    assert "`⌊(____ + 2·____ − ____·(____ − 1) − 1) / ____⌋ + 1 = ____`" in asked
    assert "<0>   1   2  ×  1 2 3  =  0 2 6" in answered
    assert "`out[0, 0, 0] = 0 + 2 + 6 = 8`" in answered
    assert "`[1, 1, 10] → [1, 1, 5]`" in answered
    assert "≈" not in text


def test_where_digits_are_dropped() -> None:
    text = made(Report(make_plan("conv1d", {})))
    assert "≈" in text
    assert "Numbers are rounded to what is written" in text


def test_long_sums_are_added_up_by_their_channels() -> None:
    plan = make_plan("conv2d", {"kernel_size": 2, "out_channels": 2})
    text = made(Report(plan, pick(plan, at="1,0,0")))
    assert "`out[0, 1, 0, 0] = ____ + ____ + ____ + bias" in text.replace("≈", "=")
    assert text.count("their sum") == 6
    plan = make_plan("maxpool2d", {"kernel_size": 5}, size=(5, 5))
    assert "= max of ____, ____, ..., ____ = ____" in made(Report(plan))


@pytest.mark.parametrize("name", ["adaptiveavgpool1d", "unfold", "convtranspose2d", "lppool2d", "avgpool3d"])
def test_every_kind_of_layer(name: str) -> None:
    text = made(Report(make_plan(name, {})), ".html")
    assert text.count("<h1>") == 2
    assert 'class="blank"' in text
    assert not re.search(r"<code>out\S+ \S+ \S+ = (\S+) = \1<", text)


def test_what_is_written_is_told(convcli: Callable[..., Ran], tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    ran = convcli("conv1d", "--worksheet", str(path), "--at", "3")
    assert ran.code == 0
    assert "1 sum with blanks, the answers on a second page" in ran.err
    assert "as in --weight 1,0,-1" in " ".join(ran.err.split())
    assert path.read_text().count("### out[0, 0, 3]") == 2
    assert "output" in ran.out
    ran = convcli("conv1d", "--weight", "1,0,-1", "--worksheet", str(path), "--force", "--export", str(path))
    assert (ran.code, "suffix" in ran.err or "write" in ran.err) == (2, True)
    ran = convcli("conv1d", "--worksheet", str(tmp_path / "a.html"), "--export", str(tmp_path / "a.html"))
    assert (ran.code, "name the same file" in ran.err) == (2, True)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
def test_a_sheet_to_print(tmp_path: Path, browser: Browser) -> None:
    plan = make_plan("conv2d", {"padding": 1}, size=(4, 4))
    path = tmp_path / "sheet.html"
    path.write_text(made(Report(plan), ".html"))
    asked: list[str] = []
    page = browser.new_page(viewport={"width": 360, "height": 640})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    before = "getComputedStyle(document.querySelector('.answers')).breakBefore"
    assert page.evaluate(before) == "page"
    kernel = page.evaluate("getComputedStyle(document.querySelector('.kernel')).color")
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf()))
    page.close()
    assert asked == [path.as_uri()]
    assert kernel == f"rgb({', '.join(str(int(LIGHT.accent[i : i + 2], 16)) for i in (1, 3, 5))})"
    assert pages >= 2
