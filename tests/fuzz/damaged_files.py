"""Files of every format that is read: right ones, damaged ones, bombs, and pickles that would run code."""

import io
import pickle
import struct
import wave
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from random import Random

import numpy as np
import torch
from PIL import Image

from tests.fuzz import literals
from tests.fuzz.changes import damaged
from tests.fuzz.runner import Case

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".bmp": "BMP", ".gif": "GIF", ".webp": "WEBP", ".tif": "TIFF", ".ppm": "PPM"}
MODES = ("RGB", "L", "RGBA", "P", "1", "LA", "CMYK", "I;16", "F", "I", "YCbCr", "LAB")
TIFFS = ("raw", "tiff_deflate", "tiff_lzw", "jpeg", "packbits", "group3", "group4")
HUGE = (
    (2**40, 2**40),
    (70_000, 70_000),
    (-1, 4),
    (2**63, 2),
    (0,),
    (1,) * 70,
    (10**9,),
    (3, 4000, 4000),
    ("a",),
    (2.0,),
)


class Harmful:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.mkdir, ("executed",)


def numpy_file(values: np.ndarray) -> bytes:
    np.save(stream := io.BytesIO(), values, allow_pickle=True)
    return stream.getvalue()


def numpy_header(shape: object, descr: object = "<f4", version: bytes = b"\1\0", order: object = False) -> bytes:
    text = repr({"descr": descr, "fortran_order": order, "shape": shape}).encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H" if version == b"\1\0" else "<I", len(text)) + text


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(stream := io.BytesIO(), "w", method) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return stream.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def torch_file(value: object, **more: bool) -> bytes:
    torch.save(value, stream := io.BytesIO(), **more)
    return stream.getvalue()


def picture(mode: str, form: str, size: tuple[int, int] = (9, 7), **more: object) -> bytes:
    noise = Image.frombytes("RGB", size, Random(mode).randbytes(3 * size[0] * size[1]))
    made = noise.convert("L").convert("I").convert(mode) if mode == "I;16" else noise.convert(mode)
    made.save(stream := io.BytesIO(), form, **more)  # type: ignore[arg-type]
    return stream.getvalue()


def sound(width: int, channels: int) -> bytes:
    with wave.open(stream := io.BytesIO(), "wb") as made:
        made.setparams((channels, width, 8000, 0, "NONE", "none"))
        made.writeframes(Random(width).randbytes(width * channels * 30))
    return stream.getvalue()


def _numpy() -> Iterator[bytes]:
    for dtype in ("f4", "f8", ">f4", "f2", "i8", "u1", "?", "g", "c8", "U3", "M8[s]", "V4", "i4,f8"):
        yield numpy_file(np.zeros((3, 4), dtype))
    yield numpy_file(np.asfortranarray(np.ones((3, 4, 5), np.float32)))
    yield numpy_file(np.array(1e300))
    yield numpy_file(np.array([Harmful()], dtype=object))
    for shape in HUGE:
        yield numpy_header(shape) + bytes(64)
    for descr in ("<f4", "|O", ("<f4", (2**30,)), [("a", "<f4")], "<f16", "V99999999", 7, None):
        yield numpy_header((4,), descr) + bytes(64)
    for version in (b"\0\0", b"\2\0", b"\3\0", b"\xff\xff"):
        yield numpy_header((4,), version=version) + bytes(64)
    yield numpy_header((4,), order="x") + bytes(64)


def _tensors() -> Iterator[bytes]:
    values: list[object] = [torch.ones(3, 4), torch.ones(2, dtype=torch.bfloat16), torch.tensor(1), torch.ones(2) * 1j]
    values += [torch.zeros(1, dtype=torch.bfloat16).expand(400_000_000), torch.zeros(1).expand(10**6, 10**6)]
    values += [
        {"weight": torch.ones(2)},
        [torch.ones(2)] * 50,
        Harmful(),
        torch.nn.Parameter(torch.ones(2, 2)),
        bytearray(9),
    ]
    values += [torch.eye(3).to_sparse(), torch.ones(2, dtype=torch.float8_e5m2), torch.ones(2, device="meta")]
    values += [
        torch.ones(2, dtype=torch.uint16),
        torch.zeros(0, 3),
        torch.ones(4).bool(),
        "text",
        None,
        7,
        torch.strided,
    ]
    for value in values:
        yield torch_file(value)
        yield torch_file(value, _use_new_zipfile_serialization=False)
    one = members(torch_file(torch.ones(3, 4)))
    name = next(each for each in one if each.endswith("data.pkl"))
    for content in (pickle.dumps(Harmful()), pickle.dumps(Harmful(), 0), many_pairs(60), zero_bytes(2**40)):
        yield archive(one | {name: content})
        yield content
    yield archive(one, zipfile.ZIP_DEFLATED)


def many_pairs(count: int) -> bytes:
    """A dict with a key of pairs of pairs …, of which a hash takes 2 to the count steps."""
    return b"\x80\x02})" + b"".join(b"q%ch%ch%c\x86" % (at, at, at) for at in range(count)) + b"K\x01s."


def zero_bytes(count: int) -> bytes:
    return b"\x80\x02cbuiltins\nbytearray\n" + b"\x8a\x08" + struct.pack("<q", count) + b"\x85R."


def _pictures(suffix: str) -> Iterator[bytes]:
    form = PICTURES[suffix]
    for mode in MODES:
        for more in ({"compression": each} for each in TIFFS) if form == "TIFF" else ({},):
            try:
                yield picture(mode, form, **more)
            except (OSError, ValueError, KeyError):
                continue  # a format that has no such mode
    frames = [Image.new("RGB", (5, 4), (shade, 0, 0)) for shade in range(3)]
    if form in ("GIF", "TIFF", "WEBP", "PNG"):
        frames[0].save(stream := io.BytesIO(), form, save_all=True, append_images=frames[1:])
        yield stream.getvalue()
    exif = Image.Exif()
    exif[0x0112] = 6
    if form in ("JPEG", "PNG", "WEBP", "TIFF"):
        yield picture("RGB", form, exif=exif)


@cache
def right_ones(suffix: str) -> list[bytes]:
    """Files of a format to begin with, each once: right ones, and some that are wrong in a way of their own."""
    if suffix == ".npy":
        return list(_numpy())
    if suffix == ".npz":
        arrays = list(_numpy())
        made = [
            archive({"x.npy": each}, method) for each in arrays for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ]
        return [*made, archive({"x.npy": arrays[0], "y.npy": arrays[1]}), archive({"x.txt": b"1"}), archive({})]
    if suffix in (".pt", ".pth"):
        return list(_tensors())
    if suffix == ".wav":
        return [sound(width, channels) for width in (1, 2, 3, 4) for channels in (1, 2)]
    return list(_pictures(suffix if suffix in PICTURES else ".jpg"))


def within(random: Random, content: bytes) -> bytes:
    """An archive damaged in one of its members, or a PNG in one of its chunks, with right checksums again."""
    if content.startswith(b"PK"):
        parts = members(content)
        if name := random.choice([*parts, ""]):
            parts[name] = damaged(random, parts[name])
        return archive(parts, random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
    if not content.startswith(b"\x89PNG"):
        return damaged(random, content)
    made, at = content[:8], 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4])
        chunk = content[at + 4 : at + 8 + length]
        if random.random() < 0.3:
            body = damaged(random, chunk[4:])
            chunk = chunk[:4] + (
                zlib.compress(damaged(random, zlib.decompress(chunk[4:]))) if chunk[:4] == b"IDAT" else body
            )
        made += (len(chunk) - 4).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
        at += length + 12
    return made


BINARY = (".npy", ".npz", ".pt", ".pth", ".wav", ".jpeg", ".tiff", *PICTURES)
TEXTS = (".csv", ".tsv", ".txt", ".json")


def case(random: Random) -> Case:
    if random.random() < 0.1:
        suffix = random.choice(TEXTS)
        content = literals.text(random).encode("utf-8", "replace")
        content = damaged(random, content) if random.random() < 0.3 else content
    else:
        suffix = random.choice(BINARY)
        content = random.choice(right_ones(suffix))
        if random.random() < 0.9:
            content = random.choice((damaged, within))(random, content)
        if random.random() < 0.03:
            suffix = random.choice(BINARY + TEXTS)
    name = f"f{suffix.upper() if random.random() < 0.02 else suffix}"
    named = f"{name}:{random.choice(('x', 'y', '', 'x.npy'))}" if suffix == ".npz" and random.random() < 0.4 else name
    if random.random() < 0.85:
        return Case((), files={name: content}, read=named)
    flag = "--weight" if random.random() < 0.1 else "-i"
    shown = random.choice((["--json"], ["--code"], ["--show"], ["--save", "out.npy"], ["--shapes"], []))
    shown = shown if random.random() < 0.05 else [*literals.SHAPES]
    command = random.choice(("conv1d", "conv2d", "conv2d", "conv3d"))
    return Case((command, flag, named, *shown), files={name: content})
