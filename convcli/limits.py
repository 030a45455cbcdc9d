"""What would be more than anybody can look at, refused before anything runs."""

from collections.abc import Sequence
from math import prod

from convcli.picks import Picks, check_terms, part_of, pick, some
from convcli.plan import Plan
from convcli.refusals import Refusal, Spelling, Words
from convcli.wording import counted

MOST_IN_SCRIPT = 10_000
MOST_IN_JSON = 20_000_000
MOST_ON_PAGE = 1_000_000
MOST_COUNTED, MOST_COVERED = 4_000_000, 50_000_000  # cells of all axes together, and of the map that they make
MOST_SUMS, MOST_ON_PAPER = 24, 300  # sums of a worksheet, and terms of all of them
MOST_CELLS = 8000  # more boxes than this and nobody reads their numbers
MOST_ACROSS = 400  # cells of one axis
MOST_PIXELS, MOST_AREA = 30_000, 40_000_000
ROOM, LABEL, ROW, COLUMN = 11, 18, 26, 40  # pixels of a drawing, about as it will be


class TooLongScript(Refusal):
    source: str
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"{self.source} has {self.count:,} values, too many to write into a script"
        return why, "save them as .npy and give that file"


class TooLongJson(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"{spell('as_json')} would write {self.count:,} numbers; {MOST_IN_JSON:,} are the most"
        return why, f"save the output instead: {spell('save', 'out.npy')}"


class TooLargeCoverage(Refusal):
    sizes: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        sizes = " × ".join(f"{size:,}" for size in self.sizes)
        most = f"{MOST_COVERED:,} are the most" if len(self.sizes) > 1 else f"{MOST_COUNTED:,} are the most"
        why = f"{spell('coverage')} counts how often each of {sizes} cells is read; {most}"
        return why, f"leave {spell('coverage')} out, or take a smaller input"


class TooLargePicture(Refusal):
    """``part`` is a region of the output that can be drawn; empty where even one step is too large."""

    what: str
    part: str

    def said(self, spell: Spelling) -> Words:
        part = f"draw a part of the output instead, {spell('region', self.part)}, or " if self.part else "draw "
        why = f"the picture would have {self.what} are the most that can be looked at"
        return why, f"{part}a layer with fewer channels or a smaller kernel"


class TooLargePage(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"the page would hold {self.count:,} numbers; {MOST_ON_PAGE:,} are the most that a browser turns at once"
        return why, "take a smaller input, or fewer channels"


class TooLongWorksheet(Refusal):
    """``sums`` of so many ``terms`` each; ``fitting`` of them would fit on paper."""

    sums: int
    terms: int
    fitting: int

    def said(self, spell: Spelling) -> Words:
        why = f"nobody works out {counted(self.sums, 'sum')} of {self.terms:,} terms on paper"
        if self.fitting:
            return why, f"pick fewer instead: {spell('steps', f'0:{self.fitting}')}"
        return why, "take a layer with fewer channels or a smaller kernel"


def check_worksheet(plan: Plan, picks: Picks) -> None:
    """Refuse more sums, or longer ones, than a class has time for."""
    sums, terms = len(picks.steps or some(plan.output_shape)), plan.layer.largest_window(plan.axes)
    if sums * terms > MOST_ON_PAPER or sums > MOST_SUMS:
        raise TooLongWorksheet(sums=sums, terms=terms, fitting=min(MOST_SUMS, MOST_ON_PAPER // terms))


def check_script(plan: Plan, picks: Picks) -> None:
    """Refuse arrays that would have to be written out in full."""
    for array in (plan.input, plan.weight, plan.bias):
        if array and array.spelled_out and prod(array.shape) > MOST_IN_SCRIPT:
            raise TooLongScript(source=array.source, count=prod(array.shape))


def check_json(plan: Plan, picks: Picks) -> None:
    """Refuse more numbers than a program wants to read as text."""
    count = prod(plan.shape) + prod(plan.output_shape) + plan.parameters
    if count > MOST_IN_JSON:
        raise TooLongJson(count=count)
    check_coverage(plan, picks)


def check_coverage(plan: Plan, picks: Picks) -> None:
    """Refuse more cells than anybody wants to know the count of."""
    sizes = plan.shape[2:]
    if picks.coverage and (sum(sizes) > MOST_COUNTED or prod(sizes) > MOST_COVERED):
        raise TooLargeCoverage(sizes=sizes)


def check_film(plan: Plan, picks: Picks) -> None:
    """Refuse steps of more terms than can be played."""
    check_terms(plan, 1)


def check_page(plan: Plan) -> None:
    """Refuse more numbers than a browser works with at once."""
    count = prod(plan.shape[1:]) + plan.parameters + prod(plan.output_shape[1:])
    if count > MOST_ON_PAGE:
        raise TooLargePage(count=count)


def check_picture(plan: Plan, picks: Picks) -> None:
    """Refuse a drawing of too many cells, or of too many pixels, as far as the sizes tell."""
    if what := _too_large(plan, picks):
        parts = (part_of(plan, most=most) for most in (64, 16, 4, 1))
        fits = (part for part in parts if not _too_large(plan, pick(plan, draw=True, region=part)))
        raise TooLargePicture(what=what, part=next(fits, ""))


def _too_large(plan: Plan, picks: Picks) -> str:
    """What a drawing would have too much of, and how much is the most."""
    blocks = [_input_block(plan, picks), _weight_block(plan, picks), _output_block(plan, picks)]
    count = sum(panels * rows * columns for panels, rows, columns in blocks)
    if count > MOST_CELLS:
        return f"{count:,} cells; {MOST_CELLS:,}"
    heights = [panels * (LABEL + rows * ROW + ROOM) for panels, rows, _ in blocks]
    high = sum(heights) if plan.layer.ndim == 1 else max(heights)
    wide = sum(columns * COLUMN for _, _, columns in blocks)
    if max(wide, high) > MOST_PIXELS or wide * high > MOST_AREA:
        return f"about {wide:,} by {high:,} pixels; {MOST_PIXELS:,} either way, {MOST_AREA:,} in all"
    return ""


def is_cropped(plan: Plan, picks: Picks) -> bool:
    """Whether only what the steps touch is drawn: as asked for, or because some steps of a large layer are."""
    if picks.cropped:
        return True
    sizes = [len(axis.line) for axis in plan.axes]
    outputs = prod(plan.output_shape[1:])
    whole = plan.shape[1] * prod(sizes) + prod(plan.layer.weight_shape or (0,)) + outputs
    return (whole > MOST_CELLS or max(sizes) > MOST_ACROSS) and len(picks.drawn) < outputs


Block = tuple[int, int, int]  # panels, one below the other, and the rows and columns of each


def _input_block(plan: Plan, picks: Picks) -> Block:
    lines = [axis.line for axis in plan.axes]
    lead = plan.shape[1]
    if is_cropped(plan, picks):
        reads = [place for output in picks.drawn for place, _, _ in plan.layer.reads(plan.axes, output)]
        along = list(zip(*reads, strict=True))[1:] or [(0,)] * (1 + len(lines))
        lead = len(set(along[0]))
        lines = [range(min(positions), max(positions) + 1) for positions in along[1:]]
    return _block([lead, *map(len, lines)])


def _weight_block(plan: Plan, picks: Picks) -> Block:
    shape = plan.layer.weight_shape
    if not shape:
        return 0, 0, 0
    if is_cropped(plan, picks):
        channels = {output[1] for output in picks.drawn}
        return _block([len(channels) * plan.layer.largest_window(plan.axes) // prod(shape[2:]), *shape[2:]])
    return _block([shape[0] * shape[1], *shape[2:]])


def _output_block(plan: Plan, picks: Picks) -> Block:
    return (1, 1, len(picks.drawn)) if is_cropped(plan, picks) else _block(plan.output_shape[1:])


def _block(shape: Sequence[int]) -> Block:
    """Maps of the last two sizes, or lines of the only one after the first."""
    if len(shape) == 2:
        return shape[0], 1, shape[1]
    return prod(shape[:-2]), shape[-2], shape[-1]
