"""Binary files as arrays: NumPy, torch, pictures and sound. Nothing is unpickled."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from convcli.data.arrays import PICTURE, SIGNAL, Array
from convcli.refusals import ConvcliError

if TYPE_CHECKING:
    import numpy as np


NUMPY = "import numpy as np"


def _stored(path: str, values: "np.ndarray", **more: Any) -> Array:
    """The numbers of a file, which must be real and be there."""
    import numpy as np

    if values.dtype.kind == "c":
        why = f"{path!r} holds complex numbers; the layers here take real ones"
        raise ConvcliError(why, "save .real, .imag or abs() of it")
    if values.dtype.kind not in "fiub":
        raise ConvcliError(f"{path!r} holds {values.dtype}, not numbers", "save it as float32")
    if values.size == 0:
        raise ConvcliError(f"{path!r} holds no values: its shape is {list(values.shape)}")
    values = np.atleast_1d(values)
    return Array(path, values.shape, values, **more)


def _read_npy(path: str) -> Array:
    import numpy as np

    # Copy-on-write: the shape is known at once, the values come when the layer reads them.
    values = np.load(path, mmap_mode="c", allow_pickle=False)
    return _stored(path, values, recipe=f"torch.from_numpy(np.load({path!r})).float()", imports=(NUMPY,))


def read_npz(path: str, member: str = "") -> Array:
    """The array of that name, or the only one."""
    import numpy as np

    with np.load(path, allow_pickle=False) as archive:
        names = archive.files
        if not member and len(names) != 1:
            fix = f"name one: {path}:{names[0]}" if names else "save an array into it"
            raise ConvcliError(f"{path!r} holds {len(names)} arrays: {', '.join(names)}", fix)
        if member and member not in names:
            raise ConvcliError(f"{path!r} has no array {member!r}", f"it has {', '.join(names)}")
        name = member or names[0]
        recipe = f"torch.from_numpy(np.load({path!r})[{name!r}]).float()"
        return _stored(path, archive[name], recipe=recipe, imports=(NUMPY,))


def _read_pt(path: str) -> Array:
    import torch

    alone = "save the tensor alone: torch.save(x, 'x.pt')"
    try:
        loaded = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:
        if "weights_only" not in str(error) and "Unsupported" not in str(error):
            raise
        raise ConvcliError(f"{path!r} holds more than tensors, and loading it could run code", alone) from None
    if not isinstance(loaded, torch.Tensor):
        raise ConvcliError(f"{path!r} holds a {type(loaded).__name__}, not one tensor", alone)
    tensor = loaded.detach()
    if tensor.layout != torch.strided or tensor.is_quantized:
        raise ConvcliError(f"{path!r} holds a sparse or quantized tensor", "save x.to_dense().float()")
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return _stored(path, tensor.numpy(), recipe=f"torch.load({path!r}).float()")


def _read_picture(path: str) -> Array:
    """A picture's first frame, turned upright: channels first, from 0 to 1."""
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(path) as opened:
        frames = getattr(opened, "n_frames", 1)
        picture = ImageOps.exif_transpose(opened)
        if picture.mode not in ("L", "RGB", "RGBA", "I;16", "I;16B", "I", "F"):
            see_through = "transparency" in picture.info or picture.mode in ("LA", "PA", "La")
            picture = picture.convert("RGBA" if see_through else "L" if picture.mode == "1" else "RGB")
        pixels = np.asarray(picture)
    stored_as = pixels.dtype.str[1:]
    highest = {"u1": 255, "u2": 65535, "i4": 65535}.get(stored_as, 1)
    values = np.atleast_3d(pixels.astype(np.float32) / np.float32(highest))
    values = np.ascontiguousarray(values.transpose(2, 0, 1))
    notes = [f"{path!r} has {frames} frames; the first was taken"] if frames > 1 else []
    if len(values) == 4:
        notes.append(f"{path!r} has an alpha channel; it is channel 3")
    # The script reads what was read here: turned upright, scaled to 0–1, channels first.
    plain = stored_as != "u1" or opened.mode == "L"
    converted = "" if plain else f".convert({picture.mode!r})"
    upright = f"ImageOps.exif_transpose(Image.open({path!r})){converted}"
    recipe = f"torch.from_numpy(np.atleast_3d(np.asarray({upright}))).permute(2, 0, 1).float() / {highest}"
    imports = (NUMPY, "from PIL import Image, ImageOps")
    return _stored(path, values, recipe=recipe, notes=tuple(notes), imports=imports, picture=True, axes=PICTURE)


def _read_wav(path: str) -> Array:
    """Every channel of a sound, from -1 to 1."""
    import wave

    import numpy as np

    with wave.open(path, "rb") as sound:
        width, channels = sound.getsampwidth(), sound.getnchannels()
        frames = sound.readframes(sound.getnframes())
    raw = np.frombuffer(frames, np.uint8).reshape(-1, width)
    padded = np.zeros((len(raw), 4), np.uint8)
    padded[:, 4 - width :] = raw ^ 128 if width == 1 else raw  # the only unsigned width of PCM
    values = padded.view("<i4").reshape(-1, channels).T / 2.0**31
    return _stored(path, np.ascontiguousarray(values, np.float32), spelled_out=True, axes=SIGNAL)


PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
READERS: dict[str, Callable[[str], Array]] = {
    ".npy": _read_npy,
    ".npz": read_npz,
    ".pt": _read_pt,
    ".pth": _read_pt,
    ".wav": _read_wav,
    **dict.fromkeys(PICTURES, _read_picture),
}
