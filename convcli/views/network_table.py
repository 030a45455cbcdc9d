"""A network on the screen: the answer first, then a line for each layer, and what the numbers mean."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from convcli.layers import Layer
from convcli.layers.base import written
from convcli.network.chain import Chain
from convcli.network.constants import shortened
from convcli.network.counting import CONVENTIONS, counted
from convcli.network.outline import Line, outline
from convcli.network.remedies import arithmetic, remedies
from convcli.network.study import Study
from convcli.refusals import in_python
from convcli.views.widgets import Screen, labelled, table
from convcli.wording import bytes_in_words, plain

DEEPEST = 8  # steps that a line is moved in
MOST_LINES = 120  # that anybody looks at; of more, the first and the last
BAR = 3
SIGNS = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "groups": "g", "output_padding": "op"}
JOINED = (("in_channels", "out_channels"), ("in_features", "out_features"), ("num_embeddings", "embedding_dim"))
SHORTEST = 22  # columns of the layers' names, where the screen is narrow


@dataclass(frozen=True)
class Column:
    """A column: its heading, and what it says of a line."""

    heading: str
    cell: Callable[[Line], str]
    left: bool = False


def by_sizes(values: Sequence[int] | None) -> str:
    """A shape without its batch.

    >>> by_sizes((1, 64, 55, 55))
    '64×55×55'
    """
    return "?" if values is None else "×".join(map(str, values[1:]))


def axes_said(values: Sequence[Any]) -> str:
    """One value where all axes have the same."""
    texts = [str(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def brief(layer: Layer | None, code: str) -> str:
    """A layer in few words.

    >>> brief(Layer.of("conv2d", in_channels=3, out_channels=64, kernel_size=11, stride=4), "")
    'Conv2d 3→64 k11 s4'
    """
    if layer is None or code.startswith("x."):
        return code
    known, assumed = layer.arguments(), layer.assumed()
    words, said = [layer.type], set()
    for one, other in JOINED:
        if one in known and other in known:
            words.append(f"{known[one]}→{known[other]}")
            said |= {one, other}
    for name, value in known.items():
        usual = written(value) == written(assumed[name]) and name not in layer.positional
        if usual or name in (*said, "inplace"):
            continue
        each = axes_said(value) if isinstance(value, tuple) and value else str(value)
        if name in SIGNS:
            words.append(f"{SIGNS[name]}{each}")
        elif value is False:
            words.append(f"no {name}")
        elif name in layer.positional or name == "kernel_size":
            words.append(each)
        else:
            words.append(f"{name}={each}")
    if known.get("groups", 1) == known.get("in_channels") != 1:
        words = [word for word in words if word != f"g{known['groups']}"] + ["depthwise"]
    return " ".join(words)


def _name(line: Line) -> str:
    what = brief(line.row.layer, line.code) if line.row else line.code
    times = f"{line.times} × " if line.times > 1 else ""
    return f"{'  ' * min(line.depth, DEEPEST)}{line.label or '·'} {times}{what}"


def _field(line: Line) -> str:
    seen = line.last.seen
    if not seen:
        return ""
    if all(sure == "whole input" for _, sure in seen):
        return "all"
    least = "≤" if any(sure == "upper bound" for _, sure in seen) else ""
    return least + axes_said([count for count, _ in seen])


def _sure(line: Line) -> str:
    seen = line.last.seen
    return axes_said([sure for _, sure in seen]) if seen else ""


def _jump(line: Line) -> str:
    sight = line.last.sight
    if sight is None or not sight.fields or not line.last.slides:
        return ""
    return axes_said([field.jump for field in sight.fields])


def _bar(line: Line, chain: Chain) -> str:
    if line.row is None or not line.macs or not chain.macs:
        return ""
    eighths = round(8 * BAR * line.macs / chain.most_macs)
    return "█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip() if eighths else "▏"


def _argument(name: str) -> Callable[[Line], str]:
    def cell(line: Line) -> str:
        value = line.row.layer.arguments().get(name) if line.row and line.row.layer else None
        return (
            ""
            if value is None or isinstance(value, bool)
            else axes_said(value)
            if isinstance(value, tuple)
            else str(value)
        )

    return cell


def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}" if value else "·"


def _bytes(line: Line) -> str:
    count = sum(row.activation_bytes or 0 for row in line.rows)
    return bytes_in_words(count) if count else "·"


COLUMNS = {
    "layer": Column("layer", _name, left=True),
    "input": Column("input", lambda line: by_sizes(line.rows[0].input_shape), left=True),
    "output": Column("output", lambda line: by_sizes(line.last.output_shape), left=True),
    **{
        name: Column(name.partition("_")[0], _argument(name))
        for name in ("kernel_size", "stride", "padding", "dilation")
    },
    "parameters": Column("parameters", lambda line: _count(line.parameters)),
    "macs": Column("MACs", lambda line: _count(line.macs), left=True),
    "field": Column("field", _field),
    "jump": Column("jump", _jump),
    "weights": Column("weights", lambda line: bytes_in_words(4 * line.parameters) if line.parameters else "·"),
    "activations": Column("activations", _bytes),
    "sure": Column("sure", _sure, left=True),
}
USUAL = ("layer", "output", "parameters", "macs", "field", "jump")
LEAST_WANTED = ("jump", "field", "macs", "parameters")  # left out first on narrow screens
SORTED: dict[str, Callable[[Line], int]] = {
    "macs": lambda line: line.macs or 0,
    "parameters": lambda line: line.parameters,
    "activations": lambda line: sum(row.activation_bytes or 0 for row in line.rows),
}


def shown(study: Study, screen: Screen) -> Iterator[RenderableType]:
    """The whole screen."""
    chain = study.chain
    yield from answer(chain)
    yield ""
    yield _table(study, screen)
    if chain.failed:
        yield ""
        yield from failure(chain)
    yield ""
    yield labelled(footnotes(study))


def answer(chain: Chain) -> Iterator[RenderableType]:
    """What the model makes of the input, and its three numbers."""
    name = plain(chain.model.name) or "the model"
    head = Text(f"{name}  {list(chain.input_shape)} → ", style="bold")
    if chain.failed:
        head.append(f"fails at {plain(chain.failed.name)}", style="wrong")
    else:
        head.append(str(list(chain.output_shape)) if chain.output_shape else "unknown")
    yield head
    known = "" if chain.output_shape or chain.failed else ", as far as it is known"
    counts = f"{chain.parameters:,} parameters · {chain.macs:,} MACs{known}"
    if row := chain.sees:
        field = " × ".join(str(count) for count, _ in row.seen)
        counts += f" · receptive field {field} at {shortened(plain(row.name), 40)}"
    yield Text(counts)


def lines_of(study: Study) -> list[Line]:
    """The lines that are asked for, in their order."""
    lines = outline(study.chain, study.depth, not study.full)
    if not study.sort:
        return lines
    leaves = [line for line in outline(study.chain, None, False) if line.row]
    for line in leaves:
        line.depth, line.label = 0, line.row.name if line.row else line.label
    return sorted(leaves, key=SORTED[study.sort], reverse=True)


def _table(study: Study, screen: Screen) -> RenderableType:
    chain, lines = study.chain, lines_of(study)
    left_out = 0 if study.full or len(lines) <= MOST_LINES else len(lines) - MOST_LINES
    if left_out:
        lines = [*lines[: MOST_LINES - 20], *lines[-20:]]
    names = list(study.columns or USUAL)
    cells = {name: [COLUMNS[name].cell(line) for line in lines] for name in names}
    if not study.columns:
        names = _fitting(names, cells, screen.width)
    headings = {name: COLUMNS[name].heading for name in names}
    if "macs" in names:
        wide = max(map(len, [*cells["macs"], COLUMNS["macs"].heading]))
        bars = [_bar(line, chain) for line in lines]
        headings["macs"] = f"{headings['macs']:>{wide}}"
        cells["macs"] = [f"{count:>{wide}} {bar:{BAR}}" for count, bar in zip(cells["macs"], bars, strict=True)]
    made = table(*headings.values())
    for name, column in zip(names, made.columns, strict=True):
        column.justify = "left" if COLUMNS[name].left else "right"
        column.no_wrap = name != "layer"
    failed = chain.failed.index if chain.failed else None
    for i, line in enumerate(lines):
        if left_out and i == MOST_LINES - 20:
            made.add_row(Text(f"… {left_out:,} more: --full shows all, --depth 1 folds them", style="muted"))
        made.add_row(*(_styled(name, cells[name][i], line, chain, failed) for name in names))
    return made


def _styled(name: str, text: str, line: Line, chain: Chain, failed: int | None) -> Text:
    if failed is not None and line.row is chain.rows[failed]:
        return Text(f"{text} ✗" if name == "layer" else text.replace("?", ""), style="wrong")
    if line.row is None:
        return Text(text, style="bold" if name == "layer" else "muted")
    if line.row.output_shape is None or text.strip() == "·":
        return Text(text, style="muted")
    return Text(text, style="accent" if name in ("field", "jump") else "")


def _fitting(names: Sequence[str], cells: dict[str, list[str]], width: int) -> list[str]:
    """The columns that have room; of those that haven't, the least wanted go first."""
    kept = [*names]
    for name in LEAST_WANTED:
        wide = {each: max(map(len, [COLUMNS[each].heading, *cells[each]])) for each in kept}
        wide["layer"] = min(wide["layer"], max(SHORTEST, width // 3))
        if sum(wide.values()) + 2 * len(kept) - 2 + (BAR + 1) * ("macs" in kept) <= width:
            break
        kept.remove(name)
    return kept


def failure(chain: Chain) -> Iterator[RenderableType]:
    """Why the layer doesn't take what it gets, and what to change."""
    failed = chain.failed
    assert failed is not None
    yield Text(f"{plain(failed.name)}  {plain(failed.code)}", style="wrong").append(
        f" gets {list(failed.input_shape)}", style="default not bold"
    )
    why, fix = failed.refusal.words(in_python)
    rows = [("why", why)]
    if said := arithmetic(chain):
        rows.append(("", said))
    for i, remedy in enumerate(remedies(chain)):
        rows.append(("or" if i else "change", f"{remedy.code}{'  ' + remedy.says if remedy.says else ''}"))
    if len(rows) < 2 or rows[-1][0] == "":
        rows.append(("change", fix))
    yield labelled(rows)


def footnotes(study: Study) -> Iterator[tuple[str, str]]:
    """Each convention once, and what there is to say about the reading."""
    chain = study.chain
    products = "multiply-accumulates by weights, of one sample; bias, norms and poolings not counted"
    yield "MACs", f"{products}; {2 * chain.macs:,} FLOPs"
    if study.convention:
        yield study.convention, said_by(chain, study.convention)
    forward, training = bytes_in_words(chain.peak_bytes), bytes_in_words(chain.training_bytes)
    yield (
        "memory",
        f"weights {bytes_in_words(4 * chain.parameters)}; activations {forward} at once, {training} in training",
    )
    fields = [row.seen for row in chain.worked]
    kinds = {sure for field in fields for _, sure in field}
    if "upper bound" in kinds:
        yield "field", "≤: cells differ in how much they see, and this is the most"
    if "flattened" in kinds:
        yield "field", "behind a Flatten, each number still sees what its own cell saw"
    yield from ((label, plain(text)) for label, text in study.remarks)
    for note in chain.notes:
        yield "note", plain(note)
    yield from _noted(chain)


def _noted(chain: Chain) -> Iterator[tuple[str, str]]:
    """What there is to say of layers; the same of several once."""
    named: dict[str, list[str]] = {}
    for i, row in enumerate(chain.rows):
        if row.note and row.output_shape is None and row.note != "fails":
            named.setdefault(row.note, []).append(row.name)
        elif row.note and row.output_shape is not None and i + 1 < len(chain.rows):
            named.setdefault(row.note, []).append(f"before {chain.rows[i + 1].name}")
    for note, names in named.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield "note", f"{plain(', '.join(names[:3]))}{more}: {plain(note)}"


def said_by(chain: Chain, name: str) -> str:
    """A tool's own count, and how it counts."""
    convention = CONVENTIONS[name]
    return f"{counted(chain, name):,} {convention.unit}: {convention.says}"
