"""What there is to feed a layer with: the post's tensors, and some more; and the post's experiments. No computation.

Source: the post "How to train your neural net: intro to CNN" (PyTorch basics). ``blog.json`` holds
its twelve experiments with the numbers it printed; nothing here is ever shown as computed. What isn't the post's is
drawn here, in whole numbers, so that a layer finds something in it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from convcli.data.arrays import LINE, PICTURE, PLANE, SIGNAL, Array, Drawn
from convcli.layers.base import Layer
from convcli.matching import nearest
from convcli.refusals import ConvcliError
from convcli.whole_numbers import whole_numbers
from convcli.wording import ordinal, quoted

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


def _word() -> Array:
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
        _word(),
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
    """One of the post's twelve layers, and what the post printed for it; ``number`` is its place among them, from 1."""

    number: int
    name: str
    type: str
    arguments: dict[str, int]
    input: str
    significant_digits: int | None
    printed: list[Any]
    slips: tuple[str, ...]

    @property
    def layer(self) -> Layer:
        return Layer.of(self.type, **self.arguments)

    def unit(self, printed: float) -> float:
        """One unit of the last printed digit: the fourth decimal, or the last significant digit."""
        if self.significant_digits is None:
            return 1e-4
        exponent = int(f"{printed:e}".split("e")[1])
        return 10.0 ** (exponent - self.significant_digits + 1)

    def as_printed(self, value: float) -> str:
        """A number with as many digits as the post gave it."""
        return f"{value:.4f}" if self.significant_digits is None else f"{value:.{self.significant_digits - 1}e}"


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


@cache
def experiments() -> tuple[Experiment, ...]:
    """The post's experiments, in its order."""
    rows = json.loads(files("convcli.data").joinpath("blog.json").read_text(encoding="utf-8"))
    return tuple(Experiment(number, slips=SLIPS.get(row["name"], ()), **row) for number, row in enumerate(rows, 1))


def experiment(typed: str) -> Experiment:
    """The experiment that a text stands for: ``cnn2d_1``, ``CNN2D-1``, ``2d_1``, or ``9``, the ninth of the post.

    Raises:
        ConvcliError: it stands for none, or for several.
    """
    posts = {_letters(post.name): post for post in experiments()}
    number = whole_numbers(typed)
    if number and typed.isdecimal() and 0 < number[0] <= len(posts):
        return experiments()[number[0] - 1]
    letters = _letters(typed)
    if letters in posts:
        return posts[letters]
    if begun := [post.name for key, post in posts.items() if letters and key.startswith(letters)]:
        raise ConvcliError(f"{quoted(typed)} may be {', '.join(begun)}", "say which")
    near = [] if typed.isdecimal() else [posts[key].name for key in nearest(letters, [*posts][::-1], 2)]
    names = ", ".join(post.name for post in posts.values())
    fix = f"did you mean {' or '.join(near)}?" if near else f"it has {len(posts)}: {names}, or 1 to {len(posts)}"
    raise ConvcliError(f"the post has no experiment {quoted(typed)}", fix)


def as_in_the_post(typed: str) -> str:
    """The name of the experiment that a text spells in any way; else the text.

    >>> as_in_the_post("CNN1D-2"), as_in_the_post("1d_2"), as_in_the_post("1,2")
    ('cnn1d_2', 'cnn1d_2', '1,2')
    """
    return next((post.name for post in experiments() if _letters(post.name) == _letters(typed)), typed)


def _letters(name: str) -> str:
    """What tells the experiments' names apart: ``2d1`` of ``cnn2d_1``."""
    return re.sub(r"^cnn|^conv|[\W_]", "", name.lower())


@cache
def weights_in_the_post() -> dict[str, Array]:
    """Every experiment's weights by its name."""
    return {post.name: weights_of(post) for post in experiments()}


def weights_of(post: Experiment) -> Array:
    """The weights that an experiment's layer had in the post, with its bias: shapes now, numbers when torch draws them.

    The post seeds torch once, so that what a layer gets depends on every layer built before it.
    """
    built = experiments()[: post.number]
    seeded = "torch.manual_seed(0)  # once, then the post's layers in its order"
    setup = (seeded, *(f"{each.name} = {each.layer.code}" for each in built))
    layers = tuple(each.layer for each in built)
    about = f"seed 0 once, the {ordinal(post.number)} layer built"
    bias = Array(post.name, (post.layer.bias_size,), Drawn(layers, "bias"), f"{post.name}.bias", about, setup=setup)
    weight = Drawn(layers, "weight")
    return Array(post.name, post.layer.weight_shape or (), weight, f"{post.name}.weight", about, setup=setup, bias=bias)
