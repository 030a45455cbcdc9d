"""The samples on the screen."""

import pytest

from convcli.data.samples import SAMPLES, TRY
from convcli.views.tensors import samples_table
from convcli.views.widgets import Screen
from tests.views.shown import shown


@pytest.mark.parametrize(("width", "colour"), [(80, False), (80, True), (30, True)])
def test_each_sample_with_its_shape_what_it_looks_like_and_what_to_try(width: int, colour: bool) -> None:
    text = shown(samples_table(list(SAMPLES.values()), Screen(width, colour)), width)
    assert all(f"{name}  {list(sample.shape)}" in text for name, sample in SAMPLES.items())
    assert max(map(len, text.splitlines())) <= width
    words = text.replace("\n", " ").split()
    for command, shows in TRY.values():
        assert " ".join(command.split()) in " ".join(words)
        assert shows in " ".join(words)
    assert ("▀" * 12 in text, "█" in text, "@@@@@@" in text) == (colour, colour, not colour)
    assert "n  0 0 1 0 1 0" in text


def test_one_sample_with_its_code() -> None:
    text = shown(samples_table([SAMPLES["input_2d"]], Screen()))
    assert "in Python: torch.arange(1.0, 11.0).view(2, 5)" in text
    assert "torch" not in shown(samples_table(list(SAMPLES.values()), Screen()))
