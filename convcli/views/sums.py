"""How one output comes about, as a sentence: at length where that isn't too much, and in short."""

from collections.abc import Iterator

from rich.text import Text

from convcli.engine.steps import Step
from convcli.views.products import said, verdict
from convcli.wording import equals, factor, number, shown

MOST_SAID = 60  # terms of a sum; of more, the sum alone is told


def sentences(step: Step) -> Iterator[Text]:
    """The longest first."""
    for told, sign in _tellings(step):
        alone = told == number(step.value)  # there is nothing to add up
        sign = equals(step.value, step.value) if alone else sign
        text = Text(f"out{list(step.output_index)} {sign} ", style="bold")
        text.append("" if alone else f"{told} {sign} ", style="not bold")
        yield text.append(number(step.value)).append_text(verdict(step))


def _tellings(step: Step) -> list[tuple[str, str]]:
    """What makes the output, each with the sign before it."""
    terms, bias = step.terms, [] if step.bias is None else [step.bias]
    besides = [f"bias {number(value)}" for value in bias]
    if not step.reduction.multiplies:
        sign, short = "=" if step.exact else "≈", f"the {step.reduction.operation} of {len(terms):,}"
        told = step.reduction.said(said(step.reduction, terms), terms) if len(terms) <= MOST_SAID else short
        return [(told, sign), (short, sign)]
    maps = step.maps
    parts = [term.product for term in terms] if len(maps) == 1 else [total for _, total in maps]
    whole, total = sum(map(shown, (*parts, *bias))), sum(parts)
    short = " + ".join([f"{factor(total)}, the sum of {len(terms):,},", *besides])
    tellings = [(short.removesuffix(","), equals(sum(map(shown, (total, *bias))), step.value))]
    if len(parts) <= MOST_SAID:
        told = step.reduction.said([*map(factor, parts), *besides], terms)
        tellings.insert(0, (told, equals(whole, step.value)))
    return tellings
