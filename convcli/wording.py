"""Numbers, values that a user gave, and what a window reads, as sentences have them."""

import re
from collections.abc import Callable, Iterator, Sequence
from math import isclose, isfinite, isnan

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.places import Unread
from convcli.arithmetic.windows import Windows


def plain(text: object) -> str:
    r"""User text as it is, control characters and escape sequences made visible.

    >>> plain("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(text))


MOST_QUOTED, MOST_SAID, LEAST_FIX = 60, 540, 180  # characters: of a value, of a message, and what is left to its fix


def shortened(text: str, most: int = MOST_QUOTED) -> str:
    """A text, its middle left out where it has more characters than that.

    >>> shortened("photo.png"), shortened("0123456789" * 3, 12)
    ('photo.png', '01234...6789')
    """
    behind = most // 3
    return text if len(text) <= most else f"{text[: most - behind - 3]}...{text[-behind:]}"


def quoted(value: object) -> str:
    """A value that a user gave, between quotes, no longer than a sentence bears.

    >>> quoted("photo.png"), quoted("1 " * 100)
    ("'photo.png'", "'1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ... 1 1 1 1 1 1 1 1 1 '")
    """
    return shortened(repr(value))


def bounded(text: object, most: int = MOST_SAID) -> str:
    """What is told of a request, however much it holds: no word of it is longer than a quoted value.

    >>> bounded("no file " + "x" * 1000)
    'no file xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxx'
    """
    words = _short_words(plain(text))
    return _short_words(shortened(words, most))  # which may have made one of two


def _short_words(text: str) -> str:
    return re.sub(rf"\S{{{MOST_QUOTED + 1},}}", lambda word: shortened(word[0]), text)


def bounded_words(why: str, fix: str = "") -> tuple[str, str]:
    """Why something can't be, and what to do instead, both together no longer than a message may be."""
    why = bounded(why, MOST_SAID - LEAST_FIX)
    return why, bounded(fix, MOST_SAID - len(why))


def number(value: float) -> str:
    """A single number for a sentence: four decimals, or as many digits as it takes.

    >>> number(3.0), number(0.25), number(1e-9), number(-0.0)
    ('3', '0.25', '1e-09', '0')
    """
    value = float(value) + 0.0  # −0 is 0 to a reader
    if value == round(value, 4) and abs(value) < 1e7:
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.4g}"


def shown(value: float) -> float:
    """What a reader takes a number for, its digits beyond those shown dropped.

    >>> shown(0.12345), shown(3.0)
    (0.1235, 3.0)
    """
    return float(number(value))


def adds_up(made: float, value: float) -> bool:
    """Whether what the numbers on the screen make is a value as it is shown, to its last digit.

    >>> adds_up(5 * -0.4752, -2.3759), adds_up(4.0 - 6.0, -2.0)
    (False, True)
    """
    seen = shown(value)
    return (isnan(made) and isnan(seen)) or made == seen or isclose(made, seen, rel_tol=1e-9, abs_tol=1e-12)


def equals(made: float, value: float) -> str:
    """The sign between what is shown and what it makes: ``=``, or ``≈`` where digits were dropped."""
    return "=" if adds_up(made, value) else "≈"


def factor(value: float) -> str:
    """A number within a product; a negative one in brackets.

    >>> factor(2.0), factor(-0.5)
    ('2', '(-0.5)')
    """
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def short(value: float) -> str:
    """A number that fits a cell, two significant digits at least.

    >>> [short(v) for v in (3.0, -0.4753, -0.0257, 0.0043, 61728.5, 123456.0, 1234567.0, 0.0004)]
    ['3', '-0.48', '-0.026', '0.0043', '61728', '123456', '1.2e+06', '4.0e-04']
    """
    value = float(value)
    size = abs(value)
    if size < 1e6 and value == int(value):
        return str(int(value))
    for least, form in ((1e6, ".1e"), (1000, ".0f"), (0.0995, ".2f"), (0.00995, ".3f"), (0.00095, ".4f")):
        if size >= least:
            return format(value, form)
    return format(value, ".1e")


def brief(values: Sequence[float]) -> Callable[[float], str]:
    """Writes numbers that stand together with three digits of the largest, without a zero before the point.

    >>> [brief([-0.4753, 0.0043])(v) for v in (-0.4753, 0.0043, 0.00001, -0.0)], brief([12.345])(12.345), brief([3])(3)
    (['-.475', '.004', '≈0', '0'], '12.3', '3')
    """
    most = max((abs(value) for value in values if isfinite(value)), default=0.0)
    if most >= 1e4 or all(value == round(value) for value in values if isfinite(value)):
        return number
    decimals = 3 if most < 1 else 2 if most < 10 else 1

    def write(value: float) -> str:
        text = f"{float(value):.{decimals}f}"
        if not text.strip("-0."):
            return "≈0" if value else "0"
        return text.replace("0.", ".", 1) if abs(value) < 1 else text

    return write


def bytes_in_words(count: int) -> str:
    """Bytes for a person.

    >>> bytes_in_words(3 * 2**30), bytes_in_words(40)
    ('3.0 GiB', '40 B')
    """
    units = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    power = min(max(count.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{count / 1024**power:,.{min(power, 1)}f} {units[power]}"


def counted(count: int, thing: str) -> str:
    """How many there are of something.

    >>> counted(1, "channel"), counted(1200, "window"), counted(3, "axis")
    ('1 channel', '1,200 windows', '3 axes')
    """
    many = thing.removesuffix("is") + ("es" if thing.endswith("is") else "s")
    return f"{count:,} {thing if count == 1 else many}"


def count_in_words(count: int) -> str:
    """A large count for a person.

    >>> count_in_words(12_345_678_901), count_in_words(3 * 10**15), count_in_words(950)
    ('12.3 billion', '3,000 trillion', '950')
    """
    for unit, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if count >= unit:
            return f"{count / unit:,.{1 if count < 100 * unit and count % unit else 0}f} {name}"
    return f"{count:,}"


def map_name(lead: Sequence[int]) -> str:
    """What a map is called by its axes before the last ones: its channel, and where it has one its depth.

    >>> map_name((1,)), map_name((0, 2))
    ('channel 1', 'channel 0, depth 2')
    """
    channel, *depths = lead
    return f"channel {channel}" + "".join(f", depth {depth}" for depth in depths)


def ordinal(number: int) -> str:
    """A place in an order.

    >>> [ordinal(number) for number in (1, 2, 3, 4, 11, 22)]
    ['1st', '2nd', '3rd', '4th', '11th', '22nd']
    """
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def sizes_in_words(values: Sequence[int]) -> str:
    """One value where all axes have the same.

    >>> sizes_in_words((2, 2)), sizes_in_words((2, 3))
    ('2', '2 × 3')
    """
    return str(values[0]) if len(set(values)) == 1 else " × ".join(map(str, values))


def unread_words(axis: Windows, values: Sequence[float] | None = None) -> str:
    """What no window reads along an axis, and why; empty where everything is read.

    >>> unread_words(Axis(10, kernel=3, stride=2))
    'element 9 is never read: the last window ends at element 8'
    """
    unread = axis.unread()
    count = unread.count
    if not count:
        return ""
    cell = cell_name(axis)
    shown = listed(unread)
    if values is not None and count == 1:
        shown += f" (value {values[unread[0]]:g})"
    subject = f"{cell} {shown} is" if count == 1 else f"{cell}s {shown} ({count:,} of {axis.size:,}) are"
    assert isinstance(axis, Axis), "only sliding windows leave anything unread"
    them = "it" if count == 1 else "them"
    if axis.transposed:
        return f"{subject} never used: padding cuts away all that {'it' if count == 1 else 'they'} would write"
    return f"{subject} never read: {' and '.join(_why_unread(axis, unread, cell, them))}"


def cell_name(axis: Windows) -> str:
    """What a place along an axis is called."""
    return {"height": "row", "width": "column", "depth": "slice"}.get(axis.name, "element")


def listed(cells: Unread) -> str:
    """Some cells of an axis: each of few, the ends of a run, the first and the last of others.

    >>> listed(Axis(6, 2, dilation=5).unread()), listed(Axis(9, 1, 2).unread()), listed(Axis(20, 1, 2).unread())
    ('1, 2, 3, 4', '1, 3, 5, 7', '1, 3, 5, ... 19')
    """
    count, first, last = cells.count, cells[0], cells[-1]
    if count > 4 and last - first + 1 == count:
        return f"{first} to {last}"
    shown = [cells[i] for i in range(min(count, 4 if count <= 4 else 3))]
    return ", ".join(map(str, shown)) + f", ... {last}" * (count > 4)


def unwritten_words(axis: Axis, bias: bool) -> str:
    """Which outputs of a transposed layer no product goes to; empty where there are none.

    >>> unwritten_words(Axis(3, kernel=1, stride=2, transposed=True), bias=True)
    'elements 1, 3 of the output (2 of 5): no product goes there, which leaves them with the bias alone'
    """
    count = axis.unwritten.count
    if not count:
        return ""
    cells = f"{cell_name(axis)}{'s' * (count != 1)} {listed(axis.unwritten)} of the output"
    left = "with the bias alone" if bias else "at 0"
    them = "it" if count == 1 else "them"
    return f"{cells} ({count:,} of {axis.output:,}): no product goes there, which leaves {them} {left}"


def _why_unread(axis: Axis, unread: Unread, cell: str, them: str) -> Iterator[str]:
    """Each cause; of several, the first with how many cells are its own."""
    last = (axis.output - 1) * axis.stride - axis.before + axis.extent - 1
    ends = sorted((max(0, -axis.before), last + 1, axis.size + min(0, axis.after)))
    before, count = [unread.before(end) for end in ends], unread.count
    cut, gaps, behind = before[0] + count - before[2], before[1] - before[0], before[2] - before[1]
    if gaps:
        steps = [f"stride {axis.stride}"] * (axis.output > 1)
        steps += [f"dilation {axis.dilation}"] * (axis.dilation > 1 and axis.kernel > 1)
        verb = "step" if len(steps) > 1 else "steps"
        yield f"{' and '.join(steps)} {verb} over {them if gaps == count else f'{gaps:,} of {them}'}"
    if cut:
        yield f"negative padding cuts {them if cut == count else f'{cut:,} of {them}'} off"
    if behind:
        yield f"the last window ends at {cell} {last}"
