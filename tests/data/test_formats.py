"""Every binary format: its numbers, and a recipe that makes the same tensor."""

import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from convcli.data import formats
from convcli.data.arrays import Array
from convcli.data.files import read
from convcli.refusals import ConvcliError

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
