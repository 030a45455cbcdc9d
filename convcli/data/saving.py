"""Files written out: whole or not at all, in the format of their suffix."""

import json
import math
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from convcli.data.arrays import extent
from convcli.refusals import ConvcliError, Failure
from convcli.wording import counted

if TYPE_CHECKING:
    import numpy as np


WRITERS = (".npy", ".pt", ".csv", ".json", ".png")  # the formats that write_values knows


def check_target(path: Path, suffixes: Sequence[str], force: bool) -> None:
    """Refuse a file that could not be written, before any work is done for it."""
    if path.suffix.lower() not in suffixes:
        why = f"{str(path)!r}: can't tell the format from the suffix {path.suffix!r}"
        raise ConvcliError(why, f"writable here: {' '.join(suffixes)}")
    if path.is_dir():
        raise ConvcliError(f"{str(path)!r} is a directory", "name a file in it")
    _check_free(path, force)
    if not path.absolute().parent.is_dir():
        raise ConvcliError(f"there is no directory {str(path.parent)!r}", "create it first")
    handle, beside = _opened_beside(path)  # /proc says only when it is tried that nothing can be written in it
    os.close(handle)
    beside.unlink()


def _check_free(path: Path, force: bool) -> None:
    if os.path.lexists(path) and not force:
        raise ConvcliError(f"{str(path)!r} exists already", "add --force to write over it")


def _opened_beside(path: Path) -> tuple[int, Path]:
    beside = path.absolute().with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # Not tempfile's: its files are for the user alone, and the umask can't be asked without being set.
        return os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666), beside
    except OSError as error:
        why = f"nothing can be written in the directory {str(path.parent)!r}: {error.strerror}"
        raise ConvcliError(why, "name a file elsewhere") from None


@contextmanager
def WholeFile(path: Path, force: bool) -> Iterator[BinaryIO]:
    """A binary file that appears whole when its block ends well, and not at all when an exception leaves it.

    It is written beside its place first, so entering the block tells whether the folder can be written. An OSError
    in the block is taken as the file's own, and a Failure, but for a closed pipe, which is never a file's.
    """
    handle, beside = _opened_beside(path)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        _check_free(path, force)
        os.replace(beside, path)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(f"{str(path)!r} can't be written: {error.strerror or error}", "is the disk full?") from None
    finally:
        with suppress(OSError):
            beside.unlink()


def write_values(values: "np.ndarray", stream: BinaryIO, suffix: str) -> str:
    """Write an array in the format of a suffix, one of WRITERS; returns what was written, in words."""
    import numpy as np

    said = ""
    match suffix.lower():
        case ".npy":
            np.save(stream, values, allow_pickle=False)
        case ".pt":
            import torch

            torch.save(torch.from_numpy(values), stream)
        case ".csv":
            rows = values.reshape(-1, values.shape[-1])
            np.savetxt(stream, rows, fmt="%.9g", delimiter=",")
            if values.ndim > 1:
                said = f" as {counted(len(rows), 'row')} of {values.shape[-1]}"
        case ".json":
            stream.write(json.dumps(values.tolist()).encode() + b"\n")
        case ".png":
            said = _write_picture(values, stream)
    return f"{list(values.shape)}{said}"


def _write_picture(values: "np.ndarray", stream: BinaryIO) -> str:
    """Values from the lowest to the highest as 0 to 255; three maps are a picture's colours, others tiles."""
    import numpy as np
    from PIL import Image

    levels, said = _levels(values)
    # On one axis each channel is a line.
    maps = levels.reshape(1, -1, values.shape[-1]) if values.ndim == 3 else levels.reshape(-1, *values.shape[-2:])
    if values.ndim == 4 and values.shape[:2] == (1, 3):
        said += "; the three channels are red, green and blue"
        pixels = np.ascontiguousarray(maps.transpose(1, 2, 0))
    else:
        count, height, width = maps.shape
        across = math.isqrt(count - 1) + 1
        down = math.ceil(count / across)
        said += f"; {count} maps side by side, {across} in a row" if count > 1 else ""
        # Where the last row lacks some, black.
        maps = np.concatenate([maps, np.zeros((down * across - count, height, width), np.uint8)])
        pixels = maps.reshape(down, across, height, width).swapaxes(1, 2).reshape(down * height, across * width)
    Image.fromarray(pixels).save(stream, "PNG")
    return said


def _levels(values: "np.ndarray") -> "tuple[np.ndarray, str]":
    """Every value as 0 to 255, and the scale in words."""
    import numpy as np

    values = values.astype(np.float64)  # float32's range has no room for a difference
    finite, (low, high) = np.isfinite(values), extent(values)
    scale = 255 / (high - low or 1.0)
    levels = np.rint((np.clip(np.nan_to_num(values, nan=low), low, high) - low) * scale).astype(np.uint8)
    if low == high:
        return levels, f", every number {low:.4g}: all black" if finite.any() else ", no number in it: all black"
    said = f", scaled: {low:.4g} is 0 (black), {high:.4g} is 255 (white)"
    if low < 0 < high:
        said += f", 0 is {round(-low * scale)}"
    return levels, said if finite.all() else f"{said}, NaN and -inf are black, inf is white"
