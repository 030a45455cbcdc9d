"""Every binary format: its numbers, and a recipe that makes the same tensor."""

import io
import logging
import pickle
import tracemalloc
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convcli.data import formats
from convcli.data.arrays import Array
from convcli.data.files import read
from convcli.engine.forward import tensor
from convcli.refusals import ConvcliError, Failure
from tests.fuzz.damaged_files import archive, many_pairs, members, numpy_header, picture, sound, torch_file, zero_bytes

RGB = np.arange(60, dtype=np.uint8).reshape(5, 4, 3) * 4


def made(array: Array) -> np.ndarray:
    names: dict = {"torch": torch}
    exec("\n".join(array.imports), names)
    return eval(array.code, names).numpy()


def refused(path: object) -> str:
    with pytest.raises(ConvcliError) as refusal:
        read(str(path))
    return refusal.value.why


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2", "i8", "u1", "?"])
def test_numpy_and_torch_files(tmp_path: Path, dtype: str) -> None:
    values = (np.arange(6).reshape(2, 3) * 7 % 4).astype(dtype)
    np.save(tmp_path / "a.npy", values)
    np.savez(tmp_path / "a.npz", values)
    np.savez(tmp_path / "b.npz", first=values[:1], second=values)
    torch.save(torch.from_numpy(values), tmp_path / "a.pt")
    for name in ("a.npy", "a.npz", "b.npz:second", "a.pt"):
        array = read(str(tmp_path / name))
        np.testing.assert_array_equal(array.data, values)
        np.testing.assert_array_equal(made(array), values.astype(np.float32))
        assert array.dtype == str(values.dtype)
        assert not array.spelled_out and not array.picture


def test_a_large_npy_is_not_read_before_it_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MOST_BYTES", 39)
    np.save(tmp_path / "a.npy", np.zeros(5))
    data = read(str(tmp_path / "a.npy")).data
    assert isinstance(data, np.memmap)
    data[0] = 1
    assert np.load(tmp_path / "a.npy")[0] == 0


@pytest.mark.parametrize("values", [np.arange(24.0), np.asfortranarray(np.arange(24, dtype=">i2").reshape(4, 6))])
def test_what_was_mapped_is_read_and_not_past_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: np.ndarray
) -> None:
    monkeypatch.setattr(formats, "MOST_BYTES", 39)
    monkeypatch.setattr(formats, "STRIP", 10)
    np.save(path := tmp_path / "a.npy", values)
    array = read(str(path))
    np.testing.assert_array_equal(tensor(array).numpy(), values.astype(np.float32))
    with open(path, "r+b") as stream:
        stream.truncate(path.stat().st_size - 1)
    with pytest.raises(Failure, match="has become shorter"):
        tensor(array)


def test_tensors_that_numpy_lacks(tmp_path: Path) -> None:
    torch.save(torch.ones(2, dtype=torch.bfloat16, requires_grad=True), tmp_path / "a.pt")
    torch.save(torch.tensor(3.0), tmp_path / "b.pt")
    assert read(str(tmp_path / "a.pt")).data.tolist() == [1, 1]
    assert read(str(tmp_path / "b.pt")).shape == (1,)


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("executed",)


def test_files_without_real_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrays = {"complex": np.array([1j]), "<U1": np.array(["a"]), "no values": np.zeros((0, 3))}
    for why, values in arrays.items():
        np.save(path := tmp_path / "a.npy", values)
        assert why in refused(path)
    np.save(path, np.array([Harmful()], dtype=object), allow_pickle=True)
    refused(path)
    saved = {
        "more than a tensor": Harmful(),
        "holds a dict": {"a": 1},
        "complex": torch.ones(2) * 1j,
        "sparse": torch.eye(2).to_sparse(),
    }
    for why, value in saved.items():
        torch.save(value, path := tmp_path / "a.pt")
        assert why in refused(path)
    assert "executed" not in capsys.readouterr().out


def test_an_archive_of_several(tmp_path: Path) -> None:
    np.savez(path := tmp_path / "a.npz", x=np.ones(1), y=np.ones(2))
    assert "holds 2 arrays: x, y" in refused(path)
    assert "has no array 'z'" in refused(f"{path}:z")


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize(
    ("name", "mode", "shape"),
    [
        ("a.png", "RGB", (3, 5, 4)),
        ("a.png", "L", (1, 5, 4)),
        ("a.png", "RGBA", (4, 5, 4)),
        ("a.png", "LA", (4, 5, 4)),
        ("a.png", "1", (1, 5, 4)),
        ("a.png", "P", (3, 5, 4)),
        ("a.png", "I;16", (1, 5, 4)),
        ("a.tiff", "F", (1, 5, 4)),
        ("a.jpg", "CMYK", (3, 5, 4)),
        ("a.BMP", "RGB", (3, 5, 4)),
    ],
)
def test_pictures(tmp_path: Path, name: str, mode: str, shape: tuple[int, ...]) -> None:
    picture = Image.fromarray(RGB)
    picture = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
    picture.save(tmp_path / name)
    array = read(str(tmp_path / name))
    assert (array.shape, array.picture) == (shape, True)
    assert ["alpha" in note for note in array.notes] == [True] * (shape[0] == 4)
    np.testing.assert_allclose(made(array), array.data, rtol=1e-6)
    if mode == "RGB":
        np.testing.assert_array_equal(array.data, RGB.transpose(2, 0, 1) / np.float32(255))


def test_a_picture_is_turned_and_its_first_frame_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "turned.jpg", exif=exif)
    assert read(str(tmp_path / "turned.jpg")).shape == (3, 8, 4)
    frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1])]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:])
    assert "several pictures" in read(str(tmp_path / "film.gif")).notes[0]


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound(tmp_path: Path, width: int, channels: int) -> None:
    lowest, half, most = -1.0, 0.5, 1 - 2.0 ** (1 - 8 * width)
    levels = np.array([[lowest, half, 0.0, most]] * channels)
    whole = (levels * 2 ** (8 * width - 1)).astype(np.int64) + (128 if width == 1 else 0)
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((channels, width, 8000, 0, "NONE", "none"))
        sound.writeframes(b"".join(int(v).to_bytes(8, "little", signed=True)[:width] for v in whole.T.flat))
    array = read(str(tmp_path / "a.wav"))
    assert (array.shape, array.dtype, array.spelled_out) == ((channels, 4), "float32", True)
    np.testing.assert_array_equal(array.data, levels.astype(np.float32))
    np.testing.assert_array_equal(made(array), array.data)


def test_a_pickle_that_torch_would_build_is_looked_at_first(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    zipped = torch_file(torch.ones(3))
    name = next(each for each in members(zipped) if each.endswith("data.pkl"))
    for pickled in (many_pairs(60), zero_bytes(2**40), pickle.dumps(Harmful(), 2)):
        path.write_bytes(archive(members(zipped) | {name: pickled}))
        assert "more than a tensor" in refused(path)
        path.write_bytes(pickled)
        assert "more than a tensor" in refused(path)
        path.write_bytes(pickled + zipped)  # an archive to zipfile, which looks at the end
        assert "more than a tensor" in refused(path)


def test_a_tensor_as_old_torch_saved_it(tmp_path: Path) -> None:
    torch.save(torch.arange(6.0).view(2, 3), path := tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    assert read(str(path)).data.tolist() == [[0, 1, 2], [3, 4, 5]]


def bomb(suffix: str) -> bytes:
    """A small file of very many numbers."""
    if suffix == ".npz":
        return archive({"x.npy": numpy_header((3, 8000, 8000)) + bytes(1000)}, zipfile.ZIP_DEFLATED)
    if suffix == ".pt":
        return torch_file(torch.zeros(1, dtype=torch.bfloat16).expand(3, 8000, 8000))
    if suffix == ".wav":
        return sound(1, 1)[:40] + (2**31 - 1).to_bytes(4, "little")
    if suffix == ".gif":  # a number for each pixel, which stands for three
        drawn = Image.new("P", (7000, 7000))
        drawn.putpalette([1, 2, 3])
        drawn.save(stream := io.BytesIO(), "GIF")
        return stream.getvalue()
    Image.new("RGB", (8000, 8000)).save(stream := io.BytesIO(), "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".png", ".gif", ".wav"])
def test_a_bomb_is_not_decoded(tmp_path: Path, suffix: str) -> None:
    (path := tmp_path / f"a{suffix}").write_bytes(bomb(suffix))
    tracemalloc.start()
    assert "is too large to be decoded" in refused(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**24


def test_a_jpeg_that_goes_over_its_pixels_for_ever(tmp_path: Path) -> None:
    content = picture("L", "JPEG", (64, 64), progressive=True)
    scan = content[content.rindex(b"\xff\xda") : -2]
    (path := tmp_path / "a.jpg").write_bytes(content[:-2] + scan * 30 + content[-2:])
    assert read(str(path)).shape == (1, 64, 64)
    path.write_bytes(content[:-2] + scan * 100 + content[-2:])
    assert "more than 64 times" in refused(path)


def test_headers_that_lie(tmp_path: Path) -> None:
    (path := tmp_path / "a.npy").write_bytes(numpy_header((2**40, 2**40)) + bytes(80))
    assert "for which it is too short" in refused(path)
    path.write_bytes(numpy_header((-1,)) + bytes(80))
    assert "its header says the shape [-1]" in refused(path)
    path.write_bytes(numpy_header((4,), version=b"\0\0") + bytes(80))
    assert "format version is (0, 0)" in refused(path)
    (path := tmp_path / "a.npz").write_bytes(archive({"x.npy": numpy_header((40,)) + bytes(80)}))
    assert "it ends 80 bytes early" in refused(path)
    path.write_bytes(archive({"x.npy": b"text"}))
    assert "can't be read as .npz" in refused(path)


def test_a_damaged_picture_is_told_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for logger in (None, "PIL"):
        monkeypatch.setattr(logging.getLogger(logger), "handlers", [])  # as in a program that listens to no log
    content = bytearray(picture("L", "TIFF", compression="tiff_lzw"))
    content[9:14] = b"\xff" * 5  # of which libtiff says on stderr that it isn't in its table
    (path := tmp_path / "a.tif").write_bytes(content)
    assert "can't be read as .tif" in refused(path)
    content = bytearray(picture("RGB", "TIFF"))
    at = content.index(b"\x15\x01\x03\x00") + 8  # samples per pixel, of which Pillow logs that they are too many
    content[at] = 130
    path.write_bytes(content)
    assert "can't be read as .tif" in refused(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_a_header_that_never_ends_is_not_read(tmp_path: Path, name: str) -> None:
    header = b"\x93NUMPY\2\0" + (2**26).to_bytes(4, "little") + bytes(2**26)
    if name == "a.npz":
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("x.npy", header)
    else:
        (tmp_path / name).write_bytes(header)
    tracemalloc.start()
    assert "its header is said to have 64.0 MiB" in refused(tmp_path / name)
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


@pytest.mark.parametrize("mode", ["L", "I;16", "P", "RGB", "LA", "CMYK"])
def test_a_picture_is_scaled_in_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    picture = Image.fromarray(RGB)
    picture = picture.convert("I").convert(mode) if mode == "I;16" else picture.convert(mode)
    picture.save(path := tmp_path / "a.tif")
    whole = read(str(path)).data
    for strip in (1, 9):  # a row, and two of the five
        monkeypatch.setattr(formats, "STRIP", strip)
        np.testing.assert_array_equal(read(str(path)).data, whole)


def test_all_that_a_picture_is_decoded_to_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(RGB).save(path := tmp_path / "a.png")
    needed = 5 * 4 * (3 + 1) * 4 + 5 * 8  # floats, Pillow's own pixels, and its rows
    monkeypatch.setattr(formats, "MOST_BYTES", needed)
    assert read(str(path)).shape == (3, 5, 4)
    monkeypatch.setattr(formats, "MOST_BYTES", needed - 1)
    assert "too large to be decoded" in refused(path)
