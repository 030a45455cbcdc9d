"""Files written out: whole or not at all, in the format of their suffix."""

import json
import math
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from convcli.data.arrays import extent
from convcli.refusals import ConvcliError, Failure

if TYPE_CHECKING:
    import numpy as np


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
    WholeFile(path, force).try_out()


def _check_free(path: Path, force: bool) -> None:
    if os.path.lexists(path) and not force:
        raise ConvcliError(f"{str(path)!r} exists already", "add --force to write over it")


class WholeFile:
    """A binary file that appears whole when its block ends well, and not at all when an exception leaves it.

    It is written beside its place first, so entering the block tells whether the folder can be written.
    An OSError in the block is taken as the file's own, but for a closed pipe, which is never a file's.

    Raises:
        ConvcliError: nothing can be written there, or something is there by now.
        Failure: the writing itself went wrong.
    """

    def __init__(self, path: Path, force: bool) -> None:
        self.path, self.force = path, force
        self._beside = path.absolute().with_name(f".{path.name}.{secrets.token_hex(4)}")

    def __enter__(self) -> BinaryIO:
        try:
            # Not tempfile's: its files are for the user alone, and the umask can't be asked without being set.
            handle = os.open(self._beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            why = f"nothing can be written in the directory {str(self.path.parent)!r}: {error.strerror}"
            raise ConvcliError(why, "name a file elsewhere") from None
        self._stream = os.fdopen(handle, "wb")
        return self._stream

    def try_out(self) -> None:
        """Refuse a folder in which nothing can be written; /proc says so only when it is tried."""
        self.__enter__().close()
        self._beside.unlink()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self._stream.close()
            if error is None:
                _check_free(self.path, self.force)
                os.replace(self._beside, self.path)
        except OSError as problem:
            error = error or problem
        finally:
            with suppress(OSError):
                self._beside.unlink()
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            why = f"{str(self.path)!r} can't be written: {error.strerror or error}"
            raise Failure(why, "is the disk full?") from None


def write_values(values: "np.ndarray", stream: BinaryIO, suffix: str) -> str:
    """Write an array in the format of a suffix, one of WRITERS; returns what was written, in words."""
    return f"{list(values.shape)}{WRITERS[suffix.lower()](values, stream) or ''}"


def _write_npy(values: "np.ndarray", stream: BinaryIO) -> None:
    import numpy as np

    np.save(stream, values, allow_pickle=False)


def _write_pt(values: "np.ndarray", stream: BinaryIO) -> None:
    import torch

    torch.save(torch.from_numpy(values), stream)


def _write_csv(values: "np.ndarray", stream: BinaryIO) -> str:
    import numpy as np

    rows = values.reshape(-1, values.shape[-1])
    np.savetxt(stream, rows, fmt="%.9g", delimiter=",")
    return f" as {len(rows)} row{'s' * (len(rows) > 1)} of {values.shape[-1]}" if values.ndim > 1 else ""


def _write_json(values: "np.ndarray", stream: BinaryIO) -> None:
    stream.write(json.dumps(values.tolist()).encode() + b"\n")


def _write_png(values: "np.ndarray", stream: BinaryIO) -> str:
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
        across = math.isqrt(len(maps) - 1) + 1
        said += f"; {len(maps)} maps side by side, {across} in a row" if len(maps) > 1 else ""
        pixels = _tiles(maps, across)
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


def _tiles(maps: "np.ndarray", across: int) -> "np.ndarray":
    """Maps side by side, so many in a row; where the last row lacks some, black."""
    import numpy as np

    count, height, width = maps.shape
    down = math.ceil(count / across)
    maps = np.concatenate([maps, np.zeros((down * across - count, height, width), np.uint8)])
    return maps.reshape(down, across, height, width).swapaxes(1, 2).reshape(down * height, across * width)


# Each writes the values and says what shape alone doesn't tell.
WRITERS: dict[str, Callable[["np.ndarray", BinaryIO], str | None]] = {
    ".npy": _write_npy,
    ".pt": _write_pt,
    ".csv": _write_csv,
    ".json": _write_json,
    ".png": _write_png,
}
