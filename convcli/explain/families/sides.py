"""How large maps become on their way through the layers of the user's file, and the pictures that go in."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from convcli.arithmetic.axis import Axis
from convcli.explain.evidence.origin import DATA, KEEPS
from convcli.explain.evidence.source import Made
from convcli.explain.families.viewed import OfView
from convcli.explain.rule import Hypothesis, likely

FAMILY = "view"

LARGEST = 1024  # side of a picture
FROM = rf"{DATA}|^(?:next|iter)$"
USUAL = (28, 32, 64, 96, 128, 224, 256, 299, 512)
RESIZED = ("Resize", "CenterCrop", "RandomCrop", "RandomResizedCrop")
DRAWN = ("rand", "randn", "zeros", "ones")
# Where windows have their numbers: in convolutions, poolings and the functions of both.
CONV, POOL, CALLED = (
    {"kernel_size": 2, "stride": 3, "padding": 4, "dilation": 5},
    {"kernel_size": 0, "stride": 1, "padding": 2, "dilation": 3},
    {"kernel_size": 1, "stride": 2, "padding": 3, "dilation": 9},
)


def window(made: Made) -> Axis | None:
    """The window that a call slides along a side of maps, before their size is known; None for other calls."""
    pools = re.fullmatch(r"(?i)(?:max|avg)_?pool2d", made.callee)
    if not (pools or made.callee == "Conv2d") or made.is_set("ceil_mode") is not False:
        return None
    made = replace(made, places=CONV if not pools else POOL if made.callee[:1].isupper() else CALLED)
    kernel = made.value("kernel_size")
    stride = made.value("stride") if made.node("stride") else kernel if pools else 1
    padding = made.value("padding") if made.node("padding") else 0
    dilation = made.value("dilation") if made.node("dilation") else 1
    if kernel and stride and dilation and padding is not None:
        return Axis(0, kernel, stride, padding, padding, dilation)
    return None


def windows(steps: Sequence[Made]) -> list[Axis]:
    """The windows of calls, the first first; none where one does something else to the sides of maps."""
    of_data = next((i for i, made in enumerate(steps) if re.search(FROM, made.callee)), len(steps))
    found = [window(made) for made in steps[:of_data] if window(made) or not kept(made)]
    return [each for each in reversed(found) if each] if None not in found else []


def kept(made: Made) -> bool:
    return bool(re.search(KEEPS, made.callee)) and not re.search(r"(?i)pool|pad|sample|interpolate", made.callee)


def side_after(slid: Sequence[Axis], side: int) -> int:
    """The side of the maps that windows make of a picture; 0 where it is too small.

    >>> [side_after([Axis(0, kernel=5), Axis(0, kernel=2, stride=2)], side) for side in (3, 21, 32)]
    [0, 8, 14]
    """
    for each in slid:
        side = replace(each, size=side).output if side else 0
    return side


class OfSides(OfView):
    @cached_property
    def sides(self) -> dict[int, int]:
        """The side of the maps that the user's line gets, by that of the picture, as far as its file says that."""
        owner = getattr(getattr(self.viewed, "func", None), "value", None)
        known = len(self.shape) == 2 and owner is not None and not self.generic
        slid = windows(self.case.origin.steps(owner)) if known and owner else []
        return {side: side_after(slid, side) for side in range(1, LARGEST)} if slid else {}

    @property
    def meant(self) -> int:
        """The side of the pictures that the line counts on; 0 where that isn't known."""
        _, counted = self.counted_maps(1)
        fits = [side for side, after in self.sides.items() if after == counted > 0]
        return next((side for side in USUAL if side in fits), fits[0] if fits else 0)

    def other_pictures(self) -> Iterator[Hypothesis]:
        """What a line counts of the maps, ``16 * 5 * 5``, and what the layers of the file make of its pictures."""
        right, come = self.meant, self.drawn() if self.meant else None
        if come is None:
            return
        (made, given), (channels, side) = come, self.counted_maps(1)
        says = f"pictures of {given}×{given} ({made.place}) become {channels} maps of {self.sides[given]}×"
        says += (
            f"{self.sides[given]}, and {channels}·{side}·{side} = {self.shape[1]} are counted, as of {right}×{right}"
        )
        yield likely(says, "data", f"{right}×{right} there, if the network is right, as its weights may be")
        features = channels * self.sides[given] ** 2
        layer = self.case.source.layer("Linear", "", in_features=self.shape[1])
        advice = f"{self.x}.flatten(1), and in_features={features} in the nn.Linear that takes them"
        says = f"the pictures are right, and the network is to be for {given}×{given}"
        yield likely(says, "model", advice, self.flat(), self.remade(layer, in_features=features))

    def drawn(self) -> tuple[Made, int] | None:
        """The call of the file that makes or resizes pictures whose maps have as many elements, and their side."""
        channels, _ = self.counted_maps(1)
        for made in self.case.source.made:
            sizes = list(sizes_of(made)) if made.callee in (*DRAWN, *RESIZED) else []
            side = sizes[-1] or 0 if sizes else 0
            square = len(sizes) in (1, 2) if made.callee in RESIZED else len(sizes) == 4
            features = channels * self.sides.get(side, 0) ** 2
            if not (square and features and sizes[-2:] in ([side], [side, side])):
                continue
            if self.elements % features == 0 and (made.callee in RESIZED or sizes[0] == self.elements // features):
                return made, side
        return None


def sizes_of(made: Made) -> Iterator[int | None]:
    """The sizes that a call is handed, those of a tuple with a star among them."""
    for each in made.call.args:
        if isinstance(each, ast.Starred):
            rows = [value for _, value in made.names.assigned(ast.unparse(each.value), made.file, made.number)]
            inner = rows[0].elts if len(rows) == 1 and isinstance(rows[0], ast.Tuple | ast.List) else [each.value]
        else:
            inner = each.elts if isinstance(each, ast.Tuple | ast.List) else [each]
        yield from map(made.number_of, inner)
