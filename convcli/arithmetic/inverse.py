"""The output-size formula backwards: which settings, or which input sizes, give an output size.

Whatever torch accepts is looked through, though not one by one: a larger kernel never gives a larger
output, whatever the rest is, so that ranges of settings that can't give it are never entered.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import gcd

from convcli.arithmetic.axis import Axis
from convcli.arithmetic.ranking import uncommonness
from convcli.arithmetic.spans import Rule, Spans, Values, narrowed

LARGEST = 2**62  # no argument, and no axis of a tensor, is larger
MOST = 1000  # settings listed
MOST_ALIKE = 30  # of too many settings that differ in a single argument
MOST_LOOKED_AT = 20_000  # ranges, until there is a setting
MOST_MORE = 1000  # after that

NAMES = ("kernel", "stride", "padding", "dilation", "output_padding")
# What is free is looked through up to these, then so many times as far; the last time up to all there is.
FIRST = {"kernel": 11, "padding": 30, "dilation": 3}
FURTHER = (1, 4, 64, 4096, LARGEST)


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """One way to get from a size to an output."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    output_padding: int = 0

    @property
    def idle_dilation(self) -> bool:
        """Whether a smaller dilation is the same: one tap has no gaps, unless an output padding asks for some."""
        asked = self.output_padding + 1 if self.output_padding >= self.stride else 1
        return self.kernel == 1 and self.dilation > asked

    def axis(self, kind: str = "conv", ceil_mode: bool = False) -> Axis:
        """The windows of this setting in a "conv", a "transposed" or a "pool" layer.

        >>> Setting(10, kernel=3, stride=2, padding=1, dilation=1).axis().output
        5
        """
        p, transposed = self.padding, kind == "transposed"
        line = self.size, self.kernel, self.stride, p, p, self.dilation
        return Axis(*line, "zeros", ceil_mode, transposed, self.output_padding)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings that do it, the commonest first, and how many there are; None: more than were looked through.

    Where there are none, ``nearest`` is the nearest output that can be, and ``step`` how far apart those are that can.
    """

    listed: tuple[Setting, ...]
    count: int | None
    nearest: int | None = None
    step: int = 1


def solve(size: int, output: int, kind: str = "conv", *, ceil_mode: bool = False, **fixed: int) -> Settings:
    """The settings of a "conv", a "transposed" or a "pool" layer that turn ``size`` into ``output``; some may be fixed.

    >>> solve(224, 112).listed[0]
    Setting(size=224, kernel=3, stride=2, padding=1, dilation=1, output_padding=0)
    >>> [setting.dilation for setting in solve(28, 20, kernel=3, stride=1, padding=1).listed]
    [5]
    >>> solve(28, 27, kernel=3, stride=1)
    Settings(listed=(), count=0, nearest=26, step=2)
    """
    question = _Question(size, kind, ceil_mode, fixed)
    found, complete = question.settings(output)
    if not found:
        return Settings((), 0 if complete else None, question.nearest(output), question.step)
    ranked = sorted(found, key=lambda each: (uncommonness(each.axis(kind, ceil_mode), kind), each))
    return Settings(tuple(ranked[:MOST]), len(ranked) if complete else None)


class _Question:
    """A size, a kind of layer, and what is fixed: which outputs can be, and by which settings."""

    def __init__(self, size: int, kind: str, ceil_mode: bool, fixed: Mapping[str, int]) -> None:
        self.size, self.kind, self.ceil_mode = size, kind, ceil_mode
        self.fixed = fixed if kind == "transposed" else {**fixed, "output_padding": 0}
        self.spans = {name: range("padding" not in name, LARGEST) for name in NAMES}
        self.spans |= {name: range(value, value + 1) for name, value in self.fixed.items()}
        self.step, self.some_output = self._steps()
        self.left = 0  # ranges that may still be looked at

    def settings(self, output: int) -> tuple[list[Setting], bool]:
        """The settings, or of too many those of smaller numbers; and whether these are all."""
        rules = self._rules(output, output)
        whole = narrowed(self.spans, rules)
        if whole is None or (output - self.some_output) % self.step:
            return [], True
        found = dict.fromkeys(self._patches(whole, rules, output))
        self.left = MOST_LOOKED_AT
        for further in FURTHER:
            limits = {name: limit * further for name, limit in (FIRST | {"stride": self.size + output}).items()}
            box = whole | {name: whole[name][: max(1, most + 1 - whole[name].start)] for name, most in limits.items()}
            families = list(self._families(box, rules))
            count = sum(max(map(len, family.values())) for family in families)
            alike = MOST if count <= MOST else max(MOST_ALIKE, MOST // len(families))
            for family in families:
                found |= dict.fromkeys(self._alike(family, alike))
            if further > 1:  # none of the first box is dropped for one of these
                found = dict(islice(found.items(), MOST))
            if box == whole or count > MOST or not self.left:
                break
            self.left = min(self.left, MOST_MORE) if found else self.left
        return list(found), box == whole and self.left > 0 and count <= MOST

    def nearest(self, output: int) -> int | None:
        """The nearest output that can be; None: there is none."""
        if not self._can_be(1, LARGEST**3):
            return None
        away = 1
        while not self._can_be(output - away, output + away):
            away *= 2
        gaps = range(away // 2 + 1, away)
        away = away // 2 + 1 + bisect_left(gaps, True, key=lambda gap: self._can_be(output - gap, output + gap))
        return output - away if self._can_be(output - away, output - away) else output + away

    def _can_be(self, low: int, high: int) -> bool:
        """Whether some output from ``low`` to ``high`` can be."""
        low = max(low, 1)
        self.left = MOST_LOOKED_AT
        inside = low + (self.some_output - low) % self.step <= high
        return inside and any(True for _ in self._families(self.spans, self._rules(low, high)))

    def _steps(self) -> tuple[int, int]:
        """How far apart the outputs are whatever is free, and one of them, within reach or not.

        Without a floor the output moves by 2 with the padding, and with kernel or dilation by what the other fixes.
        """
        kernel, dilation, stride = (self.fixed.get(name) for name in ("kernel", "dilation", "stride"))
        gaps = (kernel - 1) * dilation if kernel and dilation else 0
        padded = 2 * self.fixed.get("padding", 0)
        moves = [2 * ("padding" not in self.fixed)]
        if not kernel:
            moves.append(dilation or 1)
        elif not dilation:
            moves.append(kernel - 1)
        if self.kind != "transposed":
            return (gcd(*moves) or 1, self.size + padded - gaps) if stride == 1 else (1, 0)
        extra = 0 if stride == dilation == 1 else self.fixed.get("output_padding")
        if not stride:
            moves.append(self.size - 1)
        full = (self.size - 1) * (stride or 0) + gaps + 1
        return (1, 0) if extra is None else (gcd(*moves) or 1, full - padded + extra)

    def _rules(self, low: int, high: int) -> list[Rule]:
        """What torch holds a setting to, what its output has to be, and of poolings what follows of both."""
        if self.kind == "transposed":
            grows = ("kernel", "stride", "dilation", "output_padding")
            return [
                Rule(self._output, grows, ("padding",), low, high),
                Rule(_beyond_output_padding, ("stride", "dilation"), ("output_padding",), 1),
            ]
        rules = [Rule(self._output, ("padding",), ("kernel", "stride", "dilation"), low, high)]
        if self.ceil_mode:
            # One window hangs over a line shorter than it, if the stride reaches past the line's end.
            rules = [rules[0]._replace(value=lambda values: max(1, self._output(values)))]
            rules.append(Rule(self._past_the_end, ("stride", "padding"), ("kernel", "dilation"), 1))
            rules.append(Rule(self._most_past_the_end, ("stride",), ("kernel", "dilation"), 1))
        if self.kind == "pool":
            rules.append(Rule(_beyond_half, ("kernel",), ("padding",), 0))
            rules.append(Rule(self._most_windows, (), ("kernel", "stride", "dilation"), low))
        return rules

    def _axis(self, values: Values) -> Axis:
        kernel, stride, padding, dilation, output_padding = map(values.__getitem__, NAMES)
        line = self.size, kernel, stride, padding, padding, dilation
        return Axis(*line, "zeros", self.ceil_mode, self.kind == "transposed", output_padding)

    def _output(self, values: Values) -> int:
        return self._axis(values).output

    def _most_windows(self, values: Values) -> int:
        """No less than the output with padding of half the kernel, which is the most."""
        spare, stride = self._most_spare(values), values["stride"]
        return max(1, -(-spare // stride) + 1) if self.ceil_mode else max(0, spare // stride + 1)

    def _most_spare(self, values: Values) -> int:
        return self.size - (values["kernel"] - 1) * (values["dilation"] - 1)

    def _past_the_end(self, values: Values) -> int:
        return self._axis(values).spare + values["stride"]

    def _most_past_the_end(self, values: Values) -> int:
        return self._most_spare(values) + values["stride"]

    def _families(self, spans: Spans, rules: Sequence[Rule]) -> Iterator[Spans]:
        """All that the rules allow, as spans of which one at most is longer than 1."""
        narrow = narrowed(spans, rules) if self.left else None
        if narrow is None:
            return
        # One tap has no gaps: its dilation changes nothing, unless an output padding asks for it.
        one_tap, extra = narrow["kernel"][-1] == 1, narrow["output_padding"]
        if one_tap and (extra[-1] == 0 or len(narrow["stride"]) == len(extra) == 1):
            narrow["dilation"] = narrow["dilation"][:1]
        several = [name for name, span in narrow.items() if len(span) > 1]
        if len(several) <= 1:  # once more, now that the others are known
            exact = narrowed(narrow, rules)
            if exact:
                yield exact
            return
        looped = [name for name in several if not (one_tap and name == "dilation")]
        name = min(looped, key=lambda each: (each == "padding" and len(narrow[each]) > 100, len(narrow[each])))
        for value in narrow[name]:
            if not self.left:
                return
            self.left -= 1
            yield from self._families(narrow | {name: range(value, value + 1)}, rules)

    def _alike(self, family: Spans, most: int) -> list[Setting]:
        """The settings of a family; of too many the first, and powers of two."""
        name = max(family, key=lambda each: len(family[each]))
        values = family[name]
        more = [1 << i for i in range(62) if 1 << i in values[most:]] if len(values) > most else []
        first = {each: span[0] for each, span in family.items()}
        made = [Setting(self.size, **first | {name: value}) for value in [*values[:most], *more]]
        return [each for each in made if "dilation" in self.fixed or not each.idle_dilation]

    def _patches(self, whole: Spans, rules: Sequence[Rule], output: int) -> Iterator[Setting]:
        """Strides that fit the sizes, with kernels about as wide as them, or twice as wide."""
        long, short = (output, self.size) if self.kind == "transposed" else (self.size, output)
        strides = range(long // (short + 1) + 1, long // short + 1)
        for stride in {*strides[-1:], *(1 << i for i in range(62) if 1 << i in strides)}:
            for kernel in (stride, stride + 1, 2 * stride - 1, 2 * stride, 2 * stride + 1):
                for padding in {0, (kernel - stride) // 2, (kernel - 1) // 2}:
                    values = kernel, stride, padding, whole["dilation"][0], whole["output_padding"][0]
                    spans = {name: range(value, value + 1) for name, value in zip(NAMES, values, strict=True)}
                    if all(spans[name][0] in whole[name] for name in NAMES) and narrowed(spans, rules):
                        yield Setting(self.size, *values)


def _beyond_output_padding(values: Values) -> int:
    return max(values["stride"], values["dilation"]) - values["output_padding"]


def _beyond_half(values: Values) -> int:
    return values["kernel"] - 2 * values["padding"]


def least_size(axis: Axis, output: int) -> int:
    """The smallest input size that gives at least this output.

    >>> least_size(Axis(1, kernel=3, stride=2, before=1, after=1), 112)
    223
    """
    if axis.ceil_mode:
        return sizes_giving(axis, output).start
    added = axis.before + axis.after
    if axis.transposed:
        return max(1, 1 - (axis.extent - added + axis.output_padding - output) // axis.stride)
    return max(1, (output - 1) * axis.stride + axis.extent - added)


def with_sizes(axis: Axis, output: int) -> Settings:
    """:func:`sizes_giving` as settings that differ in their size alone."""
    sizes = sizes_giving(axis, output)
    rest = (axis.kernel, axis.stride, axis.before, axis.dilation, axis.output_padding)
    listed = tuple(Setting(size, *rest) for size in sizes[:MOST])
    around = {replace(axis, size=max(1, size)).output for size in (sizes.start - 1, sizes.start)} - {0}
    nearest = None if listed else min(around, key=lambda near: abs(near - output), default=None)
    return Settings(listed, len(sizes), nearest)


def sizes_giving(axis: Axis, output: int) -> range:
    """The input sizes that give an output; several, where the floor swallows the difference.

    >>> sizes_giving(Axis(1, kernel=3, stride=2, before=1, after=1), 112)
    range(223, 225)
    """
    sizes = range(1, 2 * LARGEST)
    first = bisect_left(sizes, output, key=lambda size: replace(axis, size=size).output)
    after = bisect_left(sizes, output + 1, lo=first, key=lambda size: replace(axis, size=size).output)
    return sizes[first:after]
