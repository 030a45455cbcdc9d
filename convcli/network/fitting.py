"""Which inputs a model takes: the shape that a size stands for, the smallest that gets through, the one that gives an
output. Worked backwards, one axis at a time; what comes out is held against the model forwards."""

from collections.abc import Sequence
from math import isqrt

from convcli.layers import Layer
from convcli.layers.base import Shape
from convcli.network.chain import Chain, first_position, work_out
from convcli.network.parts import Model, Placed, layers
from convcli.refusals import AXIS_NAMES, NotPositive, Refusal, Spelling, Words

TRIED = (*range(1, 65), 96, 128, 192, 224, 256, 299, 384, 512)  # where working backwards doesn't settle it
MOST_TRIED = 2000  # layers of a model that is tried so often
UNBOUNDED = 2**40


class WrongSize(Refusal):
    values: Sequence[int]
    takes: str
    example: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        why = f"{spell('size', tuple(self.values))} has {len(self.values)} numbers; this model's input is {self.takes}"
        return why, f"try {spell('size', tuple(self.example))}"


class NoSuchOutput(Refusal):
    output: Sequence[int]
    near: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        asked, near = (" × ".join(map(str, sizes)) for sizes in (self.output, self.near))
        return (
            f"no input size gives {asked}: the next that can be is {near}",
            f"try {spell('output', tuple(self.near))}",
        )


class NoMaps(Refusal):
    def said(self, spell: Spelling) -> Words:
        return "this model has no maps whose size follows from the input's", "leave it out"


def shape_of(model: Model, size: Sequence[int]) -> Shape:
    """The input's shape, batch first, of a size that may lack batch and channels.

    Raises:
        NotPositive: an axis of it has nothing.
        WrongSize: it doesn't suit the first layer.
    """
    sequence = list(layers(model))
    ndim, channels = _first_axes(sequence)
    if min(size) < 1:
        raise NotPositive(name="size", value=min(size), values=size)
    if ndim is None:
        return (1, *size)
    if first_position(sequence) == 1:
        shapes = {1: (1, *size), 2: tuple(size)}
    else:
        shapes = {ndim: (1, channels or 1, *size), ndim + 1: (1, *size), ndim + 2: tuple(size)}
    if len(size) not in shapes:
        names = ", ".join(AXIS_NAMES[ndim])
        raise WrongSize(values=size, takes=f"[channels, {names}]", example=(channels or 1, *(32,) * ndim))
    return shapes[len(size)]


def smallest(model: Model) -> Chain:
    """The model on the smallest input that gets through; where none is found, on the one that should."""
    sequence = list(layers(model))
    ndim, channels = _first_axes(sequence)
    if ndim is None:
        features = next((_features(each.part.layer) for each in sequence if _features(each.part.layer)), 1)
        return work_out(model, (1, features))
    first = first_position(sequence)
    lead = (1,) if first == 1 else (1, channels or 1)
    best = work_out(model, (*lead, *_least_sizes(model, sequence, ndim)))
    if best.failed is None or len(sequence) > MOST_TRIED:
        return best
    for size in TRIED:
        chain = work_out(model, (*lead, *(size,) * ndim))
        if chain.failed is None:
            return chain
        if best.failed and chain.failed.index > best.failed.index:
            best = chain
    return best


def sizes_giving(chain: Chain, output: Sequence[int]) -> tuple[str, list[range]]:
    """Which layer's maps are asked for, and the input sizes along each axis that make them of this size.

    Raises:
        NoMaps: there are none; NoSuchOutput: no size does.
    """
    ndim = len(chain.sizes)
    rows = []
    for row in chain.worked:
        if row.layer is None or row.output_shape is None or len(row.output_shape) != len(chain.input_shape):
            break
        if any(row.layer.least_size(axis, 2) == row.layer.least_size(axis, UNBOUNDED) for axis in range(ndim)):
            break
        rows.append(row)
    if not rows or not ndim:
        raise NoMaps()
    targets = tuple(output) * ndim if len(output) == 1 else tuple(output)
    if len(targets) != ndim:
        raise WrongSize(values=output, takes=f"[{', '.join(AXIS_NAMES[ndim])}]", example=(7,) * ndim)
    if min(targets) < 1:
        raise NoSuchOutput(output=targets, near=[max(1, target) for target in targets])
    through = [row.layer for row in rows if row.layer]
    ranges = [
        range(least_through(through, axis, target), least_through(through, axis, target + 1))
        for axis, target in enumerate(targets)
    ]
    if not all(ranges):
        near = work_out(chain.model, (*chain.input_shape[: chain.positions], *(each.start for each in ranges)))
        shape = near.rows[chain.rows.index(rows[-1])].output_shape or ()
        raise NoSuchOutput(output=targets, near=shape[-ndim:])
    return rows[-1].name, ranges


def first_axes(model: Model) -> tuple[int | None, int | None]:
    """How many spatial axes the input has, and how many channels, as far as the first layers tell."""
    return _first_axes(list(layers(model)))


def least_through(through: Sequence[Layer], axis: int, outputs: int) -> int:
    """The smallest size of an axis that gives at least so many outputs after all these layers."""
    for layer in reversed(through):
        outputs = layer.least_size(axis, outputs)
    return max(1, outputs)


def nearly_square(count: int, ndim: int) -> tuple[int, ...]:
    """Sizes as equal as can be whose product is this.

    >>> nearly_square(25, 2), nearly_square(6, 2), nearly_square(16, 3)
    ((5, 5), (2, 3), (1, 4, 4))
    """
    if ndim == 1:
        return (count,)
    if ndim == 2:
        side = next(side for side in range(isqrt(count), 0, -1) if count % side == 0)
        return (side, count // side)
    depths = [depth for depth in range(1, isqrt(count) + 1) if count % depth == 0]
    square = [depth for depth in depths if isqrt(count // depth) ** 2 == count // depth >= depth**2]
    depth = square[-1] if square else 1
    return (depth, *nearly_square(count // depth, 2))


def _features(layer: Layer | None) -> int:
    return int(layer.arguments()["in_features"]) if layer is not None and layer.work == "linear" else 0


def _first_axes(sequence: Sequence[Placed]) -> tuple[int | None, int | None]:
    ndim = channels = None
    embedded = first_position(sequence) == 1
    for each in sequence:
        layer = each.part.layer
        if layer is None or each.unused or _features(layer):
            break
        ndim = ndim or layer.ndim or None
        known = layer.arguments()
        channels = channels or next((known[name] for name in CHANNELS if name in known), None)
        if ndim and (channels or embedded):
            break
    return (ndim or 1 if embedded else ndim), channels


CHANNELS = ("in_channels", "num_features", "num_channels")


def _least_sizes(model: Model, sequence: Sequence[Placed], ndim: int) -> tuple[int, ...]:
    """From the last layer back; where a matrix follows maps, they have to be of exactly its features."""
    targets, features, joined = [1] * ndim, 0, False
    for i in range(len(sequence) - 1, -1, -1):
        layer = sequence[i].part.layer
        if layer is None or sequence[i].unused or layer.ndim not in (0, ndim):
            continue
        if _features(layer):
            targets, features, joined = [1] * ndim, _features(layer), not model.in_order
        elif layer.joins:
            joined = True
        else:
            if features and layer.ndim:
                joint = max(1, features // _channels(sequence[: i + 1]))
                targets = list(nearly_square(joint, ndim)) if joined else targets
                features = 0
            targets = [layer.least_size(axis, target) for axis, target in enumerate(targets)]
    return tuple(max(1, target) for target in targets)


def _channels(sequence: Sequence[Placed]) -> int:
    """How many channels there are after the last of these layers, as far as they say."""
    for each in reversed(sequence):
        known = each.part.layer.arguments() if each.part.layer else {}
        for name in ("out_channels", "num_features", "num_channels"):
            if name in known:
                return int(known[name])
    return 1
