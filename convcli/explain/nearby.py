"""What the user's file says of the names in the line that raised: what they are made of, and how the layer is."""

import ast
import re
from collections.abc import Iterator

from convcli.explain.lines import NAME
from convcli.explain.rule import Case, Rule
from convcli.explain.source import Made

ASSIGNED = re.compile(r"(?P<names>[\w., ()]{1,200}?) = (?P<value>.{1,500})")
AXIS = re.compile(r"(?:\bsize\(|\bshape\[)(-?\d)[\])]|\b(len)\(")


def lines_behind(case: Case, *names: str) -> Iterator[tuple[int, str]]:
    """The numbers and lines that make these names, and those that make what they are made of, the nearest first."""
    wanted, inner = set(names), set[str]()
    for number, names_there, line in _assignments(case):
        if wanted & set(names_there):
            wanted -= set(names_there)
            inner |= set(NAME.findall(line.partition(" = ")[2]))
            yield number, line
        elif inner & set(names_there):
            inner -= set(names_there)
            yield number, line


def axes(case: Case, value: str) -> set[int]:
    """The axes whose sizes a value is made with: 0 of ``torch.zeros(1, x.size(0), 8)``, or of ``n, t = x.shape``."""
    lines = [line for _, line in lines_behind(case, *NAME.findall(value))]
    whole = " ".join(lines)
    sized = [value, *filter(_is_sized, lines)]
    found = {int(axis) if axis else 0 for line in sized for axis, _ in AXIS.findall(line)}
    for line in lines:
        unpacked, _, value = line.partition(" = ")
        if re.search(r"\.(?:shape|size\(\))$", value):
            found |= {i for i, name in enumerate(unpacked.split(", ")) if len(re.findall(rf"\b{name}\b", whole)) > 1}
    return found


def _is_sized(line: str) -> bool:
    """Whether a line makes a size, or a tensor of that size, and doesn't calculate with tensors."""
    return bool(re.search(r" = (?:[\w.]+\.(?:size\(|shape\[)|len\()|zeros|ones|rand|full|empty|triu|tril|mask", line))


def layer_above(rule: Rule, types: str) -> Made | None:
    """The nearest layer of these types above the user's line, the one that it calls if there is one of its name."""
    frame = rule.case.frame
    if frame is None or rule.generic:
        return None
    made = [each for each in rule.case.source.made if each.callee in types.split() and each.file == frame.file]
    above = sorted((each for each in made if each.number < frame.number), key=lambda each: each.number)
    called = [each for each in above if each.name == rule.layer]
    fits = called or above
    return fits[-1] if fits else None


def is_set(made: Made | None, argument: str) -> bool | None:
    """Whether a layer is made with a setting, and None where that can't be seen."""
    if made is None or any(each.arg is None for each in made.call.keywords):
        return None
    given = [each.value for each in made.call.keywords if each.arg == argument]
    if not given:
        return False
    return given[0].value if isinstance(given[0], ast.Constant) and isinstance(given[0].value, bool) else None


def elsewhere(case: Case, pattern: str) -> list[int]:
    """The numbers of the other lines of the user's file that a pattern fits."""
    frame = case.frame
    lines = case.source.texts.get(frame.file, []) if frame else []
    fits = (i for i, line in enumerate(lines, 1) if re.search(pattern, line) and not line.lstrip().startswith("#"))
    return [i for i in fits if frame and i != frame.number]


def lines_told(numbers: list[int]) -> str:
    """Numbers of lines, in a sentence.

    >>> lines_told([7]), lines_told([7, 9])
    ('line 7', 'lines 7, 9')
    """
    return f"line{'s' if numbers[1:] else ''} {', '.join(map(str, numbers[:6]))}"


def _assignments(case: Case) -> Iterator[tuple[int, list[str], str]]:
    """The assignments above the user's line in its function, the nearest first."""
    frame = case.frame
    lines = case.source.texts.get(frame.file, []) if frame else []
    for number in range(frame.number - 1 if frame and lines else 0, 0, -1):
        line = lines[number - 1].strip()
        if re.match(r"(?:async )?def |class ", line):
            return
        if assigned := ASSIGNED.match(line):
            yield number, re.findall(r"[\w.]+", assigned["names"]), line
