"""A layer on the screen as far as it needs no torch."""

from convcli.plan import make_plan
from convcli.views.head import counts, head, input_words
from tests.views.shown import shown


def test_axes_that_the_output_has_not() -> None:
    text = shown(head(make_plan("unfold", {"kernel_size": 2}, size=(3, 4, 5))))
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[3:9] if line.strip()}
    assert rows["channels"] == ["3", "12"]
    assert (rows["height"], rows["windows"]) == (["4"], ["12"])


def test_counts_say_their_convention() -> None:
    assert counts(make_plan("conv1d", {})).startswith("4 parameters (3 weights + 1 bias) · 24 MACs (one sample")
    assert "copies cells" in counts(make_plan("unfold", {}))
    assert input_words(make_plan("conv1d", {})).endswith("→ [1, 1, 10]")
