"""Networks side by side, and which input sizes give an output."""

from collections.abc import Callable, Iterator, Sequence
from math import prod

from rich.console import RenderableType
from rich.text import Text

from convcli.network.chain import Chain
from convcli.network.study import Study
from convcli.views.as_json import as_text
from convcli.views.network_table import by_sizes, failure
from convcli.views.network_texts import network_object
from convcli.views.widgets import Screen, labelled, table
from convcli.wording import bytes_in_words, plain

# By its name: what it is called on the screen, and the number.
NUMBERS: dict[str, tuple[str, Callable[[Chain], int | None]]] = {
    "layers": ("layers", lambda chain: len(chain.rows)),
    "parameters": ("parameters", lambda chain: chain.parameters),
    "macs": ("MACs", lambda chain: chain.macs),
    "receptive_field": ("receptive field", lambda chain: chain.sees.seen[-1][0] if chain.sees else None),
    "output_numbers": ("output numbers", lambda chain: prod(chain.output_shape[1:]) if chain.output_shape else None),
    "weight_bytes": ("weights", lambda chain: 4 * chain.parameters),
    "training_bytes": ("activations in training", lambda chain: chain.training_bytes),
}
LABELS = ("input", "output", *(label for label, _ in NUMBERS.values()))
SHORTEST = 12  # columns of the labels, where the screen is narrow


def compared(study: Study, screen: Screen) -> Iterator[RenderableType]:
    """A column for each network, and how the others' numbers stand to the first's."""
    chains, names, first = study.chains, study.names, study.chain
    yield Text(" · ".join(map(plain, names)), style="bold")
    yield ""
    columns = [_column(chain) for chain in chains]
    ratios = _ratios(*chains) if len(chains) == 2 else []
    yield from _beside(columns, ratios, names, screen.width) or _below(columns, ratios, names)
    for chain, name in zip(chains, names, strict=True):
        if chain.failed:
            yield ""
            yield Text(plain(name), style="bold")
            yield from failure(chain)
    if len({chain.input_shape for chain in chains}) > 1 == len({chain.input_shape[1] for chain in chains}):
        yield ""
        yield labelled(
            [("note", f"the inputs differ; --size {'x'.join(map(str, first.input_shape[1:]))} gives all one")]
        )


def _column(chain: Chain) -> list[Text]:
    """What is said of one network, a line for each of ``LABELS``."""
    counts = (Text(_said(name, of(chain))) for name, (_, of) in NUMBERS.items())
    return [Text(by_sizes(chain.input_shape)), _output(chain), *counts]


def _ratios(one: Chain, other: Chain) -> list[Text]:
    """How the numbers of two stand to each other, on the same lines."""
    each = (_ratio(of(other), of(one)) for _, of in NUMBERS.values())
    return [Text(), Text(), *(Text(f"× {ratio:.3g}" if ratio else "") for ratio in each)]


def _beside(
    columns: Sequence[Sequence[Text]], ratios: Sequence[Text], names: Sequence[str], width: int
) -> list[RenderableType]:
    """A column for each; nothing where they don't fit, as no number is broken."""
    headings = [_named(names, i) for i in range(len(columns))]
    every = [*columns, ratios] if ratios else [*columns]
    headings += ["ratio"] * bool(ratios)
    wide = (max(len(heading), *map(len, column)) for heading, column in zip(headings, every, strict=True))
    if SHORTEST + sum(2 + each for each in wide) > width:
        return []
    made = table("", *headings)
    for each in made.columns[1:]:
        each.no_wrap = True
    for label, *cells in zip(LABELS, *every, strict=True):
        made.add_row(Text(label, style="muted"), *cells)
    return [made]


def _below(columns: Sequence[Sequence[Text]], ratios: Sequence[Text], names: Sequence[str]) -> Iterator[RenderableType]:
    """One after the other, and the ratios last."""
    titles = [Text(plain(name), style="bold") for name in names]
    if ratios:
        titles.append(Text("ratio", style="bold"))
    for column, title in zip([*columns, ratios] if ratios else columns, titles, strict=True):
        yield title
        yield labelled((label, str(cell)) for label, cell in zip(LABELS, column, strict=True) if cell)
        yield ""


def _named(names: Sequence[str], i: int) -> str:
    """A short heading: the name, or a letter where that is long."""
    return names[i] if len(names[i]) <= 24 and "\n" not in names[i] else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i % 26]


def _output(chain: Chain) -> Text:
    if chain.failed:
        return Text(f"fails at {plain(chain.failed.name)}", style="wrong")
    return Text(by_sizes(chain.output_shape), style="bold")


def _said(name: str, count: int | None) -> str:
    if count is None:
        return "?"
    return bytes_in_words(count) if name.endswith("_bytes") else f"{count:,}"


def compared_text(study: Study) -> str:
    """The text of ``--json``: each network, and the ratios of their numbers to the first's."""
    chains = study.chains
    ratios = [{name: _ratio(of(chain), of(chains[0])) for name, (_, of) in NUMBERS.items()} for chain in chains]
    networks = [{"named": name} | network_object(chain) for chain, name in zip(chains, study.names, strict=True)]
    return as_text({"networks": networks, "ratios": ratios})


def _ratio(one: int | None, other: int | None) -> float | None:
    return one / other if one is not None and other else None


def sizes_said(study: Study, screen: Screen) -> Iterator[RenderableType]:
    """Which input gives an output of this size."""
    (name, ranges), output = study.sizes, study.output
    least, most = (" × ".join(str(end(sizes)) for sizes in ranges) for end in (min, max))
    asked = " × ".join(map(str, tuple(output) * len(ranges) if len(output) == 1 else output))
    words = f"an input of {least}" if least == most else f"inputs from {least} to {most}"
    yield Text(f"{words} give{'s' * (least == most)} {asked} at {plain(name)}", style="bold")


def sizes_text(study: Study) -> str:
    """The text of ``--json``: the layer, and the first and the last size along each axis."""
    name, ranges = study.sizes
    return as_text({"layer": name, "sizes": [[each.start, each.stop - 1] for each in ranges]})
