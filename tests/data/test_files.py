"""What a user names is found; what can't be is answered."""

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from convcli.data.arrays import Array
from convcli.data.files import READERS, read
from convcli.refusals import ConvcliError

NAMED = {"sobel-x": Array("sobel-x", (1,), [1.0])}


def refused(text: str) -> ConvcliError:
    with pytest.raises(ConvcliError) as refusal:
        read(text, NAMED)
    return refusal.value


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_name_a_literal_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read("sobel-x", NAMED) is NAMED["sobel-x"]
    for literal in ("1,2,3", " [1,2,3]", "(1,2,3)", "1 2 3", "+1;2;3"):
        assert (read(literal).source, read(literal).data) == ("the literal", [1.0, 2.0, 3.0])
    for literal in ("7", "-.5", "nan", "-inf"):
        assert read(literal).shape == (1,)
    Path("1,2.csv").write_text("7,8,9")
    assert read("1,2.csv").data == [7.0, 8.0, 9.0]


def test_a_name_as_people_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read("Sobel_X", NAMED) is read("so", NAMED) is NAMED["sobel-x"]
    with pytest.raises(ConvcliError, match="say which: sobel-x, sobel-y"):
        read("sobel", NAMED | {"sobel-y": NAMED["sobel-x"]})
    Path("sobel.csv").write_text("1,2")
    assert read("sobel.csv", NAMED).data == [1.0, 2.0]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".json"])
def test_text_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("[[1, 2], [3, 4]]" if suffix == ".json" else "1\t2\n3\t4\n", encoding="utf-8-sig")
    array = read(str(path))
    assert (array.data, array.source) == ([[1.0, 2.0], [3.0, 4.0]], repr(str(path)))


def test_another_commands_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"layer": {}, "output": {"shape": [1, 2], "values": [[1, NaN]]}}')
    assert read(str(path)).shape == (1, 2)
    piped(monkeypatch, b'\xef\xbb\xbf {"values": [1, 2]}')
    assert (read("-").data, read("sobel-x", NAMED).source) == ([1.0, 2.0], "sobel-x")
    piped(monkeypatch, b"1 2\n3 4\n")
    assert read("-").source == "stdin"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"output": {', "not whole JSON"),
        (b'{"output": [1]}', "no output values"),
        (b'{"values": []}', "empty"),
        (b'{"values": [' + b"9" * 5000 + b"]}", "too large"),
        (b'{"values": ' + b"[" * 10**5 + b"]" * 10**5 + b"}", "nested too deeply"),
        (b"\xff\xfe", "isn't text"),
        (b"", "holds no numbers"),
    ],
)
def test_a_bad_pipe(monkeypatch: pytest.MonkeyPatch, content: bytes, why: str) -> None:
    piped(monkeypatch, content)
    assert why in refused("-").why


def test_no_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert "there is none" in refused("-").why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("missing.npy", "no file 'missing.npy'"),
        ("missing.npz:a", "no file 'missing.npz:a'"),
        ("1.npy", "no file '1.npy'"),
        ("x" * 5000, "no file"),
        ("x" * 5000 + ".npy", "no file"),
        ("x\0", "no file"),
        (" ", "an empty text"),
        (".", "is a directory"),
    ],
)
def test_what_is_not_there(text: str, why: str) -> None:
    assert why in refused(text).why


def test_a_near_name_is_offered() -> None:
    assert refused("sobel-y").fix.startswith("did you mean sobel-x?")
    assert refused("unlike").fix == "names known here: sobel-x"
    assert "folder" in refused("unlike.npy").fix


def test_bad_files(tmp_path: Path) -> None:
    for suffix in READERS:
        (path := tmp_path / f"noise{suffix}").write_bytes(b"\xffnoise")
        said = "isn't text" if suffix in (".csv", ".tsv", ".txt", ".json") else f"can't be read as {suffix}"
        assert said in refused(str(path)).why
    (path := tmp_path / "what.xyz").write_text("1")
    assert "suffix '.xyz' is unknown" in refused(str(path)).why
    np.savez(path := tmp_path / "objects.npz", a=np.array([{}], dtype=object))
    assert "holds object, not numbers" in refused(f"{path}:a").why


def test_what_is_not_a_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "device.npy").symlink_to("/dev/zero")
    for name in ("pipe.csv", "device.npy"):
        assert "is not a plain file" in refused(str(tmp_path / name)).why


def test_files_that_say_they_are_empty(tmp_path: Path) -> None:
    (tmp_path / "a.npy").touch()
    assert "is empty" in refused(str(tmp_path / "a.npy")).why
    if Path("/proc/self/maps").exists():
        (tmp_path / "b.csv").symlink_to("/proc/self/maps")
        assert "is empty" in refused(str(tmp_path / "b.csv")).why


def test_text_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcli.data.files.MOST_TEXT", 1000)
    piped(monkeypatch, b"1," * 501)
    assert "more than 1,000 B of text" in refused("-").why
