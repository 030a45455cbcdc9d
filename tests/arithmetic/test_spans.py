"""Ends that can't be are cut off, and nothing else."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.arithmetic.spans import Rule, Spans, Values, narrowed

NAMES = ("a", "b", "c")
FACTORS = st.tuples(*[st.integers(-4, 4)] * 3)
SPANS = st.tuples(*[st.builds(lambda low, length: range(low, low + length), st.integers(0, 5), st.integers(1, 6))] * 3)


def linear(factors: tuple[int, ...], low: int, high: int | None) -> Rule:
    def value(values: Values) -> int:
        return sum(factor * values[name] for factor, name in zip(factors, NAMES, strict=True))

    grows = tuple(name for factor, name in zip(factors, NAMES, strict=True) if factor >= 0)
    return Rule(value, grows, tuple(name for name in NAMES if name not in grows), low, high)


RULES = st.builds(linear, FACTORS, st.integers(-30, 10), st.none() | st.integers(10, 30))


def allowed(spans: Spans, rules: list[Rule]) -> set[tuple[int, ...]]:
    kept = set()
    for values in product(*spans.values()):
        found = [rule.value(dict(zip(spans, values, strict=True))) for rule in rules]
        if all(r.low <= value and (r.high is None or value <= r.high) for r, value in zip(rules, found, strict=True)):
            kept.add(values)
    return kept


@settings(max_examples=200)
@given(SPANS, st.lists(RULES, min_size=1, max_size=3))
def test_nothing_that_is_allowed_is_cut_off(spans: tuple[range, ...], rules: list[Rule]) -> None:
    whole = dict(zip(NAMES, spans, strict=True))
    narrow = narrowed(whole, rules)
    assert allowed(whole, rules) == (allowed(narrow, rules) if narrow else set())


@settings(max_examples=200)
@given(SPANS, st.lists(RULES, min_size=1, max_size=3))
def test_of_a_single_name_exactly_the_allowed_values_are_left(spans: tuple[range, ...], rules: list[Rule]) -> None:
    whole = {"a": spans[0], "b": spans[1][:1], "c": spans[2][:1]}
    narrow = narrowed(whole, rules)
    assert sorted(values[0] for values in allowed(whole, rules)) == list(narrow["a"] if narrow else ())


def test_numbers_as_large_as_a_tensor_can_have_are_no_trouble() -> None:
    rule = linear((3, -2, 0), 10**18, 10**18 + 1)
    spans = {"a": range(1, 2**62), "b": range(7, 8), "c": range(1)}
    assert narrowed(spans, [rule]) == spans | {"a": range(333_333_333_333_333_338, 333_333_333_333_333_339)}
