"""Files written out: whole or not at all, in the format of their suffix."""

import json
import math
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from convcli.data.arrays import extent
from convcli.process import together, undone
from convcli.refusals import ConvcliError, Failure
from convcli.wording import counted, quoted

if TYPE_CHECKING:
    import numpy as np


WRITERS = (".npy", ".pt", ".csv", ".json", ".png")  # the formats that write_values knows


def check_target(path: Path, suffixes: Sequence[str], force: bool) -> None:
    """Refuse a file that could not be written, before any work is done for it."""
    name = quoted(str(path))
    if path.suffix.lower() not in suffixes:
        why = f"{name}: can't tell the format from the suffix {quoted(path.suffix)}"
        raise ConvcliError(why, f"writable here: {' '.join(suffixes)}")
    there = _is_there(path)
    if path.is_dir():
        raise ConvcliError(f"{name} is a directory", "name a file in it")
    if there and not force:
        raise _taken(path)
    if path.exists() and not path.is_file():
        raise ConvcliError(f"{name} is not a plain file", "name a file elsewhere")
    if not path.absolute().parent.is_dir():
        raise ConvcliError(f"there is no directory {quoted(str(path.parent))}", "create it first")
    with _opened_beside([path]):  # /proc says only when it is tried that nothing can be written in it
        pass


def _is_there(path: Path) -> bool:
    """Whether a name is taken, if only by a link that leads nowhere."""
    try:
        return bool(os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:  # too long a name
        raise ConvcliError(f"{quoted(str(path))} can't be a file: {error.strerror}", "give another name") from None


def _taken(path: Path) -> ConvcliError:
    return ConvcliError(f"{quoted(str(path))} exists already", "add --force to write over it")


@contextmanager
def WholeFiles(paths: Sequence[Path], force: bool) -> Iterator[list[BinaryIO]]:
    """Binary files that all appear whole when the block ends well, and none of them when an exception leaves it.

    They are written beside their places first, so entering the block tells whether the folders can be written. An
    OSError in the block is taken as the files' own, and a Failure, but for a closed pipe, which is never a file's.
    """
    with _opened_beside(paths) as opened:
        try:
            yield [stream for _, stream in opened]
            for _, stream in opened:
                stream.close()  # a full disk is told before any file has its name
            with together(), ExitStack() as named:
                for path, (beside, _) in zip(paths, opened, strict=True):
                    _give_name(beside, path, force)
                    if not force:
                        named.callback(path.unlink)
                named.pop_all()  # all went well: they stay
        except BrokenPipeError:
            raise
        except OSError as error:
            names = " and ".join(quoted(str(path)) for path in paths)
            raise Failure(f"{names} can't be written: {error.strerror or error}", "is the disk full?") from None


@contextmanager
def _opened_beside(paths: Sequence[Path]) -> Iterator[list[tuple[Path, BinaryIO]]]:
    """New files in the directories of others, and gone when the block is left, however it is."""
    with ExitStack() as open_files:
        opened = []
        for path in paths:
            beside = path.absolute().with_name(f".convcli.{secrets.token_hex(8)}")
            # Before it is there: a signal may come in between.
            open_files.enter_context(undone(partial(_quietly, beside.unlink)))
            stream = _new_file(beside, path)
            open_files.callback(_quietly, stream.close)
            opened.append((beside, stream))
        yield opened


def _quietly(act: Callable[[], object]) -> None:
    with suppress(OSError):
        act()


def _new_file(beside: Path, path: Path) -> BinaryIO:
    """A file that no more people can read than the one that it may replace."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.is_file() else 0o666
    try:
        # Not tempfile's: its files are for the user alone, and the umask can't be asked without being set.
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode)
    except OSError as error:
        why = f"nothing can be written in the directory {quoted(str(path.parent))}: {error.strerror}"
        raise ConvcliError(why, "name a file elsewhere") from None
    return os.fdopen(handle, "wb")


def _give_name(beside: Path, path: Path, force: bool) -> None:
    """Give a whole file its name; without force, not one that was taken meanwhile."""
    if force:
        if path.is_file():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        beside.replace(path)
        return
    try:
        os.link(beside, path)  # which never replaces anything, not even a link that leads nowhere
    except (OSError, AttributeError):  # taken; or a file system, or a machine, without links
        if _is_there(path):
            raise _taken(path) from None
        beside.replace(path)


def write_values(values: "np.ndarray", stream: BinaryIO, suffix: str) -> str:
    """Write an array in the format of a suffix, one of WRITERS; returns what was written, in words."""
    import numpy as np

    said = ""
    match suffix.lower():
        case ".npy":
            np.save(stream, values, allow_pickle=False)
        case ".pt":
            import torch

            try:
                torch.save(torch.from_numpy(values), stream)
            except RuntimeError as error:  # what torch makes of an error of the stream
                raise error.__context__ or error from None
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
