"""A layer's sums with blanks for a class, and the same sheet filled in on a second page: Markdown, or HTML to print."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from re import sub
from typing import BinaryIO

from convcli.arithmetic.axis import Axis
from convcli.colours import LIGHT
from convcli.engine.steps import Step
from convcli.layers.reductions import Term
from convcli.picks import some
from convcli.report import Report
from convcli.views.files_written import Tracked
from convcli.views.products import left_out, value_of
from convcli.views.worked import in_symbols, worked_short
from convcli.wording import counted, equals, factor, number, shown, unread_words

BLANK = "____"
EASIER = {1: "1,0,-1", 2: "sobel-x"}  # weights in whole numbers, by the layer's axes
PAGE = 96  # characters of a line in print
MOST_WRITTEN = 9  # products that are added up one by one
MOST_INPUT = 150  # numbers of an input that is written out whole
Ask = Callable[[str], str]  # leaves a blank for an answer, or writes it


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or a label, and a formula behind it."""

    text: str
    formula: str = ""


Cell = tuple[str, str]  # a number, and what it is: an input, padding, a kernel's weight, an answer
Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Grid:
    """Blocks of numbers beside each other, and the sign before each: input × kernel = products."""

    title: str
    blocks: Sequence[tuple[str, Rows]]


Part = Heading | Line | Grid


def worksheet(report: Report, stream: BinaryIO, suffix: str, tracked: Tracked) -> str:
    """Write both pages; returns what they have, in words."""
    places = report.picks.steps or some(report.output_shape)
    steps = [report.step(place) for place in tracked(places, len(places), "working out the steps")]
    asked = list(sheet(report, steps, lambda answer: BLANK))
    answered = list(sheet(report, steps, str))
    made = _html if suffix == ".html" else _markdown
    stream.write(made(report.plan.code, asked, answered).encode())
    easier = EASIER.get(report.plan.layer.ndim) if report.values.weight is not None and not report.plan.weight else None
    hint = f"; whole numbers are easier by hand, as in --weight {easier}" if easier else ""
    return f"{counted(len(steps), 'sum')} with blanks, the answers on a second page{hint}"


def sheet(report: Report, steps: Sequence[Step], ask: Ask) -> Iterator[Part]:
    """One page: every answer goes through ``ask``."""
    plan, layer = report.plan, report.plan.layer
    walked = [axis for axis in plan.axes if isinstance(axis, Axis)]
    yield Heading("How large is the output?")
    for formula in dict.fromkeys(in_symbols(axis, layer.lacks) for axis in walked):
        yield Line("Along each axis: output =", formula)
    for settings, group in groupby(walked, key=_settings):
        axis, *others = group
        yield Line(f"{' and '.join(each.name for each in (axis, *others))}: {settings}")
        answer = ask(worked_short(axis, layer.lacks))
        yield Line(
            "output =", f"{_without_words(in_symbols(axis, layer.lacks))} = {BLANK}" if answer == BLANK else answer
        )
    for split in plan.axes:
        if split not in walked:
            yield Line(f"{split.name}:", worked_short(split))
    sizes = ", ".join([str(report.output_shape[0]), *(ask(str(size)) for size in report.output_shape[1:])])
    yield Line("shape:", f"{list(plan.shape)} → [{sizes}]")
    yield Line("parameters:", ask(f"{plan.parameters:,}"))
    if layer.weight_shape is not None:
        yield Line(f"{layer.macs_convention}:", ask(f"{plan.macs:,}"))
    if walked:
        yield Heading("Which cells of the input does no window use?")
    for axis in walked:
        yield Line(f"{axis.name}:", ask(unread_words(axis) or "none: each is used"))
    yield Heading("Work out these outputs")
    yield from _whole_input(report)
    for step in steps:
        yield from _sum(step, ask)
    if any(not step.exact for step in steps):
        yield Line("Numbers are rounded to what is written; ≈ stands where the last digit may differ by that.")


def _settings(axis: Axis) -> str:
    """What is known of an axis, whether it was said or not."""
    padding = str(axis.before) if axis.before == axis.after else f"{axis.before} before and {axis.after} after"
    names = ("size", "kernel", "stride", "dilation", *(["output_padding"] if axis.transposed else []))
    return ", ".join([*(f"{name} {getattr(axis, name)}" for name in names), f"padding {padding}"])


def _without_words(formula: str) -> str:
    """A formula with a blank for each of its numbers.

    >>> _without_words("⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1")
    '⌊(____ + 2·____ − ____·(____ − 1) − 1) / ____⌋ + 1'
    """
    return sub("[a-z_]+( before| after)?", BLANK, formula)


def _whole_input(report: Report) -> Iterator[Grid]:
    values = report.values.input[0]
    if values.size <= MOST_INPUT:
        rows = values.reshape(-1, values.shape[-1])
        cells = [[(number(value), "input") for value in row] for row in rows]
        yield Grid(f"The input {list(values.shape)}", [("", cells)])


def _sum(step: Step, ask: Ask) -> Iterator[Part]:
    """One output: its cells, with their weights and products where it has them, and what they make."""
    yield Heading(f"out{list(step.output_index)}", 3)
    reduction, maps = step.reduction, step.maps
    for terms, total in maps:
        yield _window(terms, ask, step, len(maps) > 1)
        if reduction.multiplies and len(maps) > 1:
            made = sum(shown(term.product) for term in terms)
            yield Line("their sum", f"{equals(made, total)} {ask(number(total))}")
    if not reduction.multiplies:
        sign = "=" if step.exact else "≈"
        parts = _few([reduction.term_said(term, value_of(term, source=False)) for term in step.terms], ask)
    else:
        one_by_one = len(maps) == 1 and len(step.terms) <= MOST_WRITTEN
        added = [term.product for term in step.terms] if one_by_one else [total for _, total in maps]
        sign = equals(sum(map(shown, added)) + shown(step.bias or 0.0), step.value)
        parts = _few(list(map(factor, added)), ask)
    if step.bias is not None:
        parts.append(f"bias {factor(step.bias)}")
    added_up = reduction.said(parts, step.terms)
    name = f"out{list(step.output_index)}"
    yield Line("", f"{name} {sign} {added_up} {sign} {ask(number(step.value))}{left_out(step)}")


def _few(parts: Sequence[str], ask: Ask) -> list[str]:
    """The parts of a sum; of many the first and the last."""
    if len(parts) <= MOST_WRITTEN:
        return [ask(part) for part in parts]
    return [ask(parts[0]), ask(parts[1]), "...", ask(parts[-1])]


def _window(terms: Sequence[Term], ask: Ask, step: Step, several: bool) -> Grid:
    """A window's cells in one channel; beside them the kernel, and room for the products."""
    lines = [list(line) for _, line in groupby(terms, key=lambda term: term.place[1:-1])]
    blocks: list[tuple[str, Rows]] = [("", [[_input(term) for term in line] for line in lines])]
    title = "the window"
    if step.reduction.multiplies:
        exact = all(equals(shown(t.input) * shown(t.weight), t.product) == "=" for t in terms)
        blocks.append(("×", [[(number(t.weight), "kernel") for t in line] for line in lines]))
        blocks.append(("=" if exact else "≈", [[(ask(number(t.product)), "answer") for t in line] for line in lines]))
        title = "input × kernel = products"
    channel = f"channel {terms[0].place[1]}: " if several else ""
    padded = " (padding in < >)" if any(t.input_index != t.place for t in terms) else ""
    return Grid(f"{channel}{title}{padded}", blocks)


def _input(term: Term) -> Cell:
    return value_of(term, source=False), "input" if term.input_index == term.place else "padding"


def _markdown(title: str, *pages: Iterable[Part]) -> str:
    """The pages one after the other, a break between them that browsers and most converters know."""
    heads = [f"# {title}\n\nName: ____________________  Date: ____________\n", f"# Answers: {title}\n"]
    texts = ["\n".join([head, *map(_in_markdown, page)]) for head, page in zip(heads, pages, strict=True)]
    return '\n<div style="break-before: page"></div>\n\n'.join(texts)


def _in_markdown(part: Part) -> str:
    match part:
        case Heading(text, level):
            return f"{'#' * level} {text}\n"
        case Line(text, formula):
            return f"{text} `{formula}`\n".lstrip() if formula else f"{text}\n"
        case Grid(title, blocks):
            return "\n".join([title.replace("<", "\\<"), "", "```text", *_lines(blocks), "```", ""])


def _lines(blocks: Sequence[tuple[str, Rows]]) -> list[str]:
    """The blocks as text, beside each other where a page is wide enough, else below."""
    texts = []
    for sign, rows in blocks:
        wide = max(len(text) for row in rows for text, _ in row)
        lines = [" ".join(text.rjust(wide) for text, _ in row) for row in rows]
        before = [f"  {sign if i == len(lines) // 2 else ' '}  " if sign else "" for i in range(len(lines))]
        texts.append([a + b for a, b in zip(before, lines, strict=True)])
    if sum(len(lines[0]) for lines in texts) > PAGE:
        return [line for lines in texts for line in lines]
    return ["".join(row).rstrip() for row in zip(*texts, strict=True)]


STYLE = f"""
@page {{ margin: 18mm }}
body {{ color: {LIGHT.ink}; background: {LIGHT.paper}; font: 11pt/1.6 system-ui, sans-serif; max-width: 46rem;
  margin: 2rem auto; padding: 0 1rem; color-scheme: light; font-variant-numeric: tabular-nums }}
h1 {{ font-size: 1.3rem; overflow-wrap: anywhere }} h2 {{ font-size: 1.1rem; margin-top: 1.6rem }}
h2, h3 {{ break-after: avoid }}
p {{ overflow-wrap: anywhere }}
.who {{ color: {LIGHT.muted} }}
.answers {{ break-before: page; border-top: 1px dashed {LIGHT.grid}; margin-top: 3rem }}
figure {{ margin: .8rem 0; break-inside: avoid }}
figcaption {{ color: {LIGHT.muted} }}
.sum, .sum div {{ display: flex; flex-wrap: wrap; align-items: center; gap: .4rem }}
.sum div {{ flex-wrap: nowrap; max-width: 100%; overflow-x: auto }}
table {{ border-collapse: collapse }}
td {{ border: 1px solid {LIGHT.grid}; padding: .15rem .5rem; min-width: 1.6rem; text-align: right }}
.kernel {{ color: {LIGHT.accent}; font-weight: bold; border: 2px solid {LIGHT.accent} }}
.padding {{ color: {LIGHT.muted}; border-style: dotted }}
.answer {{ background: {LIGHT.panel}; min-width: 3.2rem; height: 1.6rem }}
.blank {{ display: inline-block; border-bottom: 1px solid {LIGHT.ink} }}
@media print {{ body {{ margin: 0; max-width: none; padding: 0 }} .answers {{ border: 0; margin: 0 }} }}
"""


def _html(title: str, asked: Iterable[Part], answered: Iterable[Part]) -> str:
    name = escape(title)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: a worksheet</title><style>{STYLE}</style></head><body>
<main><h1><code>{name}</code></h1>
<p class="who">Name: {_blanks(BLANK * 3)} Date: {_blanks(BLANK * 2)}</p>
{chr(10).join(map(_in_html, asked))}
<section class="answers"><h1>Answers: <code>{name}</code></h1>
{chr(10).join(map(_in_html, answered))}
</section></main></body></html>
"""


def _in_html(part: Part) -> str:
    match part:
        case Heading(text, level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Line(text, formula):
            return f"<p>{escape(text)} <code>{_blanks(escape(formula))}</code></p>"
        case Grid(title, blocks):
            inside = "".join(f"<div>{sign} {_table(rows)}</div>" for sign, rows in blocks)
            return f'<figure><figcaption>{escape(title)}</figcaption><div class="sum">{inside}</div></figure>'


def _table(rows: Rows) -> str:
    lines = ("".join(f'<td class="{role}">{_written(text)}</td>' for text, role in row) for row in rows)
    return f"<table><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"


def _written(text: str) -> str:
    return "" if text == BLANK else escape(text)


def _blanks(text: str) -> str:
    """A line to write on for each run of underscores; screen readers are told that it is one."""
    line = '<span class="blank" style="min-width: {}em" role="img" aria-label="blank">&nbsp;</span>'
    return sub("_{4,}", lambda blank: line.format(len(blank[0])), text)
