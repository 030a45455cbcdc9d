"""Which settings, or which input sizes, give an output."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from convcli.arithmetic.inverse import Setting
from convcli.sizing import Answer, in_common
from convcli.views.widgets import table
from convcli.views.worked import coloured

SHOWN = 8
MUCH = 0.25  # of an axis never read
MOST_STEPS = 9  # sizes of a chain of layers that are written out
RELATION = "{dilation}·({kernel} − 1) − 2·{padding}"
ARGUMENTS = {"kernel": "kernel_size"}
STYLES = {"kernel": "accent", "stride": "accent", "padding": "muted", "dilation": "accent", "output_padding": "muted"}
SAME = "--padding same keeps the size at stride 1 for any kernel, and puts an odd cell on the right"
GROWS = "more comes out than goes in by padding alone; a transposed convolution is what enlarges: --transposed"


def answered(answers: Sequence[Answer]) -> Iterator[RenderableType]:
    """The settings that give an output, the commonest first, or the input sizes that do; together where axes agree."""
    if len(answers) > 1 and "size" in answers[0].fixed and (together := in_common(answers)):
        sizes = " × ".join(f"{answer.fixed['size']:,}" for answer in answers)
        outputs = " × ".join(f"{answer.output:,}" for answer in answers)
        yield Text(f"size {sizes} → output {outputs}", style="bold")
        yield ""
        yield _settings(answers, together)
        yield ""
        yield Text(
            f"the same for {_listed([answer.name for answer in answers])}; each by itself has more", style="muted"
        )
        return
    for i, answer in enumerate(answers):
        yield from [""] * (i > 0)
        if answer.name:
            yield Text(answer.name, style="muted")
        yield from _settled(answer) if "size" in answer.fixed else _sizes(answer)


def _settled(answer: Answer) -> Iterator[RenderableType]:
    yield Text(f"size {answer.fixed['size']:,} → output {answer.output:,}", style="bold")
    yield ""
    yield _settings([answer], [(setting,) for setting in answer.distinct])
    if steps := answer.several_layers():
        yield ""
        yield from _chain([*(each.size for each in steps), answer.output], steps)
    yield from _more(answer)
    for note in _notes(answer):
        yield ""
        yield Text(note, style="muted")


def _listed(words: Sequence[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1]))


def _sizes(answer: Answer) -> Iterator[RenderableType]:
    """A range of sizes, of which layer, and why it is one."""
    setting, count = answer.settings.listed[0], answer.settings.count or 0
    first = setting.size
    span = f"input size {first:,} gives" if count == 1 else f"input sizes {first:,} to {first + count - 1:,} give"
    yield Text(f"{span} an output of {answer.output:,}", style="bold")
    yield Text(f"with {_words(setting)}", style="muted")
    if count > 1:
        why = "they have as many windows, and differ in what the rounding leaves over at the end"
        yield Text(why, style="muted")


def _settings(answers: Sequence[Answer], rows: Sequence[Sequence[Setting]]) -> Table:
    """The commonest settings, each with what it leaves out along the axis where that is most."""
    transposed = answers[0].family == "transposed"
    columns = [name for name in STYLES if transposed or name != "output_padding"]
    made = table(*columns, f"never {'written' if transposed else 'read'}", left=0)
    for column, heading in zip(columns, made.columns, strict=False):
        heading.header = Text(column.replace("_", " "), STYLES[column])
    for i, row in enumerate(rows[:SHOWN]):
        share = max(answer.lost(setting) for answer, setting in zip(answers, row, strict=True))
        numbers = [f"{getattr(row[0], column):,}" for column in columns]
        made.add_row(*numbers, Text(percent(share), "warning" if share else "muted"), style="" if i else "bold")
    return made


def percent(share: float) -> str:
    """A share of the cells; never 0 or 100 where it isn't.

    >>> percent(0), percent(0.5), percent(0.001), percent(0.9999)
    ('–', '50 %', '< 1 %', '> 99 %')
    """
    if not share:
        return "–"
    whole = min(99, max(1, round(100 * share)))
    return (
        f"{'<' if 100 * share < 1 else '>' if 99 < 100 * share < 100 else ''} {whole} %".strip()
        if share < 1
        else "100 %"
    )


def _more(answer: Answer) -> Iterator[RenderableType]:
    """How many there are besides, and what all of them have in common."""
    count, shown = answer.settings.count, answer.distinct[:SHOWN]
    if len(answer.distinct) <= SHOWN and count is not None:
        return
    yield ""
    strides = list(dict.fromkeys(setting.stride for setting in shown))[:3]
    relations = [(stride, relation) for stride in strides if (relation := answer.relation(stride))]
    more = "and more" if count is None else f"and {count - len(shown):,} more"
    yield Text(f"{more}{': every setting for which' if relations else ''}")
    if relations:
        names = {name: f"{answer.fixed.get(ARGUMENTS.get(name, name), name)}" for name in STYLES}
        yield coloured(RELATION + " + {output_padding}" * (answer.family == "transposed"), names)
    for stride, (low, high) in relations:
        values = f"{low:,}" if low == high else f"{low:,} {'or' if low + 1 == high else 'to'} {high:,}"
        yield coloured(f"  is {values} at stride {{stride}}", {"stride": f"{stride:,}"})
    if relations and {setting.stride for setting in answer.settings.listed} - set(strides):
        yield Text("  and likewise at other strides")
    if answer.family == "pool":
        yield Text("with padding of half the kernel at most")
    yield Text("a flag fixes any of them; --json lists up to a thousand", style="muted")


def _notes(answer: Answer) -> Iterator[str]:
    size, output, first = answer.fixed["size"], answer.output, answer.distinct[0]
    transposed, conv = answer.family == "transposed", answer.family == "conv"
    worst = max(answer.distinct[:SHOWN], key=answer.lost)
    if (lost := answer.lost(worst)) > MUCH and not transposed:
        of_picture = f"{100 * (1 - lost) ** 2:.2g} % of a picture"
        yield f"{_words(worst)} reads {100 * (1 - lost):.2g} % of an axis, and so {of_picture}"
    if len(answer.distinct) < len(answer.settings.listed):
        yield "there is a single window: a longer stride is never taken"
    if output == 1 < size and not transposed:
        yield "whatever the size, an adaptive pooling makes it 1: convcli adaptiveavgpool1d --output-size 1"
    if conv and size == output and first.stride == 1:
        yield SAME
    if conv and output > size:
        yield GROWS


def _chain(sizes: list[int], steps: list[Setting]) -> Iterator[RenderableType]:
    """Several layers: the sizes between them, and what each is."""
    shown = [f"{size:,}" for size in sizes]
    if len(shown) > MOST_STEPS:
        shown[3:-2] = ["..."]
    yield Text.assemble(f"usually done by {len(steps)} layers: ", (" → ".join(shown), "bold"))
    last = "" if _words(steps[0]) == _words(steps[-1]) else f"; the last {_words(steps[-1])}"
    yield Text(f"each with {_words(steps[0])}{last}", style="muted")


def _words(setting: Setting) -> str:
    """
    >>> _words(Setting(224, kernel=3, stride=2, padding=1, dilation=1))
    'kernel 3, stride 2, padding 1'
    """
    text = f"kernel {setting.kernel}, stride {setting.stride}, padding {setting.padding}"
    text += f", dilation {setting.dilation}" * (setting.dilation > 1)
    return text + f", output padding {setting.output_padding}" * (setting.output_padding > 0)
