"""The user's arrays, in and out: literals, files, pictures, sound and pipes.

Nothing is unpickled and nothing is executed. NumPy, Pillow and torch are imported only by the
formats that need them.
"""

import json
import math
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from convcli.errors import ConvcliError, Failure

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Array", "extent", "ramp", "read", "save", "text_array"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers with a shape, and where they came from.

    ``data`` is nested lists or a NumPy array; None is a ramp, 1, 2, 3 … along the last axis, which
    takes no memory until it is needed. ``code`` is Python that makes the same torch tensor.
    """

    source: str
    shape: tuple[int, ...]
    data: Any = None
    code: str = ""
    about: str = ""
    notes: tuple[str, ...] = ()

    @property
    def dtype(self) -> str:
        """The name of the NumPy dtype the numbers were stored in; lists are taken as float32."""
        return str(getattr(self.data, "dtype", "float32"))


def ramp(shape: Sequence[int]) -> Array:
    """1, 2, 3 … along the last axis, the same in every row, as in the post's samples.

    >>> ramp((2, 3)).code
    'torch.arange(1.0, 4.0).repeat(2, 1)'
    """
    *rows, last = shape
    repeat = f".repeat({', '.join(map(str, (*rows, 1)))})" if rows else ""
    return Array("a ramp", tuple(shape), code=f"torch.arange(1.0, {last + 1:.1f}){repeat}")


# --- text -------------------------------------------------------------------------------------

_BARE_NAN = re.compile(r"(?<![\w.])([-+]?)(nan|inf(?:inity)?)(?!\w)", re.IGNORECASE)
_LITERAL = re.compile(r"\s*[\[(]|\s*[-+]?(\.?\d|nan\b|inf)", re.IGNORECASE)


def text_array(text: str, source: str) -> Array:
    """Read numbers written as text: ``1,2,3``, ``[[1, 2], [3, 4]]``, or rows of a table.

    >>> text_array("1,2,3", "literal").shape
    (3,)
    >>> text_array("1 2\\n3 4", "literal").data
    [[1.0, 2.0], [3.0, 4.0]]

    Raises:
        ConvcliError: words, ragged rows, nothing at all.
    """
    stripped = text.strip()
    if not stripped:
        raise ConvcliError(f"{source} holds no numbers", "give some, for example 1,2,3")
    notes: tuple[str, ...] = ()
    if stripped[0] in "[(":
        data = _nested(stripped, source)
    else:
        data, notes = _table(stripped, source)
    shape = _shape(data, source)
    return Array(source, shape, data, code=f"torch.tensor({_python(data)})", notes=notes)


def _python(data: Any) -> str:
    text = json.dumps(data)
    return re.sub(r"-?\b(NaN|Infinity)\b", lambda m: f"float('{m[0]}')", text)


def _nested(text: str, source: str) -> Any:
    spelled = {"n": "NaN", "i": "Infinity"}
    as_json = _BARE_NAN.sub(lambda m: m[1].strip("+") + spelled[m[2][0].lower()], text)
    as_json = as_json.replace("(", "[").replace(")", "]")
    as_json = re.sub(r"(?<![\w.])\+(?=[\d.])", "", as_json)
    as_json = re.sub(r"(?<![\d.])\.(?=\d)", "0.", as_json)
    as_json = re.sub(r"(?<=\d)\.(?!\d)", ".0", as_json)
    as_json = re.sub(r",(\s*])", r"\1", as_json)
    try:
        return json.loads(as_json)
    except RecursionError:
        raise ConvcliError(f"{source} is nested too deeply", "five axes are the most") from None
    except ValueError as error:
        where = getattr(error, "pos", 0)
        word = re.search(r"[^\W\d]\w*", as_json[max(0, where - 1) :])
        if word and word[0] not in ("NaN", "Infinity", "e", "E"):
            why = f"{word[0]!r} in {source} isn't a number"
        elif as_json.count("[") != as_json.count("]"):
            why = f"{source} has {as_json.count('[')} opening and {as_json.count(']')} closing brackets"
        else:
            why = f"{source} can't be read as numbers near {as_json[max(0, where - 8) : where + 8]!r}"
        raise ConvcliError(why, "write lists of numbers: [[1, 2], [3, 4]]") from None


def _table(text: str, source: str) -> tuple[Any, tuple[str, ...]]:
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    rows = [_cells(line) for line in lines if line]
    notes: tuple[str, ...] = ()
    if len(rows) > 1 and all(_number(cell) is None for cell in rows[0]):
        notes = (f"{source}: the first line, {', '.join(rows[0])!r}, was taken as a heading",)
        rows = rows[1:]
    data = []
    for i, row in enumerate(rows):
        numbers = [_number(cell) for cell in row]
        if None in numbers:
            bad = row[numbers.index(None)]
            place = f", row {i}" if len(rows) > 1 else ""
            why = f"{bad!r} in {source}{place} isn't a number" if bad else f"{source}{place}: a cell is empty"
            raise ConvcliError(why, "give numbers only, for example 1,2,3")
        data.append(numbers)
    if not data:
        raise ConvcliError(f"{source} holds no numbers", "give some, for example 1,2,3")
    if len(data) == 1:
        return data[0], notes
    if all(len(row) == 1 for row in data):
        return [row[0] for row in data], notes
    return data, notes


def _cells(line: str) -> list[str]:
    for separator in (",", ";"):
        if separator in line:
            cells = [cell.strip() for cell in line.split(separator)]
            return cells[:-1] if len(cells) > 1 and not cells[-1] else cells
    return line.split()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _shape(data: Any, source: str) -> tuple[int, ...]:
    """The shape of nested lists; turns every number into a float in place of what was there."""
    if isinstance(data, bool) or not isinstance(data, (list, int, float)):
        shown = (
            {True: "true", False: "false", None: "null"}.get(data, repr(data))
            if not isinstance(data, dict)
            else "an object"
        )
        raise ConvcliError(f"{source} holds {shown}, which isn't a number", "give numbers only")
    if not isinstance(data, list):
        return ()
    if not data:
        raise ConvcliError(f"{source} holds an empty list", "give at least one number: [1]")
    shapes = []
    for i, item in enumerate(data):
        shapes.append(_shape(item, source))
        if not isinstance(item, list):
            try:
                data[i] = float(item)
            except OverflowError:
                raise ConvcliError(f"a number in {source} is too large for a float") from None
        if shapes[i] != shapes[0]:
            raise ConvcliError(
                f"{source} is ragged: item {i} has {_said(shapes[i])}, item 0 has {_said(shapes[0])}",
                "give every row the same number of values",
            )
    return (len(data), *shapes[0])


def _said(shape: tuple[int, ...]) -> str:
    return f"shape {list(shape)}" if len(shape) > 1 else f"{shape[0]} values" if shape else "one number"


# --- files ------------------------------------------------------------------------------------


def read(text: str, named: dict[str, Array] | None = None) -> Array:
    """What a user names: a sample or filter by its name, a literal, a file, or ``-`` for stdin.

    Raises:
        ConvcliError: it is none of these, or can't be read as an array of real numbers.
    """
    if named and text in named:
        return named[text]
    if text == "-":
        return _stdin()
    path = Path(text)
    try:
        exists = path.exists()
    except (OSError, ValueError):  # a literal longer than a file name may be, or with a NUL
        exists = False
    named_file = path.suffix.lower() in READERS
    if not exists and not named_file and (_LITERAL.match(text) or "," in text):
        return text_array(text, "the literal")
    if not exists and not text.strip():
        raise ConvcliError("an empty text was given where an array is expected", "try 1,2,3")
    return _file(path, text, named or {})


def _file(path: Path, text: str, named: dict[str, Array]) -> Array:
    name, _, member = text.partition(".npz:")
    if member:
        return _npz(Path(name + ".npz"), member)
    if not path.exists():
        from difflib import get_close_matches

        near = get_close_matches(text, named, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        known = f"names known here: {', '.join(named)}" if named else ""
        if path.suffix and not near:
            known = "check the name and the folder it is in"
        raise ConvcliError(f"there is no file {text!r}", hint + known)
    if path.is_dir():
        raise ConvcliError(f"{text!r} is a directory", "name a file in it")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kinds = " ".join(READERS)
        raise ConvcliError(f"{text!r}: the suffix {path.suffix!r} is unknown", f"readable: {kinds}")
    try:
        return reader(path)
    except ConvcliError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # every format's own way to say that the file is broken
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ConvcliError(
            f"{text!r} can't be read as {path.suffix}: {reason[0]}",
            "check that the file is whole and of that format",
        ) from None


def _stdin() -> Array:
    if sys.stdin is None or sys.stdin.isatty():
        raise ConvcliError("-i - reads from a pipe, and there is none", "echo 1,2,3 | convcli conv1d -i -")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConvcliError("stdin isn't text", "save it to a file and name that, for example x.npy") from None
    return _json_text(text, "stdin") if text.lstrip().startswith("{") else text_array(text, "stdin")


def _json_text(text: str, source: str) -> Array:
    """Nested lists, or an object of ours: another command's ``output``."""
    if not text.lstrip().startswith("{"):
        return text_array(text, source)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConvcliError(f"{source} is not whole JSON: {error}") from None
    found = found.get("output", found)
    values = found.get("values") if isinstance(found, dict) else None
    if values is None:
        raise ConvcliError(
            f"the JSON in {source} has no output values",
            "pipe a layer command's --json, or a plain list of numbers",
        )
    shape = _shape(values, source)
    return Array(source, shape, values, code=f"torch.tensor({_python(values)})")


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def _from_numpy(path: Path, array: "np.ndarray", code: str, *notes: str) -> Array:
    import numpy as np

    if array.dtype.kind == "c":
        raise ConvcliError(
            f"{str(path)!r} holds complex numbers; the layers here take real ones",
            "save .real, .imag or abs() of it",
        )
    if array.dtype.kind not in "fiub":
        raise ConvcliError(f"{str(path)!r} holds {array.dtype}, not numbers", "save it as float32")
    if array.size == 0:
        raise ConvcliError(f"{str(path)!r} holds no values: its shape is {list(array.shape)}")
    if array.ndim == 0:
        array = np.atleast_1d(array)
    return Array(str(path), array.shape, array, code=code, notes=notes)


def _npy(path: Path) -> Array:
    import numpy as np

    # Copy-on-write: the shape is known at once, the values come when the layer reads them.
    array = np.load(path, mmap_mode="c", allow_pickle=False)
    return _from_numpy(path, array, f"torch.from_numpy(np.load({str(path)!r})).float()")


def _npz(path: Path, member: str = "") -> Array:
    import numpy as np

    with np.load(path, allow_pickle=False) as archive:
        names = archive.files
        if not member and len(names) != 1:
            raise ConvcliError(
                f"{str(path)!r} holds {len(names)} arrays: {', '.join(names)}",
                f"name one: {path}:{names[0]}" if names else "save an array into it",
            )
        if member and member not in names:
            raise ConvcliError(f"{str(path)!r} has no array {member!r}", f"it has {', '.join(names)}")
        name = member or names[0]
        code = f"torch.from_numpy(np.load({str(path)!r})[{name!r}]).float()"
        return _from_numpy(path, archive[name], code)


def _pt(path: Path) -> Array:
    import torch

    try:
        found = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        if "weights_only" not in str(error) and "Unsupported" not in str(error):
            raise
        raise ConvcliError(
            f"{str(path)!r} holds more than tensors, and loading it could run code",
            "save the tensor alone: torch.save(x, 'x.pt')",
        ) from None
    if not isinstance(found, torch.Tensor):
        raise ConvcliError(
            f"{str(path)!r} holds a {type(found).__name__}, not one tensor",
            "save the tensor alone: torch.save(x, 'x.pt')",
        )
    tensor = found.detach()
    if tensor.is_complex():
        raise ConvcliError(f"{str(path)!r} holds complex numbers", "save .real, .imag or abs() of it")
    if tensor.layout != torch.strided or tensor.is_quantized:
        raise ConvcliError(f"{str(path)!r} holds a sparse or quantized tensor", "save x.to_dense().float()")
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return _from_numpy(path, tensor.numpy(), f"torch.load({str(path)!r}).float()")


def _text_file(path: Path) -> Array:
    return text_array(_read_text(path), repr(str(path)))


def _json_file(path: Path) -> Array:
    return _json_text(_read_text(path), repr(str(path)))


def _picture(path: Path) -> Array:
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        frames = getattr(opened, "n_frames", 1)
        picture = ImageOps.exif_transpose(opened)
        if picture.mode not in ("L", "RGB", "RGBA", "I;16", "I;16B", "I", "F"):
            transparent = "transparency" in picture.info or picture.mode in ("LA", "PA", "La")
            grey = picture.mode in ("1", "LA")
            picture = picture.convert("RGBA" if transparent else "L" if grey else "RGB")
        pixels = np.asarray(picture)
    highest = {"u1": 255, "u2": 65535, "i4": 65535}.get(pixels.dtype.str[1:], 1)
    values = pixels.astype(np.float32) / np.float32(highest)
    values = values[None] if values.ndim == 2 else np.ascontiguousarray(values.transpose(2, 0, 1))
    notes = [f"{str(path)!r} has {frames} frames; the first was taken"] if frames > 1 else []
    if len(values) == 4:
        notes.append(f"{str(path)!r} has an alpha channel; it is channel 3")
    # The script reads what was read here: turned upright, scaled to 0–1, channels first.
    code = (
        f"torch.from_numpy(np.atleast_3d(np.asarray(ImageOps.exif_transpose(Image.open({str(path)!r}))"
        f"{'' if pixels.dtype.str[1:] != 'u1' or picture.mode == 'L' else f'.convert({picture.mode!r})'}"
        f"))).permute(2, 0, 1).float() / {highest}"
    )
    return _from_numpy(path, values, code, *notes)


def _wav(path: Path) -> Array:
    import wave

    import numpy as np

    with wave.open(str(path), "rb") as sound:
        width, channels = sound.getsampwidth(), sound.getnchannels()
        frames = sound.readframes(sound.getnframes())
    raw = np.frombuffer(frames, np.uint8).reshape(-1, width)
    if width == 1:  # the only unsigned width of PCM
        samples: Any = raw[:, 0].astype(np.float32) - 128
    else:
        padded = np.zeros((len(raw), 4), np.uint8)
        padded[:, 4 - width :] = raw
        samples = padded.view("<i4")[:, 0] / np.float32(1 << (32 - 8 * width))
    values = (samples / np.float32(1 << (8 * width - 1))).astype(np.float32)
    values = np.ascontiguousarray(values.reshape(-1, channels).T)
    return _from_numpy(path, values, f"torch.tensor({_python(values.tolist())})")


READERS: dict[str, Callable[[Path], Array]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".pt": _pt,
    ".pth": _pt,
    ".json": _json_file,
    ".csv": _text_file,
    ".tsv": _text_file,
    ".txt": _text_file,
    ".wav": _wav,
}
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
READERS |= dict.fromkeys(PICTURES, _picture)


# --- out --------------------------------------------------------------------------------------


def check_target(path: Path, suffixes: Sequence[str], force: bool) -> None:
    """Refuse a file that could not be written, before any work is done for it."""
    if path.suffix.lower() not in suffixes:
        raise ConvcliError(
            f"{str(path)!r}: can't tell the format from the suffix {path.suffix!r}",
            f"writable here: {' '.join(suffixes)}",
        )
    if path.is_dir():
        raise ConvcliError(f"{str(path)!r} is a directory", "name a file in it")
    if os.path.lexists(path) and not force:
        raise ConvcliError(f"{str(path)!r} exists already", "add --force to write over it")
    if not path.absolute().parent.is_dir():
        raise ConvcliError(f"there is no directory {str(path.parent)!r}", "create it first")
    if not os.access(path.absolute().parent, os.W_OK):
        raise ConvcliError(f"nothing can be written in the directory {str(path.parent)!r}", "name a file elsewhere")


def write_whole(path: Path, write: Callable[[Any], T], force: bool) -> T:
    """Write a binary file whole or not at all: beside it first, then moved into place. Returns what ``write`` does."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ConvcliError(f"{str(path)!r} can't be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as stream:
            said = write(stream)
        os.chmod(name, 0o666 & ~_umask())
        if path.exists() and not force:
            raise ConvcliError(f"{str(path)!r} exists already", "add --force to write over it")
        os.replace(name, path)
        return said
    except OSError as error:
        raise Failure(f"{str(path)!r} can't be written: {error.strerror or error}", "is the disk full?") from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_npy(values: "np.ndarray", stream: Any) -> str:
    import numpy as np

    np.save(stream, values, allow_pickle=False)
    return ""


def _write_pt(values: "np.ndarray", stream: Any) -> str:
    import torch

    torch.save(torch.from_numpy(values), stream)
    return ""


def _write_csv(values: "np.ndarray", stream: Any) -> str:
    import numpy as np

    rows = values.reshape(-1, values.shape[-1])
    np.savetxt(stream, rows, fmt="%.9g", delimiter=",")
    return f" as {len(rows)} row{'s' * (len(rows) > 1)} of {values.shape[-1]}" if values.ndim > 1 else ""


def _write_json(values: "np.ndarray", stream: Any) -> str:
    stream.write(json.dumps(values.tolist()).encode() + b"\n")
    return ""


def extent(values: "np.ndarray") -> tuple[float, float]:
    """The smallest and the largest finite number; the same twice where they differ by float32's rounding alone.

    Without any finite number both are 0.
    """
    import numpy as np

    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return low, high if high - low > 1e-6 * max(abs(low), abs(high)) else low


def _write_png(values: "np.ndarray", stream: Any) -> str:
    """Values from the lowest to the highest as 0 to 255; three maps are a picture's colours, others tiles."""
    import numpy as np
    from PIL import Image

    values = values.astype(np.float64)  # float32's range has no room for a difference
    finite, (low, high) = np.isfinite(values), extent(values)
    scale = 255 / (high - low or 1.0)
    levels = np.rint((np.clip(np.nan_to_num(values, nan=low), low, high) - low) * scale).astype(np.uint8)
    said = f", scaled: {low:.4g} is 0 (black), {high:.4g} is 255 (white)"
    if low < 0 < high:
        said += f", 0 is {round(-low * scale)}"
    if low == high:
        said = f", every number {low:.4g}: all black" if finite.any() else ", no number in it: all black"
    elif not finite.all():
        said += ", NaN and -inf are black, inf is white"
    # On one axis each channel is a line.
    maps = levels.reshape(1, -1, values.shape[-1]) if values.ndim == 3 else levels.reshape(-1, *values.shape[-2:])
    if values.ndim == 4 and values.shape[:2] == (1, 3):
        said += "; the three channels are red, green and blue"
        pixels = np.ascontiguousarray(maps.transpose(1, 2, 0))
    else:
        count = len(maps)
        across = math.isqrt(count - 1) + 1
        down = -(-count // across)
        maps = np.concatenate([maps, np.zeros((down * across - count, *maps.shape[1:]), np.uint8)])
        height, width = maps.shape[1:]
        pixels = maps.reshape(down, across, height, width).swapaxes(1, 2).reshape(down * height, across * width)
        said += f"; {count} maps side by side, {across} in a row" if count > 1 else ""
    Image.fromarray(pixels).save(stream, "PNG")
    return said


# Each writes the values and says what shape alone doesn't tell.
WRITERS: dict[str, Callable[["np.ndarray", Any], str]] = {
    ".npy": _write_npy,
    ".pt": _write_pt,
    ".csv": _write_csv,
    ".json": _write_json,
    ".png": _write_png,
}


def save(path: Path, values: "np.ndarray", force: bool) -> str:
    """Write an array by the file's suffix; returns what was written, in words."""
    said = write_whole(path, lambda stream: WRITERS[path.suffix.lower()](values, stream), force)
    return f"{list(values.shape)}{said}"
