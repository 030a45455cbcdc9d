"""What would be more than anybody can look at, refused before anything runs."""

from collections.abc import Sequence
from math import prod

from convcli.picks import Picks, check_terms, some
from convcli.plan import Plan
from convcli.refusals import Refusal, Spelling, Words
from convcli.wording import counted

MOST_IN_SCRIPT = 10_000
MOST_IN_JSON = 20_000_000
MOST_ON_PAGE = 1_000_000
MOST_COUNTED, MOST_COVERED = 4_000_000, 50_000_000  # cells of all axes together, and of the map that they make
MOST_SUMS, MOST_ON_PAPER = 24, 300  # sums of a worksheet, and terms of all of them


class TooLongScript(Refusal):
    source: str
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"{self.source} has {self.count:,} values, too many to write into a script"
        return why, "save them as .npy and give that file"


class TooLongJson(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"{spell('as_json')} would write {self.count:,} numbers; the limit is {MOST_IN_JSON:,}"
        return why, f"save the output instead: {spell('save', 'out.npy')}"


class TooLargeCoverage(Refusal):
    sizes: Sequence[int]

    def said(self, spell: Spelling) -> Words:
        sizes = " × ".join(f"{size:,}" for size in self.sizes)
        most = f"the limit is {MOST_COVERED if len(self.sizes) > 1 else MOST_COUNTED:,}"
        why = f"{spell('coverage')} counts how often each of {sizes} cells is read; {most}"
        return why, f"leave {spell('coverage')} out, or take a smaller input"


class TooLargePage(Refusal):
    count: int

    def said(self, spell: Spelling) -> Words:
        why = f"the page would hold {self.count:,} numbers; the limit is {MOST_ON_PAGE:,}"
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
