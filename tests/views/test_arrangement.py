"""Boards stand where the screen has room for them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.views.arrangement import TITLE, Needs, Size, arranged


@st.composite
def needs(draw: st.DrawFn) -> Needs:
    def size(columns: int, lines: int) -> Size:
        return Size(draw(st.integers(1, columns)), draw(st.integers(1, lines)))

    whole, weights, output = size(200, 60), draw(st.integers(0, 40)), size(200, 60)
    window, least = size(*whole), size(*output)
    products = draw(st.none() | st.builds(Size, st.integers(TITLE, 60), st.integers(1, 12)))
    wider = [Size(each.columns + weights, each.lines) for each in (whole, window)]
    return Needs(draw(st.integers(1, 5)), *wider, whole, window, products, output, least)


@given(needs(), st.integers(TITLE, 200), st.integers(4, 60))
def test_nothing_is_larger_than_the_screen(wanted: Needs, columns: int, lines: int) -> None:
    way = arranged(wanted, Size(columns, lines))
    size = way.size(wanted.products)
    assert size.columns <= columns and size.lines <= lines
    assert 1 <= way.maps <= wanted.maps
    assert wanted.products or way.products == "nowhere"


@settings(max_examples=60)
@given(needs())
def test_a_large_screen_shows_everything(wanted: Needs) -> None:
    way = arranged(wanted, Size(1000, 1000))
    assert (way.maps, way.input_size, way.output_size) == (wanted.maps, wanted.input, wanted.output)
    assert way.weights and (way.products != "nowhere" or not wanted.products)
