"""What a window's cells become, and how it is said."""

from math import inf, isnan, nan

import pytest

from convcli.layers.reductions import Extreme, Maximum, Mean, PNorm, Reduction, SumOfProducts, power

READS = [((0, 0, -1), None, (0, 0, 0)), ((0, 0, 0), (0, 0, 0), (0, 0, 1)), ((0, 0, 1), (0, 0, 1), (0, 0, 2))]


@pytest.mark.parametrize(
    ("reduction", "values", "expected", "said"),
    [
        (SumOfProducts(), [0.0, 2.0, -3.0], -1.5, "a·0.5 + b·0.5 + c·0.5"),
        (Maximum(), [2.0, -3.0], 2.0, "max of a, b"),
        (Extreme(smallest=True), [2.0, -3.0], 2.0, "min of a, |-3|"),
        (Extreme(), [2.0, -3.0], 3.0, "max of a, |-3|"),
        (Mean(3), [0.0, 2.0, -3.0], -1 / 3, "(a + b + c) / 3"),
        (Mean(3, counts_padding=False), [2.0, -3.0], -0.5, "(a + b) / 2"),
        (Mean(3, divisor=-2), [0.0, 2.0, -3.0], 0.5, "(a + b + c) / (-2)"),
        (PNorm(2.0, 2), [3.0, 4.0], 5.0, "(a^2 + b^2)^(1/2)"),
        (PNorm(2.0, 4), [3.0, 4.0], 50**0.5, "(2·(a^2 + b^2))^(1/2)"),
    ],
)
def test_terms_value_and_words(reduction: Reduction, values: list[float], expected: float, said: str) -> None:
    reads = reduction.taking_part(READS)
    terms = reduction.terms(reads, values, [0.5] * 3)
    value = reduction.combined(terms, -1.0 if reduction.multiplies else 0.0)
    assert value == pytest.approx(expected)
    parts = [reduction.term_said(term, name) for term, name in zip(terms, "abc", strict=False)]
    assert reduction.said(parts, terms) == said
    bias = -1.0 if reduction.multiplies else 0.0
    assert reduction.agrees(terms, bias, value, value)
    assert not reduction.agrees(terms, bias, value, value + 0.01)


def test_in_torch_the_last_nan_wins() -> None:
    terms = Maximum().terms(READS, [nan, nan, 5.0], [])
    assert [term.winner for term in terms] == [False, True, False]


def test_roots_and_powers_are_as_floats_have_them() -> None:
    assert isnan(power(-1.0, 0.5))
    assert isnan(power(-inf, 0.5))
    assert power(-inf, 2.0) == inf
    assert power(1e300, 2.0) == inf
    assert power(0.0, -1.0) == inf
