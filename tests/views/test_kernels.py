"""The classic filters on the screen."""

from convcli.data.filters import FILTERS
from convcli.views.kernels import flips, tables
from tests.views.shown import shown


def test_each_filter_with_its_numbers_and_where_it_is_from() -> None:
    text = shown(tables(list(FILTERS.values())))
    assert all(name in text for name in FILTERS)
    assert "all / 9" in text
    assert "the same" in shown(flips([FILTERS["laplacian"]]))
