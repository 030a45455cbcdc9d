"""Numbers with a shape, and the Python that makes them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convcli.layers.base import Layer

if TYPE_CHECKING:
    import numpy as np

STDIN = "stdin"  # the source of what came through a pipe
LINE, SIGNAL, PLANE, PICTURE = ("length",), ("channels", "length"), ("height", "width"), ("channels", "height", "width")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Numbers that torch draws: a parameter of the last of these layers, built in their order after one seed of 0."""

    layers: tuple[Layer, ...]
    parameter: str


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers with a shape, and where they came from.

    ``data`` is nested lists, a NumPy array, or what is made of it when it is needed: None is a ramp, and :class:`Drawn`
    what torch draws. ``recipe`` is Python that makes the same torch tensor, ``imports`` and ``setup`` the lines that it
    needs besides torch; an array that is ``spelled_out`` has its numbers written out instead. A ``picture`` is from 0
    to 1, channels first. ``axes`` names the axes, where they are known. Weights that are a layer's have its ``bias``.
    """

    source: str
    shape: tuple[int, ...]
    data: Any = None
    recipe: str = ""
    about: str = ""
    notes: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    spelled_out: bool = False
    picture: bool = False
    axes: tuple[str, ...] = ()
    bias: "Array | None" = None

    @property
    def dtype(self) -> str:
        """The name of the NumPy dtype the numbers were stored in; lists are taken as float32."""
        return str(getattr(self.data, "dtype", "float32"))

    @property
    def code(self) -> str:
        """Python that makes the same torch tensor; where every number is written out, only now."""
        if not self.spelled_out:
            return self.recipe
        numbers = json.dumps(getattr(self.data, "tolist", lambda: self.data)())
        numbers = re.sub("(-?(?:NaN|Infinity))", r"float('\1')", numbers)
        return f"torch.tensor({numbers})"


def ramp(shape: Sequence[int]) -> Array:
    """1, 2, 3 … along the last axis, the same in every row, as in the post's samples."""
    *rows, last = shape
    repeat = f".repeat({', '.join(map(str, (*rows, 1)))})" if rows else ""
    return Array("a ramp", tuple(shape), recipe=f"torch.arange(1.0, {last + 1:.1f}){repeat}")


def extent(values: "np.ndarray") -> tuple[float, float]:
    """The smallest and the largest finite number, or 0; the same twice where float32's rounding alone differs."""
    import numpy as np

    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    return low, high if high - low > 1e-6 * max(abs(low), abs(high)) else low
