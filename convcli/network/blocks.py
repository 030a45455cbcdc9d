"""A network as blocks whose sizes follow the shapes, the way papers draw it: laid out here, drawn elsewhere."""

from dataclasses import dataclass
from math import log2, prod, sqrt

from convcli.network.chain import Chain, Row
from convcli.refusals import Refusal, Spelling, Words

MOST_BLOCKS = 60
TALLEST, SHORTEST, GAP = 220.0, 10.0, 34.0
LEFT = 64.0  # so that the input's sizes have room
SLANT = 0.35  # how much of its depth a block shows to the right and up
MIDDLE = 30 + TALLEST * (1 + SLANT) / 2  # of every block's front


class TooManyBlocks(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"the picture would have {self.count} blocks; the limit is {MOST_BLOCKS}"
        return why, f"draw a part of the network, or fold it: {spell('depth', 1)}"


@dataclass(frozen=True, slots=True)
class Block:
    """A box: its front's left, top, width and height, how far it goes back, and what stands at it."""

    x: float
    y: float
    width: float
    height: float
    back: float
    above: str  # channels, or features
    beside: str  # sizes
    below: str  # the layer
    failed: bool = False

    @property
    def slant(self) -> float:
        """How far its back is shifted, right and up."""
        return self.back * SLANT


def blocks(chain: Chain, depth: int | None = None) -> list[Block]:
    """One block for the input and one for each layer that changes the shape or learns.

    Raises:
        TooManyBlocks: nobody could look at them.
    """
    drawn = [
        row for row in chain.worked if row.output_shape and (row.parameters or row.output_shape != row.input_shape)
    ]
    if depth is not None:
        drawn = _folded(drawn, depth)
    if len(drawn) >= MOST_BLOCKS:
        raise TooManyBlocks(count=len(drawn) + 1)
    shapes = [("input", chain.input_shape), *((row.code.partition("(")[0], row.output_shape or ()) for row in drawn)]
    largest = max(max(shape[2:], default=1) for _, shape in shapes)
    made: list[Block] = []
    x = LEFT
    for i, (code, shape) in enumerate(shapes):
        name = f"{drawn[i - 1].name} {code}" if i else code
        block = _block(x, shape, name, largest)
        made.append(block)
        x += block.width + block.slant + GAP
    if chain.failed:
        made.append(Block(x, MIDDLE - 30, 24, 60, 0, "", "", f"{chain.failed.name} fails", failed=True))
    return made


def _folded(rows: list[Row], depth: int) -> list[Row]:
    """The last row of each part down to this depth."""
    last = {tuple(row.name.split(".")[:depth]): row for row in rows}
    return list(last.values())


def _block(x: float, shape: tuple[int, ...], name: str, largest: int) -> Block:
    channels, sizes = shape[1] if len(shape) > 1 else shape[0], shape[2:]
    if not sizes:  # features: a thin pillar as high as there are many
        height = min(TALLEST, SHORTEST + 14 * log2(1 + prod(shape[1:])))
        return Block(x, MIDDLE - height / 2, 8, height, 0, f"{channels}", "", name)
    down, across = (sizes[-2] if len(sizes) > 1 else 1), sizes[-1]
    height, back = (max(SHORTEST, TALLEST * sqrt(size / largest)) for size in (down, across))
    if len(sizes) == 1:
        height, back = max(SHORTEST, TALLEST * sqrt(across / largest)), 0
    width = 4 + 6 * log2(1 + channels)
    y = MIDDLE + (SLANT * back - height) / 2
    return Block(x, y, width, height, back, f"{channels}", " × ".join(map(str, sizes)), name)
