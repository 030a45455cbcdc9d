"""Headings, and what the picture of a layer has room for."""

from convcli.plan import make_plan
from convcli.report import Report
from convcli.views.composition import Composition
from convcli.views.drawing import GLYPH
from convcli.views.layout import ALONE


def composed(name: str, arguments: dict[str, object], size: tuple[int, ...]) -> Composition:
    return Composition(Report(make_plan(name, arguments, size=size)))


def test_headings() -> None:
    one = composed("conv1d", {"kernel_size": 3, "stride": 2}, (10,))
    assert (one.input_head(0), one.products_head) == ("Input 10  [ ] never read", "Input × weight")
    assert one.output_head == "Output 4, bias -0.42"
    several = composed("conv2d", {"out_channels": 2}, (3, 4, 4))
    assert [several.input_head(i) for i in (0, 1)] == ["Input channel 0", "channel 1"]
    assert several.output_head == "Output channel 0, bias 0.13"
    assert composed("lppool1d", {}, (4,)).products_head == "Powers"
    assert composed("conv2d", {}, (2000, 3)).input_head(0) == "Input 2000 × 3 [0–999]"


def test_the_tile_carries_weights_where_there_is_room() -> None:
    small = composed("conv1d", {}, (6,))
    assert small.layout.carries
    assert small.carried(-0.25) == "×-.250"
    assert not composed("conv2d", {}, (12, 12)).layout.carries
    assert not composed("maxpool1d", {}, (4,)).layout.carries


def test_a_large_layer_keeps_the_numbers_of_its_window() -> None:
    large = composed("conv2d", {"kernel_size": 7, "stride": 2, "padding": 3}, (3, 64, 64))
    assert (large.layout.form, large.layout.inputs[0].type) == (ALONE, 0)
    assert large.has_sums


def test_powers_have_room_beside_one_another() -> None:
    powers = composed("lppool2d", {"norm_type": 1.0, "kernel_size": 3}, (3, 5))
    grid, longest = powers.layout.products[0], max(len(each.factors) for each in powers.products)
    assert longest * GLYPH * grid.type <= grid.width
