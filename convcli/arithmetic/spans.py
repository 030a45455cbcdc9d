"""Whole numbers that rules allow together, found without trying them one by one.

Each rule is monotone in each name: what it looks at grows with some, shrinks with others. So over ranges of values it
lies between what their ends give, and ends that can't be are cut off by bisection. Where a single name is left to
choose, what is left are its values.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

Values = dict[str, int]
Spans = dict[str, range]


class Rule(NamedTuple):
    """``value`` has to be ``low`` at least and, unless None, ``high`` at most."""

    value: Callable[[Values], int]
    grows: tuple[str, ...]
    shrinks: tuple[str, ...]
    low: int
    high: int | None = None

    def cut(self, spans: Spans, name: str) -> range:
        """The values of a name that some values of the others may go with."""
        most = {each: span[-1 if each in self.grows else 0] for each, span in spans.items()}
        least = {each: span[0 if each in self.grows else -1] for each, span in spans.items()}
        rising = spans[name] if name in self.grows else spans[name][::-1]
        first, last = 0, len(rising)
        if self.value(most | {name: rising[0]}) < self.low:
            first = bisect_left(rising, self.low, key=lambda value: self.value(most | {name: value}))
        if self.high is not None and self.value(least | {name: rising[-1]}) > self.high:
            last = bisect_right(rising, self.high, key=lambda value: self.value(least | {name: value}))
        kept = rising[first:last]
        return kept if name in self.grows else kept[::-1]


def narrowed(spans: Spans, rules: Sequence[Rule]) -> Spans | None:
    """The spans without the ends that break a rule; None: nothing is left.

    >>> total = Rule(lambda values: values["a"] + 10 * values["b"], ("a", "b"), (), 42, 43)
    >>> narrowed({"a": range(9), "b": range(9)}, [total])
    {'a': range(0, 9), 'b': range(4, 5)}
    """
    spans = dict(spans)
    for rule in rules:
        names = rule.grows + rule.shrinks
        for name in [each for each in names if len(spans[each]) > 1] or names[:1]:
            spans[name] = rule.cut(spans, name)
            if not spans[name]:
                return None
    return spans
