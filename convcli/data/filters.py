"""The classic filters: facts, each with its source. Numbers as published, divisors kept apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from convcli.data.arrays import Array


@dataclass(frozen=True, slots=True)
class Filter:
    """A kernel by its name: whole numbers over a divisor, what it does and where it is from."""

    name: str
    rows: tuple[Any, ...]
    about: str
    origin: str
    divisor: int = 1

    @property
    def ndim(self) -> int:
        return 2 if isinstance(self.rows[0], tuple) else 1

    @property
    def array(self) -> Array:
        """The kernel as an array, ready to be a layer's weight."""
        shape = (len(self.rows), len(self.rows[0])) if self.ndim == 2 else (len(self.rows),)
        code = f"torch.tensor({_map(self.rows, float)})" + (f" / {self.divisor}" if self.divisor > 1 else "")
        return Array(self.name, shape, _map(self.rows, lambda v: v / self.divisor), code, self.about)

    @property
    def flipped(self) -> tuple[Any, ...]:
        """The kernel turned round on every axis: what convolution proper slides."""
        return tuple(row[::-1] if self.ndim == 2 else row for row in self.rows[::-1])

    @property
    def flip_effect(self) -> str:
        """What convolution proper gives, compared with cross-correlation."""
        if self.flipped == self.rows:
            return "the same"
        turns = _map(self.flipped, int) == _map(self.rows, lambda v: -v)
        return "every sign turns" if turns else "another picture"


def _map(rows: Any, change: Callable[[int], Any]) -> Any:
    return [_map(item, change) if isinstance(item, tuple) else change(item) for item in rows]


_PAGE = "the usual examples of image kernels, as in the post's picture"
_SOBEL = "Sobel & Feldman, 1968"
_GAUSS = "binomial coefficients, the whole-number Gaussian (Pascal's triangle)"

FILTERS = {
    kernel.name: kernel
    for kernel in (
        Filter("identity", ((0, 0, 0), (0, 1, 0), (0, 0, 0)), "each cell as it is", _PAGE),
        Filter("edge-1", ((1, 0, -1), (0, 0, 0), (-1, 0, 1)), "diagonal edges: corners against corners", _PAGE),
        Filter("edge-2", ((0, 1, 0), (1, -4, 1), (0, 1, 0)), "edges, from the four neighbours", _PAGE),
        Filter("edge-3", ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)), "edges, from all eight neighbours", _PAGE),
        Filter("sharpen", ((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "the picture plus its edges", _PAGE),
        Filter("box-blur", ((1, 1, 1), (1, 1, 1), (1, 1, 1)), "the mean of nine cells", _PAGE, 9),
        Filter("gaussian-blur", ((1, 2, 1), (2, 4, 2), (1, 2, 1)), "a mean that weighs the middle most", _GAUSS, 16),
        Filter(
            "gaussian-5x5",
            ((1, 4, 6, 4, 1), (4, 16, 24, 16, 4), (6, 24, 36, 24, 6), (4, 16, 24, 16, 4), (1, 4, 6, 4, 1)),
            "the same, wider",
            _GAUSS,
            256,
        ),
        Filter("sobel-x", ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), "how fast it gets brighter to the right", _SOBEL),
        Filter("sobel-y", ((-1, -2, -1), (0, 0, 0), (1, 2, 1)), "how fast it gets brighter downwards", _SOBEL),
        Filter(
            "prewitt-x", ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)), "sobel-x, its rows weighing the same", "Prewitt, 1970"
        ),
        Filter(
            "prewitt-y", ((-1, -1, -1), (0, 0, 0), (1, 1, 1)), "sobel-y, its columns weighing the same", "Prewitt, 1970"
        ),
        Filter("laplacian", ((0, 1, 0), (1, -4, 1), (0, 1, 0)), "second derivatives, added; edge-2 is the same", _PAGE),
        Filter("emboss", ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), "lit from one corner, as if raised", "image editors"),
        Filter("moving-average", (1, 1, 1), "the mean of three neighbours", "time series, everywhere", 3),
        Filter("difference", (-1, 1), "each value minus the one before it", "the first difference"),
        Filter("gaussian", (1, 4, 6, 4, 1), "a mean that weighs the middle most", _GAUSS, 16),
    )
}
