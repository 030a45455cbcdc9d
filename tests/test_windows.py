"""What Windows has otherwise: paths with colons, keys from a console, streams that are no files."""

import io
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from convcli.cli import keyboard
from convcli.data import files
from convcli.explain.evidence.frames import frames
from convcli.network import reading
from convcli.network.reading import module_named
from convcli.process import _kept


def test_a_colon_behind_a_drive_is_no_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_file", lambda name: "from torch import nn\nNet = nn.Sequential(nn.ReLU())\n")
    assert module_named(r"C:\nets\net.py") == r"C:\nets\net.py:Net"
    assert module_named(r"C:\nets\net.py:Other") == r"C:\nets\net.py:Other"


def test_a_colon_behind_a_drive_is_no_member(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.os.path, "exists", lambda path: True)
    monkeypatch.setattr(files, "_file", lambda *asked: asked)
    whole = r"C:\data\x.npz:weights"
    assert files.read(whole) == (Path(r"C:\data\x.npz"), whole, "weights")


def test_a_frame_in_a_path_of_windows() -> None:
    [frame] = frames(['  File "C:\\nets\\my net.py", line 3, in forward', "    x = self.fc(x)"])
    assert (frame.file, frame.number) == (r"C:\nets\my net.py", 3)


def test_keys_of_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    typed = list("q\x1b\xe0H\0P\xe0\x86\x03")
    console = SimpleNamespace(kbhit=lambda: bool(typed), getwch=lambda: typed.pop(0))
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", console)  # type: ignore[arg-type]
    there = runpy.run_path(str(Path(keyboard.__file__)))
    with there["keys"]() as key:
        assert [key(0) for _ in range(5)] == ["q", "escape", "up", "down", ""]
        with pytest.raises(KeyboardInterrupt):
            key(0)
        assert key(0) == ""


def test_a_console_stays_as_it_is() -> None:
    console = io.TextIOWrapper(io.BufferedWriter(io.BytesIO()))  # type: ignore[arg-type]
    assert _kept(console, 1) is console
