"""The post's experiments on the screen: how far its numbers come back, and why not further."""

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice, repeat
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from convcli.data.samples import NEVER_RUN, Experiment
from convcli.views.widgets import INDENT, LABEL, Screen, by_sign, fixed, indented, labelled, table
from convcli.wording import ordinal, short

if TYPE_CHECKING:
    from convcli.engine.replay import Number, Replay

WIDE, NARROW = 80, 50
# A heading, and the terminal's columns from which on there is room for it.
COLUMNS = {
    "channels": WIDE,
    "kernel": WIDE,
    "stride": WIDE,
    "output": NARROW,
    "same\ndigits": 0,
    "off by\nat most": WIDE,
    "relative": 0,
}
APART = {"off by\nunits": 0, "computed": 41, "printed": 41, "exact": 64, "Σ|term|": 64}


def overview(replays: "Sequence[Replay]", screen: Screen) -> Iterator[RenderableType]:
    """The answer, one row an experiment, and the numbers that aren't the same to the last digit."""
    numbers = [number for replay in replays for number in replay.numbers]
    yield answer(numbers)
    if wrong := [replay.experiment.name for replay in replays if not replay.matches]:
        right = len(replays) - len(wrong)
        yield Text(f"{right} of {len(replays)} experiments match; not {', '.join(wrong)}", style="wrong")
    yield Text("computed here by PyTorch: seed 0 once, then the layers built in the post's order", style="muted")
    yield ""
    yield _experiments(replays, screen.width)
    yield ""
    if any(replay.apart for replay in replays):
        yield _apart(replays, screen.width)
        yield ""
        yield labelled(zip(("why", ""), _reasons(numbers), strict=False))
        yield ""
    yield Text(NEVER_RUN)
    looks = ("convcli blog cnn1d_4, or blog 4 (one in full)", "convcli conv1d --weight cnn1d_2 (the post's weights)")
    yield labelled(zip(("next", ""), looks, strict=True))


def _experiments(replays: "Sequence[Replay]", width: int) -> Table:
    """A row for each; in a narrow terminal without what the layer's own screen has."""
    headings = [heading for heading, least in COLUMNS.items() if width >= least]
    rows = table("", "", *headings, left=3 if width >= WIDE else 2)
    for replay in replays:
        post, count = replay.experiment, len(replay.numbers)
        style = "wrong" if not replay.matches else "bold" if replay.apart else ""
        cells: tuple[str | Text, ...] = (
            f"{post.arguments['in_channels']} → {post.arguments['out_channels']}",
            *(Text(str(post.arguments[each]), style="accent") for each in ("kernel_size", "stride")),
            str(list(replay.plan.output_shape)),
            Text(f"{count - len(replay.apart)} of {count}", style=style),
            f"{replay.largest_difference:.1e}",
            f"{replay.largest_relative_difference:.1e}",
        )
        shown = dict(zip(COLUMNS, cells, strict=True))
        rows.add_row(Text(str(post.number), style="muted"), post.name, *(shown[heading] for heading in headings))
    return rows


def title(post: Experiment) -> Iterator[RenderableType]:
    """Which experiment it is, how its weights came about, and the post's slips."""
    built = f"  seed 0 once, the {ordinal(post.number)} layer built"
    yield Text(post.name, style="bold").append(built, "not bold muted")
    yield indented(labelled((("slip", slip) for slip in post.slips), "warning"))


def verdict(replay: "Replay", screen: Screen) -> Iterator[RenderableType]:
    """How many numbers are the same to the last digit, which aren't, and why."""
    said = answer(replay.numbers)
    yield indented(labelled([("post", said.plain)], str(said.style)))
    largest = replay.largest_difference, replay.largest_relative_difference, replay.largest_units
    off = "off by at most {:.1e}, relative {:.1e}, {:.2g} units of the last digit".format(*largest)
    yield indented(labelled([("", off)], "muted"))
    if replay.apart:
        yield ""
        yield indented(_apart([replay], screen.width - INDENT))
        yield ""
        terms = [_terms(number) for number in replay.apart]
        labels = chain(["why"], repeat(""))
        yield indented(labelled(zip(labels, [*terms, *_reasons(replay.numbers)], strict=False)))


def _terms(number: "Number") -> str:
    above, below = (sum(term for term in number.summed if term * sign > 0) for sign in (1, -1))
    return f"--at {_typed(number)}: terms above zero {above:.6f}, below {below:.6f}"


def answer(numbers: "Sequence[Number]") -> Text:
    """How many numbers are the post's."""
    count, same = len(numbers), sum(number.same_digits for number in numbers)
    differ = sum(not number.matches for number in numbers)
    if differ:
        why = f"{differ} of {count} numbers differ by more than float32's rounding"
        return Text(f"NOT the post's: {why}", style="wrong")
    if same == count:
        return Text(f"all {count} numbers agree to the last digit that the post printed", style="bold")
    rest = f"{count - same} to float32's rounding"
    return Text(f"{same} of {count} numbers agree to the last digit, {rest}", style="bold")


def _apart(replays: "Sequence[Replay]", width: int) -> Table:
    """The numbers that differ in their last digits, beside the exact sum of their terms."""
    names = len(replays) > 1
    headings = [heading for heading, least in APART.items() if width - 9 * names >= least]
    rows = table(*[""] * names, "output", *headings, left=1 + names)
    for replay in replays:
        said = replay.experiment.as_printed
        for number in replay.apart:
            name = [replay.experiment.name] * names
            cells = [f"{number.units:.2g}", *map(said, (number.computed, number.printed, number.step.value))]
            cells.append(short(number.magnitude))
            rows.add_row(*name, _typed(number), *cells[: len(headings)])
    return rows


def _typed(number: "Number") -> str:
    """Which output it is, as ``--at`` takes it."""
    return ",".join(map(str, number.output_index))


def _reasons(numbers: "Sequence[Number]") -> Iterator[str]:
    """Why numbers are apart in their last digits, and that they aren't if rounded as by the post's machine."""
    apart = [number.rounding for number in numbers if number.matches and not number.same_digits]
    if not apart:
        return
    bound = " to ".join(dict.fromkeys(f"{each:.1e}" for each in (min(apart), max(apart))))
    yield (
        "Terms that cancel to so little show float32's rounding in the last digit: in any order of summing, n terms "
        f"come within n · 2⁻²⁴ · Σ|term| of the exact sum, here {bound}."
    )
    if all(number.same_digits_then for number in numbers):
        yield (
            "With each weight rounded twice when it is drawn, and the products added to the bias tap by tap, fused, "
            f"all {len(numbers)} come back to the last digit: so the post's machine seems to have rounded."
        )


def printed(replay: "Replay", screen: Screen) -> Iterator[RenderableType]:
    """The numbers as the post printed them."""
    shape, said = replay.plan.output_shape, replay.experiment.as_printed
    wide = max(len(said(number.printed)) for number in replay.numbers)
    label = "printed"
    for (_, channel, *rows), line in groupby(replay.numbers, key=lambda number: number.output_index[:-1]):
        name = f"channel {channel}  " * (shape[1] > 1) + "".join(f"row {row}  " for row in rows if shape[-2] > 1)
        fitting = max(1, (screen.width - INDENT - LABEL - len(name) + 2) // (wide + 2))
        while some := list(islice(line, fitting)):
            text = fixed(" " * INDENT).append(label.ljust(LABEL) + name, "muted")
            for number in some:
                text.append(said(number.printed).rjust(wide), by_sign(number.printed))
                text.append("  " * (number is not some[-1]))
            yield text
            label, name = "", " " * len(name)


def onwards(post: Experiment) -> RenderableType:
    """How to go on from the post's layer."""
    about = "the same, to change" + "; with --seed 0 alone it would be the 1st built" * (post.number > 1)
    return indented(labelled([("", f"{same_layer(post)} ({about})")], "muted"))


def same_layer(post: Experiment) -> str:
    """The layer command that gives the same."""
    stride = post.arguments["stride"]
    return f"convcli {post.type.lower()} --weight {post.name}" + f" --stride {stride}" * (stride > 1)
