"""The post's tensors and experiments: facts, no computation.

Source: the post "How to train your neural net: intro to CNN" (PyTorch basics). ``blog.json`` holds
its twelve experiments with the numbers it printed; nothing here is ever shown as computed.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from convcli.data.arrays import Array

_TEN, _CODE = [float(i) for i in range(1, 11)], "torch.arange(1.0, 11.0)"
SAMPLES = {
    sample.source: sample
    for sample in (
        Array("input_1d", (10,), _TEN, _CODE, "one sequence of ten numbers"),
        Array("input_2d", (2, 5), [_TEN[:5], _TEN[5:]], f"{_CODE}.view(2, 5)", "a sequence of five with two channels"),
        Array(
            "input_2d_img",
            (3, 3, 10),
            [[_TEN] * 3] * 3,
            f"{_CODE}.repeat(3, 3, 1)",
            "a picture of 3 × 10 pixels with three channels, every row the same",
        ),
    )
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
