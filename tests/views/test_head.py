"""A layer on the screen as far as it needs no torch."""

from hypothesis import given, settings
from hypothesis import strategies as st

from convcli.plan import make_plan
from convcli.views.head import counts, head, input_words
from convcli.views.widgets import Screen
from tests.strategies import Request, report_of, requests
from tests.views.shown import shown


def test_axes_that_the_output_has_not() -> None:
    text = shown(head(make_plan("unfold", {"kernel_size": 2}, size=(3, 4, 5)), Screen()))
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[4:9]}
    assert rows["channels"] == ["3", "12"]
    assert rows["height"] == ["4", "2", "1", "0", "1", "3"]
    assert rows["windows"] == ["12"]


def test_the_answer_stands_on_top_and_once() -> None:
    text = shown(head(make_plan("conv1d", {"kernel_size": 3, "stride": 2}), Screen()))
    assert text.splitlines()[1].split() == ["│", "[1,", "1,", "10]", "→", "[1,", "1,", "4]", "12", "MACs", "│"]
    assert text.count("never read") == 1
    assert text.count("MACs of one sample, bias not counted") == 1


@settings(max_examples=100)
@given(requests(), st.integers(50, 100))
def test_every_line_fits_and_no_formula_is_broken_inside_a_bracket(request: Request, width: int) -> None:
    text = shown(head(report_of(request).plan, Screen(width)), width)
    for line in text.splitlines():
        assert len(line) <= width
        assert line.count("⌊") == line.count("⌋")
        assert line.count("⌈") == line.count("⌉")


def test_each_is_said_of_all_axes_or_of_none() -> None:
    for size, labels in (((5, 5, 5), ["each"]), ((5, 5, 9), ["depth", "height", "width"])):
        text = shown(head(make_plan("conv3d", {}, size=size), Screen()))
        assert [line.split()[0] for line in text.splitlines() if "⌊" in line] == labels


def test_a_formula_has_what_the_layer_has() -> None:
    assert "⌊(10 − 2) / 2⌋" in shown(head(make_plan("lppool1d", {"norm_type": 3.0, "kernel_size": 2}), Screen()))
    assert "⌊(10 + 2·0 − 2) / 2⌋" in shown(head(make_plan("avgpool1d", {"kernel_size": 2}), Screen()))


def test_what_is_the_same_of_two_axes_is_said_once() -> None:
    pooled = make_plan("maxpool2d", {"kernel_size": 2, "ceil_mode": True}, size=(7, 7))
    assert shown(head(pooled, Screen())).count("rounding up") == 1
    grown = make_plan("convtranspose2d", {"stride": 2, "output_padding": 1}, size=(3, 3))
    assert shown(head(grown, Screen())).count("a convolution with these settings") == 1


def test_counts_say_their_convention() -> None:
    assert counts(make_plan("conv1d", {})) == (
        "4 parameters = 1·1·3 weights + 1 bias",
        "24 MACs",
        "MACs of one sample, bias not counted",
    )
    assert "padded taps counted" in counts(make_plan("conv1d", {"padding": 1}))[2]
    assert "padded" not in counts(make_plan("convtranspose1d", {"padding": 1}))[2]
    assert "copies cells" in counts(make_plan("unfold", {}))[0]
    assert input_words(make_plan("conv1d", {})).endswith("→ [1, 1, 10]")
