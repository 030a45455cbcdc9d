"""A model worked out layer by layer: shapes, parameters, MACs and what each layer sees, up to the one that fails."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

from convcli.layers import Layer
from convcli.layers.base import Path, Shape
from convcli.layers.reshapings import Flatten
from convcli.network.parts import Model, Placed, layers
from convcli.network.sight import Sight
from convcli.network.tensor_calls import Mean
from convcli.refusals import Refusal, Spelling, Words

BYTES = 4  # of a float32


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of the model; what isn't known, because it comes after something unknown or failed, is None."""

    name: str
    code: str
    holders: tuple[Placed, ...]
    layer: Layer | None = None
    input_shape: Shape | None = None
    output_shape: Shape | None = None
    parameters: int = 0
    macs: int | None = None
    sight: Sight | None = None
    note: str = ""
    times: int = 1  # how many alike follow each other
    unused: bool = False

    @property
    def activation_bytes(self) -> int | None:
        """What the output takes, of one sample."""
        return None if self.output_shape is None else BYTES * prod(self.output_shape)

    @property
    def slides(self) -> bool:
        """Whether its cells walk over the input."""
        return self.sight is not None and bool(self.sight.fields) and self.sight.slides

    @property
    def seen(self) -> tuple[tuple[int, str], ...]:
        """How many cells of each input axis its cells see, and how sure that is."""
        return self.sight.seen if self.sight else ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The layer that doesn't take what it gets, and why."""

    index: int
    name: str
    code: str
    input_shape: Shape
    refusal: Refusal


@dataclass(frozen=True)
class Chain:
    """A model and an input, worked out."""

    model: Model
    input_shape: Shape
    rows: tuple[Row, ...]
    failed: Failed | None = None
    notes: tuple[str, ...] = ()
    positions: int = 2  # the first spatial axis of the input
    gives: Shape | None = None  # what a module that ran gave

    @property
    def worked(self) -> tuple[Row, ...]:
        """The rows before the one that fails."""
        return self.rows if self.failed is None else self.rows[: self.failed.index]

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """Of the layers whose sizes are known."""
        return sum(row.macs or 0 for row in self.rows)

    @cached_property
    def most_macs(self) -> int:
        """Those of the layer that has most."""
        return max((row.macs or 0 for row in self.rows), default=0)

    @property
    def output_shape(self) -> Shape | None:
        last = next((row for row in reversed(self.rows) if not row.unused), None)
        return self.gives or last.output_shape if last and self.failed is None else None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The input's spatial sizes."""
        return self.input_shape[self.positions :]

    @cached_property
    def sees(self) -> Row | None:
        """Where the field stops to grow: the first of the layers whose cells are places of the input to see most."""
        sliding = [row for row in self.worked if row.slides]
        return next((row for row in sliding if row.seen == sliding[-1].seen), None)

    @property
    def peak_bytes(self) -> int:
        """The most that a layer's input and output take together: what a forward pass needs at once at least."""
        known = [row for row in self.rows if row.output_shape and row.input_shape]
        return max((BYTES * (prod(row.input_shape or ()) + prod(row.output_shape or ())) for row in known), default=0)

    @property
    def training_bytes(self) -> int:
        """All outputs, which training keeps for the way back, and the input."""
        return BYTES * prod(self.input_shape) + sum(row.activation_bytes or 0 for row in self.rows)


class LooksUpNumbers(Refusal):
    type: str

    def said(self, spell: Spelling) -> Words:
        why = f"nn.{self.type} takes the places of its rows, whole numbers; what comes here are a layer's numbers"
        return why, "put it first, or give it an input of its own"


NORMS = "a norm of whole maps lets every later cell see the whole input, by its mean; the fields here leave that aside"
ORDER = (
    "print(model) shows the layers in the order of __init__, not what forward does with them: functions between them, "
    "layers used twice. The source knows: give the .py file"
)
PRINTED = "in the order in which the layers are written; functions that forward calls between them aren't seen here"
ASSUMED = "assumed: print(model) doesn't show what forward does here"
Made = tuple[Shape, int, tuple[Path, ...], bool]


def work_out(model: Model, input_shape: Sequence[int], positions: int | None = None) -> Chain:
    """Follow an input of a shape, batch first, through the model.

    >>> from convcli.network.notation import read_text
    >>> chain = work_out(read_text("Conv2d(3, 64, 11, stride=4, padding=2); ReLU(); MaxPool2d(3, 2)"), (1, 3, 224, 224))
    >>> chain.output_shape, chain.parameters, chain.macs
    ((1, 64, 27, 27), 23296, 70276800)
    >>> chain.rows[-1].seen
    ((19, 'exact'), (19, 'exact'))
    """
    placed = list(layers(model))
    positions = first_position(placed) if positions is None else positions
    walk = _Walk(placed, tuple(input_shape), Sight.of_input(input_shape, positions))
    for i in range(len(placed)):
        walk.step(i)
    if not all(holder.part.in_order for each in placed for holder in each.holders):
        walk.notes[ORDER if walk.failed else PRINTED] = None
    notes = dict.fromkeys([*model.notes, *walk.notes])
    return Chain(model, tuple(input_shape), tuple(walk.rows), walk.failed, tuple(notes), positions)


@dataclass
class _Walk:
    """One way through the model; without a shape, nothing is known from here on."""

    placed: Sequence[Placed]
    shape: Shape | None
    sight: Sight | None
    rows: list[Row] = field(default_factory=list)
    failed: Failed | None = None
    notes: dict[str, None] = field(default_factory=dict)
    counted: set[tuple[object, ...]] = field(default_factory=set)
    made: dict[tuple[Layer, Shape], Made | Refusal] = field(default_factory=dict)

    def step(self, i: int) -> None:
        """One more layer."""
        placed = self.placed[i]
        part, layer, unused = placed.part, placed.part.layer, placed.unused
        parameters = layer.parameters if layer and placed.itself not in self.counted else 0
        self.counted.add(placed.itself)  # the same again is the same layer, which learns once
        names = (placed.name, part.code, tuple(placed.holders))
        shape, output, macs, note = self.shape, None, None, part.note
        if unused:
            shape, note = None, note or "made, but never called"
        elif layer is None:
            note = note or f"{part.class_name} isn't known here"
            self.lose()
        elif shape is not None:
            for unwritten in _unwritten(self.placed, i, shape):
                self.assume(unwritten, names[2][:1])
                shape = self.shape
            assert shape is not None
            try:
                if layer.work == "embedding" and any(row.output_shape and not _rearranges(row) for row in self.rows):
                    raise LooksUpNumbers(type=layer.type)
                output, macs = self.through(layer, shape)
            except Refusal as refusal:
                note = self.refused(placed, shape, refusal)
        sight = None if output is None else self.sight
        self.rows.append(Row(*names, layer, shape, output, parameters, macs, sight, note, part.times, unused))

    def through(self, layer: Layer, shape: Shape) -> tuple[Shape, int]:
        """The layer's output and its MACs; the walk goes on from there."""
        output, macs, paths, norm = self.of(layer, shape)
        self.shape = output
        self.sight = self.sight.through(paths, shape) if self.sight else None
        if norm and self.sight and self.sight.fields:
            self.notes[NORMS] = None
        return output, macs

    def of(self, layer: Layer, shape: Shape) -> Made:
        """The output's shape, the MACs, the paths, and whether a norm reads places as a whole; alike layers once."""
        known = self.made.get((layer, shape))
        if known is None:
            try:
                norm = layer.work.endswith("norm") and any(axis > 1 for axis in layer.averaged(shape))
                known = layer.output_shape(shape), layer.macs(shape), layer.paths(shape), norm
            except Refusal as refusal:
                known = refusal
            self.made[layer, shape] = known
        if isinstance(known, Refusal):
            raise known
        return known

    def assume(self, layer: Layer, holders: tuple[Placed, ...]) -> None:
        """A step that isn't written."""
        assert self.shape is not None
        shape = self.shape
        output, macs = self.through(layer, shape)
        code = layer.code.removeprefix("nn.")
        self.rows.append(Row("", code, holders, layer, shape, output, 0, macs, self.sight, ASSUMED))

    def refused(self, placed: Placed, shape: Shape, refusal: Refusal) -> str:
        """What is said of a layer that doesn't take what it gets; a printed block needn't be a chain."""
        self.lose()
        around = [holder for holder in placed.holders[1:] if not holder.part.in_order]
        if around:
            self.notes[f"{around[-1].name}: not a chain as it is printed. {ORDER}"] = None
            return f"not a chain as printed: it would get {list(shape)}"
        self.failed = Failed(len(self.rows), placed.name, placed.part.code, shape, refusal)
        return "fails"

    def lose(self) -> None:
        """Nothing is known any more."""
        self.shape = self.sight = None


def _rearranges(row: Row) -> bool:
    """Whether what comes out are the numbers that went in."""
    return row.layer is not None and row.layer.joins


def first_position(placed: Sequence[Placed]) -> int:
    """The input's first spatial axis: after batch and channels, or after the batch where numbers are looked up."""
    first = next((each.part.layer for each in placed if each.part.layer), None)
    return 1 if first is not None and first.work == "embedding" else 2


def _unwritten(placed: Sequence[Placed], i: int, shape: Shape) -> list[Layer]:
    """What forward surely does before this layer, though a printed model doesn't show it: a mean over maps, a Flatten.

    So it is where a matrix follows maps, in a model whose own order is only known from its printed form; the place is
    the first of the layers around the matrix that don't care for the shape.
    """
    root = placed[i].holders[0]
    if root.part.in_order or len(shape) < 3:
        return []
    if i and _part_of_root(placed[i]) is _part_of_root(placed[i - 1]):
        return []
    for each in _same_part(placed, i):
        layer = each.part.layer
        if layer is None or not _any_shape(layer):
            features = layer.arguments()["in_features"] if layer is not None and layer.work == "linear" else shape[-1]
            if features == shape[-1]:
                return []
            averaged = features == shape[1] != prod(shape[1:])
            return [Mean(tuple(range(2, len(shape))))] if averaged else [Flatten()]
    return []


def _part_of_root(placed: Placed) -> object:
    holders = placed.holders
    return holders[1].part if len(holders) > 1 else placed


def _same_part(placed: Sequence[Placed], i: int) -> Iterator[Placed]:
    for each in placed[i:]:
        if _part_of_root(each) is not _part_of_root(placed[i]) and each is not placed[i]:
            return
        yield each


def _any_shape(layer: Layer) -> bool:
    """Whether it is a function of each number, which doesn't care for axes."""
    shape = (1, 2, 4, 4)
    return not layer.ndim and layer.weight_shape is None and layer.paths(shape) == Layer.paths(layer, shape)
