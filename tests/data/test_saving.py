"""Files written out: what was there is kept, what is written is whole, and comes back the same."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convcli.data.files import read
from convcli.data.saving import WRITERS, WholeFiles, check_target, write_values
from convcli.refusals import ConvcliError, Failure

VALUES = np.linspace(-1, 2, 24, dtype=np.float32).reshape(1, 2, 3, 4)


def save(path: Path, values: np.ndarray = VALUES) -> str:
    with WholeFiles([path], False) as (stream,):
        return write_values(values, stream, path.suffix)


@pytest.mark.parametrize(
    ("name", "said", "shape"),
    [
        ("a.npy", "[1, 2, 3, 4]", (1, 2, 3, 4)),
        ("a.pt", "[1, 2, 3, 4]", (1, 2, 3, 4)),
        ("a.json", "[1, 2, 3, 4]", (1, 2, 3, 4)),
        ("a.CSV", "[1, 2, 3, 4] as 6 rows of 4", (6, 4)),
    ],
)
def test_values_come_back(tmp_path: Path, name: str, said: str, shape: tuple[int, ...]) -> None:
    assert save(tmp_path / name) == said
    np.testing.assert_array_equal(np.array(read(str(tmp_path / name)).data, np.float32), VALUES.reshape(shape))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def picture(path: Path, values: np.ndarray) -> tuple[str, np.ndarray]:
    said = save(path, values)
    with Image.open(path) as opened:
        return said, np.asarray(opened)


def test_a_picture_says_its_scale(tmp_path: Path) -> None:
    said, pixels = picture(tmp_path / "a.png", VALUES)
    assert said.endswith("-1 is 0 (black), 2 is 255 (white), 0 is 85; 2 maps side by side, 2 in a row")
    assert (pixels.shape, pixels[0, 0], pixels[-1, -1]) == ((3, 8), 0, 255)
    said, pixels = picture(tmp_path / "colours.png", VALUES.reshape(1, 3, 2, 4))
    assert pixels.shape == (2, 4, 3)
    assert "red, green and blue" in said
    five = np.arange(5, dtype=np.float32).repeat(4).reshape(5, 1, 2, 2)
    said, pixels = picture(tmp_path / "tiles.png", five)
    assert (pixels.shape, pixels[-1, -1]) == ((4, 6), 0)
    assert picture(tmp_path / "line.png", VALUES.reshape(1, 6, 4))[1].shape == (6, 4)


def test_a_picture_of_one_number_and_of_none(tmp_path: Path) -> None:
    assert "every number 7: all black" in save(tmp_path / "a.png", np.full((1, 1, 2, 2), 7, np.float32))
    assert "no number in it" in save(tmp_path / "b.png", np.full((1, 1, 2, 2), np.nan, np.float32))
    mixed = np.array([[[[np.nan, 1], [2, np.inf]]]], np.float32)
    said, pixels = picture(tmp_path / "c.png", mixed)
    assert "NaN and -inf are black, inf is white" in said
    assert pixels.tolist() == [[0, 0], [255, 255]]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.xyz", "can't tell the format"),
        ("folder.npy", "is a directory"),
        ("there.npy", "exists already"),
        ("dangling.npy", "exists already"),
        ("no/a.npy", "there is no directory"),
    ],
)
def test_targets_refused(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "folder.npy").mkdir()
    (tmp_path / "there.npy").touch()
    (tmp_path / "dangling.npy").symlink_to("nowhere")
    with pytest.raises(ConvcliError) as refusal:
        check_target(tmp_path / name, tuple(WRITERS), False)
    assert why in refusal.value.why
    assert refusal.value.exit_code == 2
    check_target(tmp_path / "there.npy", tuple(WRITERS), True)
    check_target(tmp_path / "new.npy", tuple(WRITERS), False)


@pytest.mark.parametrize("folder", ["/proc", "no such folder"])
def test_entering_refuses_what_cannot_be_written(folder: str) -> None:
    with pytest.raises(ConvcliError, match="nothing can be written"), WholeFiles([Path(folder) / "a.npy"], False):
        pytest.fail("entered")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, ValueError, BrokenPipeError])
def test_an_exception_leaves_nothing(tmp_path: Path, end: type[BaseException]) -> None:
    with pytest.raises(end), WholeFiles([tmp_path / "a.npy"], False) as (stream,):
        stream.write(b"half")
        assert len(list(tmp_path.iterdir())) == 1
        raise end
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="No space left"), WholeFiles([tmp_path / "a.npy"], False):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_what_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    with pytest.raises(ConvcliError, match="exists already"), WholeFiles([path], False) as (stream,):
        stream.write(b"ours")
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    with WholeFiles([path], True) as (stream,):
        stream.write(b"ours")
        assert path.read_bytes() == b"theirs"
    assert path.read_bytes() == b"ours"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_umask_is_obeyed(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        save(tmp_path / "a.npy")
    finally:
        os.umask(before)
    assert (tmp_path / "a.npy").stat().st_mode & 0o777 == 0o666 & ~mask


def test_two_files_or_none(tmp_path: Path) -> None:
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    with pytest.raises(ConvcliError, match=r"b\.npy' exists already"), WholeFiles(paths, False):
        paths[1].symlink_to("nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["b.npy"]
    assert paths[1].is_symlink(), "a link that appeared meanwhile is somebody's"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("suffix", WRITERS)
def test_a_disk_that_is_full_from_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    monkeypatch.setattr("convcli.data.saving._new_file", lambda *_: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    with pytest.raises(Failure, match=r"can't be written: .*is the disk full\?"):
        save(tmp_path / f"a{suffix}", np.random.default_rng(0).random((1, 1, 300, 300), np.float32))
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.link")
    save(path := tmp_path / "a.npy")
    with pytest.raises(ConvcliError, match="exists already"):
        save(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_force_keeps_the_mode(tmp_path: Path, mode: int) -> None:
    (path := tmp_path / "a.npy").touch()
    path.chmod(mode)
    with WholeFiles([path], True) as (stream,):
        assert all(each.stat().st_mode & 0o777 & ~mode == 0 for each in tmp_path.iterdir())
        stream.write(b"ours")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"ours", mode)


def test_names_as_long_as_they_can_be(tmp_path: Path) -> None:
    check_target(tmp_path / f"{'x' * 251}.npy", WRITERS, False)
    for force in (True, False):
        with pytest.raises(ConvcliError, match="File name too long"):
            check_target(tmp_path / f"{'x' * 300}.npy", WRITERS, force)


def test_a_device_is_no_target(tmp_path: Path) -> None:
    (path := tmp_path / "a.npy").symlink_to("/dev/null")
    with pytest.raises(ConvcliError, match="is not a plain file"):
        check_target(path, WRITERS, True)
