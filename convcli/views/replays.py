"""The post's experiments on the screen: how far its numbers come back, and why not further."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from convcli.data.samples import NEVER_RUN, Experiment
from convcli.views.widgets import fixed, labelled, table
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
APART = {"off by": 0, "computed": NARROW, "printed": NARROW, "exact": WIDE, "Σ|term|": WIDE}


def overview(replays: "Sequence[Replay]", width: int) -> Iterator[RenderableType]:
    """The answer, one row an experiment, and the numbers that aren't the same to the last digit."""
    numbers = [number for replay in replays for number in replay.numbers]
    yield answer(numbers)
    if wrong := [replay.experiment.name for replay in replays if not replay.matches]:
        right = len(replays) - len(wrong)
        yield Text(f"{right} of {len(replays)} experiments match; not {', '.join(wrong)}", style="wrong")
    yield Text("computed here by PyTorch: seed 0 once, then the layers built in the post's order", style="muted")
    yield ""
    yield _experiments(replays, width)
    yield ""
    if any(replay.apart for replay in replays):
        yield _apart(replays, width)
        yield ""
        yield from _reasons(numbers)
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
    for slip in post.slips:
        yield Text(f"slip: {slip}", style="warning")
    yield ""


def verdict(replay: "Replay", width: int) -> Iterator[RenderableType]:
    """How many numbers are the same to the last digit, which aren't, and why."""
    yield ""
    yield answer(replay.numbers)
    largest = replay.largest_difference, replay.largest_relative_difference, replay.largest_units
    said = "off by at most {:.1e}, relative {:.1e}, in units of the last digit {:.2g}".format(*largest)
    yield Text(said, style="muted")
    if replay.apart:
        yield ""
        yield _apart([replay], width)
        yield ""
        for number in replay.apart:
            above, below = (sum(term for term in number.summed if term * sign > 0) for sign in (1, -1))
            cell = _typed(number)
            yield Text(f"out[{cell}]: terms above zero {above:.6f}, below {below:.6f} (--at {cell} has each)")
        yield from _reasons(replay.numbers)


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
    return Text(f"{same} of {count} numbers agree to the last digit printed, {rest}", style="bold")


def _apart(replays: "Sequence[Replay]", width: int) -> Table:
    """The numbers that differ in their last digits, beside the exact sum of their terms."""
    names = len(replays) > 1
    headings = [heading for heading, least in APART.items() if width >= least]
    rows = table(*[""] * names, "output", *headings, left=1 + names)
    for replay in replays:
        said = replay.experiment.as_printed
        for number in replay.apart:
            name = [replay.experiment.name] * names
            cells = [f"{number.units:.2g} units", *map(said, (number.computed, number.printed, number.step.value))]
            cells.append(short(number.magnitude))
            rows.add_row(*name, _typed(number), *cells[: len(headings)])
    return rows


def _typed(number: "Number") -> str:
    """Which output it is, as ``--at`` takes it."""
    return ",".join(map(str, number.output_index))


def _reasons(numbers: "Sequence[Number]") -> Iterator[Text]:
    """Why numbers are apart in their last digits, and that they aren't if rounded as by the post's machine."""
    apart = [number.rounding for number in numbers if number.matches and not number.same_digits]
    if not apart:
        return
    bound = " to ".join(dict.fromkeys(f"{each:.1e}" for each in (min(apart), max(apart))))
    yield Text(
        "Terms that cancel to so little show float32's rounding in the last digit: in any order of summing, n terms "
        f"come within n · 2⁻²⁴ · Σ|term| of the exact sum, here {bound}."
    )
    if all(number.same_digits_then for number in numbers):
        yield Text(
            "With each weight rounded twice when it is drawn, and the products added to the bias tap by tap, fused, "
            f"all {len(numbers)} come back to the last digit: so the post's machine seems to have rounded."
        )


def printed(replay: "Replay", width: int) -> Iterator[RenderableType]:
    """The numbers as the post printed them, and how to go on from its layer."""
    shape, said = replay.plan.output_shape, replay.experiment.as_printed
    yield Text("the post printed", style="muted")
    wide = max(len(said(number.printed)) for number in replay.numbers)
    for (_, channel, *rows), line in groupby(replay.numbers, key=lambda number: number.output_index[:-1]):
        label = f"channel {channel}  " * (shape[1] > 1) + "".join(f"row {row}  " for row in rows if shape[-2] > 1)
        fitting = max(1, (width - len(label)) // (wide + 2))
        while some := list(islice(line, fitting)):
            text = fixed(f"  {label}")
            for number in some:
                sign = "negative" if number.printed < 0 else "positive"
                text.append(said(number.printed).rjust(wide), sign).append("  " * (number is not some[-1]))
            yield text
            label = " " * len(label)
    yield ""
    alone = "; with --seed 0 instead of --weight it is the 1st layer built, with other numbers"
    about = "the same layer, to change" + alone * (replay.experiment.number > 1)
    yield labelled([("next", f"{same_layer(replay.experiment)} ({about})")])


def same_layer(post: Experiment) -> str:
    """The layer command that gives the same."""
    stride = post.arguments["stride"]
    return f"convcli {post.type.lower()} --weight {post.name}" + f" --stride {stride}" * (stride > 1)
