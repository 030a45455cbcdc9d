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
from convcli.refusals import Refusal

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
    part: object = None

    @property
    def weight_bytes(self) -> int:
        return BYTES * self.parameters

    @property
    def activation_bytes(self) -> int | None:
        """What the output takes, of one sample."""
        return None if self.output_shape is None else BYTES * prod(self.output_shape)


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
        return self.gives or self.rows[-1].output_shape if self.rows and self.failed is None else None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The input's spatial sizes."""
        return self.input_shape[self.positions :]

    @cached_property
    def sees(self) -> Row | None:
        """Where the field stops to grow: the first of the layers whose cells are places of the input to see most."""
        seeing = [row for row in self.worked if row.sight and row.sight.fields and self.sliding(row)]
        return next((row for row in seeing if self.field(row) == self.field(seeing[-1])), None)

    def sliding(self, row: Row) -> bool:
        """Whether the cells of a layer walk over the input, along each of its axes."""
        sight = row.sight
        if sight is None or not all(each is None for each in sight.together):
            return False
        return all(each.advance for each in sight.fields)

    def field(self, row: Row) -> tuple[tuple[int, str], ...]:
        """How many cells of each input axis a layer's cells see, and how sure that is."""
        if row.sight is None:
            return ()
        return tuple(row.sight.seen(axis) for axis in range(len(row.sight.fields)))

    @property
    def peak_bytes(self) -> int:
        """The most that a layer's input and output take together: what a forward pass needs at once at least."""
        known = [row for row in self.rows if row.output_shape and row.input_shape]
        return max((BYTES * (prod(row.input_shape or ()) + prod(row.output_shape or ())) for row in known), default=0)

    @property
    def training_bytes(self) -> int:
        """All outputs, which training keeps for the way back, and the input."""
        return BYTES * prod(self.input_shape) + sum(row.activation_bytes or 0 for row in self.rows)


@dataclass
class _Worked:
    """What a layer makes of a shape, worked out once for all layers that are alike."""

    made: dict[tuple[Layer, Shape], tuple[Shape, int, tuple[Path, ...], bool] | Refusal] = field(default_factory=dict)

    def of(self, layer: Layer, shape: Shape) -> tuple[Shape, int, tuple[Path, ...], bool]:
        """The output's shape, the MACs, the paths, and whether a norm reads places as a whole."""
        key = (layer, shape)
        known = self.made.get(key)
        if known is None:
            try:
                output = layer.output_shape(shape)
                norm = layer.work.endswith("norm") and any(axis > 1 for axis in layer.averaged(shape))
                known = output, layer.macs(shape), layer.paths(shape), norm
            except Refusal as refusal:
                known = refusal
            self.made[key] = known
        if isinstance(known, Refusal):
            raise known
        return known


NORMS = (
    "a norm of whole maps lets every later cell see the whole input, through a mean; the fields here leave that aside"
)
ORDER = (
    "print(model) shows the layers in the order of __init__, not what forward does with them: functions between them, "
    "layers used twice. The source knows: give the .py file"
)


def work_out(model: Model, input_shape: Sequence[int], positions: int | None = None) -> Chain:
    """Follow an input of a shape, batch first, through the model.

    >>> from convcli.network.notation import read_text
    >>> chain = work_out(read_text("Conv2d(3, 64, 11, stride=4, padding=2); ReLU(); MaxPool2d(3, 2)"), (1, 3, 224, 224))
    >>> chain.output_shape, chain.parameters, chain.macs
    ((1, 64, 27, 27), 23296, 70276800)
    >>> chain.field(chain.rows[-1])
    ((19, 'exact'), (19, 'exact'))
    """
    placed = list(layers(model))
    shape: Shape | None = tuple(input_shape)
    positions = first_position(placed) if positions is None else positions
    sight: Sight | None = Sight.of_input(input_shape, positions)
    worked, rows, notes = _Worked(), [], list(model.notes)
    counted: set[int] = set()
    failed: Failed | None = None
    for i, each in enumerate(placed):
        part, layer = each.part, each.part.layer
        parameters = layer.parameters if layer and id(part) not in counted else 0
        if part.times == 1:
            counted.add(id(part))
        holders = tuple(each.holders)
        if shape is not None and not each.unused and layer is not None and _flattened_before(placed, i, shape):
            flat = Flatten()
            output, macs, paths, _ = worked.of(flat, shape)
            sight = sight.through(paths, shape) if sight else None
            note = "assumed: print(model) doesn't show that forward flattens here"
            rows.append(Row("", "Flatten()", holders[:1], flat, shape, output, 0, 0, sight, note))
            shape = output
        row = Row(each.name, part.code, holders, layer, shape, None, parameters, None, None, part.note, part)
        if each.unused:
            row = _changed(row, input_shape=None, note=part.note or "made, but never called")
        elif layer is None:
            shape = sight = None
            row = _changed(row, note=part.note or f"{part.type} isn't known here")
        elif shape is not None:
            try:
                output, macs, paths, norm = worked.of(layer, shape)
            except Refusal as refusal:
                if _only_printed(each, refusal):
                    notes.append(f"{each.holders[-1].name or each.name}: not a chain as it is printed. {ORDER}")
                    row = _changed(row, note=f"not a chain as printed: gets {list(shape)} if it were")
                    shape = sight = None
                else:
                    failed = Failed(len(rows), each.name, part.code, shape, refusal)
                    shape = sight = None
                    row = _changed(row, note="fails")
            else:
                sight = sight.through(paths, shape) if sight else None
                row = _changed(row, output_shape=output, macs=macs, sight=sight)
                if norm and sight and sight.fields and NORMS not in notes:
                    notes.append(NORMS)
                shape = output
        rows.append(row)
    if failed and not _sure(placed[0]):
        notes.append(ORDER)
    return Chain(model, tuple(input_shape), tuple(rows), failed, tuple(dict.fromkeys(notes)), positions)


def _changed(row: Row, **changes: object) -> Row:
    from dataclasses import replace

    return replace(row, **changes)  # type: ignore[arg-type]


def first_position(placed: Sequence[Placed]) -> int:
    """The input's first spatial axis: after batch and channels, or after the batch where numbers are looked up."""
    first = next((each.part.layer for each in placed if each.part.layer), None)
    return 1 if first is not None and first.work == "embedding" else 2


def _sure(placed: Placed) -> bool:
    """Whether what holds a part runs its parts in the order in which they stand."""
    return all(holder.part.in_order for holder in placed.holders)


def _only_printed(placed: Placed, refusal: Refusal) -> bool:
    """Whether a misfit only says that a printed block, not the whole model, is no chain."""
    return any(not holder.part.in_order for holder in placed.holders[1:])


def _flattened_before(placed: Sequence[Placed], i: int, shape: Shape) -> bool:
    """Whether forward surely flattens before this layer, which a printed model doesn't show.

    So it is where a matrix follows maps, in a model whose own order is only known from its printed form; the place is
    the first of the layers around the matrix that don't care for the shape.
    """
    root = placed[i].holders[0]
    if root.part.in_order or len(shape) < 3:
        return False
    if i and _part_of_root(placed[i]) is _part_of_root(placed[i - 1]):
        return False
    for each in _same_part(placed, i):
        layer = each.part.layer
        if layer is None or not _any_shape(layer):
            return layer is not None and layer.work == "linear" and layer.arguments()["in_features"] != shape[-1]
    return False


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
