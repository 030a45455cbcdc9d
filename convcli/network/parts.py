"""A model as it was written: layers, and what holds them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from convcli import matching
from convcli.layers import LAYERS, Layer, without_windows  # noqa: F401  (enters the layers without windows)
from convcli.refusals import Refusal, Spelling, Words

MOST_LAYERS = 100_000
# What torch.nn has besides the layers of the house; a name that is in neither is no torch.nn class.
ELSEWHERE = frozenset(
    """
    AdaptiveLogSoftmaxWithLoss Bilinear Buffer Container CosineSimilarity CrossMapLRN2d DataParallel EmbeddingBag Fold
    FractionalMaxPool2d FractionalMaxPool3d GRU GRUCell LSTM LSTMCell LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d
    LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d LazyInstanceNorm1d
    LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear MaxUnpool1d MaxUnpool2d MaxUnpool3d Module MultiheadAttention
    PairwiseDistance Parameter ParameterDict ParameterList RNN RNNBase RNNCell RNNCellBase Softmax2d Softmin
    SyncBatchNorm Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer
    UninitializedBuffer UninitializedParameter
    """.split()  # noqa: SIM905
)
# What prints under another name and is the same layer.
ALIASES = {"nondynamicallyquantizablelinear": "linear", "frozenbatchnorm2d": "batchnorm2d"}
IN_ORDER = ("sequential", "list", "tuple")
HOLDERS = (*IN_ORDER, "modulelist", "moduledict", "ordereddict", "dict")


class TooManyLayers(Refusal):
    def said(self, spell: Spelling) -> Words:
        return f"the model has more than {MOST_LAYERS:,} layers, repeated ones counted", "give a part of it"


@dataclass(slots=True)
class Part:
    """A layer, known or not, or what holds others.

    ``name`` is what it is called within what holds it, ``offset`` where it was written. ``parts`` is None for a layer;
    ``in_order`` says that what holds others surely runs them one after the other. ``times`` of them follow each other.
    ``note`` says why a layer isn't known. A part that stands in several places is one layer, used again.
    """

    name: str
    class_name: str  # as it was written
    offset: int = 0
    layer: Layer | None = None
    parts: "list[Part] | None" = None
    in_order: bool = True
    times: int = 1
    note: str = ""
    unused: bool = False  # made, but never called

    @property
    def code(self) -> str:
        """As Python has it, without ``nn.``."""
        return self.layer.code.removeprefix("nn.") if self.layer else self.class_name

    @property
    def label(self) -> str:
        """What it is called in a list: its first number where it is repeated."""
        return self.name.partition("-")[0] if self.times > 1 else self.name


@dataclass(frozen=True, slots=True)
class Model:
    """A model that was read: its parts, and what there is to say about reading it."""

    name: str
    parts: list[Part]
    in_order: bool = True
    notes: tuple[str, ...] = ()
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A part in its place within the model; ``holder`` is what holds it, None for the model itself."""

    part: Part
    label: str = ""
    holder: "Placed | None" = field(default=None, repr=False)

    @property
    def holders(self) -> "list[Placed]":
        """What holds it, from the model itself inwards."""
        around, each = [], self.holder
        while each is not None:
            around.append(each)
            each = each.holder
        return around[::-1]

    @property
    def itself(self) -> tuple[object, ...]:
        """What tells it from others: repeated parts are several, a part in several places is one."""
        around = [*self.holders, self]
        return (id(self.part), *(each.label for each in around if each.part.times > 1))

    @property
    def unused(self) -> bool:
        """Whether it, or what holds it, is never called."""
        return self.part.unused or any(holder.part.unused for holder in self.holders)

    @property
    def name(self) -> str:
        """Its full name, ``features.0``."""
        return ".".join([*(each.label for each in self.holders[1:]), self.label])


def layers(model: Model) -> Iterator[Placed]:
    """Every layer in the order in which it stands, repeated ones each time.

    Raises:
        TooManyLayers: there are more than a hundred thousand.
    """
    root = Placed(Part("", model.name, parts=model.parts, in_order=model.in_order))
    stack, count = [_within(root)], 0
    while stack:
        placed = next(stack[-1], None)
        if placed is None:
            stack.pop()
        elif placed.part.parts is not None:
            stack.append(_within(placed))
        else:
            count += 1
            if count > MOST_LAYERS:
                raise TooManyLayers()
            yield placed


def _within(holder: Placed) -> Iterator[Placed]:
    for part in holder.part.parts or ():
        if part.times == 1:
            yield Placed(part, part.name, holder)
        else:
            start = int(part.label) if part.label.isdigit() else 0
            yield from (Placed(part, str(start + i), holder) for i in range(part.times))


def known(name: str) -> type[Layer] | None:
    """The layer of a torch.nn class in any case of letters, or of what is the same under another name."""
    lower = name.rpartition(".")[2].lower()
    return LAYERS.get(ALIASES.get(lower, lower))


def nearest(name: str) -> str:
    """The layer that was probably meant; empty where none comes near."""
    near = matching.nearest(name.rpartition(".")[2], LAYERS, 1)
    return LAYERS[near[0]].__name__ if near else ""


def renamed(parts: Sequence[Part]) -> list[Part]:
    """Parts without a name get their number, as in a Sequential."""
    return [part if part.name else replace(part, name=str(i)) for i, part in enumerate(parts)]
