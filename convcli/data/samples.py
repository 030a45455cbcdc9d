"""What there is to feed a layer with: the post's tensors, and some more; and the post's experiments. No computation.

Source: the post "How to train your neural net: intro to CNN" (PyTorch basics). ``blog.json`` holds
its twelve experiments with the numbers it printed; nothing here is ever shown as computed. What isn't the post's is
drawn here, in whole numbers, so that a layer finds something in it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from convcli.data.arrays import LINE, PICTURE, PLANE, SIGNAL, Array

_TEN, _CODE = [float(i) for i in range(1, 11)], "torch.arange(1.0, 11.0)"
_PICTURE = (
    "000000000000",
    "099999000000",
    "099999040404",
    "099999004040",
    "099999040404",
    "099999004040",
    "000000000000",
    "900000000000",
    "090000012345",
    "009000012345",
    "000900012345",
    "000090012345",
)
_WAVE = [0, 2, 3, 2, 0, -2, -3, -2, 0, 0, 0, 5, 5, 5, 5, 5, 0, 0, 0, 9, 0, 0, 0, 0]
_WORD = "banana"
LABELS = {"word": "".join(sorted(set(_WORD)))}  # by the sample: what its rows are called, a letter each


def _rows(texts: Iterable[str]) -> list[list[float]]:
    return [[float(digit) for digit in text] for text in texts]


def _letters() -> Array:
    """Each letter of a word is a channel, 1 where the letter stands."""
    letters = LABELS["word"]
    rows = [[float(letter == other) for other in _WORD] for letter in letters]
    code = f"torch.tensor([[float(c == letter) for c in {_WORD!r}] for letter in {letters!r}])"
    about = f"the word {_WORD}, a channel for each of its letters {', '.join(letters)}"
    return Array("word", (len(letters), len(_WORD)), rows, code, about, axes=SIGNAL)


SAMPLES = {
    sample.source: sample
    for sample in (
        Array("input_1d", (10,), _TEN, _CODE, "the post's sequence of ten numbers", axes=LINE),
        Array(
            "input_2d",
            (2, 5),
            [_TEN[:5], _TEN[5:]],
            f"{_CODE}.view(2, 5)",
            "the post's sequence of five with two channels",
            axes=SIGNAL,
        ),
        Array(
            "input_2d_img",
            (3, 3, 10),
            [[_TEN] * 3] * 3,
            f"{_CODE}.repeat(3, 3, 1)",
            "the post's picture of 3 × 10 pixels with three channels, every row the same",
            axes=PICTURE,
        ),
        Array(
            "picture",
            (12, 12),
            _rows(_PICTURE),
            f"torch.tensor([[float(c) for c in row] for row in {' '.join(_PICTURE)!r}.split()])",
            "a square with edges and corners, a texture, a diagonal and a slope, from 0 to 9",
            axes=PLANE,
        ),
        Array(
            "wave",
            (len(_WAVE),),
            [float(value) for value in _WAVE],
            f"torch.tensor({_WAVE}).float()",
            "a wave, a step and a spike",
            axes=LINE,
        ),
        _letters(),
    )
}
LARGER = {1: "wave", 2: "picture"}  # by the axes of a layer whose window doesn't fit the post's sample

# By the sample: a command that is worth trying with it, and what there is to see.
TRY = {
    "input_1d": ("conv1d --weight 1,0,-1 --at 0", "one sum, by hand"),
    "input_2d": ("conv1d -i input_2d --at 0", "both channels in one sum"),
    "input_2d_img": ("conv2d --out 5", "three channels in, five out"),
    "picture": ("conv2d -i picture --weight sobel-x --show", "its edges"),
    "wave": ("conv1d -i wave --weight difference --show", "where it changes"),
    "word": ('conv1d -i word --weight "[[[0,1],[0,0],[1,0]]]"', "2 where it says na"),
}

# For what each is taken by itself: a number of axes, and channels if any were asked for.
_FITTING = {
    "input_1d": ((1, None), (1, 1)),
    "input_2d": ((1, 2),),
    "input_2d_img": ((2, None), (2, 3), (3, None), (3, 1)),
}


def sample_for(ndim: int, channels: int | None) -> Array | None:
    """The post's sample for a layer, or None where no sample has these channels."""
    return next((SAMPLES[name] for name, fitting in _FITTING.items() if (ndim, channels) in fitting), None)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One of the post's twelve layers, and what the post printed for it."""

    name: str
    type: str
    arguments: dict[str, int]
    input: str
    significant_digits: int | None
    printed: list[Any]
    slips: tuple[str, ...]

    def tolerance(self, printed: float) -> float:
        """Half a unit of the last printed digit: 4 decimals, or 5 significant digits."""
        if self.significant_digits is None:
            return 0.5e-4
        exponent = int(f"{printed:e}".split("e")[1])
        return 0.5 * 10.0 ** (exponent - self.significant_digits + 1)


_NEVER_READ = "The post doesn't say that the last {what} is never read: with stride 2 the windows end before it."
_THREE_CHANNELS = (
    'The post calls this "2D input" and its figure shows one channel; the tensor has three, and each '
    "output sums over all of them."
)
SLIPS = {
    "cnn1d_2": (_NEVER_READ.format(what="sample"),),
    "cnn1d_4": (
        "The post's text says stride 2. Its code and its output have stride 1: 8 values, where stride 2 would give 4.",
    ),
    "cnn2d_1": (_THREE_CHANNELS,),
    "cnn2d_2": (_NEVER_READ.format(what="column"), _THREE_CHANNELS),
    "cnn2d_3": (_THREE_CHANNELS,),
    "cnn2d_4": (_THREE_CHANNELS,),
}
NEVER_RUN = "The post describes padding and pooling but runs neither; here both are flags away."


def experiments() -> list[Experiment]:
    """The post's experiments, in its order."""
    rows = json.loads(files("convcli.data").joinpath("blog.json").read_text(encoding="utf-8"))
    return [Experiment(slips=SLIPS.get(row["name"], ()), **row) for row in rows]
