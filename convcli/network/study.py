"""What may be shown of one network, or of several side by side: what was asked, and what was worked out of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from convcli.network.blocks import blocks
from convcli.network.chain import Chain, Row, work_out
from convcli.network.fitting import shape_of, sizes_giving, smallest
from convcli.network.looking import row_named
from convcli.network.reading import Named, read_model
from convcli.refusals import ConvcliError

Remark = tuple[str, str]  # a label, and what there is to say


@dataclass(frozen=True)
class Study:
    """Networks on their inputs, worked out, and how they are to be shown."""

    chains: tuple[Chain, ...]
    names: tuple[str, ...] = ("",)  # as they were asked for
    remarks: tuple[Remark, ...] = ()
    depth: int | None = None  # of holders within holders, what is deeper is folded
    columns: tuple[str, ...] = ()
    sort: str = ""
    full: bool = False
    convention: str = ""
    output: tuple[int, ...] = ()  # the size of maps whose inputs are asked for
    receptive: str = ""  # the layer that is looked into
    effective: str = ""  # how much of the input matters to it, in words
    export: str = ""  # the file's name

    @property
    def chain(self) -> Chain:
        """The first network, the only one but where several are compared."""
        return self.chains[0]

    @cached_property
    def row(self) -> Row:
        """The layer that is looked into.

        Raises:
            NoSuchLayer: there is none of this name.
        """
        return row_named(self.chain, self.receptive)

    @cached_property
    def sizes(self) -> tuple[str, list[range]]:
        """Whose maps are asked for, and the input sizes along each axis that give them.

        Raises:
            NoSuchOutput: no size does.
        """
        return sizes_giving(self.chain, self.output)


def check_layer(study: Study) -> None:
    """Refuse a layer that isn't there."""
    study.row  # noqa: B018  (this is what looks for it)


def check_output(study: Study) -> None:
    """Refuse an output that no input gives."""
    study.sizes  # noqa: B018  (this is what looks for it)


def check_drawing(study: Study) -> None:
    """Refuse what can't be one picture."""
    if len(study.chains) > 1:
        raise ConvcliError("a picture has one network", "draw each by itself, without --compare")
    if not study.receptive:
        blocks(study.chain, study.depth)
    elif study.export.lower().endswith(".tex"):
        raise ConvcliError("a receptive field is drawn as .svg or .html, not as TikZ", "name such a file")


def read_networks(names: Sequence[str], size: tuple[int, ...] | None) -> tuple[tuple[Chain, ...], tuple[Remark, ...]]:
    """The networks of these names, read without running them, on an input of a size; what there is to say of the first.

    Raises:
        ConvcliError: there is no such network, or what there is can't be read.
    """
    named = [read_model(name) for name in names]
    chains = tuple(_worked_out(each, size) for each in named)
    return chains, tuple(_remarks(named[0], chains[0], size))


def _worked_out(named: Named, size: tuple[int, ...] | None) -> Chain:
    """A network on the input that was asked for, or its usual one, or the smallest that gets through."""
    if size is not None:
        return work_out(named.model, shape_of(named.model, size))
    return work_out(named.model, (1, *named.size)) if named.size else smallest(named.model)


def _remarks(named: Named, chain: Chain, size: tuple[int, ...] | None) -> Iterator[Remark]:
    """Where the input comes from, and what was published."""
    if size is None and not named.size and chain.failed is None:
        yield "input", "the smallest that gets through; --size says another"
    if named.source:
        yield "source", named.source
    if named.published:
        yield "published", named.published
