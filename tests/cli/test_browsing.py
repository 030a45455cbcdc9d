"""``play``: which page it writes, which browser it opens, and what it refuses."""

import json
import re
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from convcli.cli import browsing
from tests.conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The addresses that a browser was asked for; files go where the test's go."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    monkeypatch.setattr(browsing, "mkdtemp", lambda prefix: str(tmp_path))
    return addresses


def test_the_page_is_opened(convcli: Run, opened: list[str], tmp_path: Path) -> None:
    ran = convcli("play", "nn.Conv2d", "--size", "28x28", "--weight", "sobel-x", "--at", "1,2")
    path = tmp_path / "conv2d.html"
    assert (ran.code, ran.out, ran.err) == (0, f"{path}\n", "")
    assert opened == [path.as_uri()]
    [data] = re.findall(r'application/json">(.*?)</script>', path.read_text(encoding="utf-8"))
    told = json.loads(data)
    assert (told["code"], told["step"]) == ("nn.Conv2d(1, 1, kernel_size=3, bias=False)", 26 + 2)


def test_without_a_browser_the_path_is_printed(
    convcli: Run, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    ran = convcli("play", "maxpool1d")
    assert ran.code == 0
    assert Path(ran.out.strip()).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "no browser here" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("conv4d", "did you mean"),
        ("maxpool2d --groups 2", "takes no argument"),
        ("conv1d --kernel 99", "not one window fits"),
        ("conv1d --at 99", "there is no such cell"),
        ("conv2d --size 3x1000x1000 --out 3", "the page would hold 5,988,096 numbers; the limit is 1,000,000"),
    ],
)
def test_what_cannot_be_played(convcli: Run, opened: list[str], arguments: str, said: str) -> None:
    ran = convcli("play", *arguments.split())
    assert (ran.code, ran.out, opened) == (2, "", [])
    assert said in ran.err


def test_without_a_temporary_place(convcli: Run, opened: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(prefix: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(browsing, "mkdtemp", none_left)
    ran = convcli("play", "conv1d")
    assert (ran.code, ran.out) == (1, "")
    assert "No space left on device" in ran.err
    assert "convcli conv1d --export page.html" in ran.err
