"""The screen under keys and mouse, without a terminal: Textual's own pilot presses and clicks."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("textual", reason="the extra 'explore' is not installed")

from textual.pilot import Pilot

from convcli.data.filters import FILTERS
from convcli.explore.choice import Choice
from convcli.explore.explorer import Board, Explorer
from convcli.explore.knobs import Setup
from convcli.views.boards import Spot

Steps = Callable[[Explorer, "Hands"], Awaitable[None]]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Hands:
    """Presses and clicks, and waits until all that follows is on the screen."""

    def __init__(self, app: Explorer, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def click(self, board: str, spot: Spot) -> None:
        sheet = self.app.query_one(board, Board).sheet
        line, columns = next((line, columns) for line, columns, there in sheet.spots if there == spot)
        await self.pilot.click(board, offset=(columns.start, line))
        await self.settle()

    def text(self, board: str) -> str:
        return "\n".join(line.plain for line in self.app.query_one(board, Board).sheet.lines)

    def says(self) -> str:
        return str(self.app.query_one("#says").render())  # type: ignore[attr-defined]


def explore(steps: Steps, name: str = "conv2d", size: tuple[int, int] = (80, 24), **arguments: Any) -> None:
    sources = {"size": (1, 6, 6), "weight": FILTERS["sobel-x"].array} if name == "conv2d" else {}

    async def run() -> None:
        app = Explorer(Setup.of(name, arguments, **sources), speed=0.01)  # nothing plays by itself here
        async with app.run_test(size=size) as pilot:
            hands = Hands(app, pilot)
            await hands.settle()
            await steps(app, hands)

    asyncio.run(run())


def test_settings_are_turned_and_what_cannot_be_is_explained() -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        assert "[1×-1]" in hands.text("#picture") and "products, sum 8" in hands.text("#picture")
        await hands.press("tab", "plus")  # stride 2
        assert app.setup.plan.output_shape == (1, 1, 2, 2) == app.film.report.output_shape  # type: ignore[union-attr]
        assert "stride - 2 +" in hands.text("#knobs")
        assert "⌊3 / 2⌋ + 1" in hands.says()
        await hands.click("#knobs", ("knob", (2, 1)))  # padding 1
        assert app.setup.plan.output_shape == (1, 1, 3, 3)
        await hands.press("shift+tab", "shift+tab", "plus")
        assert hands.says().startswith("can't be: the weight has shape [3, 3]")
        assert "kernel_size - 4 +" in hands.text("#knobs")
        await hands.press("minus")
        assert "can't be" not in hands.says()

    explore(steps)


def test_a_film_under_keys_and_mouse() -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("right", "down")
        assert app.film and app.film.place(app.at) == (0, 0, 1, 1)
        await hands.press("end")
        assert app.at == 15
        await hands.press("space")
        assert app.playing and app.at == 0
        app.tick()
        await hands.press("space")
        assert not app.playing and app.at == 1
        await hands.click("#picture", ("output", (0, 0, 2, 3)))
        assert app.film.place(app.at) == (0, 0, 2, 3)
        assert "out[0, 0, 2, 3] = " in hands.text("#picture")

    explore(steps)


def test_cells_are_chosen_by_keys_and_mouse() -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("i", "right")
        assert app.choice == Choice("input", (0, 0, 0, 1))
        assert hands.says().startswith("input[0, 0, 0, 1] = 2 · 2 products · here 2·0 = 0")
        assert "{2×0}" in hands.text("#picture")
        await hands.press("w", "down", "o")
        assert app.choice is None
        await hands.click("#picture", ("weight", (0, 0, 2, 2)))
        assert app.choice == Choice("weight", (0, 0, 2, 2))
        await hands.click("#picture", ("input", (0, 0, 5, 5)))
        assert app.choice == Choice("input", (0, 0, 5, 5))

    explore(steps)


def test_the_step_follows_a_cell_out_of_sight() -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("i", "end")
        assert app.film and app.choice == Choice("input", (0, 0, 9))
        assert app.at == 9 - 6
        assert "{10}" in hands.text("#picture")

    explore(steps, "conv1d", size=(50, 20), kernel_size=7)


def test_copy_and_save(tmp_path: Path) -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("c")
        assert app.clipboard == app.setup.plan.layer.code
        await hands.press("right", "s", "s")
        assert hands.says() == "wrote conv2d-2.html"

    explore(steps)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conv2d-2.html", "conv2d.html"]
    saved = (tmp_path / "conv2d.html").read_text(encoding="utf-8")
    assert saved.startswith("<!doctype html>")
    assert '"step":1' in saved


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (50, 15)])
@pytest.mark.parametrize("name", ["conv1d", "conv3d", "convtranspose2d", "maxpool2d", "adaptiveavgpool2d", "unfold"])
def test_every_kind_of_layer_on_every_screen(name: str, size: tuple[int, int]) -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("right", "i")
        assert "out[" in hands.text("#picture")
        assert max(map(len, hands.text("#picture").splitlines())) <= size[0]

    explore(steps, name, size)


def test_what_is_too_large_to_save_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(app: Explorer, hands: Hands) -> None:
        await hands.press("s")
        assert "the page would hold 61 numbers; the limit is 60" in hands.says()

    monkeypatch.setattr("convcli.limits.MOST_ON_PAGE", 60)
    explore(steps)


def test_quitting() -> None:
    async def ended(key: str) -> int | None:
        app = Explorer(Setup.of("conv1d", {}))
        async with app.run_test() as pilot:
            await pilot.press(key)
        return app.return_code

    assert asyncio.run(ended("q")) == 0
    assert asyncio.run(ended("ctrl+c")) == 130


def test_what_breaks_is_told_and_not_shown(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    def breaks(app: Explorer, setup: Setup) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(Explorer, "compute", breaks)
    app = Explorer(Setup.of("conv1d", {}))
    app.run(headless=True)
    assert app.return_code == 1
    assert app.failure.rstrip().endswith("ValueError: broken")
    assert "Traceback" not in "".join(capfd.readouterr())
