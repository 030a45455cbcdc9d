"""Binary files as arrays: NumPy, torch, pictures and sound. Nothing is unpickled."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from math import prod
from pathlib import Path
from pickletools import genops
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZipFile

from convcli.data.arrays import PICTURE, SIGNAL, Array
from convcli.refusals import ConvcliError, Failure
from convcli.wording import bytes_in_words, quoted

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


NUMPY = "import numpy as np"
WHOLE = "check that the file is whole and of that format"
MOST_BYTES = 2**29  # that a file is decoded to
WIDTH = 4  # bytes of a float32, and at most of a pixel as Pillow holds it
POINTER = 8  # bytes, of which Pillow has one for each row
STRIP = 2**20  # numbers, or pixels, that are made floats at once
MOST_HEADER = 2**16  # bytes of what an array's numbers are preceded by; NumPy writes some 100
MOST_PICKLE = 2**14  # bytes, or steps, of a tensor's pickle; one takes some 300
MOST_REPEATED = 32  # things that it may refer to again
MOST_SCANS = 64  # times that a JPEG may go over its pixels; a progressive one does so some 10 times
LEGACY_PICKLES = 5  # at the start of a .pt file from before torch 1.6, or that wants to be taken for one


def _stored(path: str, values: "np.ndarray", **more: Any) -> Array:
    import numpy as np

    values = np.atleast_1d(values)
    return Array(path, values.shape, values, **more)


def _check_numbers(path: str, shape: Sequence[int], dtype: "np.dtype") -> None:
    """Refuse what isn't real numbers, or none, or too many, by what a header says."""
    if dtype.kind == "c":
        why = f"{quoted(path)} holds complex numbers; the layers here take real ones"
        raise ConvcliError(why, "save .real, .imag or abs() of it")
    if dtype.kind not in "fiub" or dtype.shape:
        raise ConvcliError(f"{quoted(path)} holds {dtype}, not numbers", "save it as float32")
    if min(shape, default=1) < 0:
        raise ConvcliError(f"{quoted(path)} is damaged: its header says the shape {list(shape)}", WHOLE)
    if prod(shape) == 0:
        raise ConvcliError(f"{quoted(path)} holds no values: its shape is {list(shape)}", "save at least one number")


def _check_decoded(path: str, needed: int) -> None:
    """Refuse what would take more than MOST_BYTES when it is decoded, before it is."""
    if needed > MOST_BYTES:
        takes = f"it would take {bytes_in_words(needed)}, and {bytes_in_words(MOST_BYTES)} are the most"
        fix = "give a part of it, or save it as .npy, which is read as it stands"
        raise ConvcliError(f"{quoted(path)} is too large to be decoded: {takes}", fix)


def _header(stream: IO[bytes]) -> "tuple[tuple[int, ...], bool, np.dtype]":
    """Shape, whether columns come first, and dtype, as NumPy's format has them; the stream is then at the values."""
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"its format version is {version}")
    if version == (1, 0):
        return npy.read_array_header_1_0(stream)
    told = stream.read(4)
    if (length := int.from_bytes(told, "little")) > MOST_HEADER:  # which NumPy says when it has read it
        raise ValueError(f"its header is said to have {bytes_in_words(length)}")
    return npy.read_array_header_2_0(BytesIO(told + stream.read(length)))


def _values(stream: IO[bytes], shape: Sequence[int], fortran: bool, dtype: "np.dtype") -> "np.ndarray":
    """The numbers behind a header. None is unpickled, as no object is read."""
    import numpy as np

    values = np.empty(prod(shape), dtype)
    left = values.view(np.uint8).data
    while left and (count := stream.readinto(left)):  # type: ignore[attr-defined]
        left = left[count:]
    if left:
        raise ValueError(f"it ends {len(left):,} bytes early")
    return values.reshape(shape, order="F" if fortran else "C")


def _read_npy(path: str) -> Array:
    import numpy as np

    recipe: dict[str, Any] = {"recipe": f"torch.from_numpy(np.load({path!r})).float()", "imports": (NUMPY,)}
    with open(path, "rb") as stream:
        shape, fortran, dtype = _header(stream)
        _check_numbers(path, shape, dtype)
        place, needed = stream.tell(), prod(shape) * dtype.itemsize
        if place + needed > os.fstat(stream.fileno()).st_size:
            raise ValueError(f"its header says {list(shape)}, for which it is too short")
        if needed <= MOST_BYTES:
            return _stored(path, _values(stream, shape, fortran, dtype), **recipe)
    # The values come when the layer reads them, by whole_of.
    values = np.memmap(path, dtype, "c", place, tuple(shape), "F" if fortran else "C")
    return _stored(path, values, **recipe)


def whole_of(mapped: "np.memmap") -> "np.ndarray":
    """The values of a file that was mapped, as float32; read, as a map ends the process where its file was cut short.

    Raises:
        Failure: it was.
    """
    import numpy as np

    assert mapped.filename is not None
    values = np.empty(mapped.size, np.float32)
    with open(mapped.filename, "rb") as stream:
        stream.seek(mapped.offset)
        for at in range(0, mapped.size, STRIP):
            part = values[at : at + STRIP]
            read = np.fromfile(stream, mapped.dtype, len(part))
            if len(read) < len(part):
                raise Failure(f"{quoted(str(mapped.filename))} has become shorter since it was opened", "try again")
            part[:] = read
    return values.reshape(mapped.shape, order="C" if mapped.flags.c_contiguous else "F")


def read_npz(path: str, member: str = "") -> Array:
    """The array of that name, or the only one."""
    with ZipFile(path) as archive:
        names = [each.removesuffix(".npy") for each in archive.namelist() if each.endswith(".npy")]
        if not member and len(names) != 1:
            fix = f"name one behind a colon: .npz:{names[0]}" if names else "save an array into it"
            raise ConvcliError(f"{quoted(path)} holds {len(names)} arrays: {', '.join(names[:20])}", fix)
        if member and member not in names:
            raise ConvcliError(f"{quoted(path)} has no array {quoted(member)}", f"it has {', '.join(names[:20])}")
        name = member or names[0]
        with archive.open(f"{name}.npy") as stream:
            shape, fortran, dtype = _header(stream)
            _check_numbers(path, shape, dtype)
            _check_decoded(path, prod(shape) * dtype.itemsize)
            values = _values(stream, shape, fortran, dtype)
    recipe = f"torch.from_numpy(np.load({path!r})[{name!r}]).float()"
    return _stored(path, values, recipe=recipe, imports=(NUMPY,))


def _read_pt(path: str) -> Array:
    import torch

    alone = "save the tensor alone: torch.save(x, 'x.pt')"
    more = ConvcliError(f"{quoted(path)} holds more than a tensor, and loading it could run code", alone)
    if not _holds_a_tensor(path):
        raise more
    try:
        loaded = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        if "weights_only" not in str(error) and "Unsupported" not in str(error):
            raise
        raise more from None
    if not isinstance(loaded, torch.Tensor):
        raise ConvcliError(f"{quoted(path)} holds a {type(loaded).__name__}, not one tensor", alone)
    tensor = loaded.detach()
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_nested or tensor.is_meta:
        raise ConvcliError(f"{quoted(path)} holds a sparse or quantized tensor", "save x.to_dense().float()")
    _check_decoded(path, tensor.numel() * WIDTH)  # a tensor may be many times larger than what it is stored in
    if tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64):
        tensor = tensor.float()  # bfloat16 and its like, which NumPy lacks
    values = tensor.resolve_conj().resolve_neg().numpy()
    _check_numbers(path, values.shape, values.dtype)
    return _stored(path, values, recipe=f"torch.load({path!r}).float()")


def _holds_a_tensor(path: str) -> bool:
    """Whether a file's pickles are as short and as plain as a single tensor's; they are looked at, not run.

    torch's reader runs no code of theirs. It does build what they say, which may be tuples within tuples, of which a
    hash takes for ever, or as many zero bytes as they like.
    """
    with open(path, "rb") as stream:
        if stream.read(4) != b"PK\3\4":  # by which torch tells its two formats apart
            stream.seek(0)
            return all(_is_plain(stream) for _ in range(LEGACY_PICKLES))
    with ZipFile(path) as archive:
        _check_decoded(path, sum(each.file_size for each in archive.infolist()))
        pickles = [each for each in archive.infolist() if each.filename.endswith("data.pkl")]
        return all(each.file_size <= MOST_PICKLE and _is_plain(BytesIO(archive.read(each))) for each in pickles)


def _is_plain(stream: IO[bytes]) -> bool:
    repeated = 0
    for at, (code, argument, _) in enumerate(genops(stream)):
        step = code.name
        repeated += step in ("GET", "BINGET", "LONG_BINGET", "DUP")
        known = step != "GLOBAL" or str(argument).startswith(("torch", "collections "))
        if not known or repeated > MOST_REPEATED or at > MOST_PICKLE:
            return False
    return True


def _read_picture(path: str) -> Array:
    """A picture's first frame, turned upright: channels first, from 0 to 1."""
    import logging

    from PIL import Image, ImageOps

    logger = logging.getLogger("PIL")
    if not logger.handlers:  # what nobody listens to would go to stderr
        logger.addHandler(logging.NullHandler())
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as opened:
            see_through = "transparency" in opened.info or opened.mode in ("LA", "PA", "La", "RGBa")
            bands = 4 if see_through else 3 if opened.mode == "P" else len(opened.getbands())
            _check_decoded(path, (bands + 1) * prod(opened.size) * WIDTH + POINTER * opened.height)
            if opened.format in ("JPEG", "MPO") and Path(path).read_bytes().count(b"\xff\xda") > MOST_SCANS:
                raise ValueError(f"it goes over its pixels more than {MOST_SCANS} times")
            several = getattr(opened, "is_animated", False)
            with _libraries_silent():
                ImageOps.exif_transpose(opened, in_place=True)  # no second copy of all that is decoded
            mode = opened.mode
            if mode not in ("L", "RGB", "RGBA", "I;16", "I;16B", "I", "F"):
                mode = "RGBA" if see_through else "L" if mode == "1" else "RGB"
            values, stored_as, highest = _scaled(opened, mode)
    except Image.DecompressionBombError:  # Pillow's own bound, which is above ours
        raise ConvcliError(f"{quoted(path)} has too many pixels to be decoded", "give a part of it") from None
    notes = [f"{quoted(path)} holds several pictures; the first was taken"] if several else []
    if len(values) == 4:
        notes.append(f"{quoted(path)} has an alpha channel; it is channel 3")
    # The script reads what was read here: turned upright, scaled to 0–1, channels first.
    plain = stored_as != "u1" or opened.mode == "L"
    converted = "" if plain else f".convert({mode!r})"
    upright = f"ImageOps.exif_transpose(Image.open({path!r})){converted}"
    recipe = f"torch.from_numpy(np.atleast_3d(np.asarray({upright}))).permute(2, 0, 1).float() / {highest}"
    imports = (NUMPY, "from PIL import Image, ImageOps")
    return _stored(path, values, recipe=recipe, notes=tuple(notes), imports=imports, picture=True, axes=PICTURE)


def _scaled(picture: "Image.Image", mode: str) -> "tuple[np.ndarray, str, int]":
    """A picture's bands from 0 to 1, how its values are stored, and which is 1; in strips, none of it is held twice."""
    import numpy as np

    wide, high = picture.size
    rows = max(1, STRIP // wide)
    values = None
    for top in range(0, high, rows):
        strip = picture.crop((0, top, wide, min(top + rows, high)))
        pixels = np.atleast_3d(np.asarray(strip if strip.mode == mode else strip.convert(mode)))
        highest = {"u1": 255, "u2": 65535, "i4": 65535}.get(pixels.dtype.str[1:], 1)
        if values is None:
            values = np.empty((pixels.shape[2], high, wide), np.float32)
        np.divide(pixels.transpose(2, 0, 1), np.float32(highest), out=values[:, top : top + rows], casting="unsafe")
    assert values is not None
    return values, pixels.dtype.str[1:], highest


@contextmanager
def _libraries_silent() -> Iterator[None]:
    """libtiff tells stderr what it thinks of a damaged file, past Python; what matters of it is raised as well."""
    with suppress(OSError), open(os.devnull, "w") as nowhere:
        before = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _read_wav(path: str) -> Array:
    """Every channel of a sound, from -1 to 1."""
    import wave

    import numpy as np

    with wave.open(path, "rb") as sound:
        width, channels, count = sound.getsampwidth(), sound.getnchannels(), sound.getnframes()
        if width > 4:
            raise ValueError(f"its samples have {width} bytes")
        _check_numbers(path, (channels, count), np.dtype(np.float32))
        _check_decoded(path, channels * count * WIDTH)
        frames = sound.readframes(count)
    raw = np.frombuffer(frames, np.uint8).reshape(-1, width)
    padded = np.zeros((len(raw), 4), np.uint8)
    padded[:, 4 - width :] = raw ^ 128 if width == 1 else raw  # the only unsigned width of PCM
    values = np.ascontiguousarray(padded.view("<i4").reshape(-1, channels).T, np.float32)
    values /= 2.0**31
    return _stored(path, values, spelled_out=True, axes=SIGNAL)


PICTURE_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
READERS: dict[str, Callable[[str], Array]] = {
    ".npy": _read_npy,
    ".npz": read_npz,
    ".pt": _read_pt,
    ".pth": _read_pt,
    ".wav": _read_wav,
    **dict.fromkeys(PICTURES, _read_picture),
}
