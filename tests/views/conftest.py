"""A real browser for exported pages and pictures."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import Ran

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")  # its event loop has to end before the tests that need one of their own
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file; when the test is over, nothing may have been complained of or asked for elsewhere."""
    contexts, troubles = [], []

    def open_page(path: Path, address: str = "", **settings: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "request", lambda asked: troubles.append(asked.url) if asked.url[:5] not in ("file:", "data:") else None
        )
        page.goto(path.as_uri() + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def export(convcli: Callable[..., Ran], tmp_path: Path) -> Callable[..., Path]:
    """Write a layer's picture or page; returns the file."""

    def run(arguments: str, suffix: str = "html") -> Path:
        path = tmp_path / f"steps.{suffix}"
        ran = convcli(*arguments.split(), "--export", str(path), "--force")
        assert ran.code == 0, ran.err
        return path

    return run
