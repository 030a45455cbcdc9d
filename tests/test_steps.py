"""Every term behind every output: its sum is torch's output, and its indices are right."""

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console

from convcli.arrays import Array
from convcli.errors import Refusal
from convcli.forward import Result, build, run
from convcli.plan import make_plan
from convcli.steps import cell_at, cells, padded_ranges, step, uses_of_input, uses_of_weight
from convcli.views.animation import Film
from convcli.views.steps import signed
from tests.conftest import Ran
from tests.test_against_torch import requests

Request = tuple[str, int, dict[str, Any], tuple[int, ...]]


def result_of(request: Request) -> Result:
    family, ndim, arguments, shape = request
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    try:
        return run(make_plan(family, ndim, arguments, input=Array("random", shape, values)))
    except Refusal:
        assume(False)
        raise


@settings(max_examples=200)
@given(requests(), st.data())
def test_steps_sum_to_torchs_output(request: Request, data: Any) -> None:
    result = result_of(request)
    for flat in data.draw(st.lists(st.integers(0, result.output.size - 1), min_size=1, max_size=5)):
        [index] = cells(result.output.shape, flat, flat + 1)
        found = step(result, index)
        assert found.agrees, (found.value, found.torch)
        for term in found.terms:
            if term.input_index is not None:
                assert term.input in (result.input[term.input_index], abs(result.input[term.input_index]))


@settings(max_examples=200)
@given(requests(), st.data())
def test_what_a_cell_reaches_is_what_changes(request: Request, data: Any) -> None:
    """Turning one input cell into NaN makes exactly the outputs that it reaches NaN."""
    result = result_of(request)
    layer = result.plan.layer
    [cell] = cells(result.input.shape, *data.draw(one_of(result.input.size)))
    reached = {use.output_index for use in uses_of_input(result, cell)}
    x = torch.from_numpy(result.input.copy())
    x[cell] = float("nan")
    before = {tuple(map(int, i)) for i in np.argwhere(np.isnan(result.output))}
    with torch.no_grad():
        found = build(layer, result.plan.seed)(x)
    output = (found[0] if isinstance(found, tuple) else found).numpy()
    changed = {tuple(map(int, i)) for i in np.argwhere(np.isnan(output))}
    assert changed | before == reached | before
    if result.weight is not None:
        for use in uses_of_input(result, cell):
            assert use.weight_index is not None
            assert use in set(uses_of_weight(result, use.weight_index))


def one_of(size: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(0, size - 1).map(lambda flat: (flat, flat + 1))


def test_json_has_the_terms(convcli: Callable[..., Ran]) -> None:
    found = json.loads(convcli("conv1d", "--padding", "1", "--weight", "1,2,3", "--steps", "all", "--json").out)
    assert len(found["steps"]) == 10
    first = found["steps"][0]
    assert first["output_index"] == [0, 0, 0]
    assert first["value"] == 8
    assert first["terms"][0]["input_index"] is None
    expected = {"input_index": [0, 0, 1], "input": 2, "weight_index": [0, 0, 2], "weight": 3, "product": 6}
    assert expected.items() <= first["terms"][2].items()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --weight 1,0,-1 --bias 1 --at 3", "out[0, 0, 3] = 4·1 + 5·0 + 6·(−1) + bias 1 = −1"),
        ("conv1d --padding 1 --weight 1,2,3 --steps --seed 1", "out[0, 0, 0] = <0>·1 + 1·2 + 2·3 = 8"),
        ("maxpool1d --steps 0:1", "max of 1, 2 (the winner) = 2"),
        ("avgpool1d --padding 1 --steps", "(<0> + 1) / 2 = 0.5"),
        ("conv2d --in 1 --size 4x4 --weight [[1,2],[3,4]] --at 1,1", "out[0, 0, 1, 1] = all products = "),
        ("conv1d --from 4", "input[0, 0, 4] · weight[0, 0, 2] −0.4752 → out[0, 0, 2]"),
        ("conv1d --of 2", "takes part in 8 products"),
        ("conv2d --size 2000x2000 --of 0,0", "takes part in 3,992,004 products"),
        ("maxpool2d --size 4x4 --at 1,1", " 3  *4*\n"),
        ("conv1d --stride 2 --coverage", "1 1 2 1 2 1 2 1 1 0"),
    ],
)
def test_screens(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert ran.code == 0, ran.err
    assert said in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --at 99", "0 to 7"),
        ("conv1d --from 0,0,0,0", "[1, 1, 10]"),
        ("conv1d --steps some", "--steps all"),
        ("conv1d --steps 9:12", "0:8"),
        ("conv1d --size 100000 --steps all", "pick a part"),
        ("conv1d --region 0:1", "add --export"),
        ("conv1d --export a.svg --region 9:12", "[1, 1, 8]"),
        ("conv1d --export a.svg --region some", "0:16"),
        ("conv2d --size 300x300 --export a.svg", "--region"),
        ("conv1d --show --json", "choose one"),
        ("conv1d --code --save a.npy", "leave one out"),
        ("conv1d --code --at 1", "leave one out"),
    ],
)
def test_wrong_cells(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


@settings(max_examples=150)
@given(requests(), st.data(), st.integers(20, 120), st.integers(12, 40))
def test_pictures_fit_the_screen_and_mark_the_window(request: Request, data: Any, width: int, height: int) -> None:
    result = result_of(request)
    steps = [step(result, i) for i in cells(result.output.shape, 0, min(result.output.size, 12))]
    film = Film(result, steps)
    i = data.draw(st.integers(0, len(steps) - 1))
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(film.frame(i, width, height))
    shown = console.export_text().splitlines()
    assert max(map(len, shown)) <= width
    assert f"step {i + 1} of {len(steps)}" in shown[0]
    assert any(f"[{signed(steps[i].value)}]" in line for line in shown)


@settings(max_examples=100)
@given(requests(), st.data())
def test_the_padded_input_holds_what_the_terms_read(request: Request, data: Any) -> None:
    result = result_of(request)
    [index] = cells(result.output.shape, *data.draw(one_of(result.output.size)))
    ranges = padded_ranges(result)
    for term in step(result, index).terms:
        found = cell_at(result, term.place)
        assert found.input_index == term.input_index
        assert found.value == term.input or abs(found.value) == term.input
        assert all(p in along for p, along in zip(term.place[2:], ranges, strict=True))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv1d --animate", "try --steps"),
        ("conv1d --animate --json", "choose one"),
        ("conv1d --animate --from 4", "choose one"),
        ("conv1d --speed 2", "add --animate"),
        ("conv1d --animate --speed 0", "0.01 to 100"),
        ("conv1d --animate --speed nan", "0.01 to 100"),
    ],
)
def test_what_cannot_be_played(convcli: Callable[..., Ran], arguments: str, said: str) -> None:
    ran = convcli(*arguments.split())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


class Played:
    """``convcli`` on a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        self.terminal = theirs
        environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convcli", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
            start_new_session=True,
        )
        self.shown = b""

    def until(self, text: bytes, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.2)[0]:
                self.shown += os.read(self.ours, 65536)
        assert text in self.shown, self.shown[-2000:]

    def close(self) -> int:
        code = self.process.wait(30)
        while select.select([self.ours], [], [], 0.2)[0]:
            self.shown += os.read(self.ours, 65536)
        assert termios.tcgetattr(self.terminal) == self.before
        os.close(self.ours)
        os.close(self.terminal)
        return code


HIDE, SHOW, ENTER, LEAVE = b"\x1b[?25l", b"\x1b[?25h", b"\x1b[?1049h", b"\x1b[?1049l"


def test_an_animation_plays_to_its_end() -> None:
    played = Played("conv1d", "--weight", "1,0,-1", "--animate", "--speed", "50")
    played.until(LEAVE)
    assert played.close() == 0
    for i in range(1, 9):
        assert f"step {i} of 8".encode() in played.shown
    after = played.shown.rpartition(LEAVE)[2]
    assert b"step 8 of 8" in after  # the last picture stays
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)


def test_ctrl_c_ends_an_animation_and_gives_the_terminal_back() -> None:
    played = Played("conv1d", "--animate", "--speed", "0.1")
    played.until(b"step 1 of 8")
    assert ENTER in played.shown
    played.process.send_signal(signal.SIGINT)
    played.until(LEAVE)
    assert played.close() == 130
    assert b"Traceback" not in played.shown
    assert played.shown.rfind(SHOW) > played.shown.rfind(HIDE)
